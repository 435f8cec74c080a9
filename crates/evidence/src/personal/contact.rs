//! Postal addresses, dates of birth, passports.

use super::{Hit, PersonalKind, letters::Letters};

const PREFECTURES: [&str; 47] = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
];
const STREETS: &[&str] = &[
    "street",
    "st",
    "avenue",
    "ave",
    "road",
    "rd",
    "boulevard",
    "blvd",
    "lane",
    "ln",
    "drive",
    "court",
    "square",
    "terrace",
    "crescent",
    "parkway",
    "highway",
    "close",
    "gardens",
];
const BIRTH: &[&str] = &[
    "生年月日",
    "誕生日",
    "生まれ",
    "dob",
    "d.o.b",
    "date of birth",
    "birth date",
    "birthdate",
    "birthday",
    "born",
    "born on",
];
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const PASSPORT: &[&str] = &[
    "旅券番号",
    "旅券",
    "パスポート番号",
    "パスポート",
    "passport",
    "passport number",
    "passport no",
];

pub(super) fn find(letters: &Letters, found: &mut Vec<Hit>) {
    let mut at = 0;
    while at < letters.all.len() {
        let hit = japanese(letters, at)
            .or_else(|| western(letters, at))
            .map(|to| (PersonalKind::PostalAddress, to))
            .or_else(|| birth(letters, at).map(|to| (PersonalKind::BirthDate, to)))
            .or_else(|| passport(letters, at).map(|to| (PersonalKind::Passport, to)));
        match hit {
            Some((kind, to)) => {
                found.push(Hit { kind, from: at, to });
                at = to.max(at + 1);
            }
            None => at += 1,
        }
    }
}

/// A prefecture or a postal code, a municipality behind it, and a number of a block behind that.
fn japanese(letters: &Letters, at: usize) -> Option<usize> {
    let begins = match letters.get(at) {
        '〒' => {
            let from = at + 1 + usize::from(letters.get(at + 1) == ' ');
            let code = (0..8).all(|n| {
                if n == 3 {
                    letters.get(from + n) == '-'
                } else {
                    letters.get(from + n).is_ascii_digit()
                }
            });
            (code || (0..7).all(|n| letters.get(from + n).is_ascii_digit()))
                .then_some(from + if code { 8 } else { 7 })?
        }
        c if ('一'..='龥').contains(&c) => {
            let name = PREFECTURES.iter().find(|it| letters.starts(at, it))?;
            at + name.chars().count()
        }
        _ => return None,
    };
    let town = (begins..begins + 14)
        .find(|it| matches!(letters.get(*it), '市' | '区' | '町' | '村' | '郡'))?;
    // The code may stand in a line of its own.
    let begins = begins + usize::from(letters.get(at) == '〒' && letters.get(begins) == '\n');
    if letters.slice(begins, town).iter().any(|c| matches!(c, '\n' | '。' | '、')) {
        return None;
    }
    block(letters, town + 1)
}

/// The end of the number of a block: `1丁目2-3`, `1-2-3`, `12番地`, `四丁目`.
fn block(letters: &Letters, from: usize) -> Option<usize> {
    let number = |c: char| c.is_ascii_digit() || "一二三四五六七八九十〇".contains(c);
    let mut at = from;
    while at < from + 22 {
        let c = letters.get(at);
        if matches!(c, '\n' | '。' | '、' | '」') {
            return None;
        }
        if number(c) {
            let mut end = at;
            while number(letters.get(end)) {
                end += 1;
            }
            let next = letters.get(end);
            let unit = matches!(next, '丁' | '番' | '号')
                || (matches!(next, '-' | 'ー' | 'ノ' | 'の') && number(letters.get(end + 1)));
            if unit {
                let tail = |c: char| number(c) || "丁目番地号-ーのノ".contains(c);
                while tail(letters.get(end)) {
                    end += 1;
                }
                return Some(end);
            }
            at = end;
            continue;
        }
        at += 1;
    }
    None
}

/// `221B Baker Street`, and Japanese addresses in Latin letters: `1-2-3 Marunouchi, Chiyoda-ku`.
fn western(letters: &Letters, at: usize) -> Option<usize> {
    let digit = |at: usize| letters.get(at).is_ascii_digit();
    let joined = letters.before(at).is_ascii_alphanumeric()
        || matches!(letters.before(at), '-' | '.' | '$' | ',' | '/');
    if !digit(at) || joined {
        return None;
    }
    let mut end = at;
    while digit(end) || (letters.get(end) == '-' && digit(end + 1)) {
        end += 1;
    }
    let blocks = letters.slice(at, end).contains(&'-');
    if end - at > 12 || (!blocks && end - at > 5) {
        return None;
    }
    end += usize::from(letters.get(end).is_ascii_alphabetic() && letters.get(end + 1) == ' ');
    end += usize::from(letters.get(end) == ',');
    if letters.get(end) != ' ' {
        return None;
    }
    let mut word = end + 1;
    for n in 0..5 {
        if !letters.is_capital(word) {
            return None;
        }
        let mut to = word;
        while letters.get(to).is_ascii_alphabetic() || matches!(letters.get(to), '\'' | '-') {
            to += 1;
        }
        let text: String = letters.slice(word, to).iter().collect();
        if n > 0 && !blocks && STREETS.contains(&text.as_str()) {
            return Some(to);
        }
        let place = ["-ku", "-shi", "-cho", "-machi", "-gun"].iter().any(|it| text.ends_with(it));
        if blocks && place {
            return Some(to);
        }
        to += usize::from(matches!(letters.get(to), ',' | '.'));
        if letters.get(to) != ' ' {
            return None;
        }
        word = to + 1;
    }
    None
}

fn birth(letters: &Letters, at: usize) -> Option<usize> {
    let c = letters.get(at);
    let begins = c.is_ascii_digit()
        || matches!(c, '昭' | '平' | '大' | '令' | 's' | 'h')
        || c.is_ascii_alphabetic();
    if !begins || letters.before(at).is_ascii_alphanumeric() {
        return None;
    }
    let to = date(letters, at)?;
    let born = letters.starts(to, "生まれ") || letters.starts(to, "年生まれ");
    let after = born || (letters.get(to) == '生' && !letters.get(to + 1).is_alphanumeric());
    (after || letters.behind(at, 20, BIRTH)).then_some(to)
}

/// The end of a date, Western, Japanese or English; `None` if there is none.
fn date(letters: &Letters, at: usize) -> Option<usize> {
    let number = |at: usize| {
        let mut end = at;
        while letters.get(end).is_ascii_digit() && end < at + 4 {
            end += 1;
        }
        let value =
            letters.slice(at, end).iter().fold(0, |sum, c| sum * 10 + c.to_digit(10).unwrap_or(0));
        (end > at).then_some((value, end))
    };
    let gap = |at: usize| at + usize::from(matches!(letters.get(at), ' ' | ',' | '.'));
    let month = |at: usize| {
        MONTHS.iter().position(|it| letters.starts(at, it)).map(|_| {
            let mut end = at;
            while letters.get(end).is_ascii_alphabetic() {
                end += 1;
            }
            gap(gap(end))
        })
    };
    let era = ["昭和", "平成", "大正", "令和"].iter().any(|it| letters.starts(at, it));
    let short = matches!(letters.get(at), 's' | 'h') && letters.get(at + 1).is_ascii_digit();
    if era || short {
        let from = at + if era { 2 } else { 1 };
        let (_, end) = if letters.get(from) == '元' { (1, from + 1) } else { number(from)? };
        return rest(letters, end, number);
    }
    if let Some(next) = month(at) {
        let (day, end) = number(next)?;
        let end = if ["st", "nd", "rd", "th"].iter().any(|it| letters.starts(end, it)) {
            end + 2
        } else {
            end
        };
        let (year, end) = number(gap(gap(end)))?;
        return ((1..=31).contains(&day) && is_year(year)).then_some(end);
    }
    let (first, end) = number(at)?;
    if is_year(first) {
        return rest(letters, end, number);
    }
    let end = if ["st", "nd", "rd", "th"].iter().any(|it| letters.starts(end, it)) {
        end + 2
    } else {
        end
    };
    if let Some(next) = month(gap(end)) {
        let (year, end) = number(next)?;
        return ((1..=31).contains(&first) && is_year(year)).then_some(end);
    }
    let separator = letters.get(end);
    if !matches!(separator, '/' | '-' | '.') || !(1..=31).contains(&first) {
        return None;
    }
    let (second, end) = number(end + 1)?;
    let (year, to) = number(end + 1)?;
    (letters.get(end) == separator && (1..=31).contains(&second) && is_year(year)).then_some(to)
}

fn is_year(year: u32) -> bool {
    (1900..=2030).contains(&year)
}

/// Month and day behind a year: `年4月5日`, `-04-05`, `/4/5`.
fn rest(
    letters: &Letters,
    at: usize,
    number: impl Fn(usize) -> Option<(u32, usize)>,
) -> Option<usize> {
    let parts = |c: char| matches!(c, '年' | '-' | '/' | '.');
    let after = |at: usize| at + usize::from(letters.get(at) == ' ');
    if !parts(letters.get(at)) {
        return None;
    }
    let (month, end) = number(after(at + 1))?;
    if !matches!(letters.get(end), '月' | '-' | '/' | '.') {
        return None;
    }
    let (day, end) = number(after(end + 1))?;
    let whole = (1..=12).contains(&month) && (1..=31).contains(&day);
    whole.then_some(end + usize::from(letters.get(end) == '日'))
}

/// Two letters and seven digits (Japan), or a number straight behind the word.
fn passport(letters: &Letters, at: usize) -> Option<usize> {
    if letters.before(at).is_ascii_alphanumeric() || !letters.get(at).is_ascii_alphanumeric() {
        return None;
    }
    let mut to = at;
    while letters.get(to).is_ascii_alphanumeric() && to < at + 12 {
        to += 1;
    }
    let head = letters.slice(at, to).iter().take_while(|c| c.is_ascii_alphabetic()).count();
    let digits = letters.slice(at + head, to);
    let sound =
        digits.iter().all(char::is_ascii_digit) && (0..head).all(|n| letters.is_capital(at + n));
    let japanese = head == 2
        && digits.len() == 7
        && (letters.behind(at, 30, PASSPORT) || letters.ahead(to, 15, PASSPORT));
    let foreign = head <= 2 && (6..=9).contains(&digits.len()) && letters.behind(at, 22, PASSPORT);
    (sound && (japanese || foreign)).then_some(to)
}
