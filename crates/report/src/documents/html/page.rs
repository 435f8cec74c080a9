//! What every section needs: words, times, figures that open their basis, tables.

use jiff::tz::TimeZone;
use maud::{Markup, html};
use model::{
    Phrase, Text,
    findings::{Figure, Findings, Reason},
};

use crate::{
    Language,
    claims::why_command,
    figures::{Unit, amount, limits, none_shown, number, trust},
    names::safe,
    times,
    words::{word, written},
};

/// Rows above which a table is folded.
const FOLDED: usize = 200;
/// Rows above which the rest is left to `konseki show`.
const MOST: usize = 2_000;

/// A row of a table: its cells, and what is set below them over the whole width. Long texts stand
/// below, for a narrow column breaks them into single letters on paper.
pub(super) struct Row {
    cells: Vec<Markup>,
    below: Option<Markup>,
}

impl Row {
    pub(super) fn with(cells: Vec<Markup>, below: Option<Markup>) -> Row {
        Row { cells, below }
    }
}

impl From<Vec<Markup>> for Row {
    fn from(cells: Vec<Markup>) -> Row {
        Row { cells, below: None }
    }
}

/// The findings, and how they are said.
pub(super) struct Page<'a> {
    pub(super) findings: &'a Findings,
    pub(super) language: Language,
    pub(super) zone: TimeZone,
}

impl<'a> Page<'a> {
    pub(super) fn new(findings: &'a Findings, language: Language) -> Page<'a> {
        Page { findings, language, zone: times::zone(&findings.case.timezone) }
    }

    pub(super) fn say(&self, phrase: Phrase, args: &[(&str, &str)]) -> String {
        self.language.say(phrase, args)
    }

    pub(super) fn t(&self, phrase: Phrase) -> String {
        self.language.word(phrase)
    }

    /// A label and what it says: `Kind: none`.
    pub(super) fn pair(&self, label: Phrase, value: &str) -> String {
        let args = [("label", self.t(label)), ("value", value.to_owned())];
        let args = args.each_ref().map(|(name, it)| (*name, it.as_str()));
        self.say(Phrase::new("show.pair", "{label}: {value}"), &args)
    }

    pub(super) fn word(&self, area: &str, it: &str) -> String {
        word(self.language, area, it)
    }

    pub(super) fn text(&self, text: &Text) -> String {
        safe(text.in_language(self.language.code()))
    }

    /// Local time with offset, UTC beside it.
    pub(super) fn time(&self, at: &str) -> Markup {
        html! {
            (self.local(at))
            span.utc { (safe(&times::utc(at))) }
        }
    }

    pub(super) fn maybe_time(&self, at: Option<&String>) -> Markup {
        at.map_or_else(|| html! { "—" }, |it| self.time(it))
    }

    /// Two instants as one line, and the same in UTC below.
    pub(super) fn span(&self, from: &str, to: &str) -> Markup {
        html! { (self.local(from)) " – " (self.local(to)) span.utc { (safe(&times::utc(from))) " – " (safe(&times::utc(to))) } }
    }

    /// Two instants as a narrow cell: the first, the last, and both in UTC; one alone if they are one.
    pub(super) fn period(&self, from: &str, to: &str) -> Markup {
        html! {
            (self.local(from))
            @if from == to { span.utc { (safe(&times::utc(from))) } } @else {
                br; span.nw { "– " (self.local(to)) }
                span.utc { (safe(&times::utc(from))) br; "– " (safe(&times::utc(to))) }
            }
        }
    }

    fn local(&self, at: &str) -> Markup {
        html! { time datetime=(safe(at)) { (safe(&times::when(at, &self.zone))) } }
    }

    /// A section with its heading.
    pub(super) fn section(&self, id: &str, title: Phrase, inside: Markup) -> Markup {
        html! {
            section id=(id) aria-labelledby={ (id) "-h" } {
                h2 id={ (id) "-h" } { (self.t(title)) }
                (inside)
            }
        }
    }

    /// A number that opens the command which shows its records.
    pub(super) fn count(&self, claim: &str, value: u64) -> Markup {
        self.opened(claim, &number(value))
    }

    /// Any text that opens the command which shows its records.
    pub(super) fn opened(&self, claim: &str, shown: &str) -> Markup {
        html! {
            details.n data-claim=(safe(claim)) {
                summary { (shown) }
                div { code { (safe(&why_command(claim))) } }
            }
        }
    }

    /// A figure as a card: label, value, how far it can be trusted, its limits, its basis. The limits
    /// are never folded away: without them the number says too much.
    pub(super) fn card(&self, claim: &str, label: Phrase, figure: &Figure, unit: Unit) -> Markup {
        let why = limits(&figure.limits, self.language);
        let none = none_shown(figure);
        html! {
            li data-claim=(safe(claim)) {
                span.label { (self.t(label)) }
                span class=(if none { "value words" } else { "value" }) { (amount(figure, unit, self.language)) }
                span class={ "trust " (written(figure.is)) } { (trust(figure, self.language)) }
                @if !why.is_empty() { ul.limits { @for it in &why { li { (it) } } } }
                details {
                    summary { (self.t(Phrase::new("report.basis", "Basis"))) }
                    p { code { (safe(&why_command(claim))) } }
                }
            }
        }
    }

    /// Reasons with their weight and rule, strongest first as decided.
    pub(super) fn reasons(&self, reasons: &[Reason]) -> Markup {
        html! {
            @if !reasons.is_empty() {
                ul.reasons {
                    @for it in reasons {
                        li {
                            (self.text(&it.text))
                            " " span.rule { (self.word("class", &it.class)) " " (format!("{:+}", it.score)) " · " (safe(&it.rule)) }
                        }
                    }
                }
            }
        }
    }

    /// A table whose first column heads its rows. Many rows are folded, very many are left out and
    /// the command that shows them is named.
    pub(super) fn table<R: Into<Row>>(
        &self,
        caption: Phrase,
        head: &[Phrase],
        rows: Vec<R>,
        part: &str,
    ) -> Markup {
        if rows.is_empty() {
            return html! { p.note { (self.pair(caption, &self.t(Phrase::new("report.nothing", "none")))) } };
        }
        let count = rows.len();
        let table = html! {
            (self.whole_table(caption, head, rows.into_iter().take(MOST).collect()))
            @if count > MOST {
                p.note { (self.say(Phrase::new("report.rest", "{n} more: {command}"), &[("n", &number((count - MOST) as u64)), ("command", &format!("konseki show {part}"))])) }
            }
        };
        self.folded(table, count, count > FOLDED)
    }

    /// A table with all its rows, neither folded nor cut.
    pub(super) fn whole_table<R: Into<Row>>(
        &self,
        caption: Phrase,
        head: &[Phrase],
        rows: Vec<R>,
    ) -> Markup {
        html! {
            div.scroll { table class=[(head.len() > 5).then_some("wide")] {
                caption { (self.t(caption)) }
                thead { tr { @for it in head { th scope="col" { (self.t(*it)) } } } }
                @for row in rows { (body(row.into(), head.len())) }
            } }
        }
    }

    /// Folds a table behind the number of its rows. One of moderate length is printed whole; of a long
    /// one paper only says that it was left out.
    pub(super) fn folded(&self, table: Markup, rows: usize, fold: bool) -> Markup {
        if !fold {
            return table;
        }
        let label = self
            .say(Phrase::new("report.rows", "Table of {n} rows"), &[("n", &number(rows as u64))]);
        let unprinted = Phrase::new(
            "report.rows_unprinted",
            "A table of {n} rows is left out on paper; it stands in the HTML file.",
        );
        html! {
            details class=(if rows > FOLDED { "rows" } else { "rows short" }) { summary { (label) } (table) }
            @if rows > FOLDED {
                p.paper { (self.say(unprinted, &[("n", &number(rows as u64))])) }
            }
        }
    }

    /// The numbers of a picture, folded: paper has the picture.
    pub(super) fn beside_picture(&self, table: Markup, rows: usize) -> Markup {
        let label = self
            .say(Phrase::new("report.rows", "Table of {n} rows"), &[("n", &number(rows as u64))]);
        html! { details.rows { summary { (label) } (table) } }
    }

    /// A verdict as a chip: its word carries the meaning, colour and border only repeat it.
    pub(super) fn chip(&self, area: &str, it: &str) -> Markup {
        let class = match it {
            "compromised" | "attacker" | "trace_found" => "bad",
            "suspected" => "doubt",
            "no_trace" | "owner" | "other_person" | "service" => "good",
            _ => "open",
        };
        html! { span class={ "chip " (class) } { (self.word(area, it)) } }
    }
}

/// One row as a body of its own, so that paper does not part a row from what stands below it.
fn body(row: Row, columns: usize) -> Markup {
    html! {
        tbody {
            tr class=[row.below.as_ref().map(|_| "over")] {
                @for (at, cell) in row.cells.into_iter().enumerate() {
                    @if at == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                }
            }
            @if let Some(below) = row.below { tr.below { td colspan=(columns) { (below) } } }
        }
    }
}

/// Texts, one a line.
pub(super) fn lines<T: AsRef<str>>(texts: &[T]) -> Markup {
    html! { @for (at, it) in texts.iter().enumerate() { @if at > 0 { br; } (safe(it.as_ref())) } }
}

/// A text as a cell.
pub(super) fn cell(text: &str) -> Markup {
    html! { (safe(text)) }
}

/// As [`cell`], for a name or path with no blank in it: it may be broken anywhere, so that one long
/// name does not widen the page and shrink the print.
pub(super) fn name_cell(text: &str) -> Markup {
    html! { span.who { (safe(text)) } }
}
