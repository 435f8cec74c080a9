use std::io;

use super::super::clock::iso;
use super::super::json::{J, n, s};
use super::super::records::signin::{browser_of, os_of};
use super::super::sim::{ClientKind, SignIn, Sim};
use super::text::{gzip, plain_row, with_mark, zip};
use super::{Export, break_round};

const KIND: &str = "signins";
const INTERACTIVE: &str = "signins/InteractiveSignIns.json";
const NON_INTERACTIVE: &str = "signins/NonInteractiveSignIns.json";

/// One stream: how many rows it has, how many of them are records, and the rows.
struct Stream<'a> {
    interactive: bool,
    records: usize,
    rows: Vec<&'a SignIn>,
}

/// The two streams of a user's sign-ins, newest first.
fn streams(sim: &Sim) -> [Stream<'_>; 2] {
    let mut before = 0;
    [true, false].map(|interactive| {
        let mut rows: Vec<&SignIn> =
            sim.signins.iter().rev().filter(|s| s.interactive == interactive).collect();
        let records = rows.len();
        break_round(&mut rows, before);
        before += rows.len();
        Stream { interactive, records, rows }
    })
}

/// Graph's answer, `{"value": […]}`, for one stream.
fn graph_answer(sim: &Sim, rows: &[&SignIn]) -> Vec<u8> {
    let list = rows.iter().map(|row| graph(sim, row)).collect();
    J::Object(vec![
        ("@odata.context", s("https://graph.microsoft.com/beta/$metadata#auditLogs/signIns")),
        ("value", J::List(list)),
    ])
    .render()
    .into_bytes()
}

/// Two answers of Graph: with somebody at the keyboard, and without.
pub(super) fn graph_files(sim: &Sim, out: &mut Export) {
    for stream in streams(sim) {
        let path = if stream.interactive { INTERACTIVE } else { NON_INTERACTIVE };
        out.count(path, KIND, stream.rows.len(), stream.records);
        out.file(path, graph_answer(sim, &stream.rows));
    }
    out.declare("signins/*.json", sim.setting.signins, "Microsoft Graph", false);
}

/// The same two in one archive.
pub(super) fn graph_zip(sim: &Sim, out: &mut Export) -> io::Result<()> {
    let mut entries = Vec::new();
    for stream in streams(sim) {
        let name = if stream.interactive { "interactive.json" } else { "nonInteractive.json" };
        let path = format!("signins/graph.zip!/{name}");
        out.count(&path, KIND, stream.rows.len(), stream.records);
        entries.push((name, graph_answer(sim, &stream.rows)));
    }
    out.file("signins/graph.zip", zip(&entries)?);
    out.declare("signins/*.zip", sim.setting.signins, "Microsoft Graph", false);
    Ok(())
}

/// The portal's JSON download: a bare array for each stream, the larger one gzipped since.
pub(super) fn graph_array(sim: &Sim, out: &mut Export) -> io::Result<()> {
    for stream in streams(sim) {
        let list = J::List(stream.rows.iter().map(|row| graph(sim, row)).collect());
        let path = if stream.interactive { INTERACTIVE } else { NON_INTERACTIVE };
        single(out, path, &stream, list.render().into_bytes())?;
    }
    out.declare("signins/*", sim.setting.signins, "Entra portal", false);
    Ok(())
}

/// One stream in one file: as it is with somebody at the keyboard, gzipped without.
fn single(out: &mut Export, path: &str, stream: &Stream<'_>, bytes: Vec<u8>) -> io::Result<()> {
    let (rows, records) = (stream.rows.len(), stream.records);
    if stream.interactive {
        out.count(path, KIND, rows, records);
        out.file(path, bytes);
        return Ok(());
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    out.count(&format!("{path}.gz!/{name}"), KIND, rows, records);
    out.file(&format!("{path}.gz"), gzip(&bytes)?);
    Ok(())
}

fn client_app(row: &SignIn) -> &'static str {
    match row.client.kind {
        ClientKind::Owa => "Browser",
        _ => "Mobile Apps and Desktop clients",
    }
}

fn incoming(row: &SignIn) -> &'static str {
    match (row.interactive, &row.client.kind) {
        (true, _) => "none",
        (false, ClientKind::Outlook) => "primaryRefreshToken",
        _ => "refreshToken",
    }
}

fn token(row: &SignIn) -> &str {
    if row.error == 0 { &row.client.token } else { "" }
}

fn device(row: &SignIn) -> J {
    let device = &row.client.device;
    let os = if device.os.is_empty() { os_of(&row.client.agent) } else { device.os };
    J::Object(vec![
        ("deviceId", s(&device.id)),
        ("displayName", s(&device.name)),
        ("operatingSystem", s(os)),
        ("browser", s(browser_of(&row.client.agent))),
        ("isCompliant", J::Bool(device.managed)),
        ("isManaged", J::Bool(device.managed)),
        ("trustType", s(device.trust)),
    ])
}

fn graph(sim: &Sim, row: &SignIn) -> J {
    let person = &sim.people[row.person];
    let place = &row.client.place;
    let stream = if row.interactive { "interactiveUser" } else { "nonInteractiveUser" };
    let required = if row.mfa { "multiFactorAuthentication" } else { "singleFactorAuthentication" };
    J::Object(vec![
        ("id", s(&row.id)),
        ("createdDateTime", s(iso(row.at))),
        ("userDisplayName", s(&person.name)),
        ("userPrincipalName", s(person.upn.to_lowercase())),
        ("userId", s(&person.oid)),
        ("appId", s(&row.app.0)),
        ("appDisplayName", s(&row.app.1)),
        ("ipAddress", s(&place.ip)),
        ("ipAddressFromResourceProvider", J::Null),
        ("autonomousSystemNumber", n(i64::from(place.asn))),
        ("clientAppUsed", s(client_app(row))),
        ("userAgent", s(&row.client.agent)),
        ("correlationId", s(&row.correlation)),
        ("sessionId", if row.client.session.is_empty() { J::Null } else { s(&row.client.session) }),
        ("uniqueTokenIdentifier", s(token(row))),
        ("conditionalAccessStatus", s(if row.error == 0 { "success" } else { "notApplied" })),
        ("authenticationRequirement", s(required)),
        ("authenticationProtocol", s("none")),
        ("originalTransferMethod", s("none")),
        ("incomingTokenType", s(incoming(row))),
        ("isInteractive", J::Bool(row.interactive)),
        ("signInEventTypes", J::List(vec![s(stream)])),
        ("riskState", s("none")),
        ("resourceDisplayName", s(row.resource.1)),
        ("resourceId", s(row.resource.0)),
        ("homeTenantId", s(&sim.tenant.id)),
        (
            "userType",
            s(if person.kind == super::super::people::Kind::Guest { "guest" } else { "member" }),
        ),
        (
            "status",
            J::Object(vec![
                ("errorCode", n(i64::from(row.error))),
                ("failureReason", s(row.reason)),
                (
                    "additionalDetails",
                    if row.mfa && row.error == 0 {
                        s("MFA completed in Azure AD")
                    } else {
                        J::Null
                    },
                ),
            ]),
        ),
        ("deviceDetail", device(row)),
        (
            "location",
            J::Object(vec![
                ("city", s(place.city)),
                ("state", s(place.state)),
                ("countryOrRegion", s(place.country)),
            ]),
        ),
    ])
}

/// Columns of the portal's CSV with their blanks, and one name twice, as the portal writes them.
const HEADER: &str = "Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,\
Cross tenant access type,Incoming token type,Authentication Protocol,Unique token identifier,\
Original transfer method,Client credential type,Token Protection - Sign In Session,\
Token Protection - Sign In Session StatusCode,Application,Application ID ,App owner tenant ID,Resource,\
Resource ID ,Resource tenant ID,Resource owner tenant ID,Home tenant ID,Home tenant name,IP address,Location,\
Status,Sign-in error code,Failure reason,Client app,Device ID,Browser,Operating System,Compliant,Managed,\
Join Type,Multifactor authentication result,Multifactor authentication auth method,\
Multifactor authentication auth detail,Authentication requirement,Sign-in identifier,Session ID,\
IP address (seen by resource),Through Global Secure Access,Global Secure Access IP address,\
Autonomous system  number,Flagged for review,Token issuer type,Incoming token type,Token issuer name,Latency,\
Conditional Access,Managed Identity type,Associated Resource Id,Federated Token Id,Federated Token Issuer";

/// The portal's CSV, one file a stream.
pub(super) fn portal_csv(sim: &Sim, out: &mut Export) -> io::Result<()> {
    for stream in streams(sim) {
        let path = if stream.interactive {
            "signins/InteractiveSignIns_2025-07-10_2025-08-08.csv"
        } else {
            "signins/NonInteractiveSignIns_2025-07-10_2025-08-08.csv"
        };
        let mut text = format!("{HEADER}\r\n");
        for row in &stream.rows {
            portal_row(sim, row, &mut text);
        }
        single(out, path, &stream, with_mark(&text))?;
    }
    out.declare("signins/*", sim.setting.signins, "Entra portal", false);
    Ok(())
}

fn portal_row(sim: &Sim, row: &SignIn, text: &mut String) {
    let person = &sim.people[row.person];
    let (client, place) = (&row.client, &row.client.place);
    let device = &client.device;
    let os = if device.os.is_empty() { os_of(&client.agent) } else { device.os };
    let status = match row.error {
        0 => "Success",
        50_074 | 50_076 | 50_140 => "Interrupted",
        _ => "Failure",
    };
    let incoming = match incoming(row) {
        "primaryRefreshToken" => "Primary refresh token",
        "refreshToken" => "Refresh token",
        _ => "None",
    };
    let date = iso(row.at);
    let upn = person.upn.to_lowercase();
    let location = [place.city, place.state, place.country].join(", ");
    let (error, asn) = (row.error.to_string(), place.asn.to_string());
    let managed = if device.managed { "true" } else { "false" };
    let required =
        if row.mfa { "Multifactor authentication" } else { "Single-factor authentication" };
    let kind = if person.kind == super::super::people::Kind::Guest { "Guest" } else { "Member" };
    let tenant = sim.tenant.id.as_str();
    let organisation = sim.setting.organisation;
    let access = if row.error == 0 { "Success" } else { "Not Applied" };
    let browser = browser_of(&client.agent);
    let who = [&date, &row.id, &client.agent, &row.correlation, &person.oid, &person.name, &upn];
    let how = [kind, "None", incoming, "None", token(row), "None", "None", "Unbound", "1002"];
    let what =
        [&row.app.1, &row.app.0, tenant, row.resource.1, row.resource.0, tenant, tenant, tenant];
    let whence = [organisation, &place.ip, &location, status, &error, row.reason, client_app(row)];
    let device = [&device.id, browser, os, managed, managed, device.trust, "", "", "", required];
    let session = [&upn, client.session.as_str(), "", "No", "", &asn, "No", "Microsoft Entra ID"];
    let rest = [incoming, "", "120", access, "None", "", "", ""];
    let cells: Vec<&str> = who
        .map(String::as_str)
        .into_iter()
        .chain(how)
        .chain(what)
        .chain(whence)
        .chain(device)
        .chain(session)
        .chain(rest)
        .collect();
    plain_row(&cells, "\r\n", text);
}
