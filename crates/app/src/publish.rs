//! Findings and tables → the files of the case folder.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use decide::{
    exposure::{self, Exposed},
    people::Person,
    touched::folder_scope,
};
use model::{
    Micros,
    findings::{AccountVerdict, Findings, SessionVerdict},
};
use report::{Bucket, Charts, Language};
use store::{
    CoverageRow, EvidenceRow, ExposedRow, FolderRow, LookRow, NamedRow, PersonRow, Published,
    ScopeRow, SessionRow, Store,
};

use crate::{assemble::Parts, case_folder::CaseFolder, exposing::Revealed, office, platform};

/// File name of the findings.
pub(crate) const FINDINGS: &str = "findings.json";

/// Writes tables, findings and reports. The manifest is the caller's, last.
pub(crate) fn write(
    folder: &CaseFolder,
    store: &mut Store,
    parts: &Parts<'_>,
    findings: &Findings,
    revealed: &Revealed,
) -> Result<()> {
    store.publish(&published(parts, findings, revealed))?;
    platform::private_below(folder.path())?;
    let mut json = serde_json::to_vec_pretty(findings)?;
    json.push(b'\n');
    folder.write(FINDINGS, &json)?;
    let charts = charts(parts, findings);
    for language in Language::all() {
        let code = language.code();
        folder.write(
            &format!("report.{code}.html"),
            report::html(findings, &charts, language).as_bytes(),
        )?;
        let (md, html) = (
            report::announcement_md(findings, language),
            report::announcement_html(findings, language),
        );
        folder.write(&format!("announcement-1.{code}.md"), md.as_bytes())?;
        folder.write(&format!("announcement-1.{code}.html"), html.as_bytes())?;
        for (name, sheet) in office::sheets(parts, revealed, *language) {
            folder.write(&format!("{name}.{code}.csv"), sheet.csv().as_bytes())?;
            folder.write(&format!("{name}.{code}.xlsx"), &office::workbook(&sheet)?)?;
        }
    }
    Ok(())
}

fn published(parts: &Parts<'_>, findings: &Findings, revealed: &Revealed) -> Published {
    let it = parts.judgement;
    Published {
        homes: homes(parts),
        exposed: exposed(&revealed.exposed),
        people: revealed.people.persons.iter().flat_map(|it| person(it, revealed)).collect(),
        evidence: evidence(parts),
        sessions: sessions(parts),
        scopes: findings.scopes.iter().map(scope).collect(),
        coverage: coverage(findings),
        classes: it
            .classes
            .iter()
            .map(|(message, class)| (message.clone(), class.word().to_owned()))
            .collect(),
        places: places(parts),
    }
}

/// Mailbox folders with their scopes, and whether the owner was only inferred.
fn homes(parts: &Parts<'_>) -> Vec<FolderRow> {
    let it = parts.judgement;
    let one = |folder: &store::MailboxFolder| {
        let owner = it.directory.resolve(&folder.mailbox);
        let name = it.named.name(&owner, folder.folder.clone());
        FolderRow {
            mailbox: folder.mailbox.clone(),
            folder: folder.folder.clone(),
            scope: folder_scope(&owner, &name),
            inferred: it.mailboxes.inferred.contains(&folder.evidence),
        }
    };
    let found: BTreeSet<FolderRow> = it.mailboxes.folders.iter().map(one).collect();
    found.into_iter().collect()
}

fn exposed(it: &Exposed) -> Vec<ExposedRow> {
    let words = |hows: &BTreeSet<exposure::How>| -> String {
        hows.iter().map(|it| it.word()).collect::<Vec<_>>().join(" ")
    };
    let look = |n: &usize| {
        let look = it.looks.get(*n)?;
        let (session, scope) = (look.session.clone(), look.scope.clone());
        Some(LookRow {
            session,
            scope,
            how: look.how.word().to_owned(),
            from: look.from,
            to: look.to,
        })
    };
    let named = |one: &exposure::Named| NamedRow {
        side: match one.side {
            exposure::Side::External => "external",
            exposure::Side::Internal => "internal",
            exposure::Side::Unresolved => "unresolved",
        }
        .to_owned(),
        address: one.address.clone(),
        name: one.name.clone(),
        role: one.role.map(model::Role::word).unwrap_or_default().to_owned(),
        shown: one.shown,
    };
    let row = |item: &exposure::ExposedItem| ExposedRow {
        mailbox: item.mailbox.clone(),
        scope: item.scope.clone(),
        hows: words(&item.hows),
        certainty: item.certainty.word().to_owned(),
        at: item.at,
        message: item.message.clone(),
        subject: item.subject.clone(),
        attachments: item.attachments,
        record: item.record.clone(),
        named: item.named.iter().map(named).collect(),
        looks: item.looks.iter().filter_map(look).collect(),
    };
    it.items.iter().map(row).collect()
}

/// One row an address.
fn person(it: &Person, revealed: &Revealed) -> Vec<PersonRow> {
    let words = |all: Vec<&str>| all.join(" ");
    let first = it.items.first().and_then(|n| revealed.exposed.items.get(*n));
    let row = |address: &String| PersonRow {
        person: it.key.clone(),
        address: address.clone(),
        name: it.name.clone(),
        name_source: it.name_source.word().to_owned(),
        furigana: it.furigana.clone(),
        honorific: it.honorific.clone(),
        organisation: it.organisation.clone(),
        bodies: it.bodies.join("; "),
        lists: it.lists.iter().map(|it| it.0.as_str()).collect::<Vec<_>>().join("; "),
        causes: words(it.causes.iter().map(|it| it.word()).collect()),
        channel: it.channel.map(|it| it.word()).unwrap_or_default().to_owned(),
        role: it.role,
        internal: it.internal,
        status: it.statuses.get(address).cloned().unwrap_or_default(),
        hows: words(it.hows.iter().map(|it| it.word()).collect()),
        items: it.items.len() as u64,
        first: first.map(|it| it.record.clone()).unwrap_or_default(),
    };
    it.addresses.iter().map(row).collect()
}

fn evidence(parts: &Parts<'_>) -> Vec<EvidenceRow> {
    let files = parts.read.files.iter();
    files
        .map(|file| EvidenceRow {
            id: file.id().to_owned(),
            path: file.source.path.clone(),
            kind: file.inspection.kind.word().to_owned(),
            sha256: file.inspection.sha256.clone(),
            bytes: file.inspection.bytes,
            tally: file.tally(&parts.read.united),
            from: file.reading.from,
            to: file.reading.to,
        })
        .collect()
}

fn sessions(parts: &Parts<'_>) -> Vec<SessionRow> {
    let it = parts.judgement;
    let drafts = it.built.drafts.iter().zip(&it.judged);
    drafts
        .map(|(draft, judged)| {
            let mut rules: Vec<&str> = judged.hits.iter().map(|hit| hit.rule.as_str()).collect();
            rules.sort_unstable();
            rules.dedup();
            SessionRow {
                id: draft.id.clone(),
                account: draft.account.clone(),
                verdict: judged.verdict.word().to_owned(),
                score: judged.score,
                first: draft.first,
                last: draft.last,
                records: draft.records,
                reasons: rules.join(" "),
            }
        })
        .collect()
}

fn scope(it: &model::findings::Scope) -> ScopeRow {
    ScopeRow {
        scope: it.scope.clone(),
        verdict: word(&it.verdict),
        records: it.records,
        if_confirmed: it.if_confirmed.clone().unwrap_or_default(),
        basis: it.coverage.basis.clone(),
        limits: it.limits.join(" "),
    }
}

/// The word an enum is written as.
fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|it| it.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn coverage(findings: &Findings) -> Vec<CoverageRow> {
    let instant = |text: &Option<String>| -> Option<Micros> {
        text.as_deref()?.parse::<jiff::Timestamp>().ok().map(|it| it.as_microsecond())
    };
    let gaps = |scope: &model::findings::Scope| -> Vec<CoverageRow> {
        let of = |gap: &model::findings::Gap| CoverageRow {
            scope: scope.scope.clone(),
            act: gap.act.clone(),
            from: instant(&gap.from),
            to: instant(&gap.to),
            state: gap.why.clone(),
            sources: String::new(),
        };
        scope.coverage.gaps.iter().map(of).collect()
    };
    findings.scopes.iter().flat_map(gaps).collect()
}

/// Folders the attacker touched, with their scopes.
fn places(parts: &Parts<'_>) -> Vec<(String, String, String)> {
    let it = parts.judgement;
    let account_of: BTreeMap<&str, &str> =
        it.built.drafts.iter().map(|draft| (draft.id.as_str(), draft.account.as_str())).collect();
    let mut found: Vec<(String, String, String)> = it
        .touches
        .iter()
        .filter(|touch| !touch.recorded.is_empty())
        .map(|touch| {
            let account = account_of.get(touch.session.as_str()).copied().unwrap_or_default();
            let owner = if touch.mailbox.is_empty() {
                account.to_owned()
            } else {
                it.directory.resolve(&touch.mailbox)
            };
            (touch.mailbox.clone(), touch.recorded.clone(), folder_scope(&owner, &touch.folder))
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Activity by hour of the accounts somebody got into.
pub(crate) fn charts(parts: &Parts<'_>, findings: &Findings) -> Charts {
    let it = parts.judgement;
    let compromised = |account: &str| {
        findings
            .accounts
            .iter()
            .any(|it| it.account == account && it.verdict == AccountVerdict::Compromised)
    };
    let mut buckets: BTreeMap<(String, Micros), (u64, u64)> = BTreeMap::new();
    for (context, n) in it.contexts.iter().zip(&it.built.of_context) {
        let account = &it.built.drafts[*n].account;
        if !context.worked || !compromised(account) {
            continue;
        }
        let sum = buckets.entry((account.clone(), context.hour)).or_default();
        match it.judged[*n].verdict {
            SessionVerdict::Attacker => sum.0 += context.records,
            SessionVerdict::Owner | SessionVerdict::Unknown => sum.1 += context.records,
            _ => {}
        }
    }
    let bucket = |((account, from), (attacker, owner))| Bucket { account, from, attacker, owner };
    Charts { buckets: buckets.into_iter().map(bucket).collect() }
}
