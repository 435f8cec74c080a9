//! One file an export. Adding a format is a file here and a line in [`FORMATS`].

mod database_postgres_csv;
mod entra_audit_diagnostic;
mod entra_audit_graph;
mod entra_audit_portal_csv;
mod entra_audit_sentinel;
mod entra_risk;
mod firewall_fortigate;
mod inventory_graph_users;
mod inventory_mailbox_csv;
mod inventory_mailbox_objects;
mod inventory_users_csv;
mod list_ldif;
mod list_nk2;
mod list_outlook_csv;
mod list_table;
mod list_vcard;
mod list_workbook;
mod mailbox_contacts_json;
mod mailbox_eml;
mod mailbox_items_csv;
mod mailbox_mbox;
mod mailbox_messages_json;
mod mailbox_msg;
mod mailbox_pst;
mod settings_app_roles;
mod settings_applications;
mod settings_audit_bypass;
mod settings_audit_config;
mod settings_devices;
mod settings_grants;
mod settings_inbox_rules;
mod settings_locations;
mod settings_mailboxes;
mod settings_methods;
mod settings_permissions;
mod settings_policies;
mod settings_registrations;
mod settings_remote_domains;
mod settings_strong_authentication;
mod settings_transport_rules;
mod signins_auth_details_csv;
mod signins_defender;
mod signins_diagnostic;
mod signins_graph;
mod signins_portal_csv;
mod signins_sentinel;
#[cfg(test)]
mod tests;
mod trace_cmdlet_json;
mod trace_defender;
mod trace_defender_beside;
mod trace_eac_csv;
mod trace_extended_csv;
mod trace_graph;
mod trace_summary_csv;
mod trace_v2_csv;
mod ual_cloud_app_events;
mod ual_collected;
mod ual_elastic;
mod ual_flat;
mod ual_graph;
mod ual_graph_csv;
mod ual_mailbox_audit;
mod ual_mes_items;
mod ual_office_activity;
mod ual_portal_csv;
mod ual_records;
mod ual_search_csv;
mod ual_search_json;
mod ual_splunk_csv;
mod ual_splunk_raw;

pub(crate) use mailbox_msg::{is_message, message};

use crate::format::Format;

/// Every format, the more telling first: the first that recognises a file reads it.
pub const FORMATS: &[Format] = &[
    ual_splunk_csv::FORMAT,
    ual_portal_csv::FORMAT,
    ual_graph_csv::FORMAT,
    ual_search_csv::FORMAT,
    ual_splunk_raw::FORMAT,
    ual_flat::FORMAT,
    ual_mes_items::FORMAT,
    ual_graph::FORMAT,
    ual_search_json::FORMAT,
    ual_records::FORMAT,
    entra_risk::FORMAT,
    entra_audit_diagnostic::FORMAT,
    entra_audit_sentinel::FORMAT,
    entra_audit_graph::FORMAT,
    entra_audit_portal_csv::FORMAT,
    signins_defender::FORMAT,
    signins_diagnostic::FORMAT,
    signins_sentinel::FORMAT,
    ual_office_activity::FORMAT,
    ual_cloud_app_events::FORMAT,
    ual_elastic::FORMAT,
    ual_mailbox_audit::FORMAT,
    ual_collected::FORMAT,
    signins_graph::FORMAT,
    signins_auth_details_csv::FORMAT,
    signins_portal_csv::FORMAT,
    trace_summary_csv::FORMAT,
    trace_extended_csv::FORMAT,
    trace_v2_csv::FORMAT,
    trace_eac_csv::FORMAT,
    trace_cmdlet_json::FORMAT,
    trace_graph::FORMAT,
    trace_defender::FORMAT,
    trace_defender_beside::FORMAT,
    firewall_fortigate::FORMAT,
    database_postgres_csv::FORMAT,
    settings_audit_bypass::FORMAT,
    settings_audit_config::FORMAT,
    settings_policies::FORMAT,
    settings_locations::FORMAT,
    settings_grants::FORMAT,
    settings_app_roles::FORMAT,
    settings_applications::FORMAT,
    settings_methods::FORMAT,
    settings_strong_authentication::FORMAT,
    settings_registrations::FORMAT,
    settings_devices::FORMAT,
    settings_permissions::FORMAT,
    settings_inbox_rules::FORMAT,
    settings_transport_rules::FORMAT,
    settings_remote_domains::FORMAT,
    inventory_graph_users::FORMAT,
    inventory_mailbox_csv::FORMAT,
    inventory_mailbox_objects::FORMAT,
    settings_mailboxes::FORMAT,
    inventory_users_csv::FORMAT,
    mailbox_eml::FORMAT,
    mailbox_mbox::FORMAT,
    mailbox_msg::FORMAT,
    mailbox_messages_json::FORMAT,
    mailbox_contacts_json::FORMAT,
    mailbox_items_csv::FORMAT,
    mailbox_pst::FORMAT,
    list_nk2::FORMAT,
    list_outlook_csv::FORMAT,
    list_vcard::FORMAT,
    list_ldif::FORMAT,
    list_workbook::FORMAT,
    list_table::FORMAT,
];
