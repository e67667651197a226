//! The environment, read once. Reports all that is missing or wrong together, and never a value.

use std::{str::FromStr, time::Duration};

use url::Url;

use crate::{
    model::{Secret, limits},
    telemetry::{self, Endpoint, Metrics},
};

/// What a function is told by its environment.
#[derive(Clone, Debug)]
pub struct Config {
    /// `TRIGGER_RUNS_TABLE`: the table of runs.
    pub runs_table: String,
    /// `TRIGGER_CONFIG_TABLE`: the table of workspaces, keys, triggers and flows.
    pub config_table: String,
    /// `TRIGGER_PAYLOADS_BUCKET`: the bucket of payloads too large for an item.
    pub payloads_bucket: String,
    /// `TRIGGER_SECRETS_PREFIX`: what the names of webhook secrets in Parameter Store start with.
    pub secrets_prefix: String,
    /// `TRIGGER_QUEUE_URL`: the runs queue. Absent for a function that only reads.
    pub queue_url: String,
    /// `TRIGGER_QUEUE_VISIBILITY_S`: that queue's visibility timeout, in seconds.
    pub queue_visibility: Duration,
    /// `TRIGGER_WAIT_S`: the longest wait of a waiting call, in seconds; 150 unless said.
    pub wait: Duration,
    /// `TRIGGER_LOG`: a level or a list of `target=level`; `info` unless said.
    pub log: String,
    /// What else operators are told.
    pub telemetry: telemetry::Settings,
    /// The AWS Region, as Lambda gives it.
    pub region: String,
    /// The function's own credentials, as Lambda gives them.
    pub credentials: Credentials,
    /// Where AWS is when it is not where the Region says.
    pub endpoints: Endpoints,
}

/// Endpoints in place of the Region's: of an emulator, or of a VPC's own. Each is the service's own
/// variable (`AWS_ENDPOINT_URL_SQS` for one), else `AWS_ENDPOINT_URL`, as in every AWS SDK.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// `AWS_ENDPOINT_URL_DYNAMODB`.
    pub dynamodb: Option<String>,
    /// `AWS_ENDPOINT_URL_S3`.
    pub s3: Option<String>,
    /// `AWS_ENDPOINT_URL_SCHEDULER`.
    pub scheduler: Option<String>,
    /// `AWS_ENDPOINT_URL_SQS`.
    pub sqs: Option<String>,
    /// `AWS_ENDPOINT_URL_SSM`.
    pub ssm: Option<String>,
}

/// AWS credentials of the environment.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: Secret,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: Option<Secret>,
}

/// Everything that is wrong with the environment.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment is not complete: {}", .0.join("; "))]
pub struct Incomplete(Vec<String>);

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// [`Incomplete`] names every variable that is missing or cannot be read.
    pub fn from_environment() -> Result<Self, Incomplete> {
        Self::from_environment_and(|_| None)
    }

    /// Reads the process's environment, save what `given` knows better.
    ///
    /// # Errors
    /// As [`Config::from_environment`].
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_environment_and(
        given: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Incomplete> {
        Self::from_lookup(|name| given(name).or_else(|| std::env::var(name).ok()))
    }

    /// Reads variables through `lookup`.
    ///
    /// # Errors
    /// As [`Config::from_environment`].
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Incomplete> {
        let mut reader = Reader { lookup, faults: Vec::new() };
        let config = Self {
            runs_table: reader.required("TRIGGER_RUNS_TABLE"),
            config_table: reader.required("TRIGGER_CONFIG_TABLE"),
            payloads_bucket: reader.required("TRIGGER_PAYLOADS_BUCKET"),
            secrets_prefix: reader.parameter_path("TRIGGER_SECRETS_PREFIX"),
            queue_url: reader.required("TRIGGER_QUEUE_URL"),
            queue_visibility: Duration::from_secs(
                reader.or("TRIGGER_QUEUE_VISIBILITY_S", limits::MAX_DELAY.as_secs()),
            ),
            wait: Duration::from_secs(reader.or("TRIGGER_WAIT_S", limits::MAX_WAIT.as_secs())),
            log: reader.or("TRIGGER_LOG", "info".to_owned()),
            telemetry: telemetry::Settings {
                service: reader.or("TRIGGER_SERVICE", telemetry::Settings::default().service),
                metrics: reader.or("TRIGGER_METRICS", Metrics::Trigger),
                spans: reader.or("TRIGGER_OTLP_ENDPOINT", Endpoint::default()),
                starts_cold: (reader.lookup)("AWS_LAMBDA_INITIALIZATION_TYPE")
                    .is_none_or(|kind| kind == "on-demand"),
            },
            region: reader.required("AWS_REGION"),
            credentials: Credentials {
                access_key_id: reader.required("AWS_ACCESS_KEY_ID"),
                secret_access_key: Secret::new(reader.required("AWS_SECRET_ACCESS_KEY")),
                session_token: (reader.lookup)("AWS_SESSION_TOKEN").map(Secret::new),
            },
            endpoints: Endpoints {
                dynamodb: reader.endpoint("AWS_ENDPOINT_URL_DYNAMODB"),
                s3: reader.endpoint("AWS_ENDPOINT_URL_S3"),
                scheduler: reader.endpoint("AWS_ENDPOINT_URL_SCHEDULER"),
                sqs: reader.endpoint("AWS_ENDPOINT_URL_SQS"),
                ssm: reader.endpoint("AWS_ENDPOINT_URL_SSM"),
            },
        };
        if reader.faults.is_empty() { Ok(config) } else { Err(Incomplete(reader.faults)) }
    }
}

struct Reader<L> {
    lookup: L,
    faults: Vec<String>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    fn required(&mut self, name: &str) -> String {
        let value = (self.lookup)(name).filter(|value| !value.is_empty());
        value.unwrap_or_else(|| {
            self.faults.push(format!("{name} is missing"));
            String::new()
        })
    }

    /// A path of Parameter Store's (`PutParameter` in its API reference).
    fn parameter_path(&mut self, name: &str) -> String {
        let path = self.required(name);
        let is_level = |level: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            !level.is_empty() && level.bytes().all(allowed)
        };
        let usable = path.strip_prefix('/').is_some_and(|levels| levels.split('/').all(is_level));
        if !usable && !path.is_empty() {
            self.faults.push(format!("{name} cannot be read"));
        }
        path
    }

    fn or<T: FromStr>(&mut self, name: &str, default: T) -> T {
        let Some(text) = (self.lookup)(name).filter(|value| !value.is_empty()) else {
            return default;
        };
        text.parse().unwrap_or_else(|_| {
            self.faults.push(format!("{name} cannot be read"));
            default
        })
    }

    fn endpoint(&mut self, of_service: &str) -> Option<String> {
        let set = |name| (self.lookup)(name).filter(|value| !value.is_empty());
        let (name, value) = [of_service, "AWS_ENDPOINT_URL"]
            .into_iter()
            .find_map(|name| set(name).map(|value| (name, value)))?;
        let usable = Url::parse(&value).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !usable {
            let fault = format!("{name} cannot be read");
            // The general one stands for several services.
            if !self.faults.contains(&fault) {
                self.faults.push(fault);
            }
        }
        usable.then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str) -> String {
        match name {
            "TRIGGER_METRICS" => "service",
            "TRIGGER_OTLP_ENDPOINT" => "http://localhost",
            "TRIGGER_SECRETS_PREFIX" => "/x",
            name if name.ends_with("_S") => "60",
            name if name.contains("_URL") => "http://localhost/x",
            _ => "x",
        }
        .to_owned()
    }

    #[test]
    fn everything_that_is_missing_or_wrong_is_named_together() {
        let faulty = |name: &str| match name {
            "TRIGGER_RUNS_TABLE" | "AWS_REGION" => None,
            "TRIGGER_WAIT_S" => Some("soon".to_owned()),
            other => Some(value(other)),
        };
        let text = Config::from_lookup(faulty).unwrap_err().to_string();
        for part in [
            "TRIGGER_RUNS_TABLE is missing",
            "AWS_REGION is missing",
            "TRIGGER_WAIT_S cannot be read",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert!(!text.contains("soon"));
    }

    #[test]
    fn a_service_is_at_its_own_endpoint_before_the_general_one() {
        let endpoints = |general: &str, own: &str| {
            let config = Config::from_lookup(|name| match name {
                "AWS_ENDPOINT_URL" => Some(general.to_owned()),
                "AWS_ENDPOINT_URL_SQS" => Some(own.to_owned()),
                "AWS_ENDPOINT_URL_DYNAMODB"
                | "AWS_ENDPOINT_URL_S3"
                | "AWS_ENDPOINT_URL_SCHEDULER"
                | "AWS_ENDPOINT_URL_SSM" => None,
                other => Some(value(other)),
            });
            config.map(|config| config.endpoints)
        };
        let found = endpoints("http://localhost:1", "https://localhost:2").unwrap();
        assert_eq!(found.dynamodb.as_deref(), Some("http://localhost:1"));
        assert_eq!(found.sqs.as_deref(), Some("https://localhost:2"));
        assert_eq!(endpoints("", "").unwrap(), Endpoints::default());
        let faults = |names: &[&str]| {
            Err(Incomplete(names.iter().map(|name| format!("{name} cannot be read")).collect()))
        };
        assert_eq!(endpoints("localhost:1", ""), faults(&["AWS_ENDPOINT_URL"]));
        assert_eq!(endpoints("", "ftp://localhost"), faults(&["AWS_ENDPOINT_URL_SQS"]));
    }

    #[test]
    fn a_prefix_of_secrets_is_a_path() {
        let prefix = |text: &str| {
            let config = Config::from_lookup(|name| match name {
                "TRIGGER_SECRETS_PREFIX" => Some(text.to_owned()),
                other => Some(value(other)),
            });
            config.map(|config| config.secrets_prefix)
        };
        assert_eq!(prefix("/trigger-api/dev"), Ok("/trigger-api/dev".to_owned()));
        for text in ["dev", "/", "/dev/", "//dev", "/a b", "/a*"] {
            let fault = "TRIGGER_SECRETS_PREFIX cannot be read".to_owned();
            assert_eq!(prefix(text), Err(Incomplete(vec![fault])), "{text}");
        }
    }

    #[test]
    fn what_operators_are_told_can_be_chosen() {
        let telemetry = |given: [&'static str; 4]| {
            let [service, metrics, spans, start] = given.map(str::to_owned);
            let config = Config::from_lookup(|name| match name {
                "TRIGGER_SERVICE" => Some(service.clone()),
                "TRIGGER_METRICS" => Some(metrics.clone()),
                "TRIGGER_OTLP_ENDPOINT" => Some(spans.clone()),
                "AWS_LAMBDA_INITIALIZATION_TYPE" => Some(start.clone()),
                other => Some(value(other)),
            });
            config.map(|config| config.telemetry)
        };
        let told = telemetry(["prod", "off", "http://localhost:4318", "provisioned-concurrency"]);
        let told = told.unwrap();
        assert_eq!((&*told.service, told.metrics, told.starts_cold), ("prod", Metrics::Off, false));
        assert_eq!(told.spans, "http://localhost:4318".parse().unwrap());
        let told = telemetry(["", "", "", "on-demand"]).unwrap();
        let default = telemetry::Settings::default();
        assert_eq!((told.service, told.spans), (default.service, default.spans));
        assert_eq!((told.metrics, told.starts_cold), (Metrics::Trigger, true));
        let faults = telemetry(["", "all", "localhost:4318", ""]).unwrap_err().to_string();
        for name in ["TRIGGER_METRICS", "TRIGGER_OTLP_ENDPOINT"] {
            assert!(faults.contains(&format!("{name} cannot be read")), "{faults}");
        }
    }

    #[test]
    fn credentials_are_not_shown() {
        let config = Config::from_lookup(|name| match name {
            "AWS_SECRET_ACCESS_KEY" | "AWS_SESSION_TOKEN" => Some("hush".to_owned()),
            other => Some(value(other)),
        });
        assert!(!format!("{config:?}").contains("hush"));
    }
}
