//! Findings for tests: an incident like the founding one, little evidence, a clean tenant, and
//! evidence that tries to act.

use model::{Kind, Phrase, Text, Untrusted, findings::*};

use crate::translate;

const A: &str = "sato@example.or.jp";

fn text(en: &str, ja: &str) -> Text {
    Text { en: en.into(), ja: ja.into(), said: Vec::new() }
}

/// One account taken over, 7,921 mails, deleted from Sent.
pub(crate) fn founding() -> Findings {
    let mut it = Findings {
        schema: SCHEMA.into(),
        program: Program { version: "0.1.0".into(), knowledge: "0123456789abcdef".into() },
        outcome: Outcome {
            value: OutcomeValue::Takeover,
            because: vec![
                Phrase::new("outcome.takeover", "Somebody else got into {n} account(s).")
                    .with(&[("n", "1")]),
            ],
        },
        case: CaseInfo {
            name: "2025-10 メールアカウント不正利用".into(),
            timezone: "Asia/Tokyo".into(),
            language: "ja".into(),
            as_of: Some("2025-11-12T02:00:00Z".into()),
        },
        window: Some(Window {
            from: "2025-10-01T12:13:00Z".into(),
            to: "2025-10-30T06:30:00Z".into(),
            contained: true,
            look_back: LookBack { from: "2025-09-01T12:13:00Z".into(), covered: true },
        }),
        organisations: vec![OrganisationInfo {
            name: "公益財団法人 見本".into(),
            domains: vec!["example.or.jp".into()],
            jurisdictions: vec!["jp".into()],
        }],
        declarations: vec![Declaration {
            path: "ual/*.csv".into(),
            from: Some("2025-08-25T00:00:00Z".into()),
            to: Some("2025-11-10T00:00:00Z".into()),
            collected_at: Some("2025-11-12T02:00:00Z".into()),
            stated_by: "情報システム担当".into(),
        }],
        decisions: vec![DecisionInfo {
            what: "session".into(),
            selector: "session=s-9".into(),
            is: "owner".into(),
            who: "担当 太郎".into(),
            at: "2025-11-13T01:00:00Z".into(),
            why: "本人に確認した".into(),
        }],
        statements: vec![StatementInfo {
            about: "dark_web".into(),
            says: "no_trace".into(),
            text: "調査時点で掲載は確認されなかった。".into(),
            by: "外部調査会社".into(),
            at: "2025-11-29".into(),
            evidence: "forensic-report.pdf".into(),
        }],
        ..Findings::default()
    };
    people_and_work(&mut it);
    mails(&mut it);
    scopes_and_rest(&mut it);
    translate(&mut it);
    it
}

fn people_and_work(it: &mut Findings) {
    let reason = Reason {
        class: "network".into(),
        rule: "new_country".into(),
        score: 200,
        text: Phrase::new(
            "attribution.network_new_country",
            "signed in from {country}, a country this account had never used (it lives in {home})",
        )
        .with(&[("country", "NL"), ("home", "JP")]),
        records: vec!["r-1".into()],
    };
    it.accounts = vec![Account {
        account: A.into(),
        verdict: AccountVerdict::Compromised,
        first_access: Some("2025-10-01T12:13:00Z".into()),
        first_access_is: Some("exact".into()),
        last_access: Some("2025-10-29T05:58:00Z".into()),
        attacker_sessions: 14,
        attempts: 6,
        reasons: vec![reason.clone()],
        how: vec![How {
            value: "aitm_phishing".into(),
            is: "consistent".into(),
            records: vec!["r-1".into()],
        }],
        ..Account::default()
    }];
    it.accounts.extend((0..24).map(|n| Account {
        account: format!("user{n:02}@example.or.jp"),
        limits: vec!["token_refresh".into()],
        ..Account::default()
    }));
    let session = |id: &str, verdict, score, first: &str, ip: &str, country: &str| Session {
        id: id.into(),
        account: A.into(),
        verdict,
        score,
        first: first.into(),
        last: first.into(),
        ips: vec![ip.into()],
        countries: vec![country.into()],
        user_agents: vec![Untrusted::from("Mozilla/5.0 (Windows NT 10.0; Win64; x64)")],
        records: 1204,
        reasons: vec![reason.clone()],
        ..Session::default()
    };
    it.sessions = vec![
        session("s-1", SessionVerdict::Attacker, 420, "2025-10-01T12:13:00Z", "203.0.113.7", "NL"),
        session("s-2", SessionVerdict::Attacker, 380, "2025-10-20T00:10:00Z", "203.0.113.9", "NL"),
        session("s-3", SessionVerdict::Owner, -300, "2025-10-02T00:01:00Z", "198.51.100.20", "JP"),
        session("s-4", SessionVerdict::Suspected, 130, "2025-10-05T13:00:00Z", "192.0.2.44", "JP"),
    ];
    let done = |operation: &str, scope: &str, n| Operation {
        account: A.into(),
        scope: scope.into(),
        operation: operation.into(),
        records: n,
        items: n,
        first: "2025-10-20T00:12:00Z".into(),
        last: "2025-10-29T05:40:00Z".into(),
    };
    it.operations = vec![
        done("sign_in", "service:sato@example.or.jp/outlook", 22),
        done("send", "", 7921),
        done("delete", "mailbox:sato@example.or.jp/sent", 7921),
        done("read", "mailbox:sato@example.or.jp/sent", 37),
    ];
    it.persistence = vec![Persistence {
        account: A.into(),
        kind: "inbox_rule".into(),
        at: "2025-10-20T00:11:00Z".into(),
        removed_at: None,
        what: Untrusted::from("件名に「エラー」を含むメールを削除"),
        records: vec!["r-77".into()],
    }];
}

fn mails(it: &mut Findings) {
    let days = [412, 980, 1003, 877, 640, 122, 90, 1520, 1411, 866];
    it.mail = MailFigures {
        messages: Figure::exact(7921),
        proven: 7900,
        matched: 21,
        suspected: 3,
        recipients: Figure::exact(7921),
        unique_recipients: Figure::exact(7866),
        failed: Figure::exact(1204),
        known_recipients: Figure::exact(0),
        unexplained: 0,
        first: Some("2025-10-20T00:12:00Z".into()),
        last: Some("2025-10-29T05:40:00Z".into()),
        by_day: (20..)
            .zip(days)
            .map(|(day, messages)| DayCount { date: format!("2025-10-{day}"), messages })
            .collect(),
        subjects: vec![SubjectCount {
            subject: Untrusted::from("【重要】アカウント確認のお願い"),
            messages: 7921,
        }],
        urls: vec!["hxxps://login[.]example[.]net/verify".into()],
        sources: vec![
            SourceCount {
                source: "ual".into(),
                messages: 7900,
                missing: vec![Missing { why: "not_audited".into(), messages: 21 }],
            },
            SourceCount { source: "message_trace".into(), messages: 7921, missing: Vec::new() },
        ],
        lists: vec![
            ListCount {
                name: "会員組織ご担当者".into(),
                path: "lists/members.xlsx".into(),
                addresses: 1204,
                ..ListCount::default()
            },
            ListCount {
                name: "セミナー参加者".into(),
                path: "lists/seminar.csv".into(),
                addresses: 4400,
                unreadable: 2,
                near_matches: 1,
                ..ListCount::default()
            },
        ],
        by_account: vec![AccountCount { account: A.into(), messages: 7921 }],
    };
    it.reading = vec![ReadingFigures {
        account: A.into(),
        items: Figure::at_least(37),
        synced_folders: vec!["mailbox:sato@example.or.jp/inbox".into()],
        throttled: true,
        files: Figure::unknown(),
    }];
}

fn scopes_and_rest(it: &mut Findings) {
    let gap = Gap {
        act: "read".into(),
        from: Some("2025-10-01T12:13:00Z".into()),
        to: Some("2025-10-30T06:30:00Z".into()),
        why: "not_stated".into(),
    };
    let open = |scope: &str| Scope {
        scope: scope.into(),
        limits: vec!["list_view".into()],
        coverage: Coverage {
            basis: "inferred".into(),
            gaps: vec![gap.clone()],
            by_act: vec![ActCoverage {
                act: "read".into(),
                covered: 0.0,
                sources: vec!["ual".into()],
            }],
            covered: 0.0,
        },
        text: text("Nothing can be said yet.", "現時点では判断できません。"),
        ..Scope::default()
    };
    it.scopes = vec![Scope {
        scope: format!("mailbox:{A}/sent"),
        verdict: ScopeVerdict::TraceFound,
        records: 7958,
        text: text("7958 records of the attacker.", "侵入者の記録が 7958 件あります。"),
        ..Scope::default()
    }];
    let ids = [
        "accounts:others",
        "mailbox:sato@example.or.jp/inbox",
        "items:sato@example.or.jp",
        "attachments:sato@example.or.jp",
        "contacts:sato@example.or.jp",
        "settings:sato@example.or.jp",
        "service:sato@example.or.jp/teams",
        "tenant",
        "device:PC-003",
        "system:業務基幹システム",
    ];
    it.scopes.extend(ids.map(open));
    it.scopes[1].blocking = vec![Blocking {
        sessions: vec!["s-4".into()],
        records: 12,
        decide: Proposed {
            what: "session".into(),
            selector: "session=s-4".into(),
            is: "owner".into(),
        },
    }];
    it.exposure.groups = vec![ExposureGroup {
        scope: format!("mailbox:{A}/sent"),
        kind: "listed".into(),
        legal_state: "undecided".into(),
        ..ExposureGroup::default()
    }];
    let due = |what: &str, due: &str, hard| Deadline {
        organisation: "公益財団法人 見本".into(),
        jurisdiction: "jp".into(),
        what: what.into(),
        due: Some(due.into()),
        hard,
        rule: "jp.appi.8-1".into(),
        why: text("Known on 2025-10-29.", "2025-10-29 に知ったため。"),
    };
    it.deadlines = vec![
        due("ppc-final", "2025-12-27", true),
        due("ppc-prelim", "2025-10-31", false),
        due("ppc-other", "2025-12-01", false),
    ];
    it.next_evidence = vec![
        NextEvidence {
            source: "inventory".into(),
            how: text(
                "Get-Mailbox -ResultSize Unlimited | Select UserPrincipalName | Export-Csv mailboxes.csv",
                "Get-Mailbox -ResultSize Unlimited | Select UserPrincipalName | Export-Csv mailboxes.csv",
            ),
            why: text(
                "Without it nobody can say «no other account».",
                "ほかのアカウントについて言えないため。",
            ),
            would_settle: vec!["accounts:others".into()],
        },
        NextEvidence {
            source: "case_file".into(),
            how: text(
                "In konseki.toml, one [[source]] for each export.",
                "konseki.toml にエクスポートごとの [[source]] を記入",
            ),
            why: text(
                "Silence counts only if asked for.",
                "対象期間が明らかな場合にだけ意味があるため。",
            ),
            would_settle: vec!["tenant".into()],
        },
    ];
    let file = |path: &str, kind, rows, rejected| EvidenceFile {
        path: path.into(),
        kind,
        sha256: "ab".repeat(32),
        bytes: 12_345_678,
        rows,
        records: rows - rejected,
        duplicates: 0,
        rejected,
        lossy: 0,
        conflicts: 0,
        from: Some("2025-08-25T00:00:00Z".into()),
        to: Some("2025-11-09T23:00:00Z".into()),
        warnings: Vec::new(),
    };
    it.evidence = vec![
        file("ual/audit.csv", Kind::Ual, 60_412, 3),
        file("trace.csv", Kind::MessageTrace, 12_044, 0),
        file("notes.bin", Kind::Unknown, 0, 0),
    ];
    it.warnings = vec![Warning {
        code: "unknown_file".into(),
        text: text("The format is not recognised.", "形式を認識できません。"),
        evidence: "notes.bin".into(),
    }];
}

/// Sign-ins and a trace only: a window, a count, and what to fetch.
pub(crate) fn little() -> Findings {
    let mut it = founding();
    it.operations.truncate(1);
    it.persistence.clear();
    it.deadlines.clear();
    it.reading.clear();
    it.outcome.value = OutcomeValue::Suspected;
    it.accounts[0].verdict = AccountVerdict::Suspected;
    it.accounts[0].first_access_is = Some("no_later_than".into());
    it.mail.messages = Figure::at_least(0);
    it.mail.suspected = 7921;
    it.window = None;
    it
}

/// A clean tenant: nothing can be told yet.
pub(crate) fn clean() -> Findings {
    let mut it = Findings {
        case: founding().case,
        scopes: founding().scopes.split_off(1),
        ..Findings::default()
    };
    it.outcome.because = vec![
        Phrase::new(
            "outcome.nothing_read",
            "No record of sign-ins or of work was read: nothing can be said.",
        )
        .text(),
    ];
    translate(&mut it);
    it
}

/// What an intruder may write into evidence.
pub(crate) const POISON: &str = "\"><script>alert(1)</script>\u{1b}[31m\u{202e}=cmd|' /C calc'!A0\r\n**x** [a](http://evil.example/)";

/// The founding incident with [`POISON`] in every place that holds text out of evidence.
pub(crate) fn hostile() -> Findings {
    let mut it = founding();
    let bad = || format!("={POISON}");
    it.case.name = bad();
    it.accounts[0].account = bad();
    it.accounts[0].how[0].value = bad();
    let session = &mut it.sessions[0];
    session.account = bad();
    session.id = bad();
    session.ips = vec![bad()];
    session.countries = vec![bad()];
    session.user_agents = vec![bad().into()];
    session.devices = vec![bad().into()];
    session.apps = vec![bad().into()];
    it.operations[0].account = bad();
    it.operations[1].operation = bad();
    it.operations[2].scope = format!("mailbox:{}/sent", bad());
    it.persistence[0].what = bad().into();
    it.persistence[0].kind = bad();
    it.scopes[0].scope = bad();
    it.scopes[1].blocking[0].decide.selector = bad();
    it.scopes[2].coverage.gaps[0].why = bad();
    it.mail.subjects[0].subject = bad().into();
    it.mail.urls = vec![bad(), "http://evil.example/x".into()];
    it.mail.lists[0].name = bad();
    it.mail.by_day[0].date = bad();
    it.mail.by_account[0].account = bad();
    it.evidence[0].path = bad();
    it.warnings[0].evidence = bad();
    it.statements[0].text = bad();
    it.statements[0].by = bad();
    it.decisions[0].why = bad();
    it.deadlines[0].organisation = bad();
    it.deadlines[0].what = bad();
    it.organisations[0].name = bad();
    it.declarations[0].path = bad();
    it.outcome.because[0] = text(&bad(), &bad());
    it
}
