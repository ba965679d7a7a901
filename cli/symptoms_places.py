"""What the doctor looks at first: the launcher, files and their rights, whether each process answers."""

import asyncio
import os
import shutil
import stat
from collections.abc import AsyncIterator

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from cli.calling import Rooms
from cli.findings import Finding, Kind
from cli.place import ROOMS

HEALTH_SECONDS = 3.0
LEAST_FREE_MEGABYTES = 500
STAND_INS = {
    "mail_clock": "mail sink (simulator)",
    "stripe_clock": "payment provider (simulator)",
    "sdi_clock": "Sistema di Interscambio (simulator)",
    "dns_clock": "DNS (simulator)",
}


async def check_launcher(rooms: Rooms) -> AsyncIterator[Finding]:
    """Whether a local Casella runs."""
    place = rooms.place
    if any(f"CASELLA_{room.upper()}_ADDRESS" in place.environment for room in ROOMS):
        yield Finding(Kind.NOTE, "addresses come from the environment: what the local launcher does is not looked at")
        return
    pid = place.run.get("launcher")
    if pid is None:
        yield Finding(Kind.PROBLEM, f"no Casella runs from {place.var}", "start one with `casella up` or `make run`")
    elif not _lives(int(pid)):
        words = f"{place.var / 'run.json'} speaks of a launcher that has ended (process {pid})"
        yield Finding(Kind.PROBLEM, words, "start Casella again with `casella up`")
    else:
        yield Finding(Kind.GOOD, f"Casella runs from {place.var} (process {pid})")


async def check_files(rooms: Rooms) -> AsyncIterator[Finding]:
    """Free disk, and that secrets are secret."""
    place = rooms.place
    if place.var.exists():
        free = shutil.disk_usage(place.var).free // 1_000_000
        kind = Kind.GOOD if free >= LEAST_FREE_MEGABYTES else Kind.PROBLEM
        yield Finding(kind, f"{free} MB of disk are free", "" if kind is Kind.GOOD else "free some disk")
    secret = place.secret_file
    if not secret.exists():
        yield Finding(Kind.PROBLEM, f"the operator's secret {secret} is missing", "start Casella once: it makes it")
    elif secret.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding(Kind.PROBLEM, f"others on this machine can read {secret}", f"chmod 600 {secret}")
    else:
        yield Finding(Kind.GOOD, "the operator's secret is readable by its owner only")


async def check_processes(rooms: Rooms) -> AsyncIterator[Finding]:
    """Whether every service and stand-in says that it serves."""
    place = rooms.place
    ports = place.run.get("ports", {})
    asked = {room: place.address(room) for room in ROOMS}
    asked |= {name: f"127.0.0.1:{ports[port]}" for port, name in STAND_INS.items() if port in ports}
    answers = await asyncio.gather(*(_health(address) for address in asked.values()))
    for (name, address), wrong in zip(asked.items(), answers, strict=True):
        if wrong:
            log = f"see {place.var / 'logs'}; the launcher starts again what ends"
            yield Finding(Kind.PROBLEM, f"{name} at {address} {wrong}", log)
    if not any(answers):
        yield Finding(Kind.GOOD, f"all {len(asked)} services and stand-ins serve")


async def _health(address: str) -> str:
    """What is wrong with a process; nothing if it serves."""
    async with grpc.aio.insecure_channel(address) as channel:
        try:
            answer = await health_pb2_grpc.HealthStub(channel).Check(  # type: ignore[attr-defined]
                health_pb2.HealthCheckRequest(), timeout=HEALTH_SECONDS
            )
        except grpc.aio.AioRpcError as error:
            return f"does not answer ({error.code().name})"
    return "" if answer.status == health_pb2.HealthCheckResponse.SERVING else "does not serve yet"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
