//! What readers should do, and whom they can ask.

use model::Phrase;

use super::{Block, Words};
use crate::Language;

/// What somebody does who got such a mail, also if he already clicked or typed a password.
pub(super) fn for_recipients(language: Language) -> Vec<Block> {
    let items = [
        Phrase::new(
            "announcement.do_not_open",
            "Do not open links or attachments in such a mail and do not answer it; delete it.",
        ),
        Phrase::new(
            "announcement.typed_password",
            "If you typed a password on a page reached from it: change that password at once, also wherever else you use it, sign out of all sessions, and tell your organisation's IT staff.",
        ),
        Phrase::new(
            "announcement.opened_attachment",
            "If you opened an attachment: disconnect the device from the network and tell your organisation's IT staff.",
        ),
        Phrase::new(
            "announcement.typed_card",
            "If you typed card or bank details: call the card company or bank.",
        ),
        Phrase::new(
            "announcement.genuine",
            "How to recognise genuine mail from us: ［address, signature, a telephone number to call back］",
        ),
    ];
    let items = items.map(|it| Words::Ours(language.word(it)));
    vec![
        Block::Heading(
            language.word(Phrase::new("announcement.h_recipients", "If you received such a mail")),
        ),
        Block::List(items.into()),
    ]
}

/// The contact point.
pub(super) fn contact(language: Language) -> Vec<Block> {
    let items = [
        Phrase::new("announcement.contact", "［department and telephone number］"),
        Phrase::new("announcement.contact_mail", "［mail address for this matter, hours］"),
    ];
    let items = items.map(|it| Words::Ours(language.word(it)));
    vec![
        Block::Heading(language.word(Phrase::new("announcement.h_contact", "Contact"))),
        Block::List(items.into()),
    ]
}
