//! Sub-partners: on whose behalf the partner asks. What is made for one is seen by that one alone, and what the partner
//! makes for itself by none of them.

use super::ids;
use super::refusal::Refusal;
use crate::api::wire::{Method, Request};

/// The query parameter that names a sub-partner's organisation.
pub const PARAMETER: &str = "onBehalfOfSubPartnerOrgId";
/// What takes it; other routes pass it over.
const FAMILIES: [&str; 3] = ["/wholesale/customers", "/wholesale/subscribers", "/subscribers"];

/// One that the partner has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubPartner {
    pub org: String,
    /// It may only delete then.
    pub suspended: bool,
}

/// The one form in which organisations are compared; what is no id is taken as it stands.
pub fn key(org_id: &str) -> String {
    ids::bare(org_id).unwrap_or_else(|| org_id.to_owned())
}

/// May the request be made on that behalf? Where none are set, whoever is named is one. Cisco does not publish how a
/// stranger is refused; it is answered like anything that is not there.
pub fn admit(known: &[SubPartner], path: &str, request: &Request) -> Result<(), Refusal> {
    let named = request.query.iter().find(|(name, value)| name == PARAMETER && !value.is_empty());
    let is_family = FAMILIES.iter().any(|family| path.strip_prefix(family).is_some_and(is_whole));
    let Some((_, org_id)) = named.filter(|_| is_family && !known.is_empty()) else { return Ok(()) };
    match known.iter().find(|one| one.org == key(org_id)) {
        None => Err(Refusal::not_found("sub-partner")),
        Some(one) if one.suspended && !matches!(request.method, Method::Get | Method::Delete) => {
            Err(Refusal::new(403, "the sub-partner is suspended and may only delete"))
        }
        Some(_) => Ok(()),
    }
}

fn is_whole(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}
