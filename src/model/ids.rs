//! Ids as Webex writes them.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Can it be the id of an organisation? In Cisco's examples it says `ciscospark://…/ORGANIZATION/UUID` in Base64, also in
/// mixed case; SCIM takes the UUID alone (`webex-api.md` 2.3, 7.2).
pub fn may_be_organisation(id: &str) -> bool {
    is_uuid(id) || said(id).is_some_and(|said| is_of_organisation(&said))
}

fn is_of_organisation(said: &str) -> bool {
    let mut parts = said.rsplit('/');
    parts.next().is_some_and(is_uuid) && parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("organization"))
}

fn is_uuid(text: &str) -> bool {
    let groups = text.split('-').map(str::len);
    groups.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

fn said(id: &str) -> Option<String> {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decoded = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT)
        .decode(id)
        .or_else(|_| GeneralPurpose::new(&alphabet::STANDARD, LENIENT).decode(id));
    String::from_utf8(decoded.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_organisations_are_told_from_others() {
        for (id, is_one) in [
            ("Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi85NmFiYzJhYS0zZGNjLTExZTUtYTE1Mi1mZTM0ODE5Y2RjOWE", true),
            ("Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi85NmFiYzJhYS0zZGNjLTExZTUtYTE1Mi1mZTM0ODE5Y2RjOWE=", true),
            ("Y2lzY29zcGFyazovL3VzL09yZ2FuaXphdGlvbi85NmFiYzJhYS0zZGNjLTExZTUtYTE1Mi1mZTM0ODE5Y2RjOWE", true),
            ("96ABC2AA-3dcc-11e5-a152-fe34819cdc9a", true),
            // A person, a cell that was cut short, an external id, nothing.
            ("Y2lzY29zcGFyazovL3VzL1BFT1BMRS9mNWIzNjE4Ny1jOGRkLTQ3MjctOGIyZi1mOWM0NDdmMjkwNDY", false),
            ("Y2lzY29zcGFyazovL3VzL09SR0FOSVpBVElPTi85NmFiYzJhYS0zZGNj", false),
            ("acme-001", false),
            ("", false),
        ] {
            assert_eq!(may_be_organisation(id), is_one, "{id}");
        }
    }
}
