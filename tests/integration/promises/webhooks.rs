//! A provider's delivery that was acknowledged is one run, whatever process dies and however often it comes.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use lambda_http::{Body, Request, RequestExt as _};
use serde_json::json;
use shared::{
    model::{RunId, Secret, Status, Verification},
    runs::Runs,
    store::Filter,
    webhook::Signed,
};
use support::{Bed, Fault, Moment, Sender, Target, records};

use super::flows::ONE_CALL;

/// More requests than a delivery takes to tables, queue and parameters.
const MOST_REQUESTS: usize = 10;

/// A bed with a trigger that GitHub signs for, and what starts it.
struct Site {
    bed: Bed,
    target: Target,
    request: Signed,
    token: String,
}

impl Site {
    async fn new() -> Self {
        let bed = Bed::new().await;
        let target = Target::start(|_| (200, json!("ok"))).await;
        let mut trigger = bed.publish(ONE_CALL).await;
        let now = bed.clock.now();
        let sender = Sender::of("github");
        let (mut webhook, token) =
            records::webhook(Verification::Provider(sender.provider.to_owned()), now);
        let reference = records::secret(0, now);
        webhook.secrets.push(reference.clone());
        webhook.mapping = Some(format!("{{user_variables: {{url: \"{}\"}}}}", target.url));
        trigger.webhook = Some(webhook);
        bed.store.put_trigger(&trigger).await.unwrap();
        let secret = Secret::new(sender.secret.to_owned());
        bed.runs.secrets().put(&trigger, &reference, &secret).await.unwrap();
        let request = sender.sign(String::new(), sender.sample("push"), "72d3162e", now);
        Self { bed, target, request, token: token.expose() }
    }

    fn request(&self, waits: bool) -> Request {
        let Signed { headers, body, .. } = self.request.clone();
        let mut request = http::Request::post("/").body(Body::from(body)).unwrap();
        *request.headers_mut() = headers;
        if waits {
            request.headers_mut().insert("x-api-wait", "true".parse().unwrap());
        }
        let parameters = [("apiKey", self.token.as_str()), ("triggerId", "one-call")];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), vec![value.to_owned()]));
        request.with_path_parameters(HashMap::from(parameters))
    }

    /// The status, and the run that is named.
    async fn deliver(&self, runs: &Runs, waits: bool) -> (u16, Option<RunId>) {
        let answer = webhook_ingest::handle(runs, self.request(waits)).await;
        let run = answer.headers().get("x-pf-run-id");
        (answer.status().as_u16(), run.map(|run| run.to_str().unwrap().parse().unwrap()))
    }

    /// Lets a worker do what there is to do until `done` is.
    async fn meanwhile<T>(&self, done: impl Future<Output = T>) -> T {
        let (worker, _) = self.bed.process();
        let working = async {
            loop {
                self.bed.work(&worker).await;
                tokio::time::sleep(Duration::from_millis(1)).await;
                self.bed.advance(Duration::from_secs(1)).await;
            }
        };
        tokio::select! { done = done => done, () = working => unreachable!() }
    }

    /// Ends the run, and sees that it was the only one and made its call once.
    async fn ends_as_one_run(&self, id: RunId, what: &str) {
        let (worker, _) = self.bed.process();
        let end = self.bed.work_to_the_end(&worker, id);
        let end = tokio::time::timeout(Duration::from_secs(10), end).await;
        let view = end.unwrap_or_else(|_| panic!("{what}: the run never ends"));
        assert_eq!(view.run.status, Status::Completed, "{what}");
        for _ in 0..3 {
            self.bed.work(&worker).await;
            self.bed.advance(Duration::from_secs(100)).await;
        }
        let (workspace, all) = (support::workspace(), Filter::default());
        let page = self.bed.store.list(&workspace, &all, None, 100).await.unwrap();
        let runs: Vec<_> = page.runs.iter().map(|run| run.id).collect();
        assert_eq!(runs, [id], "{what}");
        let calls = self.target.calls();
        let keys: BTreeSet<_> = calls.iter().map(|call| call.header("idempotency-key")).collect();
        assert_eq!(keys.len(), 1, "{what}");
    }
}

#[tokio::test]
async fn a_delivery_whose_process_dies_anywhere_is_one_run_when_it_comes_again() {
    for waits in [false, true] {
        for count in 0..MOST_REQUESTS {
            for moment in [Moment::Before, Moment::After] {
                let what = format!("{moment:?} request {count}, waiting: {waits}");
                let site = Site::new().await;
                let (doomed, wire) = site.bed.process();
                wire.stop_at(count, moment);
                let acknowledged = tokio::select! {
                    answer = site.deliver(&doomed, waits) => Some(answer),
                    () = wire.stopped() => None,
                };
                let (survivor, _) = site.bed.process();
                let again = site.meanwhile(site.deliver(&survivor, waits)).await;
                // 202 where it waits in vain for the dead process to be noticed.
                let (200 | 202, Some(id)) = again else { panic!("{what}: {again:?}") };
                if let Some(acknowledged) = acknowledged {
                    assert_eq!(acknowledged, (200, Some(id)), "{what}");
                }
                site.ends_as_one_run(id, &what).await;
            }
        }
    }
}

#[tokio::test]
async fn a_delivery_that_was_acknowledged_runs_though_it_never_comes_again() {
    for count in 0..MOST_REQUESTS {
        for moment in [Moment::Before, Moment::After] {
            let what = format!("{moment:?} request {count}");
            let site = Site::new().await;
            let (doomed, wire) = site.bed.process();
            wire.stop_at(count, moment);
            let acknowledged = tokio::select! {
                answer = site.deliver(&doomed, false) => answer,
                () = wire.stopped() => continue,
            };
            let (200, Some(id)) = acknowledged else { panic!("{what}: {acknowledged:?}") };
            site.ends_as_one_run(id, &what).await;
        }
    }
}

#[tokio::test]
async fn a_delivery_that_fails_on_the_way_is_to_be_sent_again_and_is_one_run_then() {
    for fault in [Fault::Throttled, Fault::ServerError, Fault::Reset, Fault::AnswerLost] {
        for operation in ["GetItem", "GetParameters", "PutItem", "SendMessage"] {
            let what = format!("{operation} {fault:?}");
            let site = Site::new().await;
            let (runs, wire) = site.bed.process();
            wire.fail(move |sent| (sent.operation == operation).then_some(fault));
            assert_eq!(site.deliver(&runs, false).await, (503, None), "{what}");
            wire.heal();
            let again = site.deliver(&runs, false).await;
            let (200, Some(id)) = again else { panic!("{what}: {again:?}") };
            site.ends_as_one_run(id, &what).await;
        }
    }
}

#[tokio::test]
async fn copies_at_several_processes_at_once_are_one_run() {
    let site = Site::new().await;
    let processes: Vec<_> = (0..4).map(|_| site.bed.process().0).collect();
    let copies = (0..200)
        .map(|number| site.deliver(&processes[number % 4], (number / 4).is_multiple_of(10)));
    let answers = site.meanwhile(futures::future::join_all(copies)).await;
    let named: BTreeSet<_> = answers.iter().map(|(status, run)| (*status, *run)).collect();
    let [(200, Some(id))] = named.into_iter().collect::<Vec<_>>()[..] else {
        panic!("{answers:?}")
    };
    site.ends_as_one_run(id, "copies").await;
}

#[tokio::test]
async fn a_delivery_costs_one_write_more_than_a_start_and_nothing_when_refused() {
    let site = Site::new().await;
    let (runs, wire) = site.bed.process();
    assert_eq!(site.deliver(&runs, false).await.0, 200);
    let mut first = wire.operations();
    first.sort();
    // The trigger, its workspace, its flow and the flow's version; its secret.
    assert_eq!(first[..4], ["GetItem"; 4]);
    assert_eq!(first[4..], ["GetParameters", "PutItem", "PutItem", "SendMessage"]);
    let mut request = site.request(false);
    request.headers_mut().insert("x-github-delivery", "another".parse().unwrap());
    assert_eq!(webhook_ingest::handle(&runs, request).await.status(), 200);
    let mut second = wire.operations();
    second.sort();
    assert_eq!(second, ["PutItem", "PutItem", "SendMessage"]);
    let mut forged = site.request(false);
    *forged.body_mut() = Body::from("{}");
    assert_eq!(webhook_ingest::handle(&runs, forged).await.status(), 401);
    assert!(wire.operations().is_empty());
}
