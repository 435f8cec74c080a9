//! Addresses that are nearly the same: but for a plus-tag, dots, or one letter. Found by deleting
//! one letter on both sides and meeting, so the work grows with the lists and not their product.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Longest local part looked at letter by letter; longer ones are compared whole.
const LONGEST: usize = 64;

/// Addresses to be met.
pub(crate) struct Near<'a> {
    addresses: &'a [String],
    /// Hash of domain and a form of the local part, number of the address; in order. Hashes only
    /// propose: every meeting is looked at.
    forms: Vec<(u64, u32)>,
}

impl<'a> Near<'a> {
    pub(crate) fn new(addresses: &'a [String]) -> Near<'a> {
        let mut forms = Vec::new();
        for (number, address) in (0_u32..).zip(addresses) {
            let Some((local, domain)) = address.rsplit_once('@') else { continue };
            forms.extend(forms_of(local).iter().map(|form| (hash(domain, form), number)));
        }
        forms.sort_unstable();
        Near { addresses, forms }
    }

    /// Numbers of the addresses near to this one; the same address is not near.
    pub(crate) fn to(&self, other: &str, met: &mut dyn FnMut(usize)) {
        let Some((local, domain)) = other.rsplit_once('@') else { return };
        if self.forms.is_empty() {
            return;
        }
        for form in forms_of(local) {
            let wanted = hash(domain, &form);
            let start = self.forms.partition_point(|(hash, _)| *hash < wanted);
            for (_, number) in self.forms[start..].iter().take_while(|(hash, _)| *hash == wanted) {
                let address = &self.addresses[*number as usize];
                let Some((own, at)) = address.rsplit_once('@') else { continue };
                let near = || plain(own) == plain(local) || one_apart(own, local);
                if at == domain && address != other && near() {
                    met(*number as usize);
                }
            }
        }
    }
}

fn hash(domain: &str, form: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (domain, form).hash(&mut hasher);
    hasher.finish()
}

/// The local part without plus-tag and dots.
fn plain(local: &str) -> String {
    let local = local.split_once('+').map_or(local, |(it, _)| it);
    local.chars().filter(|it| *it != '.').collect()
}

/// The forms two near addresses have at least one of in common.
fn forms_of(local: &str) -> Vec<String> {
    let mut forms = vec![plain(local), local.to_owned()];
    let letters: Vec<char> = local.chars().collect();
    if letters.len() <= LONGEST {
        for without in 0..letters.len() {
            let kept = letters.iter().enumerate().filter(|(at, _)| *at != without);
            forms.push(kept.map(|(_, letter)| *letter).collect());
        }
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// Whether one letter put in, left out or changed makes one of the other.
fn one_apart(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    let front = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    match long.len() - short.len() {
        0 => front < long.len() && short[front + 1..] == long[front + 1..],
        1 => short[front..] == long[front + 1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearness() {
        let addresses: Vec<String> =
            ["taro.yamada@a.jp", "hanako@a.jp", "ken@b.jp"].map(str::to_owned).to_vec();
        let near = Near::new(&addresses);
        let met = |other: &str| {
            let mut found = Vec::new();
            near.to(other, &mut |it| found.push(it));
            found.sort_unstable();
            found.dedup();
            found
        };
        assert_eq!(met("taroyamada@a.jp"), [0]);
        assert_eq!(met("taro.yamada+x@a.jp"), [0]);
        assert_eq!(met("hanakp@a.jp"), [1]);
        assert_eq!(met("hanak@a.jp"), [1]);
        assert_eq!(met("hanakoo@a.jp"), [1]);
        assert!(met("hanako@a.jp").is_empty());
        assert!(met("hanako@b.jp").is_empty());
        assert!(met("hnaako@a.jp").is_empty());
    }
}
