//! What goes live on porting day, for people.

use std::fmt::Display;

use super::plan::left_out;
use super::{PlanView, printable};
use crate::plan::{Step, Work, expand};
use crate::text::{phrase, say};

/// How many numbers go live, location by location.
pub fn activation(view: &PlanView<'_>) -> String {
    let mut text = String::new();
    let mut total = 0;
    for (customer, location, count) in view.plan.steps.iter().filter_map(numbers) {
        total += count;
        let words = "{customer}, {location}: {count|* number goes|* numbers go} live now";
        let gaps: [(&str, &dyn Display); 3] = [("customer", &customer), ("location", &location), ("count", &count)];
        text.push_str(&printable(&(say(view.lang, words, &gaps) + "\n")));
    }
    if total == 0 {
        text.push_str(&format!("{}\n", phrase(view.lang, "no number is staged: no request would be made")));
    } else {
        let words = "{count|* number goes live in all; it stays|* numbers go live in all; they stay} live while the sheet still says `inactive`";
        text.push_str(&(say(view.lang, words, &[("count", &total)]) + "\n"));
    }
    text + &left_out(view)
}

fn numbers(step: &Step) -> Option<(&str, &str, usize)> {
    match &step.work {
        Work::Numbers(work) => Some((&work.customer, &work.location, expand(&work.activate).len())),
        _ => None,
    }
}
