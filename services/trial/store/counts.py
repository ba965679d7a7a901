"""All SQL about hashed traces: how often something was seen, and how many emails an address has had."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, bindparam, func, insert, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.ids import new_id
from services.trial.domain.checks import SignUpCounts
from services.trial.domain.sign_ups import WAITING
from services.trial.tables import abuse_signals, accounts, sign_ups
from services.trial.traces import Trace

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(hours=24)
_LOCK: Final = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")


@dataclass(frozen=True, slots=True)
class Seen:
    """The hashes under which a sign-up is counted; the registered domain's is None for a big mail provider: exempt."""

    ip: bytes
    network: bytes
    domain: bytes | None
    person: bytes

    @property
    def locks(self) -> tuple[bytes, ...]:
        """What must not be counted by two at once, emails too; whoever shares an IP address also shares its network."""
        return tuple(hash_ for hash_ in (self.network, self.domain, self.person) if hash_ is not None)


@dataclass(frozen=True, slots=True)
class MailBound:
    """How many emails there may be under one hash: of an address, or of a source that asks for them."""

    hash: bytes
    most: int
    window: timedelta


async def lock(conn: AsyncConnection, hashes: Iterable[bytes]) -> None:
    """Lets whoever counts the same thing pass one by one, so that forty at once meet the limit as forty in a row do.

    The locks are taken in one order everywhere; otherwise two sign-ups could wait for each other. They end with the
    transaction.
    """
    keys = sorted({int.from_bytes(hash_[:8], signed=True) for hash_ in hashes})
    await conn.execute(_LOCK, {"keys": keys})


async def note(conn: AsyncConnection, trace: Trace, hash_: bytes, now: datetime) -> None:
    """Remembers a trace."""
    await _note(conn, [(trace, hash_)], now)


async def _note(conn: AsyncConnection, traces: Iterable[tuple[Trace, bytes]], now: datetime) -> None:
    rows = [{"id": new_id(), "kind": kind, "hash": hash_, "at": now} for kind, hash_ in traces]
    await conn.execute(insert(abuse_signals), rows)


async def count(conn: AsyncConnection, seen: Seen, email_key: str, now: datetime) -> SignUpCounts:
    """Notes a sign-up's traces and counts them, this one included. Call it under `lock`."""
    traces = [(Trace.IP, seen.ip), (Trace.NETWORK, seen.network)]
    if seen.domain is not None:
        traces.append((Trace.DOMAIN, seen.domain))
    await _note(conn, traces, now)
    kind, at = abuse_signals.c.kind, abuse_signals.c.at
    recent = select(
        func.count().filter(kind == Trace.IP, at > now - _HOUR).label("ip_hour"),
        func.count().filter(kind == Trace.IP).label("ip_day"),
        func.count().filter(kind == Trace.NETWORK).label("network_day"),
        func.count().filter(kind == Trace.DOMAIN).label("domain_day"),
    ).where(tuple_(kind, abuse_signals.c.hash).in_(traces), at > now - _DAY)
    row = (await conn.execute(recent)).one()
    others = await conn.execute(_OTHER_TRIALS, {"person": seen.person, "email_key": email_key, "now": now})
    return SignUpCounts(row.ip_hour, row.ip_day, row.network_day, row.domain_day, others.scalar_one())


async def may_mail(conn: AsyncConnection, bounds: Sequence[MailBound], now: datetime) -> bool:
    """Counts an email under all its hashes, unless one of them has had its number. Call it under `lock`."""
    below = (
        select(func.count())
        .select_from(abuse_signals)
        .where(
            abuse_signals.c.kind == Trace.MAIL,
            abuse_signals.c.hash == bound.hash,
            abuse_signals.c.at > now - bound.window,
        )
        .scalar_subquery()
        < bound.most
        for bound in bounds
    )
    if not (await conn.execute(select(and_(*below)))).scalar_one():
        return False
    await _note(conn, ((Trace.MAIL, hash_) for hash_ in {bound.hash for bound in bounds}), now)
    return True


_person = bindparam("person", type_=accounts.c.person_hash.type)
_OTHER_TRIALS: Final = select(
    # An account, the trace of one that is erased, or an open sign-up under another alias.
    select(func.count()).select_from(accounts).where(accounts.c.person_hash == _person).scalar_subquery()
    + select(func.count())
    .select_from(abuse_signals)
    .where(abuse_signals.c.kind == Trace.TRIAL, abuse_signals.c.hash == _person)
    .scalar_subquery()
    + select(func.count())
    .select_from(sign_ups)
    .where(
        sign_ups.c.person_hash == _person,
        sign_ups.c.state.in_(WAITING),
        sign_ups.c.email_key != bindparam("email_key"),
        sign_ups.c.lapses_at > bindparam("now"),
    )
    .scalar_subquery()
)
