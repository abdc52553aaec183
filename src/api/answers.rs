//! What answers mean. Fields that the specification calls optional are optional here; unknown ones are passed over.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::foreign::{harmless, plain, visible};
pub use super::person::{Person, PersonNumber, Seat, work_numbers};
use super::person::{number, perhaps_number};
use super::sort::Refusal;
use super::wire::Answer;

/// Numbers asked for per page.
pub const NUMBERS_PAGE: usize = 2000;
/// Longest text of the provider that is kept, in characters.
const TEXT_CHARS_MAX: usize = 500;

/// A customer as the wholesale API shows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Customer {
    pub id: String,
    pub org_id: Option<String>,
    pub external_id: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub status: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub packages: Vec<String>,
    pub address: Option<WholesaleAddress>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub errors: Vec<Problem>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub resource_details: ResourceDetails,
}

/// How far each package of a customer has come.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ResourceDetails {
    #[serde(default, deserialize_with = "null_as_default")]
    pub packages: Vec<PackageState>,
}

/// How far one package has come; its errors may be told as warnings.
#[derive(Debug, Clone, Deserialize)]
pub struct PackageState {
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub status: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub warnings: Vec<Problem>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub errors: Vec<Problem>,
}

impl Customer {
    /// The packages that could not be provisioned, as far as Webex names them.
    pub fn broken_packages(&self) -> impl Iterator<Item = &PackageState> {
        self.resource_details.packages.iter().filter(|package| {
            !package.name.is_empty() && (package.status.eq_ignore_ascii_case("error") || !package.errors.is_empty())
        })
    }
}

/// An address as the wholesale API writes it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WholesaleAddress {
    pub address_line1: Option<String>,
    pub address_line2: Option<String>,
    pub city: Option<String>,
    pub state_or_province: Option<String>,
    pub zip_or_postal_code: Option<String>,
    pub country: Option<String>,
}

/// One entry of an `errors` list; the code is a number in most calls and a text in some.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    #[serde(alias = "code")]
    pub error_code: Option<Value>,
    #[serde(default, alias = "errorMessage", alias = "message", deserialize_with = "harmless")]
    pub description: Option<String>,
}

/// A location.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    pub id: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    pub time_zone: Option<String>,
    pub preferred_language: Option<String>,
    pub address: Option<LocationAddress>,
}

/// An address as the locations API writes it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LocationAddress {
    pub address1: Option<String>,
    pub address2: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
}

/// A user as the wholesale API shows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscriber {
    pub id: String,
    pub person_id: Option<String>,
    /// The customer's own key.
    pub external_customer_id: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub email: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub status: String,
    pub package: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub packages: Vec<String>,
}

impl Subscriber {
    /// The package the person has.
    pub fn package(&self) -> Option<&str> {
        self.packages.first().map(String::as_str).or(self.package.as_deref())
    }
}

/// What may connect a location to the telephone network, or does.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PstnConnection {
    #[serde(default, deserialize_with = "null_as_default")]
    pub id: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub display_name: String,
    pub pstn_connection_type: Option<String>,
    pub route_type: Option<String>,
    pub route_id: Option<String>,
}

impl PstnConnection {
    /// May numbers be added over the API? With an integrated provider or Cisco's own it may damage backend data.
    pub fn takes_numbers(&self) -> bool {
        !matches!(self.pstn_connection_type.as_deref(), Some("INTEGRATED_CCP" | "CISCO_PSTN"))
    }
}

/// A number of a location.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Number {
    /// None for entries that are only an extension.
    #[serde(default, deserialize_with = "perhaps_number")]
    pub phone_number: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    pub main_number: bool,
    pub state: Option<String>,
    pub extension: Option<String>,
    /// `PRIMARY` or `ALTERNATE`, among others.
    pub phone_number_type: Option<String>,
    pub location: Option<Named>,
    pub owner: Option<Owner>,
}

impl Number {
    /// The person whose first line it is, by the id in its one form.
    pub fn first_line_of(&self) -> Option<String> {
        let kind = self.phone_number_type.as_deref();
        let is_first = kind.is_none_or(|kind| kind.eq_ignore_ascii_case("PRIMARY"));
        self.owner.as_ref().filter(|_| is_first)?.id.as_deref().map(id_key)
    }

    /// Can it be called?
    pub fn is_live(&self) -> bool {
        self.state.as_deref().is_none_or(|state| !state.eq_ignore_ascii_case("INACTIVE"))
    }
}

/// What stands in the way of taking calling from a location.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovalCheck {
    #[serde(default, deserialize_with = "null_as_default")]
    pub location_delete_status: String,
    #[serde(default, deserialize_with = "null_as_default")]
    blocking: serde_json::Map<String, Value>,
    #[serde(default, deserialize_with = "null_as_default")]
    blocking_unless_forced: serde_json::Map<String, Value>,
}

impl RemovalCheck {
    /// The reasons, as Webex names them: what is true, or counts something.
    pub fn reasons(&self) -> String {
        let is_so = |value: &Value| match value {
            Value::Bool(so) => *so,
            Value::Number(count) => count.as_u64() != Some(0),
            Value::Array(items) => !items.is_empty(),
            _ => false,
        };
        let all = self.blocking.iter().chain(&self.blocking_unless_forced).filter(|(_, value)| is_so(value));
        let words: Vec<String> =
            all.map(|(name, value)| if value.is_number() { format!("{name} {value}") } else { name.clone() }).collect();
        if words.is_empty() { self.location_delete_status.clone() } else { words.join(", ") }
    }
}

/// A job that takes calling from a location.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovalJob {
    #[serde(default, deserialize_with = "null_as_default")]
    pub latest_execution_status: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub latest_execution_exit_code: String,
}

/// Whom a number belongs to.
#[derive(Debug, Clone, Deserialize)]
pub struct Owner {
    pub id: Option<String>,
}

/// Something that another object names.
#[derive(Debug, Clone, Deserialize)]
pub struct Named {
    pub id: String,
}

/// The calling side of a location. The list of locations tells less than the location itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallingLocation {
    pub id: String,
    pub announcement_language: Option<String>,
    pub p_access_network_info: Option<String>,
    calling_line_id: Option<CallingLine>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallingLine {
    #[serde(default, deserialize_with = "perhaps_number")]
    phone_number: Option<String>,
}

impl CallingLocation {
    /// The number that calls of the location show.
    pub fn main_number(&self) -> Option<&str> {
        self.calling_line_id.as_ref()?.phone_number.as_deref().filter(|number| !number.is_empty())
    }
}

/// A customer's organisation.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organisation {
    pub display_name: Option<String>,
}

/// What the validation says of one number.
#[derive(Debug, Clone, Deserialize)]
pub struct NumberVerdict {
    #[serde(deserialize_with = "number")]
    pub number: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub state: String,
    #[serde(default, deserialize_with = "null_as_default")]
    pub detail: Vec<String>,
}

/// Webex writes null where nothing is known, also for texts and lists.
pub(super) fn null_as_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A body of the expected shape.
///
/// # Errors
/// What is wrong with the body, for people.
pub fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, String> {
    serde_json::from_str(&answer.body).map_err(|error| format!("the answer has an unexpected form: {error}"))
}

/// The entries of a list, whichever of the names it goes by. Every list of Cisco's description is an object that names its
/// entries; a bare array is read all the same, but one without entries does not say that there are none.
///
/// # Errors
/// What is wrong with the body, for people.
pub fn list<T: DeserializeOwned>(answer: &Answer, names: &[&str]) -> Result<Vec<T>, String> {
    let body: Value = read(answer)?;
    let entries = match body {
        Value::Array(ref entries) if !entries.is_empty() => body,
        Value::Object(mut fields) => {
            let found = names.iter().find_map(|name| fields.remove(*name));
            found.ok_or_else(|| format!("the answer has no `{}`", names.join("` or `")))?
        }
        _ => return Err("the answer is no list".to_owned()),
    };
    serde_json::from_value(entries).map_err(|error| format!("the answer has an unexpected form: {error}"))
}

/// The id of what a 201 or 202 made: `id`, or the last part of `url` or of the `Location` header.
pub fn made_id(answer: &Answer) -> Option<String> {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let last = |url: &str| {
        let path = url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/');
        path.rsplit('/').next().filter(|part| !part.is_empty()).map(str::to_owned)
    };
    text("id")
        .map(str::to_owned)
        .or_else(|| text("url").and_then(last))
        .or_else(|| answer.header("location").and_then(last))
}

/// The tracking id of an answer, from its header or body.
pub fn tracking_id(answer: &Answer) -> Option<String> {
    let body = || serde_json::from_str::<Value>(&answer.body).ok()?.get("trackingId")?.as_str().map(str::to_owned);
    answer.header("trackingid").map(str::to_owned).or_else(body)
}

/// Reads the error body in every form that was seen: object, array at top level, HTML, nothing.
pub fn refusal(answer: &Answer) -> Refusal {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let body = body.get(0).cloned().unwrap_or(body);
    let problems: Vec<Problem> =
        body.get("errors").and_then(|errors| serde_json::from_value(errors.clone()).ok()).unwrap_or_default();
    let code = problems.iter().find_map(|problem| problem.error_code.as_ref()).or_else(|| body.get("errorCode"));
    let code = code.filter(|code| !code.is_null());
    let mut words: Vec<String> = problems.iter().filter_map(|problem| problem.description.clone()).collect();
    if words.is_empty() {
        const NAMES: [&str; 5] = ["message", "detail", "failureReason", "error_description", "error"];
        let named = NAMES.into_iter().find_map(|name| body.get(name)?.as_str());
        words.extend(named.map(str::to_owned));
    }
    if words.is_empty() {
        words.push(plain(&answer.body));
    }
    let text: String = visible(&words.join("; ")).chars().take(TEXT_CHARS_MAX).collect();
    Refusal {
        status: answer.status,
        code: code.map(|code| code.as_str().map_or_else(|| code.to_string(), str::to_owned)),
        text: if text.is_empty() { format!("status {} without a word", answer.status) } else { text },
        tracking_id: tracking_id(answer),
    }
}

/// The error code inside a validation's detail, such as `[Error 8363] DN is in use : +1…`.
pub fn detail_code(detail: &str) -> Option<String> {
    let (_, rest) = detail.split_once("[Error ")?;
    rest.split_once(']').map(|(code, _)| code.trim().to_owned())
}

/// The UUID inside an id such as `Y2lzY29zcGFyazov…`; an id that is a UUID already stays.
pub fn uuid(id: &str) -> Option<String> {
    let is_uuid = |text: &str| {
        let groups: Vec<usize> = text.split('-').map(str::len).collect();
        groups == [8, 4, 4, 4, 12] && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
    };
    if is_uuid(id) {
        return Some(id.to_lowercase());
    }
    plain_id(id).filter(|last| is_uuid(last)).map(|uuid| uuid.to_lowercase())
}

/// Do both name the same object? Webex writes one id in several forms: with padding or without, in either case, bare.
pub fn is_same_id(one: &str, other: &str) -> bool {
    one == other || id_key(one) == id_key(other)
}

/// An id in the one form in which ids can be compared.
pub fn id_key(id: &str) -> String {
    uuid(id).unwrap_or_else(|| id.trim_end_matches('=').to_owned())
}

/// What an id such as `Y2lzY29zcGFyazov…` says last; none when it is none of that form.
pub fn plain_id(id: &str) -> Option<String> {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decoded = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT)
        .decode(id)
        .or_else(|_| GeneralPurpose::new(&alphabet::STANDARD, LENIENT).decode(id))
        .ok()?;
    let text = String::from_utf8(decoded).ok()?;
    text.rsplit_once('/').map(|(_, last)| last.to_owned())
}

/// What a precheck that was answered has to complain of; none when it says success. Cisco's schema has one object under
/// `info`, its example a list of them.
pub fn precheck(answer: &Answer) -> Option<String> {
    let body: Value = serde_json::from_str(&answer.body).ok()?;
    let message = body.get("message").and_then(Value::as_str).unwrap_or("success");
    let info = body.get("info");
    let infos = info
        .and_then(Value::as_array)
        .map_or_else(|| info.into_iter().collect(), |list| list.iter().collect::<Vec<_>>());
    let is_error = infos.iter().any(|info| info.get("errorCode").is_some());
    if message.eq_ignore_ascii_case("success") && !is_error {
        return None;
    }
    let told: Vec<&str> = infos.iter().filter_map(|info| info.get("description").and_then(Value::as_str)).collect();
    Some(if told.is_empty() { message.to_owned() } else { told.join("; ") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(body: &str) -> String {
        refusal(&Answer { status: 400, headers: Vec::new(), body: body.to_owned() }).to_string()
    }

    #[test]
    fn error_bodies_are_read_in_every_form() {
        let wholesale =
            json!({"message": "m", "errors": [{"errorCode": 10022, "description": "taken"}], "trackingId": "T"});
        assert_eq!(shown(&wholesale.to_string()), "taken (400, code 10022)");
        let calling = json!({"message": "in use", "errorCode": 25223, "errors": [{"errorCode": 8363}]});
        assert_eq!(shown(&calling.to_string()), "in use (400, code 8363)");
        let array = json!([{"errors": [{"number": "+1", "errorCode": "25089", "errorMessage": "gone"}]}]);
        assert_eq!(shown(&array.to_string()), "gone (400, code 25089)");
        assert_eq!(shown("<html><h1>Bad  gateway</h1></html>"), "Bad gateway (400)");
        let oauth = json!({"error": "invalid_grant", "error_description": "it has ended"});
        assert_eq!(shown(&oauth.to_string()), "it has ended (400)");
        assert_eq!(shown(&json!({"message": "no", "errorCode": null}).to_string()), "no (400)");
        assert_eq!(shown(""), "status 400 without a word (400)");
        let hostile = json!({ "errors": [{ "description": "a\u{202e}b\u{1b}[2J\nc\u{2066}d" }] });
        assert_eq!(shown(&hostile.to_string()), "a[U+202E]b[U+001B][2J c[U+2066]d (400)");
    }

    #[test]
    fn only_a_list_that_names_its_entries_can_be_empty() {
        let read = |body: &str| {
            let answer = Answer { status: 200, headers: Vec::new(), body: body.to_owned() };
            list::<u32>(&answer, &["items", "customers"])
        };
        for (body, entries) in
            [(r#"{"items":[]}"#, &[][..]), (r#"{"customers":[1,2],"count":2}"#, &[1, 2]), ("[1]", &[1])]
        {
            assert_eq!(read(body).as_deref(), Ok(entries), "{body}");
        }
        for body in ["[]", "{}", r#"{"items":null}"#, r#"{"message":"soon"}"#, "null", "true", ""] {
            assert!(read(body).is_err(), "{body}");
        }
    }

    #[test]
    fn ids_are_found_where_an_answer_puts_them() {
        let mut answer = Answer::json(202, &json!({"url": "https://x/v1/wholesale/customers/abc"}));
        assert_eq!(made_id(&answer).as_deref(), Some("abc"));
        answer.body.clear();
        assert_eq!(made_id(&answer), None);
        answer.headers.push(("Location".to_owned(), "/wholesale/customers/def/?x".to_owned()));
        assert_eq!(made_id(&answer).as_deref(), Some("def"));
    }

    #[test]
    fn uuids_come_out_of_ids() {
        let id = "Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi81MmNmNTc2ZC02MGE4LTQwN2EtYjIyYy00NjdjNTE1OTE5MDg";
        assert_eq!(uuid(id).as_deref(), Some("52cf576d-60a8-407a-b22c-467c51591908"));
        assert_eq!(uuid(&format!("{id}=")).as_deref(), uuid(id).as_deref());
        assert_eq!(uuid("52CF576D-60a8-407a-b22c-467c51591908").as_deref(), uuid(id).as_deref());
        assert_eq!(uuid("not an id"), None);
        assert_eq!(plain_id("Y2lzY29zcGFyazovL3VzL1JPTEUvaWRfZnVsbF9hZG1pbg").as_deref(), Some("id_full_admin"));
    }

    #[test]
    fn one_id_has_several_forms() {
        let id = "Y2lzY29zcGFyazovL3VzL0xPQ0FUSU9OLzUyY2Y1NzZkLTYwYTgtNDA3YS1iMjJjLTQ2N2M1MTU5MTkwOA";
        let upper = "Y2lzY29zcGFyazovL3VzL0xPQ0FUSU9OLzUyQ0Y1NzZELTYwQTgtNDA3QS1CMjJDLTQ2N0M1MTU5MTkwOA";
        let bare = "52cf576d-60a8-407a-b22c-467c51591908";
        for other in [&format!("{id}=="), upper, bare, &bare.to_uppercase()] {
            assert!(is_same_id(id, other), "{other}");
        }
        assert!(!is_same_id(id, "52cf576d-60a8-407a-b22c-467c51591909") && !is_same_id("L1", "L2"));
        assert!(is_same_id("L1", "L1=="));
    }

    #[test]
    fn codes_are_cut_out_of_details() {
        assert_eq!(detail_code("[Error 8363] DN is in use : +1").as_deref(), Some("8363"));
        assert_eq!(detail_code("no code"), None);
    }
}
