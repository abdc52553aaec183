//! The numbers of a location: connection first, then numbers in batches, then the main number.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Done, emergency, ids, partial, standing, switch};
use crate::api::answers::{detail_code, is_same_id};
use crate::api::{Client, Failure, Refusal, Weight, calls};
use crate::diagnostic::Code;
use crate::journal::{Call, Ending, Event, Reason};
use crate::plan::{Action, NUMBERS_PER_REQUEST, NumbersWork, PstnWork, expand, without};
use crate::run::hand::{AS_FOUND, End, Hand, Ids, STAGED, Sent, Sight, finished, refused};
use crate::run::organisation::{connection_of, numbers_of, numbers_with_state, pstn_options};

/// Why a number that stood there does not count as live.
const SILENT: &str = "it stands there inactive";
/// That Webex knows of nothing that connects the location.
const UNCONNECTED: &str = "unconnected:";
const NO_CONNECTION: &str = "the location has no PSTN connection";
/// That the location took none of some numbers, with the reason.
const WHOLE: &str = "whole:";
/// How often what is left of a batch is sent again without the numbers that were refused.
const TURNS_MAX: u32 = 20;

pub(super) async fn carry_out(hand: &mut Hand, work: &NumbersWork) -> Done {
    let place = Place {
        org_id: hand.id(&hand.given.customer, "org_id")?,
        location_id: hand.id(&hand.given.location, "location_id")?,
    };
    // Only what an earlier attempt sent may stand there already.
    let sent_before = hand.record.attempts > 0;
    // What is in doubt is settled before anything else of the step is looked at.
    let is_first = hand.record.state.in_doubt() == Some(Call::SetEmergencyAddress);
    if is_first {
        emergency::register(hand, &place, work).await?;
    }
    if let Some(pstn) = &work.pstn {
        connect(hand, &place, pstn).await?;
    }
    let wanted = expand(&work.add);
    let touches_numbers = !(wanted.is_empty() && work.activate.is_empty() && work.deactivate.is_empty());
    let forbidding = if touches_numbers { forbidding_connection(hand, &place, work).await? } else { None };
    let forbids = forbidding.as_deref();
    switch::deactivate(hand, &place, work, forbids).await?;
    switch::activate(hand, &place, work, forbids).await?;
    match &forbidding {
        Some(kind) => verify(hand, &place, &wanted, kind).await?,
        None => add(hand, &place, work, &wanted, sent_before).await?,
    }
    set_main_number(hand, &place, work).await?;
    emergency::call_back(hand, &place, work).await?;
    // Last, since nothing of a step that fails is known afterwards, and the address would be registered once more.
    if !is_first {
        emergency::register(hand, &place, work).await?;
    }
    let staged = switch::left_over(hand, forbidding.as_deref());
    let of_numbers = both(refused_numbers(hand, work, forbidding), staged);
    Ok(both(both(of_numbers, emergency::open(hand)), partial::open(hand)))
}

fn both(one: Option<Reason>, other: Option<Reason>) -> Option<Reason> {
    match one {
        Some(reason) => Some(reason.and(other)),
        None => other,
    }
}

/// Where the numbers go.
#[derive(Clone)]
pub(super) struct Place {
    pub org_id: String,
    pub location_id: String,
}

async fn connect(hand: &mut Hand, place: &Place, pstn: &PstnWork) -> Result<(), End> {
    if standing::connection(hand, place, pstn).await? {
        return Ok(());
    }
    let chosen = match pstn {
        PstnWork::Option(wanted) => {
            let options = pstn_options(hand.client(), &place.org_id, &place.location_id).await?;
            let found = options.iter().find(|option| is_same_id(&option.id, wanted) || option.display_name == *wanted);
            let offered = || {
                let names: Vec<_> = options.iter().map(|option| format!("`{}`", option.display_name)).collect();
                format!("`{wanted}`; it offers {}", if names.is_empty() { "none".to_owned() } else { names.join(", ") })
            };
            let found = found.ok_or_else(|| finished(Ending::Failed, Code::PstnOptionUnknown, offered()))?;
            PstnWork::Option(found.id.clone())
        }
        other => other.clone(),
    };
    let request = calls::connect_pstn(&place.org_id, &place.location_id, &chosen);
    let again = |_| async { Ok(Sight::Absent) };
    match hand.once(Call::ConnectPstn, Weight::Repeatable, Some(&place.org_id), request, |_| Ids::new(), again).await? {
        Sent::Done => Ok(()),
        Sent::Refused(refusal) => Err(refused(&refusal)),
    }
}

/// Adds what is not there yet.
async fn add(
    hand: &mut Hand,
    place: &Place,
    work: &NumbersWork,
    wanted: &[String],
    sent_before: bool,
) -> Result<(), End> {
    if wanted.is_empty() {
        return Ok(());
    }
    let standing = validate(hand, place, work, wanted, sent_before).await?;
    for (index, batch) in wanted.chunks(NUMBERS_PER_REQUEST).enumerate() {
        let call = Call::AddNumbers(u32::try_from(index).unwrap_or(u32::MAX));
        if hand.is_past(call) {
            continue;
        }
        let open: Vec<String> = batch
            .iter()
            .filter(|number| hand.refused_number(number).is_none() && !standing.contains(*number))
            .cloned()
            .collect();
        if open.is_empty() {
            if !hand.is_in_doubt() && !hand.record.is_settled(call) {
                hand.tell(Event::Existing { call, ids: Ids::new() }).await?;
            }
            continue;
        }
        add_batch(hand, place, call, open, work.active).await?;
    }
    Ok(())
}

/// The kind of connection, when it does not take numbers over the API. A location without one says nothing.
async fn forbidding_connection(hand: &mut Hand, place: &Place, work: &NumbersWork) -> Result<Option<String>, End> {
    let organisation = hand.organisation(&work.customer);
    let has_default = hand.given.location_is_new && !organisation.is_attached() && work.pstn.is_none();
    let read = if has_default {
        organisation.default_connection(hand.client(), &place.org_id, &place.location_id).await.cloned()
    } else {
        connection_of(hand.client(), &place.org_id, &place.location_id).await
    };
    match read {
        Ok(connection) => {
            let kind = connection.pstn_connection_type.clone().unwrap_or_default();
            Ok((!connection.takes_numbers()).then_some(kind))
        }
        Err(Failure::Rejected(refusal)) if refusal.status == 404 => {
            hand.tell(Event::Noted { ids: ids(&[(UNCONNECTED, "")]) }).await?;
            Ok(None)
        }
        Err(Failure::Rejected(refusal)) if matches!(refusal.status, 400 | 405) => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

/// Where the connection forbids adding numbers over the API they are only verified.
async fn verify(hand: &mut Hand, place: &Place, wanted: &[String], kind: &str) -> Result<(), End> {
    if wanted.is_empty() || hand.is_past(Call::AddNumbers(0)) {
        return Ok(());
    }
    // Whether they are live is the provider's business.
    hand.tell(Event::Noted { ids: ids(&[(AS_FOUND, kind)]) }).await?;
    let standing: HashSet<String> =
        numbers_of(hand.client(), &place.org_id, &place.location_id).await?.into_iter().collect();
    let absent = wanted.iter().filter(|number| !standing.contains(*number));
    let words = |number: &String| format!("{number} (not in the location, whose {kind} takes none over the API)");
    let refused: Ids = absent.map(|number| (format!("refused:{number}"), words(number))).collect();
    if refused.is_empty() {
        return hand.tell(Event::Existing { call: Call::AddNumbers(0), ids: refused }).await;
    }
    hand.tell(Event::Noted { ids: refused }).await
}

/// Asks once per customer which numbers can be added; remembers those that cannot. Returns those of this location
/// that stand there already.
async fn validate(
    hand: &mut Hand,
    place: &Place,
    work: &NumbersWork,
    wanted: &[String],
    sent_before: bool,
) -> Result<HashSet<String>, End> {
    let organisation = hand.organisation(&work.customer);
    let verdicts = organisation.verdicts(hand.client(), &place.org_id).await?;
    let is_bad = |number: &&String| {
        verdicts.get(*number).is_some_and(|verdict| !verdict.state.eq_ignore_ascii_case("available"))
    };
    let bad: Vec<String> = wanted.iter().filter(is_bad).cloned().collect();
    if bad.is_empty() && !sent_before {
        return Ok(HashSet::new());
    }
    // `Duplicate` may mean: in this very location, perhaps by an earlier request of ours.
    let states = numbers_with_state(hand.client(), &place.org_id, &place.location_id).await?;
    let states: HashMap<String, bool> = states.into_iter().collect();
    let standing: HashSet<String> = states.keys().cloned().collect();
    let mut refused = Ids::new();
    for number in bad.iter().filter(|number| !standing.contains(*number)) {
        if let Some(verdict) = verdicts.get(number).filter(|_| !hand.is_in_doubt()) {
            let code = verdict.detail.iter().find_map(|detail| detail_code(detail));
            let code = code.map(|code| format!(", code {code}")).unwrap_or_default();
            refused.insert(format!("refused:{number}"), format!("{number} ({}{code})", verdict.state));
        }
    }
    if !sent_before {
        // What stood here before is not the run's own, should it be taken back.
        let stood = bad.iter().filter(|number| standing.contains(*number));
        refused.extend(stood.map(|number| (format!("stood:{number}"), "before the run".to_owned())));
        // Nobody is called there before somebody says so: it may wait for porting day.
        let silent = bad.iter().filter(|number| work.active && states.get(*number) == Some(&false));
        refused.extend(silent.map(|number| (format!("{STAGED}{number}"), SILENT.to_owned())));
    }
    if !refused.is_empty() {
        hand.tell(Event::Noted { ids: refused }).await?;
    }
    Ok(if hand.is_in_doubt() { HashSet::new() } else { standing })
}

/// Adds a batch. Where Webex names the numbers it does not want, the others go without them; where it names none, it is
/// the location that takes none.
async fn add_batch(hand: &mut Hand, place: &Place, call: Call, mut open: Vec<String>, active: bool) -> Result<(), End> {
    for turn in 1.. {
        let request = calls::add_numbers(&place.org_id, &place.location_id, &open, active);
        let (org, location, wanted) = (place.org_id.clone(), place.location_id.clone(), open.clone());
        let look = move |client| are_there(client, org.clone(), location.clone(), wanted.clone());
        let sent = hand.once(call, Weight::Once, Some(&place.org_id), request, |_| Ids::new(), look).await?;
        let Sent::Refused(refusal) = sent else { break };
        if matches!(refusal.status, 401 | 403) {
            return Err(refused(&refusal));
        }
        // The provider names the numbers in many ways; what stands there afterwards is certain.
        let standing: HashSet<String> =
            numbers_of(hand.client(), &place.org_id, &place.location_id).await?.into_iter().collect();
        open.retain(|number| !standing.contains(number));
        if open.is_empty() {
            return hand.tell(Event::Existing { call, ids: Ids::new() }).await;
        }
        let (named, others): (Vec<String>, Vec<String>) =
            open.into_iter().partition(|number| objection(&refusal, number).is_some());
        let is_last = named.is_empty() || turn == TURNS_MAX;
        let (out, left) = if is_last { ([named, others].concat(), Vec::new()) } else { (named, others) };
        note_refused(hand, &out, &refusal).await?;
        if left.is_empty() {
            break;
        }
        open = left;
    }
    Ok(())
}

async fn note_refused(hand: &mut Hand, numbers: &[String], refusal: &Refusal) -> Result<(), End> {
    let is_unconnected = hand.record.ids.contains_key(UNCONNECTED);
    let of_all = if is_unconnected { format!("{NO_CONNECTION}: {refusal}") } else { refusal.to_string() };
    let why = |number: &String| objection(refusal, number).unwrap_or_else(|| of_all.clone());
    let mut ids: Ids =
        numbers.iter().map(|number| (format!("refused:{number}"), format!("{number}: {}", why(number)))).collect();
    if is_unconnected || (numbers.len() > 1 && numbers.iter().all(|number| objection(refusal, number).is_none())) {
        ids.insert(WHOLE.to_owned(), of_all);
    }
    hand.tell(Event::Noted { ids }).await
}

/// What a refusal says of one number, if it names it.
fn objection(refusal: &Refusal, number: &str) -> Option<String> {
    let digits = number.trim_start_matches('+');
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let names = |part: &str| {
        part.match_indices(digits).any(|(at, found)| {
            !is_digit(part[..at].chars().next_back()) && !is_digit(part[at + found.len()..].chars().next())
        })
    };
    let part = refusal.text.split("; ").find(|part| names(part))?;
    Some(Refusal { text: part.to_owned(), ..refusal.clone() }.to_string())
}

/// Do all of the numbers stand in the location? Adding one that does changes nothing, so some is as good as none.
async fn are_there(client: Client, org_id: String, location_id: String, wanted: Vec<String>) -> Result<Sight, Failure> {
    let standing: HashSet<String> = numbers_of(&client, &org_id, &location_id).await?.into_iter().collect();
    let all = wanted.iter().all(|number| standing.contains(number));
    Ok(if all { Sight::There(Ids::new()) } else { Sight::Absent })
}

async fn set_main_number(hand: &mut Hand, place: &Place, work: &NumbersWork) -> Result<(), End> {
    let main = work.main.as_deref().filter(|number| hand.refused_number(number).is_none());
    // The headquarters of a new customer was made with its emergency id.
    let is_made_with_it = work.headquarters && hand.given.organisation_is_ours() && hand.step.action == Action::Create;
    let emergency = work.emergency_location_id.as_deref().filter(|_| !is_made_with_it);
    if main.is_none() && emergency.is_none() {
        return Ok(());
    }
    if standing::main_number(hand, place, main, emergency).await? {
        return hand.tell(Event::Noted { ids: ids(&[("location_id", &place.location_id)]) }).await;
    }
    let request = calls::update_calling_location(&place.org_id, &place.location_id, main, emergency);
    let again = |_| async { Ok(Sight::Absent) };
    let sent = hand.once(Call::SetMainNumber, Weight::Repeatable, Some(&place.org_id), request, partial::noted, again);
    if let Sent::Refused(refusal) = sent.await? {
        return Err(refused(&refusal));
    }
    let wanted = [("main_number", main), ("emergency_location_id", emergency)].map(|(c, v)| (c, v.map(str::to_owned)));
    let wanted = wanted.each_ref().map(|(column, value)| (*column, value.as_deref()));
    partial::look(hand, place, &wanted).await?;
    hand.tell(Event::Noted { ids: ids(&[("location_id", &place.location_id)]) }).await
}

/// The numbers of the location's own row that are missing, if any is: the rest of the location stands. A user's
/// number that is missing is the user's failure.
fn refused_numbers(hand: &Hand, work: &NumbersWork, forbidding: Option<String>) -> Option<Reason> {
    let own = expand(&work.own);
    let missing: Vec<String> = own.into_iter().filter(|number| hand.refused_number(number).is_some()).collect();
    let (code, text) = match forbidding {
        Some(kind) => (Code::NumbersNotByApi, kind),
        None if hand.record.ids.contains_key(WHOLE) => (Code::Refused, alike(hand, &missing)),
        None => (Code::NumberRefused, alike(hand, &missing)),
    };
    let reason = Reason { code: Some(code.id().to_owned()), text, missing, ..Reason::default() };
    (!reason.missing.is_empty()).then_some(reason)
}

/// Why numbers are missing; those with the same reason together.
fn alike(hand: &Hand, missing: &[String]) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut alike: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for number in missing {
        let Some(why) = hand.refused_number(number) else { continue };
        match why.strip_prefix(number).and_then(|rest| rest.strip_prefix(": ")) {
            Some(shared) => alike.entry(shared).or_default().push(number),
            None => words.push(why.clone()),
        }
    }
    let listed = |(why, numbers): (&str, Vec<&str>)| format!("{}: {why}", without(&numbers.join(";"), |_| false));
    words.extend(alike.into_iter().map(listed));
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_that_names_numbers_is_about_these_alone() {
        let text = "DN is in use : +442920180500; 442920180502 is odd".to_owned();
        let refusal = Refusal { status: 400, code: Some("8363".to_owned()), text, tracking_id: None };
        let said = |number: &str| objection(&refusal, number);
        assert_eq!(said("+442920180500").as_deref(), Some("DN is in use : +442920180500 (400, code 8363)"));
        assert_eq!(said("+442920180502").as_deref(), Some("442920180502 is odd (400, code 8363)"));
        for other in ["+442920180501", "+44292018050", "+4429201805001"] {
            assert_eq!(said(other), None, "{other}");
        }
    }
}
