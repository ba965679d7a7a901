"""A running trial room that asks the local DNS stand-in, and the customers that tests need."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.dns.server import Udp
from deploy.local.dns.zone import Entry, Zone, read_zone
from services.kit.core import Core
from services.kit.password_hashes import PasswordHashes
from services.kit.server import Room
from services.kit.tokens import AccessTokens
from services.trial.__main__ import assemble
from services.trial.policy import Policy
from tests.fixtures.postgres import RoomDatabase
from tests.support.room import TestRoom, private_key_file, running_room
from tests.trial.clients import Customer, Visitors

ZONE_FILE = Path("deploy/local/dns/zone.yaml")
POLICY = Policy.model_validate(
    {
        "trial": {
            "guide_links": {"it": [{"title": "Guida", "url": "https://guide.example/"}]},
            "sign_ups": {"answer_milliseconds": 0},
        },
        "shared": {"public_suffixes": ["demo.example"]},
    }
)


@pytest.fixture
def zone() -> dict[str, Entry]:
    """What the name server knows: the demo's zone, and a throw-away service that receives mail."""
    return {**read_zone(ZONE_FILE).entries, "mailinator.com": Entry(mx=("mx.mailinator.com",))}


@pytest.fixture
async def dns(zone: dict[str, Entry]) -> AsyncIterator[str]:
    """`host:port` of the name server."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Udp(Zone(zone)), local_addr=("127.0.0.1", 0))
    host, port = transport.get_extra_info("sockname")
    yield f"{host}:{port}"
    transport.close()


@pytest.fixture
async def room(room_database: RoomDatabase, tmp_path: Path, dns: str) -> AsyncIterator[TestRoom]:
    with PasswordHashes() as hashes:

        def build(core: Core) -> Room:
            tokens = AccessTokens.from_file(private_key_file(tmp_path), core.clock)
            return assemble(core, POLICY, hashes, tokens, dns)

        async with running_room("trial", room_database("trial"), build, tmp_path) as running:
            yield running


@pytest.fixture
def visitors(room: TestRoom) -> Visitors:
    """People who have not signed up yet."""
    return Visitors(room)


@pytest.fixture
async def customer(visitors: Visitors) -> Customer:
    """A customer whose trial has just begun, with nothing left in the outbox."""
    made = await visitors.confirmed()
    await made.room.empty_outbox()
    return made
