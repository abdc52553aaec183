//! The forecast of a plan, with what earlier runs have measured.

use super::Clock;
use crate::api;
use crate::plan::{self, Forecast, Known, Pace, Plan, Preparation};
use crate::settings::Settings;

/// What a run finds out may become less or more by so much in the next one.
const IN_FLIGHT_SPREAD: [f64; 2] = [0.7, 1.5];
/// Requests under way that a forecast assumes where the run finds out how many there may be.
const IN_FLIGHT_ASSUMED: [f64; 2] = [10.0, 40.0];

/// Under the pace that the user asks for, or else that earlier runs were taught.
pub(super) fn forecast(plan: &Plan, known: &Known, settings: &Settings, learnt: &[(String, f64)]) -> Forecast {
    let client = settings.api.client;
    let of = |name: &str| learnt.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
    #[expect(clippy::cast_precision_loss, reason = "a few hundred requests")]
    let asked = client.in_flight.map(|count| count as f64);
    let found_out = of(api::IN_FLIGHT).map(|count| IN_FLIGHT_SPREAD.map(|share| (count * share).max(1.0)));
    let in_flight = asked.map(|count| [count, count]).or(found_out).unwrap_or(IN_FLIGHT_ASSUMED);
    let rate = client.rate.into_iter().chain(of(api::ALL)).reduce(f64::min);
    let mean = of(api::PREPARATION);
    let preparation = mean.map(|mean| Preparation { mean, most: of(api::PREPARATION_MOST).unwrap_or(mean).max(mean) });
    let poll = settings.api.poll.as_secs_f64();
    let pace = Pace { in_flight, latency: of(api::LATENCY), rate, preparation, poll };
    let mut forecast = plan::forecast(plan, known, pace);
    forecast.cost = settings.prices.cost(&forecast.licences);
    // Without a clock that can be trusted no hour is told.
    forecast.ends = Clock::from_environment().ok().and_then(|clock| clock.ends(forecast.least, forecast.most));
    forecast
}
