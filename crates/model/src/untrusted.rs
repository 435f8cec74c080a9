use serde::{Deserialize, Serialize};

/// Text that came out of evidence, and so may be the attacker's.
///
/// It has no `Display`: whoever writes it out must choose the escaping of the place it goes to
/// (terminal, HTML, CSV, XLSX, mail header). It never enters a sentence of the program's own.
#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[derive(schemars::JsonSchema)]
pub struct Untrusted(String);

impl Untrusted {
    /// Marks text as the evidence's.
    pub fn new(text: impl Into<String>) -> Untrusted {
        Untrusted(text.into())
    }

    /// Returns the text for comparing, counting and storing; a sink must escape it.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// Tells whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the text fit for a terminal: control characters (C0, C1), bidirectional and
    /// invisible formatting characters are written as `\u{…}`; nothing can move the cursor,
    /// recolour the screen or reverse the reading order.
    pub fn for_terminal(&self) -> String {
        let mut out = String::with_capacity(self.0.len());
        for c in self.0.chars() {
            if is_dangerous(c) {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
            } else {
                out.push(c);
            }
        }
        out
    }

    /// Returns the text fit for one CSV or XLSX cell: never begins as a formula
    /// (`=`, `+`, `-`, `@`, tab, line break), holds no control character. Quoting is the writer's.
    pub fn for_cell(&self) -> String {
        let clean: String =
            self.0.chars().map(|c| if c != '\n' && is_dangerous(c) { ' ' } else { c }).collect();
        match clean.chars().next() {
            Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
                format!("'{clean}")
            }
            _ => clean,
        }
    }

    /// Returns a link that cannot be clicked: `http` becomes `hxxp`, dots of the host `[.]`.
    pub fn defanged(&self) -> String {
        let text = self.for_terminal();
        let Some((scheme, rest)) = text.split_once("://") else { return text.replace('.', "[.]") };
        let (host, tail) = match rest.find(['/', '?', '#']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let scheme = scheme.to_ascii_lowercase().replace("http", "hxxp");
        format!("{scheme}://{}{tail}", host.replace('.', "[.]"))
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Untrusted {
        Untrusted(text.to_owned())
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Untrusted {
        Untrusted(text)
    }
}

fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{061c}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_evidence_can_act() {
        assert_eq!(
            Untrusted::from("\u{1b}[31mred\u{202e}").for_terminal(),
            "\\u{1b}[31mred\\u{202e}"
        );
        assert_eq!(Untrusted::from("=1+1").for_cell(), "'=1+1");
        assert_eq!(Untrusted::from("plain").for_cell(), "plain");
        let link = Untrusted::from("https://login.example.com/a.b?c");
        assert_eq!(link.defanged(), "hxxps://login[.]example[.]com/a.b?c");
    }
}
