"""Holds `trigger-api webhook send` and `webhook verify` against the libraries of those who send webhooks, both ways.

    court.py PROGRAM NODE_JUDGE PYTHON_JUDGE

What we sign, the library must take, and must refuse when one character of the body or of a deciding header is another,
when it is stale, and with another secret. What the library signs, we must take, and refuse changed. Ends with code 1 where
anything is otherwise, and prints a table in any case.
"""

import base64
import json
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

URL = "https://hooks.example.com/ext/webhook/k/triggers/t?a=1"

# The headers whose every character decides.
DECIDING = {
    "clerk": ["svix-id", "svix-timestamp", "svix-signature"],
    "discord": ["x-signature-timestamp", "x-signature-ed25519"],
    "github": ["x-hub-signature-256"],
    "gitlab": ["webhook-id", "webhook-timestamp", "webhook-signature"],
    "hubspot": ["x-hubspot-request-timestamp", "x-hubspot-signature-v3"],
    "linear": ["linear-signature"],
    "openai": ["webhook-id", "webhook-timestamp", "webhook-signature"],
    "resend": ["svix-id", "svix-timestamp", "svix-signature"],
    "shopify": ["x-shopify-hmac-sha256"],
    "slack": ["x-slack-request-timestamp", "x-slack-signature"],
    "standard-webhooks": ["webhook-id", "webhook-timestamp", "webhook-signature"],
    "stripe": ["stripe-signature"],
    "svix": ["svix-id", "svix-timestamp", "svix-signature"],
    "twilio": ["x-twilio-signature"],
}

# Those that sign a time and say how old it may be.
DATED = set(DECIDING) - {"discord", "github", "shopify", "twilio"}

# Judges that look at no clock.
TIMELESS = {"openssl-v1a"}

# Bodies that are read before they are signed, in forms that no event has: sent as the first event's.
BODIES = {"twilio": ["b=2&a=3&B=1&b=1&b=2&c=&d=caf%C3%A9+%26+%2B&%C3%A4=1", "A=&a"]}

# Who judges whom. What has no library of its own is judged by that of the standard which it says it follows.
CASES = [
    ("node", "stripe", "stripe"),
    ("python", "stripe", "stripe"),
    ("node", "bolt", "slack"),
    ("python", "slack_sdk", "slack"),
    ("node", "octokit", "github"),
    ("node", "standardwebhooks", "standard-webhooks"),
    ("python", "standardwebhooks", "standard-webhooks"),
    ("node", "standardwebhooks", "gitlab"),
    ("node", "svix", "svix"),
    ("python", "svix", "svix"),
    ("node", "svix", "clerk"),
    ("node", "resend", "resend"),
    ("node", "openai", "openai"),
    ("node", "linear", "linear"),
    ("node", "discord-interactions", "discord"),
    ("python", "discord-interactions", "discord"),
    ("node", "openssl-discord", "discord"),
    ("node", "openssl-v1a", "standard-webhooks"),
    ("node", "shopify", "shopify"),
    ("node", "hubspot", "hubspot"),
    ("node", "twilio", "twilio"),
    ("python", "twilio", "twilio"),
]


class Judge:
    """A process that answers line by line."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.known = self.ask([{"verb": "describe"}])[0]

    def ask(self, cases):
        answers = []
        # In slices, so that no pipe is full on both sides.
        for start in range(0, len(cases), 50):
            part = cases[start : start + 50]
            self.process.stdin.write("".join(json.dumps(case) + "\n" for case in part))
            self.process.stdin.flush()
            for _ in part:
                line = self.process.stdout.readline()
                if not line:
                    raise SystemExit("a judge has died")
                answers.append(json.loads(line))
        return answers


class Key:
    """What one side signs with and the other holds."""

    def __init__(self, ours, provider, judge, folder):
        self.file = None
        if provider == "discord" or judge == "openssl-v1a":
            self.file = folder / f"{provider}-{secrets.token_hex(4)}"
            made = ours.json(["key-pair", str(self.file)])
            self.public = made["discord" if provider == "discord" else "standard_webhooks"]
            self.private = self.file.read_text().strip()
            return
        if provider in ("standard-webhooks", "gitlab", "svix", "clerk", "resend", "openai"):
            text = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        else:
            text = secrets.token_hex(16)
        self.public = self.private = text

    def flags(self):
        return ["--signing-key", str(self.file)] if self.file else ["--secret", self.private]


class Ours:
    """The program."""

    def __init__(self, program):
        self.program = program

    def run(self, arguments, text=None):
        command = [self.program, "webhook", *arguments, "--json"]
        return subprocess.run(command, input=text, capture_output=True, text=True)

    def json(self, arguments, text=None):
        ended = self.run(arguments, text)
        if ended.returncode != 0:
            raise SystemExit(f"{arguments}: {ended.stderr}")
        return json.loads(ended.stdout)

    def events(self, provider):
        return self.json(["send", "--list", "--provider", provider])["providers"][0]["events"]

    def signed(self, provider, event, body, key, *flags):
        what = ["send", "--dry-run", "--provider", provider, "--event", event, "--url", URL, *key.flags(), *flags]
        return self.json([*what, "--body", "-"], body) if body else self.json(what)

    def accepts(self, provider, secret, request):
        """None where it is neither accepted nor refused."""
        what = ["verify", "--provider", provider, "--secret", secret, "-"]
        return {0: True, 1: False}.get(self.run(what, json.dumps(request)).returncode)


def changed(text):
    """The text with one bit of one character changed, for each that stays printable."""
    for place, letter in enumerate(text):
        other = chr(ord(letter) ^ 1)
        if letter.isascii() and letter.isprintable() and other.isprintable():
            yield text[:place] + other + text[place + 1 :]


def variants(provider, request):
    """The request with one character changed, wherever one decides."""
    for body in changed(request["body"]):
        yield {**request, "body": body}
    for name in DECIDING[provider]:
        text = request["headers"][name]
        # What stands last in base64 has bits without a meaning, which some libraries pass over.
        for value in changed(text[:-3]):
            yield {**request, "headers": {**request["headers"], name: value + text[-3:]}}


def spread(items, most):
    items = list(items)
    step = max(1, len(items) // most)
    return items[::step]


class Row:
    """One judge and one provider: how often what was asked for came out, of how many times."""

    COLUMNS = ["takes ours", "refuses changed", "refuses stale", "refuses another key", "we take its", "we refuse changed"]

    def __init__(self, library, provider):
        self.library, self.provider = library, provider
        self.counts = {column: [0, 0] for column in self.COLUMNS}
        self.faults = []

    def note(self, column, good, what):
        count = self.counts[column]
        count[0] += bool(good)
        count[1] += 1
        if not good:
            self.faults.append(f"{self.library}, {self.provider}, {column}: {what}")

    def cells(self):
        shown = [f"{good}/{all}" if all else "–" for good, all in self.counts.values()]
        return [self.library, self.provider, *shown]


def theirs(row, judge, name, ours, key, other, event, body):
    """What we sign, before the judge."""

    def verdicts(requests, secret=key.public):
        return judge.ask([{"verb": "verify", "judge": name, "secret": secret, "request": it} for it in requests])

    request = ours.signed(row.provider, event, body, key)
    [verdict] = verdicts([request])
    row.note("takes ours", verdict["accepted"], f"{event}: {verdict.get('reason')}")
    altered = list(variants(row.provider, request))
    for it, verdict in zip(altered, verdicts(altered), strict=True):
        row.note("refuses changed", not verdict["accepted"], f"{event}: {it}")
    [verdict] = verdicts([request], other.public)
    row.note("refuses another key", not verdict["accepted"], event)
    if row.provider in DATED and name not in TIMELESS:
        [verdict] = verdicts([ours.signed(row.provider, event, body, key, "--stale")])
        row.note("refuses stale", not verdict["accepted"], event)
    return request


def its(row, judge, name, ours, key, pool, event, sample):
    """What the judge signs, before us."""
    signature = DECIDING[row.provider]
    bare = {header: value for header, value in sample["headers"].items() if header not in signature}
    case = {"verb": "sign", "judge": name, "secret": key.private, "id": f"msg_{secrets.token_hex(8)}"}
    [made] = judge.ask([{**case, "seconds": int(time.time()), "request": {**sample, "headers": bare}}])
    request = {**sample, "headers": {**bare, **made["headers"]}}
    row.note("we take its", ours.accepts(row.provider, key.public, request) is True, event)
    altered = spread(variants(row.provider, request), 12)
    for it, accepted in zip(altered, pool.map(lambda it: ours.accepts(row.provider, key.public, it), altered), strict=True):
        row.note("we refuse changed", accepted is False, f"{event}: {it}")


def table(rows):
    lines = [["library", "provider", *Row.COLUMNS], *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def main(program, node, python):
    ours = Ours(program)
    judges = {"node": Judge(node.split(" ")), "python": Judge(python.split(" "))}
    heard = {(program, name) for program, judge in judges.items() for name in judge.known}
    unheard = heard - {(program, name) for program, name, _ in CASES}
    if unheard:
        raise SystemExit(f"judges without a case: {unheard}")
    rows = []
    with TemporaryDirectory() as folder, ThreadPoolExecutor(4) as pool:
        for language, name, provider in CASES:
            judge = judges[language]
            known = judge.known[name]
            row = Row(known["version"], provider)
            rows.append(row)
            key, other = (Key(ours, provider, name, Path(folder)) for _ in range(2))
            events = ours.events(provider)
            bodies = [(events[0], body) for body in BODIES.get(provider, [])]
            for event, body in [(event, None) for event in events] + bodies:
                sample = theirs(row, judge, name, ours, key, other, event, body)
                if known["signs"]:
                    its(row, judge, name, ours, key, pool, event, sample)
    print(table(rows))
    faults = [fault for row in rows for fault in row.faults]
    if faults:
        print(f"\n{len(faults)} verdicts are not what they should be, the first of them:", *faults[:20], sep="\n")
        raise SystemExit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
