//! A streaming call: a run that is executed here and followed while it is.

use super::{Audience, Error, Follower, Runs, Start, host::Slice, wait::Begun};
use crate::store::Claimed;

/// Pieces of what models say that wait for a slow reader: some seconds of a fast model.
const SEAT_CAPACITY: usize = 256;

impl Runs {
    /// Starts a run and executes it here, as long as a worker would, while its caller follows it. Second: whether
    /// an earlier call with the same key had started it. A caller who leaves does not stop the run.
    ///
    /// # Errors
    /// As [`Runs::start`]. Once the run is stored and guarded there is no error any more.
    pub async fn start_and_follow(&self, start: Start) -> Result<(Follower, bool), Error> {
        let (begun, replayed) = self.begin(start).await?;
        let follower = match begun {
            Begun::Here(claimed) => self.execute_followed(*claimed),
            Begun::Computed(view) => self.follower(view.run),
            Begun::Elsewhere(run) => self.follower(*run),
        };
        Ok((follower, replayed))
    }

    fn execute_followed(&self, claimed: Claimed) -> Follower {
        let (audience, seat) = Audience::of_one(SEAT_CAPACITY);
        let follower = self.follower(claimed.run.clone());
        let ends_at = follower.ends_at();
        let slice = Slice {
            ends_at: self.now().after(self.settings.slice).min(ends_at),
            gives_up_calls_at: Some(ends_at),
            // Somebody waits, so this process is there anyway.
            longest_wait: self.settings.wait,
        };
        let runs = self.clone().followed_by(audience);
        // A task of its own, which no slow reader holds up. Lambda keeps a process awake until its answer ends, and
        // this one ends after the task; should the process stop nevertheless, the guard brings the run to a worker.
        let execution = tokio::spawn(async move {
            if let Err(error) = runs.execute(claimed, slice, None).await {
                runs.note_failed(&error);
            }
        });
        follower.seated(seat, execution)
    }
}
