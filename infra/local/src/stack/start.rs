//! Starting a stack: everything that can fail comes first, and is undone by being dropped.

use std::net::{Ipv4Addr, SocketAddr};

use shared::{
    egress::Egress,
    queue::Queue,
    runs::{Parts, Runs},
    secrets::Secrets,
    store::{Payloads, Store},
    telemetry::Telemetry,
};

use super::{
    Endpoints, Options, Stack, StartError, clients,
    data::DataFolder,
    endpoints::{DEAD_LETTERS, PAYLOADS_BUCKET, RUNS_QUEUE, SECRETS_PREFIX},
    running::Group,
    services::{self, Served},
};
use crate::{
    dynamodb,
    gateway::Gateway,
    invoke::{Tasks, functions},
    pump::Mapping,
    scheduler::fire,
};

/// Tables, queues, payloads, schedules and secrets are for this machine only, and found by `endpoints.json`.
const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

impl Stack {
    /// Starts a stack on the current Tokio runtime. When this returns it answers.
    ///
    /// # Errors
    /// See [`StartError`]; nothing is left running then.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let data = options.data.as_deref().map(DataFolder::open).transpose()?;
        let (gateway_listener, gateway) = services::listen(options.listen).await?;
        let (tables_listener, dynamodb) = services::listen(LOOPBACK).await?;
        let (queues_listener, sqs) = services::listen(LOOPBACK).await?;
        let (payloads_listener, s3) = services::listen(LOOPBACK).await?;
        let (schedules_listener, timetable) = services::listen(LOOPBACK).await?;
        let (parameters_listener, ssm) = services::listen(LOOPBACK).await?;
        let endpoints = Endpoints::new(gateway, dynamodb, s3, sqs, timetable, ssm);
        let tables = services::open_tables(data.as_ref(), options.sync).await?;
        let queues = services::open_queues(data.as_ref(), &options).await?;
        let payloads = services::open_payloads(data.as_ref(), &options)?;
        let schedules = services::open_schedules(data.as_ref(), &options)?;
        let parameters = services::open_parameters(data.as_ref(), &options)?;
        let store = Store::new(
            clients::dynamodb(&options, &tables, &endpoints),
            services::tables(),
            // Others reach the bucket by its socket, however this process does.
            Payloads::new(clients::s3(&options, &payloads, &endpoints), PAYLOADS_BUCKET)
                .with_signer(clients::s3_at(&endpoints.s3_url)),
        );
        let queue = Queue::new(
            clients::sqs(&options, &queues, &endpoints).config().clone(),
            endpoints.queue_url.clone(),
        );
        let parts = Parts {
            store: store.clone(),
            queue,
            secrets: Secrets::new(clients::ssm(&options, &parameters, &endpoints), SECRETS_PREFIX),
            egress: Egress::new(options.egress.clone()),
            clock: options.clock.clone(),
        };
        let telemetry = Telemetry::new(options.telemetry.clone());
        let runs = Runs::new(parts, options.settings).with_telemetry(telemetry);
        let (connections, invocations) = (Tasks::default(), Tasks::default());
        let mapping =
            |queue| Mapping::new(&queues, queue, options.maximum_concurrency, &invocations);
        let (runs_mapping, dead_letters_mapping) = (mapping(RUNS_QUEUE)?, mapping(DEAD_LETTERS)?);
        let published = data.as_ref().map(|data| data.publish(&endpoints)).transpose()?;

        let (intake, stop_intake) = Group::new();
        let (services, stop_services) = Group::new();
        services::serve(
            &services.tasks,
            &stop_services,
            Served {
                tables: (tables.clone(), tables_listener),
                queues: (queues.clone(), queues_listener),
                payloads: (payloads, payloads_listener),
                schedules: (schedules.clone(), schedules_listener),
                parameters: (parameters, parameters_listener),
            },
            options.clock.clone(),
        );
        intake.tasks.spawn(fire(schedules, queues.clone(), stop_intake.clone()));
        let handler = {
            let runs = runs.clone();
            move |function, request| functions::http(runs.clone(), function, request)
        };
        let gateway =
            Gateway { handler, clock: options.clock.clone(), invocations: invocations.clone() };
        let served = gateway.serve(gateway_listener, connections.clone(), stop_intake.clone());
        intake.tasks.spawn(served);
        if options.workers {
            let worker = {
                let runs = runs.clone();
                move |event| functions::worker(runs.clone(), event)
            };
            intake.tasks.spawn(runs_mapping.run(worker, stop_intake.clone()));
            let dead_letter = {
                let runs = runs.clone();
                move |event| functions::dead_letter(runs.clone(), event)
            };
            intake.tasks.spawn(dead_letters_mapping.run(dead_letter, stop_intake));
        }
        tracing::info!(url = endpoints.base_url, "The local stack is ready");
        Ok(Self {
            runs,
            store,
            dynamodb: dynamodb::client(&tables),
            tables,
            queues,
            endpoints,
            intake,
            connections,
            invocations,
            services,
            _published: published,
            _data: data,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[tokio::test]
    async fn tables_that_a_start_left_unfinished_are_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let unfinished = folder.path().join("tables.db.new");
        fs::write(&unfinished, "cut off").unwrap();
        let start = || {
            let data = Some(folder.path().to_owned());
            Stack::start(Options { data, ..Options::default() })
        };
        let workspace = shared::model::Workspace {
            keys_in_paths: false,
            limits: shared::model::Limits::default(),
            id: "kept".parse().unwrap(),
            created_at: shared::model::Timestamp::default(),
        };
        let stack = start().await.unwrap();
        assert!(!unfinished.exists());
        stack.store().put_workspace(&workspace).await.unwrap();
        stack.stop().await;
        let stack = start().await.unwrap();
        assert_eq!(stack.store().workspace(&workspace.id).await.unwrap(), Some(workspace));
        assert_eq!(stack.store().flows(&"kept".parse().unwrap()).await.unwrap(), []);
    }
}
