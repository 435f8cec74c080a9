//! The context of an event: everything a session is split by, within one clock hour.

use model::{Event, HOUR};
use sha2::{Digest as _, Sha256};

/// An event as both logs have it; `protocol` is empty outside the sign-in log.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) event: &'a Event,
    pub(crate) signin: bool,
    pub(crate) protocol: &'a str,
}

impl Seen<'_> {
    /// Whether the record tells of something that worked.
    pub(crate) fn worked(&self) -> bool {
        self.event.succeeded != Some(false) && !(self.signin && self.event.error > 0)
    }

    /// Start of its clock hour.
    pub(crate) fn hour(&self) -> i64 {
        self.event.at.div_euclid(HOUR) * HOUR
    }

    /// SHA-256 over the length-prefixed fields, first 16 bytes.
    pub(crate) fn id(&self) -> [u8; 16] {
        let it = self.event;
        let mut hash = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        let maybe = |value: Option<bool>| [value.map_or(2, u8::from)];
        add(&[u8::from(self.signin)]);
        for text in [&it.actor, &it.ip, &it.session, &it.token, &it.app, &it.client, &it.agent] {
            add(text.as_bytes());
        }
        add(it.device.as_bytes());
        add(&maybe(it.managed));
        add(&maybe(it.registered));
        add(it.country.as_bytes());
        add(&it.asn.to_le_bytes());
        add(&it.user_type.to_le_bytes());
        add(&it.error.to_le_bytes());
        add(&[u8::from(self.worked())]);
        add(self.protocol.as_bytes());
        add(&self.hour().to_le_bytes());
        first_16(&hash.finalize())
    }
}

pub(crate) fn first_16(bytes: &[u8]) -> [u8; 16] {
    let mut out = [0; 16];
    for (to, from) in out.iter_mut().zip(bytes) {
        *to = *from;
    }
    out
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
    out
}
