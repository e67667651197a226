"""The libraries from PyPI: one case a line on standard input, one verdict a line on standard output.

A judge is `verify(secret, request)`, which raises or returns false to refuse, and where its library can sign
`sign(secret, request, id, seconds)`, which returns the headers.
"""

import io
import json
import sys
from datetime import datetime, timezone
from importlib import metadata
from urllib.parse import parse_qsl

import discord_interactions
import standardwebhooks
import stripe
import svix.webhooks
from slack_sdk.signature import SignatureVerifier
from twilio.request_validator import RequestValidator


class Parameters:
    """A form as Twilio's validator takes it: names may be repeated."""

    def __init__(self, body):
        self.pairs = parse_qsl(body, keep_blank_values=True)

    def __iter__(self):
        return (name for name, _ in self.pairs)

    def __len__(self):
        return len(self.pairs)

    def getall(self, wanted):
        return [value for name, value in self.pairs if name == wanted]


def twilio_parameters(request):
    is_form = request["headers"]["content-type"].startswith("application/x-www-form-urlencoded")
    return Parameters(request["body"]) if is_form else request["body"]


def moment(seconds):
    return datetime.fromtimestamp(seconds, tz=timezone.utc)


def svix_headers(secret, request, id, seconds):
    signature = svix.webhooks.Webhook(secret).sign(id, moment(seconds), request["body"])
    return {"svix-id": id, "svix-timestamp": str(seconds), "svix-signature": signature}


def standard_headers(secret, request, id, seconds):
    signature = standardwebhooks.Webhook(secret).sign(id, moment(seconds), request["body"])
    return {"webhook-id": id, "webhook-timestamp": str(seconds), "webhook-signature": signature}


def slack_headers(secret, request, _id, seconds):
    signature = SignatureVerifier(secret).generate_signature(timestamp=str(seconds), body=request["body"])
    return {"x-slack-request-timestamp": str(seconds), "x-slack-signature": signature}


def stripe_headers(secret, request, _id, seconds):
    header = stripe.WebhookSignature.generate_signature_header(request["body"], secret, seconds)
    return {"stripe-signature": header}


def twilio_headers(secret, request, _id, _seconds):
    parameters = twilio_parameters(request)
    # A body that is no form is signed by its digest, which the URL names.
    parameters = {} if isinstance(parameters, str) else parameters
    return {"x-twilio-signature": RequestValidator(secret).compute_signature(request["url"], parameters)}


JUDGES = {
    "stripe": (
        "stripe",
        lambda secret, it: stripe.Webhook.construct_event(it["body"], it["headers"]["stripe-signature"], secret),
        stripe_headers,
    ),
    "slack_sdk": (
        "slack_sdk",
        lambda secret, it: SignatureVerifier(secret).is_valid_request(it["body"], it["headers"]),
        slack_headers,
    ),
    "standardwebhooks": (
        "standardwebhooks",
        lambda secret, it: standardwebhooks.Webhook(secret).verify(it["body"], it["headers"]),
        standard_headers,
    ),
    "svix": (
        "svix",
        lambda secret, it: svix.webhooks.Webhook(secret).verify(it["body"], it["headers"]),
        svix_headers,
    ),
    "discord-interactions": (
        "discord-interactions",
        lambda key, it: discord_interactions.verify_key(
            it["body"].encode(),
            it["headers"]["x-signature-ed25519"],
            it["headers"]["x-signature-timestamp"],
            key,
        ),
        None,
    ),
    "twilio": (
        "twilio",
        lambda secret, it: RequestValidator(secret).validate(
            it["url"], twilio_parameters(it), it["headers"]["x-twilio-signature"]
        ),
        twilio_headers,
    ),
}


def decide(case):
    if case["verb"] == "describe":
        return {
            name: {"version": f"{package} {metadata.version(package)}", "signs": sign is not None}
            for name, (package, _, sign) in JUDGES.items()
        }
    _, verify, sign = JUDGES[case["judge"]]
    if case["verb"] == "sign":
        return {"headers": sign(case["secret"], case["request"], case["id"], case["seconds"])}
    try:
        return {"accepted": verify(case["secret"], case["request"]) is not False}
    except Exception as error:
        return {"accepted": False, "reason": f"{type(error).__name__}: {error}"}


# Discord's library prints why it refuses.
answers, sys.stdout = sys.stdout, io.StringIO()
for line in sys.stdin:
    answers.write(json.dumps(decide(json.loads(line))) + "\n")
    answers.flush()
