//! Mail addresses: one normal form for matching, and every address in a cell.

use std::collections::BTreeSet;

use icu_normalizer::ComposingNormalizerBorrowed;

/// Longest address of SMTP (RFC 5321: 64 + 1 + 255 octets).
const LONGEST: usize = 320;

/// Returns the address for matching (design §4.2): NFKC, trimmed, lower case, full-width letters
/// folded, domain as IDNA ASCII, surrounding `<>`, quotes, `mailto:`, `smtp:` removed.
/// Plus-tags and dots stay. Gives the empty string if the text is no address.
pub fn normalise(text: &str) -> String {
    if text.len() > LONGEST * 4 {
        return String::new();
    }
    let mut now = fold(text);
    // Lower-casing and NFKC can each undo the other for a few letters: repeat until it stands.
    for _ in 0..4 {
        let next = one_pass(&now);
        if next == now {
            return now;
        }
        now = next;
    }
    String::new()
}

/// Returns every address in a cell, each once, in the order found: separated by `;` `,` `、`,
/// blanks or line breaks, also in the form `Name <a@b>` (a name that looks like an address
/// is no address).
pub fn all_in(text: &str) -> Vec<String> {
    let mut found = Found::default();
    let text = fold(text);
    for entry in entries(&text) {
        found.entry(entry);
    }
    found.list
}

/// Returns every mail address among proxy addresses, however they are joined: blank, `;`, `,`, line
/// break, or the `+` of the admin centre. Entries of other protocols (X.500, SIP) are left out.
pub fn proxies(text: &str) -> Vec<String> {
    const PROTOCOLS: [&str; 8] =
        ["smtp:", "sip:", "x500:", "spo:", "eum:", "x400:", "notes:", "im:"];
    let text = fold(text);
    let mut starts: Vec<usize> = PROTOCOLS
        .iter()
        .flat_map(|it| text.match_indices(it))
        .map(|(at, _)| at)
        .filter(|at| !text[..*at].ends_with(|c: char| c.is_ascii_alphanumeric()))
        .chain([0, text.len()])
        .collect();
    starts.sort_unstable();
    starts.dedup();
    let mut found = Found::default();
    for pair in starts.windows(2) {
        let piece = text[pair[0]..pair[1]].trim_end_matches(['+', ';', ',', '|', ' ', '\n', '\r']);
        if !is_other_protocol(piece) {
            entries(piece).into_iter().for_each(|it| found.entry(it));
        }
    }
    found.list
}

/// Tells whether the folded text could hold an address at all: cheap, for surveys.
pub fn may_hold(text: &str) -> bool {
    text.contains(['@', '\u{ff20}', '\u{fe6b}'])
}

#[derive(Default)]
struct Found {
    seen: BTreeSet<String>,
    list: Vec<String>,
}

impl Found {
    fn add(&mut self, text: &str) -> bool {
        let address = normalise(text);
        if address.is_empty() {
            return false;
        }
        if self.seen.insert(address.clone()) {
            self.list.push(address);
        }
        true
    }

    /// One entry: `Name <a@b>`, or words of which some are addresses.
    fn entry(&mut self, entry: &str) {
        if !entry.contains('@') {
            return;
        }
        let mut rest = entry;
        let mut any = false;
        while let Some((_, after)) = rest.split_once('<') {
            let (inside, tail) = after.split_once('>').unwrap_or((after, ""));
            any |= self.add(inside);
            rest = tail;
        }
        if any || self.add(entry) {
            return;
        }
        let blank = |c: char| c.is_whitespace() || BRACKETS.contains(&c);
        for word in entry.split(blank).filter(|it| it.contains('@')) {
            if !self.add(word) && !is_other_protocol(word) {
                for part in word.split(['/', ':', '|', '・', '。', '"', '\\']) {
                    self.add(part);
                }
            }
        }
    }
}

const BRACKETS: [char; 14] =
    ['<', '>', '(', ')', '[', ']', '{', '}', '「', '」', '『', '』', '【', '】'];

/// Proxy addresses of Exchange that are no mail addresses though they may hold an `@`.
fn is_other_protocol(word: &str) -> bool {
    let Some((protocol, _)) = word.split_once(':') else { return false };
    matches!(protocol, "sip" | "x500" | "spo" | "eum" | "x400" | "notes" | "msnim" | "im")
}

/// Splits at separators that stand outside double quotes; an unclosed quote quotes nothing.
fn entries(text: &str) -> Vec<&str> {
    let quotes_pair = text.matches('"').count().is_multiple_of(2);
    let mut quoted = false;
    text.split(move |c: char| {
        if c == '"' && quotes_pair {
            quoted = !quoted;
        }
        match c {
            '\n' | '\r' | '\t' => true,
            ';' | ',' | '、' => !quoted,
            _ => false,
        }
    })
    .collect()
}

fn fold(text: &str) -> String {
    let text: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    ComposingNormalizerBorrowed::new_nfkc().normalize(&text).to_lowercase()
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{feff}' | '\u{ad}')
}

/// One pass over folded text: peel, split, check, write the domain in ASCII.
fn one_pass(text: &str) -> String {
    checked(peel(text)).map(|it| fold(&it)).unwrap_or_default()
}

fn checked(text: &str) -> Option<String> {
    let (local, domain) = text.rsplit_once('@')?;
    let local = unquote(local);
    if local.is_empty() || local.len() > 64 || !local.chars().all(is_local) {
        return None;
    }
    let domain = domain.trim_end_matches(['.', '。']);
    let ascii = idna::domain_to_ascii(domain).ok()?;
    (is_domain(&ascii) && local.len() + ascii.len() < LONGEST).then(|| format!("{local}@{ascii}"))
}

/// Old Japanese mobile addresses such as `"abc."@carrier.example` are written with and without the
/// quotes: both are the same mailbox.
fn unquote(local: &str) -> &str {
    local.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(local)
}

/// Letters of a local part: RFC 5322 `atext` and the dot anywhere (Japanese carriers allowed
/// `a..b` and `a.`), letters and digits of every script (RFC 6531).
fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || "!#$%&'*+/=?^_`{|}~.-".contains(c)
        || (!c.is_ascii() && c.is_alphanumeric())
}

fn is_domain(domain: &str) -> bool {
    let mut labels = 0;
    for label in domain.split('.') {
        let sound = !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && label.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_');
        if !sound {
            return false;
        }
        labels += 1;
    }
    let top = domain.rsplit('.').next().unwrap_or_default();
    labels >= 2 && domain.len() <= 253 && !top.bytes().all(|it| it.is_ascii_digit())
}

/// Takes off what surrounds an address, until nothing more comes off.
fn peel(text: &str) -> &str {
    const PAIRS: [(char, char); 9] = [
        ('<', '>'),
        ('"', '"'),
        ('\'', '\''),
        ('(', ')'),
        ('[', ']'),
        ('「', '」'),
        ('“', '”'),
        ('‘', '’'),
        ('【', '】'),
    ];
    let mut now = text;
    loop {
        let before = now;
        now = now.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '、'));
        for (open, close) in PAIRS {
            let inside = now.strip_prefix(open).and_then(|it| it.strip_suffix(close));
            now = inside.unwrap_or(now);
        }
        if let Some(rest) = now.strip_prefix("mailto:") {
            now = rest.split('?').next().unwrap_or(rest);
        }
        now = now.strip_prefix("smtp:").unwrap_or(now);
        // A cell marked as text keeps its apostrophe in some exports.
        now = now.strip_prefix('\'').unwrap_or(now);
        // `="a@b"`: how some programs keep a spreadsheet from reading the cell as a number.
        if let Some(rest) = now.strip_prefix("=\"").and_then(|it| it.strip_suffix('"')) {
            now = rest;
        }
        if now == before {
            return now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hostile_shapes_of_one_address_are_one_address() {
        for text in [
            "taro@example.or.jp",
            "  Taro@EXAMPLE.or.jp ",
            "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｏｒ．ｊｐ",
            "taro＠example.or.jp　",
            "<taro@example.or.jp>",
            "\"taro@example.or.jp\"",
            "'taro@example.or.jp'",
            "mailto:taro@example.or.jp?subject=x",
            "SMTP:taro@example.or.jp",
            "smtp:<taro@example.or.jp>;",
            "taro@example.or.jp.",
            "taro@example。or。jp",
            "\u{feff}taro@\u{200b}example.or.jp",
            "=\"taro@example.or.jp\"",
            "\"taro\"@example.or.jp",
            "(taro@example.or.jp)",
        ] {
            assert_eq!(normalise(text), "taro@example.or.jp", "{text}");
        }
    }

    #[test]
    fn tags_dots_and_odd_local_parts_stay() {
        assert_eq!(normalise("a.b+tag@example.com"), "a.b+tag@example.com");
        assert_eq!(normalise("a..b.@docomo.example"), "a..b.@docomo.example");
        assert_eq!(normalise("o'brien@example.com"), "o'brien@example.com");
        assert_eq!(normalise("info@日本語.jp"), "info@xn--wgv71a119e.jp");
        assert_eq!(normalise("info@XN--WGV71A119E.jp"), "info@xn--wgv71a119e.jp");
    }

    #[test]
    fn what_is_no_address_is_empty() {
        for text in [
            "",
            "@",
            "a@",
            "@b.com",
            "a@b",
            "a b@c.com",
            "a@b@c",
            "/o=ExchangeLabs/cn=Recipients/cn=abc",
            "-",
            "なし",
            "03-1234-5678",
            "a@1.2.3.4",
            "a@b..com",
            "a@-b.com",
            "a:b@c.com",
        ] {
            assert_eq!(normalise(text), "", "{text}");
        }
        assert_eq!(normalise(&"a".repeat(5000)), "");
    }

    #[test]
    fn a_cell_gives_all_its_addresses_once() {
        let all = |text: &str| all_in(text).join(" ");
        assert_eq!(
            all("a@x.jp; b@x.jp,c@x.jp、d@x.jp\ne@x.jp；Ａ＠ｘ．ｊｐ"),
            "a@x.jp b@x.jp c@x.jp d@x.jp e@x.jp"
        );
        assert_eq!(all("\"Yamada, Taro\" <taro@x.jp>; 花子 <hana@x.jp>"), "taro@x.jp hana@x.jp");
        assert_eq!(all("\"boss@x.jp\" <evil@y.example>"), "evil@y.example");
        assert_eq!(all("SMTP:a@x.jp smtp:b@x.jp SIP:c@x.jp X500:/o=E/cn=d@x.jp"), "a@x.jp b@x.jp");
        assert_eq!(all("メール:a@x.jp／b@x.jp"), "a@x.jp b@x.jp");
        assert_eq!(all("代表 (info@x.jp) 不在時「sub@x.jp」"), "info@x.jp sub@x.jp");
        assert_eq!(all("山田太郎　taro@x.jp"), "taro@x.jp");
        assert_eq!(all("5\" pipe, a@x.jp"), "a@x.jp");
        assert_eq!(all("なし"), "");
    }

    #[test]
    fn proxies_come_apart_in_every_way_they_are_joined() {
        for text in [
            "SMTP:a@x.jp smtp:b@x.jp",
            "SMTP:a@x.jp,smtp:b@x.jp",
            "SMTP:a@x.jp;smtp:b@x.jp",
            "SMTP:a@x.jp+smtp:b@x.jp",
            "SMTP:a@x.jp, SIP:c@x.jp, smtp:b@x.jp",
            "SMTP:a@x.jp\r\nX500:/o=Exchange Labs/cn=d@x.jp\r\nsmtp:b@x.jp",
            "a@x.jp b@x.jp",
            "{SMTP:a@x.jp, smtp:b@x.jp}",
        ] {
            assert_eq!(proxies(text).join(" "), "a@x.jp b@x.jp", "{text}");
        }
        assert_eq!(proxies("SMTP:a+tag@x.jp+smtp:b@x.jp").join(" "), "a+tag@x.jp b@x.jp");
        assert!(proxies("System.Collections.ArrayList").is_empty());
    }

    proptest! {
        #[test]
        fn normalise_is_total_and_idempotent(text in "\\PC{0,40}|[a-zA-Z@.\"'<>: ＠Ａ．ß-]{0,40}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once.clone());
            for found in all_in(&text) {
                prop_assert_eq!(normalise(&found), found.clone());
                prop_assert_eq!(all_in(&found), vec![found.clone()]);
            }
            proxies(&text);
        }
    }
}
