//! Packages that Webex could not provision for a customer that stands all the same: which they are, why, and which users
//! have to wait for them. Nothing is sent here.

use super::customer::words;
use crate::api::answers::Customer;
use crate::diagnostic::Code;
use crate::journal::{Ending, Reason};
use crate::plan::{Action, BROKEN_PACKAGES, STANDS_WITH_ERRORS, StepId, Work};
use crate::run::hand::{End, Hand};

/// Stands for a package that Webex does not name.
const SOME: &str = "*";
const NOT_SOUND: &str = "Webex could not provision its package";

/// The packages of a customer that stands with errors, with `;` between them; none when it is sound.
pub(super) fn packages(customer: &Customer) -> Option<String> {
    let names: Vec<&str> = customer.broken_packages().map(|package| package.name.as_str()).collect();
    let list = if names.is_empty() { SOME.to_owned() } else { names.join(";") };
    (customer.status == STANDS_WITH_ERRORS).then_some(list)
}

/// What is to be said of such a customer: every broken package with its own reason, or else that of the customer.
pub(super) fn remark(customer: &Customer) -> Option<Reason> {
    packages(customer)?;
    let told = customer.broken_packages().map(|package| {
        let own = [package.errors.as_slice(), package.warnings.as_slice()].concat();
        format!("{}: {}", package.name, words(if own.is_empty() { &customer.errors } else { &own }))
    });
    let told: Vec<String> = told.collect();
    let names = customer.broken_packages().map(|package| package.name.clone()).collect::<Vec<_>>();
    let is_named = !names.is_empty();
    Some(Reason {
        code: Some(Code::PackagePartFailed.id().to_owned()),
        text: if is_named { told.join("; ") } else { words(&customer.errors) },
        missing: if is_named { names } else { vec!["packages with errors".to_owned()] },
        ..Reason::default()
    })
}

/// The end of a step that would give a package to a user that the customer has not soundly: it waits for the customer's
/// row. What is in doubt is settled first.
pub(super) fn in_the_way(hand: &Hand) -> Option<End> {
    let Work::User(work) = &hand.step.work else { return None };
    let gives = match hand.step.action {
        Action::Create => true,
        Action::Update | Action::Waiting => hand.step.changes.iter().any(|change| change.column == "package"),
        Action::Unchanged | Action::Delete => false,
    };
    let broken = hand.given.customer.get(BROKEN_PACKAGES)?;
    if !gives || hand.is_in_doubt() || hand.record.attempts > 0 || !broken.split(';').any(|name| name == work.package) {
        return None;
    }
    let blocked_by = Some(StepId::customer(&work.customer));
    Some(End::Finished(Ending::Blocked, Some(Reason { text: NOT_SOUND.to_owned(), blocked_by, ..Reason::default() })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn told(status: &str, packages: &Value, errors: &Value) -> Option<(String, String, Vec<String>)> {
        let customer =
            json!({ "id": "c", "status": status, "errors": errors, "resourceDetails": { "packages": packages } });
        let customer: Customer = serde_json::from_value(customer).expect("it is a customer");
        let remark = remark(&customer);
        assert_eq!(remark.is_some(), super::packages(&customer).is_some());
        remark.map(|remark| (super::packages(&customer).unwrap_or_default(), remark.text, remark.missing))
    }

    #[test]
    fn a_broken_package_is_named_with_its_reason_wherever_webex_puts_it() {
        let problem = |words: &str| json!([{ "errorCode": 7, "description": words }]);
        let sound = json!({ "name": "webex_suite", "status": "provisioned", "warnings": problem("slow") });
        let broken = |extra: Value| {
            let mut package = json!({ "name": "webex_calling", "status": "error" });
            package.as_object_mut().expect("it is one").extend(extra.as_object().cloned().unwrap_or_default());
            json!([sound, package])
        };
        let named = |text: &str| {
            Some(("webex_calling".to_owned(), format!("webex_calling: {text}"), vec!["webex_calling".to_owned()]))
        };
        let (ends, none) = (STANDS_WITH_ERRORS, json!(null));
        assert_eq!(told(ends, &broken(json!({ "errors": problem("no") })), &none), named("no (code 7)"));
        assert_eq!(told(ends, &broken(json!({ "warnings": problem("late") })), &none), named("late (code 7)"));
        assert_eq!(told(ends, &broken(json!({ "errors": null })), &problem("top")), named("top (code 7)"));
        assert_eq!(told(ends, &broken(json!({})), &none), named("Webex gives no reason"));
        let unnamed = ("*".to_owned(), "top (code 7)".to_owned(), vec!["packages with errors".to_owned()]);
        assert_eq!(told(ends, &none, &problem("top")), Some(unnamed));
        assert_eq!(told("provisioned", &json!([sound]), &none), None);
    }
}
