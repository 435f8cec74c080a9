use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::clock::{posted_on, unix_day};
use super::super::rng::Rng;
use super::super::sim::{Posted, Sim};
use super::super::tenant::RECOVERABLE;
use super::{Declared, Export};

/// The victim's whole mailbox as it stood when it was collected: mbox, one file a folder.
pub(super) fn folders(sim: &Sim, out: &mut Export) {
    let Some(owner) = sim.exported else { return };
    let names: BTreeMap<&str, String> = sim
        .book
        .everybody()
        .map(|it| (it.address.as_str(), format!("{} {}", it.surname, it.given)))
        .collect();
    let writer = Writer { sim, names };
    let mut files: BTreeMap<&str, Vec<&Posted>> = BTreeMap::new();
    for it in sim.stored(owner, sim.setting.copied) {
        files.entry(it.folder).or_default().push(it.posted);
    }
    for (folder, mut mails) in files {
        mails.sort_by(|a, b| (a.message.at, &a.message.id).cmp(&(b.message.at, &b.message.id)));
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = mails.iter().try_for_each(|it| writer.mail(it, &mut text));
        let name = if folder == RECOVERABLE { "Recoverable Items" } else { folder };
        let path = format!("mailbox/{}.mbox", name.trim_start_matches('\\').replace('\\', "/"));
        out.count(&path, "mailbox", mails.len(), mails.len());
        out.file(&path, text.into_bytes());
    }
    out.declared.push(Declared {
        glob: "mailbox/**",
        span: (0, 0),
        tool: "mbox export of the whole mailbox",
        high_completeness: false,
        snapshot: Some(sim.people[owner].upn.clone()),
    });
}

struct Writer<'a> {
    sim: &'a Sim,
    /// Names of people outside.
    names: BTreeMap<&'a str, String>,
}

/// What the fraudulent mail links to: a name reserved for examples.
const LURE: &str = "https://login.microsoft-verify.example/keep";

impl Writer<'_> {
    fn mail(&self, it: &Posted, out: &mut String) -> std::fmt::Result {
        let message = &it.message;
        writeln!(out, "From {} {}", it.sender, unix_day(message.at))?;
        writeln!(out, "From: {}", self.person(&it.sender))?;
        let to: Vec<String> = it.recipients.iter().map(|it| self.person(it)).collect();
        writeln!(out, "To: {}", to.join(",\n "))?;
        writeln!(out, "Subject: {}", encoded(&message.subject))?;
        writeln!(out, "Date: {}", posted_on(&self.sim.clock, message.at))?;
        writeln!(out, "Message-ID: {}", message.id)?;
        writeln!(out, "MIME-Version: 1.0")?;
        match &it.bounced {
            Some((original, lost)) => self.notice(it, (original, lost), out)?,
            None if message.fraudulent => lure(&message.id, out)?,
            None => plain(&self.body(it), out)?,
        }
        writeln!(out)
    }

    /// Name and address, as a mail program writes them.
    fn person(&self, address: &str) -> String {
        let own = self.sim.people.iter().find(|it| it.upn == address).map(|it| it.name.as_str());
        match own.or_else(|| self.names.get(address).map(String::as_str)) {
            Some(name) => format!("{} <{address}>", encoded(name)),
            None => address.to_owned(),
        }
    }

    fn body(&self, it: &Posted) -> String {
        let mut rng = Rng::new(self.sim.options.seed, &it.message.id);
        let lines = [
            "いつもお世話になっております。",
            "標記の件、下記のとおりご連絡いたします。",
            "ご確認のほど、よろしくお願いいたします。",
            "添付の資料をご覧ください。",
            "来週の打合せについてご相談です。",
        ];
        format!("{}\n{}\n", rng.pick(&lines), rng.pick(&lines))
    }

    /// A report of non-delivery (RFC 3464).
    fn notice(
        &self,
        it: &Posted,
        (original, lost): (&str, &[String]),
        out: &mut String,
    ) -> std::fmt::Result {
        let mark = format!("=_{}", Rng::new(self.sim.options.seed, &it.message.id).hex(16));
        writeln!(
            out,
            "Auto-Submitted: auto-replied\nIn-Reply-To: {original}\nReferences: {original}"
        )?;
        writeln!(
            out,
            "Content-Type: multipart/report; report-type=delivery-status;\n boundary=\"{mark}\"\n"
        )?;
        writeln!(out, "--{mark}")?;
        plain("宛先のメールアドレスが見つからないため、配信できませんでした。\n", out)?;
        writeln!(out, "--{mark}\nContent-Type: message/delivery-status\n")?;
        writeln!(out, "Reporting-MTA: dns;{}.outlook.com", self.sim.tenant.server)?;
        for address in lost {
            writeln!(out, "\nFinal-Recipient: rfc822;{address}\nAction: failed\nStatus: 5.1.10")?;
            writeln!(out, "Diagnostic-Code: smtp;550 5.1.10 Recipient not found")?;
        }
        writeln!(out, "\n--{mark}\nContent-Type: text/rfc822-headers\n\nMessage-ID: {original}")?;
        writeln!(out, "\n--{mark}--")
    }
}

/// The headers and body of a plain text in UTF-8.
fn plain(text: &str, out: &mut String) -> std::fmt::Result {
    writeln!(out, "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n")?;
    folded(&base64(text.as_bytes()), out)
}

/// The fraudulent mail: a page with one link.
fn lure(id: &str, out: &mut String) -> std::fmt::Result {
    let mark: String = id.chars().filter(char::is_ascii_alphanumeric).skip(16).take(8).collect();
    writeln!(out, "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 7bit\n")?;
    writeln!(
        out,
        "<p>Microsoft 365</p><p><a href=\"{LURE}?u={mark}\">Keep current password</a></p>"
    )
}

/// A text in a header (RFC 2047), each word short enough for a line.
fn encoded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let words: Vec<String> = letters
        .chunks(14)
        .map(|part| {
            let part: String = part.iter().collect();
            format!("=?utf-8?B?{}?=", base64(part.as_bytes()))
        })
        .collect();
    words.join("\n ")
}

fn folded(text: &str, out: &mut String) -> std::fmt::Result {
    let mut rest = text;
    while rest.len() > 76 {
        let (line, more) = rest.split_at(76);
        writeln!(out, "{line}")?;
        rest = more;
    }
    writeln!(out, "{rest}")
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let byte = |at: usize| u32::from(part.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= part.len() { char::from(sign) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_as_rfc_4648_has_it() {
        let pairs =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (text, want) in pairs {
            assert_eq!(super::base64(text.as_bytes()), want);
        }
    }
}
