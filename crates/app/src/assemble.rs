//! Verdicts → `findings.json`. Nothing is decided here: every value was, elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use decide::{
    accounts, coverage, deadlines, findings::Unlogged, how, next, outcome, scopes, state, window,
};
use jiff::tz::TimeZone;
use model::{
    Case, Decision, Kind, Micros, Phrase, Span, Text, Untrusted,
    findings::{
        Account, AccountVerdict, CaseInfo, DecisionInfo, Declaration, Exposure, Figure, Findings,
        LookBack, MailFigures, OrganisationInfo, Persistence, Program, ReadingFigures, SCHEMA,
        Scope, ScopeVerdict, Session, SessionVerdict, StatementInfo, Warning, Window,
    },
    rfc3339,
};
use store::Store;

use crate::{
    evidence_list,
    exposing::{self, Revealed},
    judging::Judgement,
    mail_figures,
    mailboxes::Snapshot,
    reading::{self, Read},
    systems,
};

const AS_OF: Phrase = Phrase::new(
    "warning.as_of_from_records",
    "No time of collection is stated: «as of» is the latest record.",
);
const NO_INVENTORY: Phrase = Phrase::new(
    "warning.no_inventory",
    "No list of all accounts was given: accounts no log mentions are not judged.",
);
const NO_MATCH: Phrase =
    Phrase::new("warning.decision_without_match", "Decision {n} matches nothing in the evidence.");
const AGAINST: Phrase = Phrase::new(
    "warning.decision_against_fact",
    "Decision {n} stands against a strong fact: the records of the session point the other way.",
);
const GONE: Phrase = Phrase::new(
    "warning.file_gone",
    "A file of the last run is no longer there; its records are left out.",
);

/// What the findings are made of.
pub(crate) struct Parts<'a> {
    pub(crate) read: &'a Read,
    pub(crate) case: &'a Case,
    pub(crate) decisions: &'a [Decision],
    pub(crate) judgement: &'a Judgement,
    pub(crate) zone_name: &'a str,
    pub(crate) language: &'a str,
    pub(crate) knowledge: String,
    pub(crate) gone: Vec<String>,
}

/// Writes down everything that was judged, and gives what was exposed item by item.
pub(crate) fn findings(store: &mut Store, parts: &Parts<'_>) -> Result<(Findings, Revealed)> {
    let it = parts.judgement;
    let zone = TimeZone::get(parts.zone_name).unwrap_or(TimeZone::UTC);
    let (as_of, stated) = as_of(parts);
    let logged = logged(parts);
    let ended = ended(parts);
    let (persistence, unlogged) = persistence(parts, &ended, as_of);
    let window = window_of(parts, &logged, &persistence, ended);
    let mut accounts = accounts_of(parts, &window, &logged);
    let compromised: BTreeSet<String> = accounts
        .iter()
        .filter(|account| account.verdict == AccountVerdict::Compromised)
        .map(|account| account.account.clone())
        .collect();
    let scopes = scopes_of(store, parts, &window, &accounts, &compromised, &unlogged)?;
    accounts::settle(&mut accounts, &scopes);
    // Whoever else may have been taken over may have sent too.
    let others = scopes.iter().filter(|it| it.scope == "accounts:others").any(|it| {
        let coverage = &it.coverage;
        coverage.basis == "declared" && coverage.covered >= 1.0 && coverage.gaps.is_empty()
    });
    let mail = mail_figures::figures(store, parts, &window, &zone, others)?;
    let revealed = exposing::reveal(store, parts, &window, &compromised, &scopes)?;
    let records = it.contexts.iter().map(|context| context.records).sum();
    let outcome = outcome::outcome(&accounts, &scopes, records, elsewhere(store, parts)?);
    let (deadlines, _) = deadlines::deadlines(
        &parts.case.organisations,
        &deadlines::Facts { outcome: outcome.value, ..deadlines::Facts::default() },
    );
    let warnings = warnings(parts, stated, &scopes);
    let findings = Findings {
        schema: SCHEMA.to_owned(),
        program: Program {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            knowledge: parts.knowledge.clone(),
        },
        outcome,
        case: CaseInfo {
            name: parts.case.name.clone(),
            timezone: parts.zone_name.to_owned(),
            language: parts.language.to_owned(),
            as_of: as_of.map(rfc3339),
        },
        window: window_info(&window),
        organisations: parts.case.organisations.iter().map(organisation).collect(),
        declarations: parts.case.sources.iter().map(declaration).collect(),
        decisions: parts.decisions.iter().map(decision).collect(),
        statements: statements(parts.case),
        evidence: evidence_list::files(parts.read),
        sessions: sessions(it),
        operations: it.deeds.listed(),
        persistence,
        next_evidence: next::next_evidence(&given(parts, &compromised, &mail), &scopes),
        scopes,
        mail,
        reading: reading_figures(store, parts, &compromised, &window)?,
        exposure: Exposure {
            people: revealed.people.exposed.clone(),
            ..revealed.exposed.figures.clone()
        },
        people: revealed.people.figures.clone(),
        deadlines,
        warnings,
        accounts,
    };
    Ok((findings, revealed))
}

/// Mails that bear the organisation's address but left none of its mailboxes: forged, or sent by a relay or
/// a form.
fn elsewhere(store: &Store, parts: &Parts<'_>) -> Result<u64> {
    let it = parts.judgement;
    let stated = parts.case.organisations.iter().flat_map(|it| it.domains.clone());
    let known = it.directory.accounts().keys().filter(|it| !it.contains('#'));
    let known = known.filter_map(|it| it.rsplit_once('@').map(|it| it.1.to_owned()));
    let domains: BTreeSet<String> = stated.chain(known).map(|it| it.to_lowercase()).collect();
    let domains: Vec<String> = domains.into_iter().collect();
    // Without a list of all accounts any address may be a mailbox.
    let account = |name: &str| {
        !it.directory.has_inventory()
            || it.directory.accounts().contains_key(&it.directory.resolve(name))
    };
    let heard = |name: &str, span| it.log.hears_mailbox_sends(&it.directory.resolve(name), span);
    Ok(decide::mail::elsewhere(&store.borne(&domains)?, &account, &heard))
}

/// What the attacker left behind, as records tell.
fn logged(parts: &Parts<'_>) -> Vec<Persistence> {
    let it = parts.judgement;
    decide::findings::persistence(&it.details, &|detail| is_attacker(it, detail), &|name| {
        it.directory.resolve(name)
    })
}

fn is_attacker(it: &Judgement, detail: &model::Detail) -> bool {
    detail.succeeded != Some(false) && it.attacker_context(&detail.context).is_some()
}

/// What the attacker left behind, as records and exports of the configuration tell.
fn persistence(
    parts: &Parts<'_>,
    ended: &[window::Ended],
    as_of: Option<Micros>,
) -> (Vec<Persistence>, Vec<Unlogged>) {
    let it = parts.judgement;
    let heard = |span: Span| {
        let heard = it.log.heard("settings", "config", coverage::Subject::default(), span);
        heard.gaps.is_empty() && !heard.declared.is_empty()
    };
    let items = it.state.items(&state::Asked {
        accesses: &it.accesses,
        ended,
        heard: &heard,
        directory: &it.directory,
        as_of: as_of.unwrap_or_default(),
    });
    decide::findings::with_state(
        &it.details,
        &|detail| is_attacker(it, detail),
        &|name| it.directory.resolve(name),
        &items,
    )
}

fn window_of(
    parts: &Parts<'_>,
    logged: &[Persistence],
    all: &[Persistence],
    ended: Vec<window::Ended>,
) -> window::Window {
    let it = parts.judgement;
    let by_records = standing(parts, logged);
    let left = standing(parts, all);
    window::decide(&window::Inputs {
        case: parts.case,
        accesses: &it.accesses,
        ended: &ended,
        standing: &by_records,
        standing_unlogged: &left,
        listening: &it.listening,
        looked_back: &|account, span| it.log.looked_back(account, span),
        last_record: it.contexts.iter().map(|context| context.last).max(),
    })
}

fn accounts_of(
    parts: &Parts<'_>,
    window: &window::Window,
    persistence: &[Persistence],
) -> Vec<Account> {
    let it = parts.judgement;
    let mut accounts = accounts::accounts(&accounts::Inputs {
        directory: &it.directory,
        built: &it.built,
        judged: &it.judged,
        accesses: &it.accesses,
        attempts: &it.attempts,
        window,
        decisions: parts.decisions,
    });
    for account in &mut accounts {
        limits(account, window, it.knows_countries);
    }
    how_of(parts, persistence, &mut accounts);
    accounts
}

/// Every scope, those outside Microsoft 365 judged by their own logs.
fn scopes_of(
    store: &Store,
    parts: &Parts<'_>,
    window: &window::Window,
    accounts: &[Account],
    compromised: &BTreeSet<String>,
    unlogged: &[Unlogged],
) -> Result<Vec<Scope>> {
    let it = parts.judgement;
    let mut touched = it.deeds.scopes.clone();
    for account in compromised {
        touched.entry(format!("account:{account}")).or_insert(1);
    }
    let mut scopes = scopes::scopes(&scopes::Inputs {
        accounts: accounts.iter().map(|account| account.account.clone()).collect(),
        compromised,
        touched: &touched,
        case: parts.case,
        decisions: parts.decisions,
        window,
        log: &it.log,
        directory: &it.directory,
        contexts: &it.contexts,
        acts: &it.acts,
        built: &it.built,
        judged: &it.judged,
        folders: &it.folders,
        doubtful: Some(&it.doubtful),
        token_only: &it.token_only,
        state: &it.state,
        unlogged,
    });
    let jurisdictions: Vec<String> =
        parts.case.organisations.iter().flat_map(|it| it.jurisdictions.clone()).collect();
    let known = all_known(&scopes, compromised, window) && !it.doubted(compromised, window.span);
    decide::systems::settle(
        &mut scopes,
        &decide::systems::Inputs {
            systems: &systems::heard(store, it, &parts.read.files, parts.case)?,
            window: window.span,
            known,
            zone: parts.zone_name,
            jurisdictions: &jurisdictions,
        },
    );
    Ok(scopes)
}

/// Whether nobody can have come in by an address or an account that the sweep of other systems' logs does
/// not know of: every other account shows no trace, and the sign-ins of those the attacker used are whole.
fn all_known(scopes: &[Scope], compromised: &BTreeSet<String>, window: &window::Window) -> bool {
    let of = |id: &str| scopes.iter().find(|it| it.scope == id);
    let others = of("accounts:others").is_some_and(|it| it.verdict == ScopeVerdict::NoTrace);
    let heard = |account: &String| {
        let began = window.exact.get(account).copied().unwrap_or(false);
        began
            && of(&format!("account:{account}")).is_some_and(|it| {
                let mut signins = it.coverage.by_act.iter().filter(|it| it.act == "sign_in");
                it.coverage.basis == "declared" && signins.any(|it| it.covered >= 1.0)
            })
    };
    others && compromised.iter().all(heard)
}

/// What is there, as far as it matters for what to fetch next.
fn given(parts: &Parts<'_>, compromised: &BTreeSet<String>, mail: &MailFigures) -> next::Given {
    let declared = |kind| parts.judgement.listening.iter().any(|heard| heard.kind == kind);
    next::Given {
        ual_declared: declared(Kind::Ual),
        signins_declared: declared(Kind::Signins),
        takeover: !compromised.is_empty(),
        mails: mail.messages.value.unwrap_or(0) > 0,
        snapshot: compromised.iter().all(|account| {
            let whole = |it: &Snapshot| it.account == *account && it.whole;
            parts.judgement.snapshots.iter().any(whole)
        }),
        kinds: reading::kinds(&parts.read.files),
        settings: parts.judgement.state.kinds().clone(),
    }
}

/// Latest time of collection stated, else the latest record; never the clock.
fn as_of(parts: &Parts<'_>) -> (Option<Micros>, bool) {
    match parts.case.sources.iter().filter_map(|it| it.collected_at).max() {
        Some(at) => (Some(at), true),
        None => (parts.read.files.iter().filter_map(|it| it.reading.to).max(), false),
    }
}

/// Ends of access: sessions revoked or account disabled, by evidence or stated, and not by the
/// attacker. A new password alone ends nothing: a stolen token goes on working.
fn ended(parts: &Parts<'_>) -> Vec<window::Ended> {
    let mut found: Vec<window::Ended> = parts
        .case
        .containments
        .iter()
        .filter(|it| {
            it.what.iter().any(|what| what == "sessions_revoked" || what == "account_disabled")
        })
        .map(|it| window::Ended {
            account: parts.judgement.directory.resolve(&it.account),
            at: it.at,
        })
        .collect();
    for decision in parts.decisions.iter().filter(|it| it.what == "containment") {
        let at = decision.is.parse::<jiff::Timestamp>().map(|it| it.as_microsecond());
        if let (Some(account), Ok(at)) = (&decision.selector.account, at) {
            found.push(window::Ended { account: parts.judgement.directory.resolve(account), at });
        }
    }
    let it = parts.judgement;
    let resolve = |name: &str| it.directory.resolve(name);
    let hostile = |detail: &model::Detail| {
        let verdict = it.verdict_of_context(&detail.context);
        let theirs = [SessionVerdict::Attacker, SessionVerdict::Suspected];
        verdict.is_some_and(|it| theirs.contains(&it))
            || it
                .accesses
                .get(&resolve(&detail.actor))
                .is_some_and(|access| access.first <= detail.at && detail.at <= access.last)
    };
    found.extend(decide::containment::ended(&it.details, &resolve, &hostile));
    found
}

/// Accounts in which something is left standing that lets somebody back in: what the attacker set,
/// and what a suspected session set; nobody knows yet that it was not the attacker.
fn standing(parts: &Parts<'_>, persistence: &[Persistence]) -> Vec<String> {
    let it = parts.judgement;
    let suspected = |detail: &model::Detail| {
        detail.succeeded != Some(false)
            && it.verdict_of_context(&detail.context) == Some(SessionVerdict::Suspected)
    };
    let doubtful =
        decide::findings::persistence(&it.details, &suspected, &|name| it.directory.resolve(name));
    let removed = stated_removals(parts.case);
    persistence
        .iter()
        .chain(&doubtful)
        .filter(|item| {
            item.removed_at.is_none()
                && !removed.contains(&(item.account.as_str(), removal_of(&item.kind)))
        })
        .map(|item| item.account.clone())
        .collect()
}

fn stated_removals(case: &Case) -> BTreeSet<(&str, &str)> {
    let all = case.containments.iter();
    all.flat_map(|it| it.what.iter().map(|what| (it.account.as_str(), what.as_str()))).collect()
}

fn removal_of(kind: &str) -> &'static str {
    match kind {
        "inbox_rule" | "forwarding" => "rule_removed",
        "consent" | "app_credential" => "app_removed",
        _ => "",
    }
}

fn limits(account: &mut Account, window: &window::Window, knows_countries: bool) {
    if account.verdict == AccountVerdict::Compromised && !window.contained {
        account.limits.push("not_contained".to_owned());
    }
    if !knows_countries {
        account.limits.push("no_geoip".to_owned());
    }
    account.limits.sort();
}

fn how_of(parts: &Parts<'_>, persistence: &[Persistence], accounts: &mut [Account]) {
    let it = parts.judgement;
    for account in
        accounts.iter_mut().filter(|account| account.verdict == AccountVerdict::Compromised)
    {
        let evidence =
            how::evidence(&account.account, &it.contexts, &it.built, &it.judged, persistence);
        account.how = how::how(&evidence);
    }
}

fn window_info(window: &window::Window) -> Option<Window> {
    let span = window.span?;
    let back = window.look_back;
    Some(Window {
        from: rfc3339(span.from),
        to: rfc3339(span.to),
        contained: window.contained,
        look_back: LookBack {
            from: back.map(|it| rfc3339(it.from)).unwrap_or_default(),
            covered: window.covered,
        },
    })
}

fn organisation(it: &model::Organisation) -> OrganisationInfo {
    OrganisationInfo {
        name: it.name.clone(),
        domains: it.domains.clone(),
        jurisdictions: it.jurisdictions.clone(),
    }
}

fn declaration(it: &model::Declared) -> Declaration {
    Declaration {
        path: it.path.clone(),
        from: it.span.map(|span| rfc3339(span.from)),
        to: it.span.map(|span| rfc3339(span.to)),
        collected_at: it.collected_at.map(rfc3339),
        stated_by: it.stated_by.clone(),
    }
}

fn decision(it: &Decision) -> DecisionInfo {
    DecisionInfo {
        what: it.what.clone(),
        selector: it.typed.clone(),
        is: it.is.clone(),
        who: it.who.clone(),
        at: rfc3339(it.at),
        why: it.why.clone(),
    }
}

fn statements(case: &Case) -> Vec<StatementInfo> {
    let mut found: Vec<StatementInfo> = case
        .statements
        .iter()
        .map(|it| StatementInfo {
            about: it.about.clone(),
            says: it.says.clone(),
            text: it.text.clone(),
            by: it.by.clone(),
            at: it.at.clone(),
            evidence: it.evidence.clone(),
        })
        .collect();
    found.sort_by(|a, b| (&a.about, &a.at, &a.by).cmp(&(&b.about, &b.at, &b.by)));
    found
}

fn sessions(it: &Judgement) -> Vec<Session> {
    let listed =
        it.built.drafts.iter().zip(&it.judged).filter(|(draft, _)| accounts::listed(draft));
    listed
        .map(|(draft, judged)| Session {
            id: draft.id.clone(),
            account: draft.account.clone(),
            verdict: judged.verdict,
            score: judged.score,
            first: rfc3339(draft.first),
            last: rfc3339(draft.last),
            ips: draft.ips.iter().cloned().collect(),
            countries: draft.countries.iter().cloned().collect(),
            user_agents: untrusted(&draft.agents),
            devices: untrusted(&draft.devices),
            apps: untrusted(&draft.apps),
            records: draft.records,
            reasons: accounts::session_reasons(draft, judged),
        })
        .collect()
}

fn untrusted(set: &BTreeSet<String>) -> Vec<Untrusted> {
    set.iter().map(|it| Untrusted::new(it.clone())).collect()
}

fn reading_figures(
    store: &mut Store,
    parts: &Parts<'_>,
    compromised: &BTreeSet<String>,
    window: &window::Window,
) -> Result<Vec<ReadingFigures>> {
    let it = parts.judgement;
    let messages: Vec<String> = it.fraudulent().into_iter().map(|(message, _)| message).collect();
    let mut by_account: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (account, items, files) in store.reading(&it.attackers(), &messages)? {
        let sum = by_account.entry(account).or_default();
        *sum = (sum.0 + items, sum.1 + files);
    }
    let heard = parts
        .read
        .files
        .iter()
        .any(|file| file.inspection.kind == Kind::Ual && file.reading.rows > 0);
    let figure = |value: u64, whole: bool| match (heard, whole) {
        (false, _) => Figure::unknown(),
        (true, true) => Figure::exact(value),
        (true, false) => Figure::at_least(value),
    };
    // Exact needs the proof of a «no trace»: somebody listened from the first access to the end.
    let whole = |account: &str, class: &str, act: &str, acts: &[&str]| {
        let began = window.exact.get(account).copied().unwrap_or(false);
        let span = window.span.filter(|_| began && window.contained);
        span.is_some_and(|span| {
            it.log.hears(class, act, account, span) && !it.in_doubt(account, span, acts)
        })
    };
    let drafts = || it.built.drafts.iter();
    let by_session =
        |id: &str, account: &str| drafts().any(|draft| draft.id == id && draft.account == account);
    let one = |account: &String| {
        let (items, files) = by_account.get(account).copied().unwrap_or_default();
        let synced: BTreeSet<String> = it
            .deeds
            .operations
            .keys()
            .filter(|(owner, _, operation)| owner == account && operation == "sync")
            .map(|(_, scope, _)| scope.clone())
            .collect();
        let throttled = it.throttled(account);
        // Whoever read in a colleague's mailbox is counted here, and heard there.
        let own = it.touches.iter().all(|touch| {
            let mailbox = it.directory.resolve(&touch.mailbox);
            touch.mailbox.is_empty() || mailbox == *account || !by_session(&touch.session, account)
        });
        let read = own
            && !throttled
            && synced.is_empty()
            && whole(account, "items", "read", &["read", "sync"]);
        let mut items = figure(items, read);
        items.limits.extend(throttled.then(|| "throttled".to_owned()));
        ReadingFigures {
            account: account.clone(),
            items,
            synced_folders: synced.into_iter().collect(),
            throttled,
            files: figure(files, whole(account, "account", "file_access", &["file_access"])),
        }
    };
    Ok(compromised.iter().map(one).collect())
}

/// Whether a decision that is not about sessions finds what it speaks of.
fn speaks_of_something(parts: &Parts<'_>, decision: &Decision, scopes: &[Scope]) -> bool {
    let (it, selector) = (parts.judgement, &decision.selector);
    let known = |name: &String| it.directory.accounts().contains_key(&it.directory.resolve(name));
    match decision.what.as_str() {
        "account" | "containment" => selector.account.as_ref().is_some_and(known),
        "source" => {
            let glob = selector.path.as_deref().unwrap_or_default();
            parts.read.files.iter().any(|file| model::glob_matches(glob, &file.source.path))
        }
        "mail" => it.sent.iter().any(|sent| {
            decide::mail::speaks_of(selector, sent, &|name| it.directory.resolve(name))
        }),
        "folder" => it.named_folders.contains(&decision.n),
        // A system nobody named before is added by the decision; any other scope is there or is not.
        "scope" => {
            let id = selector.scope.as_deref().unwrap_or_default();
            scopes.iter().any(|it| it.scope == id)
        }
        _ => true,
    }
}

fn warnings(parts: &Parts<'_>, stated: bool, scopes: &[Scope]) -> Vec<Warning> {
    let mut found = evidence_list::warnings(parts.read);
    let mut add = |code: &str, text: Text, evidence: &str| {
        found.push(Warning { code: code.into(), text, evidence: evidence.into() });
    };
    if !stated && parts.read.files.iter().any(|it| it.reading.to.is_some()) {
        add("as_of_from_records", AS_OF.text(), "");
    }
    if !parts.judgement.directory.has_inventory() {
        add("no_inventory", NO_INVENTORY.text(), "");
    }
    for path in &parts.gone {
        add("file_gone", GONE.text(), path);
    }
    for decision in parts.decisions {
        let n = decision.n.to_string();
        let about_sessions =
            ["session", "network", "device", "app"].contains(&decision.what.as_str());
        let clears = decision.what == "account" && decision.is == "not_compromised";
        if !about_sessions && !clears {
            if !speaks_of_something(parts, decision, scopes) {
                add("decision_without_match", NO_MATCH.with(&[("n", &n)]), "");
            }
            continue;
        }
        let drafts = parts.judgement.built.drafts.iter().zip(&parts.judgement.judged);
        let matched: Vec<_> = drafts.filter(|(_, it)| it.decided == Some(decision.n)).collect();
        if matched.is_empty() && !(clears && speaks_of_something(parts, decision, scopes)) {
            add("decision_without_match", NO_MATCH.with(&[("n", &n)]), "");
        }
        let against = |score: i64| {
            let owner = decision.is == "owner" || clears;
            (owner && score >= 300) || (decision.is == "attacker" && score <= -300)
        };
        if matched.iter().any(|(_, it)| against(it.score)) {
            add("decision_against_fact", AGAINST.with(&[("n", &n)]), "");
        }
    }
    found.sort_by(|a, b| {
        (&a.code, &a.evidence, &a.text.en).cmp(&(&b.code, &b.evidence, &b.text.en))
    });
    found
}
