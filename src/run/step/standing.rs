//! What stands already at an object that was there before: it is taken over without a write. Where this run has made the
//! customer nothing can stand, and nothing is asked.

use super::numbers::Place;
use crate::api::answers::{self, CallingLocation, PstnConnection, is_same_id, plain_id};
use crate::api::{Failure, calls};
use crate::journal::{Call, Event};
use crate::plan::{Action, PstnWork, RoleWork};
use crate::run::hand::{End, Hand, Ids};
use crate::run::organisation::{connection_of, unreadable};

/// Is it worth a look? Not after the write was sent, nor where a known value of those columns is to be changed.
fn may_stand(hand: &Hand, call: Call, is_new: bool, columns: &[&str]) -> bool {
    let changes = hand.step.changes.iter().filter(|change| columns.contains(&change.column.as_str()));
    let is_first = match hand.step.action {
        Action::Create => !is_new,
        Action::Update => changes.map(|change| &change.from).all(|from| from.as_ref().is_none_or(String::is_empty)),
        _ => false,
    };
    is_first && !hand.is_in_doubt() && !hand.record.is_settled(call)
}

/// What was told; nothing where Webex would not say it: then the write is sent, which sets the same value again.
fn told<T>(answered: Result<T, Failure>) -> Result<Option<T>, End> {
    match answered {
        Ok(found) => Ok(Some(found)),
        Err(Failure::Rejected(_)) => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

/// Remembers that nothing has to be sent.
async fn taken_over(hand: &mut Hand, call: Call) -> Result<bool, End> {
    hand.tell(Event::Existing { call, ids: Ids::new() }).await?;
    Ok(true)
}

/// Is the location connected as it shall be?
pub(super) async fn connection(hand: &mut Hand, place: &Place, wanted: &PstnWork) -> Result<bool, End> {
    if !may_stand(hand, Call::ConnectPstn, hand.given.location_is_new, &["pstn_connection"]) {
        return Ok(false);
    }
    let found = told(connection_of(hand.client(), &place.org_id, &place.location_id).await)?;
    let stands = found.is_some_and(|found| is_connected(&found, wanted));
    if stands { taken_over(hand, Call::ConnectPstn).await } else { Ok(false) }
}

fn is_connected(found: &PstnConnection, wanted: &PstnWork) -> bool {
    let is_route = |kind: &str, id: &str| {
        found.route_type.as_deref() == Some(kind)
            && found.route_id.as_deref().is_some_and(|route| is_same_id(route, id))
    };
    match wanted {
        PstnWork::Option(name) => {
            found.route_id.is_none() && (is_same_id(&found.id, name) || found.display_name == *name)
        }
        PstnWork::Trunk(id) => is_route("TRUNK", id),
        PstnWork::RouteGroup(id) => is_route("ROUTE_GROUP", id),
    }
}

/// Does the location show the main number and the emergency id that it shall?
pub(super) async fn main_number(
    hand: &mut Hand,
    place: &Place,
    main: Option<&str>,
    emergency: Option<&str>,
) -> Result<bool, End> {
    let columns = ["main_number", "emergency_location_id"];
    if !may_stand(hand, Call::SetMainNumber, hand.given.location_is_new, &columns) {
        return Ok(false);
    }
    let request = calls::get_calling_location(&place.org_id, &place.location_id);
    let Some(answer) = told(hand.ask(Some(&place.org_id), request).await)? else { return Ok(false) };
    let found: CallingLocation = answers::read(&answer).map_err(unreadable)?;
    let shows_main = main.is_none() || found.main_number() == main;
    let shows_emergency = emergency.is_none() || found.p_access_network_info.as_deref() == emergency;
    if shows_main && shows_emergency { taken_over(hand, Call::SetMainNumber).await } else { Ok(false) }
}

/// Does the person have the role?
pub(super) async fn role(hand: &mut Hand, org_id: &str, work: &RoleWork) -> Result<bool, End> {
    if !may_stand(hand, Call::GrantRole, hand.given.organisation_is_ours(), &["role"]) {
        return Ok(false);
    }
    let organisation = hand.organisation(&work.customer);
    let people = told(organisation.people(hand.client(), org_id).await)?;
    let person = people.and_then(|people| people.get(&work.email));
    let is_it = |id: &String| plain_id(id).as_deref().unwrap_or(id) == work.role;
    let has_it = person.is_some_and(|person| person.roles.iter().any(is_it));
    if has_it { taken_over(hand, Call::GrantRole).await } else { Ok(false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_known_by_name_id_or_route() {
        let found = |route: Option<&str>| PstnConnection {
            id: "i".to_owned(),
            display_name: "Acme".to_owned(),
            pstn_connection_type: None,
            route_type: route.map(str::to_owned),
            route_id: route.map(|_| "r".to_owned()),
        };
        let option = |name: &str| PstnWork::Option(name.to_owned());
        assert!(is_connected(&found(None), &option("Acme")) && is_connected(&found(None), &option("i")));
        assert!(!is_connected(&found(None), &option("Other")) && !is_connected(&found(Some("TRUNK")), &option("Acme")));
        assert!(is_connected(&found(Some("TRUNK")), &PstnWork::Trunk("r".to_owned())));
        assert!(!is_connected(&found(Some("TRUNK")), &PstnWork::RouteGroup("r".to_owned())));
    }
}
