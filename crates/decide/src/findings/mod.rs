//! What did the attacker leave behind so as to stay or to go on listening? One file a rule.
//!
//! To add one: write the file, name it in [`FINDINGS`], and name its operations in
//! `knowledge/operations/`.

mod app_credential;
mod connector;
mod consent;
mod delegate;
mod device;
mod forwarding;
mod inbox_rule;
mod mfa_method;
mod new_account;
mod seen;
mod transport_rule;

use model::{Detail, Micros, Untrusted, findings::Persistence, rfc3339};

use seen::Seen;

/// One way to stay.
struct Finding {
    /// The contract's word.
    kind: &'static str,
    /// Operations whose content is looked at.
    operations: &'static [&'static str],
    /// What one record means; `None` if nothing for this finding.
    read: fn(&Seen<'_>) -> Option<Step>,
    /// One act of a person makes several records within this time.
    burst: Micros,
}

/// What one record says: something was set, or taken away.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Step {
    /// Set, or taken away.
    set: bool,
    /// Account it holds for, as recorded; `None` where a removal holds for every account.
    account: Option<String>,
    /// Names and ids of the thing, in lower case: two steps that share one speak of one thing.
    /// Empty where an account has only one such thing.
    keys: Vec<String>,
    /// What it does, as the evidence says it.
    what: String,
    /// The record that tells most among those of one act: its instant counts.
    main: bool,
}

/// Every finding.
const FINDINGS: [&Finding; 10] = [
    &app_credential::FINDING,
    &connector::FINDING,
    &consent::FINDING,
    &delegate::FINDING,
    &device::FINDING,
    &forwarding::FINDING,
    &inbox_rule::FINDING,
    &mfa_method::FINDING,
    &new_account::FINDING,
    &transport_rule::FINDING,
];

/// Operations whose content the findings look at, and those that end an access.
pub fn operations() -> impl Iterator<Item = &'static str> {
    let findings = FINDINGS.iter().flat_map(|it| it.operations.iter().copied());
    findings.chain(crate::containment::REVOKED)
}

/// Operations whose records are many and matter only if their detail holds one of these words: the
/// service itself sets up mailboxes with the same cmdlet, thousands of times.
pub const ONLY_WITH: [(&str, &[&str]); 1] =
    [("Set-Mailbox", &["Forward", "Audit", "forward", "audit"])];

/// One thing left behind, while its story is followed.
struct Standing {
    account: String,
    keys: Vec<String>,
    at: Micros,
    last: Micros,
    main: bool,
    removed: Option<Micros>,
    what: Vec<String>,
    records: Vec<String>,
}

/// Lists what the attacker set, and when somebody took it away. `is_attacker` tells whether a
/// record is the attacker's; `resolve` gives the account behind a recorded name.
pub fn persistence(
    details: &[Detail],
    is_attacker: &dyn Fn(&Detail) -> bool,
    resolve: &dyn Fn(&str) -> String,
) -> Vec<Persistence> {
    with_state(details, is_attacker, resolve, &[]).0
}

/// A thing that stands in an export of the configuration.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Item {
    /// The contract's word.
    pub kind: &'static str,
    /// Account it holds for; of a thing of the whole tenant, the account through which it was set.
    pub account: String,
    /// It belongs to the tenant, not to an account.
    pub tenant: bool,
    /// Names and ids, as a [`Finding`] gives them.
    pub keys: Vec<String>,
    /// When it was set; else when it was seen, and it was set no later.
    pub at: Micros,
    /// Whether the export tells when it was set.
    pub dated: bool,
    /// When the export that holds it was taken, if that is stated.
    pub collected: Option<Micros>,
    /// What it does, as the evidence says it.
    pub what: String,
    /// Record id.
    pub record: String,
    /// Where no record tells of it, it is held to be the attacker's.
    pub accused: bool,
}

/// A thing held to be the attacker's that only an export of the configuration shows: the log has no
/// record of it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Unlogged {
    /// The account.
    pub account: String,
    /// It belongs to the tenant.
    pub tenant: bool,
    /// When it was set, if the export tells.
    pub at: Option<Micros>,
}

/// A dated thing and a record tell of one act if they are this near.
const SAME_ACT: Micros = model::HOUR;

/// As [`persistence`], with what stands in exports of the configuration: it confirms what records tell,
/// and adds what no record tells.
pub fn with_state(
    details: &[Detail],
    is_attacker: &dyn Fn(&Detail) -> bool,
    resolve: &dyn Fn(&str) -> String,
    items: &[Item],
) -> (Vec<Persistence>, Vec<Unlogged>) {
    let mut ordered: Vec<&Detail> =
        details.iter().filter(|it| it.succeeded != Some(false)).collect();
    ordered.sort_by(|a, b| (a.at, &a.record).cmp(&(b.at, &b.record)));
    let mut found = Vec::new();
    let mut unlogged = Vec::new();
    for finding in FINDINGS {
        let mut standing = follow(finding, &ordered, is_attacker, resolve);
        let mine: Vec<&Item> = items.iter().filter(|it| it.kind == finding.kind).collect();
        if !mine.is_empty() {
            let told = follow(finding, &ordered, &|_| true, resolve);
            unlogged.extend(mine.iter().filter_map(|it| compare(&mut standing, &told, it)));
        }
        found.extend(standing.into_iter().map(|it| listed(it, finding.kind)));
    }
    found.sort_by(|a: &Persistence, b| {
        (&a.account, &a.at, &a.kind, &a.what, &a.records)
            .cmp(&(&b.account, &b.at, &b.kind, &b.what, &b.records))
    });
    (found, unlogged)
}

/// The story of everything of one kind that was set by those in question.
fn follow(
    finding: &Finding,
    ordered: &[&Detail],
    by: &dyn Fn(&Detail) -> bool,
    resolve: &dyn Fn(&str) -> String,
) -> Vec<Standing> {
    let mut standing: Vec<Standing> = Vec::new();
    for detail in ordered.iter().filter(|it| finding.operations.contains(&it.operation.as_str())) {
        let seen = Seen::new(detail, resolve);
        let Some(step) = (finding.read)(&seen) else { continue };
        if !step.set {
            remove(&mut standing, &step, detail, resolve);
        } else if by(detail) {
            set(&mut standing, step, detail, finding, resolve);
        }
    }
    standing
}

/// Holds one thing of an export against what records tell. What a record tells stands as long as an
/// export taken later still has it; what no record tells is listed, if it is held to be the attacker's.
fn compare(standing: &mut Vec<Standing>, told: &[Standing], item: &Item) -> Option<Unlogged> {
    let same = |it: &Standing| {
        let near = !item.dated || (it.at - SAME_ACT <= item.at && item.at <= it.last + SAME_ACT);
        (item.tenant || it.account == item.account) && same_thing(&it.keys, &item.keys) && near
    };
    let later = |at: Micros| item.collected.is_some_and(|it| it > at);
    if let Some(it) = standing.iter_mut().rev().find(|it| same(it)) {
        if it.removed.is_some_and(later) {
            it.removed = None;
        }
        it.records.push(item.record.clone());
        return None;
    }
    let known = told.iter().any(|it| same(it) && !it.removed.is_some_and(later));
    if known || !item.accused {
        return None;
    }
    standing.push(Standing {
        account: item.account.clone(),
        keys: item.keys.clone(),
        at: item.at,
        last: item.at,
        main: true,
        removed: None,
        what: vec![item.what.clone()],
        records: vec![item.record.clone()],
    });
    let at = item.dated.then_some(item.at);
    Some(Unlogged { account: item.account.clone(), tenant: item.tenant, at })
}

fn set(
    standing: &mut Vec<Standing>,
    step: Step,
    detail: &Detail,
    finding: &Finding,
    resolve: &dyn Fn(&str) -> String,
) {
    let account = resolve(step.account.as_deref().unwrap_or(&detail.actor));
    let same = standing.iter_mut().rev().find(|it| {
        let close = detail.at - it.last <= finding.burst;
        it.removed.is_none()
            && it.account == account
            && (same_thing(&it.keys, &step.keys) || (finding.burst > 0 && close))
    });
    let Some(it) = same else {
        standing.push(Standing {
            account,
            keys: step.keys,
            at: detail.at,
            last: detail.at,
            main: step.main,
            removed: None,
            what: vec![step.what],
            records: vec![detail.record.clone()],
        });
        return;
    };
    // Of the records of one act the one that tells most names the instant.
    if step.main && !it.main && detail.at - it.last <= finding.burst {
        (it.at, it.main) = (detail.at, true);
    }
    it.last = detail.at;
    it.keys.extend(step.keys);
    if !it.what.contains(&step.what) {
        it.what.push(step.what);
    }
    it.records.push(detail.record.clone());
}

fn remove(
    standing: &mut [Standing],
    step: &Step,
    detail: &Detail,
    resolve: &dyn Fn(&str) -> String,
) {
    let account = step.account.as_deref().map(resolve);
    for it in standing.iter_mut().filter(|it| it.removed.is_none()) {
        let mine = account.as_ref().is_none_or(|account| *account == it.account);
        if mine && same_thing(&it.keys, &step.keys) {
            it.removed = Some(detail.at);
            it.records.push(detail.record.clone());
        }
    }
}

/// Both without a key, or with one in common. A removal that does not name its thing takes nothing
/// away that has a name: what may still stand is listed as standing.
fn same_thing(a: &[String], b: &[String]) -> bool {
    (a.is_empty() && b.is_empty()) || a.iter().any(|key| b.contains(key))
}

fn listed(mut it: Standing, kind: &str) -> Persistence {
    it.records.sort();
    it.records.dedup();
    it.records.truncate(model::findings::MOST_IDS);
    it.what.retain(|text| !text.is_empty());
    Persistence {
        account: it.account,
        kind: kind.to_owned(),
        at: rfc3339(it.at),
        removed_at: it.removed.map(rfc3339),
        what: Untrusted::new(it.what.join("; ")),
        records: it.records,
    }
}

#[cfg(test)]
mod tests;
