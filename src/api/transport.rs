//! What carries a request: HTTP, or a function (how tests call the simulator without a socket).

use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::Url;

use super::blot::Blot;
use super::endpoint::{self, Form, Unissued};
use super::token::Tokens;
use super::wire::{Answer, Method, Request};

/// Largest answer that is read, in bytes.
const BODY_BYTES_MAX: usize = 32 << 20;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    /// The request never left this machine, so it is safe to send it again.
    NeverArrived(String),
    /// It may have taken effect.
    Unanswered(String),
}

/// What a carrying function returns.
pub type Carried = Pin<Box<dyn Future<Output = Result<Answer, Lost>> + Send>>;

/// The one seam to the provider, cut at the HTTP message.
#[derive(Clone)]
pub enum Transport {
    Http(Http),
    /// A function from request to answer.
    Function(Arc<dyn Fn(Request) -> Carried + Send + Sync>),
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(http) => write!(f, "Http({})", http.base.0),
            Self::Function(_) => f.write_str("Function"),
        }
    }
}

/// The base of every request: HTTPS, or HTTP to this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// Cisco's own host, the only one besides loopback that a workspace may name.
const CISCO_HOST: &str = "webexapis.com";

impl BaseUrl {
    /// Reads a base URL, such as `https://webexapis.com/v1`.
    ///
    /// # Errors
    /// When it is no URL, carries credentials, or would send the token in the clear.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let url = Url::parse(text).with_context(|| format!("`{text}` is not a URL"))?;
        if !url.username().is_empty() || url.password().is_some() {
            bail!("the API URL must not hold a user name or password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            bail!("`{text}` has a query or fragment; write the base only, such as https://webexapis.com/v1");
        }
        let base = Self(url);
        match base.0.scheme() {
            "https" => Ok(base),
            "http" if base.is_loopback() => Ok(base),
            "http" => bail!("`{text}` would send the token in the clear; write https"),
            _ => bail!("`{text}` is not an https URL"),
        }
    }

    /// Is it this machine?
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// The host for people; ports of this machine come and go, so they are one.
    pub fn host(&self) -> String {
        if self.is_loopback() { "this machine".to_owned() } else { self.0.host_str().unwrap_or_default().to_owned() }
    }

    /// May a workspace name it, or must the user's own configuration?
    pub fn is_harmless(&self) -> bool {
        self.is_loopback() || self.0.host_str() == Some(CISCO_HOST)
    }

    /// The URL of a path below the base.
    fn join(&self, request: &Request) -> Url {
        let mut url = self.0.clone();
        let path = format!("{}{}", self.0.path().trim_end_matches('/'), request.path);
        url.set_path(&path);
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        url
    }
}

/// Does the address lead to this machine?
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        // Outside of the web's own schemes, an address is read as a name.
        Some(url::Host::Domain(name)) => name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// HTTP to one base URL.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    base: BaseUrl,
    tokens: Tokens,
}

impl Transport {
    /// HTTP. Redirects are not followed, since they could take the token elsewhere; requests to this machine use no
    /// proxy.
    ///
    /// # Errors
    /// When the TLS setup of this machine cannot be used.
    pub fn http(base: BaseUrl, tokens: Tokens, timeout: Duration) -> anyhow::Result<Self> {
        let mut builder = reqwest::Client::builder()
            .timeout(timeout)
            .connect_timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .pool_idle_timeout(Duration::from_secs(30))
            .user_agent(concat!("turnup/", env!("CARGO_PKG_VERSION")));
        if base.is_loopback() {
            builder = builder.no_proxy();
        }
        let client = builder.build().context("TLS cannot be set up on this machine")?;
        Ok(Self::Http(Http { client, base, tokens }))
    }

    /// The number of the token that requests carry now; waits for a newer one while that is asked for.
    pub(super) async fn token(&self) -> Result<u64, String> {
        match self {
            Self::Http(http) => http.tokens.ready(|form| http.exchange(form)).await,
            Self::Function(_) => Ok(0),
        }
    }

    /// Gets a newer token than the numbered one; false when there is none to be had.
    pub(super) async fn renew(&self, old: u64) -> Result<bool, String> {
        match self {
            Self::Http(http) => http.tokens.renew(old, |form| http.exchange(form)).await,
            Self::Function(_) => Ok(false),
        }
    }

    /// Carries one request.
    pub(super) async fn carry(&self, request: Request, tracking_id: &str) -> Result<Answer, Lost> {
        match self {
            Self::Http(http) => http.carry(request, tracking_id).await,
            Self::Function(function) => function(request).await,
        }
    }
}

impl Http {
    async fn carry(&self, request: Request, tracking_id: &str) -> Result<Answer, Lost> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut builder = self
            .client
            .request(method, self.base.join(&request))
            .header("accept", "application/json")
            .header("trackingid", tracking_id);
        let (token, blot) = self.tokens.current();
        if let Some(token) = token {
            builder = builder.bearer_auth(token.expose());
        }
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        heard(builder.send().await.map_err(|error| lost(&error))?, &blot).await
    }
}

impl Http {
    /// Exchanges a refresh token at the token endpoint.
    async fn exchange(&self, form: Form) -> Result<String, Unissued> {
        endpoint::patiently(|| self.ask(&form)).await
    }

    /// One request to the token endpoint; the form is never logged.
    async fn ask(&self, form: &Form) -> Result<Answer, Lost> {
        let url = self.base.join(&Request::new(Method::Post, "/access_token"));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.client.post(url).header("content-type", "application/x-www-form-urlencoded").body(body);
        let response = request.send().await.map_err(|error| lost(&error))?;
        let is_secret = |name: &str| matches!(name, "client_secret" | "refresh_token");
        let secrets = form.iter().filter(|(name, _)| is_secret(name)).map(|(_, value)| value.as_str());
        // What is given may well be what was sent; a refusal is told to people.
        let blot = if response.status().is_success() { Blot::default() } else { Blot::of(secrets) };
        heard(response, &blot).await
    }
}

/// The whole answer, without the secrets of the request.
async fn heard(response: reqwest::Response, blot: &Blot) -> Result<Answer, Lost> {
    let status = response.status().as_u16();
    let text = |value: &[u8]| blot.out(String::from_utf8_lossy(value).into_owned());
    let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
    let body = blot.out(limited_body(response).await?);
    Ok(Answer { status, headers, body })
}

async fn limited_body(mut response: reqwest::Response) -> Result<String, Lost> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| lost(&error))? {
        if bytes.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(Lost::Unanswered(format!("the answer is longer than {BODY_BYTES_MAX} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A refused connection never arrived; anything else may have. The innermost cause tells most.
fn lost(error: &reqwest::Error) -> Lost {
    let host = error.url().map(|url| url.authority().to_owned()).unwrap_or_default();
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let what = if error.is_timeout() { "no answer in time".to_owned() } else { cause.to_string() };
    let words = format!("{host}: {what}");
    if error.is_connect() { Lost::NeverArrived(words) } else { Lost::Unanswered(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_never_sent_in_the_clear() {
        for good in ["https://webexapis.com/v1", "http://127.0.0.1:4010", "http://localhost:1/v1", "http://[::1]:9"] {
            assert!(BaseUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://webexapis.com/v1",
            "http://127.0.0.1.evil.example",
            "ftp://webexapis.com",
            "webexapis.com",
            "https://user:pw@webexapis.com",
            "https://webexapis.com/v1?x=y",
        ] {
            assert!(BaseUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_workspace_may_name_cisco_or_this_machine() {
        let harmless = |text: &str| BaseUrl::parse(text).is_ok_and(|base| base.is_harmless());
        assert!(harmless("https://webexapis.com/v1") && harmless("http://127.0.0.1:80"));
        assert!(!harmless("https://evil.example/v1") && !harmless("https://webexapis.com.evil.example"));
    }

    #[test]
    fn paths_go_below_the_base() {
        let request = Request::new(Method::Get, "/people/a%2Fb").with_query("email", "a+b@c.pt");
        let joined = BaseUrl::parse("https://webexapis.com/v1/").expect("a good base").join(&request);
        assert_eq!(joined.as_str(), "https://webexapis.com/v1/people/a%2Fb?email=a%2Bb%40c.pt");
    }
}
