//! What to fetch next, most useful first, with menu path and cmdlet.

use std::collections::BTreeSet;

use model::{
    Kind, Phrase, SettingKind,
    findings::{NextEvidence, Scope, ScopeVerdict},
};

const UAL_HOW: Phrase = Phrase::new(
    "next.ual_how",
    "Purview portal > Audit > New search (all activities, all users, the whole time), or Search-UnifiedAuditLog -SessionCommand ReturnLargeSet -HighCompleteness",
);
const UAL_WHY: Phrase = Phrase::new(
    "next.ual_why",
    "The audit log shows what was read, moved, deleted and sent; without it only sign-ins and deliveries are known.",
);
const SIGNIN_HOW: Phrase = Phrase::new(
    "next.signin_how",
    "Entra admin centre > Users > Sign-in logs > Download > JSON, interactive AND non-interactive, before they expire (30 days)",
);
const SIGNIN_WHY: Phrase = Phrase::new(
    "next.signin_why",
    "Sign-ins give country, device and error of each visit; a stolen token shows only in the non-interactive log.",
);
const TRACE_HOW: Phrase = Phrase::new(
    "next.trace_how",
    "Exchange admin centre > Mail flow > Message trace > Enhanced summary report, or Get-MessageTraceV2 in pieces of 10 days (kept 90 days)",
);
const TRACE_WHY: Phrase = Phrase::new(
    "next.trace_why",
    "The trace gives every recipient of the mails and whether it was delivered.",
);
const INVENTORY_HOW: Phrase = Phrase::new(
    "next.inventory_how",
    "Get-Mailbox -ResultSize Unlimited | Select UserPrincipalName,PrimarySmtpAddress,RecipientTypeDetails,EmailAddresses | Export-Csv -Encoding utf8 mailboxes.csv",
);
const INVENTORY_WHY: Phrase = Phrase::new(
    "next.inventory_why",
    "Without a list of all accounts nobody can say «no other account».",
);
const DECLARE_HOW: Phrase = Phrase::new(
    "next.declare_how",
    "In konseki.toml, one [[source]] for each export: path, from, to, collected_at, stated_by (docs in README)",
);
const DECLARE_WHY: Phrase = Phrase::new(
    "next.declare_why",
    "Silence counts only in an export whose asked-for span and time of collection are stated.",
);
const AUDIT_HOW: Phrase = Phrase::new(
    "next.audit_how",
    "Get-Mailbox -ResultSize Unlimited | Select UserPrincipalName,PrimarySmtpAddress,RecipientTypeDetails,EmailAddresses,Forwarding*,Audit*,DefaultAuditSet | ConvertTo-Json > mailboxes.json, and Get-AdminAuditLogConfig | Export-Clixml audit.xml",
);
const AUDIT_WHY: Phrase = Phrase::new(
    "next.audit_why",
    "Only a mailbox whose auditing was on can show that nothing was read.",
);
const RULES_HOW: Phrase = Phrase::new(
    "next.rules_how",
    "Get-Mailbox -ResultSize Unlimited | % { $u = $_.UserPrincipalName; Get-InboxRule -Mailbox $u -IncludeHidden | Select *,@{n='Mailbox';e={$u}} } | Export-Csv -Encoding utf8 rules.csv, and Get-Mailbox -ResultSize Unlimited | Select UserPrincipalName,Forwarding* | Export-Csv -Encoding utf8 forwarding.csv; then a [[source]] that says when",
);
const RULES_WHY: Phrase = Phrase::new(
    "next.rules_why",
    "A rule or forwarding set before the log began stands in no log.",
);
const RIGHTS_HOW: Phrase = Phrase::new(
    "next.rights_how",
    "Get-Mailbox -ResultSize Unlimited | % { $u = $_.UserPrincipalName; Get-MailboxPermission $u | Select *,@{n='Mailbox';e={$u}} } | Export-Csv -Encoding utf8 rights.csv, likewise Get-RecipientPermission; from Microsoft Graph as JSON: oauth2PermissionGrants, servicePrincipals, devices, reports/authenticationMethods/userRegistrationDetails; then a [[source]] that says when",
);
const RIGHTS_WHY: Phrase = Phrase::new(
    "next.rights_why",
    "A delegate, an application's consent or an authentication method set before the log began stands in no log, and outlives a new password.",
);
const LISTS_HOW: Phrase = Phrase::new(
    "next.lists_how",
    "Every address list the organisation holds, as CSV or Excel, into the folder lists/",
);
const LISTS_WHY: Phrase = Phrase::new(
    "next.lists_why",
    "Only then can be said whether the recipients are people you know.",
);
const MAILBOX_HOW: Phrase = Phrase::new(
    "next.mailbox_how",
    "The whole mailbox, before anybody tidies it: Purview portal > eDiscovery > content search > Export as PST (Recoverable Items and archive included), Outlook > File > Open & Export > Import/Export > Outlook data file, or on Exchange Server New-MailboxExportRequest; then a [[source]] with snapshot = true, folders = \"all\", collected_at",
);
const MAILBOX_WHY: Phrase = Phrase::new(
    "next.mailbox_why",
    "Only the mailbox shows whose names and addresses stood in the folders that were looked at.",
);

const DECIDE_HOW: Phrase = Phrase::new(
    "next.decide_how",
    "konseki decide: it asks about the sign-ins nobody has settled yet (is this network, this device, this trip yours?)",
);
const DECIDE_WHY: Phrase = Phrase::new(
    "next.decide_why",
    "Sessions whose user is not settled could have left the trace: a person who knows the owner can settle it.",
);
const EARLIER_HOW: Phrase = Phrase::new(
    "next.earlier_how",
    "The audit log of at least 40 days before the first access (Purview portal > Audit > New search; kept 180 days, with Audit (Premium) one year)",
);
const EARLIER_WHY: Phrase = Phrase::new(
    "next.earlier_why",
    "Only 30 quiet days before the first access show that it was the first.",
);
const HOLE_HOW: Phrase = Phrase::new(
    "next.hole_how",
    "Fetch the silent span again (Search-UnifiedAuditLog -StartDate … -EndDate … -SessionCommand ReturnLargeSet -HighCompleteness), or explain it: konseki decide source path=…,from=…,to=… --is declared:FROM/TO@COLLECTED_AT",
);
const HOLE_WHY: Phrase = Phrase::new(
    "next.hole_why",
    "Over that span the log holds less than the organisation's weeks let one expect.",
);
const SYSTEM_HOW: Phrase = Phrase::new(
    "next.system_how",
    "PC: wevtutil epl Security Security.evtx, and likewise System, Microsoft-Windows-Windows Defender/Operational, Microsoft-Windows-TaskScheduler/Operational, Microsoft-Windows-TerminalServices-LocalSessionManager/Operational, Microsoft-Windows-PowerShell/Operational; database and application: the log of who connected from where; network: the border firewall's log of accepted inbound connections and remote access. Or an expert's signed report as [[statement]]",
);
const SYSTEM_WHY: Phrase = Phrase::new(
    "next.system_why",
    "Systems outside Microsoft 365 leave no record in its logs: only their own logs, or somebody who examined them, can speak of them.",
);

/// What is there, as far as it matters for what to fetch.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Kinds of evidence read.
    pub kinds: BTreeSet<Kind>,
    /// Kinds of things that stand in exports of the configuration.
    pub settings: BTreeSet<SettingKind>,
    /// An audit log with a declaration that counts.
    pub ual_declared: bool,
    /// Sign-in logs with a declaration that counts.
    pub signins_declared: bool,
    /// Somebody got in.
    pub takeover: bool,
    /// Fraudulent mails were found.
    pub mails: bool,
    /// Every mailbox somebody got into is there, declared whole.
    pub snapshot: bool,
}

/// Lists what to fetch or to do, what would settle most scopes first.
pub fn next_evidence(given: &Given, scopes: &[Scope]) -> Vec<NextEvidence> {
    let open: Vec<&Scope> =
        scopes.iter().filter(|it| it.verdict == ScopeVerdict::CannotTell).collect();
    let of_account = |it: &&Scope| it.scope.starts_with("settings:");
    let unseen = scopes
        .iter()
        .filter(of_account)
        .any(|it| it.limits.iter().any(|limit| limit == "state_not_seen"));
    let mut found: Vec<NextEvidence> = offers(given, &open, unseen)
        .into_iter()
        .filter(|it| it.wanted || open.iter().any(|scope| (it.settles)(scope)))
        .map(|it| NextEvidence {
            source: it.source.into(),
            how: it.how.text(),
            why: it.why.text(),
            would_settle: open
                .iter()
                .filter(|scope| (it.settles)(scope))
                .map(|scope| scope.scope.clone())
                .collect(),
        })
        .collect();
    // Stable: of equal worth, what the list below names first.
    found.sort_by_key(|it| std::cmp::Reverse(it.would_settle.len()));
    found
}

/// Something to fetch or to do.
struct Offer<'a> {
    source: &'static str,
    how: Phrase,
    why: Phrase,
    /// Wanted whatever the scopes say.
    wanted: bool,
    settles: Settles<'a>,
}

type Settles<'a> = Box<dyn Fn(&Scope) -> bool + 'a>;

fn offer<'a>(
    source: &'static str,
    (how, why): (Phrase, Phrase),
    wanted: bool,
    settles: Settles<'a>,
) -> Offer<'a> {
    Offer { source, how, why, wanted, settles }
}

fn outside(it: &Scope) -> bool {
    ["device:", "system:", "network:"].iter().any(|one| it.scope.starts_with(one))
}

fn has_gap(it: &Scope, whys: &[&str]) -> bool {
    it.coverage.gaps.iter().any(|gap| whys.contains(&gap.why.as_str()))
}

fn offers<'a>(given: &'a Given, open: &[&Scope], unseen: bool) -> Vec<Offer<'a>> {
    let mut found = logs(given);
    let blocked = open.iter().any(|it| !it.blocking.is_empty());
    let decide = offer(
        "decision",
        (DECIDE_HOW, DECIDE_WHY),
        blocked,
        Box::new(|it| !it.blocking.is_empty()),
    );
    found.insert(2.min(found.len()), decide);
    found.extend(beside(given, unseen));
    found
}

/// Logs to fetch, or to say what they were asked for.
fn logs<'a>(given: &'a Given) -> Vec<Offer<'a>> {
    let has = |kind| given.kinds.contains(&kind);
    let (ual, signins, inventory) = (has(Kind::Ual), has(Kind::Signins), has(Kind::Inventory));
    let again = ["not_collected", "capped", "truncated", "rejected", "late", "expired"];
    vec![
        offer(
            "ual",
            (UAL_HOW, UAL_WHY),
            !ual,
            Box::new(move |it| {
                let speakable = inventory || it.scope != "accounts:others";
                !outside(it) && speakable && (!ual || has_gap(it, &again))
            }),
        ),
        offer(
            "declaration",
            (DECLARE_HOW, DECLARE_WHY),
            ual && !given.ual_declared,
            Box::new(move |it| ual && !outside(it) && has_gap(it, &["not_stated"])),
        ),
        offer(
            "signins",
            (SIGNIN_HOW, SIGNIN_WHY),
            !signins,
            Box::new(move |it| !signins && it.scope.starts_with("account")),
        ),
        offer(
            "message_trace",
            (TRACE_HOW, TRACE_WHY),
            !has(Kind::MessageTrace) && given.takeover,
            Box::new(|_| false),
        ),
        offer(
            "ual_earlier",
            (EARLIER_HOW, EARLIER_WHY),
            false,
            // Where nobody stated what was asked for, stating it may be all that lacks.
            Box::new(move |it| {
                ual && has_gap(it, &["before_first_access"]) && !has_gap(it, &["not_stated"])
            }),
        ),
    ]
}

/// What makes the logs speak, and what stands outside them. `unseen`: what was set before the window is
/// still not known, be it that an export lacks columns or that nobody said when it was taken.
fn beside<'a>(given: &'a Given, unseen: bool) -> Vec<Offer<'a>> {
    let has = |kind| given.kinds.contains(&kind);
    let inventory = has(Kind::Inventory);
    let lacks = |kinds: &[SettingKind]| {
        given.takeover && kinds.iter().any(|kind| !given.settings.contains(kind))
    };
    let audited = given.settings.contains(&SettingKind::Mailbox);
    let methods = [SettingKind::Method, SettingKind::Registration];
    let methods = methods.iter().any(|kind| given.settings.contains(kind));
    let rights =
        lacks(&[SettingKind::Permission, SettingKind::Grant]) || (given.takeover && !methods);
    let rules = lacks(&[SettingKind::InboxRule, SettingKind::Mailbox])
        || (given.takeover && unseen && !rights);
    vec![
        offer(
            "mailbox",
            (MAILBOX_HOW, MAILBOX_WHY),
            given.takeover && !given.snapshot,
            Box::new(|_| false),
        ),
        offer(
            "inventory",
            (INVENTORY_HOW, INVENTORY_WHY),
            !inventory,
            Box::new(move |it| !inventory && it.scope == "accounts:others"),
        ),
        offer(
            "mailbox_audit_settings",
            (AUDIT_HOW, AUDIT_WHY),
            false,
            Box::new(move |it| !audited && has_gap(it, &["not_audited"])),
        ),
        offer("hole", (HOLE_HOW, HOLE_WHY), false, Box::new(|it| has_gap(it, &["hole"]))),
        offer("settings", (RULES_HOW, RULES_WHY), rules, Box::new(|_| false)),
        offer("settings_directory", (RIGHTS_HOW, RIGHTS_WHY), rights, Box::new(|_| false)),
        offer(
            "lists",
            (LISTS_HOW, LISTS_WHY),
            !has(Kind::List) && given.mails,
            Box::new(|_| false),
        ),
        offer("system", (SYSTEM_HOW, SYSTEM_WHY), false, Box::new(outside)),
    ]
}

#[cfg(test)]
mod tests {
    use model::findings::{Coverage, Gap};

    use super::*;

    fn scope(id: &str, why: &str) -> Scope {
        let gap = Gap { act: "read".into(), why: why.into(), ..Gap::default() };
        let coverage = Coverage { gaps: vec![gap], ..Coverage::default() };
        Scope { scope: id.into(), coverage, ..Scope::default() }
    }

    #[test]
    fn what_settles_most_comes_first() {
        let scopes = [
            scope("mailbox:a@x/inbox", "not_audited"),
            scope("mailbox:a@x/sent", "not_audited"),
            scope("account:a@x", "not_stated"),
            scope("device:PC", "not_collected"),
        ];
        let kinds = BTreeSet::from([Kind::Ual, Kind::Signins, Kind::Inventory]);
        let given = Given { kinds, ual_declared: true, signins_declared: true, ..Given::default() };
        let it = next_evidence(&given, &scopes);
        let order: Vec<(&str, usize)> =
            it.iter().map(|it| (it.source.as_str(), it.would_settle.len())).collect();
        assert_eq!(order, [("mailbox_audit_settings", 2), ("declaration", 1), ("system", 1)]);
    }

    #[test]
    fn with_nothing_at_all_the_audit_log_comes_first() {
        let it = next_evidence(&Given { takeover: true, ..Given::default() }, &[]);
        assert_eq!(it[0].source, "ual");
        assert!(it.iter().any(|it| it.source == "message_trace"));
    }

    #[test]
    fn an_export_that_is_there_is_not_asked_for() {
        let asked = |settings: &[SettingKind], gap: &str| -> Vec<String> {
            let settings = settings.iter().copied().collect();
            let given = Given { takeover: true, settings, ..Given::default() };
            let found = next_evidence(&given, &[scope("mailbox:a@x/inbox", gap)]);
            let of = ["settings", "settings_directory", "mailbox_audit_settings"];
            found.into_iter().map(|it| it.source).filter(|it| of.contains(&it.as_str())).collect()
        };
        use SettingKind::{Grant, InboxRule, Mailbox, Method, Permission, Registration};
        let all = ["mailbox_audit_settings", "settings", "settings_directory"];
        assert_eq!(asked(&[], "not_audited"), all);
        assert_eq!(asked(&[InboxRule], "capped"), ["settings", "settings_directory"]);
        assert_eq!(asked(&[InboxRule, Mailbox], "not_audited"), ["settings_directory"]);
        let most = [InboxRule, Mailbox, Permission, Grant];
        assert_eq!(asked(&most, "not_audited"), ["settings_directory"]);
        for methods in [Method, Registration] {
            assert!(asked(&[&most[..], &[methods]].concat(), "not_audited").is_empty());
        }
    }
}
