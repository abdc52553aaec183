//! Who may come in: only this machine, only the browser that was opened with the one-time token, only from pages of the
//! review itself. Every refusal has a name; nothing here knows what a page shows.

use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName, Method, header};
use sha2::{Digest, Sha256};

/// Where a browser says from which site a request comes.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Where a script of ours says the token that a form has in a field.
pub(super) const CSRF_HEADER: HeaderName = HeaderName::from_static("x-turnup-csrf");
/// The same in a form.
pub(super) const CSRF_FIELD: &str = "csrf";

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    ForeignHost,
    ForeignOrigin,
    CrossSite,
    NoSession,
    UsedToken,
    WrongCsrf,
}

impl Refusal {
    /// In words, for the person and for tests.
    pub const fn words(self) -> &'static str {
        match self {
            Self::ForeignHost => "the request names another host; open the address that `turnup review` printed",
            Self::ForeignOrigin => "the request comes from a page of another origin",
            Self::CrossSite => "the request comes from another site",
            Self::NoSession => {
                "this browser was not let in; open the address that `turnup review` printed when it started"
            }
            Self::UsedToken => {
                "this address was used already or is not of this review; it opens one browser once, so start `turnup review` \
                 again for another"
            }
            Self::WrongCsrf => "the form is not of this session; load the page again",
        }
    }
}

/// The door of one review.
pub(super) struct Door {
    port: u16,
    /// Opens one session; none once it was used.
    once: Mutex<Option<String>>,
    /// What the session's cookie says.
    session: String,
    csrf: String,
}

impl Door {
    /// The port it stands at.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// A door that nobody came through yet.
    pub fn new(port: u16) -> anyhow::Result<Self> {
        let (once, session, csrf) = (random()?, random()?, random()?);
        Ok(Self { port, once: Mutex::new(Some(once)), session, csrf })
    }

    /// The address that lets one browser in, once.
    pub fn address(&self) -> String {
        let once = self.once.lock().unwrap_or_else(PoisonError::into_inner);
        format!("http://127.0.0.1:{}/open?token={}", self.port, once.as_deref().unwrap_or_default())
    }

    /// What forms of the session carry.
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Takes the one-time token; returns the cookie of the session.
    pub fn open(&self, token: &str) -> Result<String, Refusal> {
        let mut once = self.once.lock().unwrap_or_else(PoisonError::into_inner);
        if !once.as_deref().is_some_and(|once| is_same(once, token)) {
            return Err(Refusal::UsedToken);
        }
        *once = None;
        let (name, session) = (self.cookie(), &self.session);
        Ok(format!("{name}={session}; HttpOnly; SameSite=Strict; Path=/"))
    }

    /// Cookies know no ports, so that two reviews need two names.
    fn cookie(&self) -> String {
        format!("turnup_review_{}", self.port)
    }

    /// May the request come in at all? The page that takes the one-time token may be reached from a file, since the token
    /// is what lets it in.
    pub fn look(&self, method: &Method, headers: &HeaderMap, is_opening: bool) -> Result<(), Refusal> {
        let hosts = [format!("127.0.0.1:{}", self.port), format!("localhost:{}", self.port)];
        let host = text(headers, &header::HOST);
        if !hosts.iter().any(|known| Some(known.as_str()) == host) || headers.get_all(header::HOST).iter().count() != 1
        {
            return Err(Refusal::ForeignHost);
        }
        if is_opening && *method == Method::GET {
            return Ok(());
        }
        if let Some(site) = headers.get(FETCH_SITE)
            && !matches!(site.as_bytes(), b"same-origin" | b"none")
        {
            return Err(Refusal::CrossSite);
        }
        let own = host.map(|host| format!("http://{host}"));
        match headers.get(header::ORIGIN) {
            Some(origin) if Some(origin.as_bytes()) != own.as_deref().map(str::as_bytes) => {
                return Err(Refusal::ForeignOrigin);
            }
            None if *method != Method::GET => return Err(Refusal::ForeignOrigin),
            _ => {}
        }
        if self.has_session(headers) { Ok(()) } else { Err(Refusal::NoSession) }
    }

    fn has_session(&self, headers: &HeaderMap) -> bool {
        let name = self.cookie();
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.any(|(of, value)| of == name && is_same(value, &self.session))
    }

    /// Does a write carry the token of the session?
    pub fn look_at_csrf(&self, token: Option<&str>) -> Result<(), Refusal> {
        if token.is_some_and(|token| is_same(token, &self.csrf)) { Ok(()) } else { Err(Refusal::WrongCsrf) }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Compared by fingerprint, so that the time it takes tells nothing.
fn is_same(one: &str, other: &str) -> bool {
    Sha256::digest(one) == Sha256::digest(other)
}

/// 256 bits that nobody can guess.
fn random() -> anyhow::Result<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("this machine gives no random numbers: {error}"))?;
    Ok(bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().expect("plain"))).collect()
    }

    fn door() -> (Door, String) {
        let door = Door::new(4711).expect("random numbers");
        let cookie = door.open(door.address().rsplit_once('=').expect("a token").1).expect("first use");
        let cookie = cookie.split(';').next().expect("name and value").to_owned();
        (door, cookie)
    }

    #[test]
    fn every_refusal_has_its_request() {
        let (door, cookie) = door();
        let look = |method: &Method, more: &[(&'static str, &str)]| {
            door.look(method, &headers(&[&[("host", "127.0.0.1:4711"), ("cookie", &cookie)], more].concat()), false)
        };
        let own = ("origin", "http://127.0.0.1:4711");
        assert_eq!(look(&Method::GET, &[]), Ok(()));
        assert_eq!(look(&Method::POST, &[own, ("sec-fetch-site", "same-origin")]), Ok(()));
        assert_eq!(look(&Method::POST, &[]), Err(Refusal::ForeignOrigin));
        for origin in ["http://evil.example", "null", "https://127.0.0.1:4711", "http://127.0.0.1:4712"] {
            assert_eq!(look(&Method::POST, &[("origin", origin)]), Err(Refusal::ForeignOrigin), "{origin}");
        }
        for site in ["cross-site", "same-site"] {
            assert_eq!(look(&Method::GET, &[("sec-fetch-site", site)]), Err(Refusal::CrossSite), "{site}");
        }
        for host in ["evil.example:4711", "127.0.0.1", "127.0.0.1:80", "127.0.0.1.evil.example:4711"] {
            let foreign = headers(&[("host", host), ("cookie", &cookie)]);
            assert_eq!(door.look(&Method::GET, &foreign, false), Err(Refusal::ForeignHost), "{host}");
            assert_eq!(door.look(&Method::GET, &foreign, true), Err(Refusal::ForeignHost), "{host}");
        }
        for cookie in ["", "turnup_review_4711=", "turnup_review_4711=0", "other=1"] {
            let stranger = headers(&[("host", "localhost:4711"), ("cookie", cookie)]);
            assert_eq!(door.look(&Method::GET, &stranger, false), Err(Refusal::NoSession), "{cookie}");
        }
    }

    #[test]
    fn the_opening_token_works_once_and_writes_need_their_own() {
        let (door, _) = door();
        assert_eq!(door.open(""), Err(Refusal::UsedToken));
        assert_eq!(door.look_at_csrf(Some(door.csrf())), Ok(()));
        assert_eq!(door.look_at_csrf(Some("0")), Err(Refusal::WrongCsrf));
        assert_eq!(door.look_at_csrf(None), Err(Refusal::WrongCsrf));
        assert_ne!(Door::new(1).expect("random").session, door.session);
    }
}
