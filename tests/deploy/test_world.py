"""A whole Casella as the launcher runs it: up, killed in parts, moved through time, down without a trace."""

import asyncio
import json
import os
import re
import secrets
import signal
import stat
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from casella.common.v1 import clock_pb2, clock_pb2_grpc
from deploy.local import provision
from deploy.local.clock import open_calendar
from deploy.local.failure import LaunchError
from deploy.local.health import channel, serves
from deploy.local.processes import runs
from deploy.local.programs import PROGRAMS, Stage
from deploy.local.site import ROOT, running
from deploy.local.temporal import NAMESPACE
from deploy.local.world import World
from services.kit.channels import open_channel
from services.kit.temporal_client import connect
from tests.e2e.waiting import until
from tests.support.scraping import scrape
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("world"), pytest.mark.asyncio(loop_scope="module")]

KEY_IN_THE_SHELL = secrets.token_hex(16)
PROC = Path("/proc")
ROOM = ("callers.json", "token-public.pem", "fingerprint.key")
"""What every room checks its callers by."""
TOLD = {
    "trial": ("token-private.pem",),
    "mailboxes": (),
    "ordering": ("caller-ordering",),
    "payments": ("stripe-key", "stripe-webhook-secret", "pay-link.key"),
    "invoicing": ("mail-password",),
    "support": ("webhook.key",),
    "worker": ("caller-worker",),
    "gateway": ("caller-gateway",),
    "mailsink": ("callers-standin.json", "mail-password"),
    "stripe": ("callers-standin.json", "stripe-key", "stripe-webhook-secret"),
    "sdi": ("callers-standin.json",),
    "dns": ("callers-standin.json",),
    "vies": ("callers-standin.json",),
}
"""Process → the files of secrets that it is told."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One world for this module, in a folder whose path has a space, of a person whose shell holds a key."""
    with pytest.MonkeyPatch.context() as shell:
        shell.setenv("CLOUD_ACCESS_KEY", KEY_IN_THE_SHELL)
        async with World.start(tmp_path_factory.mktemp("a world") / "var") as running:
            yield running


async def test_every_room_and_stand_in_is_healthy(world: World) -> None:
    for program in PROGRAMS:
        if program.health_port:
            async with channel(world.address(program.health_port)) as server:
                assert await serves(server), program.name


async def test_a_killed_service_is_started_again(world: World) -> None:
    before = (await world.processes())["support"]
    await world.kill("support")
    await world.wait_ready("support")
    assert (await world.processes())["support"] != before
    assert any(line.startswith("support was ended by SIGKILL; it is started again in") for line in world.said)


async def test_a_killed_worker_and_temporal_are_started_again(world: World) -> None:
    before = await world.processes()
    await world.kill("worker")
    await world.kill("temporal")
    await world.wait_ready("temporal")
    await world.wait_ready("worker")
    after = await world.processes()
    assert after["worker"] != before["worker"]
    assert after["temporal"] != before["temporal"]


async def test_an_order_for_a_process_that_there_is_not_names_those_there_are(world: World) -> None:
    with pytest.raises(LaunchError, match="no process called 'postgresql': say one of postgres, temporal, "):
        await world.stop_process("postgresql")
    assert "postgres" in await world.processes()


async def test_a_killed_postgres_recovers_what_was_committed(world: World) -> None:
    url = world.site.database_url("support")
    connection = await provision.connect(url)
    await connection.execute("CREATE TABLE kept (id int)")
    await connection.execute("INSERT INTO kept VALUES (1)")
    await connection.close()
    await world.stop_process("postgres", kill=True)
    with pytest.raises(OSError, match="Connect call failed"):
        await provision.connect(url)
    await world.start_process("postgres")
    connection = await provision.connect(url)
    kept = await connection.fetchval("SELECT id FROM kept")
    await connection.execute("DROP TABLE kept")
    await connection.close()
    assert kept == 1


async def test_all_clocks_move_together(world: World) -> None:
    said: list[str] = []
    before = datetime.now(UTC)
    async with open_calendar(world.site) as calendar:
        await calendar.advance(timedelta(days=2, hours=3), said.append)
    assert len(said) == 3
    for program in PROGRAMS:
        if program.health_port:
            async with open_channel(world.address(program.health_port), world.secret("caller-operator")) as door:
                stub: clock_pb2_grpc.ClockServiceAsyncStub = clock_pb2_grpc.ClockServiceStub(door)
                told = (await stub.GetClock(clock_pb2.GetClockRequest())).now.ToDatetime(tzinfo=UTC)
            assert told > before + timedelta(days=2, hours=3), program.name


async def test_a_process_started_after_an_advance_has_the_same_time(world: World) -> None:
    async with open_calendar(world.site) as calendar:
        await calendar.advance(timedelta(hours=1), lambda _: None)
    await world.kill("support")
    await world.wait_ready("support")
    async with open_channel(world.address("support"), world.secret("caller-operator")) as door:
        stub: clock_pb2_grpc.ClockServiceAsyncStub = clock_pb2_grpc.ClockServiceStub(door)
        told = await stub.GetClock(clock_pb2.GetClockRequest())
    offset = json.loads(world.site.clock_file.read_text())["offset_seconds"]
    assert told.offset.ToTimedelta() == timedelta(seconds=offset)


async def test_a_second_start_says_that_it_runs_and_where(world: World) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "deploy.local",
        cwd=ROOT,
        env={**os.environ, "CASELLA_VAR": str(world.site.var)},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert process.returncode == 1
    assert f"Casella: already running from {world.site.var} (process " in said.decode()
    assert world.site.url("mail_page") in said.decode()


async def test_everything_below_the_folder_is_its_owners_only(world: World) -> None:
    found = {path: path.lstat().st_mode for path in world.site.var.rglob("*")}
    assert len(found) > 100
    assert [path for path, mode in found.items() if mode & (stat.S_IRWXG | stat.S_IRWXO)] == []


@pytest.mark.skipif(not PROC.is_dir(), reason="only Linux shows what a process was started with")
@pytest.mark.parametrize("shown", ["environ", "cmdline"])
async def test_no_process_shows_a_secret_or_what_the_shell_holds(world: World, shown: str) -> None:
    nursery = int((world.site.var / "nursery.pid").read_text())
    looked_at = _with_children({*(await world.processes()).values(), nursery})
    kept = {path.name: path.read_text().strip() for path in (world.site.var / "secrets").iterdir()}
    del kept["callers.json"], kept["callers-standin.json"], kept["token-public.pem"]
    told = {pid: _shown(pid, shown) for pid in looked_at}
    assert len(told) > len(PROGRAMS) + 2
    assert b"PATH=" in told[nursery] or shown == "cmdline"
    found = [
        (name, told[pid][:80])
        for pid in told
        for name, secret in {**kept, "shell": KEY_IN_THE_SHELL}.items()
        if secret.encode() in told[pid]
    ]
    assert found == []


def _with_children(parents: set[int]) -> set[int]:
    """These processes and all that descend from them, such as the backends of PostgreSQL."""
    parent_of = {
        int(path.name): int((path / "stat").read_text().rpartition(")")[2].split()[1])
        for path in PROC.iterdir()
        if path.name.isdigit() and (path / "stat").exists()
    }
    found = set(parents)
    while more := {pid for pid, parent in parent_of.items() if parent in found} - found:
        found |= more
    return found


def _shown(pid: int, what: str) -> bytes:
    """What the system shows of a process; nothing where it has ended meanwhile."""
    try:
        return (PROC / str(pid) / what).read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


async def test_every_process_is_told_the_secrets_that_it_needs_and_no_other(world: World) -> None:
    environments = {program.name: program.environment(world.site) for program in PROGRAMS}
    folder = f"{world.site.var}/secrets/"
    told = {
        name: {value.removeprefix(folder) for value in environment.values() if value.startswith(folder)}
        for name, environment in environments.items()
    }
    assert told == {name: {*(ROOM if name in provision.ROOMS else ()), *own} for name, own in TOLD.items()}


async def test_no_room_is_told_another_rooms_password(world: World) -> None:
    environments = {program.name: program.environment(world.site) for program in PROGRAMS}
    for name, environment in environments.items():
        passwords = [room for room in provision.ROOMS if world.secret(f"postgres-{room}") in environment.values()]
        assert passwords == []
        urls = [room for room in provision.ROOMS if world.secret(f"postgres-{room}") in str(environment)]
        assert urls == ([name] if name in provision.ROOMS else [])


async def test_sigterm_leaves_no_process(tmp_path: Path) -> None:
    async with World.start(tmp_path / "var") as world:
        pids = await world.processes()
        launcher = json.loads(world.site.run_file.read_text())["launcher"]
        os.kill(launcher, signal.SIGTERM)
        await world.ended()
    left = [name for name, pid in pids.items() if any(runs(pid, word) for word in ("nursery", "postgres", "temporal"))]
    assert left == []
    assert not world.site.run_file.exists()
    assert "nothing is left running" in world.said[-1]


async def test_a_launcher_that_was_killed_leaves_no_process_and_the_next_start_goes_on(tmp_path: Path) -> None:
    async with World.start(tmp_path / "var") as world:
        pids = {*(await world.processes()).values(), int((world.site.var / "nursery.pid").read_text())}
        os.kill(json.loads(world.site.run_file.read_text())["launcher"], signal.SIGKILL)
        await world.ended()
        async with asyncio.timeout(60):
            while any(runs(pid, "deploy.local") or runs(pid, str(world.site.var)) for pid in pids):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    assert running(world.site.var) is None
    async with World.start(tmp_path / "var") as again:
        assert running(again.site.var) == again.site


async def test_what_a_launcher_left_that_was_killed_with_its_nursery_ends_at_the_next_start(tmp_path: Path) -> None:
    async with World.start(tmp_path / "var") as world:
        pids = await world.processes()
        launcher = json.loads(world.site.run_file.read_text())["launcher"]
        os.kill(int((world.site.var / "nursery.pid").read_text()), signal.SIGKILL)
        os.kill(launcher, signal.SIGKILL)
        await world.ended()
    assert runs(pids["postgres"], "postgres")
    async with World.start(tmp_path / "var"):
        assert [name for name, pid in pids.items() if runs(pid, "deploy.local") or runs(pid, str(tmp_path))] == []


async def test_ctrl_c_during_the_migrations_leaves_no_process(tmp_path: Path) -> None:
    launcher = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "deploy.local",
        cwd=ROOT,
        env={**os.environ, "CASELLA_VAR": str(tmp_path / "var")},
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert launcher.stdout is not None
    async with asyncio.timeout(120):
        line = b" "
        while line and b" s  bringing the rooms' schemas up to date" not in line:
            line = await launcher.stdout.readline()
        launcher.send_signal(signal.SIGINT)
        rest = (await launcher.stdout.read()).decode()
        await launcher.wait()
    assert "stopping" in rest
    assert "nothing is left running" in rest


async def test_a_launcher_whose_starter_was_killed_leaves_no_process(tmp_path: Path) -> None:
    starter = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _STARTER, str(tmp_path / "var"), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert starter.stdout is not None
    pids = json.loads(await starter.stdout.readline())
    assert pids.keys() >= {"launcher", "postgres", "temporal", "worker"}
    starter.kill()
    await starter.wait()
    async with asyncio.timeout(60):
        while runs(pids["launcher"], "deploy.local"):  # noqa: ASYNC110  it is another process
            await asyncio.sleep(0.05)
    left = [name for name, pid in pids.items() if any(runs(pid, word) for word in ("nursery", "postgres", "temporal"))]
    assert left == []


_STARTER = """
import asyncio, json, sys
from pathlib import Path
from deploy.local.world import World

async def main():
    async with World.start(Path(sys.argv[1])) as world:
        launcher = json.loads(world.site.run_file.read_text())["launcher"]
        print(json.dumps({**await world.processes(), "launcher": launcher}), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_prometheus_can_read_every_process_and_all_that_rules_and_dashboard_ask_for(world: World) -> None:
    told: set[str] = {"up", "ALERTS"}  # Prometheus's own
    for program in PROGRAMS:
        if program.stage is not Stage.STAND_INS:
            found = await scrape(world.address(f"{program.name}_metrics"))
            assert found.value("process_resident_memory_bytes", process=program.name) > 0
            told |= found.names
    told |= await _told_by_temporals_library(world)
    for file, least in (("alerts.yaml", 13), ("dashboard.json", 24)):
        text = (ROOT / "deploy" / "observability" / file).read_text()
        asked = set(re.findall(r"\b(?:(?:casella|temporal|process)_[a-z_]+|up|ALERTS)(?=[{\[)])", text))
        assert {name.removesuffix("_total").removesuffix("_bucket") for name in asked} <= told
        assert len(asked) >= least  # they were found in the expressions


async def _told_by_temporals_library(world: World) -> set[str]:
    """Its metrics are there from the first task on; looking for receipts is one."""
    client = await connect(world.address("temporal"), NAMESPACE)
    await client.get_schedule_handle(names.SCHEDULE_RECEIPTS).trigger()

    async def look() -> set[str] | None:
        told = (await scrape(world.address("worker_temporal_metrics"))).names
        return told if "temporal_activity_schedule_to_start_latency_seconds" in told else None

    return await until(look, "the metrics of a task")
