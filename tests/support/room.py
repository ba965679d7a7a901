"""Runs a room's servicers in process over real gRPC on a real database, with a clock that a test moves.

A test of a room reads like a client: it opens a channel as the gateway, the worker or the operator, makes calls, moves
the clock, and looks into the outbox. Nothing is delivered by itself: the outbox is what the test asserts on.
"""

import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from grpc.aio import Channel
from sqlalchemy import select, text

from services.kit import mail_params
from services.kit.channels import open_channel
from services.kit.core import Core
from services.kit.ids import new_id
from services.kit.mailer import Message
from services.kit.metadata import LANGUAGE, bearer
from services.kit.outbox import Wake, mail_from, wake_from
from services.kit.server import Room, Server
from services.kit.serving import mail_builder
from services.kit.settings import RoomSettings
from services.kit.tables import outbox
from services.kit.tokens import AccessTokens
from tests.support import deeds

CALLERS = ("gateway", "worker", "operator", "mail_server", "ordering")
START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""A Monday morning in Rome's winter time, far from the change to summer time."""

Metadata = tuple[tuple[str, str], ...]


class MovableClock:
    """Stands still until the test moves it."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> datetime:
        """Moves on by a ``timedelta``'s arguments, for example ``advance(days=3)``."""
        self.at += timedelta(**span)
        return self.at


class TestRoom:
    """A running room.

    Attributes:
        core: The room's common parts; ``core.database`` for a look behind the API.
        clock: The room's clock.
        address: Where it listens.
    """

    __test__ = False

    def __init__(self, core: Core, clock: MovableClock, room: Room, server: Server, address: str) -> None:
        self.core = core
        self.clock = clock
        self.room = room
        self.server = server
        self.address = address
        self._channels: dict[str, Channel] = {}

    def channel(self, caller: str = "gateway") -> Channel:
        """A kept channel as one of ``CALLERS``; stubs of customers use the gateway's with ``customer(...)``."""
        if caller not in self._channels:
            self._channels[caller] = open_channel(self.address, caller_secret(caller))
        return self._channels[caller]

    def customer(self, account_id: UUID, language: str = "it") -> Metadata:
        """The metadata with which the gateway acts for a customer, at the room's present time."""
        token, _ = AccessTokens(token_key(), self.clock).sign(account_id)
        return (bearer(token), (LANGUAGE, language))

    async def wakes(self) -> list[Wake]:
        """The wakes in the outbox that start a workflow which does not run, oldest first."""
        return [wake for wake in await self._all_wakes() if wake.starts]

    async def news(self) -> list[Wake]:
        """The wakes in the outbox that only a workflow which runs hears, oldest first."""
        return [wake for wake in await self._all_wakes() if not wake.starts]

    async def _all_wakes(self) -> list[Wake]:
        return [wake_from(row.payload) for row in await self._outbox("wake")]

    async def events(self) -> list[dict[str, Any]]:
        """The events in the outbox, oldest first: type, account_id, ids, state, amount."""
        return [
            {"type": row.payload["type"], "account_id": row.payload["account_id"], **row.payload["facts"]}
            for row in await self._outbox("event")
        ]

    async def mails(self) -> list[Message]:
        """The mails in the outbox as the messages that would leave, oldest first."""
        rows = await self._outbox("mail")
        builder = mail_builder(self.core, self.room)
        async with self.core.database.reading() as conn:
            return [builder.build(await mail_from(conn, row.id, row.payload), row.created_at) for row in rows]

    async def mail_params(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Key, template and parameters of the mails in the outbox, oldest first."""
        return [
            (row.payload["key"], row.payload["template"], mail_params.decode(row.payload["params"]))
            for row in await self._outbox("mail")
        ]

    async def empty_outbox(self) -> None:
        """Forget what was written so far, as if it were delivered."""
        async with self.core.database.reading() as conn:
            await conn.execute(text("DELETE FROM outbox"))

    async def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table, for a test that says "nothing was stored"."""
        async with self.core.database.reading() as conn:
            return [dict(row._mapping) for row in await conn.execute(text(f"SELECT * FROM {table}"))]

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()
        await self.server.grpc.stop(None)
        await self.core.database.close()

    async def _outbox(self, kind: str) -> list[Any]:
        query = select(outbox).where(outbox.c.kind == kind).order_by(outbox.c.created_at, outbox.c.id)
        async with self.core.database.reading() as conn:
            return list(await conn.execute(query))


@asynccontextmanager
async def running_room(
    name: str,
    database_url: str,
    build: Callable[[Core], Room],
    folder: Path,
    *,
    clock: MovableClock | None = None,
    settings_class: type[RoomSettings] = RoomSettings,
    **settings: Any,
) -> AsyncIterator[TestRoom]:
    """Run a room until the block ends.

    Args:
        name: The room, which is its schema too.
        database_url: ``room_database(name)``.
        build: What the room's ``__main__`` does between core and ``serve``.
        folder: ``tmp_path``, for the keys.
        clock: Starts at ``START`` unless given.
        settings_class: The room's own settings.
        settings: Fields of the settings, beside those that this function gives.
    """
    clock = clock or MovableClock()
    made = settings_class(**{**room_settings(database_url, folder), **settings})
    core = Core.of(name, made, clock)
    room = build(core)
    server = Server(core, room)
    port = await server.start("127.0.0.1:0")
    await server.serving()
    running = TestRoom(core, clock, room, server, f"127.0.0.1:{port}")
    try:
        yield running
        if (lost_deeds := deeds.query(name)) is not None:
            async with core.database.reading() as conn:
                assert (await conn.execute(text(lost_deeds))).all() == [], "`casella trail` would not show these"
    finally:
        await running.close()


@asynccontextmanager
async def bare_room(core: Core, folder: Path) -> AsyncIterator[str]:
    """The address of a room that has nothing but what the kit gives to every one; it ends with its database."""
    room = Server(core, Room(services=[], templates=folder, task_queue="kit"))
    port = await room.start("127.0.0.1:0")
    await room.serving()
    yield f"127.0.0.1:{port}"
    await room.grpc.stop(None)
    await core.database.close()


def room_settings(database_url: str, folder: Path) -> dict[str, Any]:
    """Settings of a room under test, with its key files in the folder."""
    files = {
        "callers.json": json.dumps({caller: caller_secret(caller) for caller in CALLERS}).encode(),
        "token.pub": token_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "token.key": token_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "fingerprint.key": b"a key of at least sixteen bytes",
        "ordering.secret": caller_secret("ordering").encode(),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {
        "database_url": database_url,
        "listen": "127.0.0.1:0",
        "caller_secrets_file": folder / "callers.json",
        "caller_secret_file": folder / "ordering.secret",
        "token_public_key_file": folder / "token.pub",
        "fingerprint_key_file": folder / "fingerprint.key",
    }


def private_key_file(folder: Path) -> Path:
    """Where ``room_settings`` put the private key that belongs to the public one; trial signs with it."""
    return folder / "token.key"


@cache
def caller_secret(caller: str) -> str:
    """The secret of a caller, the same for the whole process."""
    return f"{caller}-{secrets.token_hex(16)}"


def request_id() -> str:
    """A fresh request id."""
    return str(new_id())


@cache
def token_key() -> Ed25519PrivateKey:
    """The key with which trial signs access tokens, the same for the whole process."""
    return Ed25519PrivateKey.generate()
