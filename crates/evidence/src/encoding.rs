//! Which encoding a text is in, and its bytes as UTF-8.

use std::io::{self, Read};

use encoding_rs::{
    Decoder, DecoderResult, EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
};

/// Looks at the bytes of a whole file as they pass and tells the encoding at the end.
pub(crate) struct Detector {
    first: Vec<u8>,
    utf8: Trial,
    cp932: Trial,
    /// Begun when the text turns out not to be UTF-8.
    euc: Option<Trial>,
    escape: bool,
    high: bool,
    kana: bool,
    /// Runs of question marks, where a host wrote Japanese as ASCII.
    questions: u64,
    /// The mark of a character that an earlier program could not read.
    replaced: bool,
    /// The piece before was pure ASCII: no character is unfinished.
    settled: bool,
}

/// Bytes looked at together, to pass over those that are pure ASCII.
const PIECE: usize = 1024;

/// A decoder that counts what it cannot read.
struct Trial {
    decoder: Decoder,
    broken: u64,
    /// Hiragana and katakana of full width, half width, other letters beyond ASCII.
    letters: [u64; 3],
    /// Characters of three and more bytes in UTF-8 that came out sound.
    wide: u64,
}

/// Letters after which the kind of a text is known.
const ENOUGH: u64 = 1 << 14;

impl Trial {
    fn new(encoding: &'static Encoding) -> Trial {
        let decoder = encoding.new_decoder_without_bom_handling();
        Trial { decoder, broken: 0, letters: [0; 3], wide: 0 }
    }

    fn feed(&mut self, bytes: &[u8]) {
        let mut sink = [0_u8; 4096];
        let mut at = 0;
        while at < bytes.len() {
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(&bytes[at..], &mut sink, false);
            at += read;
            if self.decoder.encoding() != UTF_8 && self.letters.iter().sum::<u64>() < ENOUGH {
                self.count(&sink[..written]);
            }
            self.wide += sink[..written].iter().filter(|it| **it >= 0xe0).count() as u64;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.broken += 1,
            }
        }
    }
}

impl Trial {
    fn count(&mut self, text: &[u8]) {
        for c in std::str::from_utf8(text).unwrap_or_default().chars().filter(|c| !c.is_ascii()) {
            let kind = match c {
                '\u{3041}'..='\u{30ff}' => 0,
                '\u{ff61}'..='\u{ff9f}' => 1,
                _ => 2,
            };
            self.letters[kind] += 1;
        }
    }

    /// Whether EUC-JP makes better Japanese of the bytes than CP932 does. Its letters are pairs that
    /// CP932 reads, often without a fault, as katakana of half width.
    fn is_better_than(&self, cp932: &Trial) -> bool {
        let [kana, half, other] = cp932.letters;
        self.broken <= cp932.broken && half > kana + other && self.letters[0] > 0
    }
}

impl Detector {
    pub(crate) fn new() -> Detector {
        Detector {
            first: Vec::new(),
            utf8: Trial::new(UTF_8),
            cp932: Trial::new(SHIFT_JIS),
            euc: None,
            escape: false,
            high: false,
            kana: false,
            questions: 0,
            replaced: false,
            settled: false,
        }
    }

    /// Looks at the next bytes. Pure ASCII is passed over quickly.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        if self.first.len() < 4096 {
            let n = bytes.len().min(4096 - self.first.len());
            self.first.extend_from_slice(&bytes[..n]);
        }
        if !self.escape && memchr::memchr(0x1b, bytes).is_some() {
            self.escape = memchr::memmem::find(bytes, b"\x1b$B").is_some()
                || memchr::memmem::find(bytes, b"\x1b$@").is_some();
        }
        if !self.high && bytes.is_ascii() {
            self.questions += memchr::memmem::find_iter(bytes, "????").count() as u64;
            return;
        }
        self.high = true;
        // U+3040 to U+30FF in UTF-8: hiragana and katakana.
        self.kana = self.kana
            || memchr::memchr_iter(0xe3, bytes)
                .any(|at| matches!(bytes.get(at + 1), Some(0x81..=0x83)));
        self.replaced =
            self.replaced || memchr::memmem::find(bytes, "\u{fffd}".as_bytes()).is_some();
        for piece in bytes.chunks(PIECE) {
            // Pure ASCII reads the same in each of these encodings; only its first bytes may still
            // belong to the character before.
            let ascii = piece.is_ascii();
            let piece = if ascii && self.settled { &[][..] } else { piece };
            let piece = if ascii { &piece[..piece.len().min(8)] } else { piece };
            self.settled = ascii;
            self.try_piece(piece);
        }
    }

    fn try_piece(&mut self, piece: &[u8]) {
        if piece.is_empty() {
            return;
        }
        self.utf8.feed(piece);
        self.cp932.feed(piece);
        if let Some(euc) = &mut self.euc {
            euc.feed(piece);
        } else if self.utf8.broken > 0 {
            self.euc.insert(Trial::new(EUC_JP)).feed(piece);
        }
    }

    /// Whether the bytes hold kana, if they are UTF-8.
    pub(crate) fn kana(&self) -> bool {
        self.kana && self.utf8.broken == 0
    }

    /// Tells the encoding, and whether characters were lost in it.
    pub(crate) fn finish(&self) -> (&'static Encoding, bool) {
        if let Some((encoding, _)) = Encoding::for_bom(&self.first) {
            return (encoding, encoding == UTF_8 && (self.utf8.broken > 0 || self.replaced));
        }
        if let Some(encoding) = utf16_without_bom(&self.first) {
            return (encoding, false);
        }
        if !self.high {
            // One subject may end in many question marks; Windows PowerShell without `-Encoding`
            // writes every Japanese word so.
            let lost = !self.escape && self.questions >= 2;
            return (if self.escape { ISO_2022_JP } else { UTF_8 }, lost);
        }
        // A few damaged bytes do not make a Japanese text another encoding: what reads as whole
        // characters of three bytes is UTF-8, for hardly any run of CP932 does.
        let damaged = self.utf8.broken > 0 && self.utf8.wide > 8 * self.utf8.broken;
        let euc = self.euc.as_ref().filter(|it| !damaged && it.is_better_than(&self.cp932));
        if let Some(euc) = euc {
            return (EUC_JP, euc.broken > 0);
        }
        if damaged || self.utf8.broken <= self.cp932.broken {
            (UTF_8, self.utf8.broken > 0 || self.replaced)
        } else {
            (SHIFT_JIS, self.cp932.broken > 0)
        }
    }
}

/// The exchange admin centre's reports are UTF-16 often without a mark.
fn utf16_without_bom(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(512) & !1];
    if head.len() < 4 {
        return None;
    }
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|it| **it == 0).count();
    let (half, even, odd) = (head.len() / 2, zeros(0), zeros(1));
    if odd * 10 > half * 6 && even * 10 < half {
        Some(UTF_16LE)
    } else if even * 10 > half * 6 && odd * 10 < half {
        Some(UTF_16BE)
    } else if even * 2 < odd && odd * 20 > half && is_sound(head, UTF_16LE) {
        // Mostly Japanese, with few letters of ASCII.
        Some(UTF_16LE)
    } else {
        None
    }
}

/// Whether bytes are text in an encoding: nothing broken but perhaps the last character, and no
/// controls.
fn is_sound(bytes: &[u8], encoding: &'static Encoding) -> bool {
    let mut text = String::with_capacity(bytes.len() * 2);
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (_, _, broken) = decoder.decode_to_string(bytes, &mut text, false);
    !broken && !text.chars().any(|c| c < '\t' || c == '\u{fffd}')
}

/// Returns the encoding's name for the evidence list, or for looking it up again.
pub(crate) fn of_name(name: &str) -> &'static Encoding {
    Encoding::for_label(name.as_bytes()).unwrap_or(UTF_8)
}

/// Reads a small text in whatever encoding it is written.
pub fn decoded(bytes: &[u8]) -> String {
    let mut detector = Detector::new();
    detector.feed(bytes);
    let (encoding, _) = detector.finish();
    encoding.decode_with_bom_removal(bytes).0.into_owned()
}

/// Bytes of any encoding as UTF-8, a leading mark taken off.
pub(crate) struct Decoding<'a> {
    inner: &'a mut dyn Read,
    decoder: Decoder,
    raw: Vec<u8>,
    out: Vec<u8>,
    /// What of `out` is text, and how far it was handed over.
    filled: usize,
    at: usize,
    ended: bool,
}

impl<'a> Decoding<'a> {
    pub(crate) fn new(inner: &'a mut dyn Read, encoding: &'static Encoding) -> Decoding<'a> {
        Decoding {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; 1 << 16],
            out: Vec::new(),
            filled: 0,
            at: 0,
            ended: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let n = self.inner.read(&mut self.raw)?;
        let last = n == 0;
        let room = self.decoder.max_utf8_buffer_length(n).unwrap_or(n * 3 + 16);
        if self.out.len() < room {
            self.out.resize(room, 0);
        }
        let (_, _, written, _) = self.decoder.decode_to_utf8(&self.raw[..n], &mut self.out, last);
        (self.filled, self.at) = (written, 0);
        self.ended = last;
        Ok(())
    }
}

impl Read for Decoding<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.filled {
            if self.ended {
                return Ok(0);
            }
            self.fill()?;
        }
        let n = buffer.len().min(self.filled - self.at);
        buffer[..n].copy_from_slice(&self.out[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> (String, String) {
        let mut detector = Detector::new();
        bytes.chunks(7).for_each(|it| detector.feed(it));
        let (encoding, _) = detector.finish();
        let mut out = String::new();
        let mut inner = bytes;
        Decoding::new(&mut inner, encoding).read_to_string(&mut out).unwrap();
        (encoding.name().to_owned(), out)
    }

    /// One damaged byte costs its own character, not the reading of the whole file.
    #[test]
    fn a_damaged_byte_does_not_turn_the_file_into_another_encoding() {
        let mut bytes = "氏名,メール\r\n高橋花子様方御中,a@example.jp\r\n".repeat(3).into_bytes();
        for at in [0, 1, 3, 30, 50] {
            let kept = std::mem::replace(&mut bytes[at], 0x85);
            assert_eq!(decoded(&bytes).0, "UTF-8", "{at}");
            bytes[at] = kept;
        }
        let cp932 = SHIFT_JIS.encode("氏名,メール\r\n高橋花子様方御中,ｱｲｳ\r\n").0.repeat(3);
        assert_eq!(decoded(&cp932).0, "Shift_JIS");
    }

    #[test]
    fn characters_lost_before_the_export_came_here_are_told() {
        let lost = |text: &[u8]| {
            let mut detector = Detector::new();
            detector.feed(text);
            let (encoding, lost) = detector.finish();
            (encoding.name(), lost)
        };
        assert_eq!(lost(b"Subject\n?????\nRe: ????????\n"), ("UTF-8", true));
        assert_eq!(lost(b"Subject\nReally????\nhttps://a.example/?b\n"), ("UTF-8", false));
        assert_eq!(lost("件名\n請\u{fffd}書\n".as_bytes()), ("UTF-8", true));
        assert_eq!(lost("件名\n請求書\n".as_bytes()), ("UTF-8", false));
    }

    #[test]
    fn every_encoding_of_a_japanese_office_reads_the_same() {
        let text = "氏名,メール\r\n髙橋①～,a@example.jp\r\n";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut marked = vec![0xff, 0xfe];
        marked.extend(&utf16);
        let mut bom = vec![0xef, 0xbb, 0xbf];
        bom.extend(text.as_bytes());
        let cp932 = SHIFT_JIS.encode(text).0.into_owned();
        let jis = ISO_2022_JP.encode("氏名,メール").0.into_owned();
        assert_eq!(decoded(text.as_bytes()), ("UTF-8".into(), text.into()));
        assert_eq!(decoded(&bom), ("UTF-8".into(), text.into()));
        assert_eq!(decoded(&marked), ("UTF-16LE".into(), text.into()));
        assert_eq!(decoded(&cp932), ("Shift_JIS".into(), text.into()));
        let title = "会員名簿\n番号;氏名;連絡先\n一;山田;a@x.jp\n";
        let bare: Vec<u8> = title.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&bare), ("UTF-16LE".into(), title.into()));
        assert_eq!(decoded(&jis), ("ISO-2022-JP".into(), "氏名,メール".into()));
        let (euc, ..) = EUC_JP.encode("氏名,メール\r\n山田 太郎,ａ＠example.jp\r\n");
        assert_eq!(decoded(&euc).0, "EUC-JP");
        assert!(decoded(&euc).1.contains("山田 太郎,ａ＠example.jp"));
        let (half, ..) = SHIFT_JIS.encode("ﾔﾏﾀﾞ ﾀﾛｳ,a@example.jp\r\nｻﾄｳ ﾊﾅｺ,b@example.jp\r\n");
        assert_eq!(decoded(&half).0, "Shift_JIS");
        let ascii: Vec<u8> =
            "origin_timestamp_utc,x\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&ascii).0, "UTF-16LE");
    }
}
