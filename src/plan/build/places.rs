//! Which location a number stands in, as far as it is known.

use crate::model::Phone;
use crate::plan::id::StepId;
use crate::plan::known::Known;
use crate::plan::step::Stage;

/// Known numbers in order, as ranges, with the step of their location.
#[derive(Debug, Default)]
pub(super) struct Places<'a>(Vec<(u64, u64, &'a StepId)>);

impl<'a> Places<'a> {
    pub fn new(known: &'a Known) -> Self {
        let steps = known.iter().filter(|(id, _)| id.stage() == Some(Stage::Numbers));
        let lists = steps.filter_map(|(id, known)| Some((id, known.fields.get("numbers")?)));
        let mut places: Vec<_> = lists
            .flat_map(|(id, list)| list.split(';').filter_map(ends).map(move |(first, last)| (first, last, id)))
            .collect();
        places.sort_unstable();
        Self(places)
    }

    /// The step of the location that has the number.
    pub fn holding(&self, number: &str) -> Option<&'a StepId> {
        let digits = Phone::from_e164(number)?.digits();
        let behind = self.0.partition_point(|(first, ..)| *first <= digits);
        let (_, last, id) = self.0[..behind].last()?;
        (*last >= digits).then_some(*id)
    }
}

/// The first and the last number of one part of a list.
fn ends(part: &str) -> Option<(u64, u64)> {
    let digits = |text: &str| Phone::from_e164(text).map(Phone::digits);
    match part.split_once("-+") {
        Some((first, last)) => Some((digits(first)?, digits(&format!("+{last}"))?)),
        None => digits(part).map(|only| (only, only)),
    }
}
