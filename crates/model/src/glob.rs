/// Tells whether a path fits a glob of the case file: `*` and `?` stay within one folder, `**`
/// crosses folders. A glob that names an archive speaks of everything inside it; a glob that names
/// a folder, of everything below it. Upper and lower case are one, as on Windows.
pub fn glob_matches(glob: &str, path: &str) -> bool {
    let glob = glob.trim_start_matches("./").replace('\\', "/").to_lowercase();
    let path = path.to_lowercase();
    let outer = path.split("!/").next().unwrap_or_default();
    let folder = glob.trim_end_matches('/');
    fits(glob.as_bytes(), path.as_bytes())
        || (outer != path && fits(glob.as_bytes(), outer.as_bytes()))
        || (!folder.contains(['*', '?']) && path.starts_with(&format!("{folder}/")))
}

fn fits(glob: &[u8], path: &[u8]) -> bool {
    match (glob, path) {
        ([], []) => true,
        ([b'*', b'*', rest @ ..], _) => {
            let rest = rest.strip_prefix(b"/").unwrap_or(rest);
            (0..=path.len()).any(|n| fits(rest, &path[n..]))
        }
        ([b'*', rest @ ..], _) => {
            let end = path.iter().position(|it| *it == b'/').unwrap_or(path.len());
            (0..=end).any(|n| fits(rest, &path[n..]))
        }
        ([b'?', rest @ ..], [c, tail @ ..]) if *c != b'/' => fits(rest, tail),
        ([g, rest @ ..], [c, tail @ ..]) if g == c => fits(rest, tail),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::glob_matches;

    #[test]
    fn a_star_stays_in_its_folder() {
        assert!(
            glob_matches("ual/*.csv", "ual/a.csv") && !glob_matches("ual/*.csv", "ual/b/a.csv")
        );
        assert!(
            glob_matches("**/*.csv", "ual/b/a.csv") && glob_matches("ual/*", "ual/a.zip!/x/y.csv")
        );
        assert!(
            glob_matches("lists", "lists/members.xlsx") && glob_matches("./UAL/?.csv", "ual/a.CSV")
        );
    }
}
