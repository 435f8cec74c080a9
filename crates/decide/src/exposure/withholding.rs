//! A claim never grows stronger by knowing less (design §2, principle 5): worlds are drawn at random, and
//! evidence is taken away with the declaration that spoke for it.

use model::{
    DAY, HOUR, ItemTouch, Span,
    findings::{Figure, Is},
};
use proptest::prelude::*;

use super::tests::*;

const FOLDERS: [&str; 5] =
    ["Sent", "Inbox", "Done", "Deleted Items", "Recoverable Items/Deletions"];

/// A mail's true life: born in a folder, moved some times, perhaps purged; all of it recorded.
fn life(n: u32, born: i64, sent: bool, moves: &[(u8, u8)], traced: bool, w: &mut World) {
    let at = 90 * DAY + born * HOUR;
    let to = format!("p{}@e.example", n % 7);
    let (from, to) = if sent { (ME.to_owned(), to) } else { (to, ME.to_owned()) };
    let mut place = if sent { 0 } else { 1 };
    let mut now = at;
    let mut gone = false;
    for (after, next) in moves {
        now += i64::from(*after) * HOUR + HOUR;
        let next = usize::from(*next) % 7;
        if now >= TAKEN || gone || next == place {
            break;
        }
        let (operation, target) = match next {
            4 => ("SoftDelete", ""),
            3 => ("MoveToDeletedItems", FOLDERS[3]),
            5 | 6 => ("HardDelete", ""),
            _ => ("Move", FOLDERS[next]),
        };
        w.moved.push(moved(n, now, operation, FOLDERS[place], target));
        gone = next > 4;
        place = next.min(4);
    }
    if at < TAKEN && !gone {
        w.held.push(held(n, FOLDERS[place], at, &from, &[&to]));
    }
    if traced {
        w.known.push(known(n, at, &from, &[&to]));
    }
}

prop_compose! {
    fn worlds()(
        mails in proptest::collection::vec((0_i64..400, any::<bool>(), proptest::collection::vec((0_u8..200, 0_u8..9), 0..4), any::<bool>()), 0..12),
        looks in proptest::collection::vec((0_usize..5, 0_i64..200, 0_i64..40, any::<bool>()), 0..4),
        reads in proptest::collection::vec(0_u32..14, 0..3),
        known in any::<bool>(),
        whole in any::<bool>(),
    ) -> World {
        let mut w = world();
        w.touches.clear();
        for (n, (born, sent, moves, traced)) in mails.iter().enumerate() {
            life(n as u32, *born, *sent, moves, *traced, &mut w);
        }
        for (folder, at, long, sync) in looks {
            let from = 90 * DAY + at * HOUR;
            let mut it = touch(FOLDERS[folder], from, from + long * HOUR);
            if sync { it.access = "Sync".into() }
            w.touches.push(it);
        }
        for n in reads {
            w.touches.push(touch("Inbox", FROM, FROM));
            w.opened.push(ItemTouch {
                record: format!("r{n}"), at: FROM, session: "s-1".into(), operation: "MailItemsAccessed".into(),
                access: "Bind".into(), role: "source".into(), folder: "Inbox".into(), message: format!("m{n}"),
                ..ItemTouch::default()
            });
        }
        if !known { w.facts.touches_known = false }
        if !whole { w.facts.whole = false }
        w
    }
}

/// What can be taken away, always with its declaration.
fn withheld(w: &World, what: u8, at: u16) -> World {
    let mut it = w.clone();
    let pick = |len: usize| usize::from(at) % len.max(1);
    match what % 8 {
        0 if !it.held.is_empty() => {
            it.held.remove(pick(w.held.len()));
            it.facts.whole = false;
        }
        1 => {
            it.held.clear();
            (it.facts.whole, it.facts.collected_at) = (false, None);
        }
        2 => {
            // A slice of the audit log: its records, and its declaration.
            let from = 90 * DAY + i64::from(at % 500) * HOUR;
            let slice = Span { from, to: from + 24 * HOUR };
            it.moved.retain(|it| !slice.contains(it.at));
            it.facts.moves_heard = crate::coverage::spans::minus(&it.facts.moves_heard, &[slice]);
        }
        3 => {
            let from = 90 * DAY + i64::from(at % 500) * HOUR;
            let slice = Span { from, to: from + 48 * HOUR };
            it.known.retain(|it| it.at.is_none_or(|at| !slice.contains(at)));
            it.facts.traced = crate::coverage::spans::minus(&it.facts.traced, &[slice]);
        }
        4 => it.facts.touches_known = false,
        5 => it.inventory = false,
        6 if !it.touches.is_empty() => {
            it.touches.remove(pick(w.touches.len()));
            it.facts.touches_known = false;
        }
        _ => {
            it.moved.clear();
            it.facts.moves_heard.clear();
        }
    }
    it
}

fn strength(it: &Figure) -> u8 {
    match it.is {
        Is::Exact => 2,
        Is::AtLeast | Is::AtMost => 1,
        Is::Unknown => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_figure_grows_stronger_by_knowing_less(w in worlds(), cuts in proptest::collection::vec((any::<u8>(), any::<u16>()), 1..4)) {
        let mut less = w.clone();
        for (what, at) in cuts {
            less = withheld(&less, what, at);
        }
        let (full, less) = (w.judge().figures, less.judge().figures);
        for (before, after) in [
            (&full.addresses, &less.addresses),
            (&full.addresses_shown, &less.addresses_shown),
        ] {
            prop_assert!(strength(after) <= strength(before), "{before:?} -> {after:?}");
            if after.is == Is::Exact {
                prop_assert_eq!(before, after);
            }
        }
        for after in &less.groups {
            let before = full.groups.iter().find(|it| (&it.scope, &it.kind) == (&after.scope, &after.kind));
            let Some(before) = before else { continue };
            prop_assert!(strength(&after.addresses) <= strength(&before.addresses), "{before:?} -> {after:?}");
            if after.addresses.is == Is::Exact {
                prop_assert_eq!(&before.addresses, &after.addresses);
            }
        }
    }

    /// Whatever the order in which the sources stand: one answer.
    #[test]
    fn the_order_of_the_sources_changes_nothing(w in worlds()) {
        let it = w.judge();
        for one in &it.items {
            prop_assert!(one.looks.iter().all(|at| it.looks[*at].scope == one.scope));
            prop_assert!(one.hows.contains(&super::How::Listed));
        }
        let mut other = w.clone();
        other.held.reverse();
        other.moved.reverse();
        other.known.reverse();
        other.touches.reverse();
        let again = other.judge();
        prop_assert_eq!(&again.items, &it.items);
        prop_assert_eq!(&again.figures.addresses, &it.figures.addresses);
    }

    /// With everything declared and recorded the figure is the truth: who stood in the folder meanwhile.
    #[test]
    fn an_exact_figure_is_the_truth(
        mails in proptest::collection::vec((0_i64..400, any::<bool>(), proptest::collection::vec((0_u8..200, 0_u8..9), 0..4)), 0..12),
        look in (0_usize..5, 0_i64..300, 0_i64..60),
    ) {
        let mut w = world();
        let from = 90 * DAY + look.1 * HOUR + 1;
        let to = from + look.2 * HOUR;
        w.touches = vec![touch(FOLDERS[look.0], from, to)];
        let mut truth = std::collections::BTreeSet::new();
        for (n, (born, sent, moves)) in mails.iter().enumerate() {
            let n = n as u32;
            let before = w.moved.len();
            life(n, *born, *sent, moves, true, &mut w);
            // Where it stood, told forwards from its own records.
            let mut stay = (if *sent { 0 } else { 1 }, 90 * DAY + born * HOUR);
            let mut stood = Vec::new();
            for it in &w.moved[before..] {
                stood.push((stay.0, stay.1, it.at));
                let next = FOLDERS.iter().position(|f| *f == it.to);
                stay = (next.unwrap_or(if it.operation == "SoftDelete" { 4 } else { 9 }), it.at);
            }
            stood.push((stay.0, stay.1, i64::MAX));
            if stood.iter().any(|it| it.0 == look.0 && it.1 <= to && it.2 >= from) {
                truth.insert(format!("p{}@e.example", n % 7));
            }
        }
        let it = w.judge();
        if it.is_exact() {
            prop_assert_eq!(it.addresses.keys().cloned().collect::<std::collections::BTreeSet<_>>(), truth);
        } else {
            // Only a received mail that was purged: the trace does not tell its other recipients.
            prop_assert!(it.items.iter().any(|it| it.partial));
        }
    }
}
