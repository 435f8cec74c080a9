//! What was decided: outcome, accounts, sessions, scopes, figures.

use model::Phrase;

use super::Area;

pub(super) const AREAS: &[Area] = &[
    (
        "outcome",
        &[
            ("takeover", Phrase::new("report.outcome_takeover", "Account taken over")),
            ("suspected", Phrase::new("report.outcome_suspected", "Takeover suspected")),
            ("none_shown", Phrase::new("report.outcome_none_shown", "No takeover shown")),
            (
                "not_a_takeover",
                Phrase::new("report.outcome_not_a_takeover", "Not an account takeover"),
            ),
            ("cannot_tell", Phrase::new("report.outcome_cannot_tell", "Cannot be told yet")),
        ],
    ),
    (
        "account_verdict",
        &[
            ("compromised", Phrase::new("report.account_verdict_compromised", "compromised")),
            ("suspected", Phrase::new("report.account_verdict_suspected", "suspected")),
            ("no_trace", Phrase::new("report.account_verdict_no_trace", "no trace")),
            ("cannot_tell", Phrase::new("report.account_verdict_cannot_tell", "cannot tell yet")),
        ],
    ),
    (
        "account_type",
        &[
            ("person", Phrase::new("report.account_type_person", "person")),
            ("shared", Phrase::new("report.account_type_shared", "shared mailbox")),
            ("role", Phrase::new("report.account_type_role", "role mailbox")),
            ("guest", Phrase::new("report.account_type_guest", "guest")),
            ("service", Phrase::new("report.account_type_service", "service")),
        ],
    ),
    (
        "session_verdict",
        &[
            ("attacker", Phrase::new("report.session_verdict_attacker", "attacker")),
            ("suspected", Phrase::new("report.session_verdict_suspected", "suspected")),
            ("owner", Phrase::new("report.session_verdict_owner", "owner")),
            (
                "other_person",
                Phrase::new("report.session_verdict_other_person", "another entitled person"),
            ),
            ("service", Phrase::new("report.session_verdict_service", "Microsoft service or app")),
            ("unknown", Phrase::new("report.session_verdict_unknown", "unknown")),
        ],
    ),
    (
        "scope_verdict",
        &[
            ("trace_found", Phrase::new("report.scope_verdict_trace_found", "trace found")),
            ("no_trace", Phrase::new("report.scope_verdict_no_trace", "no trace")),
            ("cannot_tell", Phrase::new("report.scope_verdict_cannot_tell", "cannot tell yet")),
        ],
    ),
    (
        "is",
        &[
            ("exact", Phrase::new("report.is_exact", "certain")),
            ("at_least", Phrase::new("report.is_at_least", "at least")),
            ("at_most", Phrase::new("report.is_at_most", "at most")),
            ("unknown", Phrase::new("report.is_unknown", "unknown")),
        ],
    ),
    (
        "first_access_is",
        &[
            ("exact", Phrase::new("report.first_access_is_exact", "certain")),
            ("no_later_than", Phrase::new("report.first_access_is_no_later_than", "no later than")),
        ],
    ),
    (
        "how_is",
        &[
            ("shown", Phrase::new("report.how_is_shown", "shown by records")),
            ("consistent", Phrase::new("report.how_is_consistent", "consistent with the records")),
            ("unknown", Phrase::new("report.how_is_unknown", "unknown")),
        ],
    ),
    (
        "how",
        &[
            (
                "aitm_phishing",
                Phrase::new(
                    "report.how_aitm_phishing",
                    "phishing page that relays the sign-in (adversary in the middle)",
                ),
            ),
            ("token_theft", Phrase::new("report.how_token_theft", "stolen session token")),
            ("password_spray", Phrase::new("report.how_password_spray", "password spray")),
            ("password_guess", Phrase::new("report.how_password_guess", "password guessing")),
            ("device_code", Phrase::new("report.how_device_code", "device-code phishing")),
            (
                "legacy_auth",
                Phrase::new("report.how_legacy_auth", "old protocol without a second factor"),
            ),
            ("consent_app", Phrase::new("report.how_consent_app", "consent to a malicious app")),
            ("insider", Phrase::new("report.how_insider", "a person inside")),
            ("unknown", Phrase::new("report.how_unknown", "not known")),
        ],
    ),
];
