//! The stack's process: started, waited for, stopped.

use std::{
    fs::{self, File},
    io,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};

use crate::{client::Client, load::Work, process::Process, target::Target, waiting::Waiting};

/// How long the stack may take to its first answer, or to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// The stack, on a data folder of its own that goes when this goes.
pub(crate) struct Server {
    program: PathBuf,
    folder: TempDir,
    listen: String,
    child: Child,
    /// How to reach it.
    pub(crate) target: Target,
    /// From the start of the process to the answer to its first run.
    pub(crate) first_answer_after: Duration,
}

impl Server {
    /// Starts `program` on an empty data folder in `scratch`.
    ///
    /// # Errors
    /// When it ends or does not answer; the end of its log is in the error.
    pub(crate) async fn start(program: &Path, scratch: &Path) -> io::Result<Self> {
        let folder = TempDir::with_prefix_in("bench-", scratch)?;
        let listen = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let program = program.to_owned();
        let (child, target, first_answer_after) = launch(&program, folder.path(), &listen).await?;
        Ok(Self { program, folder, listen, child, target, first_answer_after })
    }

    /// Starts it again on the same data after [`Server::stop`].
    ///
    /// # Errors
    /// As [`Server::start`].
    pub(crate) async fn restart(&mut self) -> io::Result<()> {
        let launched = launch(&self.program, self.folder.path(), &self.listen).await?;
        (self.child, self.target, self.first_answer_after) = launched;
        Ok(())
    }

    /// Its process.
    ///
    /// # Errors
    /// When it has ended.
    pub(crate) fn process(&self) -> io::Result<Process> {
        self.child.id().map(Process).ok_or_else(|| io::Error::other("the stack has ended"))
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        data(self.folder.path())
    }

    /// Size of the data folder, in bytes.
    pub(crate) fn data_bytes(&self) -> io::Result<u64> {
        fs::read_dir(self.data())?.map(|entry| Ok(entry?.metadata()?.len())).sum()
    }

    /// Ends it as Ctrl-C does.
    ///
    /// # Errors
    /// When it does not end, or not well.
    pub(crate) async fn stop(&mut self) -> io::Result<()> {
        let process = self.process()?;
        Command::new("kill").args(["-INT", &process.0.to_string()]).status().await?;
        let status = timeout(PATIENCE, self.child.wait())
            .await
            .map_err(|_| io::Error::other("the stack does not end on SIGINT"))??;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!("the stack ended with {status}")))
        }
    }
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

async fn launch(
    program: &Path,
    folder: &Path,
    listen: &str,
) -> io::Result<(Child, Target, Duration)> {
    let log = folder.join("server.log");
    let output = File::create(&log)?;
    let started = Instant::now();
    let mut child = Command::new(program)
        .args(["dev", "--listen", listen, "--data"])
        .arg(data(folder))
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| io::Error::other(format!("{}: {error}", program.display())))?;
    let failed = |what: &str| {
        let log = fs::read_to_string(&log).unwrap_or_default();
        let end = log.lines().rev().take(20).collect::<Vec<_>>();
        let end = end.into_iter().rev().collect::<Vec<_>>().join("\n  ");
        io::Error::other(format!("the stack {what}; the end of its log:\n  {end}"))
    };
    loop {
        let fault = match first_answer(&data(folder).join("demo.json")).await {
            Ok(target) => return Ok((child, target, started.elapsed())),
            Err(fault) => fault,
        };
        if let Some(status) = child.try_wait()? {
            return Err(failed(&format!("ended with {status}")));
        }
        if started.elapsed() > PATIENCE {
            return Err(failed(&format!("did not answer rightly within {PATIENCE:?} ({fault})")));
        }
        sleep(Duration::from_millis(1)).await;
    }
}

async fn first_answer(demo: &Path) -> Result<Target, String> {
    let target = Target::read(demo).map_err(|error| error.to_string())?;
    let mut client = Client::connect(&target.authority).await?;
    Waiting::new(&target, "first-".to_owned()).once(&mut client).await?;
    Ok(target)
}
