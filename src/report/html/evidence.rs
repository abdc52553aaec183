//! The evidence for one customer as a page that is printed and signed.

use maud::{Markup, html};

use super::{capital, moment, page, shown, ticked};
use crate::report::evidence::{Deed, Evidence};
use crate::report::status::CustomerStatus;
use crate::text::{Lang, phrase, say};

/// The page of a customer's evidence.
pub fn evidence_html(evidence: &Evidence, lang: Lang) -> String {
    let body = html! {
        a class="skip" href="#main" { (phrase(lang, "To the content")) }
        div class="wrap" {
            header class="top" {
                p class="eyebrow" { (phrase(lang, "Evidence")) }
                h1 { (shown(&evidence.name)) }
                p { span class="mono" { (shown(&evidence.customer)) } " · " (moment(&evidence.written)) " · " (shown(&evidence.written_by)) }
            }
            main id="main" {
                (facts(evidence, lang))
                (deeds(&evidence.deeds, lang))
                section aria-labelledby="hand" {
                    h2 id="hand" { (phrase(lang, "Left to do by hand")) }
                    div class="panel" { ul class="check" { @for task in &evidence.by_hand { li { (ticked(&capital(task))) } } } }
                }
                div class="sign" { @for line in ["Name", "Date", "Signature"] { p { (phrase(lang, line)) } } }
            }
        }
    };
    let title = say(lang, "Evidence for {customer}", &[("customer", &evidence.customer)]);
    page(&title, lang, &body, None).into_string()
}

fn facts(evidence: &Evidence, lang: Lang) -> Markup {
    let fact = |name: &str, value: Option<&str>| {
        html! { dt { (capital(phrase(lang, name))) } dd { @if let Some(value) = value { (shown(value)) } @else { "–" } } }
    };
    html! {
        section class="panel" aria-label=(phrase(lang, "Overview")) { dl class="facts" {
            (fact("organisation id", evidence.org_id.as_deref()))
            (fact("customer id", evidence.customer_id.as_deref()))
            (fact("onboarding template", evidence.template.as_deref()))
            (fact("packages sold", evidence.packages.as_deref()))
            @if let Some(status) = &evidence.status { (stands(status, lang)) }
        } }
    }
}

fn stands(status: &CustomerStatus, lang: Lang) -> Markup {
    let numbers: [(&str, &dyn std::fmt::Display); 2] =
        [("live", &status.numbers_live), ("staged", &status.numbers_staged)];
    let administrator = status.administrator.as_ref().map(|administrator| administrator.email.clone());
    let lines = [
        ("standing", Some(phrase(lang, status.standing.word()).to_owned())),
        ("administrator", administrator),
        ("users done", Some(format!("{}/{}", status.users.done, status.users.all))),
        ("phone numbers", Some(say(lang, "{live} live, {staged} staged", &numbers))),
        ("emergency address", status.emergency.clone()),
        ("looked after by", status.owner.clone()),
    ];
    html! {
        @for (name, value) in &lines {
            dt { (capital(phrase(lang, name))) }
            dd { @if let Some(value) = value { (shown(value)) } @else { "–" } }
        }
    }
}

fn deeds(deeds: &[Deed], lang: Lang) -> Markup {
    html! {
        section aria-labelledby="deeds" {
            h2 id="deeds" { (phrase(lang, "What was done")) }
            @if deeds.is_empty() { div class="panel" { p { (phrase(lang, "nothing yet")) } } }
            @else {
                div class="panel table" { div class="scroll" tabindex="0" role="group" aria-labelledby="deeds" { table class="cards deeds" {
                    thead { tr { @for name in ["When", "What", "To what", "By whom", "Tracking id"] { th scope="col" { (phrase(lang, name)) } } } }
                    tbody { @for deed in deeds { tr {
                        th scope="row" class="place" { (moment(&deed.at)) }
                        td { @if deed.stood { (capital(&say(lang, "{what}: stood there already", &[("what", &deed.what)]))) } @else { (capital(&deed.what)) } }
                        td { (shown(&deed.thing)) }
                        td data-label=(phrase(lang, "By whom")) { (shown(&deed.by)) br; span class="soft mono" { (shown(&deed.run)) } }
                        td data-label=(phrase(lang, "Tracking id")) class="mono" { @if let Some(id) = &deed.tracking_id { (shown(id)) } }
                    } } }
                } } }
            }
        }
    }
}
