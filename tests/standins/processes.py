"""Stand-ins as processes of their own, as the launcher starts them."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

ROOT = Path(__file__).parents[2]
OPERATOR_SECRET = "operator-of-the-tests"
SECONDS_TO_START = 30

Start = Callable[[str, dict[str, str]], "Process"]


class Process:
    """A stand-in that runs until `stop`."""

    def __init__(self, name: str, environment: dict[str, str], log: Path) -> None:
        self.environment = environment
        self._log = log
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", f"deploy.local.{name}"],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'protos'}"} | environment,
                stderr=errors,
            )

    def port(self, variable: str) -> int:
        return int(self.environment[variable].rpartition(":")[2])

    def wait_until_healthy(self, variable: str) -> None:
        with grpc.insecure_channel(self.environment[variable]) as channel:
            check: Any = health_pb2_grpc.HealthStub(channel)
            call = check.Check.future(health_pb2.HealthCheckRequest(), wait_for_ready=True, timeout=SECONDS_TO_START)
            while True:
                try:
                    answer = call.result(timeout=0.2)
                except grpc.FutureTimeoutError:
                    assert self._process.poll() is None, self.log()
                else:
                    assert answer.status == health_pb2.HealthCheckResponse.SERVING
                    return

    def wait(self) -> int:
        return self._process.wait(20)

    def stop(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        return self.wait()

    def log(self) -> str:
        return self._log.read_text()


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def mailsink_environment(folder: Path) -> dict[str, str]:
    password = folder / "mailsink_password"
    password.write_text("reader\n")
    listen = {f"CASELLA_MAILSINK_{door}_LISTEN": free_address() for door in ("SMTP", "IMAP", "PAGE", "CLOCK")}
    return listen | {
        "CASELLA_MAILSINK_FOLDER": str(folder / "mail"),
        "CASELLA_MAILSINK_PASSWORD_FILE": str(password),
    }
