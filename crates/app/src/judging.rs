//! Rows in the store → sessions, verdicts, mails: gathering and judging in turn.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use decide::{
    accounts, attribution, behaviour, clients, coverage, folders,
    identity::Directory,
    mail,
    network::{Atlas, Place},
    session,
    state::{self, State},
    touched, window,
};
use model::{
    Case, Decision, Detail, Kind, Micros, Sent, Span, Touch,
    findings::{AccountType, SessionVerdict},
};
use store::Store;

use crate::{
    mailboxes::{self, Mailboxes, Snapshot},
    reading::{FileRead, Read, Trouble},
};

/// Everything judged, before it is written down.
pub(crate) struct Judgement {
    pub(crate) contexts: Vec<model::Context>,
    pub(crate) index: BTreeMap<String, usize>,
    pub(crate) acts: Vec<model::Act>,
    pub(crate) directory: Directory,
    pub(crate) built: session::Built,
    pub(crate) judged: Vec<attribution::Judged>,
    pub(crate) accesses: BTreeMap<String, window::Access>,
    pub(crate) attempts: BTreeMap<String, u64>,
    pub(crate) details: Vec<Detail>,
    pub(crate) deeds: touched::Deeds,
    pub(crate) touches: Vec<Touch>,
    pub(crate) log: coverage::Log,
    pub(crate) state: State,
    pub(crate) listening: Vec<coverage::Listening>,
    pub(crate) folders: BTreeMap<String, BTreeSet<String>>,
    /// What persons decided of folders.
    pub(crate) named: folders::Decided,
    /// Decisions on folders that found theirs.
    pub(crate) named_folders: BTreeSet<u64>,
    /// Services the attacker got a token for through another client.
    pub(crate) token_only: BTreeSet<String>,
    pub(crate) doubtful: Vec<Touch>,
    pub(crate) sent: Vec<Sent>,
    pub(crate) classes: BTreeMap<String, mail::Class>,
    /// Whether mails of the time of the access are left that nothing attributes to anybody.
    pub(crate) unattributed: bool,
    pub(crate) knows_countries: bool,
    pub(crate) mailboxes: Mailboxes,
    /// Mailboxes as they stood at one instant, as stated.
    pub(crate) snapshots: Vec<Snapshot>,
}

impl Judgement {
    /// Display id → account and verdict of its session.
    pub(crate) fn sessions(&self) -> BTreeMap<String, SessionVerdict> {
        let drafts = self.built.drafts.iter().zip(&self.judged);
        drafts.map(|(draft, it)| (draft.id.clone(), it.verdict)).collect()
    }

    /// Display ids of the attacker's sessions in which something worked.
    pub(crate) fn attackers(&self) -> Vec<String> {
        let drafts = self.built.drafts.iter().zip(&self.judged);
        drafts
            .filter(|(draft, it)| it.verdict == SessionVerdict::Attacker && draft.worked > 0)
            .map(|(draft, _)| draft.id.clone())
            .collect()
    }

    /// Verdict of the session a context belongs to.
    pub(crate) fn verdict_of_context(&self, context: &str) -> Option<SessionVerdict> {
        let i = *self.index.get(context)?;
        Some(self.judged[self.built.of_context[i]].verdict)
    }

    /// For a context: its session's account, if the session is the attacker's and the record worked.
    pub(crate) fn attacker_context(&self, context: &str) -> Option<String> {
        let i = *self.index.get(context)?;
        let n = self.built.of_context[i];
        let theirs = self.judged[n].verdict == SessionVerdict::Attacker && self.contexts[i].worked;
        theirs.then(|| self.built.drafts[n].account.clone())
    }
}

/// Gathers and judges.
pub(crate) fn judge(
    store: &mut Store,
    read: &Read,
    case: &Case,
    decisions: &[Decision],
    geo: &BTreeMap<String, Place>,
    zone: &str,
) -> Result<Judgement> {
    let contexts = store.contexts()?;
    let mut acts = store.acts()?;
    let directory = directory(store, &contexts, &acts, case, decisions)?;
    let mailboxes = mailboxes::settle(store, read, case, &directory)?;
    let atlas = Atlas::new(&contexts, geo);
    let details = store.details(&operations(), &decide::findings::ONLY_WITH)?;
    let built = sessions(&contexts, &details, decisions, &directory, &atlas);
    let index = numbered(&contexts);
    store.assign(&assigned(&contexts, &built))?;

    touched::name_forwarding(&mut acts, &details);
    let (behaviours, consents) =
        behaviour::behaviours(&built, &index, &acts, &details, &store.session_sends()?);
    let (state, mut facts) = state(store, &read.files, case, decisions, &directory)?;
    let inputs = attribution::Inputs {
        contexts: &contexts,
        built: &built,
        behaviour: &behaviours,
        consents: &consents,
        directory: &directory,
        case,
        owned: &state::Owned::default(),
        decisions,
    };
    let judged = attributed(&inputs, &state);
    let named = folders::Decided::new(decisions, &|name| directory.resolve(name));
    facts.extend(read.troubles.iter().flat_map(|it| lost(it, case)));
    let log = coverage::Log::new(&coverage::Inputs {
        case,
        zone,
        files: &facts,
        decisions,
        contexts: &contexts,
        acts: &acts,
        details: &details,
        built: &built,
        judged: &judged,
        directory: &directory,
        audited: &state.auditing(),
    });
    let mut it = Judgement {
        accesses: accounts::accesses(&built, &judged),
        attempts: accounts::attempts(&contexts, &built, &judged),
        listening: log.listening(),
        log,
        named_folders: named_folders(store, &mailboxes, &directory, &named)?,
        state,
        folders: folders(store, &directory, &named)?,
        doubtful: doubtful(store, &built, &judged)?,
        token_only: BTreeSet::new(),
        named,
        snapshots: mailboxes::snapshots(read, case, &mailboxes, &directory),
        mailboxes,
        knows_countries: atlas.knows_countries(),
        contexts,
        index,
        acts,
        directory,
        built,
        judged,
        details,
        deeds: touched::Deeds::default(),
        touches: Vec::new(),
        sent: Vec::new(),
        classes: BTreeMap::new(),
        unattributed: false,
    };
    follow(store, &mut it, case, decisions)?;
    Ok(it)
}

/// What follows from whose the sessions are: the mails, and what was done.
fn follow(
    store: &mut Store,
    it: &mut Judgement,
    case: &Case,
    decisions: &[Decision],
) -> Result<()> {
    it.token_only = clients::token_only(&store.tokens(&it.attackers())?);
    mails(store, it, case, decisions)?;
    deeds(store, it)?;
    let mut doubtful = std::mem::take(&mut it.doubtful);
    it.name_folders(&mut doubtful);
    it.doubtful = doubtful;
    Ok(())
}

fn directory(
    store: &Store,
    contexts: &[model::Context],
    acts: &[model::Act],
    case: &Case,
    decisions: &[Decision],
) -> Result<Directory> {
    let actors = contexts.iter().map(|it| it.actor.clone());
    let seen = actors.chain(acts.iter().map(|it| it.mailbox.clone()));
    let mut directory = Directory::new(&store.inventory()?, &store.aliases()?, seen, case);
    types_decided(&mut directory, decisions);
    Ok(directory)
}

/// What exports of the configuration say, and what is known of each file.
fn state(
    store: &Store,
    files: &[FileRead],
    case: &Case,
    decisions: &[Decision],
    directory: &Directory,
) -> Result<(State, Vec<coverage::FileFacts>)> {
    let files: Vec<(String, coverage::FileFacts)> =
        files.iter().map(|it| (it.id().to_owned(), facts(it))).collect();
    let objects = store.settings()?;
    let state =
        State::new(&state::Inputs { objects: &objects, files: &files, case, decisions, directory });
    Ok((state, files.into_iter().map(|it| it.1).collect()))
}

/// Judges the sessions; a second time where the directory vouches for something of those against whom
/// something is held.
fn attributed(inputs: &attribution::Inputs<'_>, state: &State) -> Vec<attribution::Judged> {
    let judged = attribution::judge(inputs);
    let owned = state.owned(inputs.built, &judged);
    if owned.is_empty() {
        return judged;
    }
    attribution::judge(&attribution::Inputs { owned: &owned, ..*inputs })
}

fn numbered(contexts: &[model::Context]) -> BTreeMap<String, usize> {
    contexts.iter().enumerate().map(|(i, it)| (it.id.clone(), i)).collect()
}

/// Cuts the records into sessions.
fn sessions(
    contexts: &[model::Context],
    details: &[Detail],
    decisions: &[Decision],
    directory: &Directory,
    atlas: &Atlas,
) -> session::Built {
    let apps = contexts.iter().map(|it| it.app.as_str());
    let apps = behaviour::third_parties(apps, details, decisions);
    session::build(contexts, directory, atlas, &attribution::cuts(decisions), &apps)
}

/// For each context: the display id and the account of its session.
fn assigned(contexts: &[model::Context], built: &session::Built) -> Vec<(String, String, String)> {
    let one = |(it, n): (&model::Context, &usize)| {
        (it.id.clone(), built.drafts[*n].id.clone(), built.drafts[*n].account.clone())
    };
    contexts.iter().zip(&built.of_context).map(one).collect()
}

/// Operations whose content is looked at.
fn operations() -> Vec<&'static str> {
    let mut found: BTreeSet<&str> = behaviour::OPERATIONS.into_iter().collect();
    found.extend(decide::findings::operations());
    found.extend(decide::control::OPERATIONS);
    found.into_iter().collect()
}

/// Decisions on folders that find theirs in any record.
fn named_folders(
    store: &Store,
    mailboxes: &Mailboxes,
    directory: &Directory,
    named: &folders::Decided,
) -> Result<BTreeSet<u64>> {
    let held = mailboxes.folders.iter();
    let held = held.map(|it| (it.mailbox.clone(), String::new(), it.folder.clone()));
    let all = store.folders()?.into_iter().chain(held);
    let one = |(mailbox, actor, folder): (String, String, String)| {
        named.decision(
            &directory.resolve(if mailbox.is_empty() { &actor } else { &mailbox }),
            &folder,
        )
    };
    Ok(all.filter_map(one).collect())
}

/// Every folder any record names, by mailbox.
fn folders(
    store: &Store,
    directory: &Directory,
    named: &folders::Decided,
) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (mailbox, actor, folder) in store.folders()? {
        let owner = directory.resolve(if mailbox.is_empty() { &actor } else { &mailbox });
        let folder = named.name(&owner, folder);
        found.entry(owner).or_default().insert(folder);
    }
    Ok(found)
}

/// What sessions touched whose verdict leaves room for an intruder.
fn doubtful(
    store: &Store,
    built: &session::Built,
    judged: &[attribution::Judged],
) -> Result<Vec<Touch>> {
    let open = |it: &attribution::Judged| {
        matches!(it.verdict, SessionVerdict::Suspected | SessionVerdict::Unknown)
    };
    let drafts = built.drafts.iter().zip(judged).filter(|(draft, it)| draft.worked > 0 && open(it));
    let sessions: Vec<String> = drafts.map(|(draft, _)| draft.id.clone()).collect();
    store.touches(&sessions, &[])
}

fn facts(file: &FileRead) -> coverage::FileFacts {
    let leads = file.reading.leads.iter().map(|it| coverage::Lead {
        at: it.at,
        beside: it.beside,
        operation: it.operation.clone(),
        account: it.account.clone(),
    });
    coverage::FileFacts {
        lossy: file.reading.lossy,
        sorted: file.reading.sorted,
        leads: leads.collect(),
        cut: file.reading.cut || file.inspection.stopped.is_some(),
        non_interactive: file.reading.non_interactive,
        results: file.reading.results.clone(),
        unnumbered: file.reading.unnumbered,
        unplaced: file.reading.warnings.iter().any(|it| it.0 == "ambiguous_dates"),
        path: file.source.path.clone(),
        kind: Some(file.inspection.kind),
        format: file.inspection.format.map(|it| it.id.to_owned()).unwrap_or_default(),
        rows: file.reading.rows,
        rejected: file.reading.rejected,
        from: file.reading.from,
        to: file.reading.to,
    }
}

/// What could not be read at all may have held anything: also whatever a declaration expects below
/// a folder that could not be opened.
fn lost(it: &Trouble, case: &Case) -> Vec<coverage::FileFacts> {
    let below = format!("{}/", it.path);
    let expected = case.sources.iter().map(|it| it.path.clone());
    let paths = expected.filter(|path| path.starts_with(&below)).chain([it.path.clone()]);
    paths.map(|path| coverage::FileFacts { path, cut: true, ..Default::default() }).collect()
}

fn types_decided(directory: &mut Directory, decisions: &[Decision]) {
    for decision in decisions.iter().filter(|it| it.what == "account") {
        let kind = match decision.is.as_str() {
            "person" => AccountType::Person,
            "role" => AccountType::Role,
            "shared" => AccountType::Shared,
            _ => continue,
        };
        if let Some(account) = &decision.selector.account {
            directory.set_type(account, kind);
        }
    }
}

/// Mails of the accounts somebody got into, from a day before the first access on. Suspected
/// accounts are looked at too, so that a wave sent without any audit record is not overlooked.
fn mails(store: &mut Store, it: &mut Judgement, case: &Case, decisions: &[Decision]) -> Result<()> {
    let spans: BTreeMap<String, Span> = it
        .accesses
        .iter()
        .map(|(account, access)| (account.clone(), Span { from: access.first, to: access.last }))
        .collect();
    let senders: BTreeSet<String> = it
        .deeds_accounts()
        .into_iter()
        .flat_map(|account| it.directory.names_of(&account))
        .collect();
    let senders: Vec<String> = senders.into_iter().collect();
    it.sent = store.sent(
        &senders,
        &it.attackers(),
        &it.mailboxes.sent_folders(&it.directory, &it.named),
    )?;
    let addresses: BTreeSet<String> = it
        .built
        .drafts
        .iter()
        .zip(&it.judged)
        .filter(|(draft, judged)| judged.verdict == SessionVerdict::Attacker && draft.worked > 0)
        .flat_map(|(draft, _)| draft.ips.iter().cloned())
        .collect();
    let sessions = it.sessions();
    let inputs = mail::Inputs {
        sent: &it.sent,
        sessions: &sessions,
        addresses: &addresses,
        accounts: &spans,
        until: &|account| until(it, account, case, decisions),
        decisions,
        resolve: &|name| it.directory.resolve(name),
    };
    let classes = mail::classify(&inputs);
    it.unattributed = mail::unattributed(&inputs, &classes);
    it.classes = classes;
    Ok(())
}

/// When the access to an account is stated to have ended; otherwise the last record there is.
fn until(it: &Judgement, account: &str, case: &Case, decisions: &[Decision]) -> Micros {
    let stated =
        case.containments.iter().filter(|one| it.directory.resolve(&one.account) == account);
    let decided = decisions.iter().filter(|one| {
        let mine = one.selector.account.as_deref().map(|name| it.directory.resolve(name));
        one.what == "containment" && mine.as_deref() == Some(account)
    });
    let decided = decided.filter_map(|one| one.is.parse::<jiff::Timestamp>().ok());
    let ended = stated.map(|one| one.at).chain(decided.map(|at| at.as_microsecond())).min();
    ended.unwrap_or_else(|| it.contexts.iter().map(|one| one.last).max().unwrap_or_default())
}

fn deeds(store: &mut Store, it: &mut Judgement) -> Result<()> {
    let messages: Vec<String> = it.fraudulent().into_iter().map(|(message, _)| message).collect();
    let mut touches = store.touches(&it.attackers(), &messages)?;
    it.name_folders(&mut touches);
    it.touches = touches;
    let twins = store.twins()?;
    let account_of: BTreeMap<&str, &str> =
        it.built.drafts.iter().map(|draft| (draft.id.as_str(), draft.account.as_str())).collect();
    it.deeds = touched::deeds(&touched::Inputs {
        touches: &it.touches,
        acts: &it.acts,
        app_of: &|context| {
            it.index.get(context).map(|i| it.contexts[*i].app.clone()).unwrap_or_default()
        },
        attacker: &|context| it.attacker_context(context),
        account_of: &|session| account_of.get(session).map(|it| (*it).to_owned()),
        twins: &twins,
        directory: &it.directory,
    });
    Ok(())
}

impl Judgement {
    /// Display id → account of its session.
    pub(crate) fn accounts_of_sessions(&self) -> BTreeMap<&str, &str> {
        let drafts = self.built.drafts.iter();
        drafts.map(|draft| (draft.id.as_str(), draft.account.as_str())).collect()
    }

    /// Gives folders the names persons decided.
    fn name_folders(&self, touches: &mut [Touch]) {
        let account_of = self.accounts_of_sessions();
        for touch in touches {
            let actor = account_of.get(touch.session.as_str()).copied().unwrap_or_default();
            let owner = self.directory.resolve(if touch.mailbox.is_empty() {
                actor
            } else {
                &touch.mailbox
            });
            touch.folder = self.named.name(&owner, std::mem::take(&mut touch.folder));
        }
    }

    fn deeds_accounts(&self) -> BTreeSet<String> {
        let mut found: BTreeSet<String> = self.accesses.keys().cloned().collect();
        // A shared mailbox is written from by whoever got into a colleague's account.
        let drafts = self.built.drafts.iter().zip(&self.judged);
        let theirs = drafts.filter(|(_, it)| it.verdict == SessionVerdict::Attacker);
        found.extend(theirs.map(|(draft, _)| draft.account.clone()));
        found
    }

    /// Whether every mail of the accounts somebody got into shows over the whole span. Mail submitted with
    /// SMTP AUTH stands in the trace alone: where the attacker did so, the trace must be whole.
    pub(crate) fn hears_sends(&self, span: Option<Span>) -> bool {
        let drafts = self.built.drafts.iter().zip(&self.judged);
        let smtp = drafts
            .filter(|(draft, it)| it.verdict == SessionVerdict::Attacker && draft.worked > 0)
            .any(|(draft, _)| draft.family == "smtp_auth");
        let traced = |account: &str, span| {
            coverage::covers(&self.listening, Kind::MessageTrace, account, span)
        };
        let heard = |account: &String, span| {
            if smtp { traced(account, span) } else { self.log.hears_sends(account, span) }
        };
        span.is_some_and(|span| {
            !self.accesses.is_empty() && self.accesses.keys().all(|account| heard(account, span))
        })
    }

    /// Whether a session with an address of its own in one of these accounts may be the intruder's.
    pub(crate) fn doubted(&self, accounts: &BTreeSet<String>, span: Option<Span>) -> bool {
        let open = [SessionVerdict::Suspected, SessionVerdict::Unknown];
        let inside = |it: &session::Draft| {
            span.is_some_and(|span| it.last >= span.from && it.first < span.to)
        };
        self.built.drafts.iter().zip(&self.judged).any(|(draft, it)| {
            let public = draft.ips.iter().any(|ip| {
                !decide::clients::is_microsoft_address(ip)
                    && !decide::clients::is_private_address(ip)
            });
            draft.worked > 0
                && public
                && !draft.service
                && open.contains(&it.verdict)
                && accounts.contains(&draft.account)
                && inside(draft)
        })
    }

    /// Whether sessions nobody has placed yet did something of these kinds in the account or its mailbox.
    pub(crate) fn in_doubt(&self, account: &str, span: Span, acts: &[&str]) -> bool {
        let open = [SessionVerdict::Suspected, SessionVerdict::Unknown];
        self.acts.iter().filter(|it| it.last >= span.from && it.first < span.to).any(|act| {
            let Some(i) = self.index.get(&act.context).copied() else { return false };
            let n = self.built.of_context[i];
            let theirs = self.built.drafts[n].account == account
                || self.directory.resolve(&act.mailbox) == account;
            theirs
                && self.contexts[i].worked
                && open.contains(&self.judged[n].verdict)
                && acts.contains(&decide::operations::of(&act.operation).act)
        })
    }

    /// Whether a record of the attacker in the account says that recording was throttled.
    pub(crate) fn throttled(&self, account: &str) -> bool {
        let theirs =
            |act: &&model::Act| self.attacker_context(&act.context).as_deref() == Some(account);
        self.acts.iter().filter(|act| act.throttled > 0).any(|act| theirs(&act))
    }

    /// Proven and matched mails with their class.
    pub(crate) fn fraudulent(&self) -> Vec<(String, &'static str)> {
        self.classes
            .iter()
            .filter(|(_, class)| **class != mail::Class::Suspected)
            .map(|(message, class)| (message.clone(), class.word()))
            .collect()
    }

    /// What is known of one source of mails.
    pub(crate) fn source_facts(
        &self,
        kind: Kind,
        files: &[FileRead],
        case: &Case,
        span: Option<Span>,
    ) -> mail::SourceFacts {
        let mine =
            || files.iter().filter(|it| it.inspection.kind == kind && it.tells_of_its_kind());
        let first: Option<Micros> = mine().filter_map(|it| it.reading.from).min();
        let last: Option<Micros> = mine().filter_map(|it| it.reading.to).max();
        let collected = case
            .sources
            .iter()
            .filter(|source| mine().any(|it| model::glob_matches(&source.path, &it.source.path)))
            .filter_map(|it| it.collected_at)
            .max();
        let whole = |account: &String| {
            span.is_some_and(|span| coverage::covers(&self.listening, kind, account, span))
        };
        mail::SourceFacts {
            given: mine().next().is_some(),
            span: first.zip(last).map(|(from, to)| Span { from, to }),
            collected_at: collected,
            whole: !self.accesses.is_empty() && self.accesses.keys().all(whole),
        }
    }
}
