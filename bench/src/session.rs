//! The whole measurement, in the order that lets no part disturb the next: a waiting run may leave a guard message that
//! falls due a lease later and costs something then, so waiting runs come last.

use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use tokio::time::sleep;

use crate::{
    arguments::{Arguments, Section},
    background::{self, Starting, Starts},
    delivery::{Delivering, Endpoint},
    engine,
    fault::Faults,
    load::{Timing, drive},
    process::Process,
    report::{self, Table, megabytes, milliseconds},
    server::Server,
    status::Reading,
    streams,
    target::Target,
    waiting::{Waiting, count_duplicates},
};

/// The numbers of clients.
const CLIENTS: [usize; 3] = [1, 16, 64];

/// Before each measurement.
const WARM_UP: Duration = Duration::from_millis(500);

/// How long runs are started for those who read them.
const FILL: Duration = Duration::from_millis(250);

/// Measures what `arguments` ask for, writes the tables to `output`, and returns what went wrong.
///
/// # Errors
/// When the stack cannot be started or stopped, or dies.
pub(crate) async fn measure(arguments: &Arguments, output: &mut impl Write) -> io::Result<Faults> {
    let mut faults = Faults::default();
    if arguments.wants_server() {
        stack(arguments, output, &mut faults).await?;
    }
    if arguments.wants(Section::Engine) {
        let table = engine::measure(&mut faults).await;
        write!(output, "### The engine\n\n{table}\n")?;
    }
    Ok(faults)
}

async fn stack(
    arguments: &Arguments,
    output: &mut impl Write,
    faults: &mut Faults,
) -> io::Result<()> {
    let mut server = Server::start(&arguments.server, &arguments.scratch).await?;
    let first_start = server.first_answer_after;
    // What the start left to do is done by then.
    sleep(Duration::from_secs(1)).await;
    let idle_bytes = server.process()?.resident_bytes()?;

    let (target, process) = (server.target.clone(), server.process()?);
    let timing = Timing { warm_up: WARM_UP, duration: arguments.duration() };
    if arguments.wants(Section::Background) {
        let table = background(&target, process, timing.duration, faults).await?;
        write!(output, "### Runs in the background\n\n{table}\n")?;
    }
    if arguments.wants(Section::Webhook) {
        let endpoint = Endpoint::create(&arguments.server, &server.data()).await?;
        let table = webhook(&target, &endpoint, process, timing.duration, faults).await?;
        write!(output, "### Deliveries of a webhook\n\n{table}\n")?;
    }
    if arguments.wants(Section::Status) {
        let table = status(&target, process, timing, faults).await?;
        write!(output, "### Status reads\n\n{table}\n")?;
    }
    if arguments.wants(Section::Streams) {
        let (program, data) = (&arguments.server, server.data());
        let tables =
            streams::measure(&target, program, &data, process, timing.duration, faults).await?;
        write!(output, "### Streams\n\n{tables}\n")?;
    }
    if arguments.wants(Section::Waiting) {
        let table = waiting(&target, process, timing, faults).await?;
        write!(output, "### Waiting runs\n\n{table}\n")?;
    }

    let loaded_bytes = process.resident_bytes()?;
    let data_bytes = server.data_bytes()?;
    server.stop().await?;
    server.restart().await?;
    let restart = server.first_answer_after;
    server.stop().await?;

    let mut table = Table::new(&["the process", ""]);
    table.add(&[
        "first answer after the start, empty data folder".to_owned(),
        milliseconds(first_start),
    ]);
    table.add(&[
        "first answer after a restart on the data of this load".to_owned(),
        milliseconds(restart),
    ]);
    table.add(&["memory when idle, after the start".to_owned(), megabytes(idle_bytes)]);
    table.add(&["memory after the load".to_owned(), megabytes(loaded_bytes)]);
    table.add(&["data folder after the load".to_owned(), megabytes(data_bytes)]);
    table.add(&["the program".to_owned(), megabytes(arguments.server.metadata()?.len())]);
    write!(output, "### The process\n\n{table}\n")
}

async fn background(
    target: &Target,
    server: Process,
    duration: Duration,
    faults: &mut Faults,
) -> io::Result<Table> {
    let starting = |clients, name: &str| {
        let client = |client| Starting::new(target, format!("{name}{clients}-{client}-"));
        (0..clients).map(client).collect()
    };
    batches(target, server, duration, report::batches("start", "starts"), starting, faults).await
}

async fn webhook(
    target: &Target,
    endpoint: &Endpoint,
    server: Process,
    duration: Duration,
    faults: &mut Faults,
) -> io::Result<Table> {
    let delivering = |clients, name: &str| {
        let client = |client| Delivering::new(endpoint, format!("{name}{clients}-{client}-"));
        (0..clients).map(client).collect()
    };
    batches(target, server, duration, report::batches("delivery", "deliveries"), delivering, faults)
        .await
}

/// One batch for each number of clients, after another that does not count. `works` makes the clients, whose messages
/// begin with a name: none is sent twice, since a repeated delivery would start no run.
async fn batches<W: Starts>(
    target: &Target,
    server: Process,
    duration: Duration,
    mut table: Table,
    works: impl Fn(usize, &str) -> Vec<W>,
    faults: &mut Faults,
) -> io::Result<Table> {
    let mut runs = Vec::new();
    for clients in CLIENTS {
        background::run(target, server, works(clients, "warm"), WARM_UP).await?;
        let batch = background::run(target, server, works(clients, "b"), duration).await?;
        table.add(&report::batches_row(&batch));
        faults.merge(batch.starts.faults);
        faults.merge(batch.faults);
        runs.extend(batch.runs.into_iter().map(|started| started.run));
    }
    refuse_duplicates(runs, faults);
    Ok(table)
}

async fn status(
    target: &Target,
    server: Process,
    timing: Timing,
    faults: &mut Faults,
) -> io::Result<Table> {
    let works = (0..16).map(|client| Starting::new(target, format!("f{client}-"))).collect();
    let fill = background::run(target, server, works, FILL).await?;
    faults.merge(fill.starts.faults);
    faults.merge(fill.faults);
    let runs: Arc<[_]> = fill.runs.into();
    let mut table = report::requests("read");
    for clients in CLIENTS {
        let first = |client| client * runs.len() / clients;
        let works = (0..clients)
            .map(|client| Reading::new(target, Arc::clone(&runs), first(client)))
            .collect();
        let (measured, _) = drive(&target.authority, server, timing, works).await?;
        table.add(&report::requests_row(&measured));
        faults.merge(measured.faults);
    }
    Ok(table)
}

async fn waiting(
    target: &Target,
    server: Process,
    timing: Timing,
    faults: &mut Faults,
) -> io::Result<Table> {
    let mut table = report::requests("run");
    let mut runs = Vec::new();
    for clients in CLIENTS {
        let works = (0..clients)
            .map(|client| Waiting::new(target, format!("w{clients}-{client}-")))
            .collect();
        let (measured, works) = drive(&target.authority, server, timing, works).await?;
        table.add(&report::requests_row(&measured));
        faults.merge(measured.faults);
        runs.extend(works.into_iter().flat_map(|work| work.runs));
    }
    refuse_duplicates(runs, faults);
    Ok(table)
}

fn refuse_duplicates(mut runs: Vec<String>, faults: &mut Faults) {
    let count = count_duplicates(&mut runs);
    if count > 0 {
        faults.add(format!("{count} run ids were given out twice"));
    }
}
