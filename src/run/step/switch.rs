//! Bringing numbers that stand live, and taking them out of service.

use std::collections::{BTreeMap, HashMap};

use super::numbers::Place;
use crate::api::{Client, Failure, Refusal, Weight, calls};
use crate::diagnostic::Code;
use crate::journal::{Call, Ending, Event, Reason, SILENCED};
use crate::plan::{NUMBERS_PER_REQUEST, NumbersWork, expand, without};
use crate::run::hand::{End, Hand, Ids, STAGED, Sent, Sight, finished, finished_by, refused};
use crate::run::organisation::numbers_with_state;

/// Brings live what is staged. A number that does not go live is named; the others do not wait for it.
pub(super) async fn activate(
    hand: &mut Hand,
    place: &Place,
    work: &NumbersWork,
    forbidding: Option<&str>,
) -> Result<(), End> {
    for (index, batch) in expand(&work.activate).chunks(NUMBERS_PER_REQUEST).enumerate() {
        let call = Call::ActivateNumbers(u32::try_from(index).unwrap_or(u32::MAX));
        if hand.is_past(call) {
            continue;
        }
        match forbidding {
            Some(kind) => {
                keep_staged(hand, batch, &format!("the location's {kind} takes none over the API")).await?;
            }
            None => activate_batch(hand, place, call, batch).await?,
        }
    }
    Ok(())
}

/// The numbers that did not go live, alike ones together.
pub(super) fn left_over(hand: &Hand, forbidding: Option<&str>) -> Option<Reason> {
    let missing: Vec<String> = hand.noted(STAGED).map(str::to_owned).collect();
    let mut alike: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for number in &missing {
        alike.entry(hand.record.ids.get(&key(number))?).or_default().push(number);
    }
    let words: Vec<String> =
        alike.into_iter().map(|(why, numbers)| format!("{}: {why}", without(&numbers.join(";"), |_| false))).collect();
    let code = if forbidding.is_some() { Code::NumbersNotByApi } else { Code::NumbersNotSwitched };
    let reason = Reason { code: Some(code.id().to_owned()), text: words.join("; "), missing, ..Reason::default() };
    (!reason.missing.is_empty()).then_some(reason)
}

fn key(number: &str) -> String {
    format!("{STAGED}{number}")
}

async fn keep_staged<'a>(hand: &mut Hand, numbers: impl IntoIterator<Item = &'a String>, why: &str) -> Result<(), End> {
    let ids: Ids = numbers.into_iter().map(|number| (key(number), why.to_owned())).collect();
    if ids.is_empty() { Ok(()) } else { hand.tell(Event::Noted { ids }).await }
}

async fn activate_batch(hand: &mut Hand, place: &Place, call: Call, batch: &[String]) -> Result<(), End> {
    let open: Vec<String> =
        batch.iter().filter(|number| !hand.record.ids.contains_key(&key(number))).cloned().collect();
    if open.is_empty() {
        return Ok(());
    }
    let Some(refusal) = switch(hand, place, call, &open, true).await? else { return Ok(()) };
    // One bad number refuses the whole request, so what stands there is looked up and the others go without it.
    let states = states(hand.client().clone(), place).await?;
    let absent: Vec<&String> = open.iter().filter(|number| !states.contains_key(*number)).collect();
    keep_staged(hand, absent.iter().copied(), "not in the location any more").await?;
    let waiting: Vec<String> = open.iter().filter(|number| states.get(*number) == Some(&false)).cloned().collect();
    if waiting.is_empty() {
        return hand.tell(Event::Existing { call, ids: Ids::new() }).await;
    }
    let again = if absent.is_empty() { Some(refusal) } else { switch(hand, place, call, &waiting, true).await? };
    match again {
        Some(refusal) => keep_staged(hand, &waiting, &refusal.to_string()).await,
        None => Ok(()),
    }
}

/// Takes numbers out of service: all of them, or the step fails and is tried again.
pub(super) async fn deactivate(
    hand: &mut Hand,
    place: &Place,
    work: &NumbersWork,
    forbidding: Option<&str>,
) -> Result<(), End> {
    let numbers = expand(&work.deactivate);
    if let Some(kind) = forbidding.filter(|_| !numbers.is_empty()) {
        return Err(finished(Ending::Failed, Code::NumbersNotByApi, kind));
    }
    for (index, batch) in numbers.chunks(NUMBERS_PER_REQUEST).enumerate() {
        let call = Call::DeactivateNumbers(u32::try_from(index).unwrap_or(u32::MAX));
        if hand.is_past(call) {
            continue;
        }
        let silenced = batch.iter().map(|number| (format!("{SILENCED}{number}"), String::new()));
        hand.tell(Event::Noted { ids: silenced.collect() }).await?;
        if let Some(refusal) = switch(hand, place, call, batch, false).await? {
            return Err(finished_by(Ending::Failed, Code::NumbersNotSwitched, &refusal));
        }
    }
    Ok(())
}

/// Switches a batch; returns why it was refused, if it was.
async fn switch(
    hand: &mut Hand,
    place: &Place,
    call: Call,
    batch: &[String],
    active: bool,
) -> Result<Option<Refusal>, End> {
    let request = calls::switch_numbers(&place.org_id, &place.location_id, batch, active);
    let (there, wanted) = (place.clone(), batch.to_vec());
    let look = move |client| are_switched(client, there.clone(), wanted.clone(), active);
    match hand.once(call, Weight::Once, Some(&place.org_id), request, |_| Ids::new(), look).await? {
        Sent::Done => Ok(None),
        Sent::Refused(refusal) if matches!(refusal.status, 401 | 403) => Err(refused(&refusal)),
        Sent::Refused(refusal) => Ok(Some(refusal)),
    }
}

/// Are all of the numbers switched? Switching one again changes nothing, so some is as good as none.
async fn are_switched(client: Client, place: Place, wanted: Vec<String>, active: bool) -> Result<Sight, Failure> {
    let states = states(client, &place).await?;
    let all = wanted.iter().all(|number| states.get(number) == Some(&active));
    Ok(if all { Sight::There(Ids::new()) } else { Sight::Absent })
}

/// Whether each number of the location is live.
async fn states(client: Client, place: &Place) -> Result<HashMap<String, bool>, Failure> {
    Ok(numbers_with_state(&client, &place.org_id, &place.location_id).await?.into_iter().collect())
}
