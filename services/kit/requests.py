"""Idempotency of mutating calls: one request_id, one effect, however often and at however many places it arrives.

The row is inserted first in the transaction, so that a concurrent twin waits for the first to end and then reads its
answer. It keeps the resource's id and version; the answer is built again from the resource's row.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from google.protobuf.message import Message
from sqlalchemy import Row, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.clock import Clock
from services.kit.context import current_call
from services.kit.database import Database, require_transaction
from services.kit.errors import RequestIdReused
from services.kit.money import Money
from services.kit.tables import requests
from services.kit.validation import Violations

KEPT = timedelta(days=30)
"""How long a request_id is remembered (docs/rules.md, "What is kept, and how long")."""


@dataclass(frozen=True)
class Call:
    """One mutating call, as its request row will know it."""

    method: str
    caller: str
    request_id: UUID
    at: datetime
    _fields: dict[str, object] = field(repr=False)
    _key: bytes = field(repr=False)

    @cached_property
    def fingerprint(self) -> bytes:
        """What the content that counts comes to; made by `claim`, so that a request that was refused costs nothing."""
        canonical = json.dumps(self._fields, sort_keys=True, default=_plain, ensure_ascii=False, separators=(",", ":"))
        return hmac.new(self._key, canonical.encode(), hashlib.sha256).digest()


class Requests:
    """Makes the ``Call`` of the call in hand."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        """Take the key of the fingerprints (a setting, so that a table's thief cannot guess content) and the clock."""
        self._key = key
        self._clock = clock

    def call(self, request_id: str, violations: Violations | None = None, **fields: object) -> Call:
        """Name the call in hand by its method, its caller and the content that counts.

        Args:
            request_id: As it came in; a UUID.
            violations: Where a bad request_id is noted beside the request's other bad fields; the caller checks.
                None: it is refused at once.
            fields: What the caller asked for, by name; never passwords or tokens. Protobuf messages are welcome.

        Raises:
            InvalidInput: The request_id is missing or no UUID, and no violations were given.
        """
        noted = Violations() if violations is None else violations
        parsed = noted.uuid("request_id", request_id)
        if violations is None:
            noted.check()
        call = current_call()
        caller = f"account:{call.account_id}" if call.account_id else call.caller
        return Call(call.method, caller, parsed, self._clock.now(), fields, self._key)


async def claim(conn: AsyncConnection, call: Call, resource_id: UUID, version: int = 1) -> UUID | None:
    """Insert the request's row, first thing in the transaction.

    Args:
        conn: The transaction in which the work will be done.
        call: From ``Requests.call``.
        resource_id: What this call will make or change.
        version: The resource's version after it, where it has one.

    Returns:
        None: the call is ours to do. An id: the first call's resource; answer from its row and write nothing.

    Raises:
        RequestIdReused: The request_id was used with other content.
    """
    require_transaction(conn)
    values = {
        "request_method": call.method,
        "request_caller": call.caller,
        "request_request_id": call.request_id,
        "request_fingerprint": call.fingerprint,
        "request_resource_id": resource_id,
        "request_resource_version": version,
        "request_created_at": call.at,
    }
    if (await conn.execute(_CLAIM, values)).first():
        return None
    # In a statement of its own: the insert's snapshot is older than the twin's commit.
    return _resource((await conn.execute(_FIRST, _key(call))).one(), call)


async def known(conn: AsyncConnection, call: Call) -> UUID | None:
    """Look for the request's row before work that is dear and done before the transaction; ``claim`` decides then.

    Args:
        conn: Any connection.
        call: From ``Requests.call``.

    Returns:
        None: no call with this request_id has been done. An id: the first call's resource, as from ``claim``.

    Raises:
        RequestIdReused: The request_id was used with other content.
    """
    row = (await conn.execute(_FIRST, _key(call))).one_or_none()
    return None if row is None else _resource(row, call)


async def prune(database: Database, now: datetime) -> int:
    """The daily job that forgets requests after 30 days.

    Returns:
        How many rows were deleted.
    """
    async with database.single() as conn:
        done = await conn.execute(delete(requests).where(requests.c.created_at < now - KEPT))
    return done.rowcount


_CLAIM = (
    insert(requests)
    .values({column.name: bindparam(f"request_{column.name}", type_=column.type) for column in requests.c})
    .on_conflict_do_nothing()
    .returning(requests.c.resource_id)
)

_FIRST = select(requests.c.fingerprint, requests.c.resource_id).where(
    requests.c.method == bindparam("m"), requests.c.caller == bindparam("c"), requests.c.request_id == bindparam("r")
)


def _key(call: Call) -> dict[str, object]:
    return {"m": call.method, "c": call.caller, "r": call.request_id}


def _resource(row: Row[Any, Any], call: Call) -> UUID:
    if not hmac.compare_digest(row.fingerprint, call.fingerprint):
        raise RequestIdReused
    first: UUID = row.resource_id
    return first


def _plain(value: object) -> object:
    """A value in a form that is the same for the same content."""
    if isinstance(value, Message):
        return [value.DESCRIPTOR.full_name, value.SerializeToString(deterministic=True).hex()]
    if isinstance(value, frozenset | set):
        return sorted(value, key=repr)
    for kind, form in _FORMS.items():
        if isinstance(value, kind):
            return form(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


_FORMS: dict[type, Callable[[Any], object]] = {
    bytes: bytes.hex,
    Money: lambda amount: [amount.minor, amount.currency],
    UUID: str,
    Decimal: str,
    date: lambda day: day.isoformat(),
    Iterable: list,
}
"""``datetime`` is a ``date``; a repeated protobuf field is an ``Iterable``."""
