//! Rich text of Outlook: unpacked (MS-OXRTFCP), its words and the links in it (MS-OXRTFEX).

use encoding_rs::Encoding;

use super::{charset, html, item};

/// Most bytes a text may unpack to.
const MOST: usize = 16 << 20;
/// Most bytes of words kept.
const WORDS: usize = 1 << 14;
/// Most bytes of link instructions kept.
const MARKS: usize = 1 << 18;

/// What every dictionary begins with (MS-OXRTFCP 2.1.2.1).
const DICTIONARY: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Returns the text as it was before it was packed; `None` if it is no packed text. What a damaged
/// one holds up to the damage is kept.
pub(crate) fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
    let kind = packed.get(8..12)?;
    let body = packed.get(16..)?;
    if kind == b"MELA" {
        return Some(body[..body.len().min(MOST)].to_vec());
    }
    if kind != b"LZFu" {
        return None;
    }
    let mut dictionary = [b' '; 4096];
    dictionary[..DICTIONARY.len()].copy_from_slice(DICTIONARY);
    let mut write = DICTIONARY.len();
    let mut out = Vec::new();
    let mut bytes = body.iter().copied();
    'all: while let Some(control) = bytes.next() {
        for bit in 0..8 {
            if control >> bit & 1 == 0 {
                let Some(byte) = bytes.next() else { break 'all };
                out.push(byte);
                dictionary[write] = byte;
                write = (write + 1) % 4096;
                continue;
            }
            let (Some(high), Some(low)) = (bytes.next(), bytes.next()) else { break 'all };
            let pair = usize::from(u16::from_be_bytes([high, low]));
            let (offset, length) = (pair >> 4, (pair & 0xf) + 2);
            if offset == write || out.len() > MOST {
                break 'all;
            }
            for n in 0..length {
                let byte = dictionary[(offset + n) % 4096];
                out.push(byte);
                dictionary[write] = byte;
                write = (write + 1) % 4096;
            }
        }
    }
    Some(out)
}

/// A group: whether its text is shown, and whether it holds instructions that may be links.
#[derive(Clone, Copy, Default)]
struct Group {
    hidden: bool,
    marks: bool,
}

/// Returns the words, and adds the addresses of links.
pub(crate) fn read(
    rich: &[u8],
    said: Option<&'static Encoding>,
    links: &mut Vec<String>,
) -> String {
    let mut words: Vec<u8> = Vec::new();
    let mut marks: Vec<u8> = Vec::new();
    let mut stack = vec![Group::default()];
    let (mut at, mut skip) = (0, false);
    while let Some(byte) = rich.get(at) {
        at += 1;
        let group = stack.last().copied().unwrap_or_default();
        match byte {
            b'{' if stack.len() < 1000 => stack.push(group),
            b'{' | b'\r' | b'\n' => {}
            b'}' if stack.len() > 1 => {
                stack.pop();
                if group.marks {
                    marks.push(b' ');
                }
            }
            b'}' => {}
            b'\\' => {
                let (word, number, next) = control(rich, at);
                at = next;
                if word == b"htmlrtf" {
                    skip = number != Some(0);
                    continue;
                }
                let top = stack.last_mut();
                act(word, number, skip, top, (&mut words, &mut marks));
            }
            byte if group.marks && marks.len() < MARKS => marks.push(*byte),
            byte if !group.hidden && !skip && words.len() < WORDS => words.push(*byte),
            _ => {}
        }
    }
    html::read(&charset::text(&marks, said).0, links);
    let text = charset::text(&words, said).0;
    item::add_links(links, &text);
    text
}

/// The control behind a backslash: its word or sign, its number, and where it ends.
fn control(rich: &[u8], at: usize) -> (&[u8], Option<i32>, usize) {
    let rest = rich.get(at..).unwrap_or_default();
    let letters = rest.iter().take(32).take_while(|it| it.is_ascii_alphabetic()).count();
    if letters == 0 {
        let sign = rest.get(..1).unwrap_or_default();
        if sign == b"'" {
            let code = rest.get(1..3).and_then(|it| std::str::from_utf8(it).ok());
            let code = code.and_then(|it| i32::from_str_radix(it, 16).ok());
            return (sign, code, at + if code.is_some() { 3 } else { 1 });
        }
        return (sign, None, at + sign.len());
    }
    let minus = usize::from(rest.get(letters) == Some(&b'-'));
    let from = letters + minus;
    let figures = rest[from.min(rest.len())..].iter().take(9).take_while(|it| it.is_ascii_digit());
    let to = from + figures.count();
    let number = rest.get(letters..to).and_then(|it| std::str::from_utf8(it).ok()?.parse().ok());
    let end = if number.is_some() { to } else { letters };
    let blank = usize::from(rest.get(end) == Some(&b' '));
    (&rest[..letters], number, at + end + blank)
}

fn act(
    word: &[u8],
    number: Option<i32>,
    skip: bool,
    group: Option<&mut Group>,
    (words, marks): (&mut Vec<u8>, &mut Vec<u8>),
) {
    let Some(group) = group else { return };
    match word {
        b"*" => group.hidden = true,
        b"fonttbl" | b"colortbl" | b"stylesheet" | b"info" | b"pict" | b"object" => {
            group.hidden = true;
        }
        b"htmltag" | b"fldinst" => {
            group.hidden = true;
            group.marks = true;
        }
        _ => {
            let out = if group.marks { marks } else { words };
            if (group.hidden && !group.marks) || skip || out.len() >= MARKS {
                return;
            }
            match word {
                b"'" => out.extend(number.and_then(|it| u8::try_from(it).ok())),
                b"par" | b"line" | b"tab" | b"row" | b"cell" => out.push(b'\n'),
                b"\\" | b"{" | b"}" => out.extend_from_slice(word),
                b"~" => out.push(b' '),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_text_is_unpacked() {
        // MS-OXRTFCP 4.1.1: the example of the specification.
        let packed = [
            0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03,
            0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3,
            0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d,
            0x0a, 0x80, 0x0f, 0xa0,
        ];
        let text = unpacked(&packed).unwrap();
        assert_eq!(text, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        assert_eq!(unpacked(&packed[..30]).unwrap()[..6], text[..6]);
        assert_eq!(unpacked(b"short"), None);
    }

    #[test]
    fn words_and_links_of_rich_text() {
        let rich = br#"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\*\generator x;}\pard Pay {\field{\*\fldinst HYPERLINK "https://a.example/pay"}{\fldrslt here}} \'90\'bf\par{\*\htmltag84 <a href="https://b.example/?x=1&amp;y">}\htmlrtf x\htmlrtf0 end\}"#;
        let mut links = Vec::new();
        let text = read(rich, charset::of_code_page(932), &mut links);
        assert_eq!(item::begins(&text), "Pay here 請 end}");
        assert_eq!(links, ["https://b.example/?x=1&y", "https://a.example/pay"]);
    }
}
