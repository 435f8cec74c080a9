//! Names of accounts, operations, messages and folders.

/// Returns an account name for comparing: trimmed, lower case, the claim prefix of SharePoint
/// (`i:0#.f|membership|`) off. `UserId` changes case within one tenant.
pub fn account(text: &str) -> String {
    let text = text.trim();
    let text = match text.rsplit_once('|') {
        Some((claim, name)) if claim.starts_with("i:0") && !name.trim().is_empty() => name.trim(),
        _ => text,
    };
    text.to_lowercase()
}

/// Returns an operation name without trailing dots and blanks, its dashes folded to `-`:
/// the directory writes `Add user.` and an en dash in `Update application – Certificates …`.
pub fn operation(text: &str) -> String {
    text.trim_start()
        .trim_end_matches(|c: char| c == '.' || c.is_whitespace())
        .chars()
        .map(|c| match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{ff0d}' => '-',
            '\u{a0}' => ' ',
            c => c,
        })
        .collect()
}

/// Returns an InternetMessageId without `<>` and blanks; its case is kept, for it matters.
pub fn message_id(text: &str) -> String {
    let id: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    id.trim_start_matches('<').trim_end_matches('>').to_owned()
}

/// Returns a folder path without leading backslashes and surrounding blanks, in the mailbox's own
/// language; separators inside are kept.
pub fn folder(text: &str) -> String {
    text.trim_start_matches(|c: char| c == '\\' || c.is_whitespace()).trim_end().to_owned()
}

/// Returns a header cell for comparing: BOM and quotes off, blanks off and folded, lower case.
pub fn header(text: &str) -> String {
    let text = text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{feff}' | '"' | '\u{200b}' | '\u{3000}')
    });
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&word.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn accounts_compare_without_case_and_claims() {
        assert_eq!(account(" GradyA@Example.COM "), "gradya@example.com");
        assert_eq!(account("i:0#.f|membership|A@b.jp"), "a@b.jp");
        assert_eq!(account("NT AUTHORITY\\SYSTEM (w3wp)"), "nt authority\\system (w3wp)");
        assert_eq!(account("i:0#.f|membership|"), "i:0#.f|membership|");
    }

    #[test]
    fn operations_lose_dots_blanks_and_en_dashes() {
        assert_eq!(operation("Add user."), "Add user");
        assert_eq!(
            operation("Update application \u{2013} Certificates and secrets management "),
            "Update application - Certificates and secrets management"
        );
        assert_eq!(operation("..."), "");
    }

    #[test]
    fn message_ids_keep_their_case() {
        assert_eq!(message_id(" <AbC@X.example> "), "AbC@X.example");
        assert_eq!(message_id("AbC@X"), "AbC@X");
        assert_eq!(message_id("<a\r\n b@c>"), "ab@c");
    }

    #[test]
    fn folders_lose_leading_backslashes_only() {
        assert_eq!(folder("\\送信済みアイテム"), "送信済みアイテム");
        assert_eq!(folder("\\\\Boîte de réception\\Clients "), "Boîte de réception\\Clients");
    }

    #[test]
    fn headers_compare_without_blanks_at_the_end_and_bom() {
        assert_eq!(header("\u{feff}\"Application ID \""), "application id");
        assert_eq!(header("Autonomous system  number"), "autonomous system number");
        assert_eq!(header("　電子メール アドレス"), "電子メール アドレス");
    }

    proptest! {
        #[test]
        fn names_are_idempotent(text in "\\PC{0,30}") {
            for f in [operation, message_id, folder, header] {
                let once = f(&text);
                prop_assert_eq!(f(&once), once);
            }
            let once = account(&text);
            prop_assert!(once.contains('|') || account(&once) == once);
        }
    }
}
