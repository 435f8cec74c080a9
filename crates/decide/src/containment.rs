//! When did the organisation end the access, as the directory's own records show it?

use model::Detail;

use crate::window::Ended;

/// Directory operations that end every session of an account.
/// Microsoft names them in «Microsoft Entra audit activity reference».
const REVOKED: [&str; 3] =
    ["Update StsRefreshTokenValidFrom Timestamp", "Disable account", "Invalidate all refresh tokens for user"];

/// Returns the ends of access that records show. The actor must be somebody else than the account:
/// an intruder who signs out ends nothing.
pub fn ended(details: &[Detail], resolve: &dyn Fn(&str) -> String) -> Vec<Ended> {
    details
        .iter()
        .filter(|it| it.succeeded != Some(false) && REVOKED.contains(&it.operation.as_str()))
        .filter(|it| it.object.contains('@'))
        .map(|it| Ended { account: resolve(&it.object), at: it.at })
        .filter(|it| !it.account.is_empty())
        .collect()
}
