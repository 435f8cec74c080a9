//! The sheet the screen is written on: headings, bullets, wrapped lines, colour.

use model::{Phrase, findings::OutcomeValue};

use crate::{
    Language,
    names::safe,
    width::{columns, wrap},
};

/// Narrowest room a text beside columns is wrapped into.
const ROOM: usize = 24;

/// Lines so far. Every text passes [`safe`] here, so that nothing out of evidence can act.
pub(super) struct Sheet {
    pub(super) language: Language,
    width: usize,
    colour: bool,
    lines: Vec<String>,
}

impl Sheet {
    pub(super) fn new(language: Language, width: usize, colour: bool) -> Sheet {
        Sheet { language, width: width.clamp(40, 120), colour, lines: Vec::new() }
    }

    /// The one line that says the outcome, underlined.
    pub(super) fn title(&mut self, text: &str, outcome: OutcomeValue) {
        let code = match outcome {
            OutcomeValue::Takeover => "1;31",
            OutcomeValue::Suspected => "1;33",
            OutcomeValue::NoneShown | OutcomeValue::NotATakeover | OutcomeValue::CannotTell => "1",
        };
        for line in wrap(&safe(text), self.width) {
            let line = self.painted(&line, code);
            self.lines.push(line);
        }
        self.lines.push("─".repeat(self.width / columns("─").max(1)));
    }

    /// A heading, with an empty line before it unless it is the first.
    pub(super) fn head(&mut self, phrase: Phrase) {
        if self.lines.len() > 2 {
            self.lines.push(String::new());
        }
        let text = self.language.word(phrase);
        let line = self.painted(&text, "1");
        self.lines.push(line);
    }

    /// A sentence with a mark before it.
    pub(super) fn bullet(&mut self, text: &str) {
        self.item("- ", text);
    }

    /// A text after a mark, its further lines set under its first.
    pub(super) fn item(&mut self, mark: &str, text: &str) {
        let indent = 2 + columns(mark);
        for (at, line) in
            wrap(&safe(text), self.width.saturating_sub(indent)).into_iter().enumerate()
        {
            let before = if at == 0 { format!("  {mark}") } else { " ".repeat(indent) };
            self.lines.push(before + &line);
        }
    }

    /// A line of columns with a text after them: the text wraps under its beginning, and goes below
    /// the columns where they leave it no room. Nothing is cut, for a limit cut off is a limit unsaid.
    pub(super) fn item_wide(&mut self, before: &str, text: &str) {
        let room = self.width.saturating_sub(columns(before) + 2);
        if room >= ROOM || columns(text) <= room {
            self.item(before, text);
            return;
        }
        self.lines.extend(
            wrap(before.trim_end(), self.width - 2).into_iter().map(|it| format!("  {it}")),
        );
        self.item("  ", text);
    }

    pub(super) fn finish(self) -> String {
        let mut out = self.lines.join("\n");
        out.push('\n');
        out
    }

    fn painted(&self, text: &str, code: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
