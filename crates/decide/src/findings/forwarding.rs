//! Mail of a mailbox forwarded as a whole. Setting it and clearing it are the same cmdlet: an
//! empty address clears it, so today's configuration proves nothing about yesterday's.
//! Source: MITRE ATT&CK T1114.003; formats §5.4.

use super::{Finding, Step, seen::Seen};

pub(super) const FINDING: Finding =
    Finding { kind: "forwarding", operations: &["Set-Mailbox"], read, burst: 0 };

fn read(it: &Seen<'_>) -> Option<Step> {
    let names = ["ForwardingSmtpAddress", "ForwardingAddress"];
    if !names.iter().any(|name| it.has_parameter(name)) {
        return None;
    }
    let to: Vec<String> = names
        .iter()
        .map(|name| it.parameter(name))
        .map(|value| value.trim_start_matches("smtp:").to_owned())
        .filter(|value| !value.is_empty() && !value.eq_ignore_ascii_case("$null"))
        .collect();
    Some(Step {
        set: !to.is_empty(),
        account: Some(it.account_of(&[
            &it.parameter("Identity"),
            &it.detail.mailbox,
            &it.detail.object,
        ])),
        keys: Vec::new(),
        what: to.join(", "),
        main: true,
    })
}
