//! What somebody chooses at a location, and what stands there because nobody did. The sheets of a folder whose runs left
//! a choice to Webex leave it there, so that a run with them changes nothing; for anybody else's location they say what
//! stands.

use super::picture::{Fields, Picture, Site};
use super::rows::{Exported, Notice, connection};
use crate::api::answers::is_same_id;
use crate::plan::{Confirmed, EMERGENCY_ADDRESS, EMERGENCY_CALLBACK, Known, StepId};

const CONNECTION: &str = "pstn_connection";

/// What this folder's runs know of a location's choices.
pub(super) struct Chosen<'a> {
    /// Did one of them make or take over the location?
    is_ours: bool,
    numbers: Option<&'a Confirmed>,
}

impl<'a> Chosen<'a> {
    pub fn at(picture: &Picture, known: &'a Known, site: &Site) -> Self {
        let id = &picture.external_id;
        Self {
            is_ours: known.get(&StepId::location(id, &site.name)).is_some(),
            numbers: known.get(&StepId::numbers(id, &site.name)),
        }
    }

    fn confirmed(&self, column: &str) -> Option<&'a String> {
        self.numbers?.fields.get(column)
    }

    fn is_left_to_webex(&self, column: &str) -> bool {
        self.is_ours && self.confirmed(column).is_none()
    }
}

impl Exported {
    /// The cells of a location that hold a choice.
    pub(super) fn choices(&mut self, row: &mut Fields, site: &Site, at: &str, chosen: &Chosen<'_>) {
        match site.connection.as_ref().map(|found| (connection(found), found)) {
            Some((Ok(name), _)) if chosen.is_left_to_webex(CONNECTION) => {
                self.notice(Notice::ConnectionNotChosen, format!("{at}: {name}"));
            }
            // The same connection is written as the sheets had it: by its name or by its id.
            Some((Ok(name), found)) => {
                let before = chosen.confirmed(CONNECTION).filter(|before| is_same_id(before, &found.id)).cloned();
                row.insert(CONNECTION, before.unwrap_or(name));
            }
            Some((Err(name), _)) => self.notice(Notice::ConnectionFixed, format!("{at}: {name}")),
            None => {}
        }
        match &site.callback {
            Some(callback) if !callback.is_main_number() => self.notice(Notice::CallbackElsewhere, at.to_owned()),
            // Without a main number nobody is called back on it.
            Some(_) if site.main_number.is_some() && !chosen.is_left_to_webex(EMERGENCY_CALLBACK) => {
                row.insert(EMERGENCY_CALLBACK, "main_number".to_owned());
            }
            _ => {}
        }
        if chosen.confirmed(EMERGENCY_ADDRESS).is_some() {
            row.insert(EMERGENCY_ADDRESS, "yes".to_owned());
        }
    }
}
