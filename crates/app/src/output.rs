//! Where text for the user goes. A closed pipe (`konseki show | head`) ends quietly.

use std::io::{self, IsTerminal, Write};

/// Writes to standard output.
pub(crate) fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    if !text.ends_with('\n') {
        let _ = out.write_all(b"\n");
    }
    let _ = out.flush();
}

/// Copies bytes to standard output.
pub(crate) fn bytes(from: &mut dyn io::Read) -> io::Result<()> {
    let mut out = io::stdout().lock();
    io::copy(from, &mut out)?;
    out.flush()
}

/// Whether standard output is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Writes a line to standard error.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Whether colour helps: a terminal, and `NO_COLOR` not set.
pub(crate) fn colour() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty())
}

/// Whether progress is shown: standard error is a terminal.
pub(crate) fn shows_progress() -> bool {
    io::stderr().is_terminal()
}

/// Columns of the terminal; 100 where that is not known.
pub(crate) fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|it| it.parse().ok());
    let width = columns.or_else(|| {
        let size = indicatif::TermLike::width(&console::Term::stdout());
        io::stdout().is_terminal().then_some(usize::from(size))
    });
    width.unwrap_or(100).clamp(40, 140)
}
