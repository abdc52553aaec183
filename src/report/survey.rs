//! Which customers of the sheets stand in Webex already, as `check --online` has found out: for people and for machines.

use std::fmt::Display;

use serde::Serialize;

use super::printable;
use crate::text::{self, Lang, phrase, say};

/// Where a customer of the sheets stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Whereabouts {
    /// Nowhere, as far as the partner's list and the precheck tell.
    New,
    /// Among this partner's customers.
    Existing,
    /// In Webex, and not among this partner's customers.
    Elsewhere,
    /// It could not be told.
    Unknown,
}

impl Whereabouts {
    const ALL: [Self; 4] = [Self::New, Self::Existing, Self::Elsewhere, Self::Unknown];

    const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Existing => "existing",
            Self::Elsewhere => "elsewhere",
            Self::Unknown => "unknown",
        }
    }
}

/// What is said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SurveyReason {
    /// It is listed with that status.
    Status(String),
    /// It is listed under another external id, with that status.
    OtherId(String, String),
    /// Somebody has its administrator's e-mail already.
    AdministratorTaken,
    /// Its row names an organisation that is not among the partner's.
    Attaches,
    /// A run has had it confirmed, and it is not listed any more.
    Gone,
    /// Its row is not clean, so the precheck was not asked.
    NotAsked,
    /// The precheck refuses the row for something else.
    Refused(String),
    /// The precheck or the list did not answer.
    Unanswered(String),
    OverBudget,
}

impl SurveyReason {
    fn words(&self, lang: Lang) -> String {
        let (words, what, id): (_, &str, &str) = match self {
            Self::Status(status) => ("Webex says `{what}`", status, ""),
            Self::OtherId(id, status) => ("Webex says `{what}`, under the external id `{id}`", status, id),
            Self::AdministratorTaken => ("somebody in Webex has its administrator's e-mail", "", ""),
            Self::Attaches => ("its `org_id` names an organisation that is none of this partner's customers", "", ""),
            Self::Gone => ("a run has had it confirmed, and Webex does not list it any more", "", ""),
            Self::NotAsked => ("it is not listed, and its row is not clean, so the precheck was not asked", "", ""),
            Self::Refused(why) => ("it is not listed, and the precheck refuses its row: {what}", why, ""),
            Self::Unanswered(why) => ("Webex did not answer: {what}", why, ""),
            Self::OverBudget => ("the budget of requests was used up; --budget raises it", "", ""),
        };
        say(lang, words, &[("what", &text::retold(lang, what)), ("id", &id)])
    }
}

/// How many users of a customer stand where; every e-mail of its rows is counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct UsersFound {
    pub all: usize,
    /// Users of this very customer.
    pub existing: usize,
    /// Somebody has the e-mail, and is no user of this customer.
    pub elsewhere: usize,
    pub new: usize,
    pub unknown: usize,
}

impl UsersFound {
    /// Counts one more.
    pub fn count(&mut self, at: Whereabouts) {
        self.all += 1;
        *match at {
            Whereabouts::New => &mut self.new,
            Whereabouts::Existing => &mut self.existing,
            Whereabouts::Elsewhere => &mut self.elsewhere,
            Whereabouts::Unknown => &mut self.unknown,
        } += 1;
    }
}

/// One customer of the sheets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surveyed {
    pub customer: String,
    pub at: Whereabouts,
    pub why: Option<SurveyReason>,
    pub users: UsersFound,
}

/// All customers that the sheets want, in the order of their rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    pub customers: Vec<Surveyed>,
    pub requests: u64,
}

impl Survey {
    fn count(&self, at: Whereabouts) -> usize {
        self.customers.iter().filter(|one| one.at == at).count()
    }
}

#[derive(Serialize)]
struct Line<'a> {
    customer: &'a str,
    at: Whereabouts,
    why: Option<String>,
    users: UsersFound,
}

#[derive(Serialize)]
struct Page<'a> {
    customers: Vec<Line<'a>>,
    requests: u64,
}

/// The survey for machines, as a part of what `check` writes; always in English.
pub(super) fn survey_json(survey: &Survey) -> serde_json::Result<String> {
    let customers = survey.customers.iter().map(line).collect();
    serde_json::to_string(&Page { customers, requests: survey.requests })
}

fn line(one: &Surveyed) -> Line<'_> {
    let why = one.why.as_ref().map(|why| why.words(Lang::En));
    Line { customer: &one.customer, at: one.at, why, users: one.users }
}

/// The survey as a table, with a line that sums it up.
pub fn survey_text(survey: &Survey, lang: Lang) -> String {
    let heads = ["customer", "in Webex", "users", "existing", "elsewhere", "new", "unknown", ""];
    let mut lines = vec![heads.map(|head| if head.is_empty() { String::new() } else { phrase(lang, head).to_owned() })];
    lines.extend(survey.customers.iter().map(|one| cells(one, lang)));
    let width = |at: usize| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or_default();
    let widths: [usize; 8] = std::array::from_fn(width);
    let mut text = String::new();
    for line in &lines {
        let padded = line.iter().zip(widths).enumerate().map(|(at, (cell, width))| match at {
            2..=6 => format!("{cell:>width$}"),
            _ => format!("{cell:<width$}"),
        });
        text.push_str(padded.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    let words = "surveyed {customers|* customer|* customers}: {new} new, {existing} existing, {elsewhere} elsewhere, {unknown} unknown; {requests|* request|* requests}, the precheck's among them";
    let [new, existing, elsewhere, unknown] = Whereabouts::ALL.map(|at| survey.count(at));
    let gaps: [(&str, &dyn Display); 6] = [
        ("customers", &survey.customers.len()),
        ("new", &new),
        ("existing", &existing),
        ("elsewhere", &elsewhere),
        ("unknown", &unknown),
        ("requests", &survey.requests),
    ];
    text + &say(lang, words, &gaps) + "\n"
}

fn cells(one: &Surveyed, lang: Lang) -> [String; 8] {
    let users = one.users;
    let counts = [users.all, users.existing, users.elsewhere, users.new, users.unknown].map(|count| count.to_string());
    let [all, existing, elsewhere, new, unknown] = counts;
    let why = one.why.as_ref().map(|why| why.words(lang)).unwrap_or_default();
    let text = |text: &str| printable(text).replace(['\n', '\t'], " ");
    let at = phrase(lang, one.at.word()).to_owned();
    [text(&one.customer), at, all, existing, elsewhere, new, unknown, text(&why)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Survey {
        let mut users = UsersFound::default();
        for at in [Whereabouts::New, Whereabouts::New, Whereabouts::Elsewhere] {
            users.count(at);
        }
        let one = |customer: &str, at, why| Surveyed { customer: customer.to_owned(), at, why, users };
        let customers = vec![
            one("aurora", Whereabouts::New, None),
            one("te\u{7}jo", Whereabouts::Existing, Some(SurveyReason::Status("provisioned".to_owned()))),
            one("x", Whereabouts::Unknown, Some(SurveyReason::Unanswered("bad gateway\n(502)".to_owned()))),
        ];
        Survey { customers, requests: 7 }
    }

    #[test]
    fn a_table_tells_where_every_customer_stands() {
        let expected = "\
customer  in Webex  users  existing  elsewhere  new  unknown
aurora    new           3         0          1    2        0
te\u{fffd}jo     existing      3         0          1    2        0  Webex says `provisioned`
x         unknown       3         0          1    2        0  Webex did not answer: bad gateway (502)
surveyed 3 customers: 1 new, 1 existing, 0 elsewhere, 1 unknown; 7 requests, the precheck's among them
";
        assert_eq!(survey_text(&sample(), Lang::En), expected);
    }

    #[test]
    fn machines_read_the_same_words_and_counts() {
        let page: serde_json::Value =
            serde_json::from_str(&survey_json(&sample()).expect("it can be written")).expect("it is JSON");
        assert_eq!(page["customers"][1]["at"], "existing");
        assert_eq!(page["customers"][1]["why"], "Webex says `provisioned`");
        assert_eq!(page["customers"][0]["users"]["elsewhere"], 1);
        assert_eq!(page["requests"], 7);
    }
}
