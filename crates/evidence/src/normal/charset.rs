//! Text of mails in the encodings that mails are written in: named by a label, by a code page, or
//! not at all.
//!
//! Sources: WHATWG Encoding (labels), IANA character sets, MS-UCODEREF (code pages).

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, IBM866, ISO_2022_JP, KOI8_R, KOI8_U, MACINTOSH,
    SHIFT_JIS, UTF_8, UTF_16LE, WINDOWS_874, WINDOWS_1252,
};

/// Returns the encoding of a label, also of those that only mailers know (`CP932`, `x-sjis-jp`,
/// `ISO-2022-JP-MS`); `None` if nobody knows it.
pub(crate) fn of_label(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().trim_matches(['"', '\'']);
    // RFC 2231 lets a language follow.
    let label = label.split('*').next().unwrap_or(label);
    if let Some(it) = Encoding::for_label_no_replacement(label.as_bytes()) {
        return Some(it);
    }
    let plain: String =
        label.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let plain = plain.strip_prefix("cs").unwrap_or(&plain);
    let plain = plain.strip_prefix('x').unwrap_or(plain);
    let number = plain.trim_start_matches("ms").trim_start_matches("windows");
    let number = number.trim_start_matches("cp").trim_start_matches("ibm");
    if let Ok(number) = number.parse() {
        return of_code_page(number);
    }
    match plain {
        it if it.contains("sjis") || it.contains("shiftjis") || it.contains("mskanji") => {
            Some(SHIFT_JIS)
        }
        it if it.starts_with("windows31j") => Some(SHIFT_JIS),
        it if it.starts_with("iso2022jp") || it == "jis" => Some(ISO_2022_JP),
        it if it.starts_with("eucjp") || it == "ujis" => Some(EUC_JP),
        it if it.starts_with("utf8") || it.starts_with("unicode11utf8") => Some(UTF_8),
        it if it.starts_with("gb") => Some(GB18030),
        it if it.starts_with("big5") => Some(BIG5),
        it if it.starts_with("euckr") || it.starts_with("ksc") || it == "uhc" => Some(EUC_KR),
        it if it.starts_with("koi8u") => Some(KOI8_U),
        it if it.starts_with("koi8") => Some(KOI8_R),
        it if it.starts_with("iso88591") || it.starts_with("latin") => Some(WINDOWS_1252),
        _ => None,
    }
}

/// Returns the encoding of a code page of Windows; `None` if it has no text of its own.
pub(crate) fn of_code_page(number: i64) -> Option<&'static Encoding> {
    let label = match number {
        932 | 943 | 31_932 => return Some(SHIFT_JIS),
        936 => return Some(GBK),
        949 | 51_949 => return Some(EUC_KR),
        950 => return Some(BIG5),
        874 => return Some(WINDOWS_874),
        866 => return Some(IBM866),
        1200 => return Some(UTF_16LE),
        10_000 => return Some(MACINTOSH),
        20_127 => return Some(WINDOWS_1252),
        20_866 => return Some(KOI8_R),
        21_866 => return Some(KOI8_U),
        20_932 | 51_932 => return Some(EUC_JP),
        50_220..=50_222 => return Some(ISO_2022_JP),
        52_936 | 54_936 | 51_936 => return Some(GB18030),
        65_001 => return Some(UTF_8),
        1250..=1258 => format!("windows-{number}"),
        28_591..=28_605 => format!("iso-8859-{}", number - 28_590),
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

/// Returns the encoding that old Windows uses in a locale (MS-LCID).
pub(crate) fn of_locale(number: i64) -> Option<&'static Encoding> {
    let number = u16::try_from(number).ok().filter(|it| *it != 0)?;
    of_code_page(match (number & 0x3ff, number) {
        (0x11, _) => 932,
        (0x12, _) => 949,
        (0x04, 0x0404 | 0x0c04 | 0x1404) => 950,
        (0x04, _) => 936,
        (0x1e, _) => 874,
        (0x02 | 0x19 | 0x22 | 0x23 | 0x2f, _) => 1251,
        (0x05 | 0x0e | 0x15 | 0x18 | 0x1a | 0x1b | 0x1c | 0x24, _) => 1250,
        (0x08, _) => 1253,
        (0x1f, _) => 1254,
        (0x0d, _) => 1255,
        (0x01 | 0x20 | 0x29, _) => 1256,
        (0x25..=0x27, _) => 1257,
        (0x2a, _) => 1258,
        _ => 1252,
    })
}

/// Returns the encoding of the texts of an item in a code page: what the item says of its texts, then the
/// language it was written in unless that is a Western one, then what it says of its markup.
pub(crate) fn of_item(number: impl Fn(u16) -> Option<i64>) -> Option<&'static Encoding> {
    let page = |id| number(id).and_then(of_code_page);
    let locale = number(0x3ff1).and_then(of_locale);
    page(0x3ffd)
        .or_else(|| locale.filter(|it| *it != WINDOWS_1252))
        .or_else(|| page(0x3fde).filter(|it| *it != UTF_8))
        .or(locale)
}

/// Returns the text of bytes, and whether characters were lost. What the bytes themselves prove goes
/// first (escape sequences, sound UTF-8), then what is said of them, if all of them fit, then a guess.
pub(crate) fn text(bytes: &[u8], said: Option<&'static Encoding>) -> (String, bool) {
    if memchr::memchr(0x1b, bytes).is_some() && bytes.is_ascii() {
        let (text, _, lost) = ISO_2022_JP.decode(bytes);
        if !lost {
            return (text.into_owned(), false);
        }
    }
    if said.is_none_or(|it| it != UTF_16LE)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        // Short words of an old encoding may look like UTF-8: hardly ever, and then they read badly.
        return (text.to_owned(), false);
    }
    let encoding =
        said.filter(|it| *it != UTF_8 && fits(it, bytes)).unwrap_or_else(|| guess(bytes));
    let (text, _, lost) = encoding.decode(bytes);
    (text.into_owned(), lost)
}

/// Whether every byte is text in this encoding.
fn fits(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).is_some()
}

/// The likeliest encoding of bytes that are not UTF-8.
pub(crate) fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let found = detector.guess(None, Utf8Detection::Deny);
    // Few letters tell little: Japanese that cannot be anything else goes first.
    if found != SHIFT_JIS && found != EUC_JP && kana(SHIFT_JIS, bytes) {
        return SHIFT_JIS;
    }
    found
}

/// Whether bytes are sound in an encoding and mostly kana and kanji, with kana of full width.
fn kana(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) else {
        return false;
    };
    let (mut kana, mut half, mut other) = (0, 0, 0);
    for c in text.chars().filter(|it| !it.is_ascii()) {
        match c {
            '\u{3041}'..='\u{30ff}' => kana += 1,
            '\u{ff61}'..='\u{ff9f}' => half += 1,
            // Figures in circles and squared words stand in every Japanese subject.
            '\u{2100}'..='\u{2600}'
            | '\u{3200}'..='\u{33ff}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{3000}'..='\u{3040}'
            | '\u{ff00}'..='\u{ff60}' => {}
            _ => other += 1,
        }
    }
    kana >= 2 && half == 0 && other == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_mailers_are_known() {
        for label in
            ["CP932", "x-sjis", "MS932", "Windows-31J", "shift-jis", "x-ms-cp932", "MS_Kanji"]
        {
            assert_eq!(of_label(label), Some(SHIFT_JIS), "{label}");
        }
        for label in ["ISO-2022-JP-MS", "iso-2022-jp-1", "cp50221", "csISO2022JP", "JIS"] {
            assert_eq!(of_label(label), Some(ISO_2022_JP), "{label}");
        }
        assert_eq!(of_label("eucJP-ms"), Some(EUC_JP));
        assert_eq!(of_label("unicode-1-1-utf-8"), Some(UTF_8));
        assert_eq!(of_label("GB18030"), Some(GB18030));
        assert_eq!(of_label("koi8-r"), Some(KOI8_R));
        assert_eq!(of_label("utf-8*ja"), Some(UTF_8));
        assert_eq!(of_label("no such thing"), None);
        assert_eq!(of_code_page(1251).map(Encoding::name), Some("windows-1251"));
        assert_eq!(of_code_page(437), None);
        let item = |list: &'static [(u16, i64)]| {
            of_item(|id| list.iter().find(|it| it.0 == id).map(|it| it.1)).map(Encoding::name)
        };
        assert_eq!(item(&[(0x3ffd, 932), (0x3ff1, 1049)]), Some("Shift_JIS"));
        assert_eq!(item(&[(0x3ff1, 1049), (0x3fde, 65_001)]), Some("windows-1251"));
        assert_eq!(item(&[(0x3ff1, 1033), (0x3fde, 50_220)]), Some("ISO-2022-JP"));
        assert_eq!(item(&[(0x3ff1, 1041)]), Some("Shift_JIS"));
        assert_eq!(item(&[(0x3ff1, 1031), (0x3fde, 65_001)]), Some("windows-1252"));
        assert_eq!(item(&[]), None);
    }

    #[test]
    fn unnamed_text_is_read_as_what_it_is() {
        for (encoding, words) in [
            (SHIFT_JIS, "ご請求書の件について"),
            (SHIFT_JIS, "【至急】アカウントの確認"),
            (SHIFT_JIS, "髙橋①さんへ"),
            (EUC_JP, "ご請求書の件について"),
            (GB18030, "关于发票的通知，请查收附件"),
            (KOI8_R, "Счёт на оплату за октябрь"),
            (encoding_rs::WINDOWS_1251, "Счёт на оплату за октябрь"),
        ] {
            let bytes = encoding.encode(words).0;
            assert_eq!(text(&bytes, None), (words.to_owned(), false), "{}", encoding.name());
        }
        let bytes = ISO_2022_JP.encode("会議のご案内").0;
        assert_eq!(text(&bytes, None).0, "会議のご案内");
        assert_eq!(text("é漢".as_bytes(), Some(SHIFT_JIS)).0, "é漢");
        assert_eq!(text(&SHIFT_JIS.encode("山田").0, Some(SHIFT_JIS)).0, "山田");
    }
}
