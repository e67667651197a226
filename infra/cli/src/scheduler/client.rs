//! One schedule a trigger, under the trigger's id.

use aws_sdk_scheduler::{
    Client,
    config::Builder,
    error::{ProvideErrorMetadata, SdkError},
    types::{FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, ScheduleState, Target},
};
use shared::{
    config,
    connect::account,
    model::{Schedule, Trigger, TriggerState},
    queue::Firing,
};

use crate::error::Error;

/// What a schedule needs besides what its trigger says.
pub(crate) struct Places {
    /// The group that schedules are in.
    pub(crate) group: String,
    /// With which they send.
    pub(crate) role_arn: String,
    /// To which.
    pub(crate) queue_arn: String,
}

/// The schedules of a deployment.
pub(crate) struct Scheduler {
    client: Client,
    places: Places,
}

impl Scheduler {
    /// Those that `client` reaches.
    pub(crate) fn new(client: Client, places: Places) -> Self {
        Self { client, places }
    }

    /// Those of the account whose credentials the environment holds. Opens no connection yet.
    pub(crate) fn connect(config: &config::Config, places: Places) -> Self {
        let mut client = Builder::from(&account(config));
        client.set_endpoint_url(config.endpoints.scheduler.clone());
        Self::new(Client::from_conf(client.build()), places)
    }

    /// Makes the trigger's schedule what the trigger says, whatever it was before. Can be repeated.
    pub(crate) async fn put(&self, trigger: &Trigger, schedule: &Schedule) -> Result<(), Error> {
        let target = self.target(trigger, schedule)?;
        let exactly = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off);
        let exactly = exactly.build().map_err(|error| failed(trigger, error))?;
        let state = match trigger.state {
            TriggerState::Active => ScheduleState::Enabled,
            TriggerState::Paused => ScheduleState::Disabled,
        };
        // An update replaces everything, so both calls say the same.
        let update = self.client.update_schedule().name(trigger.id.as_str());
        let updated = update
            .group_name(&self.places.group)
            .schedule_expression(&schedule.expression)
            .schedule_expression_timezone(&schedule.time_zone)
            .flexible_time_window(exactly.clone())
            .state(state.clone())
            .target(target.clone())
            .send()
            .await;
        match updated {
            Ok(_) => return Ok(()),
            Err(error) if is_missing(&error) => {}
            Err(error) => return Err(failed(trigger, reason(error))),
        }
        let create = self.client.create_schedule().name(trigger.id.as_str());
        let created = create
            .group_name(&self.places.group)
            .schedule_expression(&schedule.expression)
            .schedule_expression_timezone(&schedule.time_zone)
            .flexible_time_window(exactly)
            .state(state)
            .target(target)
            .send()
            .await;
        created.map(drop).map_err(|error| failed(trigger, reason(error)))
    }

    /// Deletes the trigger's schedule, if there is one. Can be repeated.
    pub(crate) async fn delete(&self, trigger: &Trigger) -> Result<(), Error> {
        let delete = self.client.delete_schedule().name(trigger.id.as_str());
        match delete.group_name(&self.places.group).send().await {
            Err(error) if !is_missing(&error) => Err(failed(trigger, reason(error))),
            _ => Ok(()),
        }
    }

    /// Without a message group, which is documented for FIFO queues only: a firing is worked on in no
    /// time, and its run's messages are in the workspace's group.
    fn target(&self, trigger: &Trigger, schedule: &Schedule) -> Result<Target, Error> {
        let input = Firing::template(&trigger.workspace, &trigger.id);
        let age_s = i32::try_from(schedule.catch_up_s).map_err(|error| failed(trigger, error))?;
        Target::builder()
            .arn(&self.places.queue_arn)
            .role_arn(&self.places.role_arn)
            .input(input.map_err(|error| failed(trigger, error))?)
            .retry_policy(RetryPolicy::builder().maximum_event_age_in_seconds(age_s).build())
            .build()
            .map_err(|error| failed(trigger, error))
    }
}

/// The service's own words where it has any.
fn reason<E>(error: SdkError<E>) -> Box<dyn std::error::Error + Send + Sync>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match error.as_service_error().map(ProvideErrorMetadata::meta) {
        Some(meta) if meta.code().is_some() => {
            let message = meta.message().unwrap_or_default();
            format!("{}: {message}", meta.code().unwrap_or_default()).into()
        }
        _ => error.into_source().unwrap_or_else(Into::into),
    }
}

fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
        == Some("ResourceNotFoundException")
}

fn failed(trigger: &Trigger, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::because(format!("EventBridge Scheduler did not do it for `{}`", trigger.id), source)
}
