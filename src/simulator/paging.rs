//! Lists in pages, with the link to the next one.

use serde_json::Value;

use super::call::Call;
use super::refusal::Refusal;
use crate::api::wire::Answer;

/// How one list is paged.
pub struct Paging {
    /// The parameter that says where a page begins.
    pub start: &'static str,
    pub default: usize,
    pub max: usize,
}

/// Wholesale lists.
pub const WHOLESALE: Paging = Paging { start: "offset", default: 50, max: 100 };
/// People.
pub const PEOPLE: Paging = Paging { start: "cursor", default: 100, max: 100 };
/// Locations.
pub const LOCATIONS: Paging = Paging { start: "cursor", default: 500, max: 500 };
/// Calling lists.
pub const CALLING: Paging = Paging { start: "start", default: 2000, max: 2000 };

/// What the link behind an empty first page adds, so that the page after it is another one.
const PAST_EMPTY: &str = "filtered";

/// The page that the call asks for, under that name, beside another field if there is one. Only what is
/// on the page is shown, so that reading a long list page by page stays cheap.
pub fn answer<T>(
    call: &Call<'_>,
    paging: &Paging,
    name: &str,
    items: &[T],
    show: impl Fn(&T) -> Value,
    beside: Option<(&str, Value)>,
) -> Result<Answer, Refusal> {
    let start = number(call, paging.start)?.unwrap_or(0);
    let size = number(call, "max")?.unwrap_or(paging.default).clamp(1, paging.max);
    let is_empty = call.world.settings.empty_pages && start == 0 && call.query(PAST_EMPTY).is_none();
    let end = start.saturating_add(size);
    let more = end < items.len();
    let taken = if is_empty { 0 } else { size };
    let page: Vec<Value> = items.iter().skip(start).take(taken).map(show).collect();
    let mut body = serde_json::Map::from_iter([(name.to_owned(), Value::Array(page))]);
    body.extend(beside.map(|(name, value)| (name.to_owned(), value)));
    let mut answer = Answer::json(200, &Value::Object(body));
    let next = if is_empty { Some((PAST_EMPTY, 1)) } else { more.then_some((paging.start, end)) };
    if let Some((parameter, at)) = next {
        answer.headers.push(("Link".to_owned(), format!("<{}>; rel=\"next\"", call.page_url(parameter, at))));
    }
    Ok(answer)
}

fn number(call: &Call<'_>, name: &str) -> Result<Option<usize>, Refusal> {
    let parse = |text: &str| text.parse().map_err(|_| Refusal::new(400, format!("{name} must be a whole number")));
    call.query(name).map(parse).transpose()
}
