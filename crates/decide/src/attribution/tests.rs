//! The examples of design §4.3, each from contexts to verdict.

use model::{HOUR, Micros};

use super::*;
use crate::{accounts, network::Atlas, session};

const EDGE: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const OFFICE: &str = "203.0.113.1";
const ABROAD: &str = "198.51.100.7";
const OTHER_HOME: &str = "192.0.2.77";

/// A log under construction: each visit is one context.
#[derive(Default)]
struct Log {
    contexts: Vec<Context>,
    decisions: Vec<Decision>,
    doing: BTreeMap<usize, Behaviour>,
    owned: Owned,
}

/// A visit of 09:00 on a day, Edge on Windows, from the office in Japan, without a managed device.
fn visit(account: &str, day: i64) -> Context {
    let first = day * DAY + 9 * HOUR;
    Context {
        actor: account.into(),
        ip: OFFICE.into(),
        country: "JP".into(),
        agent: EDGE.into(),
        session: format!("{account}-{day}"),
        worked: true,
        signin: true,
        records: 1,
        first,
        last: first,
        hour: first,
        ..Context::default()
    }
}

impl Log {
    /// An office of three people at work on every day of a span.
    fn office(days: std::ops::Range<i64>) -> Log {
        let mut log = Log::default();
        for day in days {
            for account in ["a@x", "b@x", "c@x"] {
                log.add(visit(account, day));
            }
        }
        log
    }

    fn add(&mut self, mut it: Context) -> usize {
        let n = self.contexts.len();
        it.id = format!("c{n:04}");
        it.least = format!("r{n:04}");
        self.contexts.push(it);
        n
    }

    fn judge(&self) -> (Built, Vec<Judged>) {
        let case = Case::default();
        let seen = self.contexts.iter().map(|it| it.actor.clone());
        let directory = Directory::new(&[], &[], seen, &case);
        let atlas = Atlas::new(&self.contexts, &BTreeMap::new());
        let built = session::build(
            &self.contexts,
            &directory,
            &atlas,
            &cuts(&self.decisions),
            &BTreeSet::new(),
        );
        let mut behaviour = vec![Behaviour::default(); built.drafts.len()];
        for (n, did) in &self.doing {
            behaviour[built.of_context[*n]] = did.clone();
        }
        let judged = judge(&Inputs {
            contexts: &self.contexts,
            built: &built,
            behaviour: &behaviour,
            consents: &[],
            directory: &directory,
            case: &case,
            owned: &self.owned,
            decisions: &self.decisions,
        });
        (built, judged)
    }

    fn of(&self, n: usize) -> Judged {
        let (built, judged) = self.judge();
        judged[built.of_context[n]].clone()
    }
}

fn abroad(account: &str, day: i64) -> Context {
    Context {
        ip: ABROAD.into(),
        country: "NL".into(),
        agent: FIREFOX.into(),
        ..visit(account, day)
    }
}

#[test]
fn a_foreign_sign_in_with_a_new_client_is_the_attackers() {
    let mut log = Log::office(0..40);
    let n = log.add(Context {
        first: 40 * DAY + 12 * HOUR,
        last: 40 * DAY + 12 * HOUR,
        ..abroad("a@x", 40)
    });
    log.add(visit("a@x", 40));
    let it = log.of(n);
    assert_eq!(it.verdict, SessionVerdict::Attacker, "{it:?}");
    assert!(it.score >= 300);
}

#[test]
fn the_intruders_third_sign_in_is_still_not_usual() {
    let mut log = Log::office(0..40);
    let late: Vec<usize> = (40..52).map(|day| log.add(abroad("a@x", day))).collect();
    (40..52).for_each(|day| {
        log.add(visit("a@x", day));
    });
    let (built, judged) = log.judge();
    for n in late {
        let it = &judged[built.of_context[n]];
        assert!(it.score >= 100, "{n}: {it:?}");
        assert!(
            !it.hits.iter().any(|hit| hit.rule == "network_usual" || hit.rule == "client_usual")
        );
    }
}

#[test]
fn a_trip_on_the_managed_laptop_is_no_attack() {
    let mut log = Log::default();
    for day in 0..40 {
        log.add(Context { managed: Some(true), device: "laptop".into(), ..visit("a@x", day) });
    }
    let laptop = log.add(Context {
        managed: Some(true),
        device: "laptop".into(),
        agent: EDGE.into(),
        ..abroad("a@x", 40)
    });
    let phone = log.add(Context {
        session: "phone".into(),
        agent: "Outlook-iOS/4".into(),
        ip: "198.51.99.3".into(),
        ..abroad("a@x", 40)
    });
    log.add(Context { managed: Some(true), device: "laptop".into(), ..visit("a@x", 42) });
    assert_eq!(log.of(laptop).verdict, SessionVerdict::Owner);
    let phone = log.of(phone);
    assert!(phone.score < 150, "the phone in the owner's pocket is no intruder: {phone:?}");
    assert_ne!(phone.verdict, SessionVerdict::Attacker);
}

#[test]
fn a_new_network_at_home_accuses_nobody() {
    let mut log = Log::office(0..40);
    let n = log.add(Context { ip: OTHER_HOME.into(), ..visit("a@x", 40) });
    let it = log.of(n);
    assert_eq!((it.verdict, it.score), (SessionVerdict::Unknown, 60), "{it:?}");
}

#[test]
fn the_clerk_who_mails_seminar_invitations_is_the_owner() {
    let mut log = Log::office(0..40);
    let n = log.add(visit("a@x", 40));
    log.doing.insert(
        n,
        Behaviour { messages: 400, recipients: 400, known: 390, peak: 400, ..Behaviour::default() },
    );
    assert_eq!(log.of(n).verdict, SessionVerdict::Owner);
    log.doing.insert(
        n,
        Behaviour { messages: 400, recipients: 400, known: 0, peak: 400, ..Behaviour::default() },
    );
    assert_eq!(
        log.of(n).verdict,
        SessionVerdict::Suspected,
        "behaviour alone is at most suspected"
    );
}

fn prompted(it: Context) -> Context {
    Context { worked: false, error: 50076, session: String::new(), ..it }
}

#[test]
fn an_mfa_prompt_is_suspected_only_away_from_the_owner() {
    let mut log = Log::office(0..40);
    let own = log.add(prompted(visit("a@x", 40)));
    let foreign = log.add(prompted(abroad("b@x", 40)));
    assert_ne!(log.of(own).verdict, SessionVerdict::Suspected);
    let it = log.of(foreign);
    assert_eq!(
        it.verdict,
        SessionVerdict::Suspected,
        "nothing worked, so not the attacker's: {it:?}"
    );
}

#[test]
fn in_the_first_twenty_days_nothing_is_new() {
    let mut log = Log::office(0..15);
    let n = log.add(Context {
        ip: OTHER_HOME.into(),
        agent: FIREFOX.into(),
        protocol: "deviceCode".into(),
        ..visit("a@x", 15)
    });
    let it = log.of(n);
    assert!(it.score <= 0, "{it:?}");
}

#[test]
fn a_spray_from_abroad_makes_nobody_suspected() {
    let mut log = Log::office(0..40);
    let tries: Vec<usize> = (30..40)
        .map(|day| {
            log.add(Context {
                worked: false,
                error: 50126,
                records: 9,
                session: String::new(),
                ..abroad("a@x", day)
            })
        })
        .collect();
    let own = log.add(visit("a@x", 40));
    let (built, judged) = log.judge();
    assert!(tries.iter().all(|n| judged[built.of_context[*n]].verdict == SessionVerdict::Unknown));
    assert_eq!(judged[built.of_context[own]].verdict, SessionVerdict::Owner);
    assert!(accounts::accesses(&built, &judged).is_empty());
    assert_eq!(accounts::attempts(&log.contexts, &built, &judged).get("a@x"), Some(&90));
}

#[test]
fn the_owners_wrong_password_at_the_office_is_no_attempt() {
    let mut log = Log::office(0..40);
    log.add(Context { worked: false, error: 50126, ..visit("a@x", 40) });
    let (built, judged) = log.judge();
    assert!(accounts::attempts(&log.contexts, &built, &judged).is_empty());
}

#[test]
fn an_address_the_attacker_used_accuses_a_colleagues_session_too() {
    let mut log = Log::office(0..40);
    let at = |it: Context, hour: i64| -> Context {
        let first: Micros = 40 * DAY + hour * HOUR;
        Context { first, last: first, hour: first, ..it }
    };
    log.add(visit("a@x", 40));
    log.add(at(abroad("a@x", 40), 12));
    // The country is not known for this record's account: a client of the mail protocol.
    let n = log.add(at(Context { agent: EDGE.into(), ..abroad("b@x", 40) }, 13));
    let it = log.of(n);
    assert!(it.hits.iter().any(|hit| hit.rule == "link_address"), "{it:?}");
    assert!(it.score >= 300, "{it:?}");
}

#[test]
fn the_same_id_from_the_same_address_counts_as_one() {
    let mut log = Log::office(0..40);
    let laptop = Context {
        managed: Some(true),
        device: "laptop".into(),
        ip: OTHER_HOME.into(),
        session: "s".into(),
        ..visit("a@x", 40)
    };
    log.add(laptop.clone());
    let work = log.add(Context {
        managed: None,
        device: String::new(),
        agent: String::new(),
        client: "Client=MSExchangeRPC".into(),
        ..laptop
    });
    assert_eq!(log.of(work).verdict, SessionVerdict::Owner);
}

#[test]
fn a_persons_decision_outranks_all() {
    let mut log = Log::office(0..40);
    let n = log.add(abroad("a@x", 40));
    log.decisions.push(Decision {
        n: 3,
        what: "network".into(),
        selector: Selector {
            account: Some("a@x".into()),
            address: Some("198.51.100.0/24".into()),
            ..Selector::default()
        },
        typed: String::new(),
        is: "owner".into(),
        who: "p".into(),
        why: "w".into(),
        at: 0,
        before: String::new(),
    });
    let it = log.of(n);
    assert_eq!((it.verdict, it.decided), (SessionVerdict::Owner, Some(3)));
}

#[test]
fn a_shared_mailbox_has_no_home() {
    let mut log = Log::default();
    for day in 0..40 {
        log.add(visit("info@x", day));
        log.add(visit("b@x", day));
    }
    let n = log.add(Context { agent: EDGE.into(), ..abroad("info@x", 40) });
    let it = log.of(n);
    assert!(
        !it.hits.iter().any(|hit| hit.class == "time" || hit.rule == "network_new_country"),
        "{it:?}"
    );
}

#[test]
fn the_order_of_contexts_changes_no_verdict() {
    let mut log = Log::office(0..40);
    (40..46).for_each(|day| {
        log.add(abroad("a@x", day));
        log.add(visit("a@x", day));
    });
    let verdicts = |log: &Log| -> BTreeMap<String, (SessionVerdict, i64)> {
        let (built, judged) = log.judge();
        let of =
            |n: usize| (judged[built.of_context[n]].verdict, judged[built.of_context[n]].score);
        log.contexts.iter().enumerate().map(|(n, it)| (it.id.clone(), of(n))).collect()
    };
    let before = verdicts(&log);
    log.contexts.reverse();
    assert_eq!(verdicts(&log), before);
}

#[test]
fn a_device_the_directory_had_before_outweighs_a_new_country() {
    let abroad = |owned: Owned| {
        let mut log = Log::office(0..40);
        log.owned = owned;
        let mut away = visit("a@x", 40);
        (away.ip, away.country, away.session) = (ABROAD.into(), "NL".into(), "away".into());
        away.device = "D-1".into();
        let n = log.add(away);
        log.of(n)
    };
    let device = ("a@x".to_owned(), "d-1".to_owned());
    let before = abroad(Owned::default());
    let with = abroad(Owned { devices: BTreeSet::from([device]), ..Owned::default() });
    assert!(before.score >= 100, "{before:?}");
    assert_eq!(with.score, before.score - 200, "{with:?}");
    assert!(with.hits.iter().any(|it| it.rule == "device_in_directory"));
    let other = ("b@x".to_owned(), "d-1".to_owned());
    let other = abroad(Owned { devices: BTreeSet::from([other]), ..Owned::default() });
    assert_eq!(other.score, before.score, "a colleague's device vouches for nobody else");
    let trusted = abroad(Owned { networks: vec![format!("{ABROAD}/32")], ..Owned::default() });
    assert!(
        trusted.hits.iter().any(|it| it.rule == "network_trusted_location" && it.score == -100)
    );
    assert!(trusted.score < 100, "{trusted:?}");
}
