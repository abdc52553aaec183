//! Lists that come in pages: read to their end, or not at all. A list that was cut short is never taken for whole.

use serde::de::DeserializeOwned;

use super::client::{Client, Weight};
use super::sort::{Failure, Refusal};
use super::wire::{Answer, Method, Request};
use super::{answers, calls};

/// Pages of one list at most: a list that never ends is a fault of the server.
const PAGES_MAX: usize = 1000;

/// Who sends the requests of a list.
pub trait Ask {
    /// Why there may be no answer.
    type Error: From<Failure>;

    /// Sends a request that changes nothing.
    fn ask(&self, request: Request) -> impl Future<Output = Result<Answer, Self::Error>> + Send;
}

/// Asks in a customer's organisation.
#[derive(Debug, Clone, Copy)]
pub struct Inside<'a> {
    pub client: &'a Client,
    pub org_id: &'a str,
}

impl Ask for Inside<'_> {
    type Error = Failure;

    async fn ask(&self, request: Request) -> Result<Answer, Failure> {
        in_organisation(self.client, Weight::Repeatable, self.org_id, request).await
    }
}

/// Asks as the partner.
impl Ask for Client {
    type Error = Failure;

    async fn ask(&self, request: Request) -> Result<Answer, Failure> {
        self.send(Weight::Repeatable, request).await
    }
}

/// Sends a request into an organisation. A 403 opens it to the partner's token and tries once more.
///
/// # Errors
/// Why it did not succeed, sorted by what must be done.
pub async fn in_organisation(
    client: &Client,
    weight: Weight,
    org_id: &str,
    request: Request,
) -> Result<Answer, Failure> {
    match client.send(weight, request.clone()).await {
        Err(Failure::Rejected(refusal)) if refusal.status == 403 => {
            client.send(Weight::Repeatable, calls::open_organisation(org_id)).await?;
            client.send(weight, request).await
        }
        sent => sent,
    }
}

/// Every entry of a list whose pages are only reached by the link to the next one.
///
/// # Errors
/// When a page cannot be had or understood.
pub async fn linked<T: DeserializeOwned, A: Ask + Sync>(
    asker: &A,
    first: Request,
    names: &[&str],
) -> Result<Vec<T>, A::Error> {
    let path = first.path.clone();
    let mut request = first;
    let mut entries = Vec::new();
    for _ in 0..PAGES_MAX {
        let answer = asker.ask(request).await?;
        entries.extend(answers::list::<T>(&answer, names).map_err(unreadable)?);
        match next_page(&answer, &path).map_err(unreadable)? {
            Some(next) => request = next,
            None => return Ok(entries),
        }
    }
    Err(endless(&path).into())
}

/// Every entry of a list whose requests name a position. A link to the next page is followed where there is one;
/// otherwise a page may be shorter than asked for, so only an empty one is the end, or the same one again.
///
/// # Errors
/// When a page cannot be had or understood.
pub async fn counted<T: DeserializeOwned, A: Ask + Sync>(
    asker: &A,
    at: impl Fn(usize) -> Request + Send,
    names: &[&str],
) -> Result<Vec<T>, A::Error> {
    let mut request = at(0);
    let path = request.path.clone();
    let mut entries = Vec::new();
    let (mut before, mut was_linked) = (String::new(), false);
    for _ in 0..PAGES_MAX {
        let answer = asker.ask(request).await?;
        let page = answers::list::<T>(&answer, names).map_err(unreadable)?;
        let next = next_page(&answer, &path).map_err(unreadable)?;
        // A filter may leave pages empty that are not the last, one like the other.
        if next.is_none() && (page.is_empty() || answer.body == before) {
            return Ok(entries);
        }
        entries.extend(page);
        request = match next {
            Some(next) => {
                was_linked = true;
                next
            }
            None if was_linked => return Ok(entries),
            None => at(entries.len()),
        };
        before = answer.body;
    }
    Err(endless(&path).into())
}

fn endless(path: &str) -> Failure {
    unreadable(format!("the list `{path}` does not end"))
}

/// An answer that came but cannot be understood: no use repeating, nothing to conclude.
pub fn unreadable(why: String) -> Failure {
    Failure::Rejected(Refusal { status: 200, code: None, text: why, tracking_id: None })
}

/// The request for the next page of a list, as a `Link` header names it. Only the query is taken over, and only when
/// the path is the list's own: a header cannot lead elsewhere.
///
/// # Errors
/// When there is a next page that cannot be followed; the list must not be taken for whole then.
pub fn next_page(answer: &Answer, path: &str) -> Result<Option<Request>, String> {
    let links = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("link"));
    let Some(target) = links.flat_map(|(_, value)| targets(value)).find(|(_, is_next)| *is_next).map(|(url, _)| url)
    else {
        return Ok(None);
    };
    let (before, query) = target.split_once('?').unwrap_or((target, ""));
    if !before.trim_end_matches('/').ends_with(path) {
        let words =
            format!("the list `{path}` is not whole: its next page is said to be `{target}`, which is not this list");
        return Err(words);
    }
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let query = pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    Ok(Some(Request { query, ..Request::new(Method::Get, path) }))
}

/// The URLs of a `Link` header, and whether each is the next page (RFC 8288; any quotes around the relation).
fn targets(header: &str) -> Vec<(&str, bool)> {
    let mut targets = Vec::new();
    let mut rest = header;
    while let Some((url, after)) = rest.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
        let parameters = after.split('<').next().unwrap_or(after);
        let is_next = parameters.split([';', ',']).any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or_default();
            let value = value.trim().trim_matches(['"', '\'']);
            name.trim().eq_ignore_ascii_case("rel") && value.split(' ').any(|word| word.eq_ignore_ascii_case("next"))
        });
        targets.push((url, is_next));
        rest = after;
    }
    targets
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Mutex;

    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn the_next_page_stays_on_the_same_list() {
        let page = |links: &[&str]| {
            let headers = links.iter().map(|link| ("Link".to_owned(), (*link).to_owned())).collect();
            next_page(&Answer { status: 200, headers, body: String::new() }, "/locations")
        };
        let query = |links: &[&str]| page(links).map(|next| next.map(|request| request.query));
        let wanted = Ok(Some(vec![("orgId".to_owned(), "o+1".to_owned()), ("start".to_owned(), "1,2".to_owned())]));
        let url = "<https://x/v1/locations?orgId=o%2B1&start=1,2>";
        assert_eq!(query(&[&format!("{url}; rel=\"next\"")]), wanted);
        assert_eq!(query(&["<https://x/v1/locations>; rel=first", &format!("{url};rel='next'")]), wanted);
        assert_eq!(query(&[&format!("<https://x/a?b>; rel=prev, {}; rel=next", url.replace("s?", "s/?"))]), wanted);
        assert_eq!(query(&[]), Ok(None));
        assert_eq!(query(&["<https://x/v1/locations?start=1>; rel=\"prev\""]), Ok(None));
        assert!(query(&["<https://x/v1/people?start=1>; rel=next"]).is_err());
    }

    /// A server that hands out these pages, one after the other, each with or without a link to the next.
    struct Pages(Mutex<VecDeque<Page>>);

    type Page = (&'static [u32], bool);

    impl Ask for Pages {
        type Error = Failure;

        async fn ask(&self, request: Request) -> Result<Answer, Failure> {
            let mut pages = self.0.lock().expect("no test panics in it");
            let (entries, is_linked) = pages.pop_front().expect("no page is asked for after the last");
            let mut answer = Answer::json(200, &json!({ "items": entries }));
            if is_linked {
                answer.headers.push(("Link".to_owned(), format!("<https://x{}?start=1>; rel=\"next\"", request.path)));
            }
            Ok(answer)
        }
    }

    #[tokio::test]
    async fn a_list_is_read_to_its_end() {
        let cases: [(&[Page], &[u32]); 6] = [
            (&[(&[], false)], &[]),
            // A short page is no end, an empty one is.
            (&[(&[1, 2], false), (&[3], false), (&[], false)], &[1, 2, 3]),
            // A server that knows no positions gives the same page again.
            (&[(&[1, 2], false), (&[1, 2], false)], &[1, 2]),
            // Where pages are linked, the last one has no link.
            (&[(&[1], true), (&[2], true), (&[3], false)], &[1, 2, 3]),
            (&[(&[1], true), (&[], false)], &[1]),
            // What a filter leaves may begin with empty pages.
            (&[(&[], true), (&[], true), (&[1], true), (&[], true), (&[2], false)], &[1, 2]),
        ];
        for (pages, expected) in cases {
            let server = Pages(Mutex::new(pages.iter().copied().collect()));
            let at = |start: usize| Request::new(Method::Get, "/list").with_query("start", start.to_string());
            let entries: Vec<u32> = counted(&server, at, &["items"]).await.expect("it ends");
            assert_eq!(entries, expected, "{pages:?}");
            assert!(server.0.lock().expect("no test panics in it").is_empty(), "{pages:?}");
        }
    }

    /// A server whose list has no end.
    struct Endless;

    impl Ask for Endless {
        type Error = Failure;

        async fn ask(&self, request: Request) -> Result<Answer, Failure> {
            let start = request.query.first().map(|(_, start)| start.clone()).unwrap_or_default();
            let mut answer = Answer::json(200, &json!({ "items": [start] }));
            answer.headers.push(("Link".to_owned(), format!("<{}?start=7>; rel=next", request.path)));
            Ok(answer)
        }
    }

    #[tokio::test]
    async fn a_list_without_end_is_told_and_not_cut_off() {
        let first = Request::new(Method::Get, "/list");
        let failed = linked::<Value, _>(&Endless, first, &["items"]).await.expect_err("it has no end");
        assert!(failed.to_string().contains("`/list` does not end"), "{failed}");
    }
}
