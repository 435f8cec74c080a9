//! One file an export. Adding a format is a file here and a line in [`FORMATS`].

mod database_postgres_csv;
mod firewall_fortigate;
mod inventory_graph_users;
mod inventory_mailbox_csv;
mod inventory_users_csv;
mod list_outlook_csv;
mod list_table;
mod list_vcard;
mod list_workbook;
mod signins_graph;
mod signins_portal_csv;
#[cfg(test)]
mod tests;
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
    ual_office_activity::FORMAT,
    ual_cloud_app_events::FORMAT,
    ual_elastic::FORMAT,
    ual_mailbox_audit::FORMAT,
    ual_collected::FORMAT,
    signins_graph::FORMAT,
    signins_portal_csv::FORMAT,
    trace_summary_csv::FORMAT,
    trace_v2_csv::FORMAT,
    firewall_fortigate::FORMAT,
    database_postgres_csv::FORMAT,
    inventory_graph_users::FORMAT,
    inventory_mailbox_csv::FORMAT,
    inventory_users_csv::FORMAT,
    list_outlook_csv::FORMAT,
    list_vcard::FORMAT,
    list_workbook::FORMAT,
    list_table::FORMAT,
];
