"""AWS on this machine: ministack, started on a free port and gone with whoever started it."""

import os
import socket
import subprocess
import time
from pathlib import Path

import requests

ROOT = Path(__file__).parents[2]
ACCOUNT = "123456789012"
REGION = "eu-central-1"

# Reads until its standard input is closed, which the kernel does for whoever dies, however it dies;
# then ends its process group, to which the emulator and the functions belong.
LIFELINE = '"$@" <&- & read -r; kill -- -$$'
COMMAND = [
    ROOT / "target/tools/ministack/bin/python",
    ROOT / "tests/deploy/completed_ministack.py",
]


class Emulator:
    """A running ministack. It checks signatures and evaluates policies (AUTH), so that a function
    can do what its role allows and nothing else, and speaks TLS, which those of the bucket ask for."""

    def __init__(self, folder: Path):
        self.port = _free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.log = folder / "ministack.log"
        # Made by ministack, with the command openssl.
        self.certificate = folder / "ministack-tls/server.crt"
        # An account's number as the access key stands for the root user of that account.
        self.environment = {
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            # Whom to trust, as the AWS CLI's family and as everybody else is told it.
            "AWS_CA_BUNDLE": str(self.certificate),
            "SSL_CERT_FILE": str(self.certificate),
        }
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                ["bash", "-c", LIFELINE, "lifeline", *COMMAND],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Nothing of the caller's: functions inherit this environment.
                env=self.environment
                | {
                    "PATH": os.environ["PATH"],
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "HOME": str(folder),
                    "TMPDIR": str(folder),
                    "AUTH": "true",
                    "USE_SSL": "1",
                    "BIND_HOST": "127.0.0.1",
                    "GATEWAY_PORT": str(self.port),
                    "MINISTACK_ACCOUNT_ID": ACCOUNT,
                    "MINISTACK_REGION": REGION,
                    # Where there is an engine, functions must not run in it all the same.
                    "DOCKER_HOST": "unix:///nonexistent",
                    "LAMBDA_EXECUTOR": "local",
                    # It would listen on a port of its own.
                    "IOT_MTLS_ENABLED": "0",
                },
            )
        try:
            self._await_health()
        except BaseException:
            self.stop()
            raise

    def get(self, path: str, **more) -> requests.Response:
        """What it tells of itself."""
        return requests.get(self.url + path, verify=self.certificate, timeout=10, **more)

    def stop(self):
        """Ends it and every function that it started."""
        self._process.stdin.close()
        self._process.wait(timeout=10)

    def _await_health(self):
        deadline = time.monotonic() + 60
        while True:
            try:
                health = self.get("/_ministack/health").json()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"ministack does not answer, see {self.log}") from None
                time.sleep(0.1)
        # Without it, every test below would pass with roles that allow nothing.
        assert health["auth"] == "enabled", health


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
