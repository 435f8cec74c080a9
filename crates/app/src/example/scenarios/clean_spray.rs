//! A clean tenant: passwords tried against every account from several countries, none of them right;
//! owners with prompts, typing errors, a trip and a new phone.

use super::super::clock::{plus, utc, ymd};
use super::super::people::Kind;
use super::super::rng::Rng;
use super::super::service_life::{abroad, attempt};
use super::super::sim::Sim;
use super::Calendar;

pub(super) fn prepare(sim: &mut Sim) -> Calendar {
    let mut rng = Rng::new(sim.options.seed, "spray calendar");
    Calendar {
        trip: (ymd(2025, 7, 22), ymd(2025, 7, 25)),
        abroad: ("KR", "Seoul", "Seoul"),
        new_phone: ymd(2025, 7, 16),
        seminar: Some(ymd(2025, 7, 30)),
        sprayed: (0..8).map(|_| plus(ymd(2025, 6, 3), rng.range(0, 60))).collect(),
    }
}

/// Three nights, each from four addresses: two or three passwords for each account.
pub(super) fn act(sim: &mut Sim) {
    let mut rng = Rng::new(sim.options.seed, "spray");
    let targets: Vec<usize> = (0..sim.people.len())
        .filter(|i| !matches!(sim.people[*i].kind, Kind::Guest | Kind::Silent | Kind::Room))
        .collect();
    for day in [28, 29, 31] {
        let from: Vec<_> = (0..4).map(|_| abroad(sim)).collect();
        let start = utc(ymd(2025, 7, day), 16, rng.range(0, 50), 0);
        for round in 0..rng.range(2, 3) {
            for (i, who) in targets.iter().enumerate() {
                let at = start + round * 5_400 + i as i64 * 31 + rng.range(0, 20);
                let error = if round > 1 && rng.chance(25) { 50_053 } else { 50_126 };
                let place = &from[rng.index(from.len())];
                attempt(sim, at, *who, error, place, "Go-http-client/2.0");
            }
        }
    }
}
