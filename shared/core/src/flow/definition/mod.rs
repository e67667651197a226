//! The vocabulary of the Open Workflow DSL 1.0.3, one strict type a construct, whether this
//! runtime ships it or not: a misspelt member is a fault everywhere. The types say what may stand
//! where; what it means is for `load`, which looks at expressions, values and nested task lists at
//! their own places.

mod authentication;
mod call;
mod event;
mod flow;
mod llm;
mod number;
mod policy;
mod problem;
mod process;
mod reader;
mod shape;
mod task;
mod thread;

pub(super) use authentication::Authentication;
pub(super) use call::{
    A2aCall, AsyncApiCall, CallTask, GrpcCall, HttpArguments, HttpOutputName, LogArguments,
    McpCall, OpenApiCall,
};
pub(super) use event::ReadAs;
pub(super) use flow::{Document, Evaluate, EvaluationMode, Flow, Use};
pub(super) use llm::{LlmArguments, LlmMessage, LlmOutputArguments};
pub(super) use policy::{Backoff, Catch, DurationParts, ErrorDefinition, RetryPolicy, Timeout};
pub(super) use problem::{Problem, Reason, Segment};
pub(super) use reader::read;
pub(super) use shape::{Anything, Object, TextOr};
pub(super) use task::{
    Common, DoTask, EmitTask, ForTask, ForkTask, ListenTask, RaiseTask, RunTask, SchemaSource,
    SetTask, SwitchCase, SwitchTask, TryTask, WaitTask,
};
pub(super) use thread::{ThreadArguments, ThreadHistoryArguments};
