//! Every scope the organisation must speak about, and what can be said of it (design §4.6).
//!
//! `trace_found` where an attacker's record touches it; `no_trace` only where the logs able to show a
//! touch are proven to have been listening over the whole window and nobody in doubt could have left
//! one; otherwise `cannot_tell`, with the gaps and with what would close them. Every scope is listed,
//! so that nothing is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Act, Case, Context, Decision, HOUR, Kind, Span, Touch,
    findings::{ActCoverage, Attested, Blocking, Coverage, Gap, Scope, ScopeVerdict},
    rfc3339,
};

use crate::{
    attribution::Judged,
    coverage::{Heard, Log, Subject, spans},
    findings::Unlogged,
    folders,
    identity::Directory,
    observability,
    session::Built,
    state::State,
    window::Window,
};

mod blocking;
#[cfg(test)]
mod tests;
mod words;

/// Folders every mailbox has.
const FOLDERS: [&str; 7] = ["inbox", "sent", "drafts", "deleted", "recoverable", "archive", "junk"];
/// Services every account has.
const SERVICES: [&str; 4] = ["outlook", "teams", "onedrive", "sharepoint"];
/// Classes of systems outside Microsoft 365.
const OUTSIDE: [&str; 3] = ["device:", "system:", "network:"];

/// What the scopes are decided from.
pub struct Inputs<'a> {
    /// Every account.
    pub accounts: Vec<String>,
    /// Accounts somebody got into.
    pub compromised: &'a BTreeSet<String>,
    /// Records of the attacker that touch each scope.
    pub touched: &'a BTreeMap<String, u64>,
    /// Statements.
    pub case: &'a Case,
    /// Decisions in force.
    pub decisions: &'a [Decision],
    /// The judgement window.
    pub window: &'a Window,
    /// What was listening.
    pub log: &'a Log,
    /// The accounts.
    pub directory: &'a Directory,
    /// Contexts.
    pub contexts: &'a [Context],
    /// Acts.
    pub acts: &'a [Act],
    /// Sessions.
    pub built: &'a Built,
    /// Their verdicts.
    pub judged: &'a [Judged],
    /// Folder paths seen in each mailbox, in whatever act.
    pub folders: &'a BTreeMap<String, BTreeSet<String>>,
    /// Folders touched by sessions that are `unknown`; `None` = not gathered: then such a session stands
    /// in the way of every folder of the mailbox.
    pub doubtful: Option<&'a [Touch]>,
    /// What exports of the configuration say.
    pub state: &'a State,
    /// What the attacker left behind that no record tells of.
    pub unlogged: &'a [Unlogged],
    /// Service scopes for which the attacker got a token through another client.
    pub token_only: &'a BTreeSet<String>,
}

/// Lists and judges every scope, in order of their ids.
pub fn scopes(inputs: &Inputs<'_>) -> Vec<Scope> {
    let judge = Judge {
        inputs,
        doubts: blocking::Doubts::new(inputs),
        window: inputs.window.span.filter(|it| it.from < it.to),
    };
    let mut heard: BTreeMap<(String, String), Vec<(&'static str, Heard)>> = BTreeMap::new();
    let mut found: Vec<Scope> = Vec::new();
    for id in ids(inputs) {
        // Coverage is the same for every folder of a mailbox: it is computed once.
        let key = (observability::class_of(&id).to_owned(), owner_of(&id).to_owned());
        let acts = heard.entry(key).or_insert_with(|| judge.acts(&id));
        found.push(judge.scope(id, acts));
    }
    let others = judge.others(&found);
    let place = found.partition_point(|it| it.scope < others.scope);
    found.insert(place, others);
    found
}

/// Every scope but `accounts:others`.
fn ids(inputs: &Inputs<'_>) -> BTreeSet<String> {
    let mut ids: BTreeSet<String> = inputs.touched.keys().cloned().collect();
    ids.extend(inputs.accounts.iter().map(|it| format!("account:{it}")));
    ids.insert("tenant".to_owned());
    let touched_mailboxes =
        inputs.touched.keys().filter_map(|it| it.strip_prefix("mailbox:")?.split('/').next());
    let mailboxes: BTreeSet<&str> =
        inputs.compromised.iter().map(String::as_str).chain(touched_mailboxes).collect();
    for mailbox in &mailboxes {
        let seen = inputs.folders.get(*mailbox).into_iter().flatten();
        let seen = seen
            .filter(|it| !it.eq_ignore_ascii_case("Not Available"))
            .map(|it| folders::scope_part(it));
        let parts: BTreeSet<String> = seen
            .chain(FOLDERS.iter().map(|it| (*it).to_owned()))
            // The calendar and the contacts are scopes of their own.
            .filter(|it| !it.is_empty() && it != "calendar" && it != "contacts")
            .collect();
        ids.extend(parts.iter().map(|it| format!("mailbox:{mailbox}/{it}")));
        ids.extend(
            ["items", "attachments", "contacts", "calendar", "settings"]
                .iter()
                .map(|it| format!("{it}:{mailbox}")),
        );
    }
    for account in inputs.compromised {
        ids.extend(SERVICES.iter().map(|it| format!("service:{account}/{it}")));
    }
    ids.extend(inputs.case.systems.iter().map(|it| system_scope(&it.kind, &it.name)));
    // What somebody states of a system is listed, whether or not the case file names the system.
    let stated = inputs.case.statements.iter().map(|it| it.about.clone());
    let decided = inputs.decisions.iter().filter_map(|it| it.selector.scope.clone());
    ids.extend(stated.chain(decided).filter(|it| is_outside(it)));
    ids.remove("accounts:others");
    ids
}

/// Whether a verdict rests on somebody's word.
pub(crate) fn is_stated(it: &Scope) -> bool {
    matches!(it.coverage.basis.as_str(), "attested" | "unreachable")
}

fn is_outside(id: &str) -> bool {
    OUTSIDE.iter().any(|it| id.starts_with(it))
}

/// The account or mailbox a scope belongs to; empty for the tenant.
fn owner_of(id: &str) -> &str {
    let rest = id.split_once(':').map(|it| it.1).unwrap_or_default();
    if is_outside(id) { rest } else { rest.split('/').next().unwrap_or_default() }
}

/// The scope id of a system outside Microsoft 365.
pub fn system_scope(kind: &str, name: &str) -> String {
    match kind {
        "endpoint" => format!("device:{name}"),
        "network" => format!("network:{name}"),
        _ => format!("system:{name}"),
    }
}

/// The acts a scope class must have been able to show (design §4.6).
pub fn required_acts(scope: &str) -> &'static [&'static str] {
    match scope.split(':').next().unwrap_or_default() {
        "account" | "accounts" => &["sign_in", "read", "file_access"],
        "mailbox" | "contacts" | "calendar" => &["read", "sync", "move", "delete", "update"],
        "items" | "attachments" => &["read", "sync"],
        "settings" | "tenant" => &["config"],
        "service" if scope.ends_with("/outlook") || scope.ends_with("/teams") => {
            &["sign_in", "read"]
        }
        "service" if scope.ends_with("/onedrive") || scope.ends_with("/sharepoint") => {
            &["sign_in", "file_access"]
        }
        "service" => &["sign_in"],
        "device" => &["execute"],
        _ => &["connect"],
    }
}

struct Judge<'a> {
    inputs: &'a Inputs<'a>,
    doubts: blocking::Doubts<'a>,
    window: Option<Span>,
}

/// A scope's window, listened to or not.
#[derive(Clone, Copy, Default)]
struct Whole {
    declared: bool,
    inferred: bool,
}

impl Judge<'_> {
    fn acts(&self, id: &str) -> Vec<(&'static str, Heard)> {
        let owner = owner_of(id);
        let subject = match id.split(':').next().unwrap_or_default() {
            "account" | "service" => Subject { who: Some(owner), mailbox: None },
            "settings" | "tenant" => Subject::default(),
            _ => Subject { who: None, mailbox: Some(owner) },
        };
        let class = observability::class_of(id);
        let empty = Span { from: 0, to: 0 };
        required_acts(id)
            .iter()
            .map(|act| {
                (*act, self.inputs.log.heard(class, act, subject, self.window.unwrap_or(empty)))
            })
            .collect()
    }

    fn scope(&self, id: String, acts: &[(&'static str, Heard)]) -> Scope {
        let mut it = Scope {
            records: self.inputs.touched.get(&id).copied().unwrap_or(0),
            attested: attested(&id, self.inputs),
            scope: id,
            ..Scope::default()
        };
        let outside = is_outside(&it.scope);
        let found = it.records > 0;
        let (coverage, mut whole) = self.coverage(&it.scope, acts);
        it.coverage = coverage;
        let window = self.inputs.window;
        if !outside && self.starts_open(owner_of(&it.scope), &window.exact) {
            whole.declared = false;
            whole.inferred &= !self.starts_open(owner_of(&it.scope), &window.if_confirmed);
            it.coverage.gaps.insert(0, self.before(required_acts(&it.scope)[0]));
        }
        self.unlogged(&mut it, &mut whole);
        if found {
            it.verdict = ScopeVerdict::TraceFound;
        } else {
            it.blocking = self.doubts.of(&it.scope);
            let free = it.blocking.is_empty() && !outside;
            // What records prove needs nobody's word.
            if whole.declared && free {
                it.verdict = ScopeVerdict::NoTrace;
            } else if let Some(basis) = self.stated(&it.scope) {
                it.verdict = ScopeVerdict::NoTrace;
                it.coverage.basis = basis.to_owned();
                it.blocking.clear();
            } else if whole.inferred && free {
                it.if_confirmed = Some("no_trace".to_owned());
            }
        }
        it.limits = self.limits(&it);
        self.say(&mut it, false);
        it
    }

    /// A thing that stands, and that no record tells of though the attacker may have set it: whatever was
    /// asked for, the log is not whole.
    fn unlogged(&self, it: &mut Scope, whole: &mut Whole) {
        for one in self.inputs.unlogged {
            let scope =
                if one.tenant { "tenant".to_owned() } else { format!("settings:{}", one.account) };
            if scope != it.scope {
                continue;
            }
            *whole = Whole::default();
            if let Some(at) = one.at {
                let hour = at.div_euclid(HOUR) * HOUR;
                let span = Span { from: hour, to: hour + HOUR };
                it.coverage.gaps.push(self.gap("config", Some(span), "truncated"));
            }
        }
    }

    /// Everything but the accounts somebody got into, taken together.
    fn others(&self, scopes: &[Scope]) -> Scope {
        let mine: Vec<&Scope> = scopes
            .iter()
            .filter(|it| {
                let account = it.scope.strip_prefix("account:");
                account.is_some_and(|one| !self.inputs.compromised.contains(one))
            })
            .collect();
        let mut it = Scope { scope: "accounts:others".to_owned(), ..Scope::default() };
        it.attested = attested(&it.scope, self.inputs);
        // The worst covered account speaks for all.
        let worst = mine.iter().min_by(|a, b| {
            let key = |it: &Scope| (it.coverage.covered * 1e6) as u64;
            (key(a), &a.scope).cmp(&(key(b), &b.scope))
        });
        it.coverage = worst.map(|one| one.coverage.clone()).unwrap_or_else(|| {
            let acts = required_acts("accounts:others").iter().map(|act| (*act, Heard::default()));
            self.coverage("accounts:others", &acts.collect::<Vec<_>>()).0
        });
        let mut gaps: Vec<Gap> = mine.iter().flat_map(|one| one.coverage.gaps.clone()).collect();
        gaps.sort_by(|a, b| {
            (&a.act, &a.from, &a.to, &a.why).cmp(&(&b.act, &b.from, &b.to, &b.why))
        });
        gaps.dedup_by(|a, b| (&a.act, &a.from, &a.to, &a.why) == (&b.act, &b.from, &b.to, &b.why));
        it.coverage.gaps = gaps;
        it.blocking = mine.iter().flat_map(|one| one.blocking.clone()).collect();
        let limits: BTreeSet<String> = mine.iter().flat_map(|one| one.limits.clone()).collect();
        it.limits = limits.into_iter().collect();
        let no_inventory = !self.inputs.log.has_inventory();
        if no_inventory {
            it.coverage.gaps.insert(0, self.gap("sign_in", self.window, "not_collected"));
        } else if let Some(why) = self.inputs.log.partial_inventory() {
            it.coverage.gaps.insert(0, self.gap("sign_in", self.window, why));
        } else if self.window.is_some() {
            let every = |wanted: &dyn Fn(&Scope) -> bool| {
                !mine.is_empty() && mine.iter().all(|one| wanted(one))
            };
            let word = |one: &&Scope| is_stated(one);
            if every(&|one| one.verdict == ScopeVerdict::NoTrace) {
                it.verdict = ScopeVerdict::NoTrace;
                // As strong as the weakest: what is stated of one account is no proof of all.
                if let Some(one) = mine.iter().copied().find(word) {
                    it.coverage.basis = one.coverage.basis.clone();
                    it.attested.extend(
                        mine.iter().copied().filter(word).flat_map(|one| one.attested.clone()),
                    );
                }
            } else if every(&|one| {
                one.verdict == ScopeVerdict::NoTrace || one.if_confirmed.is_some()
            }) {
                it.if_confirmed = Some("no_trace".to_owned());
            }
        }
        self.say(&mut it, no_inventory);
        let entered = self.entered(scopes);
        if it.verdict == ScopeVerdict::NoTrace && entered > 0 {
            it.text = std::mem::take(&mut it.text).and(words::entered(entered));
        }
        it
    }

    /// Mailboxes of other accounts that the intruder entered from an account he had.
    fn entered(&self, scopes: &[Scope]) -> usize {
        let owners: BTreeSet<&str> = scopes
            .iter()
            .filter(|it| it.verdict == ScopeVerdict::TraceFound)
            .filter(|it| {
                ["mailbox:", "items:", "contacts:", "calendar:"]
                    .iter()
                    .any(|at| it.scope.starts_with(at))
            })
            .map(|it| owner_of(&it.scope))
            .filter(|it| !self.inputs.compromised.contains(*it))
            .collect();
        owners.len()
    }

    fn say(&self, it: &mut Scope, no_inventory: bool) {
        let window = self.window.map(|span| (rfc3339(span.from), rfc3339(span.to)));
        it.text = words::text(
            it,
            words::Beside {
                system: is_outside(&it.scope),
                window: window.as_ref().map(|(from, to)| (from.as_str(), to.as_str())),
                no_inventory,
                hole_test: self.inputs.log.hole_test_possible(),
            },
        );
    }

    fn coverage(&self, id: &str, acts: &[(&'static str, Heard)]) -> (Coverage, Whole) {
        let Some(window) = self.window else { return (self.nothing(id), Whole::default()) };
        if is_outside(id) {
            return (self.nothing(id), Whole::default());
        }
        let all = [window];
        let meet = |of: &dyn Fn(&Heard) -> Vec<Span>| {
            acts.iter().fold(all.to_vec(), |sum, (_, heard)| spans::meet(&sum, &of(heard)))
        };
        let declared = share(&meet(&|it| it.declared.clone()), window);
        let inferred = share(&meet(&|it| it.inferred.clone()), window);
        let said = acts.iter().any(|(_, it)| !it.declared.is_empty());
        let basis = match (said, inferred > 0) {
            (true, _) => "declared",
            (false, true) => "inferred",
            (false, false) => "none",
        };
        let by_act = acts.iter().map(|(act, heard)| ActCoverage {
            act: (*act).to_owned(),
            covered: fraction(share(if said { &heard.declared } else { &heard.inferred }, window)),
            sources: heard.sources.iter().map(|it| (*it).to_owned()).collect(),
        });
        let gaps = acts.iter().flat_map(|(act, heard)| {
            heard.gaps.iter().map(|it| self.gap(act, Some(it.span), it.why))
        });
        let coverage = Coverage {
            covered: fraction(if said { declared } else { inferred }),
            basis: basis.to_owned(),
            by_act: by_act.collect(),
            gaps: gaps.collect(),
        };
        (coverage, Whole { declared: declared == MILLION, inferred: inferred == MILLION })
    }

    /// Nothing was listening, or there is no window to speak of.
    fn nothing(&self, id: &str) -> Coverage {
        let microsoft = !is_outside(id);
        let logs = self.inputs.log.kinds();
        let read = logs.contains(&Kind::Ual) || logs.contains(&Kind::Signins);
        let why = if microsoft && read { "not_stated" } else { "not_collected" };
        let acts = required_acts(id);
        Coverage {
            covered: 0.0,
            basis: "none".to_owned(),
            by_act: acts
                .iter()
                .map(|act| ActCoverage { act: (*act).to_owned(), ..ActCoverage::default() })
                .collect(),
            gaps: acts.iter().map(|act| self.gap(act, self.window, why)).collect(),
        }
    }

    fn gap(&self, act: &str, span: Option<Span>, why: &str) -> Gap {
        Gap {
            act: act.to_owned(),
            from: span.map(|it| rfc3339(it.from)),
            to: span.map(|it| rfc3339(it.to)),
            why: why.to_owned(),
        }
    }

    fn before(&self, act: &str) -> Gap {
        self.gap(act, self.inputs.window.look_back, "before_first_access")
    }

    /// Whether the window may begin too late for this account. Where any first access is only «no later
    /// than», the time before belongs to the judgement of everybody, unless the case file names an
    /// earlier beginning for the whole report.
    fn starts_open(&self, owner: &str, exact: &BTreeMap<String, bool>) -> bool {
        let window = self.inputs.window;
        let own = exact.get(owner).copied();
        let own = own.unwrap_or(!self.inputs.compromised.contains(owner));
        let stated = self.inputs.case.from.zip(window.look_back);
        let stated = stated.is_some_and(|(from, back)| from <= back.to);
        !own || (exact.values().any(|it| !it) && !stated)
    }

    /// What people state; a scope outside Microsoft 365 rests on a statement of the case file, any other
    /// only on a recorded decision.
    fn stated(&self, id: &str) -> Option<&'static str> {
        let word = |says: &str| match says {
            "no_trace" | "attested" => Some("attested"),
            "unreachable" => Some("unreachable"),
            _ => None,
        };
        let decided = self
            .inputs
            .decisions
            .iter()
            .rev()
            .find(|it| it.what == "scope" && it.selector.scope.as_deref() == Some(id));
        if let Some(decision) = decided {
            return word(&decision.is);
        }
        let mine: Vec<_> = self.inputs.case.statements.iter().filter(|it| it.about == id).collect();
        // Experts who disagree settle nothing.
        let agreed = mine.iter().all(|it| word(&it.says).is_some() && !it.by.is_empty());
        if is_outside(id) && agreed { mine.first().and_then(|it| word(&it.says)) } else { None }
    }

    /// Whether exports of the configuration speak for what was set before the window.
    fn state_seen(&self, owner: &str) -> bool {
        let state = self.inputs.state;
        self.window.is_some_and(|window| {
            if owner.is_empty() {
                state.speaks_for_tenant(window.from)
            } else {
                state.speaks_for(owner, window.from)
            }
        })
    }

    fn limits(&self, it: &Scope) -> Vec<String> {
        let mut found: BTreeSet<&str> = BTreeSet::new();
        if it.verdict == ScopeVerdict::TraceFound || is_outside(&it.scope) {
            return Vec::new();
        }
        let owner = owner_of(&it.scope);
        match it.scope.split(':').next().unwrap_or_default() {
            "mailbox" | "contacts" | "calendar" => drop(found.insert("list_view")),
            "settings" | "tenant" if !self.state_seen(owner) => {
                found.insert("state_not_seen");
            }
            "account" => {
                let heard = |span| self.inputs.log.hears_refreshes(owner, span);
                if !self.window.is_some_and(heard) {
                    found.insert("token_refresh");
                }
            }
            _ => {}
        }
        if self.inputs.token_only.contains(&it.scope) {
            found.insert("token_only");
        }
        if !self.inputs.window.contained && !self.inputs.window.exact.is_empty() {
            found.insert("not_contained");
        }
        if self.inputs.log.lossy() {
            found.insert("lossy_export");
        }
        found.into_iter().map(str::to_owned).collect()
    }
}

/// Shares are counted in millionths, and rounded down: the whole is only what is whole.
const MILLION: u64 = 1_000_000;

fn share(covered: &[Span], window: Span) -> u64 {
    let (part, all) =
        (i128::from(spans::length(covered)), i128::from(window.to) - i128::from(window.from));
    if all <= 0 { 0 } else { u64::try_from(part * i128::from(MILLION) / all).unwrap_or(0) }
}

fn fraction(millionths: u64) -> f64 {
    millionths as f64 / MILLION as f64
}

fn attested(id: &str, inputs: &Inputs<'_>) -> Vec<Attested> {
    let stated = inputs.case.statements.iter().filter(|it| it.about == id).map(|it| Attested {
        by: it.by.clone(),
        at: it.at.clone(),
        says: it.says.clone(),
        evidence: it.evidence.clone(),
    });
    let decided = inputs
        .decisions
        .iter()
        .rev()
        .filter(|it| it.what == "scope" && it.selector.scope.as_deref() == Some(id));
    let decided = decided.map(|it| Attested {
        by: it.who.clone(),
        at: rfc3339(it.at),
        says: it.is.clone(),
        evidence: String::new(),
    });
    decided.chain(stated).collect()
}

/// The groups in the way of any scope, each once, the one that blocks most scopes first: what a person is
/// asked (`konseki decide`).
pub fn questions(scopes: &[Scope]) -> Vec<(Blocking, u64)> {
    let mut found: BTreeMap<String, (Blocking, u64)> = BTreeMap::new();
    for blocking in scopes.iter().flat_map(|it| &it.blocking) {
        let it = found.entry(blocking.decide.selector.clone()).or_insert((blocking.clone(), 0));
        it.1 += 1;
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by(|a, b| (b.1, &a.0.decide.selector).cmp(&(a.1, &b.0.decide.selector)));
    found
}
