//! Address cards: `BEGIN:VCARD` to `END:VCARD` (RFC 6350).

/// Takes a text apart into cards with their place; what stands outside is no card. The last of a
/// cut text comes with `false`.
pub(crate) fn split(text: &str) -> Vec<(usize, usize, bool)> {
    let mut found = Vec::new();
    let mut from = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let word = line.trim().to_ascii_uppercase();
        if word == "BEGIN:VCARD" {
            if let Some(start) = from.replace(at) {
                found.push((start, at, false));
            }
        } else if word == "END:VCARD"
            && let Some(start) = from.take()
        {
            found.push((start, at + line.len(), true));
        }
        at += line.len();
    }
    found.extend(from.map(|start| (start, text.len(), false)));
    found
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_cut_card_is_told() {
        let text = "BEGIN:VCARD\r\nEMAIL:a@x\r\nEND:VCARD\r\nBEGIN:VCARD\nEMAIL:b@x\nBEGIN:VCARD\nEND:VCARD\n";
        let whole: Vec<bool> = super::split(text).iter().map(|it| it.2).collect();
        assert_eq!(whole, [true, false, true]);
    }
}
