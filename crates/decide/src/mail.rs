//! Which mails are the attacker's, and do the sources agree? (design §4.7)

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};
use model::{
    Borne, DAY, Decision, HOUR, Micros, Selector, Sent, Span, Untrusted,
    findings::{
        AccountCount, DayCount, Figure, Is, ListCount, MailFigures, Missing, SessionVerdict,
        SourceCount, SubjectCount,
    },
    rfc3339,
};

/// How a mail is known to be the attacker's.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Class {
    /// Sent by a session of the attacker.
    Proven,
    /// Known only from other sources, with two of the four marks.
    Matched,
    /// Some mark, not enough.
    Suspected,
}

impl Class {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Class::Proven => "proven",
            Class::Matched => "matched",
            Class::Suspected => "suspected",
        }
    }
}

/// What classification looks at.
pub struct Inputs<'a> {
    /// Mails of the accounts in question.
    pub sent: &'a [Sent],
    /// Verdict of each session by display id.
    pub sessions: &'a BTreeMap<String, SessionVerdict>,
    /// Addresses of the attacker's sessions.
    pub addresses: &'a BTreeSet<String>,
    /// Accounts somebody got into, with the attacker's first and last instant.
    pub accounts: &'a BTreeMap<String, Span>,
    /// When the access to an account ended, or the last record there is: a token works on after the
    /// last sign-in seen.
    pub until: &'a dyn Fn(&str) -> Micros,
    /// Decisions in force.
    pub decisions: &'a [Decision],
    /// Resolves a recorded sender to its account.
    pub resolve: &'a dyn Fn(&str) -> String,
}

impl Inputs<'_> {
    /// Whether the mail may have been sent while the access lasted.
    fn lasted(&self, it: &Sent, account: &str, access: Span) -> bool {
        let to = (access.to + DAY).max((self.until)(account));
        access.from - HOUR <= it.at && it.at <= to
    }
}

/// Subject without reply marks, numbers and spacing: the form in which two mails are one wave.
pub fn normal_subject(subject: &str) -> String {
    let mut text = subject.trim().to_lowercase();
    for _ in 0..4 {
        let cut = ["re:", "fw:", "fwd:", "re：", "fw：", "転送:"]
            .iter()
            .find_map(|it| text.strip_prefix(it));
        match cut {
            Some(rest) => text = rest.trim_start().to_owned(),
            None => break,
        }
    }
    let mut out = String::new();
    for c in text.chars() {
        let c = if c.is_numeric() { '#' } else { c };
        let again = c == '#' && out.ends_with('#');
        if !again && !c.is_whitespace() {
            out.push(c);
        }
    }
    out
}

/// Classifies every mail; what is not in the result is not held to be the attacker's.
pub fn classify(inputs: &Inputs<'_>) -> BTreeMap<String, Class> {
    let mut found = BTreeMap::new();
    let verdict = |it: &Sent| inputs.sessions.get(&it.session).copied();
    let mut subjects: BTreeSet<String> = BTreeSet::new();
    let mut span: Option<Span> = None;
    for it in inputs.sent.iter().filter(|it| verdict(it) == Some(SessionVerdict::Attacker)) {
        found.insert(it.message.clone(), Class::Proven);
        subjects.insert(normal_subject(&it.subject));
        let known = span.get_or_insert(Span { from: it.at, to: it.at });
        (known.from, known.to) = (known.from.min(it.at), known.to.max(it.at));
    }
    if found.is_empty() {
        for it in waves(inputs) {
            // Its time proves nothing about other mails: the owner, too, writes to strangers meanwhile.
            found.insert(it.message.clone(), Class::Matched);
            subjects.insert(normal_subject(&it.subject));
        }
    }
    for it in inputs.sent.iter().filter(|it| !found.contains_key(&it.message)).collect::<Vec<_>>() {
        let account = (inputs.resolve)(&it.sender);
        let Some(access) = inputs.accounts.get(&account) else { continue };
        if matches!(
            verdict(it),
            Some(SessionVerdict::Owner | SessionVerdict::OtherPerson | SessionVerdict::Service)
        ) {
            continue;
        }
        let subject = !it.subject.is_empty() && subjects.contains(&normal_subject(&it.subject));
        let time = span.is_some_and(|span| span.from - HOUR <= it.at && it.at <= span.to + HOUR);
        let address = inputs.addresses.contains(&it.ip);
        let strangers = to_strangers(it);
        let marks = [subject, time, address, strangers].iter().filter(|it| **it).count();
        let within = access.from - HOUR <= it.at && it.at <= access.to + DAY;
        let lasted = inputs.lasted(it, &account, *access);
        if !it.in_ual && marks >= 2 && lasted {
            found.insert(it.message.clone(), Class::Matched);
        } else if (lasted && (subject || address || marks >= 2))
            || (within && !it.in_ual && strangers)
        {
            found.insert(it.message.clone(), Class::Suspected);
        }
    }
    decided(inputs, &mut found);
    found
}

/// Mails the accounts in question sent while somebody else was inside, and which nothing attributes to
/// anybody: a count that leaves them out is no whole count.
pub fn unattributed(inputs: &Inputs<'_>, classes: &BTreeMap<String, Class>) -> bool {
    inputs.sent.iter().filter(|it| !classes.contains_key(&it.message) && !it.in_ual).any(|it| {
        let account = (inputs.resolve)(&it.sender);
        inputs.accounts.get(&account).is_some_and(|span| inputs.lasted(it, &account, *span))
    })
}

/// Nearly nobody among the recipients had corresponded with the sender before.
fn to_strangers(it: &Sent) -> bool {
    it.recipients > 0 && it.known * 10 <= it.recipients
}

/// Mails of one subject to so many strangers are a wave: many mails, or one with many in blind copy.
const WAVE: u64 = 30;

/// Where no audit log can prove a single mail: mails of one subject that went out in a wave to
/// people never written to before, while the attacker was inside.
fn waves<'a>(inputs: &'a Inputs<'_>) -> Vec<&'a Sent> {
    let mut by_subject: BTreeMap<(String, String), Vec<&Sent>> = BTreeMap::new();
    for it in inputs.sent.iter().filter(|it| !it.in_ual && to_strangers(it)) {
        let account = (inputs.resolve)(&it.sender);
        let Some(access) = inputs.accounts.get(&account) else { continue };
        if access.from - HOUR <= it.at && it.at <= access.to + DAY {
            by_subject.entry((account, normal_subject(&it.subject))).or_default().push(it);
        }
    }
    let reached = |all: &[&Sent]| all.iter().map(|it| it.recipients).sum::<u64>() >= WAVE;
    by_subject.into_values().filter(|it| reached(it)).flatten().collect()
}

fn decided(inputs: &Inputs<'_>, found: &mut BTreeMap<String, Class>) {
    for decision in inputs.decisions.iter().filter(|it| it.what == "mail") {
        for it in inputs.sent.iter().filter(|it| speaks_of(&decision.selector, it, inputs.resolve))
        {
            match decision.is.as_str() {
                "fraudulent" => drop(found.insert(it.message.clone(), Class::Proven)),
                "legitimate" => drop(found.remove(&it.message)),
                _ => {}
            }
        }
    }
}

/// Tells whether a decision on mails speaks of this one: by its message id or its sender, and its time.
pub fn speaks_of(selector: &Selector, it: &Sent, resolve: &dyn Fn(&str) -> String) -> bool {
    let message = selector
        .message
        .as_ref()
        .is_none_or(|wanted| wanted.trim_matches(['<', '>']) == it.message);
    let account = selector.account.as_ref().is_none_or(|wanted| *wanted == resolve(&it.sender));
    let time =
        selector.from.is_none_or(|at| it.at >= at) && selector.to.is_none_or(|at| it.at < at);
    let names = selector.message.is_some() || selector.account.is_some();
    names && message && account && time
}

/// Mails of a wave that bear the organisation's address but left none of its mailboxes (design §4.7, not a
/// takeover): they came in from outside, or from an address that is nobody's mailbox, or from a mailbox
/// whose every mail would stand in the audit log (`heard`). Normal mail is no wave.
pub fn elsewhere(
    borne: &[Borne],
    is_account: &dyn Fn(&str) -> bool,
    heard: &dyn Fn(&str, Span) -> bool,
) -> u64 {
    let foreign = |it: &&Borne| {
        let span = Span { from: it.first - HOUR, to: it.last + HOUR };
        it.inbound || !is_account(&it.sender) || heard(&it.sender, span)
    };
    let mut waves: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for it in borne.iter().filter(foreign) {
        let sum = waves.entry(normal_subject(&it.subject)).or_default();
        *sum = (sum.0 + it.messages, sum.1 + it.recipients);
    }
    waves.values().filter(|(_, recipients)| *recipients >= WAVE).map(|(messages, _)| messages).sum()
}

/// Counts over the attacker's mails that only the store can make.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Distinct (message, address).
    pub recipients: u64,
    /// Distinct addresses.
    pub unique: u64,
    /// Recipients whose last status is Failed.
    pub failed: u64,
    /// Distinct recipients standing in any list.
    pub known: u64,
    /// Each list.
    pub lists: Vec<ListCount>,
}

/// What is known of one source of mails.
#[derive(Clone, Debug, Default)]
pub struct SourceFacts {
    /// Whether such evidence was given at all.
    pub given: bool,
    /// First and last instant of it.
    pub span: Option<Span>,
    /// Latest collection, if declared.
    pub collected_at: Option<Micros>,
    /// Whether it was declared over the whole sending, with nothing that contradicts it.
    pub whole: bool,
}

/// What the figures are decided from.
pub struct FigureInputs<'a> {
    /// Mails.
    pub sent: &'a [Sent],
    /// Their classes.
    pub classes: &'a BTreeMap<String, Class>,
    /// Counts of the store.
    pub counts: Counts,
    /// Audit log.
    pub ual: SourceFacts,
    /// Message trace.
    pub trace: SourceFacts,
    /// Content of the mailboxes they were sent from; whole if each is declared a snapshot.
    pub mailbox: SourceFacts,
    /// The case's zone.
    pub zone: &'a TimeZone,
    /// Whether every mail sent during the whole window shows in the audit log or in the trace.
    pub heard: bool,
    /// Whether mails of the time of the access are left that nothing attributes to anybody.
    pub unattributed: bool,
    /// Whether the attacker's access is known to have ended.
    pub contained: bool,
    /// Whether all lists the case file names were read whole; `None` if it names none.
    pub lists_whole: Option<bool>,
    /// Resolves a recorded sender.
    pub resolve: &'a dyn Fn(&str) -> String,
}

/// Decides the figures: messages, recipients, unique recipients are three different numbers.
pub fn figures(inputs: &FigureInputs<'_>) -> MailFigures {
    let mut it = MailFigures::default();
    let class = |sent: &Sent| inputs.classes.get(&sent.message).copied();
    let headline: Vec<&Sent> = inputs
        .sent
        .iter()
        .filter(|sent| matches!(class(sent), Some(Class::Proven | Class::Matched)))
        .collect();
    let of = |wanted: Class| inputs.classes.values().filter(|it| **it == wanted).count() as u64;
    (it.proven, it.matched, it.suspected) =
        (of(Class::Proven), of(Class::Matched), of(Class::Suspected));
    let messages = headline.len() as u64;
    it.sources = sources(inputs, &headline);
    let lost = |source: &SourceCount| -> u64 {
        let unexplained = source.missing.iter().filter(|it| it.why == "unexplained");
        unexplained.map(|it| it.messages).sum()
    };
    it.unexplained = it.sources.iter().map(&lost).sum();
    // What a mailbox no longer holds takes nothing from what the logs tell: only they can be whole.
    let logs = || it.sources.iter().filter(|source| source.source != "mailbox");
    let lost_by_logs = logs().map(&lost).sum::<u64>() > 0;
    // A hole in the trace takes nothing from what the audit log counts whole.
    let agreed = logs()
        .all(|source| (source.source == "message_trace" && inputs.ual.whole) || lost(source) == 0);
    // A wave nobody proved to be the attacker's is recognised by likeness alone: that bounds nothing.
    let proven = it.proven > 0 || messages == 0;
    let exact = inputs.heard
        && !inputs.unattributed
        && inputs.contained
        && agreed
        && it.suspected == 0
        && proven;
    let given = inputs.ual.given || inputs.trace.given || headline.iter().any(|it| it.in_mailbox);
    it.messages = bounded(messages, exact, given);
    // Mails without a single recipient known: no source tells of recipients. That there was no mail at
    // all is known as well as the messages are.
    let told = inputs.counts.recipients > 0;
    it.recipients = match it.messages {
        Figure { value: Some(0), is: Is::Exact, .. } => Figure::exact(0),
        _ => bounded(
            inputs.counts.recipients,
            exact && inputs.trace.whole && !lost_by_logs,
            given && told,
        ),
    };
    it.unique_recipients = Figure {
        value: it.recipients.value.map(|_| inputs.counts.unique),
        ..it.recipients.clone()
    };
    it.failed = match it.messages {
        Figure { value: Some(0), is: Is::Exact, .. } => Figure::exact(0),
        _ => failed(inputs, exact && inputs.trace.whole && !lost_by_logs),
    };
    it.known_recipients = match inputs.lists_whole {
        Some(true) if it.recipients.is == Is::Exact => Figure::exact(inputs.counts.known),
        _ if !given || it.recipients.value.is_none() => Figure::unknown(),
        whole => {
            let limits =
                if whole == Some(true) { vec![] } else { vec!["lists_not_whole".to_owned()] };
            Figure { limits, ..Figure::at_least(inputs.counts.known) }
        }
    };
    it.lists = inputs.counts.lists.clone();
    it.first = headline.iter().map(|it| it.at).min().map(rfc3339);
    it.last = headline.iter().map(|it| it.at).max().map(rfc3339);
    it.by_day = by_day(&headline, inputs.zone);
    it.subjects = by_subject(&headline);
    it.by_account = by_account(&headline, inputs.resolve);
    it
}

/// A server that took a mail may refuse it later: only the report of non-delivery in the mailbox tells.
fn failed(inputs: &FigureInputs<'_>, exact: bool) -> Figure {
    let told = inputs.trace.given || inputs.counts.failed > 0;
    let it = bounded(inputs.counts.failed, exact && inputs.mailbox.whole, told);
    let only_snapshot = exact && !inputs.mailbox.whole;
    let limits = if only_snapshot { vec!["no_snapshot".to_owned()] } else { Vec::new() };
    Figure { limits, ..it }
}

fn bounded(value: u64, exact: bool, given: bool) -> Figure {
    match (given, exact) {
        (false, _) => Figure::unknown(),
        (true, true) => Figure { value: Some(value), is: Is::Exact, limits: Vec::new() },
        (true, false) => Figure::at_least(value),
    }
}

fn sources(inputs: &FigureInputs<'_>, headline: &[&Sent]) -> Vec<SourceCount> {
    let mut found = Vec::new();
    let audited = headline.iter().any(|it| it.in_ual);
    for (name, facts, has) in [
        ("ual", &inputs.ual, (|it| it.in_ual) as fn(&Sent) -> bool),
        ("message_trace", &inputs.trace, |it| it.in_trace),
        ("mailbox", &inputs.mailbox, |it| it.in_mailbox),
    ] {
        if !facts.given {
            continue;
        }
        let mut missing: BTreeMap<&str, u64> = BTreeMap::new();
        for it in headline.iter().filter(|it| !has(it)) {
            let why = match name {
                "mailbox" => why_not_stored(it, facts),
                "message_trace" => why_not_traced(it, facts),
                _ if !audited => "not_audited",
                _ => outside(it, facts),
            };
            *missing.entry(why).or_default() += 1;
        }
        found.push(SourceCount {
            source: name.to_owned(),
            messages: headline.iter().filter(|it| has(it)).count() as u64,
            missing: missing
                .into_iter()
                .map(|(why, messages)| Missing { why: why.to_owned(), messages })
                .collect(),
        });
    }
    found
}

/// Why a log does not tell of a mail, as far as its span says.
fn outside(it: &Sent, facts: &SourceFacts) -> &'static str {
    match facts.span {
        Some(span) if span.from <= it.at && it.at <= span.to => "unexplained",
        _ => "not_collected",
    }
}

fn why_not_traced(it: &Sent, facts: &SourceFacts) -> &'static str {
    match facts.collected_at {
        _ if it.refused => "refused_at_limit",
        _ if it.unsent => "never_left",
        Some(at) if it.at < at - 90 * DAY => "older_than_retention",
        _ => outside(it, facts),
    }
}

/// A mailbox that is not declared whole may have lost any mail on its way here.
fn why_not_stored(it: &Sent, facts: &SourceFacts) -> &'static str {
    match (it.deleted, facts.whole) {
        (true, _) => "deleted",
        (false, true) => "unexplained",
        (false, false) => "not_collected",
    }
}

/// The calendar day of an instant in a zone.
pub fn day_of(at: Micros, zone: &TimeZone) -> String {
    match Timestamp::from_microsecond(at) {
        Ok(at) => at.to_zoned(zone.clone()).date().to_string(),
        Err(_) => String::new(),
    }
}

fn by_day(headline: &[&Sent], zone: &TimeZone) -> Vec<DayCount> {
    let mut days: BTreeMap<String, u64> = BTreeMap::new();
    for it in headline {
        *days.entry(day_of(it.at, zone)).or_default() += 1;
    }
    days.into_iter().map(|(date, messages)| DayCount { date, messages }).collect()
}

fn by_subject(headline: &[&Sent]) -> Vec<SubjectCount> {
    let mut subjects: BTreeMap<&str, u64> = BTreeMap::new();
    for it in headline {
        *subjects.entry(it.subject.as_str()).or_default() += 1;
    }
    let mut found: Vec<SubjectCount> = subjects
        .into_iter()
        .map(|(it, messages)| SubjectCount { subject: Untrusted::new(it), messages })
        .collect();
    found.sort_by(|a, b| b.messages.cmp(&a.messages).then_with(|| a.subject.cmp(&b.subject)));
    found
}

fn by_account(headline: &[&Sent], resolve: &dyn Fn(&str) -> String) -> Vec<AccountCount> {
    let mut accounts: BTreeMap<String, u64> = BTreeMap::new();
    for it in headline {
        *accounts.entry(resolve(&it.sender)).or_default() += 1;
    }
    accounts.into_iter().map(|(account, messages)| AccountCount { account, messages }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(
        message: &str,
        session: &str,
        subject: &str,
        ip: &str,
        in_ual: bool,
        known: u64,
    ) -> Sent {
        Sent {
            message: message.into(),
            sender: "a@x".into(),
            session: session.into(),
            subject: subject.into(),
            ip: ip.into(),
            at: 1000 * HOUR,
            in_ual,
            in_trace: true,
            recipients: 1,
            known,
            ..Sent::default()
        }
    }

    #[test]
    fn two_of_four_marks_make_a_match_and_the_owners_mail_never_does() {
        let sessions = BTreeMap::from([
            ("s-a".to_owned(), SessionVerdict::Attacker),
            ("s-o".to_owned(), SessionVerdict::Owner),
        ]);
        let mails = [
            sent("p", "s-a", "Your account 17", "", true, 0),
            sent("m", "", "RE: your account 99", "", false, 1),
            sent("o", "s-o", "your account 1", "", true, 0),
            sent("n", "", "minutes of the meeting", "", false, 1),
        ];
        let accounts =
            BTreeMap::from([("a@x".to_owned(), Span { from: 990 * HOUR, to: 1010 * HOUR })]);
        let found = classify(&Inputs {
            sent: &mails,
            sessions: &sessions,
            addresses: &BTreeSet::new(),
            accounts: &accounts,
            until: &|_| 0,
            decisions: &[],
            resolve: &|it| it.to_owned(),
        });
        let expected = [("m".to_owned(), Class::Matched), ("p".to_owned(), Class::Proven)];
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn days_are_the_cases_days() {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let at = "2025-10-19T15:30:00Z".parse::<Timestamp>().unwrap().as_microsecond();
        assert_eq!(day_of(at, &zone), "2025-10-20");
    }

    fn figures_of(
        mails: &[Sent],
        ual: SourceFacts,
        trace: SourceFacts,
        contained: bool,
    ) -> MailFigures {
        let classes = mails.iter().map(|it| (it.message.clone(), Class::Proven)).collect();
        figures(&FigureInputs {
            sent: mails,
            classes: &classes,
            counts: Counts { recipients: 2, unique: 2, ..Counts::default() },
            heard: ual.whole || trace.whole,
            unattributed: false,
            ual,
            trace,
            mailbox: SourceFacts::default(),
            zone: &TimeZone::UTC,
            contained,
            lists_whole: None,
            resolve: &|it| it.to_owned(),
        })
    }

    #[test]
    fn a_count_is_exact_only_if_somebody_listened_to_the_end() {
        let mails = [sent("p", "s", "x", "", true, 0), sent("q", "s", "x", "", true, 0)];
        let heard = || SourceFacts {
            given: true,
            whole: true,
            span: Some(Span { from: 0, to: 2000 * HOUR }),
            ..SourceFacts::default()
        };
        let partly = || SourceFacts { whole: false, ..heard() };
        let is = |ual, trace, contained| figures_of(&mails, ual, trace, contained).messages.is;
        assert_eq!(is(heard(), heard(), true), Is::Exact);
        assert_eq!(is(heard(), heard(), false), Is::AtLeast);
        assert_eq!(is(partly(), partly(), true), Is::AtLeast);
        assert_eq!(is(SourceFacts::default(), SourceFacts::default(), true), Is::Unknown);
    }

    #[test]
    fn every_difference_between_sources_has_a_reason_or_is_unexplained() {
        let mut old = sent("old", "s", "x", "", true, 0);
        (old.at, old.in_trace) = (10 * HOUR, false);
        let mut gap = sent("gap", "s", "x", "", true, 0);
        gap.in_trace = false;
        let heard = || SourceFacts {
            given: true,
            whole: true,
            span: Some(Span { from: 0, to: 9000 * HOUR }),
            ..SourceFacts::default()
        };
        let trace = SourceFacts { collected_at: Some(10 * HOUR + 91 * DAY), ..heard() };
        let it = figures_of(&[old, gap], heard(), trace, true);
        let missing: Vec<(&str, u64)> =
            it.sources[1].missing.iter().map(|it| (it.why.as_str(), it.messages)).collect();
        assert_eq!(missing, [("older_than_retention", 1), ("unexplained", 1)]);
        assert_eq!((it.unexplained, it.messages.is, it.recipients.is), (1, Is::Exact, Is::AtLeast));
    }

    #[test]
    fn a_wave_that_left_no_mailbox_is_elsewhere_and_daily_mail_is_not() {
        let borne = |sender: &str, inbound, messages| Borne {
            sender: sender.into(),
            subject: "Your parcel".into(),
            inbound,
            messages,
            recipients: messages,
            first: 5 * HOUR,
            last: 6 * HOUR,
        };
        let account = |name: &str| name == "a@x";
        let of = |all: &[Borne], heard| elsewhere(all, &account, &|_, _| heard);
        assert_eq!(of(&[borne("a@x", true, 40)], false), 40, "forged from outside");
        assert_eq!(of(&[borne("form@x", false, 40)], false), 40, "nobody's mailbox");
        assert_eq!(of(&[borne("a@x", false, 40)], true), 40, "the mailbox would know");
        assert_eq!(of(&[borne("a@x", false, 40)], false), 0, "nobody listened to the mailbox");
        assert_eq!(of(&[borne("a@x", true, 4)], true), 0, "no wave");
    }

    #[test]
    fn two_mails_of_one_wave_have_one_subject() {
        assert_eq!(
            normal_subject("RE: Fwd: 【重要】 Case 123-4"),
            normal_subject("【重要】case 9-88")
        );
        assert_ne!(normal_subject("minutes"), normal_subject("invoice"));
    }
}
