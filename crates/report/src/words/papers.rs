//! Evidence, decisions, statements, duties.

use model::Phrase;

use super::Area;

pub(super) const AREAS: &[Area] = &[
    (
        "kind",
        &[
            ("ual", Phrase::new("report.kind_ual", "unified audit log")),
            ("signins", Phrase::new("report.kind_signins", "sign-in log")),
            ("entra_audit", Phrase::new("report.kind_entra_audit", "directory audit log")),
            ("message_trace", Phrase::new("report.kind_message_trace", "message trace")),
            ("mailbox", Phrase::new("report.kind_mailbox", "mailbox content")),
            ("list", Phrase::new("report.kind_list", "address list")),
            ("inventory", Phrase::new("report.kind_inventory", "list of accounts")),
            ("settings", Phrase::new("report.kind_settings", "settings export")),
            ("evtx", Phrase::new("report.kind_evtx", "Windows event log")),
            ("firewall", Phrase::new("report.kind_firewall", "firewall log")),
            ("proxy", Phrase::new("report.kind_proxy", "proxy log")),
            ("web", Phrase::new("report.kind_web", "web server log")),
            ("database", Phrase::new("report.kind_database", "database log")),
            ("application", Phrase::new("report.kind_application", "application log")),
            ("case_file", Phrase::new("report.kind_case_file", "case file")),
            ("container", Phrase::new("report.kind_container", "archive")),
            ("statement", Phrase::new("report.kind_statement", "statement")),
            ("unknown", Phrase::new("report.kind_unknown", "not recognised")),
        ],
    ),
    (
        "warning",
        &[
            ("unknown_file", Phrase::new("report.warning_unknown_file", "file not recognised")),
            (
                "conflict",
                Phrase::new("report.warning_conflict", "records that contradict each other"),
            ),
            ("lossy_export", Phrase::new("report.warning_lossy_export", "losses in the export")),
            ("capped", Phrase::new("report.warning_capped", "export at a row limit")),
            (
                "ambiguous_dates",
                Phrase::new("report.warning_ambiguous_dates", "times cannot be placed"),
            ),
            ("text_lost", Phrase::new("report.warning_text_lost", "letters lost")),
            (
                "case_file_in_evidence",
                Phrase::new("report.warning_case_file_in_evidence", "case file among the evidence"),
            ),
            (
                "decision_without_match",
                Phrase::new("report.warning_decision_without_match", "decision without records"),
            ),
            (
                "decision_against_fact",
                Phrase::new(
                    "report.warning_decision_against_fact",
                    "decision against a strong fact",
                ),
            ),
            (
                "as_of_from_records",
                Phrase::new(
                    "report.warning_as_of_from_records",
                    "as-of time taken from the records",
                ),
            ),
            ("no_inventory", Phrase::new("report.warning_no_inventory", "no list of accounts")),
            ("encrypted", Phrase::new("report.warning_encrypted", "encrypted")),
            ("limit_hit", Phrase::new("report.warning_limit_hit", "safety limit reached")),
            ("file_gone", Phrase::new("report.warning_file_gone", "file no longer there")),
        ],
    ),
    (
        "decision",
        &[
            ("session", Phrase::new("report.decision_session", "session")),
            ("network", Phrase::new("report.decision_network", "network")),
            ("device", Phrase::new("report.decision_device", "device")),
            ("app", Phrase::new("report.decision_app", "app")),
            ("account", Phrase::new("report.decision_account", "account")),
            ("source", Phrase::new("report.decision_source", "export")),
            ("mail", Phrase::new("report.decision_mail", "mail")),
            ("scope", Phrase::new("report.decision_scope", "scope")),
            ("folder", Phrase::new("report.decision_folder", "folder")),
            ("containment", Phrase::new("report.decision_containment", "containment")),
        ],
    ),
    (
        "decided",
        &[
            ("attacker", Phrase::new("report.decided_attacker", "attacker")),
            ("owner", Phrase::new("report.decided_owner", "owner")),
            ("other_person", Phrase::new("report.decided_other_person", "another entitled person")),
            ("service", Phrase::new("report.decided_service", "service")),
            ("compromised", Phrase::new("report.decided_compromised", "compromised")),
            ("not_compromised", Phrase::new("report.decided_not_compromised", "not compromised")),
            ("person", Phrase::new("report.decided_person", "person")),
            ("role", Phrase::new("report.decided_role", "role mailbox")),
            ("shared", Phrase::new("report.decided_shared", "shared mailbox")),
            ("fraudulent", Phrase::new("report.decided_fraudulent", "fraudulent")),
            ("legitimate", Phrase::new("report.decided_legitimate", "legitimate")),
            ("attested", Phrase::new("report.decided_attested", "attested")),
            ("unreachable", Phrase::new("report.decided_unreachable", "unreachable")),
        ],
    ),
    (
        "about",
        &[
            ("dark_web", Phrase::new("report.about_dark_web", "dark web")),
            ("complaints", Phrase::new("report.about_complaints", "complaints")),
            ("secondary_damage", Phrase::new("report.about_secondary_damage", "secondary damage")),
            ("cause", Phrase::new("report.about_cause", "cause")),
        ],
    ),
    (
        "exposure_kind",
        &[
            ("listed", Phrase::new("report.exposure_kind_listed", "shown in a list")),
            ("read", Phrase::new("report.exposure_kind_read", "read")),
            ("synced", Phrase::new("report.exposure_kind_synced", "synchronised")),
            ("downloaded", Phrase::new("report.exposure_kind_downloaded", "downloaded")),
        ],
    ),
    (
        "cause",
        &[
            ("exposed", Phrase::new("report.cause_exposed", "may have been exposed")),
            (
                "sent_fraudulent_mail",
                Phrase::new("report.cause_sent_fraudulent_mail", "was sent fraudulent mail"),
            ),
        ],
    ),
    (
        "channel",
        &[
            ("mail", Phrase::new("report.channel_mail", "mail")),
            ("public_notice", Phrase::new("report.channel_public_notice", "public notice")),
        ],
    ),
    (
        "legal_state",
        &[
            ("leak", Phrase::new("report.legal_state_leak", "leak")),
            ("risk_of_leak", Phrase::new("report.legal_state_risk_of_leak", "risk of a leak")),
            ("none", Phrase::new("report.legal_state_none", "none")),
            (
                "undecided",
                Phrase::new(
                    "report.legal_state_undecided",
                    "not decided yet (a person's decision)",
                ),
            ),
        ],
    ),
    (
        "deadline",
        &[
            (
                "ppc-prelim",
                Phrase::new(
                    "report.deadline_ppc_prelim",
                    "preliminary report to the Personal Information Protection Commission",
                ),
            ),
            (
                "ppc-final",
                Phrase::new(
                    "report.deadline_ppc_final",
                    "final report to the Personal Information Protection Commission",
                ),
            ),
            (
                "person-notice",
                Phrase::new("report.deadline_person_notice", "notice to the persons concerned"),
            ),
            (
                "ppc-report",
                Phrase::new(
                    "report.deadline_ppc_report",
                    "report to the Personal Information Protection Commission",
                ),
            ),
        ],
    ),
    (
        "source",
        &[
            ("ual", Phrase::new("report.source_ual", "unified audit log")),
            ("message_trace", Phrase::new("report.source_message_trace", "message trace")),
            ("mailbox", Phrase::new("report.source_mailbox", "mailbox content")),
        ],
    ),
];
