//! Numbers that bear their proof in themselves: telephone, card, My Number.

use super::{
    Hit, PersonalKind,
    letters::{Letters, Run},
};

const CALLED: &[&str] = &[
    "電話",
    "携帯",
    "tel",
    "phone",
    "telephone",
    "mobile",
    "cell",
    "fax",
    "call",
    "ファックス",
    "ファクス",
    "ケータイ",
    "連絡先",
    "内線",
    "直通",
    "ph",
    "whatsapp",
    "mob",
    "t",
    "m",
    "ring",
];
const NUMBERED: &[&str] = &[
    "注文",
    "伝票",
    "追跡",
    "お問い合わせ番号",
    "送り状",
    "請求書",
    "見積",
    "品番",
    "型番",
    "商品コード",
    "管理番号",
    "受付番号",
    "予約番号",
    "会員番号",
    "order",
    "tracking",
    "invoice",
    "serial",
    "part",
    "isbn",
    "ticket",
    "case",
    "reference",
    "ref",
    "sku",
    "免許",
    "法人番号",
    "jan",
    "シリアル",
    "version",
    "ver",
];
const INDIVIDUAL: &[&str] =
    &["マイナンバー", "個人番号", "my number", "mynumber", "individual number", "個人no"];
const PAID: &[&str] =
    &["カード", "card", "visa", "mastercard", "jcb", "amex", "クレジット", "credit", "debit"];

/// Finds them. A run is at most one of them: a card's digits are no telephone.
pub(super) fn find(letters: &Letters, found: &mut Vec<Hit>) {
    for run in letters.runs() {
        let joined = letters.get(run.to).is_ascii_alphanumeric()
            || matches!(letters.get(run.to), '@' | '_' | '%');
        if joined {
            continue;
        }
        let kind = if is_card(letters, &run) {
            PersonalKind::Card
        } else if is_individual(letters, &run) {
            PersonalKind::MyNumber
        } else if is_phone(letters, &run) {
            PersonalKind::Phone
        } else {
            continue;
        };
        found.push(Hit { kind, from: run.from, to: run.to });
    }
}

fn is_card(letters: &Letters, run: &Run) -> bool {
    let digits = &run.digits;
    let grouped =
        matches!(run.groups.as_slice(), [4, 4, 4, 4] | [4, 6, 5] | [4, 6, 4] | [4, 4, 4, 4, 3]);
    let whole = run.groups.len() == 1;
    let paid = letters.behind(run.from, 25, PAID) || letters.ahead(run.to, 15, PAID);
    let other = letters.behind(run.from, 15, NUMBERED);
    let same = digits.iter().all(|it| Some(it) == digits.first());
    (grouped || whole)
        && !run.plus
        && !run.dotted
        && !same
        && is_issued(digits)
        && luhn(digits)
        && (paid || !other)
        && (grouped || paid || digits.len() > 14)
}

/// Ranges of issuers (ISO/IEC 7812; published ranges of the networks).
fn is_issued(digits: &[u8]) -> bool {
    let head = |n: usize| digits.iter().take(n).fold(0_u32, |sum, it| sum * 10 + u32::from(*it));
    match digits.len() {
        13 => head(1) == 4,
        14 => matches!(head(3), 300..=305 | 360..=369 | 380..=399),
        15 => matches!(head(2), 34 | 37),
        16 => {
            head(1) == 4
                || matches!(head(2), 51..=55 | 62 | 65)
                || matches!(head(4), 2221..=2720 | 3528..=3589 | 6011 | 6440..=6499)
        }
        17..=19 => head(2) == 62 || (digits.len() == 19 && head(1) == 4),
        _ => false,
    }
}

fn luhn(digits: &[u8]) -> bool {
    let twice = |it: u8| if it > 4 { it * 2 - 9 } else { it * 2 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(n, it)| u32::from(if n % 2 == 1 { twice(*it) } else { *it }))
        .sum();
    sum.is_multiple_of(10)
}

fn is_individual(letters: &Letters, run: &Run) -> bool {
    let context = letters.behind(run.from, 30, INDIVIDUAL) || letters.ahead(run.to, 15, INDIVIDUAL);
    let other = letters.behind(run.from, 15, NUMBERED);
    let grouped = run.groups == [4, 4, 4];
    let whole = run.groups == [12];
    !run.plus
        && !run.dotted
        && (grouped || whole)
        && is_checked(&run.digits)
        && (context || (grouped && !other))
}

/// The check digit of an individual number (番号利用法施行規則 第5条).
fn is_checked(digits: &[u8]) -> bool {
    let [body @ .., check] = digits else { return false };
    if body.len() != 11 || digits.iter().all(|it| *it == digits[0]) {
        return false;
    }
    let weight = |n: u32| if n <= 6 { n + 1 } else { n - 5 };
    let sum: u32 = body.iter().rev().zip(1..).map(|(it, n)| u32::from(*it) * weight(n)).sum();
    let wanted = match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    u32::from(*check) == wanted
}

fn is_phone(letters: &Letters, run: &Run) -> bool {
    let called = letters.behind(run.from, 14, CALLED);
    let other = letters.behind(run.from, 12, NUMBERED);
    if other && !called {
        return false;
    }
    if run.plus {
        return (8..=15).contains(&run.digits.len()) && run.digits.first() != Some(&0);
    }
    is_japanese(run, called) || is_american(run, called) || is_british(run, called)
}

/// Area code, exchange, number: ten digits, eleven for mobile and IP telephones.
fn is_japanese(run: &Run, called: bool) -> bool {
    let [0, second, third, ..] = run.digits.as_slice() else { return false };
    let eleven = *third == 0 && matches!(second, 2 | 5..=9);
    let length = run.digits.len();
    let right = length == 11 && eleven || length == 10 && !(eleven && matches!(second, 7..=9));
    let groups = match run.groups.as_slice() {
        [a, b, c] => {
            (2..=5).contains(a) && (1..=4).contains(b) && (*c == 4 || (*c == 3 && *a == 4))
        }
        [_] => called || (eleven && length == 11 && *second != 2),
        [_, _] => called,
        _ => false,
    };
    right && groups && *second != 0 && (!run.dotted || called)
}

fn is_american(run: &Run, called: bool) -> bool {
    let digits: &[u8] = match (run.digits.as_slice(), run.groups.as_slice()) {
        ([1, rest @ ..], [1, 3, 3, 4]) => rest,
        (all, [3, 3, 4]) => all,
        (all, [10]) if called => all,
        _ => return false,
    };
    digits.len() == 10 && digits[0] > 1 && digits[3] > 1 && (!run.dotted || called)
}

fn is_british(run: &Run, called: bool) -> bool {
    let length = run.digits.len();
    let groups = matches!(run.groups.as_slice(), [3, 4, 4] | [4, 3, 4] | [5, 6] | [5, 3, 3]);
    run.digits.first() == Some(&0)
        && run.digits.get(1) != Some(&0)
        && length == 11
        && groups
        && (called || run.groups == [5, 6])
}
