//! What to export and how, for a reader whose folder is still empty.

use model::Phrase;

use crate::Language;

/// One export: its name, the way through the menus, the command, why it matters.
struct Export {
    name: Phrase,
    menu: Phrase,
    cmdlet: &'static str,
    why: Phrase,
}

/// Most useful first; the sign-in log is second because it expires soonest.
const EXPORTS: &[Export] = &[
    Export {
        name: Phrase::new("show.export_ual", "Unified audit log (CSV)"),
        menu: Phrase::new(
            "show.export_ual_menu",
            "Purview portal > Audit > New search: all activities, all users, from 30 days before the first sign of trouble; export",
        ),
        cmdlet: "Search-UnifiedAuditLog -StartDate … -EndDate … -SessionId konseki -SessionCommand ReturnLargeSet -HighCompleteness | Export-Csv -Encoding utf8 ual.csv",
        why: Phrase::new("show.export_ual_why", "shows what was read, moved, deleted and sent"),
    },
    Export {
        name: Phrase::new(
            "show.export_signins",
            "Sign-in logs, interactive and non-interactive (JSON or CSV)",
        ),
        menu: Phrase::new(
            "show.export_signins_menu",
            "Entra admin centre > Monitoring > Sign-in logs > Download, each tab on its own. Kept 30 days only: do this first",
        ),
        cmdlet: "Get-MgAuditLogSignIn -All | ConvertTo-Json -Depth 10 > signins.json",
        why: Phrase::new(
            "show.export_signins_why",
            "shows country, device and failures; a stolen token shows in the non-interactive log only",
        ),
    },
    Export {
        name: Phrase::new("show.export_trace", "Message trace (CSV)"),
        menu: Phrase::new(
            "show.export_trace_menu",
            "Exchange admin centre > Mail flow > Message trace > Enhanced summary report. Kept 90 days",
        ),
        cmdlet: "Get-MessageTraceV2 -StartDate … -EndDate … -ResultSize 5000 | Export-Csv -Encoding utf8 trace.csv",
        why: Phrase::new(
            "show.export_trace_why",
            "shows every recipient and whether the mail was delivered",
        ),
    },
    Export {
        name: Phrase::new("show.export_inventory", "List of all mailboxes and users (CSV)"),
        menu: Phrase::new(
            "show.export_inventory_menu",
            "Microsoft 365 admin centre > Users > Active users > Export users",
        ),
        cmdlet: "Get-Mailbox -ResultSize Unlimited | Select UserPrincipalName,PrimarySmtpAddress,RecipientTypeDetails,EmailAddresses | Export-Csv -Encoding utf8 mailboxes.csv",
        why: Phrase::new(
            "show.export_inventory_why",
            "without it nobody can say «no other account»",
        ),
    },
    Export {
        name: Phrase::new(
            "show.export_lists",
            "Address lists the organisation holds (CSV, Excel, vCard)",
        ),
        menu: Phrase::new(
            "show.export_lists_menu",
            "members, seminar participants, business partners, the contacts of the account: Outlook > People > Export contacts",
        ),
        cmdlet: "",
        why: Phrase::new(
            "show.export_lists_why",
            "tells whether the fraudulent mails went to people you know",
        ),
    },
    Export {
        name: Phrase::new("show.export_mailbox", "The mailbox concerned, whole (PST, EML or mbox)"),
        menu: Phrase::new(
            "show.export_mailbox_menu",
            "Purview portal > eDiscovery > content search of the mailbox > Export (Recoverable Items and archive included); or Outlook > File > Open & Export > Import/Export > Outlook data file (.pst)",
        ),
        cmdlet: "New-MailboxExportRequest -Mailbox … -FilePath \\\\…\\mailbox.pst  (Exchange Server)",
        why: Phrase::new(
            "show.export_mailbox_why",
            "tells whose names and addresses stood in the folders that were looked at",
        ),
    },
];

/// Says what to export and how, with the menu path and the cmdlet of each.
pub fn what_to_export(language: &Language) -> String {
    let mut out = language.word(Phrase::new("show.export_intro", "No evidence was found here. Put these exports into one folder (names and sub-folders do not matter; .zip is fine):"));
    out.push('\n');
    let menu = language.word(Phrase::new("show.export_by_menu", "Menu"));
    let why = language.word(Phrase::new("show.export_because", "Why"));
    for (at, it) in EXPORTS.iter().enumerate() {
        out.push_str(&format!("\n{}. {}\n", at + 1, language.word(it.name)));
        out.push_str(&format!("   {menu}: {}\n", language.word(it.menu)));
        if !it.cmdlet.is_empty() {
            out.push_str(&format!("   PowerShell: {}\n", it.cmdlet));
        }
        out.push_str(&format!("   {why}: {}\n", language.word(it.why)));
    }
    out.push('\n');
    out.push_str(&language.word(Phrase::new(
        "show.export_partial",
        "One of them is enough to begin: konseki says what is still missing.",
    )));
    out.push('\n');
    out.push_str(&language.word(Phrase::new(
        "show.export_example",
        "To see an answer without evidence of your own: konseki investigate --example",
    )));
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_name_every_export() {
        for language in Language::all() {
            let text = what_to_export(language);
            for part in [
                "Search-UnifiedAuditLog",
                "Get-MgAuditLogSignIn",
                "Get-MessageTraceV2",
                "Get-Mailbox",
                "5. ",
                "New-MailboxExportRequest",
            ] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
    }
}
