use super::super::sim::{Message, Posted, Sim, Trace};
use super::super::tenant::backend;

/// One mail on its way: who to whom, from which address.
pub(crate) struct Letter<'a> {
    pub(crate) message: &'a Message,
    pub(crate) sender: &'a str,
    pub(crate) recipients: &'a [String],
    pub(crate) from_ip: &'a str,
    pub(crate) status: &'static str,
}

impl Sim {
    /// The trace rows of a mail, one a recipient, and its arrival in the tenant's mailboxes.
    pub(crate) fn carry(&mut self, letter: &Letter<'_>) {
        let own = format!("@{}", self.setting.domain);
        let inside = |a: &str| a.ends_with(&own);
        self.posted.push(Posted {
            message: letter.message.clone(),
            sender: letter.sender.to_owned(),
            recipients: letter.recipients.to_vec(),
            status: letter.status,
            bounced: None,
        });
        for recipient in letter.recipients {
            let direction = match (inside(letter.sender), inside(recipient)) {
                (true, true) => "internal",
                (true, false) => "outbound",
                _ => "inbound",
            };
            let to_ip = if inside(recipient) {
                String::new()
            } else {
                format!("198.51.100.{}", self.rng.range(2, 250))
            };
            self.trace.push(Trace {
                at: letter.message.at,
                message: letter.message.id.clone(),
                trace_id: self.rng.guid(),
                sender: letter.sender.to_owned(),
                recipient: recipient.clone(),
                subject: letter.message.subject.clone(),
                status: letter.status,
                from_ip: letter.from_ip.to_owned(),
                to_ip,
                size: letter.message.size,
                direction,
                fraudulent: letter.message.fraudulent,
            });
            if letter.status == "Delivered"
                && let Some(i) = self.people.iter().position(|p| p.upn == *recipient)
            {
                self.mailboxes[i].inbox.push(letter.message.clone());
            }
        }
    }

    /// A mail from outside to one of ours.
    pub(crate) fn receive(&mut self, at: i64, to: usize, sender: &str, subject: &str) {
        let host = sender.rsplit('@').next().unwrap_or("example.com");
        let id = format!("<{}.{}@{host}>", self.rng.hex(12), self.rng.range(1000, 9999));
        let size = self.rng.range(8_000, 400_000);
        let message = self.message(at, id, subject, size, false);
        let recipient = self.people[to].upn.clone();
        let from_ip = format!("203.0.113.{}", self.rng.range(2, 250));
        let status = if self.rng.chance(3) { "FilteredAsSpam" } else { "Delivered" };
        self.carry(&Letter {
            message: &message,
            sender,
            recipients: &[recipient],
            from_ip: &from_ip,
            status,
        });
    }

    /// A notice of non-delivery, from the service itself.
    pub(crate) fn bounce(
        &mut self,
        at: i64,
        to: usize,
        original: &Message,
        lost: &[String],
    ) -> Message {
        let sender =
            format!("MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@{}", self.setting.domain);
        let head = if self.setting.ja { "配信不能: " } else { "Undeliverable: " };
        let message = self.new_message(at, &format!("{head}{}", original.subject), false);
        let from_ip = backend(&mut self.rng).ip;
        let recipient = self.people[to].upn.clone();
        self.carry(&Letter {
            message: &message,
            sender: &sender,
            recipients: &[recipient],
            from_ip: &from_ip,
            status: "Delivered",
        });
        if let Some(notice) = self.posted.last_mut() {
            notice.bounced = Some((original.id.clone(), lost.to_vec()));
        }
        message
    }
}
