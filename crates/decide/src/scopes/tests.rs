use std::collections::{BTreeMap, BTreeSet};

use model::{
    Act, Alias, Case, Context, DAY, Declared, HOUR, InventoryEntry, Kind, Micros, Span, Statement,
    System,
    findings::{Scope, ScopeVerdict, SessionVerdict},
};

use super::*;
use crate::{
    attribution::Judged,
    control::Stated,
    coverage::{self, FileFacts, Lead},
    findings::Unlogged,
    session::{Built, Draft},
    state::State,
    window::Window,
};

/// Monday, 2025-06-02T00:00:00Z.
const START: Micros = 1_748_822_400_000_000;

/// One small incident: two accounts, an audit log of twelve weeks, sign-ins of the last weeks.
#[derive(Clone, Debug)]
struct Incident {
    decisions: Vec<Decision>,
    /// Day and hour, account, operation, workload; by whom.
    acts: Vec<(i64, &'static str, &'static str, &'static str, SessionVerdict)>,
    case: Case,
    files: Vec<FileFacts>,
    window: Window,
    inventory: bool,
    touched: BTreeMap<String, u64>,
    compromised: BTreeSet<String>,
    audited: Stated,
    state: State,
    unlogged: Vec<Unlogged>,
}

const A: &str = "a@x.jp";
const B: &str = "b@x.jp";

fn day(n: i64) -> Micros {
    START + n * DAY
}

fn incident() -> Incident {
    let mut acts = Vec::new();
    for n in 0..84 {
        for who in [A, B] {
            for hour in [1, 2, 3, 5, 7] {
                if n % 7 < 5 {
                    let at = n * 24 + hour;
                    acts.push((
                        at,
                        who,
                        "UserLoggedIn",
                        "AzureActiveDirectory",
                        SessionVerdict::Owner,
                    ));
                    acts.push((at, who, "MailItemsAccessed", "Exchange", SessionVerdict::Owner));
                    acts.push((at, who, "FileAccessed", "SharePoint", SessionVerdict::Owner));
                    acts.push((at, who, "FileAccessed", "OneDrive", SessionVerdict::Owner));
                    acts.push((
                        at,
                        who,
                        "TeamsSessionStarted",
                        "MicrosoftTeams",
                        SessionVerdict::Owner,
                    ));
                }
            }
        }
    }
    acts.push((50 * 24 + 3, A, "MailItemsAccessed", "Exchange", SessionVerdict::Attacker));
    let file = |path: &str, kind, format: &str, rows| FileFacts {
        path: path.into(),
        kind: Some(kind),
        format: format.into(),
        rows,
        from: Some(START + HOUR),
        to: Some(day(83)),
        sorted: true,
        ..FileFacts::default()
    };
    let source = |path: &str| Declared {
        path: path.into(),
        span: Some(Span { from: START, to: day(84) }),
        collected_at: Some(day(85)),
        high_completeness: Some(true),
        ..Declared::default()
    };
    let window = Window {
        span: Some(Span { from: day(45), to: day(60) }),
        contained: true,
        look_back: Some(Span { from: day(15), to: day(45) }),
        covered: true,
        exact: BTreeMap::from([(A.to_owned(), true)]),
        if_confirmed: BTreeMap::from([(A.to_owned(), true)]),
    };
    Incident {
        decisions: Vec::new(),
        acts,
        case: Case {
            timezone: "Asia/Tokyo".into(),
            sources: vec![source("ual/*"), source("signins/*")],
            ..Case::default()
        },
        files: vec![
            file("ual/a.csv", Kind::Ual, "ual_search_csv", 4321),
            file("signins/s.json", Kind::Signins, "signins_graph", 77),
        ],
        window,
        inventory: true,
        touched: BTreeMap::from([(format!("account:{A}"), 1), (format!("mailbox:{A}/sent"), 1)]),
        compromised: BTreeSet::from([A.to_owned()]),
        audited: Stated::default(),
        state: State::default(),
        unlogged: Vec::new(),
    }
}

/// Gathers and judges it as the app does.
#[allow(clippy::too_many_lines, reason = "one incident, from records to scopes")]
fn run(it: &Incident) -> Vec<Scope> {
    let entry =
        |account: &str| InventoryEntry { account: account.into(), ..InventoryEntry::default() };
    let inventory = if it.inventory { vec![entry(A), entry(B)] } else { Vec::new() };
    let seen = [A.to_owned(), B.to_owned()];
    let none: [Alias; 0] = [];
    let directory = Directory::new(&inventory, &none, seen, &it.case);
    let mut contexts = Vec::new();
    let mut acts = Vec::new();
    let mut built = Built::default();
    let mut judged = Vec::new();
    let mut sessions: BTreeMap<(&str, SessionVerdict), usize> = BTreeMap::new();
    for (n, (hour, who, operation, workload, verdict)) in it.acts.iter().enumerate() {
        let at = START + hour * HOUR;
        let session = *sessions.entry((who, *verdict)).or_insert_with(|| {
            built.drafts.push(Draft {
                id: format!("{who}-{}", verdict.word()),
                account: (*who).to_owned(),
                family: "browser".into(),
                ips: BTreeSet::from(["198.51.100.7".to_owned()]),
                worked: 1,
                records: 1,
                first: at,
                last: at,
                ..Draft::default()
            });
            judged.push(Judged { verdict: *verdict, ..Judged::default() });
            built.drafts.len() - 1
        });
        let id = n.to_string();
        contexts.push(Context {
            id: id.clone(),
            actor: (*who).to_owned(),
            worked: true,
            first: at,
            last: at,
            ..Context::default()
        });
        built.of_context.push(session);
        acts.push(Act {
            context: id,
            mailbox: if *workload == "Exchange" { (*who).to_owned() } else { String::new() },
            operation: (*operation).to_owned(),
            workload: (*workload).to_owned(),
            records: 1,
            first: at,
            last: at,
            ..Act::default()
        });
    }
    let log = coverage::Log::new(&coverage::Inputs {
        case: &it.case,
        zone: "Asia/Tokyo",
        files: &it.files,
        decisions: &it.decisions,
        contexts: &contexts,
        acts: &acts,
        details: &[],
        built: &built,
        judged: &judged,
        directory: &directory,
        audited: &it.audited,
    });
    scopes(&Inputs {
        accounts: vec![A.to_owned(), B.to_owned()],
        compromised: &it.compromised,
        touched: &it.touched,
        case: &it.case,
        decisions: &it.decisions,
        window: &it.window,
        log: &log,
        directory: &directory,
        contexts: &contexts,
        acts: &acts,
        built: &built,
        judged: &judged,
        folders: &BTreeMap::from([(
            A.to_owned(),
            BTreeSet::from(["\\受信トレイ\\案件".to_owned()]),
        )]),
        doubtful: None,
        state: &it.state,
        unlogged: &it.unlogged,
        token_only: &BTreeSet::new(),
    })
}

fn one<'a>(all: &'a [Scope], id: &str) -> &'a Scope {
    all.iter().find(|it| it.scope == id).unwrap_or_else(|| panic!("{id} is not listed"))
}

fn whys(scope: &Scope) -> BTreeSet<&str> {
    scope.coverage.gaps.iter().map(|it| it.why.as_str()).collect()
}

#[test]
fn where_everybody_was_listening_silence_is_no_trace() {
    let all = run(&incident());
    assert_eq!(one(&all, "mailbox:a@x.jp/sent").verdict, ScopeVerdict::TraceFound);
    for id in [
        "account:b@x.jp",
        "accounts:others",
        "mailbox:a@x.jp/inbox",
        "mailbox:a@x.jp/受信トレイ/案件",
        "items:a@x.jp",
        "attachments:a@x.jp",
        "contacts:a@x.jp",
        "calendar:a@x.jp",
        "settings:a@x.jp",
        "service:a@x.jp/teams",
        "service:a@x.jp/onedrive",
        "service:a@x.jp/sharepoint",
        "tenant",
    ] {
        let it = one(&all, id);
        assert_eq!(it.verdict, ScopeVerdict::NoTrace, "{id}: {:?} {:?}", it.coverage, it.blocking);
        assert!(it.coverage.gaps.is_empty() && it.coverage.basis == "declared", "{id}");
        assert!(it.text.en.contains("2025-07-17T00:00:00Z"), "{}", it.text.en);
    }
    assert_eq!(one(&all, "mailbox:a@x.jp/inbox").limits, ["list_view"]);
    assert_eq!(one(&all, "account:b@x.jp").limits, ["token_refresh"]);
    assert_eq!(one(&all, "tenant").limits, ["state_not_seen"]);
    assert!(all.windows(2).all(|it| it[0].scope < it[1].scope));
}

/// The incident with an audit log in which nothing shows that the directory's records were taken, and
/// another file beside it.
fn with_directory_log(workload: &'static str, format: &str) -> Vec<Scope> {
    let mut it = incident();
    it.acts.retain(|act| act.3 != "AzureActiveDirectory");
    let mut source = it.case.sources[1].clone();
    source.path = "directory/*".into();
    it.case.sources.push(source);
    let mut file = it.files[1].clone();
    file.path = "directory/a.json".into();
    file.kind = Some(Kind::EntraAudit);
    file.format = format.into();
    it.files.push(file);
    let days = (0..84).filter(|n| n % 7 < 5).flat_map(|n| [n * 24 + 1, n * 24 + 5]);
    let act = |at| (at, B, "Update group", workload, SessionVerdict::Owner);
    it.acts.extend(days.map(act).collect::<Vec<_>>());
    run(&it)
}

#[test]
fn the_directory_audit_listens_for_the_directory() {
    let all = with_directory_log(model::ENTRA_AUDIT, "entra_audit_graph");
    for id in ["settings:a@x.jp", "tenant"] {
        let it = one(&all, id);
        assert_eq!(it.verdict, ScopeVerdict::NoTrace, "{id}: {:?}", it.coverage);
        assert_eq!(it.coverage.by_act[0].sources, ["entra_audit", "ual"]);
    }
    // Its records show nothing but changes in the directory.
    assert_eq!(one(&all, "service:a@x.jp/teams").verdict, ScopeVerdict::CannotTell);
}

#[test]
fn what_proves_another_log_proves_not_the_directory_audit() {
    // Records of another log: that the directory audit was on is not shown by them.
    for (workload, format) in [
        ("Exchange", "entra_audit_graph"),
        (model::ENTRA_RISK, "entra_audit_graph"),
        (model::ENTRA_AUDIT, "entra_risk"),
    ] {
        let all = with_directory_log(workload, format);
        for id in ["settings:a@x.jp", "tenant"] {
            assert_eq!(one(&all, id).verdict, ScopeVerdict::CannotTell, "{workload} {format} {id}");
        }
    }
}

#[test]
fn steps_of_sign_ins_are_no_log_of_sign_ins() {
    let mut it = incident();
    let mut steps = it.files[1].clone();
    steps.path = "signins/s_AuthDetails.csv".into();
    steps.format = "signins_auth_details_csv".into();
    it.files.push(steps.clone());
    // Beside the log it takes nothing away, and its rows are no rows of the log.
    it.case.sources[1].rows_reported = Some(77);
    let both = run(&it);
    assert_eq!(one(&both, "service:a@x.jp/teams").verdict, ScopeVerdict::NoTrace);
    assert!(
        run(&it).iter().map(|one| one.verdict).eq(run(&incident()).iter().map(|one| one.verdict))
    );
    // Alone it covers nothing.
    it.files = vec![it.files[0].clone(), steps];
    it.case.sources.remove(0);
    let alone = run(&it);
    let teams = one(&alone, "service:a@x.jp/teams");
    assert_eq!(teams.verdict, ScopeVerdict::CannotTell, "{:?}", teams.coverage);
}

#[test]
fn without_declarations_everything_waits_for_a_person() {
    let mut it = incident();
    it.case.sources[0].span = None;
    it.case.sources[1].span = None;
    // The path still says that high completeness was asked for.
    let all = run(&it);
    assert!(all.iter().all(|it| it.verdict != ScopeVerdict::NoTrace));
    let inbox = one(&all, "mailbox:a@x.jp/inbox");
    assert_eq!(inbox.if_confirmed.as_deref(), Some("no_trace"));
    assert_eq!(
        (inbox.coverage.basis.as_str(), whys(inbox)),
        ("inferred", BTreeSet::from(["not_stated"]))
    );
    assert_eq!(one(&all, "accounts:others").if_confirmed.as_deref(), Some("no_trace"));
}

#[test]
fn what_contradicts_a_declaration_is_named() {
    let expect = |change: &dyn Fn(&mut Incident), why: &str| {
        let mut it = incident();
        change(&mut it);
        let all = run(&it);
        let inbox = one(&all, "mailbox:a@x.jp/inbox");
        assert_eq!(inbox.verdict, ScopeVerdict::CannotTell, "{why}");
        assert!(whys(inbox).contains(why), "{why}: {:?}", whys(inbox));
        assert_eq!(inbox.if_confirmed, None, "{why}");
    };
    expect(&|it| it.files[0].rows = 50_000, "capped");
    expect(&|it| it.case.sources[0].high_completeness = None, "truncated");
    expect(&|it| it.case.sources[0].rows_reported = Some(9), "truncated");
    expect(&|it| it.files[0].rejected = 1, "rejected");
    expect(
        &|it| {
            it.files.push(FileFacts {
                path: "ual/b".into(),
                kind: Some(Kind::Unknown),
                ..FileFacts::default()
            })
        },
        "rejected",
    );
    expect(&|it| it.case.sources[0].collected_at = Some(day(59)), "late");
    expect(
        &|it| it.case.sources[0].span = Some(Span { from: day(50), to: day(84) }),
        "not_collected",
    );
    expect(&|it| it.case.sources[0].accounts = Some(vec![A.into()]), "not_collected");
    expect(&|it| it.case.sources[0].operations = Some(vec!["Send".into()]), "not_collected");
    expect(
        &|it| it.acts.retain(|act| act.0 < 50 * 24 || act.0 > 58 * 24 || act.3 != "Exchange"),
        "hole",
    );
    expect(&|it| it.acts.retain(|act| act.1 == B || act.3 != "Exchange"), "not_audited");
    expect(&|it| it.files.remove(0).path.clear(), "not_collected");
    expect(
        &|it| {
            it.window.exact = BTreeMap::from([(A.to_owned(), false)]);
            it.window.if_confirmed = it.window.exact.clone();
        },
        "before_first_access",
    );
    expect(
        &|it| {
            it.case.sources[0].collected_at = Some(day(48 + 180));
            it.case.sources[0].span = Some(Span { from: day(46), to: day(84) });
        },
        "not_collected",
    );
}

#[test]
fn a_reject_with_a_lead_is_a_gap_for_its_hour_only() {
    let mut it = incident();
    it.files[0].rejected = 1;
    let lead = |at, operation: &str, account: &str| Lead {
        at: Some(at),
        operation: operation.into(),
        account: account.into(),
        beside: None,
    };
    it.files[0].leads = vec![lead(day(20), "MailItemsAccessed", A)];
    assert_eq!(one(&run(&it), "mailbox:a@x.jp/inbox").verdict, ScopeVerdict::NoTrace);
    it.files[0].leads = vec![lead(day(50) + 5, "MailItemsAccessed", A)];
    let all = run(&it);
    let inbox = one(&all, "mailbox:a@x.jp/inbox");
    assert_eq!(inbox.coverage.gaps[0].from.as_deref(), Some("2025-07-22T00:00:00Z"));
    assert_eq!(inbox.coverage.gaps[0].to.as_deref(), Some("2025-07-22T01:00:00Z"));
    assert_eq!(one(&all, "account:b@x.jp").verdict, ScopeVerdict::NoTrace);
    it.files[0].leads = vec![lead(day(50) + 5, "MailItemsAccessed", B)];
    assert_eq!(one(&run(&it), "mailbox:a@x.jp/inbox").verdict, ScopeVerdict::NoTrace);
}

#[test]
fn who_is_in_doubt_stands_in_the_way_with_one_question() {
    let mut it = incident();
    it.acts.push((47 * 24, B, "MailItemsAccessed", "Exchange", SessionVerdict::Unknown));
    let all = run(&it);
    let b = one(&all, "account:b@x.jp");
    assert_eq!((b.verdict, b.blocking.len()), (ScopeVerdict::CannotTell, 1));
    assert_eq!(
        b.blocking[0].decide.selector,
        "account=b@x.jp,address=198.51.100.0/24,client=browser"
    );
    assert_eq!(b.blocking[0].decide.is, "owner");
    assert_eq!(one(&all, "accounts:others").blocking.len(), 1);
    assert_eq!(one(&all, "mailbox:a@x.jp/inbox").verdict, ScopeVerdict::NoTrace);
    // Outside the window an unknown session could not have left the trace; a suspected one still counts.
    it.acts.last_mut().unwrap().0 = 20 * 24;
    assert_eq!(one(&run(&it), "account:b@x.jp").verdict, ScopeVerdict::NoTrace);
    it.acts.last_mut().unwrap().4 = SessionVerdict::Suspected;
    assert_eq!(one(&run(&it), "account:b@x.jp").verdict, ScopeVerdict::CannotTell);
}

#[test]
fn without_an_inventory_nobody_speaks_of_all() {
    let mut it = incident();
    it.inventory = false;
    let all = run(&it);
    assert_eq!(one(&all, "accounts:others").verdict, ScopeVerdict::CannotTell);
    assert_eq!(one(&all, "account:b@x.jp").verdict, ScopeVerdict::NoTrace);
}

#[test]
fn outside_microsoft_365_only_a_statement_speaks() {
    let mut it = incident();
    it.case.systems =
        vec![System { name: "DB".into(), kind: "database".into(), ..System::default() }];
    let state = |about: &str, says: &str| Statement {
        about: about.into(),
        says: says.into(),
        by: "Expert".into(),
        at: "2025-11-29".into(),
        ..Statement::default()
    };
    it.case.statements =
        vec![state("device:PC-003", "no_trace"), state("items:a@x.jp", "no_trace")];
    let all = run(&it);
    assert_eq!(
        (one(&all, "system:DB").verdict, whys(one(&all, "system:DB"))),
        (ScopeVerdict::CannotTell, BTreeSet::from(["not_collected"]))
    );
    let pc = one(&all, "device:PC-003");
    assert_eq!((pc.verdict, pc.coverage.basis.as_str()), (ScopeVerdict::NoTrace, "attested"));
    assert!(pc.text.en.contains("Expert"));
    assert_eq!(one(&all, "items:a@x.jp").coverage.basis, "declared");
    it.case.statements.push(state("device:PC-003", "trace_found"));
    assert_eq!(one(&run(&it), "device:PC-003").verdict, ScopeVerdict::CannotTell);
}

#[test]
fn without_a_window_nothing_is_said() {
    let mut it = incident();
    it.window = Window::default();
    it.touched.clear();
    it.compromised.clear();
    let all = run(&it);
    assert!(
        all.iter().all(|it| it.verdict == ScopeVerdict::CannotTell && it.if_confirmed.is_none())
    );
}

#[test]
fn a_person_may_declare_and_attest() {
    let mut it = incident();
    it.case.sources.clear();
    let decide = |what: &str, is: &str, selector: model::Selector| Decision {
        n: 1,
        what: what.into(),
        selector,
        typed: String::new(),
        is: is.into(),
        who: "C. Clerk".into(),
        why: "asked for by me".into(),
        at: day(90),
        before: String::new(),
    };
    let path = model::Selector { path: Some("ual/*".into()), ..Default::default() };
    it.decisions =
        vec![decide("source", "declared:2025-06-02/2025-08-24@2025-08-26T00:00:00Z", path)];
    let all = run(&it);
    assert_eq!(one(&all, "mailbox:a@x.jp/inbox").verdict, ScopeVerdict::NoTrace);
    it.files[0].rows = 50_000;
    assert_eq!(one(&run(&it), "mailbox:a@x.jp/inbox").verdict, ScopeVerdict::CannotTell);
    let scope = model::Selector { scope: Some("system:DB".into()), ..Default::default() };
    it.decisions = vec![decide("scope", "unreachable", scope)];
    let all = run(&it);
    let db = one(&all, "system:DB");
    assert_eq!((db.verdict, db.coverage.basis.as_str()), (ScopeVerdict::NoTrace, "unreachable"));
    assert!(db.text.en.contains("C. Clerk"));
}

#[test]
fn the_attackers_own_burst_is_no_measure_of_silence() {
    let mut it = incident();
    for hour in 50 * 24..59 * 24 {
        it.acts.push((hour, A, "MailItemsAccessed", "Exchange", SessionVerdict::Attacker));
    }
    assert_eq!(one(&run(&it), "mailbox:a@x.jp/inbox").verdict, ScopeVerdict::NoTrace);
}

#[test]
fn auditing_switched_off_is_named() {
    let mut it = incident();
    it.acts.retain(|act| act.0 < 52 * 24 || act.2 != "UserLoggedIn");
    let all = run(&it);
    let b = one(&all, "account:b@x.jp");
    assert_eq!(b.verdict, ScopeVerdict::CannotTell);
    assert!(whys(b).iter().any(|why| ["hole", "not_audited"].contains(why)));
}

/// Takes seconds only as long as coverage is computed once a mailbox and costs grow with the records.
#[test]
fn a_thousand_accounts_and_thirty_folders_each_are_judged() {
    let names: Vec<&'static str> = (0..1000)
        .map(|n| -> &'static str { Box::leak(format!("u{n}@x.jp").into_boxed_str()) })
        .collect();
    let mut it = incident();
    it.acts.clear();
    for n in (0..180).filter(|n| n % 7 < 5) {
        for who in &names {
            it.acts.push((n * 24 + 2, who, "MailItemsAccessed", "Exchange", SessionVerdict::Owner));
            it.acts.push((
                n * 24 + 3,
                who,
                "UserLoggedIn",
                "AzureActiveDirectory",
                SessionVerdict::Owner,
            ));
        }
    }
    for who in &names {
        it.compromised.insert((*who).to_owned());
        it.touched.extend((0..30).map(|n| (format!("mailbox:{who}/folder {n}"), 0)));
    }
    let all = run(&it);
    assert!(all.len() > 40_000);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(120))]
    /// Knowing less never reassures: no change that takes something away turns a verdict into `no_trace`.
    #[test]
    fn taking_away_never_clears(first in harms(), second in harms()) {
        let mut before = incident();
        harm(&mut before, &first);
        let mut after = before.clone();
        harm(&mut after, &second);
        let (before, after) = (run(&before), run(&after));
        for scope in &after {
            if scope.verdict == ScopeVerdict::NoTrace {
                let earlier = before.iter().find(|it| it.scope == scope.scope).map(|it| it.verdict);
                proptest::prop_assert_eq!(earlier, Some(ScopeVerdict::NoTrace), "{}", scope.scope);
            }
        }
    }
}

/// One thing taken away.
#[derive(Clone, Debug)]
enum Harm {
    Nothing,
    File(usize),
    Declaration(usize),
    Cut(usize, i64, i64),
    Account(&'static str),
    Slice(i64, i64),
    Inventory,
    Reject(i64),
    Doubt(i64, &'static str),
}

fn harms() -> impl proptest::strategy::Strategy<Value = Harm> {
    use proptest::prelude::*;
    prop_oneof![
        Just(Harm::Nothing),
        (0..2usize).prop_map(Harm::File),
        (0..2usize).prop_map(Harm::Declaration),
        (0..2usize, 0..84i64, 0..84i64).prop_map(|(n, a, b)| Harm::Cut(n, a, b)),
        prop_oneof![Just(A), Just(B)].prop_map(Harm::Account),
        (0..84i64, 1..30i64).prop_map(|(a, b)| Harm::Slice(a, b)),
        Just(Harm::Inventory),
        (0..84i64).prop_map(Harm::Reject),
        ((0..84i64), prop_oneof![Just(A), Just(B)]).prop_map(|(at, who)| Harm::Doubt(at, who)),
    ]
}

fn harm(it: &mut Incident, harm: &Harm) {
    match harm {
        Harm::Nothing => {}
        Harm::File(n) => {
            let path = ["ual/a.csv", "signins/s.json"][*n];
            it.files.retain(|file| file.path != path);
            it.case.sources.retain(|one| !model::glob_matches(&one.path, path));
        }
        Harm::Declaration(n) => {
            let path = ["ual/*", "signins/*"][*n];
            it.case.sources.retain(|one| one.path != path);
        }
        Harm::Cut(n, a, b) => {
            let path = ["ual/*", "signins/*"][*n];
            for one in it.case.sources.iter_mut().filter(|one| one.path == path) {
                let span = one.span.unwrap();
                let (from, to) = (day(*a.min(b)).max(span.from), day(*a.max(b)).min(span.to));
                one.span = Some(Span { from, to: to.max(from) });
            }
        }
        Harm::Account(who) => {
            it.acts.retain(|act| act.1 != *who);
            let left = if *who == A { B } else { A };
            for one in &mut it.case.sources {
                let before = one.accounts.clone();
                one.accounts = Some(
                    before
                        .unwrap_or_else(|| vec![A.into(), B.into()])
                        .into_iter()
                        .filter(|it| it == left)
                        .collect(),
                );
            }
        }
        Harm::Slice(a, length) => slice(it, day(*a), day(a + length)),
        Harm::Inventory => it.inventory = false,
        Harm::Reject(n) => {
            for file in &mut it.files {
                file.rejected += 1;
                file.leads.push(Lead { at: Some(day(*n)), ..Lead::default() });
            }
        }
        Harm::Doubt(n, who) => {
            it.acts.push((n * 24, who, "MailItemsAccessed", "Exchange", SessionVerdict::Unknown));
        }
    }
}

/// Takes a time slice away, and cuts every declaration to match.
fn slice(it: &mut Incident, from: Micros, to: Micros) {
    it.acts.retain(|act| !(from..to).contains(&(START + act.0 * HOUR)));
    let mut cut = Vec::new();
    for one in &it.case.sources {
        let Some(span) = one.span else { continue };
        for piece in [
            Span { from: span.from, to: span.to.min(from) },
            Span { from: span.from.max(to), to: span.to },
        ] {
            if piece.from < piece.to {
                cut.push(Declared { span: Some(piece), ..one.clone() });
            }
        }
    }
    it.case.sources = cut;
}

/// What one scope says, its verdict, reasons of its gaps and limits.
fn said(it: &Incident, id: &str) -> (ScopeVerdict, Vec<String>, Vec<String>) {
    let scope = run(it).into_iter().find(|it| it.scope == id).unwrap();
    let mut whys: Vec<String> = scope.coverage.gaps.iter().map(|it| it.why.clone()).collect();
    whys.sort();
    whys.dedup();
    (scope.verdict, whys, scope.limits)
}

#[test]
fn a_dated_export_proves_auditing_where_nobody_read() {
    let inbox = format!("mailbox:{A}/inbox");
    let mut quiet = incident();
    quiet.acts.retain(|it| it.2 != "MailItemsAccessed" || it.1 == B);
    assert_eq!(said(&quiet, &inbox).0, ScopeVerdict::CannotTell);
    assert!(said(&quiet, &inbox).1.contains(&"not_audited".to_owned()));
    let default = crate::observability::default_actions();
    let acts: BTreeSet<String> = default.iter().map(|it| it.to_lowercase()).collect();
    let audited = |acts: &BTreeSet<String>, until| {
        let one = crate::control::Audited { on: true, acts: acts.clone(), until };
        Stated { mailboxes: BTreeMap::from([(A.to_owned(), one)]), ..Stated::default() }
    };
    let mut with = quiet.clone();
    with.audited = audited(&acts, Some(day(85)));
    assert_eq!(said(&with, &inbox), (ScopeVerdict::NoTrace, vec![], vec!["list_view".to_owned()]));
    with.audited = audited(&acts, None);
    assert_eq!(said(&with, &inbox).0, ScopeVerdict::CannotTell, "nobody says when");
    with.audited = audited(&acts, Some(day(50)));
    assert_eq!(
        said(&with, &inbox).0,
        ScopeVerdict::CannotTell,
        "taken in the middle of the window"
    );
    let mut fewer = acts;
    fewer.remove("mailitemsaccessed");
    with.audited = audited(&fewer, Some(day(85)));
    assert_eq!(said(&with, &inbox).0, ScopeVerdict::CannotTell, "reading is not in the set");
}

#[test]
fn auditing_that_is_off_contradicts_what_was_asked_for() {
    let inbox = format!("mailbox:{A}/inbox");
    let whole = incident();
    assert_eq!(said(&whole, &inbox).0, ScopeVerdict::NoTrace);
    let off = crate::control::Audited::default();
    let cases: [(Stated, &[&str]); 4] = [
        (
            Stated { mailboxes: BTreeMap::from([(A.to_owned(), off)]), ..Stated::default() },
            &["mailbox:a@x.jp/inbox", "items:a@x.jp"],
        ),
        (
            Stated { bypassed: BTreeSet::from([B.to_owned()]), ..Stated::default() },
            &["account:b@x.jp", "mailbox:a@x.jp/inbox", "accounts:others"],
        ),
        (Stated { mailboxes_off: true, ..Stated::default() }, &["mailbox:a@x.jp/inbox"]),
        (
            Stated { ingestion_off: true, ..Stated::default() },
            &["mailbox:a@x.jp/inbox", "tenant", "settings:a@x.jp"],
        ),
    ];
    for (audited, scopes) in cases {
        let it = Incident { audited: audited.clone(), ..whole.clone() };
        for id in scopes {
            let (verdict, whys, _) = said(&it, id);
            assert_eq!(verdict, ScopeVerdict::CannotTell, "{id}: {audited:?}");
            assert!(whys.contains(&"not_audited".to_owned()), "{id}: {whys:?}");
        }
    }
}

#[test]
fn what_only_the_state_shows_takes_the_proof_from_the_log() {
    let settings = format!("settings:{A}");
    let whole = incident();
    let (verdict, whys, limits) = said(&whole, &settings);
    assert_eq!((verdict, whys.len()), (ScopeVerdict::NoTrace, 0));
    assert!(limits.contains(&"state_not_seen".to_owned()));
    let mut it = whole.clone();
    it.unlogged = vec![Unlogged { account: A.into(), tenant: false, at: Some(day(50)) }];
    let (verdict, whys, _) = said(&it, &settings);
    assert_eq!((verdict, whys), (ScopeVerdict::CannotTell, vec!["truncated".to_owned()]));
    assert_eq!(said(&it, "tenant").0, ScopeVerdict::NoTrace);
    it.unlogged[0].tenant = true;
    assert_eq!(said(&it, "tenant").0, ScopeVerdict::CannotTell);
    assert_eq!(said(&it, &settings).0, ScopeVerdict::NoTrace);
}

proptest::proptest! {
    /// What an export proves of auditing is gone with the export, whatever else is missing.
    #[test]
    fn withholding_what_proves_auditing_clears_nothing(
        quiet in 0..84i64,
        length in 0..40i64,
        all in proptest::collection::vec(harms(), 0..3),
    ) {
        let mut base = incident();
        let silent = |hour: i64| (quiet * 24..(quiet + length) * 24).contains(&hour);
        base.acts.retain(|it| it.2 != "MailItemsAccessed" || it.1 == B || !silent(it.0));
        let default = crate::observability::default_actions();
        let acts = default.iter().map(|it| it.to_lowercase()).collect();
        let one = crate::control::Audited { on: true, acts, until: Some(day(85)) };
        base.audited.mailboxes.insert(A.to_owned(), one);
        let before = run(&base);
        let mut less = base;
        less.audited = Stated::default();
        all.iter().for_each(|it| harm(&mut less, it));
        for scope in run(&less) {
            if scope.verdict == ScopeVerdict::NoTrace {
                let earlier = before.iter().find(|it| it.scope == scope.scope).map(|it| it.verdict);
                proptest::prop_assert_eq!(earlier, Some(ScopeVerdict::NoTrace), "{}", scope.scope);
            }
        }
    }
}
