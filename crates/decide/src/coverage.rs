//! Over which spans was somebody listening? Silence is evidence only there (design §4.5).
//!
//! A part of the window counts for an act if a log able to show that act was asked for over it, nothing
//! contradicts that the log is whole, no silence in it is improbable, and a record proves that the act
//! was being recorded at all. What is only inferred from first and last rows never counts; it tells what
//! would follow if a person confirmed it.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Act, Case, Context, DAY, Decision, Detail, HOUR, Kind, Micros, ResultNumbers, Span,
    findings::SessionVerdict,
};

use crate::{
    attribution::Judged,
    control::{Controls, Stated},
    hole::{self, Days, Holes},
    identity::Directory,
    observability::{self, Row},
    session::Built,
};

mod declared;
pub(crate) mod spans;

pub(crate) use declared::decided;
pub use declared::{Against, Asked, is_log};

/// What is known of a rejected row.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Lead {
    /// When, by its wrapper.
    pub at: Option<Micros>,
    /// When the row before it (else after it) in the file was.
    pub beside: Option<Micros>,
    /// Operation, by its wrapper; empty if not said.
    pub operation: String,
    /// User, by its wrapper; empty if not said.
    pub account: String,
}

/// What is known of one evidence file beside its records.
#[derive(Clone, Debug, Default)]
pub struct FileFacts {
    /// Logical path.
    pub path: String,
    /// Kind.
    pub kind: Option<Kind>,
    /// Id of the format that read it.
    pub format: String,
    /// Rows read.
    pub rows: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Records with losses.
    pub lossy: u64,
    /// First instant in it.
    pub from: Option<Micros>,
    /// Last instant in it.
    pub to: Option<Micros>,
    /// Whether rows come in order of time.
    pub sorted: bool,
    /// Rejected rows: one each. A reject without one is a gap for all that was asked for.
    pub leads: Vec<Lead>,
    /// Cut off: a limit was hit, or its result indexes are not whole.
    pub cut: bool,
    /// Sign-ins: a record of the non-interactive stream stands in it.
    pub non_interactive: bool,
    /// The numbers of a search's results.
    pub results: Vec<ResultNumbers>,
    /// Rows without such a number.
    pub unnumbered: u64,
    /// Its times cannot be placed: order of day and month, or zone, unknown.
    pub unplaced: bool,
}

/// A span an export was asked for, with nothing that contradicts it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listening {
    /// Kind of log.
    pub kind: Kind,
    /// Span, the last 24 hours before collection left out.
    pub span: Span,
    /// `None` = all accounts.
    pub accounts: Option<Vec<String>>,
    /// Glob of the files it speaks of.
    pub path: String,
}

/// Row counts at which exports are cut off.
const CAPS: [u64; 7] = [1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];

/// Tells whether a row count is a multiple of a known cap.
pub fn looks_capped(rows: u64) -> bool {
    rows > 0 && CAPS.iter().any(|cap| rows.is_multiple_of(*cap))
}

/// Tells whether the spans of one kind, united, cover the whole of `wanted` for the account.
pub fn covers(listening: &[Listening], kind: Kind, account: &str, wanted: Span) -> bool {
    let named = |it: &&Listening| {
        let all = it.accounts.as_ref();
        all.is_none_or(|all| all.iter().any(|one| one.eq_ignore_ascii_case(account)))
    };
    let mine = listening.iter().filter(|it| it.kind == kind).filter(named);
    let united = spans::unite(mine.map(|it| it.span).collect());
    united.iter().any(|it| it.covers(wanted))
}

/// What the logs are built from.
pub struct Inputs<'a> {
    /// Statements.
    pub case: &'a Case,
    /// IANA zone of the case: hours of the week are counted in it.
    pub zone: &'a str,
    /// Every evidence file.
    pub files: &'a [FileFacts],
    /// Decisions in force.
    pub decisions: &'a [Decision],
    /// Contexts.
    pub contexts: &'a [Context],
    /// Acts.
    pub acts: &'a [Act],
    /// Records whose content matters: those of [`crate::control::OPERATIONS`] are read.
    pub details: &'a [Detail],
    /// Sessions.
    pub built: &'a Built,
    /// Their verdicts.
    pub judged: &'a [Judged],
    /// The accounts.
    pub directory: &'a Directory,
    /// What configuration exports say of auditing.
    pub audited: &'a Stated,
}

/// Everything that was listening.
#[derive(Debug)]
pub struct Log {
    asked: Vec<Asked>,
    controls: Controls,
    holes: BTreeMap<(Kind, String), Holes>,
    /// Recording of reading stopped for 24 hours, by mailbox.
    throttled: BTreeMap<String, Vec<Span>>,
    /// Accounts of the inventory; `None` without one.
    inventory: Option<BTreeSet<String>>,
    /// Why the inventory may lack accounts.
    partial: Option<&'static str>,
    /// A log of this kind was read.
    kinds: BTreeSet<Kind>,
    lossy: bool,
}

/// Whose acts, and on what.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject<'a> {
    /// Acts of this account; `None` = of anybody.
    pub who: Option<&'a str>,
    /// Acts in this mailbox; `None` = anywhere.
    pub mailbox: Option<&'a str>,
}

/// Whether a look-back was listened to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Back {
    /// By declarations.
    pub declared: bool,
    /// By declarations, and by files nobody declared.
    pub inferred: bool,
}

/// A part of the window that is not covered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hollow {
    /// The part.
    pub span: Span,
    /// `gaps[].why` of the contract.
    pub why: &'static str,
}

/// How far the window is covered for one act.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Heard {
    /// By declarations.
    pub declared: Vec<Span>,
    /// By declarations, and by files nobody declared.
    pub inferred: Vec<Span>,
    /// Kinds of log that contribute.
    pub sources: BTreeSet<&'static str>,
    /// What declarations do not cover, and why.
    pub gaps: Vec<Hollow>,
}

impl Log {
    /// Gathers everything that was listening.
    pub fn new(inputs: &Inputs<'_>) -> Log {
        let resolve = |name: &str| inputs.directory.resolve(name);
        let asked = declared::asked(inputs.case, inputs.files, inputs.decisions, &resolve);
        let (contexts, acts) = (inputs.contexts, inputs.acts);
        let known = inputs.directory.accounts().keys();
        let inventory: BTreeSet<String> =
            known.filter(|it| inputs.directory.in_inventory(it)).cloned().collect();
        Log {
            controls: Controls::new(
                contexts,
                acts,
                inputs.details,
                inputs.audited,
                inputs.directory,
            ),
            holes: silences(inputs, &asked),
            throttled: throttled(acts, inputs.directory),
            inventory: inputs.directory.has_inventory().then_some(inventory),
            partial: partial(inputs),
            kinds: inputs
                .files
                .iter()
                .filter(|it| it.rows > 0 && !declared::is_beside(it))
                .filter_map(|it| it.kind)
                .collect(),
            lossy: inputs.files.iter().any(|it| it.kind == Some(Kind::Ual) && it.lossy > 0),
            asked,
        }
    }

    /// The spans that count for all accounts and operations: what the window and the mail figures ask for.
    pub fn listening(&self) -> Vec<Listening> {
        let mut found = Vec::new();
        for it in self.asked.iter().filter(|it| !it.inferred && it.operations.is_none()) {
            let against = spans::unite(it.against.iter().map(|it| it.span).collect());
            let accounts: Option<Vec<String>> =
                it.accounts.as_ref().map(|all| all.iter().cloned().collect());
            let left = spans::minus(&spans::unite(vec![it.heard()]), &against);
            let one = |span| Listening {
                kind: it.kind,
                span,
                accounts: accounts.clone(),
                path: it.path.clone(),
            };
            found.extend(left.into_iter().map(one));
        }
        found
    }

    /// Kinds of evidence read.
    pub fn kinds(&self) -> &BTreeSet<Kind> {
        &self.kinds
    }

    /// Whether records of the audit log lost something on the way.
    pub fn lossy(&self) -> bool {
        self.lossy
    }

    /// Whether every account of the inventory is known.
    pub fn has_inventory(&self) -> bool {
        self.inventory.is_some()
    }

    /// Why the inventory may lack accounts, as `gaps[].why`; `None` if nothing speaks against it.
    pub fn partial_inventory(&self) -> Option<&'static str> {
        self.partial
    }

    /// Whether there were weeks enough to look for holes in the audit log.
    pub fn hole_test_possible(&self) -> bool {
        self.holes.iter().any(|((kind, _), it)| *kind == Kind::Ual && it.possible)
    }

    /// Whether the non-interactive sign-ins of the account are declared over the whole span.
    pub fn hears_refreshes(&self, account: &str, span: Span) -> bool {
        let mine = self.asked.iter().filter(|it| {
            !it.inferred
                && it.kind == Kind::Signins
                && it.non_interactive
                && it.against.is_empty()
                && it.accounts.as_ref().is_none_or(|all| all.contains(account))
        });
        spans::unite(mine.map(Asked::heard).collect()).iter().any(|it| it.covers(span))
    }

    /// Whether the account's sign-ins and its mailbox were listened to over the whole span (design §4.4).
    pub fn looked_back(&self, account: &str, span: Span) -> Back {
        let own = Subject { who: Some(account), mailbox: None };
        let mailbox = Subject { who: Some(account), mailbox: Some(account) };
        let heard = [
            self.heard("account", "sign_in", own, span),
            self.heard("mailbox", "read", mailbox, span),
        ];
        let whole = |of: &[Span]| span.from < span.to && spans::length(of) == span.to - span.from;
        Back {
            declared: heard.iter().all(|it| whole(&it.declared)),
            inferred: heard.iter().all(|it| whole(&it.inferred)),
        }
    }

    /// Whether every mail the account sent over the whole span shows: in its mailbox's own records with
    /// their positive control, or in a trace declared over it.
    pub fn hears_sends(&self, account: &str, span: Span) -> bool {
        let mailbox = Subject { who: Some(account), mailbox: Some(account) };
        let traced = self.listening().into_iter().filter(|it| {
            let all = it.accounts.as_ref();
            it.kind == Kind::MessageTrace
                && all.is_none_or(|all| all.iter().any(|one| one.eq_ignore_ascii_case(account)))
        });
        let mut heard = self.heard("mail", "send", mailbox, span).declared;
        heard.extend(traced.map(|it| it.span));
        spans::unite(heard).iter().any(|it| it.covers(span))
    }

    /// Whether every mail sent from the mailbox itself over the whole span stands in its own records.
    pub fn hears_mailbox_sends(&self, account: &str, span: Span) -> bool {
        let mailbox = Subject { who: Some(account), mailbox: Some(account) };
        let heard = self.heard("mail", "send", mailbox, span).declared;
        heard.iter().any(|it| it.covers(span))
    }

    /// Where a trace is declared for the account.
    pub fn traced(&self, account: &str) -> Vec<Span> {
        let all = self.listening().into_iter().filter(|it| {
            let all = it.accounts.as_ref();
            it.kind == Kind::MessageTrace
                && all.is_none_or(|all| all.iter().any(|one| one.eq_ignore_ascii_case(account)))
        });
        spans::unite(all.map(|it| it.span).collect())
    }

    /// Whether the account's reading (`read`) or opening of files (`file_access`) was listened to over the
    /// whole span.
    pub fn hears(&self, class: &str, act: &str, account: &str, span: Span) -> bool {
        let subject = match act {
            "read" => Subject { who: None, mailbox: Some(account) },
            _ => Subject { who: Some(account), mailbox: None },
        };
        let heard = self.heard(class, act, subject, span).declared;
        span.from < span.to && spans::length(&heard) == span.to - span.from
    }

    /// How far the window is covered for one act on a class of scopes.
    pub fn heard(&self, class: &str, act: &str, subject: Subject<'_>, window: Span) -> Heard {
        let rows = observability::able(class, act);
        let mut parts: BTreeMap<&str, Vec<(usize, &Row)>> = BTreeMap::new();
        for (n, row) in rows {
            parts.entry(&row.part).or_default().push((n, row));
        }
        let all = spans::unite(vec![window]);
        let mut found = Heard { declared: all.clone(), inferred: all.clone(), ..Heard::default() };
        if parts.is_empty() || all.is_empty() {
            return Heard { declared: Vec::new(), inferred: Vec::new(), ..found };
        }
        for part in parts.values() {
            let mut declared = Vec::new();
            let mut inferred = Vec::new();
            let mut reasons: Vec<(u8, Hollow)> = Vec::new();
            for (n, row) in part {
                let it = self.source(*n, row, subject, &all);
                if let Some(kind) = row.kind
                    && !it.inferred.is_empty()
                {
                    found.sources.insert(kind.word());
                }
                declared.extend(it.declared);
                inferred.extend(it.inferred);
                reasons.extend(it.reasons);
            }
            let declared = spans::unite(declared);
            found.gaps.extend(explained(&spans::minus(&all, &declared), reasons));
            found.declared = spans::meet(&found.declared, &declared);
            found.inferred = spans::meet(&found.inferred, &spans::unite(inferred));
        }
        found.gaps.sort_by(|a, b| (a.span, a.why).cmp(&(b.span, b.why)));
        found.gaps.dedup();
        found
    }

    /// One kind of log.
    fn source(&self, n: usize, row: &Row, subject: Subject<'_>, window: &[Span]) -> Source {
        let mut it = Source::default();
        let mut stated: Vec<Span> = Vec::new();
        let mut said: Vec<Span> = Vec::new();
        let listening = self.controls.listening(n, subject.mailbox, subject.who);
        for asked in self.asked.iter().filter(|one| Some(one.kind) == row.kind) {
            if !self.speaks_of(asked, row, subject) {
                continue;
            }
            let mut lost: Vec<Span> = Vec::new();
            for against in asked.against.iter().filter(|one| self.concerns(one, row, subject)) {
                lost.push(against.span);
                it.reason(against.span, against.why);
            }
            if let Some(span) = expired(asked, row) {
                // A record of that time in that place proves that it was kept after all.
                let kept: &[Span] = if row.kind == Some(Kind::Ual) && subject.mailbox.is_none() {
                    &[]
                } else {
                    &listening
                };
                let gone = spans::minus(&[span], kept);
                gone.iter().for_each(|one| it.reason(*one, "expired"));
                lost.extend(gone);
            }
            let heard = asked.heard();
            let late = Span { from: heard.to, to: asked.span.to };
            it.reason(late, if asked.inferred { "not_stated" } else { "late" });
            let good = spans::minus(&spans::unite(vec![heard]), &spans::unite(lost));
            if asked.inferred {
                it.reason(asked.span, "not_stated");
                said.extend(good);
            } else {
                stated.extend(good);
            }
        }
        it.silences(
            self,
            row,
            subject,
            window,
            &spans::unite([stated.clone(), said.clone()].concat()),
            &listening,
        );
        let proven = |spans: Vec<Span>| {
            spans::meet(
                &spans::minus(&spans::meet(&spans::unite(spans), window), &it.lost),
                &listening,
            )
        };
        let declared = proven(stated.clone());
        let inferred = proven([stated, said].concat());
        if !self.kinds.iter().any(|kind| Some(*kind) == row.kind) {
            window.iter().for_each(|span| it.reason(*span, "not_collected"));
        } else if !self.asked.iter().any(|one| Some(one.kind) == row.kind && !one.inferred) {
            window.iter().for_each(|span| it.reason(*span, "not_stated"));
        }
        Source { declared, inferred, ..it }
    }

    /// Whether a declaration speaks of the acts in question.
    fn speaks_of(&self, asked: &Asked, row: &Row, subject: Subject<'_>) -> bool {
        let operations = asked.operations.as_ref().is_none_or(|all| {
            !row.operations.is_empty()
                && row.operations.iter().all(|it| all.contains(&it.to_lowercase()))
        });
        // What anybody may have done shows only where everybody was asked for.
        let accounts = asked.accounts.as_ref().is_none_or(|all| match subject.who {
            Some(account) => all.contains(account),
            None => self.inventory.as_ref().is_some_and(|known| known.is_subset(all)),
        });
        operations && accounts
    }

    fn concerns(&self, against: &Against, row: &Row, subject: Subject<'_>) -> bool {
        // Whatever an account did is a trace of it, not only the acts asked for by name.
        let operation = against.operation.as_ref().is_none_or(|it| {
            row.operations.is_empty()
                || row.operations.iter().any(|one| one.eq_ignore_ascii_case(it))
                || crate::operations::of(it).act == row.act
                || crate::operations::of(it).operation == "other"
        });
        // A stranger's reject may concern the mailbox too; a colleague's in his own does not.
        let account =
            against.account.as_ref().is_none_or(|it| match (subject.who, subject.mailbox) {
                // A name nobody can place may be anybody's.
                (Some(who), _) => who == it || !self.in_inventory(it),
                (None, Some(mailbox)) => mailbox == it || !self.in_inventory(it),
                (None, None) => true,
            });
        operation && account
    }

    fn in_inventory(&self, account: &str) -> bool {
        self.inventory.as_ref().is_some_and(|all| all.contains(account))
    }
}

/// What one kind of log gives.
#[derive(Default)]
struct Source {
    declared: Vec<Span>,
    inferred: Vec<Span>,
    lost: Vec<Span>,
    reasons: Vec<(u8, Hollow)>,
}

/// Reasons in the order in which they are named where several hold.
const WHYS: [&str; 11] = [
    "capped",
    "truncated",
    "rejected",
    "throttled",
    "hole",
    "expired",
    "late",
    "not_audited",
    "not_licensed",
    "not_stated",
    "not_collected",
];

impl Source {
    fn reason(&mut self, span: Span, why: &'static str) {
        if span.from < span.to {
            let rank = WHYS.iter().position(|it| *it == why).unwrap_or(WHYS.len());
            self.reasons.push((u8::try_from(rank).unwrap_or(u8::MAX), Hollow { span, why }));
        }
    }

    /// Holes, throttling and missing controls, within what was asked for.
    fn silences(
        &mut self,
        log: &Log,
        row: &Row,
        subject: Subject<'_>,
        window: &[Span],
        asked: &[Span],
        listening: &[Span],
    ) {
        let mut lost: Vec<Span> = Vec::new();
        for ((kind, workload), found) in &log.holes {
            let named = row.workloads.is_empty() || row.workloads.contains(workload);
            if Some(*kind) == row.kind && named {
                found.spans.iter().for_each(|span| self.reason(*span, "hole"));
                lost.extend(&found.spans);
            }
        }
        if row.act == "read" && row.kind == Some(Kind::Ual) {
            let name = subject.mailbox.or(subject.who).unwrap_or_default();
            for span in log.throttled.get(name).into_iter().flatten() {
                self.reason(*span, "throttled");
                lost.push(*span);
            }
        }
        for span in spans::minus(&spans::meet(asked, window), listening) {
            self.reason(span, "not_audited");
        }
        self.lost = spans::unite(lost);
    }
}

/// Gives each uncovered part its first reason; what has none was not collected.
fn explained(uncovered: &[Span], mut reasons: Vec<(u8, Hollow)>) -> Vec<Hollow> {
    reasons.sort_by_key(|(rank, it)| (*rank, it.span));
    let mut left = uncovered.to_vec();
    let mut found = Vec::new();
    for why in WHYS {
        let mine = reasons.iter().filter(|(_, it)| it.why == why).map(|(_, it)| it.span).collect();
        let mine = spans::unite(mine);
        found.extend(spans::meet(&left, &mine).into_iter().map(|span| Hollow { span, why }));
        left = spans::minus(&left, &mine);
    }
    found.extend(left.into_iter().map(|span| Hollow { span, why: "not_collected" }));
    found
}

/// `Get-Mailbox` gives the first 1,000 mailboxes unless asked for more.
const FIRST_MAILBOXES: u64 = 1_000;

/// Rows that could not be read, a file cut off, or a list that ends where the cmdlet ends by itself.
fn partial(inputs: &Inputs<'_>) -> Option<&'static str> {
    let lists = || inputs.files.iter().filter(|it| it.kind == Some(Kind::Inventory));
    if lists().any(|it| it.rejected > 0 || it.cut) {
        return Some("rejected");
    }
    let told = |file: &FileFacts| {
        let said =
            inputs.case.sources.iter().filter(|it| model::glob_matches(&it.path, &file.path));
        said.into_iter().any(|it| it.queries.is_some() || it.rows_reported.is_some())
    };
    let ends = |file: &FileFacts| {
        file.format == "inventory_mailbox_csv" && file.rows == FIRST_MAILBOXES && !told(file)
    };
    let longer = lists().any(|it| it.rows > FIRST_MAILBOXES);
    (lists().any(ends) && !longer).then_some("capped")
}

/// The part of what was asked for that was older than the log is kept, when it was collected.
fn expired(asked: &Asked, row: &Row) -> Option<Span> {
    let kept_from = asked.collected? - row.retention_days * DAY;
    // An hour's grace: exports are asked for by whole hours.
    let span = Span { from: asked.span.from, to: kept_from.min(asked.span.to) - HOUR };
    (span.from < span.to).then_some(span)
}

/// Throttling stops the recording of reading for 24 hours.
fn throttled(acts: &[Act], directory: &Directory) -> BTreeMap<String, Vec<Span>> {
    let mut found: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for act in acts.iter().filter(|it| it.throttled > 0) {
        let span = Span { from: act.first, to: act.last + DAY };
        found.entry(directory.resolve(&act.mailbox)).or_default().push(span);
    }
    found.values_mut().for_each(|it| *it = spans::unite(std::mem::take(it)));
    found
}

/// Looks for holes: each workload of the audit log, and the sign-ins.
fn silences(inputs: &Inputs<'_>, asked: &[Asked]) -> BTreeMap<(Kind, String), Holes> {
    let index: BTreeMap<&str, usize> =
        inputs.contexts.iter().enumerate().map(|(i, it)| (it.id.as_str(), i)).collect();
    let mut present: BTreeMap<(Kind, &str), BTreeSet<i64>> = BTreeMap::new();
    for act in inputs.acts {
        let Some(i) = index.get(act.context.as_str()).copied() else { continue };
        let verdict = inputs.built.of_context.get(i).and_then(|n| inputs.judged.get(*n));
        let doubtful = [SessionVerdict::Attacker, SessionVerdict::Suspected];
        if verdict.is_some_and(|it| doubtful.contains(&it.verdict)) {
            continue;
        }
        let signin = inputs.contexts[i].signin;
        let Some(kind) = observability::kind_of(signin, &act.workload) else { continue };
        let workload = if kind == Kind::Ual { act.workload.as_str() } else { "" };
        let hours = present.entry((kind, workload)).or_default();
        hours.insert(act.first.div_euclid(HOUR));
        hours.insert(act.last.div_euclid(HOUR));
    }
    let jurisdictions: Vec<String> =
        inputs.case.organisations.iter().flat_map(|it| it.jurisdictions.clone()).collect();
    let days = Days::new(inputs.zone, &jurisdictions);
    let mut found = BTreeMap::new();
    for ((kind, workload), hours) in present {
        let mine = asked.iter().filter(|it| it.kind == kind);
        let expected = spans::unite(mine.map(Asked::heard).collect());
        let mut holes = hole::holes(&hours, &expected, &days);
        holes.spans.retain(|span| !explained_by_a_person(*span, kind, inputs));
        found.insert((kind, workload.to_owned()), holes);
    }
    found
}

/// A person may explain a hole: `decide source path=…,from=…,to=…` over the whole of it, in files of the
/// log that is silent.
fn explained_by_a_person(hole: Span, kind: Kind, inputs: &Inputs<'_>) -> bool {
    inputs.decisions.iter().filter(|it| it.what == "source").any(|it| {
        let glob = it.selector.path.as_deref().unwrap_or_default();
        let mut files = inputs.files.iter().filter(|file| file.kind == Some(kind));
        let span = it.selector.from.zip(it.selector.to);
        span.is_some_and(|(from, to)| Span { from, to }.covers(hole))
            && files.any(|file| model::glob_matches(glob, &file.path))
    })
}
