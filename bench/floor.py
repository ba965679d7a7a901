"""The floor under an RPC: a bare ``grpc.aio`` server that does the durable SQL by asyncpg and nothing else.

No interceptors, no rules, no messages of ours: sixteen bytes come in and go back. A write is the least that ours write,
the request's row, a row of the room and one of the outbox, in one statement and one durable transaction; a read is one
row by its key; a send is our own function that counts a message. ``python -m bench.floor <port>`` reads the addresses
of its databases from its first line of input, so that no password stands in a process list.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import grpc

from services.kit.exiting import exit_after

SERVICE = "bench.Floor"
_CONNECTIONS = 10
"""As many as a room has."""

SCHEMA = """
    CREATE SCHEMA IF NOT EXISTS bench;
    CREATE TABLE IF NOT EXISTS bench.requests (
        id uuid PRIMARY KEY, fingerprint bytea NOT NULL, resource_id uuid NOT NULL, created_at timestamptz NOT NULL);
    CREATE TABLE IF NOT EXISTS bench.things (
        id uuid PRIMARY KEY, account_id uuid NOT NULL, state text NOT NULL, content jsonb NOT NULL,
        created_at timestamptz NOT NULL);
    CREATE INDEX IF NOT EXISTS things_account ON bench.things (account_id);
    CREATE TABLE IF NOT EXISTS bench.outbox (
        id uuid PRIMARY KEY, kind text NOT NULL, payload jsonb NOT NULL, created_at timestamptz NOT NULL,
        next_at timestamptz NOT NULL);
    CREATE TABLE IF NOT EXISTS bench.counters (year integer PRIMARY KEY, last integer NOT NULL);
    CREATE TABLE IF NOT EXISTS bench.numbered (
        id uuid PRIMARY KEY, year integer NOT NULL, number integer NOT NULL, content jsonb NOT NULL,
        UNIQUE (year, number));
    INSERT INTO bench.counters VALUES (2026, 0) ON CONFLICT DO NOTHING;
"""

_CONTENT = json.dumps({"first_name": "Anna", "last_name": "Rossi", "lines": [{"quantity": 7, "net": 1050}] * 3})

_WRITE = """
    WITH request AS (
        INSERT INTO bench.requests VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING id
    ), thing AS (
        INSERT INTO bench.things SELECT $3, $1, 'open', $5, $4 FROM request RETURNING id
    ), gone AS (
        INSERT INTO bench.outbox SELECT $6, 'wake', $5, $4, $4 FROM request
    )
    SELECT id FROM thing
"""

_READ = "SELECT id, account_id, state, content, created_at FROM bench.things WHERE id = $1"

_SEND = "SELECT * FROM decide_send($1, $2, 1, $3)"

NUMBER = """
    WITH next AS (
        UPDATE bench.counters SET last = last + 1 WHERE year = 2026 RETURNING last
    ), numbered AS (
        INSERT INTO bench.numbered SELECT $1, 2026, last, $2 FROM next RETURNING number
    ), gone AS (
        INSERT INTO bench.outbox SELECT $3, 'wake', $2, $4, $4 FROM next
    )
    SELECT number FROM numbered
"""
"""A number without gaps, its document and the outbox row, in one statement."""


async def write(pool: "asyncpg.Pool[asyncpg.Record]", key: UUID) -> None:
    """The least durable write."""
    await pool.fetchval(_WRITE, key, key.bytes * 2, uuid4(), datetime.now(UTC), _CONTENT, uuid4())


async def number(pool: "asyncpg.Pool[asyncpg.Record]") -> int:
    """The least that gives a document its number."""
    found: int = await pool.fetchval(NUMBER, uuid4(), _CONTENT, uuid4(), datetime.now(UTC))
    return found


async def _serve(port: int) -> None:
    told = json.loads(await asyncio.to_thread(sys.stdin.readline))
    own, mailboxes = [
        await asyncpg.create_pool(told[name], min_size=_CONNECTIONS, max_size=_CONNECTIONS)
        for name in ("own", "mailboxes")
    ]
    first = uuid4()
    await own.execute("INSERT INTO bench.things VALUES ($1, $1, 'open', $2, now())", first, _CONTENT)

    async def do_write(key: bytes) -> None:
        await write(own, UUID(bytes=key))

    async def do_read(_: bytes) -> None:
        await own.fetchrow(_READ, first)

    async def do_send(key: bytes) -> None:
        address = told["addresses"][key[0] % len(told["addresses"])]
        await mailboxes.fetchrow(_SEND, UUID(bytes=key), address, datetime.now(UTC))

    async def do_nothing(_: bytes) -> None:
        pass

    server = grpc.aio.server()
    methods = {"Write": do_write, "Read": do_read, "Send": do_send, "Echo": do_nothing}
    handlers: dict[str, Any] = {
        name: grpc.unary_unary_rpc_method_handler(_answering(do)) for name, do in methods.items()
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    print("ready", flush=True)
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    await stopping.wait()
    await server.stop(1)


def _answering(do: Callable[[bytes], Awaitable[None]]) -> Callable[[bytes, object], Awaitable[bytes]]:
    async def answer(request: bytes, _: object) -> bytes:
        await do(request)
        return request

    return answer


if __name__ == "__main__":
    exit_after(lambda: asyncio.run(_serve(int(sys.argv[1]))))
