//! What somebody did, and how he stays.

use model::Phrase;

use super::Area;

pub(super) const AREAS: &[Area] = &[
    (
        "operation",
        &[
            ("sign_in", Phrase::new("report.operation_sign_in", "sign-in")),
            ("read", Phrase::new("report.operation_read", "mail read")),
            ("sync", Phrase::new("report.operation_sync", "folder synchronised")),
            ("search", Phrase::new("report.operation_search", "search")),
            ("list", Phrase::new("report.operation_list", "list viewed")),
            ("send", Phrase::new("report.operation_send", "mail sent")),
            ("delete", Phrase::new("report.operation_delete", "deletion")),
            ("move", Phrase::new("report.operation_move", "move")),
            ("update", Phrase::new("report.operation_update", "change of an item")),
            ("rule", Phrase::new("report.operation_rule", "inbox rule")),
            ("forward", Phrase::new("report.operation_forward", "forwarding")),
            ("consent", Phrase::new("report.operation_consent", "consent to an app")),
            ("permission", Phrase::new("report.operation_permission", "permission given")),
            (
                "mfa_change",
                Phrase::new("report.operation_mfa_change", "change of authentication method"),
            ),
            (
                "device_change",
                Phrase::new("report.operation_device_change", "device registered or changed"),
            ),
            ("file_read", Phrase::new("report.operation_file_read", "file opened")),
            ("file_download", Phrase::new("report.operation_file_download", "file downloaded")),
            ("file_change", Phrase::new("report.operation_file_change", "file changed")),
            ("export", Phrase::new("report.operation_export", "export")),
            ("config", Phrase::new("report.operation_config", "change of configuration")),
            ("other", Phrase::new("report.operation_other", "other")),
        ],
    ),
    (
        "act",
        &[
            ("sign_in", Phrase::new("report.act_sign_in", "signing in")),
            ("read", Phrase::new("report.act_read", "reading")),
            ("sync", Phrase::new("report.act_sync", "synchronising")),
            ("send", Phrase::new("report.act_send", "sending")),
            ("delete", Phrase::new("report.act_delete", "deleting")),
            ("move", Phrase::new("report.act_move", "moving")),
            ("update", Phrase::new("report.act_update", "changing items")),
            ("search", Phrase::new("report.act_search", "searching")),
            ("config", Phrase::new("report.act_config", "changing settings")),
            ("file_access", Phrase::new("report.act_file_access", "opening files")),
            ("connect", Phrase::new("report.act_connect", "connecting")),
            ("execute", Phrase::new("report.act_execute", "running programs")),
        ],
    ),
    (
        "persistence",
        &[
            ("inbox_rule", Phrase::new("report.persistence_inbox_rule", "inbox rule")),
            ("forwarding", Phrase::new("report.persistence_forwarding", "forwarding")),
            ("consent", Phrase::new("report.persistence_consent", "consent to an app")),
            (
                "app_credential",
                Phrase::new("report.persistence_app_credential", "credential of an app"),
            ),
            ("mfa_method", Phrase::new("report.persistence_mfa_method", "authentication method")),
            ("device", Phrase::new("report.persistence_device", "registered device")),
            ("delegate", Phrase::new("report.persistence_delegate", "delegate")),
            ("transport_rule", Phrase::new("report.persistence_transport_rule", "transport rule")),
            ("connector", Phrase::new("report.persistence_connector", "connector")),
            ("new_account", Phrase::new("report.persistence_new_account", "new account")),
        ],
    ),
    (
        "class",
        &[
            ("network", Phrase::new("report.class_network", "network")),
            ("client", Phrase::new("report.class_client", "client")),
            ("device", Phrase::new("report.class_device", "device")),
            ("token", Phrase::new("report.class_token", "token")),
            ("link", Phrase::new("report.class_link", "link")),
            ("behaviour", Phrase::new("report.class_behaviour", "behaviour")),
            ("time", Phrase::new("report.class_time", "time")),
        ],
    ),
];
