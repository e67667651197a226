//! Reaching a stack that runs in another process.

use std::{
    fs,
    io::{self, ErrorKind},
    net::TcpStream,
    path::Path,
    time::Duration,
};

use shared::{
    clock::Clock,
    egress::{Egress, Policy},
    queue::Queue,
    runs::Parts,
    secrets::Secrets,
    store::{Payloads, Store, Tables},
};

use super::{Endpoints, clients, data::ENDPOINTS};

/// How long a port of this machine may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

impl Endpoints {
    /// The endpoints of the stack that runs on a data folder; none when none does.
    ///
    /// # Errors
    /// When the folder's `endpoints.json` is there and cannot be read.
    pub fn of_folder(folder: &Path) -> io::Result<Option<Self>> {
        let text = match fs::read(folder.join(ENDPOINTS)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let endpoints: Self = serde_json::from_slice(&text)?;
        // A stack that was killed leaves its endpoints behind.
        Ok(endpoints.answer().then_some(endpoints))
    }

    fn answer(&self) -> bool {
        let address = self.dynamodb_url.trim_start_matches("http://").parse();
        address.is_ok_and(|address| TcpStream::connect_timeout(&address, PATIENCE).is_ok())
    }

    /// What the use cases need to work on this stack from outside, as the AWS clients they are.
    #[must_use]
    pub fn parts(&self) -> Parts {
        let tables = Tables { runs: self.runs_table.clone(), config: self.config_table.clone() };
        let payloads = Payloads::new(clients::s3_at(&self.s3_url), &self.payloads_bucket);
        Parts {
            store: Store::new(clients::dynamodb_at(&self.dynamodb_url), tables, payloads),
            queue: Queue::new(
                clients::sqs_at(&self.sqs_url).config().clone(),
                self.queue_url.clone(),
            ),
            secrets: Secrets::new(clients::ssm_at(&self.ssm_url), &self.secrets_prefix),
            egress: Egress::new(Policy::default()),
            clock: Clock::system(),
        }
    }

    /// A client of this stack's schedules.
    #[must_use]
    pub fn scheduler(&self) -> aws_sdk_scheduler::Client {
        clients::scheduler_at(&self.scheduler_url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, Stack};

    #[tokio::test]
    async fn a_running_stack_is_found_by_its_folder_and_a_stopped_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Endpoints::of_folder(folder.path()).unwrap().is_none());
        let options = Options { data: Some(folder.path().to_owned()), ..Options::default() };
        let stack = Stack::start(options).await.unwrap();
        let endpoints = Endpoints::of_folder(folder.path()).unwrap().unwrap();
        assert_eq!(&endpoints, stack.endpoints());
        let workspace = "none".parse().unwrap();
        assert_eq!(endpoints.parts().store.workspace(&workspace).await.unwrap(), None);
        let left_behind = fs::read(folder.path().join(ENDPOINTS)).unwrap();
        stack.stop().await;
        fs::write(folder.path().join(ENDPOINTS), left_behind).unwrap();
        assert!(Endpoints::of_folder(folder.path()).unwrap().is_none());
    }
}
