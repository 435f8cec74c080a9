use super::super::clock::bare;
use super::super::json::{Fields, J, n, s};
use super::super::sim::{Act, Sim, Ual};
use super::super::truth::Actor;

/// A directory record: who did what to which object. It carries no address (design of Entra).
pub(crate) struct Directory<'a> {
    pub(crate) at: i64,
    /// `UserId` as recorded: a UPN or a service name.
    pub(crate) by: &'a str,
    pub(crate) by_id: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) target: &'a str,
    /// Name, new value, old value.
    pub(crate) changed: Vec<(&'static str, String, String)>,
    pub(crate) agent: &'a str,
    pub(crate) actor: Actor,
    pub(crate) act: Act,
}

/// An Exchange cmdlet.
pub(crate) struct Cmdlet<'a> {
    pub(crate) at: i64,
    pub(crate) by: &'a str,
    pub(crate) operation: &'static str,
    pub(crate) object: String,
    pub(crate) parameters: Vec<(&'static str, String)>,
    /// Address with port, or empty.
    pub(crate) ip: String,
    pub(crate) session: &'a str,
    pub(crate) actor: Actor,
    pub(crate) act: Act,
}

impl Sim {
    /// Record type 8.
    pub(crate) fn directory_record(&mut self, d: Directory<'_>) {
        let id = self.rng.guid();
        let correlation = self.rng.guid();
        let service = !d.by.contains('@');
        let changed = d
            .changed
            .iter()
            .map(|(name, new, old)| {
                J::Object(vec![("Name", s(*name)), ("NewValue", s(new)), ("OldValue", s(old))])
            })
            .collect();
        let details = if d.agent.is_empty() {
            "{}".to_owned()
        } else {
            J::Object(vec![("User-Agent", s(d.agent))]).render()
        };
        let typed = |id: &str, t: i64| J::Object(vec![("ID", s(id)), ("Type", n(t))]);
        let fields: Fields = vec![
            ("CreationTime", s(bare(d.at))),
            ("Id", s(&id)),
            ("Operation", s(d.operation)),
            ("OrganizationId", s(&self.tenant.id)),
            ("RecordType", n(8)),
            ("ResultStatus", s("Success")),
            ("UserKey", s(if d.by_id.is_empty() { "Not Available" } else { d.by_id })),
            ("UserType", n(if service { 4 } else { 0 })),
            ("Version", n(1)),
            ("Workload", s("AzureActiveDirectory")),
            ("ObjectId", s(d.target)),
            ("UserId", s(d.by)),
            ("AzureActiveDirectoryEventType", n(1)),
            (
                "ExtendedProperties",
                J::List(vec![J::Object(vec![
                    ("Name", s("additionalDetails")),
                    ("Value", s(details)),
                ])]),
            ),
            ("ModifiedProperties", J::List(changed)),
            ("Actor", J::List(vec![typed(d.by, if service { 1 } else { 5 }), typed(d.by_id, 2)])),
            ("ActorContextId", s(&self.tenant.id)),
            ("InterSystemsId", s(correlation)),
            ("IntraSystemId", s(self.rng.guid())),
            ("SupportTicketId", s("")),
            ("Target", J::List(vec![typed(d.target, if d.target.contains('@') { 5 } else { 1 })])),
            ("TargetContextId", s(&self.tenant.id)),
        ];
        self.ual.push(Ual {
            at: d.at,
            id,
            record_type: 8,
            operation: d.operation.to_owned(),
            user: d.by.to_owned(),
            client_ip: String::new(),
            workload: "AzureActiveDirectory",
            object: d.target.to_owned(),
            body: J::Object(fields).render(),
            actor: d.actor,
            account: d.by.to_lowercase(),
            act: d.act,
        });
    }

    /// Record type 1.
    pub(crate) fn cmdlet_record(&mut self, c: Cmdlet<'_>) {
        let id = self.rng.guid();
        let parameters = c
            .parameters
            .iter()
            .map(|(name, value)| J::Object(vec![("Name", s(*name)), ("Value", s(value))]))
            .collect();
        let system = c.by.starts_with("NT ");
        let mut fields: Fields = vec![
            ("CreationTime", s(bare(c.at))),
            ("Id", s(&id)),
            ("Operation", s(c.operation)),
            ("OrganizationId", s(&self.tenant.id)),
            ("RecordType", n(1)),
            ("ResultStatus", s("True")),
            ("UserKey", s(c.by)),
            ("UserType", n(if system { 3 } else { 2 })),
            ("Version", n(1)),
            ("Workload", s("Exchange")),
        ];
        if !c.ip.is_empty() {
            fields.push(("ClientIP", s(&c.ip)));
        }
        fields.extend(vec![
            ("ObjectId", s(&c.object)),
            ("UserId", s(c.by)),
            ("AppId", s(if system { "" } else { "00000002-0000-0ff1-ce00-000000000000" })),
            ("ClientAppId", s("")),
            ("ExternalAccess", J::Bool(system)),
            ("OrganizationName", s(self.setting.onmicrosoft)),
            ("OriginatingServer", s(format!("{} (15.20.9253.013)", self.tenant.server))),
            ("Parameters", J::List(parameters)),
        ]);
        if !c.session.is_empty() {
            fields.push(("SessionId", s(c.session)));
        }
        self.ual.push(Ual {
            at: c.at,
            id,
            record_type: 1,
            operation: c.operation.to_owned(),
            user: c.by.to_owned(),
            client_ip: c.ip,
            workload: "Exchange",
            object: c.object,
            body: J::Object(fields).render(),
            actor: c.actor,
            account: c.by.to_lowercase(),
            act: c.act,
        });
    }
}
