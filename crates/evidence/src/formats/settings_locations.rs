//! Named locations of the directory, as Microsoft Graph gives them.

use model::{Kind, SettingKind};
use serde_json::Value;

use crate::{
    format::Format,
    normal::{
        json,
        setting::{self, Draft, Fields},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "settings_locations",
    kind: Kind::Settings,
    name: "named locations of Microsoft Graph as CSV, JSON or CliXML",
    proves: "which networks somebody marked as trusted, and when the mark was last changed",
    reference: "Microsoft Graph: ipNamedLocation, countryNamedLocation resource types",
    recognises: |head| {
        setting::has_any(head, &["ipranges", "countriesandregions"])
            && setting::has_any(head, &["displayname", "id"])
    },
    open: |head, options| {
        setting::reader(head, options, &["createddatetime", "modifieddatetime"], read)
    },
};

fn read(it: &Fields<'_>) -> Result<Draft, &'static str> {
    let (name, id) = (it.text(&["displayname"]), it.text(&["id"]));
    if name.is_empty() && id.is_empty() {
        return Err("neither name nor id of a location in this row");
    }
    let mut ranges: Vec<String> = match it.value("ipRanges") {
        Value::Array(all) => all
            .iter()
            .map(|it| match it {
                Value::String(text) => range(text),
                other => json::text(other, &["cidrAddress"]),
            })
            .collect(),
        _ => it.list(&["ipranges"]).iter().map(|it| range(it)).collect(),
    };
    ranges.retain(|it| !it.is_empty());
    ranges.sort_unstable();
    ranges.dedup();
    Ok(Draft::new(SettingKind::Location)
        .name(name)
        .ids([id])
        .times(it.at(&["createddatetime"]), it.at(&["modifieddatetime"]))
        .fact("ranges", ranges)
        .fact("countries", it.list(&["countriesandregions"]))
        .fact("trusted", it.yes(&["istrusted"]).filter(|yes| *yes)))
}

/// `203.0.113.0/28`, or `@{cidrAddress=203.0.113.0/28}` where PowerShell cut the depth.
fn range(text: &str) -> String {
    let inside = text.split_once("cidrAddress=").map_or(text, |it| it.1);
    inside.split([';', '}', '{', '@']).next().unwrap_or_default().trim().to_owned()
}
