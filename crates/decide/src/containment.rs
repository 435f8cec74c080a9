//! When did the organisation end the access, as the directory's own records show it?

use model::Detail;

use crate::window::Ended;

/// Directory operations that end every session of an account.
/// Microsoft names them in «Microsoft Entra audit activity reference».
pub const REVOKED: [&str; 3] = [
    "Update StsRefreshTokenValidFrom Timestamp",
    "Disable account",
    "Invalidate all refresh tokens for user",
];

/// Returns the ends of access that records show. The actor must be somebody else than the account, and
/// nobody in whose place the intruder may have acted (`hostile`): an intruder who signs out ends nothing.
pub fn ended(
    details: &[Detail],
    resolve: &dyn Fn(&str) -> String,
    hostile: &dyn Fn(&Detail) -> bool,
) -> Vec<Ended> {
    details
        .iter()
        .filter(|it| it.succeeded != Some(false) && REVOKED.contains(&it.operation.as_str()))
        .filter(|it| it.object.contains('@') && !hostile(it))
        .map(|it| (resolve(&it.actor), Ended { account: resolve(&it.object), at: it.at }))
        .filter(|(actor, it)| !it.account.is_empty() && *actor != it.account)
        .map(|(_, it)| it)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_signs_himself_out_ends_nothing() {
        let by = |actor: &str| Detail {
            actor: actor.into(),
            object: "A@x".into(),
            operation: REVOKED[0].into(),
            at: 7,
            ..Detail::default()
        };
        let resolve = |name: &str| name.to_lowercase();
        let nobody = |_: &Detail| false;
        assert!(ended(&[by("a@x")], &resolve, &nobody).is_empty());
        let admin = ended(&[by("admin@x")], &resolve, &nobody);
        assert_eq!(admin, [Ended { account: "a@x".into(), at: 7 }]);
        let taken = |it: &Detail| it.actor == "admin@x";
        assert!(ended(&[by("admin@x")], &resolve, &taken).is_empty(), "the intruder's own hand");
    }
}
