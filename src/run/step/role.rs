//! Giving a person an administrator role, or taking it away, through SCIM: it touches nothing else of the person.

use tokio::time::Instant;

use super::{Done, ids, standing};
use crate::api::answers::uuid;
use crate::api::{Weight, calls};
use crate::diagnostic::Code;
use crate::journal::{Call, Ending, Event};
use crate::plan::RoleWork;
use crate::run::hand::{End, Hand, Ids, LOOKS_PER_GRACE, Sent, Sight, finished, refused};
use crate::run::organisation::person_named;

pub(super) async fn carry_out(hand: &mut Hand, work: &RoleWork) -> Done {
    let org_id = hand.id(&hand.given.customer, "org_id")?;
    if standing::role(hand, &org_id, work).await? {
        return Ok(None);
    }
    let person_id = match hand.given.user.get("person_id") {
        Some(person_id) => person_id.clone(),
        None => find(hand, &org_id, &work.email).await?,
    };
    let unknown =
        || finished(Ending::Failed, Code::Unconfirmed, "Webex names the person or the organisation in an unknown form");
    let (org, person) = (uuid(&org_id).ok_or_else(unknown)?, uuid(&person_id).ok_or_else(unknown)?);
    let add = Some(work.role.as_str()).filter(|role| !role.is_empty());
    let call = if add.is_some() { Call::GrantRole } else { Call::RevokeRole };
    let begun = Instant::now();
    loop {
        let request = calls::change_role(&org, &person, add, work.remove.as_deref());
        let again = |_| async { Ok(Sight::Absent) };
        match hand.once(call, Weight::Repeatable, Some(&org_id), request, |_| Ids::new(), again).await? {
            Sent::Done => return Ok(None),
            // The person was made a moment ago and may become visible late.
            Sent::Refused(refusal) if refusal.status == 404 && begun.elapsed() < hand.shared.options.grace => {
                hand.park(hand.shared.options.grace / LOOKS_PER_GRACE).await?;
            }
            Sent::Refused(refusal) => return Err(refused(&refusal)),
        }
    }
}

/// The person with that e-mail, who may become visible late.
pub(super) async fn find(hand: &mut Hand, org_id: &str, email: &str) -> Result<String, End> {
    let begun = Instant::now();
    loop {
        let is_last = begun.elapsed() >= hand.shared.options.grace;
        if let Some(person) = person_named(hand.client(), org_id, email).await? {
            hand.tell(Event::Noted { ids: ids(&[("person_id", &person.id)]) }).await?;
            return Ok(person.id);
        }
        if is_last {
            let words = format!("no person has the e-mail `{email}` in the organisation yet");
            return Err(finished(Ending::Failed, Code::Unconfirmed, words));
        }
        hand.park(hand.shared.options.grace / LOOKS_PER_GRACE).await?;
    }
}
