//! Limits, each with its source.

#![expect(clippy::duration_suboptimal_units, reason = "in the units of their sources")]

use std::time::Duration;

/// Largest request body, in bytes. Lambda takes 6 MB of request, base64 costs a third of it
/// (AWS Lambda quotas, invocation payload).
pub const MAX_BODY_BYTES: usize = 4_500_000;

/// Most files of a request. The published contract says 20.
pub const MAX_FILES: usize = 20;

/// Largest file, in bytes. The published contract says 25 MB.
pub const MAX_FILE_BYTES: u64 = 25_000_000;

/// Largest files of a request together, in bytes. The published contract says 100 MB.
pub const MAX_FILES_BYTES: u64 = 100_000_000;

/// How long the URLs of a run's files work, from its start. The published contract says 24 h.
pub const FILE_URL: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a file that is uploaded first may be waiting for the start that names it.
pub const FILE_PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// How long an upload may take to begin: a presigned URL lives no longer than the credentials that
/// signed it, and those of a Lambda function may end within the hour (S3 user guide, "Download and
/// upload objects with presigned URLs").
pub const UPLOAD: Duration = Duration::from_secs(15 * 60);

/// How long the files of a start that it names by their addresses may take to come, all together: whoever starts a run
/// waits for them, behind a gateway that gives up after 29 s (API Gateway quotas, integration timeout), and they are
/// stored after that.
pub const FETCH: Duration = Duration::from_secs(10);

/// Longest name of a file, in bytes: that of most file systems.
pub const MAX_FILE_NAME_BYTES: usize = 255;

/// Longest wait of a waiting call. The published contract says 120 to 150 s.
pub const MAX_WAIT: Duration = Duration::from_secs(150);

/// Longest wait of a waiting call of the Pinkfish dialect. The published contract says 60 s.
pub const PINKFISH_WAIT: Duration = Duration::from_secs(60);

/// Longest life of a run. The published contract says 2,700 s.
pub const MAX_RUN: Duration = Duration::from_secs(2700);

/// After this long a worker starts no new effect and hands the run on. Lambda ends an
/// invocation after 900 s (AWS Lambda quotas); an effect in flight may take up to `MAX_EFFECT`.
pub const SLICE: Duration = Duration::from_secs(600);

/// How long a run is followed over one connection. Lambda and API Gateway end it after 900 s (AWS Lambda quotas;
/// API Gateway quotas, response streaming); what is under way by then has the last minute to be put in order.
pub const STREAM: Duration = Duration::from_secs(840);

/// An effect that takes longer than this is worth a write that tells of it: people who watch begin to wonder after
/// a second (J. Nielsen, "Response times: the 3 important limits"), and nearly all calls end before.
pub const LONG_EFFECT: Duration = Duration::from_secs(1);

/// Longest single effect.
pub const MAX_EFFECT: Duration = Duration::from_secs(290);

/// How long a model may be silent, before its first byte and between two: some think for a minute
/// before they say anything, and a connection that is dead says nothing for ever.
pub const MODEL_SILENCE: Duration = Duration::from_secs(120);

/// Largest text of a model's answer, in bytes: the journal keeps it, and outputs hold it again.
pub const MAX_COMPLETION_BYTES: usize = 1024 * 1024;

/// Most runs that stand in line in one thread, the one that has it included. Every entry and every leave is billed on
/// the whole line (`DynamoDB`, "write request units"): one of a hundred runs takes 4 KB.
pub const MAX_THREAD_LINE: u64 = 100;

/// Largest context of a thread, in bytes of JSON: each run of the thread that uses it reads it, journals what it read and
/// writes it again, and compressed or not it fits an item of 400 KB (`DynamoDB` quotas). A flow's document may take half.
pub const MAX_THREAD_BYTES: usize = 256 * 1024;

/// Deepest nesting of what is kept in a thread: expressions take 100 levels, and see it a few levels inside of what
/// they are given.
pub const MAX_THREAD_DEPTH: usize = 90;

/// How much of a thread's conversation a model is told unless the flow says otherwise: some 16,000 tokens, which the
/// smallest models in use take, and whose price nobody is surprised by.
pub const THREAD_HISTORY_MESSAGES: usize = 40;
/// The same, in bytes of JSON.
pub const THREAD_HISTORY_BYTES: usize = 64 * 1024;

/// For how long a run that was made and not stored yet may still be stored by who made it, and one that seems to have
/// no message may still get one from there. Far longer than a start takes; who comes later does not rely on what it
/// saw before.
pub const START_PATIENCE: Duration = Duration::from_secs(60);

/// Longest delay of a queued message (SQS quotas, `DelaySeconds`).
pub const MAX_DELAY: Duration = Duration::from_secs(900);

/// How long a worker is taken to be alive after it last said so.
pub const LEASE: Duration = Duration::from_secs(75);

/// How often a worker says that it is alive.
pub const LEASE_RENEWAL: Duration = Duration::from_secs(30);

/// How often a worker looks whether its run was cancelled.
pub const CANCEL_POLL: Duration = Duration::from_secs(5);

/// How long a worker looks for the header of a run whose message overtook it.
pub const HEADER_PATIENCE: Duration = Duration::from_secs(2);

/// How long an idempotency key is remembered.
pub const IDEMPOTENCY_MEMORY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a run's record is kept after its start.
pub const RUN_RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long before its time a run may be asked for. Its record is kept from then on, so that after
/// a week of waiting there are three for its result to be read in. Waiting costs a message every
/// 15 minutes (`MAX_DELAY`).
pub const MAX_DELAYED_START: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Highest rate of starts that a key or a workspace can be limited to, a second. A rate is one item, an item is in one
/// partition, and a partition bears 1,000 writes a second (`DynamoDB` developer guide, "Partition throughput limits");
/// asking for a token takes one write as a rule, and a second one where the bucket was not as it was thought to be.
pub const MAX_RATE_PER_SECOND: u32 = 500;

/// Most runs in flight that a workspace or a flow can be limited to: each is an entry of one item, and every start and
/// every end is billed on the whole of it.
pub const MAX_RUNS_IN_FLIGHT: u32 = 1000;

/// Largest answer to a run that listens, in bytes of JSON: compressed it fits an item of 400 KB
/// (DynamoDB quotas).
pub const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// Longest `Idempotency-Key`, in bytes.
pub const MAX_IDEMPOTENCY_KEY_BYTES: usize = 255;

/// Largest flow source, in bytes: compressed it fits an item of 400 KB (DynamoDB quotas).
pub const MAX_FLOW_BYTES: usize = 256 * 1024;

/// Most log lines a run keeps; later ones are dropped with a note.
pub const MAX_LOG_ENTRIES: u64 = 10_000;

/// Deepest nesting of a request's JSON. Expressions take 100 levels, and see the input a few levels
/// inside of what they are given.
pub const MAX_JSON_DEPTH: usize = 96;

/// Deepest nesting of a run's output: a stored value is read back up to 127 levels, a few of which
/// are its record's.
pub const MAX_OUTPUT_DEPTH: usize = 120;

/// Shortest and longest time for which a firing may be caught up with (EventBridge Scheduler API
/// reference, `RetryPolicy`, `MaximumEventAgeInSeconds`).
pub const CATCH_UP: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(60)..=Duration::from_secs(24 * 60 * 60);

/// For how long a firing is caught up with unless its schedule says otherwise: longer than a
/// deployment or an hour's repair takes, shorter than surprises at another time of day.
pub const DEFAULT_CATCH_UP: Duration = Duration::from_secs(60 * 60);

/// Largest input of a schedule, in bytes: it is read with its trigger, at every call of that.
pub const MAX_SCHEDULE_INPUT_BYTES: usize = 4 * 1024;

/// Largest `message` that a webhook's mapping may make, in bytes: what a person could have typed, and no
/// document that somebody else wrote.
pub const MAX_MAPPED_MESSAGE_BYTES: usize = 32 * 1024;

/// Largest `user_variables` that a webhook's mapping may make, in bytes of JSON: what a model's context
/// holds beside a conversation.
pub const MAX_MAPPED_VARIABLES_BYTES: usize = 64 * 1024;

/// Largest output in a callback, in bytes: what a receiver can pass on in one event of `EventBridge`
/// (quotas, "`PutEvents` entry size"), to which many of them lead.
pub const MAX_CALLBACK_OUTPUT_BYTES: usize = 256 * 1024;

/// How long the receiver of a callback may take to answer (Standard Webhooks specification, "Timeouts": 15 to 30 s).
pub const CALLBACK_TIMEOUT: Duration = Duration::from_secs(15);

/// How long after an attempt to call back the next one is made; after the last one there is none. 24 h in all, in
/// growing steps (Standard Webhooks specification, "Deliverability and reliability").
pub const CALLBACK_RETRIES: [Duration; 10] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(4 * 60 * 60),
    Duration::from_secs(8 * 60 * 60),
    Duration::from_secs(8 * 60 * 60),
];

/// Longest life of an invocation (AWS Lambda quotas, function timeout): what a process has not done by then, it
/// never does.
pub const MAX_INVOCATION: Duration = Duration::from_secs(900);

/// Longest address of a deferred answer, in bytes: it rides in the run's header. Discord's have some 320.
pub const MAX_FOLLOW_UP_URL_BYTES: usize = 512;
