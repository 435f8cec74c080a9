//! Bank accounts: IBAN by its check digits, others by the words beside them.

use super::{Hit, PersonalKind, letters::Letters};

const BANKS: &[&str] = &[
    "銀行",
    "信用金庫",
    "信金",
    "信組",
    "信用組合",
    "労働金庫",
    "労金",
    "農協",
    "ゆうちょ",
    "支店",
    "本店",
    "出張所",
    "口座",
    "振込先",
    "預金",
    "金融機関",
    "bank",
    "branch",
    "sort code",
    "routing",
    "swift",
    "bic",
    "iban",
    "aba",
    "wire",
    "beneficiary",
];
const TYPES: &[&str] =
    &["普通預金", "普通", "当座預金", "当座", "貯蓄預金", "貯蓄", "(普)", "(当)", "普)", "当)"];
const NUMBERS: &[&str] = &["口座番号", "口座no.", "口座no", "口座:"];
const ENGLISH: &[&str] = &[
    "account number",
    "account no",
    "account no.",
    "acct no",
    "acct",
    "a/c no",
    "a/c",
    "account #",
    "account",
];

pub(super) fn find(letters: &Letters, found: &mut Vec<Hit>) {
    ibans(letters, found);
    for run in letters.runs() {
        let digits = run.digits.len();
        let plain = !run.plus && !run.dotted && !run.bracket;
        let behind = |words: &[&str], reach| letters.behind(run.from, reach, words);
        let bank = |reach| behind(BANKS, reach) || letters.ahead(run.to, reach, BANKS);
        let typed = (6..=8).contains(&digits) && behind(TYPES, 8) && bank(40);
        let numbered = (6..=8).contains(&digits) && behind(NUMBERS, 10);
        let english =
            (6..=17).contains(&digits) && run.groups.len() <= 3 && behind(ENGLISH, 18) && bank(70);
        // ゆうちょ: a sign of five digits, and a number of up to eight.
        let post = (2..=8).contains(&digits)
            && behind(&["番号"], 5)
            && behind(&["記号"], 22)
            && behind(&["ゆうちょ", "郵便局", "貯金", "記号1"], 60);
        if plain && (typed || numbered || english || post) && !is_joined(letters, run.to) {
            found.push(Hit { kind: PersonalKind::BankAccount, from: run.from, to: run.to });
        }
    }
}

/// A number that goes on in letters is something else.
fn is_joined(letters: &Letters, at: usize) -> bool {
    letters.get(at).is_ascii_alphanumeric()
}

/// Two letters, two check digits, up to thirty letters and digits, perhaps in groups of four.
fn ibans(letters: &Letters, found: &mut Vec<Hit>) {
    let mut at = 0;
    while at < letters.all.len() {
        let head = (0..4).all(|n| {
            if n < 2 {
                letters.get(at + n).is_ascii_alphabetic() && letters.is_capital(at + n)
            } else {
                letters.get(at + n).is_ascii_digit()
            }
        });
        if !head || letters.before(at).is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let mut code: Vec<char> = Vec::new();
        let (mut end, mut best) = (at, None);
        while code.len() < 34 {
            let c = letters.get(end);
            if c.is_ascii_alphanumeric() {
                code.push(c);
            } else if c != ' '
                || !letters.get(end + 1).is_ascii_alphanumeric()
                || !code.len().is_multiple_of(4)
            {
                break;
            }
            end += 1;
            let over = !letters.get(end).is_ascii_alphanumeric();
            if over && (15..=34).contains(&code.len()) && is_sound(&code) {
                best = Some(end);
            }
        }
        if let Some(to) = best {
            found.push(Hit { kind: PersonalKind::BankAccount, from: at, to });
            at = to;
        } else {
            at += 4;
        }
    }
}

/// ISO 13616: the head moved behind, letters as numbers, the rest by 97 is 1.
fn is_sound(code: &[char]) -> bool {
    let moved = code[4..].iter().chain(&code[..4]);
    let rest = moved.fold(0_u32, |rest, c| match c.to_digit(36) {
        Some(n) if n > 9 => (rest * 100 + n) % 97,
        Some(n) => (rest * 10 + n) % 97,
        None => rest,
    });
    rest == 1
}
