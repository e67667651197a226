"""ministack, with what this release lacks of AWS and the template needs: methods ANY of an imported
API, a number that is given by a parameter, which is text, and the attributes that EventBridge
Scheduler writes into a message. It wraps inner functions of the pinned release, and is run by the
interpreter that ministack is installed for."""

import re
import time

from ministack import app
from ministack.services import apigateway_v1, eventbridge, lambda_svc

ANY = "x-amazon-apigateway-any-method"

apigateway_v1._OPENAPI_HTTP_METHODS.add("any")
_import_path_item = apigateway_v1._import_path_item
_invoke_target = eventbridge._invoke_target
_sqs_esm_concurrency = lambda_svc._sqs_esm_concurrency


def import_path_item(api, path, methods, *more):
    # Unknown ones are skipped in silence.
    methods = {"any" if name == ANY else name: method for name, method in methods.items()}
    _import_path_item(api, path, methods, *more)


def sqs_esm_concurrency(mapping, *more):
    scaling = mapping.get("ScalingConfig", {})
    if "MaximumConcurrency" in scaling:
        scaling["MaximumConcurrency"] = int(scaling["MaximumConcurrency"])
    return _sqs_esm_concurrency(mapping, *more)


def invoke_target(target, event, rule, *more):
    if event["Source"] == "aws.scheduler" and "Input" in target:
        once = re.fullmatch(r"at\((.+)\)", rule["ScheduleExpression"])
        fired_at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(event["Time"]))
        attributes = {
            "schedule-arn": rule["Arn"],
            "scheduled-time": (once[1] if once else fired_at) + "Z",
            "execution-id": event["EventId"],
            "attempt-number": "1",
        }
        text = target["Input"]
        for name, value in attributes.items():
            text = text.replace(f"<aws.scheduler.{name}>", value)
        target = target | {"Input": text}
    _invoke_target(target, event, rule, *more)


apigateway_v1._import_path_item = import_path_item
eventbridge._invoke_target = invoke_target
lambda_svc._sqs_esm_concurrency = sqs_esm_concurrency

app.main()
