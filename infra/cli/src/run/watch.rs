//! Looking again and again: often at first, then with patience.

use std::time::Duration;

use shared::{model::RunId, runs::RunView};

use super::find::{find, look};
use crate::{connect::Connection, error::Error, output::Progress};

/// Most people who wait are waiting for something short.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Each look is a read that somebody pays for.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How long to pause between two looks.
pub(super) struct Pace(Duration);

impl Default for Pace {
    fn default() -> Self {
        Self(FIRST_PAUSE)
    }
}

impl Pace {
    /// Pauses, and longer the next time.
    pub(super) async fn pause(&mut self, connection: &Connection) {
        connection.clock.sleep(self.0).await;
        self.0 = (self.0 * 3 / 2).min(LONGEST_PAUSE);
    }
}

/// The run when it has ended. It does so by its deadline, so this does not wait for ever.
pub(super) async fn until_end(connection: &Connection, id: RunId) -> Result<RunView, Error> {
    let mut progress = Progress::new();
    let mut pace = Pace::default();
    loop {
        let run = look(connection, id).await?;
        if run.status.is_terminal() {
            return find(connection, &id.to_string()).await;
        }
        let waited_s = connection.now().since(run.started_at).as_secs();
        progress.show(format!("{id} is {} ({waited_s} s)", run.status));
        pace.pause(connection).await;
    }
}
