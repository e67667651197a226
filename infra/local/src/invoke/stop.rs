//! The signal to stop.

use tokio::sync::watch;

/// Gives the signal, at the latest when it is dropped.
pub(crate) struct Stopper(watch::Sender<bool>);

/// Learns of it.
#[derive(Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stopper {
    pub(crate) fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stop(receiver))
    }

    pub(crate) fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Returns once the signal was given.
    pub(crate) async fn requested(&mut self) {
        // A sender that is gone has given it too.
        let _ = self.0.wait_for(|stopped| *stopped).await;
    }
}
