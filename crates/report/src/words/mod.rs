//! The closed vocabularies of the findings, each word as a reader understands it.

mod acts;
mod limits;
mod papers;
mod verdicts;

use model::Phrase;

use crate::{Language, safe};

/// One vocabulary: its name, and each of its words with what is said for it.
pub type Area = (&'static str, &'static [(&'static str, Phrase)]);

/// Every vocabulary, by the file it stands in.
pub const AREAS: &[&[Area]] = &[verdicts::AREAS, acts::AREAS, limits::AREAS, papers::AREAS];

/// Says a word of a vocabulary; one that is not in it is shown as it is, made harmless.
pub fn word(language: Language, area: &str, word: &str) -> String {
    let areas = AREAS.iter().copied().flatten();
    let words = areas.filter(|(name, _)| *name == area).flat_map(|(_, words)| words.iter());
    let found = words.into_iter().find(|(it, _)| *it == word);
    found.map_or_else(|| safe(word), |(_, phrase)| language.word(*phrase))
}

/// The word serde writes for a value of the findings (`trace_found`): its variants are all named in
/// camel case and written in snake case.
pub(crate) fn written<T: std::fmt::Debug>(value: T) -> String {
    let mut out = String::new();
    for c in format!("{value:?}").chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EN, JA};

    /// Contract §5, and the other closed vocabularies of §4.
    const CONTRACT: &[(&str, &str)] = &[
        (
            "how",
            "aitm_phishing token_theft password_spray password_guess device_code legacy_auth consent_app insider unknown",
        ),
        (
            "operation",
            "sign_in read sync search list send delete move update rule forward consent permission mfa_change device_change file_read file_download file_change export config other",
        ),
        (
            "act",
            "sign_in read sync send delete move update search config file_access connect execute",
        ),
        (
            "limit",
            "list_view token_refresh token_only not_contained state_not_seen no_geoip throttled lossy_export first_access_open no_snapshot lists_not_whole",
        ),
        (
            "missing",
            "older_than_retention not_audited not_collected refused_at_limit deleted never_left unexplained",
        ),
        (
            "warning",
            "unknown_file conflict lossy_export capped ambiguous_dates text_lost case_file_in_evidence decision_without_match decision_against_fact as_of_from_records no_inventory encrypted limit_hit file_gone",
        ),
        ("class", "network client device token link behaviour time"),
        ("outcome", "takeover suspected none_shown not_a_takeover cannot_tell"),
        ("account_verdict", "compromised suspected no_trace cannot_tell"),
        ("account_type", "person shared role guest service"),
        ("session_verdict", "attacker suspected owner other_person service unknown"),
        ("scope_verdict", "trace_found no_trace cannot_tell"),
        ("is", "exact at_least at_most unknown"),
        ("first_access_is", "exact no_later_than"),
        ("how_is", "shown consistent unknown"),
        ("basis", "declared inferred attested unreachable none"),
        (
            "gap",
            "not_collected expired capped truncated throttled not_licensed not_audited hole late rejected not_stated before_first_access",
        ),
        (
            "persistence",
            "inbox_rule forwarding consent app_credential mfa_method device delegate transport_rule connector new_account",
        ),
        (
            "kind",
            "ual signins entra_audit message_trace mailbox list inventory settings evtx firewall proxy web database application case_file container statement unknown",
        ),
        ("source", "ual message_trace mailbox"),
        ("exposure_kind", "listed read synced downloaded"),
        ("legal_state", "leak risk_of_leak none undecided"),
    ];

    #[test]
    fn every_word_of_the_contract_is_said_in_both_languages() {
        for (area, words) in CONTRACT {
            for it in words.split(' ') {
                let (en, ja) = (word(EN, area, it), word(JA, area, it));
                assert!(!en.contains('_'), "{area} {it}");
                assert_ne!(en, ja, "{area} {it} has no Japanese");
            }
        }
    }

    #[test]
    fn a_value_is_written_as_serde_writes_it() {
        use model::findings::{AccountVerdict, Is, OutcomeValue};
        assert_eq!(written(OutcomeValue::NotATakeover), "not_a_takeover");
        assert_eq!(written(AccountVerdict::CannotTell), "cannot_tell");
        assert_eq!(written(Is::AtLeast), "at_least");
    }

    #[test]
    fn a_foreign_word_is_shown_harmless() {
        assert_eq!(word(JA, "how", "\u{1b}[31m"), "\\u{1b}[31m");
    }
}
