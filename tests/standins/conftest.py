"""Starts stand-ins and waits until their health check says that they serve; stops them at the module's end."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.standins.processes import OPERATOR_SECRET, Process, Start, mailsink_environment


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("standin")


@pytest.fixture(scope="module")
def start(folder: Path) -> Iterator[Start]:
    secrets = folder / "callers.json"
    secrets.write_text(json.dumps({"operator": OPERATOR_SECRET}))
    common = {"CASELLA_CALLER_SECRETS_FILE": str(secrets), "CASELLA_CLOCK_FILE": str(folder / "clock.json")}
    started: list[Process] = []

    def go(name: str, environment: dict[str, str]) -> Process:
        process = Process(name, common | environment, folder / f"{name}.log")
        started.append(process)
        process.wait_until_healthy(f"CASELLA_{name.upper()}_CLOCK_LISTEN")
        return process

    yield go
    for process in started:
        process.stop()


@pytest.fixture(scope="module")
def sink(start: Start, folder: Path) -> Process:
    return start("mailsink", mailsink_environment(folder))
