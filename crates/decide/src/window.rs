//! From when to when must the report speak? (design §4.4)

use std::collections::BTreeMap;

use model::{Case, DAY, Kind, Micros, Span};

use crate::coverage::{Back, Listening};

/// Days before the first access that must be quiet and listened to.
const LOOK_BACK: i64 = 30;

/// What the attacker did in one account, by time.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Access {
    /// First instant something of the attacker worked.
    pub first: Micros,
    /// Last such instant.
    pub last: Micros,
    /// First instant of a suspected session, if there is one.
    pub suspected: Option<Micros>,
}

/// The end of an access, by evidence or stated.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ended {
    /// Account.
    pub account: String,
    /// When.
    pub at: Micros,
}

/// The judgement window, decided.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Window {
    /// The span.
    pub span: Option<Span>,
    /// Access ended in every compromised account, and nothing was left standing.
    pub contained: bool,
    /// The look-back before the first access.
    pub look_back: Option<Span>,
    /// Whether the look-back was listened to and quiet.
    pub covered: bool,
    /// Accounts whose first access is exact.
    pub exact: BTreeMap<String, bool>,
    /// Accounts whose first access would be, if what is inferred were confirmed.
    pub if_confirmed: BTreeMap<String, bool>,
}

/// What the window is decided from.
pub struct Inputs<'a> {
    /// Statements of the case file.
    pub case: &'a Case,
    /// Accesses by account.
    pub accesses: &'a BTreeMap<String, Access>,
    /// Ends of access: sessions revoked or account disabled.
    pub ended: &'a [Ended],
    /// Accounts with persistence left standing.
    pub standing: &'a [String],
    /// Accounts in which something stands that only an export of the configuration shows: their access is
    /// not shown to have ended, but the window keeps its end.
    pub standing_unlogged: &'a [String],
    /// What was listened to.
    pub listening: &'a [Listening],
    /// Whether an account's sign-ins and mailbox were listened to over the whole of a span
    /// ([`crate::coverage::Log::looked_back`]).
    pub looked_back: &'a dyn Fn(&str, Span) -> Back,
    /// Last instant of any evidence.
    pub last_record: Option<Micros>,
}

/// Decides the window.
pub fn decide(inputs: &Inputs<'_>) -> Window {
    let Some(first) = inputs.accesses.values().map(|it| it.first).min() else {
        return without_access(inputs);
    };
    let from = inputs.case.from.map_or(first, |it| it.min(first));
    let last = inputs.accesses.values().map(|it| it.last).max().unwrap_or(first);
    let mut ends = Vec::new();
    let mut contained = true;
    for (account, access) in inputs.accesses {
        let mine = inputs.ended.iter().filter(|it| it.account == *account).map(|it| it.at);
        match mine.filter(|at| access.last < at + DAY).min() {
            Some(at) if !inputs.standing.contains(account) => ends.push(at + DAY),
            _ => contained = false,
        }
    }
    let to = if contained {
        ends.into_iter().chain([last + 1]).max()
    } else {
        inputs.listening.iter().map(|it| it.span.to).max().or(inputs.last_record.map(|it| it + 1))
    };
    let to = to.into_iter().chain(inputs.case.to).chain([last + 1]).max().unwrap_or(last + 1);
    let quiet = inputs.accesses.iter().map(|(it, access)| (it, quiet(inputs, it, access)));
    let quiet: Vec<(&String, Back)> = quiet.collect();
    let of = |wanted: fn(&Back) -> bool| {
        quiet.iter().map(|(account, it)| ((*account).clone(), wanted(it))).collect()
    };
    let still = |account: &String| inputs.standing_unlogged.contains(account);
    let exact: BTreeMap<String, bool> = of(|it| it.declared);
    let first_account = inputs.accesses.iter().find(|(_, it)| it.first == first).map(|it| it.0);
    let covered = first_account.and_then(|it| exact.get(it)).copied().unwrap_or(false);
    Window {
        span: Some(Span { from, to }),
        contained: contained && !inputs.accesses.keys().any(still),
        look_back: Some(Span { from: first - LOOK_BACK * DAY, to: first }),
        covered,
        exact,
        if_confirmed: of(|it| it.inferred),
    }
}

/// First access is exact only if the 30 days before it were listened to and quiet.
fn quiet(inputs: &Inputs<'_>, account: &str, access: &Access) -> Back {
    let before = Span { from: access.first - LOOK_BACK * DAY, to: access.first };
    // Only the earliest suspected session is known here: one before the look-back may have others in it.
    if access.suspected.is_some_and(|at| at < access.first) {
        return Back::default();
    }
    (inputs.looked_back)(account, before)
}

/// No compromised account: `[case] from/to`, else the span of the declared audit log (else of the
/// sign-ins). Where an access is said to have been ended, the report speaks about the time until then,
/// whatever the logs reach: evidence that ends earlier must not look like an all-clear.
fn without_access(inputs: &Inputs<'_>) -> Window {
    let hull = |kind| {
        let logs = inputs.listening.iter().filter(move |it| it.kind == kind).map(|it| it.span);
        logs.reduce(|a, b| Span { from: a.from.min(b.from), to: a.to.max(b.to) })
    };
    let logs = hull(Kind::Ual).or_else(|| hull(Kind::Signins));
    let from = inputs.case.from.or(logs.map(|it| it.from));
    let to = inputs.case.to.or(logs.map(|it| it.to));
    let ended = inputs.case.containments.iter().map(|it| it.at + DAY).max();
    let span = from.zip(to.into_iter().chain(ended.filter(|_| to.is_some())).max());
    let span = span.map(|(from, to)| Span { from, to }).filter(|it| it.from < it.to);
    Window { span, ..Window::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage;

    fn both(it: bool) -> Back {
        Back { declared: it, inferred: it }
    }

    fn access(first: Micros, last: Micros) -> BTreeMap<String, Access> {
        BTreeMap::from([("a@x".to_owned(), Access { first, last, suspected: None })])
    }

    #[test]
    fn first_access_is_exact_only_after_a_quiet_look_back() {
        let case = Case::default();
        let ended = [Ended { account: "a@x".into(), at: 120 * DAY }];
        let heard = |from| {
            vec![Listening {
                kind: Kind::Ual,
                span: Span { from: from * DAY, to: 200 * DAY },
                accounts: None,
                path: String::new(),
            }]
        };
        let accesses = access(100 * DAY, 119 * DAY);
        let window = |listening: &[Listening]| {
            decide(&Inputs {
                case: &case,
                accesses: &accesses,
                ended: &ended,
                standing: &[],
                standing_unlogged: &[],
                listening,
                looked_back: &|account, span| {
                    both(coverage::covers(listening, Kind::Ual, account, span))
                },
                last_record: None,
            })
        };
        let it = window(&heard(60));
        assert!(it.covered && it.contained && it.exact["a@x"]);
        assert_eq!(it.span, Some(Span { from: 100 * DAY, to: 121 * DAY }));
        assert!(!window(&heard(80)).covered);
        assert!(!window(&[]).covered);
    }

    #[test]
    fn somebody_suspected_earlier_leaves_the_first_access_open() {
        let case = Case::default();
        let listening = [Listening {
            kind: Kind::Ual,
            span: Span { from: 0, to: 200 * DAY },
            accounts: None,
            path: String::new(),
        }];
        let exact = |suspected| {
            let accesses = BTreeMap::from([(
                "a@x".to_owned(),
                Access { first: 100 * DAY, last: 101 * DAY, suspected },
            )]);
            decide(&Inputs {
                case: &case,
                accesses: &accesses,
                ended: &[],
                standing: &[],
                standing_unlogged: &[],
                listening: &listening,
                looked_back: &|_, _| both(true),
                last_record: None,
            })
            .exact["a@x"]
        };
        assert!(
            exact(None)
                && exact(Some(150 * DAY))
                && !exact(Some(60 * DAY))
                && !exact(Some(99 * DAY))
        );
    }

    #[test]
    fn access_long_after_a_containment_is_not_contained() {
        let case = Case::default();
        let ended = [Ended { account: "a@x".into(), at: 100 * DAY }];
        let accesses = access(90 * DAY, 110 * DAY);
        let it = decide(&Inputs {
            case: &case,
            accesses: &accesses,
            ended: &ended,
            standing: &[],
            standing_unlogged: &[],
            listening: &[],
            looked_back: &|_, _| both(false),
            last_record: None,
        });
        assert!(!it.contained);
        assert_eq!(it.span, Some(Span { from: 90 * DAY, to: 110 * DAY + 1 }));
    }

    #[test]
    fn what_was_left_standing_keeps_the_window_open() {
        let case = Case::default();
        let ended = [Ended { account: "a@x".into(), at: 120 * DAY }];
        let accesses = access(100 * DAY, 119 * DAY);
        let standing = ["a@x".to_owned()];
        let it = decide(&Inputs {
            case: &case,
            accesses: &accesses,
            ended: &ended,
            standing: &standing,
            standing_unlogged: &[],
            listening: &[],
            looked_back: &|_, _| both(false),
            last_record: Some(150 * DAY),
        });
        assert!(!it.contained);
        assert_eq!(it.span.map(|it| it.to), Some(150 * DAY + 1));
    }

    #[test]
    fn what_only_an_export_shows_standing_leaves_the_end_of_the_window() {
        let case = Case::default();
        let ended = [Ended { account: "a@x".into(), at: 120 * DAY }];
        let accesses = access(100 * DAY, 119 * DAY);
        let of = |left: &[String]| {
            decide(&Inputs {
                case: &case,
                accesses: &accesses,
                ended: &ended,
                standing: &[],
                standing_unlogged: left,
                listening: &[],
                looked_back: &|_, _| both(true),
                last_record: Some(150 * DAY),
            })
        };
        let (with, without) = (of(&["a@x".to_owned()]), of(&[]));
        assert!(without.contained && !with.contained);
        assert_eq!(with.span, without.span);
        assert!(of(&["b@x".to_owned()]).contained);
    }

    #[test]
    fn without_an_access_pieces_of_one_log_are_one_span_and_a_stated_end_stretches_it() {
        let heard = |kind, from: i64, to: i64| Listening {
            kind,
            span: Span { from: from * DAY, to: to * DAY },
            accounts: None,
            path: String::new(),
        };
        let listening =
            [heard(Kind::Ual, 0, 40), heard(Kind::Ual, 40, 90), heard(Kind::Signins, 60, 95)];
        let of = |case: &Case| {
            let accesses = BTreeMap::new();
            let inputs = Inputs {
                case,
                accesses: &accesses,
                ended: &[],
                standing: &[],
                standing_unlogged: &[],
                listening: &listening,
                looked_back: &|_, _| both(true),
                last_record: None,
            };
            decide(&inputs).span
        };
        assert_eq!(of(&Case::default()), Some(Span { from: 0, to: 90 * DAY }));
        let mut case = Case { from: Some(10 * DAY), ..Case::default() };
        assert_eq!(of(&case), Some(Span { from: 10 * DAY, to: 90 * DAY }));
        case.containments.push(model::Containment { at: 100 * DAY, ..Default::default() });
        assert_eq!(of(&case), Some(Span { from: 10 * DAY, to: 101 * DAY }));
    }
}
