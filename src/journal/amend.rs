//! What is known no more while a step is still at it: what it is about to take away need not stand when it ends, however it
//! ends. Taking something for gone that stands costs one request that changes nothing; the other way round it is lost.

use std::collections::BTreeMap;

use super::Event;
use crate::plan::{Confirmed, Stage, StepId};

/// Before a number that is being taken away, and before one that is being taken out of service.
pub const TAKEN: &str = "taken:";
pub const SILENCED: &str = "silenced:";
/// That calling is being taken from a location.
pub const CALLING_TAKEN: &str = "taken:calling";
/// Before a column whose new value is on its way: how it stands is not known until the answer comes.
pub const DOUBTED: &str = "doubted:";

/// What is noted of that, if an event notes anything of it.
fn noted(event: &Event) -> Option<&BTreeMap<String, String>> {
    let Event::Noted { ids } = event else { return None };
    ids.keys().any(|key| [TAKEN, SILENCED, DOUBTED].iter().any(|prefix| key.starts_with(prefix))).then_some(ids)
}

/// The objects of which less is known from now on.
pub(super) fn targets(step: &StepId, event: &Event) -> Vec<StepId> {
    let Some(ids) = noted(event) else { return Vec::new() };
    let parts = step.parts();
    match (step.stage(), parts.as_slice()) {
        (Some(Stage::Locations), [customer, name]) if ids.contains_key(CALLING_TAKEN) => {
            vec![step.clone(), StepId::numbers(customer, name)]
        }
        (Some(Stage::Customers | Stage::Locations | Stage::Numbers | Stage::Users), _) => vec![step.clone()],
        (None, [email]) if *step == StepId::release(email) => vec![StepId::user(email)],
        _ => Vec::new(),
    }
}

/// What is left of what was known of one of them; none when nothing is.
pub(super) fn amended(mut known: Confirmed, event: &Event) -> Option<Confirmed> {
    let Some(ids) = noted(event) else { return Some(known) };
    if ids.contains_key(CALLING_TAKEN) {
        return None;
    }
    let is_taken = |number: &str| ids.contains_key(&format!("{TAKEN}{number}"));
    if known.fields.get("phone_number").is_some_and(|number| is_taken(number)) {
        known.fields.remove("phone_number");
    }
    known.fields.retain(|column, _| !ids.contains_key(&format!("{DOUBTED}{column}")));
    let silenced: Vec<String> = ids.keys().filter_map(|key| key.strip_prefix(SILENCED)).map(str::to_owned).collect();
    Some(known.with_numbers(is_taken, &silenced))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Entry, Log, Memory, Sqlite};
    use crate::plan::Known;

    fn confirmed(fields: &[(&str, &str)]) -> Confirmed {
        let fields = fields.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned())).collect();
        Confirmed { fields, ids: BTreeMap::new() }
    }

    /// What a journal knows after a step has noted that, having known this of some objects.
    fn known_after(before: &[(StepId, Confirmed)], step: &StepId, keys: &[&str]) -> [Known; 2] {
        use crate::journal::Ending::Created;
        let folder = tempfile::tempdir().expect("a folder can be made");
        let sqlite = Sqlite::open(&folder.path().join("state.db")).expect("a journal");
        let logs: [Box<dyn Log>; 2] = [Box::new(sqlite), Box::new(Memory::default())];
        logs.map(|mut log| {
            let head = |run: &str| crate::journal::RunHead { run: run.to_owned(), ..Default::default() };
            let entry = |step: &StepId, event| Entry { step: step.clone(), at: String::new(), event };
            log.begin(&head("one"), &crate::plan::Plan::default()).expect("a new run");
            for (id, confirmed) in before {
                let finished = Event::Finished { ending: Created, reason: None, confirmed: Some(confirmed.clone()) };
                log.append("one", &[entry(id, Event::Started), entry(id, finished)]).expect("entries");
            }
            log.begin(&head("two"), &crate::plan::Plan::default()).expect("a new run");
            let ids = keys.iter().map(|key| ((*key).to_owned(), String::new())).collect();
            log.append("two", &[entry(step, Event::Started), entry(step, Event::Noted { ids })]).expect("entries");
            log.known().expect("it can be read")
        })
    }

    #[test]
    fn numbers_that_are_taken_or_silenced_are_known_no_more_as_they_were() {
        let (numbers, place) = (StepId::numbers("a", "Porto"), StepId::location("a", "Porto"));
        let all = confirmed(&[("numbers", "+351211234500-+351211234503"), ("number_state", "active")]);
        let before = [(numbers.clone(), all), (place.clone(), confirmed(&[("city", "Porto")]))];
        for known in known_after(&before, &numbers, &["taken:+351211234501", "silenced:+351211234503"]) {
            let fields = &known.get(&numbers).expect("it is known").fields;
            assert_eq!(fields["numbers"], "+351211234500;+351211234502-+351211234503");
            assert_eq!((&*fields["staged_numbers"], &*fields["number_state"]), ("+351211234503", "inactive"));
            assert_eq!(fields["number_state_asked"], "active");
            assert!(known.get(&place).is_some());
        }
        for known in known_after(&before, &place, &["doubted:city"]) {
            assert_eq!(known.get(&place).map(|known| known.fields.len()), Some(0));
        }
        for known in known_after(&before, &place, &[CALLING_TAKEN]) {
            assert!(known.get(&numbers).is_none() && known.get(&place).is_none() && !known.is_gone(&place));
        }
    }

    #[test]
    fn a_number_that_was_taken_from_a_person_is_theirs_no_more() {
        let user = StepId::user("ana@a.example");
        let before = [(user.clone(), confirmed(&[("phone_number", "+351211234501"), ("extension", "1")]))];
        let release = StepId::release("ana@a.example");
        for (taken, left) in [("taken:+351211234501", None), ("taken:+351211234502", Some("+351211234501"))] {
            for known in known_after(&before, &release, &[taken]) {
                let fields = &known.get(&user).expect("they are known").fields;
                assert_eq!(fields.get("phone_number").map(String::as_str), left);
                assert_eq!(fields["extension"], "1");
            }
        }
    }
}
