//! Sets of instants as sorted spans that neither touch nor overlap.

use model::{Micros, Span};

/// Sorts and unites.
pub(crate) fn unite(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|it| it.from < it.to);
    spans.sort();
    let mut found: Vec<Span> = Vec::new();
    for span in spans {
        match found.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => found.push(span),
        }
    }
    found
}

/// What lies in both. Both are united already.
pub(crate) fn meet(a: &[Span], b: &[Span]) -> Vec<Span> {
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::new();
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let both = Span { from: x.from.max(y.from), to: x.to.min(y.to) };
        if both.from < both.to {
            found.push(both);
        }
        if x.to <= y.to { i += 1 } else { j += 1 }
    }
    found
}

/// What lies in the first and not in the second. Both are united already.
pub(crate) fn minus(a: &[Span], b: &[Span]) -> Vec<Span> {
    let mut found = Vec::new();
    for span in a {
        let mut from = span.from;
        let first = b.partition_point(|it| it.to <= span.from);
        for hole in b[first..].iter().take_while(|it| it.from < span.to) {
            if hole.from > from {
                found.push(Span { from, to: hole.from });
            }
            from = from.max(hole.to);
        }
        if from < span.to {
            found.push(Span { from, to: span.to });
        }
    }
    found
}

/// Total length.
pub(crate) fn length(spans: &[Span]) -> Micros {
    spans.iter().map(|it| it.to - it.from).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(all: &[(i64, i64)]) -> Vec<Span> {
        unite(all.iter().map(|(from, to)| Span { from: *from, to: *to }).collect())
    }

    #[test]
    fn spans_unite_but_a_gap_stays_a_gap() {
        assert_eq!(set(&[(5, 9), (0, 5), (7, 7)]), set(&[(0, 9)]));
        assert_eq!(set(&[(0, 4), (5, 9)]).len(), 2);
    }

    proptest::proptest! {
        #[test]
        fn sets_behave_as_sets(a in proptest::collection::vec((0..40i64, 0..40i64), 0..8), b in proptest::collection::vec((0..40i64, 0..40i64), 0..8)) {
            let (a, b) = (set(&a), set(&b));
            let (both, rest) = (meet(&a, &b), minus(&a, &b));
            for at in 0..40 {
                let within = |set: &[Span]| set.iter().any(|it| it.contains(at));
                proptest::prop_assert_eq!(within(&both), within(&a) && within(&b));
                proptest::prop_assert_eq!(within(&rest), within(&a) && !within(&b));
            }
            proptest::prop_assert_eq!(length(&both) + length(&rest), length(&a));
        }
    }
}
