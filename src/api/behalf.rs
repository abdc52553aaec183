//! On whose behalf wholesale requests are made: the partner's own, or a sub-partner's (`webex-api.md` 10).

use serde_json::json;

use super::wire::{Method, Request};

/// The query parameter that names a sub-partner's organisation.
const PARAMETER: &str = "onBehalfOfSubPartnerOrgId";
/// What takes it: customers, subscribers and their prechecks, and consent mails, whose path is a shorter one.
const FAMILIES: [&str; 3] = ["/wholesale/customers", "/wholesale/subscribers", "/subscribers"];

/// A sub-partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behalf {
    /// The encoded id of its organisation.
    pub org_id: String,
    /// Its administrator's mail address, where customers are to name it.
    pub admin_email: Option<String>,
}

impl Behalf {
    /// The request as the sub-partner's; others stay as they are.
    #[must_use]
    pub fn of(&self, mut request: Request) -> Request {
        let is_of = |family: &str| {
            request.path.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let Some(family) = FAMILIES.into_iter().find(|family| is_of(family)) else { return request };
        // The link to a next page names it already.
        if !request.query.iter().any(|(name, _)| name == PARAMETER) {
            request.query.push((PARAMETER.to_owned(), self.org_id.clone()));
        }
        let is_customer = family == FAMILIES[0] && !request.path.ends_with("/validate");
        if let (Some(email), Some(body)) = (&self.admin_email, request.body.as_mut())
            && is_customer
            && matches!(request.method, Method::Post | Method::Put)
            && body.is_object()
        {
            body["subPartnerAdminEmail"] = json!(email);
        }
        request
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_customers_and_subscribers_are_a_sub_partners() {
        let behalf = Behalf { org_id: "S".to_owned(), admin_email: Some("a@s.example".to_owned()) };
        for (method, path, is_named, has_email) in [
            (Method::Get, "/wholesale/customers", true, false),
            (Method::Post, "/wholesale/customers", true, true),
            (Method::Put, "/wholesale/customers/x", true, true),
            (Method::Delete, "/wholesale/customers/x", true, false),
            (Method::Post, "/wholesale/customers/validate", true, false),
            (Method::Post, "/wholesale/subscribers", true, false),
            (Method::Post, "/wholesale/subscribers/validate", true, false),
            (Method::Put, "/wholesale/subscribers/x", true, false),
            (Method::Post, "/subscribers/x/emails/consentMove", true, false),
            (Method::Get, "/wholesale/subPartners", false, false),
            (Method::Get, "/wholesale/customersets", false, false),
            (Method::Put, "/people/x", false, false),
        ] {
            let request = Request::new(method, path);
            let is_write = matches!(method, Method::Post | Method::Put);
            let request = if is_write { request.with_body(json!({ "x": 1 })) } else { request };
            let once = behalf.of(request);
            let twice = behalf.of(once.clone());
            assert_eq!(once, twice, "{path}");
            let named = once.query.iter().filter(|(name, value)| name == PARAMETER && value == "S").count();
            assert_eq!(named, usize::from(is_named), "{method} {path}");
            let email = once.body.as_ref().map(|body| body["subPartnerAdminEmail"].is_string());
            assert_eq!(email.unwrap_or_default(), has_email, "{method} {path}");
        }
    }
}
