//! What a verdict cannot say, and why.

use model::Phrase;

use super::Area;

pub(super) const AREAS: &[Area] = &[
    (
        "limit",
        &[
            (
                "list_view",
                Phrase::new(
                    "report.limit_list_view",
                    "looking at the list of a folder leaves no record",
                ),
            ),
            (
                "token_refresh",
                Phrase::new(
                    "report.limit_token_refresh",
                    "non-interactive sign-ins are missing; used tokens show only in the work records",
                ),
            ),
            (
                "token_only",
                Phrase::new(
                    "report.limit_token_only",
                    "only a token for the service was issued to another client; use of the service itself is not shown",
                ),
            ),
            (
                "not_contained",
                Phrase::new("report.limit_not_contained", "the access is not shown to be ended"),
            ),
            (
                "state_not_seen",
                Phrase::new(
                    "report.limit_state_not_seen",
                    "no export of the present settings was read, so settings made before the log begins are not seen",
                ),
            ),
            (
                "no_geoip",
                Phrase::new(
                    "report.limit_no_geoip",
                    "no offline data on countries and networks; the country comes from sign-in records only",
                ),
            ),
            (
                "throttled",
                Phrase::new(
                    "report.limit_throttled",
                    "the log left out records of reading because there were too many",
                ),
            ),
            (
                "lossy_export",
                Phrase::new(
                    "report.limit_lossy_export",
                    "parts of records were lost in the export",
                ),
            ),
            (
                "first_access_open",
                Phrase::new(
                    "report.limit_first_access_open",
                    "the time before the first access is not shown to be quiet: it may have begun earlier",
                ),
            ),
            (
                "no_snapshot",
                Phrase::new(
                    "report.limit_no_snapshot",
                    "no copy of the mailbox as it stood was read",
                ),
            ),
            (
                "lists_not_whole",
                Phrase::new(
                    "report.limit_lists_not_whole",
                    "not every address list was read whole",
                ),
            ),
        ],
    ),
    (
        "gap",
        &[
            ("not_collected", Phrase::new("report.gap_not_collected", "the log was not collected")),
            ("expired", Phrase::new("report.gap_expired", "the log had expired")),
            ("capped", Phrase::new("report.gap_capped", "the export stopped at a row limit")),
            ("truncated", Phrase::new("report.gap_truncated", "the export is cut off")),
            (
                "throttled",
                Phrase::new(
                    "report.gap_throttled",
                    "the log left out records because there were too many",
                ),
            ),
            (
                "not_licensed",
                Phrase::new("report.gap_not_licensed", "the licence does not include this log"),
            ),
            (
                "not_audited",
                Phrase::new("report.gap_not_audited", "auditing is not shown to have been on"),
            ),
            ("hole", Phrase::new("report.gap_hole", "the log has an unexplained hole")),
            ("late", Phrase::new("report.gap_late", "records of the last hours may arrive late")),
            (
                "rejected",
                Phrase::new("report.gap_rejected", "rows of the export could not be read"),
            ),
            (
                "not_stated",
                Phrase::new(
                    "report.gap_not_stated",
                    "it is not stated what the export was asked for and when",
                ),
            ),
            (
                "before_first_access",
                Phrase::new(
                    "report.gap_before_first_access",
                    "the time before the first access is not covered",
                ),
            ),
        ],
    ),
    (
        "missing",
        &[
            (
                "older_than_retention",
                Phrase::new("report.missing_older_than_retention", "older than the log is kept"),
            ),
            ("not_audited", Phrase::new("report.missing_not_audited", "not audited")),
            ("not_collected", Phrase::new("report.missing_not_collected", "not collected")),
            (
                "refused_at_limit",
                Phrase::new("report.missing_refused_at_limit", "refused at the sending limit"),
            ),
            ("deleted", Phrase::new("report.missing_deleted", "deleted")),
            ("never_left", Phrase::new("report.missing_never_left", "never left the organisation")),
            ("unexplained", Phrase::new("report.missing_unexplained", "unexplained")),
        ],
    ),
    (
        "basis",
        &[
            (
                "declared",
                Phrase::new(
                    "report.basis_declared",
                    "declared: what was asked for and when is stated",
                ),
            ),
            ("inferred", Phrase::new("report.basis_inferred", "inferred from the records")),
            ("attested", Phrase::new("report.basis_attested", "attested by an expert")),
            (
                "unreachable",
                Phrase::new("report.basis_unreachable", "unreachable from the account"),
            ),
            ("none", Phrase::new("report.basis_none", "none")),
        ],
    ),
];
