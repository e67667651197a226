//! Starting the stack, saying what can be done with it, and ending it.

use std::io::{self, IsTerminal};

use local::{Options, Stack, StartError};
use shared::{clock::Clock, telemetry};

use super::{
    Arguments,
    folder::{Folder, in_use},
    record::{self, Demo},
    seed,
    signals::Signals,
    welcome::Welcome,
};
use crate::{
    arguments::Global,
    error::Error,
    output::{Output, note},
};

/// The code of a process that was interrupted, as shells give it.
const INTERRUPTED: u8 = 130;

/// Runs the stack until it is told to stop.
pub(crate) async fn execute(
    arguments: Arguments,
    global: &Global,
    output: Output,
) -> Result<(), Error> {
    let mut signals = Signals::listen()?;
    let given = global.data.as_deref();
    let (mut folder, state) = if arguments.memory {
        (Folder::of_memory(given)?, None)
    } else {
        let folder = Folder::of_state(given);
        let state = folder.path().to_owned();
        (folder, Some(state))
    };
    let telemetry = telemetry::Settings {
        spans: global.otlp_endpoint.clone(),
        ..telemetry::Settings::default()
    };
    let options = Options { telemetry, ..arguments.options(state) };
    let stack = Stack::start(options).await.map_err(explain)?;
    if arguments.memory {
        // A stack without state has no folder of its own to say it in.
        folder.write("endpoints.json", stack.endpoints())?;
    }
    let demo = demo(&stack, &mut folder).await?;
    match output.answer(&Welcome { demo: &demo, data: folder.path() }) {
        // As with `trigger-api dev | head -1`: who has read enough still wants the stack.
        Ok(()) | Err(Error::ReaderLeft) => {}
        Err(error) => return Err(error),
    }
    signals.next().await;
    // Elsewhere than on a terminal, standard error holds log lines only.
    if io::stderr().is_terminal() {
        note("Stopping; once more to stop at once.\n");
    }
    tokio::select! {
        () = stack.stop() => Ok(()),
        () = signals.next() => Err(Error::Shown(INTERRUPTED)),
    }
}

/// The demo of a former start, or a new one.
async fn demo(stack: &Stack, folder: &mut Folder) -> Result<Demo, Error> {
    let now = Clock::system().now();
    let store = stack.store();
    let demo = match folder.read::<Demo>(record::FILE) {
        Some(demo) if seed::is_current(&demo, store, now).await? => {
            Demo { base_url: stack.base_url().to_owned(), ..demo }
        }
        _ => seed::seed(store, stack.base_url(), now).await?,
    };
    folder.write(record::FILE, &demo)?;
    Ok(demo)
}

/// What to do about a stack that does not start.
fn explain(error: StartError) -> Error {
    match error {
        StartError::Listen { address, source } if source.kind() == io::ErrorKind::AddrInUse => {
            Error::Failed(format!(
                "{address} is in use: choose another address with --listen, with port 0 a free one"
            ))
        }
        StartError::Listen { address, source } => {
            Error::because(format!("cannot listen on {address} (--listen)"), source)
        }
        StartError::InUse { folder } => in_use(&folder),
        other => Error::because("the stack does not start", other),
    }
}
