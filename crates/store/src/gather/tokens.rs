use anyhow::Result;
use model::Token;

use crate::Store;

/// The audit log names the resource as the object of a logon, the sign-in log in a column of its own.
const RESOURCES: &str = "SELECT account, app, resource FROM (\
     SELECT a.account AS account, e.app AS app, \
     CASE WHEN e.signin THEN e.resource ELSE e.object END AS resource \
     FROM events e JOIN assigned a ON e.context = a.context JOIN chosen c ON a.session = c.value \
     WHERE e.worked AND e.operation IN ('UserLoggedIn', 'SignIn')) \
     WHERE resource <> '' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";

impl Store {
    /// What tokens these sessions got, and through which application.
    pub fn tokens(&self, sessions: &[String]) -> Result<Vec<Token>> {
        self.live()?;
        self.list_of("chosen", sessions)?;
        let found = self.engine.fetch(RESOURCES)?;
        let one = |row: crate::fetched::FetchedRow<'_>| Token {
            account: row.string(0),
            app: row.string(1),
            resource: row.string(2),
        };
        Ok(found.rows().map(one).collect())
    }
}
