//! While a run is executed: its lease and its message are kept, and a cancellation is noticed.

use std::convert::Infallible;

use tokio::sync::watch;

use super::{Runs, host::Interrupt};
use crate::{
    model::Run,
    queue::Receipt,
    store::{self, Renewal},
};

impl Runs {
    /// Keeps the lease until it is dropped, or lost. A failing store is tried again at the next
    /// beat: should the lease run out meanwhile, the fence keeps two workers apart.
    pub(super) async fn keep(
        &self,
        run: &Run,
        receipt: Option<&Receipt>,
        interrupt: &watch::Sender<Option<Interrupt>>,
    ) -> Infallible {
        let settings = &self.settings;
        if settings.queue_visibility > settings.lease {
            self.hold_message(receipt).await;
        }
        let beat = settings.cancel_poll.min(settings.lease_renewal);
        let mut renewal_at = self.now().after(settings.lease_renewal);
        loop {
            self.clock.sleep(beat).await;
            let now = self.now();
            let found = if now >= renewal_at {
                renewal_at = now.after(settings.lease_renewal);
                self.hold_message(receipt).await;
                self.store.renew(run, now.after(settings.lease)).await.map(
                    |renewal| match renewal {
                        Renewal::Kept { cancel_requested } => {
                            cancel_requested.then_some(Interrupt::Cancelled)
                        }
                        Renewal::Lost => Some(Interrupt::Lost),
                    },
                )
            } else {
                self.look_for_interrupt(run).await
            };
            match found {
                Ok(None) => {}
                Ok(interrupted) => {
                    interrupt.send_replace(interrupted);
                }
                Err(error) => {
                    tracing::warn!(run.id = %run.id, error = %error, "Could not keep the lease of run {}", run.id);
                }
            }
        }
    }

    async fn look_for_interrupt(&self, run: &Run) -> Result<Option<Interrupt>, store::Error> {
        Ok(match self.store.look(run.id).await? {
            Some(now) if now.epoch != run.epoch || now.status.is_terminal() => {
                Some(Interrupt::Lost)
            }
            Some(now) => now.cancel_requested.then_some(Interrupt::Cancelled),
            None => Some(Interrupt::Lost),
        })
    }

    /// The message comes back this long after its worker was heard of last.
    pub(super) async fn hold_message(&self, receipt: Option<&Receipt>) {
        let Some(receipt) = receipt else { return };
        if let Err(error) = self.queue.change_visibility(receipt, self.settings.lease).await {
            tracing::warn!(error = %error, "Could not hold a message; it may be delivered twice");
        }
    }
}
