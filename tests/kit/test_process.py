"""Processes: what they import, what they log, what they refuse to start with, and how they stop."""

import asyncio
import json
import logging
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.local.ports import free_port
from services.kit import events, outbox
from services.kit.bells import Kind
from services.kit.clock import OffsetClock, SystemClock, read_offset, write_offset
from services.kit.core import clock_of
from services.kit.database import Database, is_transient
from services.kit.event_types import EventType
from services.kit.events import Event
from services.kit.ids import new_id
from services.kit.logs import JsonFormatter
from services.kit.outbox import Mail
from services.kit.process import MISCONFIGURED
from services.kit.settings import RoomSettings, UnsafeSettings
from services.kit.wakes import trial_wake
from tests.support.company import REAL_ISSUER
from tests.support.room import room_settings

_ROOT = Path(__file__).parents[2]
_ENV = {**os.environ, "PYTHONPATH": f"{_ROOT}{os.pathsep}{_ROOT / 'protos'}"}
_SECRET = "RSSMRA85T10A562S"


@pytest.mark.parametrize(
    "module",
    [
        "ids",
        "calendar",
        "money",
        "hooks",
        "clock",
        "channels",
        "temporal_client",
        "errors",
        "wire",
        "settings",
        "tokens",
    ],
)
def test_what_workflows_use_does_not_load_the_database(module: str) -> None:
    heavy = {"sqlalchemy", "asyncpg", "stripe", "aiosmtplib", "alembic", "jinja2"}
    program = f"import services.kit.{module}, sys; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], env=_ENV, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_log_line_is_json_with_ids_and_without_what_an_error_quotes() -> None:
    error = RuntimeError("it failed")
    error.__cause__ = ValueError(f"cannot read '{_SECRET}' of anna@example.it (Anna Rossi) 3331234567\nand more")
    record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", None, (type(error), error, None))
    record.ids = {"order": "0193"}
    line = JsonFormatter("ordering").format(record)
    parsed = json.loads(line)
    assert (parsed["process"], parsed["order"], parsed["message"]) == ("ordering", "0193", "failed")
    assert parsed["exception"]["class"] == "builtins.RuntimeError"
    assert parsed["exception"]["cause"]["text"] == "cannot read … of … … …"
    for private in (_SECRET, "anna", "Anna", "333", "and more"):
        assert private not in line


async def test_a_violated_constraint_does_not_log_the_row(database: Database) -> None:
    insert = text("INSERT INTO mails (key, created_at) VALUES (:key, '2026-01-01Z')")
    async with database.reading() as conn:
        await conn.execute(insert, {"key": _SECRET})
        with pytest.raises(DBAPIError) as failed:
            await conn.execute(insert, {"key": _SECRET})
    record = logging.LogRecord("x", logging.ERROR, "", 0, "m", None, (DBAPIError, failed.value, None))
    assert _SECRET not in JsonFormatter("kit").format(record)
    assert not is_transient(failed.value)


_PRODUCTION: dict[str, Any] = {
    "mode": "production", "smtp_tls": "starttls", "public_url": "https://casella.example",
    "tls_key_file": Path("key"), "tls_certificate_file": Path("certificate"), "tls_authority_file": Path("authority"),
    **REAL_ISSUER,
}  # fmt: skip


def _settings(tmp_path: Path, **changed: Any) -> RoomSettings:
    return RoomSettings(**{**room_settings("postgresql://x@127.0.0.1:1/x", tmp_path), **changed})


@pytest.mark.parametrize(
    "unsafe",
    [
        {"smtp_tls": "none"},
        {"public_url": "http://casella.example"},
        {"clock_file": Path("clock.json")},
        {"tls_key_file": None},
        {"tls_key_file": None, "tls_certificate_file": None, "tls_authority_file": None},
    ],
)
def test_production_does_not_start_on_an_unsafe_setting(tmp_path: Path, unsafe: dict[str, Any]) -> None:
    assert _settings(tmp_path, **_PRODUCTION).mode == "production"
    with pytest.raises(UnsafeSettings):
        _settings(tmp_path, **{**_PRODUCTION, **unsafe})


def _what_it_says(module: str, environment: dict[str, str]) -> list[str]:
    """Starts a process that cannot run, and returns the messages of its log."""
    done = subprocess.run(
        [sys.executable, "-m", module],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": _ENV["PYTHONPATH"], **environment},
        cwd=_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == MISCONFIGURED, done.stderr
    return [json.loads(line)["message"] for line in done.stderr.splitlines()]


def test_a_process_names_every_setting_that_it_misses() -> None:
    said = _what_it_says("services.support", {"CASELLA_LOG_LEVEL": "CRITICAL"})
    missing = ["DATABASE_URL", "LISTEN", "TOKEN_PUBLIC_KEY_FILE", "FINGERPRINT_KEY_FILE", "WEBHOOK_KEY_FILE"]
    assert said == [f"CASELLA_{name}: Field required" for name in missing]


def test_every_mistake_in_an_operators_file_is_a_line_of_the_log(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("mailboxes:\n  trial: {domains: -5, mailboxen: 3}\n")
    settings = room_settings("postgresql://x@127.0.0.1:1/x", tmp_path) | {"policy_file": policy}
    said = _what_it_says(
        "services.mailboxes", {f"CASELLA_{name.upper()}": str(value) for name, value in settings.items()}
    )
    assert said == [
        f"{policy} cannot be used:",
        "mailboxes.trial.domains: Input should be greater than 0 (found -5)",
        "mailboxes.trial.mailboxen: Extra inputs are not permitted (found 3)",
    ]


def test_production_runs_on_the_machines_clock(tmp_path: Path) -> None:
    assert isinstance(clock_of(_settings(tmp_path, **_PRODUCTION)), SystemClock)


def test_a_local_process_starts_at_the_offset_that_all_share(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    assert read_offset(file) == timedelta()
    write_offset(file, timedelta(days=3, seconds=1, microseconds=5))
    clock = clock_of(_settings(tmp_path, clock_file=file))
    assert isinstance(clock, OffsetClock)
    assert clock.offset == timedelta(days=3, seconds=1)
    assert [path.name for path in tmp_path.glob("clock*")] == ["clock.json"]


_PROGRAM = """
from pathlib import Path
from services.kit.core import Core
from services.kit.process import run
from services.kit.server import Room
from services.kit.serving import serve
from services.kit.settings import RoomSettings

async def main() -> None:
    await serve(Core.of("kit", RoomSettings()), Room(services=[], templates=Path("/nowhere"), task_queue="kit"))

run(main)
"""


async def test_a_room_serves_once_the_database_answers_and_ends_on_sigterm(kit_url: str, tmp_path: Path) -> None:
    port = free_port()
    settings = {**room_settings(kit_url, tmp_path), "listen": f"127.0.0.1:{port}", "temporal_address": "127.0.0.1:1"}
    env = {**_ENV, **{f"CASELLA_{name.upper()}": str(value) for name, value in settings.items()}}
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROGRAM, env=env, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60), grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)  # its types know no methods
        status = None
        while status != health_pb2.HealthCheckResponse.SERVING:
            status = (await stub.Check(health_pb2.HealthCheckRequest(), wait_for_ready=True)).status
    if hasattr(resource, "prlimit"):  # only Linux tells of another process
        assert resource.prlimit(program.pid, resource.RLIMIT_CORE)[0] == 0
    program.send_signal(signal.SIGTERM)
    async with asyncio.timeout(20):
        _, logged = await program.communicate()
    assert program.returncode == 0
    lines = [json.loads(line) for line in logged.decode().splitlines()]
    assert lines[0]["message"] == "listening"
    assert lines[0]["port"] == port


async def _write_and_fail(database: Database, write: Callable[[AsyncConnection], Awaitable[object]]) -> None:
    async with database.transaction() as conn:
        await write(conn)
        raise ZeroDivisionError


async def test_a_commit_rings_the_bells_of_what_it_wrote_and_a_rollback_none(database: Database) -> None:
    now, account = datetime.now(UTC), new_id()
    event = Event(EventType.TRIAL_ENDED, account)
    writings: dict[Kind, Callable[[AsyncConnection], Awaitable[object]]] = {
        Kind.WAKE: lambda conn: outbox.wake(conn, trial_wake(account), now),
        Kind.MAIL: lambda conn: outbox.mail(conn, Mail("a-key", "welcome", "it", "anna@example.it"), now),
        Kind.EVENT: lambda conn: events.tell(conn, event, now),
    }
    heard = {kind: bell.listen() for kind, bell in database.bells.items()}
    assert heard.keys() == writings.keys()
    for kind, write in writings.items():
        with pytest.raises(ZeroDivisionError):
            await _write_and_fail(database, write)
        assert not any(event.is_set() for event in heard.values())
        async with database.transaction() as conn:
            await write(conn)
            assert not heard[kind].is_set()
        assert [each for each, event in heard.items() if event.is_set()] == [kind]
        heard[kind].clear()
    async with database.transaction() as conn:
        await conn.execute(text("SELECT 1"))
    assert not any(event.is_set() for event in heard.values())
    async with database.single() as conn:
        await outbox.wake(conn, trial_wake(account), now)
    assert heard[Kind.WAKE].is_set()


async def test_whoever_waits_too_long_for_a_row_hears_that_it_may_try_again(database: Database) -> None:
    async with database.transaction() as holder:
        await holder.execute(text("LOCK TABLE mails"))
        async with database.transaction() as waiter:
            await waiter.execute(text("SET LOCAL lock_timeout = '10ms'"))
            with pytest.raises(DBAPIError) as failed:
                await waiter.execute(text("SELECT * FROM mails"))
    assert is_transient(failed.value)


async def test_single_statements_commit_by_themselves_and_transactions_together(database: Database) -> None:
    async with database.single() as conn:
        await conn.execute(text("INSERT INTO mails (key, created_at) VALUES ('a', '2026-01-01Z')"))
        async with database.reading() as other:
            assert (await other.execute(text("SELECT key FROM mails"))).scalars().all() == ["a"]
    async with database.transaction() as conn:
        await conn.execute(text("INSERT INTO mails (key, created_at) VALUES ('b', '2026-01-01Z')"))
        async with database.reading() as other:
            assert (await other.execute(text("SELECT key FROM mails"))).scalars().all() == ["a"]
    async with database.reading() as conn:
        assert (await conn.execute(text("SHOW transaction_isolation"))).scalar_one() == "read committed"
        assert (await conn.execute(text("SELECT key FROM mails ORDER BY key"))).scalars().all() == ["a", "b"]
