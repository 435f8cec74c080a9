//! One file a scenario: what befalls the tenant beside everyday life.

mod clean_spray;
mod founding;
mod internal_spread;
mod token_replay;

use jiff::civil::Date;

use super::Scenario;
use super::owner_life::live;
use super::service_life::background_spray;
use super::sim::Sim;

/// The days on which something out of the ordinary but lawful happens.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    /// The traveller is abroad, both days included.
    pub(crate) trip: (Date, Date),
    /// Country, city, state of the trip.
    pub(crate) abroad: (&'static str, &'static str, &'static str),
    pub(crate) new_phone: Date,
    /// The clerk's mail to 140 people.
    pub(crate) seminar: Option<Date>,
    /// Days on which strangers try a few passwords.
    pub(crate) sprayed: Vec<Date>,
}

/// Everyday life and the scenario's own events, in time order at the end.
pub(crate) fn play(sim: &mut Sim) {
    let (calendar, act): (Calendar, fn(&mut Sim)) = match sim.setting.scenario {
        Scenario::Founding => (founding::prepare(sim), founding::act),
        Scenario::TokenReplay => (token_replay::prepare(sim), token_replay::act),
        Scenario::InternalSpread => (internal_spread::prepare(sim), internal_spread::act),
        Scenario::CleanSpray => (clean_spray::prepare(sim), clean_spray::act),
    };
    live(sim, &calendar);
    background_spray(sim, &calendar.sprayed);
    act(sim);
    let (ual, trace) = (sim.setting.ual, sim.setting.trace);
    sim.ual.retain(|r| r.at >= ual.0 && r.at < ual.1);
    sim.trace.retain(|r| r.at >= trace.0 && r.at < trace.1);
    sim.ual.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    sim.signins.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    sim.trace
        .sort_by(|a, b| (a.at, &a.message, &a.recipient).cmp(&(b.at, &b.message, &b.recipient)));
}
