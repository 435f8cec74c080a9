//! The answer as one screen of text: what a manager reads first.

mod cleared;
mod sheet;
mod story;
mod unknowns;

use model::{
    Phrase,
    findings::{Findings, OutcomeValue},
};

use crate::{
    Language,
    claims::{shell_quoted, why_command},
    figures::{Unit, amount, limits, number, trust},
    names::safe,
    times,
    width::pad,
    words::{word, written},
};
use sheet::Sheet;

/// Most next steps the screen names; the report names all.
const STEPS: usize = 2;
/// Most deadlines the screen names.
const DEADLINES: usize = 3;

/// Writes the answer on one screen. `folder` is the case folder as the user named it; `colour`
/// adds emphasis and never meaning.
pub fn screen(
    findings: &Findings,
    language: &Language,
    width: usize,
    colour: bool,
    folder: &str,
) -> String {
    let mut sheet = Sheet::new(*language, width, colour);
    title(&mut sheet, findings);
    sheet.head(Phrase::new("screen.happened", "What happened"));
    story::tell(&mut sheet, findings);
    figures(&mut sheet, findings);
    cleared::tell(&mut sheet, findings);
    sheet.head(Phrase::new("screen.unknown", "What cannot be told yet"));
    unknowns::tell(&mut sheet, findings);
    steps(&mut sheet, findings);
    deadlines(&mut sheet, findings);
    foot(&mut sheet, findings, folder);
    sheet.finish()
}

fn title(sheet: &mut Sheet, findings: &Findings) {
    let outcome = word(sheet.language, "outcome", &written(findings.outcome.value));
    let name = safe(&findings.case.name);
    let text = if name.is_empty() { outcome } else { format!("{outcome} — {name}") };
    sheet.title(&text, findings.outcome.value);
}

fn figures(sheet: &mut Sheet, findings: &Findings) {
    sheet.head(Phrase::new("screen.figures", "Figures"));
    let mail = &findings.mail;
    let rows = [
        (Phrase::new("report.mail_messages", "Fraudulent mails"), &mail.messages, Unit::Messages),
        (
            Phrase::new("report.mail_recipients", "Recipients of these"),
            &mail.recipients,
            Unit::Recipients,
        ),
        (
            Phrase::new("report.mail_unique_recipients", "Different addresses among them"),
            &mail.unique_recipients,
            Unit::Addresses,
        ),
        (Phrase::new("report.mail_failed", "Not delivered"), &mail.failed, Unit::Recipients),
        (
            Phrase::new("report.mail_known_recipients", "Addresses found in the lists held"),
            &mail.known_recipients,
            Unit::Addresses,
        ),
        (
            Phrase::new("report.exposure_addresses", "Addresses that may have been exposed"),
            &findings.exposure.addresses,
            Unit::Addresses,
        ),
        (
            Phrase::new("report.exposure_shown", "Addresses displayed in lists"),
            &findings.exposure.addresses_shown,
            Unit::Addresses,
        ),
        (
            Phrase::new("report.exposure_people", "People behind these"),
            &findings.exposure.people,
            Unit::People,
        ),
    ];
    let language = sheet.language;
    let names: Vec<String> = rows.iter().map(|(label, ..)| language.word(*label)).collect();
    let values: Vec<String> =
        rows.iter().map(|(_, it, unit)| amount(it, *unit, language)).collect();
    let label_width = names.iter().map(|it| crate::width::columns(it)).max().unwrap_or(0);
    let value_width = values.iter().map(|it| crate::width::columns(it)).max().unwrap_or(0);
    let mut above: &[String] = &[];
    for ((name, value), (_, figure, _)) in names.iter().zip(&values).zip(&rows) {
        let gap = " ".repeat(value_width - crate::width::columns(value));
        let line = format!("{}  {gap}{value}  ", pad(name, label_width));
        let limits = limits(&figure.limits, language);
        let mut trust = trust(figure, language);
        if !limits.is_empty() && figure.limits == above {
            trust
                .push_str(&language.word(Phrase::new("screen.limits_above", " (limits as above)")));
        } else if !limits.is_empty() {
            trust.push_str(&language.say(
                Phrase::new("screen.limits", " ({limits})"),
                &[("limits", &limits.join(" / "))],
            ));
        }
        above = &figure.limits;
        sheet.item_wide(&line, &trust);
    }
}

fn steps(sheet: &mut Sheet, findings: &Findings) {
    if findings.next_evidence.is_empty() {
        return;
    }
    sheet.head(Phrase::new("screen.next", "Next steps"));
    let code = sheet.language.code();
    for (at, next) in findings.next_evidence.iter().take(STEPS).enumerate() {
        sheet.item(&format!("{}. ", at + 1), next.how.in_language(code));
    }
    let more = findings.next_evidence.len().saturating_sub(STEPS);
    if more > 0 {
        let phrase = Phrase::new("screen.more_steps", "{n} more step(s) in the report");
        let text = sheet.language.say(phrase, &[("n", &number(more as u64))]);
        sheet.bullet(&text);
    }
}

fn deadlines(sheet: &mut Sheet, findings: &Findings) {
    sheet.head(Phrase::new("screen.deadline", "Deadlines"));
    let language = sheet.language;
    if findings.deadlines.is_empty() {
        sheet.bullet(&language.word(no_deadline(findings.outcome.value)));
        return;
    }
    let mut due: Vec<_> = findings.deadlines.iter().collect();
    // Those without a day come last.
    due.sort_by_key(|it| (it.due.is_none(), it.due.clone()));
    for deadline in due.iter().take(DEADLINES) {
        let what = word(language, "deadline", &deadline.what);
        let phrase = match (&deadline.due, deadline.hard) {
            (None, _) => Phrase::new("screen.due_promptly", "promptly: {what} ({organisation})"),
            (_, true) => Phrase::new("screen.due_hard", "by {day}: {what} ({organisation})"),
            (_, false) => {
                Phrase::new("screen.due_guide", "by {day} as a guide: {what} ({organisation})")
            }
        };
        let day = deadline.due.as_deref().unwrap_or_default();
        let args = [("day", day), ("what", &what), ("organisation", &safe(&deadline.organisation))];
        sheet.bullet(&language.say(phrase, &args));
    }
}

fn no_deadline(outcome: OutcomeValue) -> Phrase {
    match outcome {
        OutcomeValue::Takeover | OutcomeValue::Suspected => Phrase::new(
            "screen.no_deadline",
            "None could be counted. State in konseki.toml the organisation, its jurisdiction and the day on which any part of it first knew ([[organisation]] knowledge).",
        ),
        _ => Phrase::new(
            "screen.no_clock",
            "None is counted, because the evidence read shows no takeover so far. Whether there is a duty is for a person to decide.",
        ),
    }
}

fn foot(sheet: &mut Sheet, findings: &Findings, folder: &str) {
    sheet.head(Phrase::new("screen.basis", "Evidence and report"));
    let language = sheet.language;
    let rejected: u64 = findings.evidence.iter().map(|it| it.rejected).sum();
    let files = number(findings.evidence.len() as u64);
    let rows: u64 = findings.evidence.iter().map(|it| it.rows).sum();
    let args =
        [("files", files.as_str()), ("rows", &number(rows)), ("rejected", &number(rejected))];
    let phrase = if rejected == 0 {
        Phrase::new("screen.read_all", "{files} files, {rows} rows read; none rejected.")
    } else {
        Phrase::new(
            "screen.read_some",
            "{files} files, {rows} rows read; {rejected} rejected (konseki show evidence).",
        )
    };
    let mut text = language.say(phrase, &args);
    if let Some(at) = &findings.case.as_of {
        let zone = times::zone(&findings.case.timezone);
        text.push_str(
            &language.say(
                Phrase::new("screen.as_of", " As of {at}."),
                &[("at", &times::when(at, &zone))],
            ),
        );
    }
    sheet.bullet(&text);
    let folder = safe(folder.trim_end_matches(['/', '\\']));
    let report = format!("{folder}/report.{}.html", language.code());
    let all = format!("{folder}/findings.json");
    sheet.bullet(&language.say(
        Phrase::new("screen.files", "Report: {report}   Findings: {findings}"),
        &[("report", &report), ("findings", &all)],
    ));
    let mut why = why_command("mail.messages");
    if folder != "konseki-case" && folder != "./konseki-case" {
        why.push_str(&format!(" --case-dir {}", shell_quoted(&folder)));
    }
    sheet.bullet(
        &language
            .say(Phrase::new("screen.why", "Why a figure is so: {command}"), &[("command", &why)]),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{sample, width::columns};

    #[test]
    fn the_answer_fits_on_one_screen() {
        for language in Language::all() {
            for findings in [sample::founding(), sample::little(), sample::clean()] {
                let text = screen(&findings, language, 100, false, "konseki-case");
                assert!(text.lines().count() <= 45, "{} lines\n{text}", text.lines().count());
                assert!(text.lines().all(|it| columns(it) <= 100), "{text}");
            }
        }
    }

    #[test]
    fn every_outcome_is_told_at_any_width() {
        for value in [
            OutcomeValue::Takeover,
            OutcomeValue::Suspected,
            OutcomeValue::NoneShown,
            OutcomeValue::NotATakeover,
            OutcomeValue::CannotTell,
        ] {
            for width in [0, 20, 40, 80, 200] {
                for language in Language::all() {
                    let mut findings = sample::founding();
                    findings.outcome.value = value;
                    assert!(!screen(&findings, language, width, true, "x").is_empty());
                }
            }
        }
    }

    #[test]
    fn the_founding_incident_is_told() {
        let text = screen(&sample::founding(), &crate::JA, 100, false, "konseki-case");
        for part in [
            "2025-10-01 21:13 (+09:00)",
            "7,921 通",
            "送信済みアイテム",
            "konseki why 'mail.messages'",
            "2025-12-01",
        ] {
            assert!(text.contains(part), "{part} is missing:\n{text}");
        }
    }

    #[test]
    fn evidence_cannot_act_on_the_terminal() {
        let text = screen(&sample::hostile(), &crate::EN, 100, false, "konseki-case");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
        assert!(!text.contains('\u{202e}'));
    }
}
