"""The SQL of the operator's queue, read oldest first, page by page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Text, Uuid, and_, any_, cast, exists, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, array
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.money import Money
from services.kit.outbox import Wake
from services.kit.wakes import money_wake
from services.payments.domain.matching import NO_MONEY, Part, QueueReason
from services.payments.domain.payment_requests import RequestState
from services.payments.domain.receipts import Advance, MoneyEntry, Receipt, Settlement, Source
from services.payments.domain.refunds import RefundState
from services.payments.tables import announced_transfers, money_entries, payment_requests, refunds

_ENTRY = money_entries.c
_RECORD = announced_transfers.c
_OVER = (RefundState.DONE, RefundState.CANCELLED)
_OPEN = exists().where(payment_requests.c.id == _ENTRY.named[1], payment_requests.c.state == RequestState.OPEN)
_REVERSAL = money_entries.alias("reversal")
_TAKES_BACK = select(_REVERSAL.c.id).where(_REVERSAL.c.taken_back_by == _ENTRY.id).scalar_subquery()
_REVERSAL_WAITS = exists().where(
    _REVERSAL.c.reason == QueueReason.REVERSED,
    _REVERSAL.c.settled_at.is_(None),
    _REVERSAL.c.named.contains(array([_ENTRY.named[1]])),
)
"""Something was taken back that names the same, and nobody has said yet what: nothing follows by itself meanwhile."""
_HERE = and_(_ENTRY.settled_at.is_(None), _ENTRY.taken_back_by.is_(None))
"""Money that waits and was not taken back."""
_TO_INVOICE = and_(_HERE, _ENTRY.advance_at.is_not(None), _ENTRY.advance_decided_at.is_(None), ~_REVERSAL_WAITS)
"""Short money for which no invoice of a part payment is decided yet; one is due while its request is open."""
_PAID_OWN = and_(_ENTRY.settled_as == Settlement.ASSIGNED, _ENTRY.settled_to == _ENTRY.named[1])
"""What was given to the request that it names, whose invoice then deducts what was invoiced as a part payment."""
_TO_CREDIT = and_(
    _ENTRY.advance_decided_at.is_not(None),
    _ENTRY.advance_credited_at.is_(None),
    _ENTRY.settled_at.is_not(None),
    ~_PAID_OWN,
)
"""Invoiced as a part payment of a request that it did not pay, and not credited yet."""
_UNDER_WAY = exists().where(refunds.c.entry_id == _ENTRY.id, refunds.c.state.not_in(_OVER))
_UNFINISHED = or_(_ENTRY.settled_at.is_(None), _UNDER_WAY, _TO_CREDIT)
_CONFIRMED = exists().where(cast(_RECORD.id, Text) == _ENTRY.source_ref, _RECORD.confirmed_by.is_not(None))
_ARRIVED = or_(_ENTRY.source == Source.BANK, and_(_ENTRY.source == Source.ANNOUNCED, _CONFIRMED))
"""A statement tells of it, be it after an operator had recorded it."""
_NAMES_UNPAID = exists().where(
    payment_requests.c.id == any_(_ENTRY.named), payment_requests.c.state != RequestState.PAID
)
_READ = (
    select(
        money_entries,
        _RECORD.minor.label("recorded_minor"),
        _RECORD.currency.label("recorded_currency"),
        _OPEN.label("names_open"),
        _NAMES_UNPAID.label("names_unpaid"),
        _REVERSAL_WAITS.label("reversal_waits"),
        _TAKES_BACK.label("takes_back"),
    )
    .outerjoin(announced_transfers, _RECORD.id == _ENTRY.contradicts)
    .order_by(_ENTRY.created_at, _ENTRY.id)
)
_WAITING = _READ.where(_ENTRY.settled_at.is_(None))


async def page(conn: AsyncConnection, after: tuple[datetime, UUID] | None, most: int) -> list[MoneyEntry]:
    """The next entries after one, oldest first."""
    query = _WAITING.limit(most)
    if after is not None:
        query = query.where(tuple_(_ENTRY.created_at, _ENTRY.id) > tuple_(*after))
    return [_entry(row) for row in await conn.execute(query)]


async def by_id(conn: AsyncConnection, entry_id: UUID, *, lock: bool = False) -> MoneyEntry | None:
    """An entry, settled or not; held until the transaction ends where it is to be settled."""
    query = _READ.where(_ENTRY.id == entry_id)
    row = (await conn.execute(query.with_for_update(of=money_entries) if lock else query)).first()
    return None if row is None else _entry(row)


def short_alone(only: Sequence[UUID] | ColumnElement[Any]) -> ColumnElement[bool]:
    """Which money waits, not taken back, as it was too little for the one request that it names, given in a list."""
    return (_ENTRY.named == only) & (_ENTRY.reason == QueueReason.SHORT) & _HERE


async def is_gone(conn: AsyncConnection, entry_id: UUID) -> bool:
    """Whether the money of an entry was taken back."""
    query = select(_ENTRY.id).where(_ENTRY.id == entry_id, _ENTRY.taken_back_by.is_not(None))
    return await conn.scalar(query) is not None


async def taken_back_of_account(conn: AsyncConnection, account_id: UUID) -> bool:
    """Whether something waits that was taken back of money for an account: for its requests, or that became credit."""
    theirs = select(payment_requests.c.id).where(payment_requests.c.account_id == account_id).scalar_subquery()
    came = money_entries.alias("came")
    of_credit = exists().where(came.c.taken_back_by == _ENTRY.id, came.c.settled_to == account_id)
    query = (
        select(_ENTRY.id)
        .where(_ENTRY.reason == QueueReason.REVERSED, _ENTRY.settled_at.is_(None))
        .where(_ENTRY.named.overlap(func.array(theirs, type_=ARRAY(Uuid))) | of_credit)
        .limit(1)
    )
    return await conn.scalar(query) is not None


async def of_charge(conn: AsyncConnection, charge_id: str, amount: Money) -> UUID | None:
    """The entry of a payment at the provider, where it is of this amount; None where it paid by itself."""
    query = select(_ENTRY.id).where(_ENTRY.source == Source.STRIPE, _ENTRY.source_ref == charge_id)
    query = query.where(_ENTRY.minor == amount.minor, _ENTRY.currency == amount.currency)
    found: UUID | None = await conn.scalar(query)
    return found


async def like(conn: AsyncConnection, receipt: Receipt, named: Sequence[UUID]) -> UUID | None:
    """Money of a statement that waits and says the same as what the bank takes back without a reference.

    The same amount, and either the same payment requests are named or payer and text are the same.
    """
    same_text = and_(
        _ENTRY.remittance == receipt.remittance, _ENTRY.payer_iban == receipt.payer_iban, _ENTRY.remittance != ""
    )
    same_named = and_(_ENTRY.named == list(named), func.cardinality(_ENTRY.named) > 0)
    query = (
        select(_ENTRY.id)
        .where(_HERE, _ENTRY.source == Source.BANK, _ENTRY.reason.not_in(NO_MONEY), same_text | same_named)
        .where(_ENTRY.minor == receipt.amount.minor, _ENTRY.currency == receipt.amount.currency)
        .order_by((_ENTRY.payer_iban == receipt.payer_iban).desc(), _ENTRY.created_at, _ENTRY.id)
        .limit(1)
    )
    found: UUID | None = await conn.scalar(query)
    return found


async def short_for(conn: AsyncConnection, request_id: UUID, but: UUID) -> list[UUID]:
    """Other money that waits because it was too little for this request alone, oldest first."""
    query = select(_ENTRY.id).where(short_alone([request_id]), _ENTRY.id != but).order_by(_ENTRY.created_at, _ENTRY.id)
    return [row.id for row in await conn.execute(query)]


async def perhaps_whole(conn: AsyncConnection) -> list[tuple[UUID, Money, list[Part]]]:
    """The open requests for which short money of the bank waits that is together what they ask for, or more.

    Returns:
        Each with what it asks for and that money, oldest first.
    """
    request, each = payment_requests.c, func.array_agg(aggregate_order_by(_ENTRY.id, _ENTRY.created_at, _ENTRY.id))
    query = (
        select(request.id, request.minor, request.currency, each.label("entries"))
        .join(money_entries, short_alone(array([request.id])))
        .where(request.state == RequestState.OPEN, _ENTRY.currency == request.currency, ~_REVERSAL_WAITS)
        .where(_ARRIVED, _ENTRY.available_on.is_not(None))
        .group_by(request.id)
        .having(func.sum(_ENTRY.minor) >= request.minor)
    )
    found = (await conn.execute(query)).all()
    ids = [entry_id for row in found for entry_id in row.entries]
    parts = {
        row.id: Part(row.id, Money(row.minor, row.currency), row.payer_iban)
        for row in await conn.execute(select(money_entries).where(_ENTRY.id.in_(ids)))
    }
    return [(row.id, Money(row.minor, row.currency), [parts[entry_id] for entry_id in row.entries]) for row in found]


async def held(conn: AsyncConnection, entry_ids: Sequence[UUID]) -> list[MoneyEntry]:
    """Entries held until the transaction ends, in the order of their ids, so that two operators cannot cross."""
    query = _READ.order_by(None).where(_ENTRY.id.in_(entry_ids)).order_by(_ENTRY.id)
    return [_entry(row) for row in await conn.execute(query.with_for_update(of=money_entries))]


async def assigned_to(conn: AsyncConnection, request_id: UUID) -> list[UUID]:
    """The entries that were given to a request, oldest first."""
    query = select(_ENTRY.id).where(_ENTRY.settled_as == Settlement.ASSIGNED, _ENTRY.settled_to == request_id)
    return [row.id for row in await conn.execute(query.order_by(_ENTRY.created_at, _ENTRY.id))]


async def unsettled(conn: AsyncConnection, due_before: datetime | None) -> list[Wake]:
    """The wakes of what waits, is being refunded, or was invoiced as a part payment and is still to be credited.

    A person moves it on; only the invoice of a part payment falls due at an hour.
    """
    query = select(_ENTRY.id).where(_UNFINISHED)
    if due_before is not None:
        query = select(_ENTRY.id).where(_TO_INVOICE, _OPEN, _ENTRY.advance_at < due_before)
    return [money_wake(row.id) for row in await conn.execute(query)]


async def is_finished(conn: AsyncConnection, entry_id: UUID) -> bool:
    """Whether nothing is to be done about an entry any more: settled, refunded where that was wanted, and credited."""
    return await conn.scalar(select(_ENTRY.id).where(_ENTRY.id == entry_id, _UNFINISHED)) is None


async def waiting(conn: AsyncConnection, shown_reference: str, amount: Money) -> UUID | None:
    """The entry of a transfer that waits, found as an operator names it."""
    query = (
        select(_ENTRY.id)
        .where(_HERE, _ENTRY.source.in_((Source.BANK, Source.ANNOUNCED)))
        .where(_ENTRY.reason.not_in(NO_MONEY))
        .where(_ENTRY.shown_reference == shown_reference)
        .where(_ENTRY.minor == amount.minor, _ENTRY.currency == amount.currency)
        .order_by(_ENTRY.created_at, _ENTRY.id)
        .limit(1)
    )
    found: UUID | None = await conn.scalar(query)
    return found


async def naming(conn: AsyncConnection, request_id: UUID) -> list[MoneyEntry]:
    """The money that waits and names this request: by reference or number, not as a mere suggestion. Oldest first.

    What the bank took back, or a payer disputes, is no money, so it holds nothing (`taken_back`).
    """
    query = _READ.where(_HERE, _ENTRY.named.contains([request_id]), _ENTRY.reason.not_in(NO_MONEY))
    return [_entry(row) for row in await conn.execute(query)]


async def all_naming(conn: AsyncConnection, request_id: UUID) -> list[UUID]:
    """Whatever waits and names this request: money, what the bank took back of it, disputes. By id."""
    named = _ENTRY.named.contains([request_id])
    return list(await conn.scalars(select(_ENTRY.id).where(_ENTRY.settled_at.is_(None), named).order_by(_ENTRY.id)))


async def taken_back(conn: AsyncConnection, request_id: UUID) -> list[MoneyEntry]:
    """What the bank took back of money that was for this request, oldest first."""
    query = _WAITING.where(_ENTRY.named.contains([request_id]), _ENTRY.reason == QueueReason.REVERSED)
    return [_entry(row) for row in await conn.execute(query)]


async def naming_account(conn: AsyncConnection, account_id: UUID) -> list[MoneyEntry]:
    """The money that waits and names a request of this account, as `naming`. Oldest first."""
    theirs = select(payment_requests.c.id).where(payment_requests.c.account_id == account_id).scalar_subquery()
    named = _ENTRY.named.overlap(func.array(theirs, type_=ARRAY(Uuid)))
    query = _READ.where(_HERE, named, _ENTRY.reason.not_in(NO_MONEY))
    return [_entry(row) for row in await conn.execute(query)]


async def amount_now(conn: AsyncConnection, entry_id: UUID, amount: Money) -> None:
    """Note how much a dispute is about now; the caller holds the entry."""
    values = {"minor": amount.minor, "currency": amount.currency}
    await conn.execute(update(money_entries).where(_ENTRY.id == entry_id).values(**values))


async def left_to_invoice(conn: AsyncConnection, request_id: UUID, asked: Money) -> Money:
    """What of a request no invoice of a part payment has yet, of money that waits for it; its row is held."""
    query = select(func.coalesce(func.sum(_ENTRY.advance_minor), 0)).where(
        _HERE, _ENTRY.named == [request_id], _ENTRY.advance_decided_at.is_not(None)
    )
    return asked - Money(int(await conn.scalar(query) or 0), asked.currency)


async def decide_advance(conn: AsyncConnection, entry_id: UUID, amount: Money, now: datetime) -> None:
    """Write down that an entry is invoiced as a part payment, or that nothing of it is, once."""
    decided = {"advance_minor": amount.minor, "advance_decided_at": now} if amount else {"advance_at": None}
    which = (_ENTRY.id == entry_id) & _ENTRY.advance_decided_at.is_(None)
    await conn.execute(update(money_entries).where(which).values(decided))


async def credit_advance(conn: AsyncConnection, entry_id: UUID, now: datetime) -> bool:
    """Note that the invoice of an entry's part payment was credited; the first moment stays.

    Returns:
        Whether there is such an invoice.
    """
    noted = await conn.execute(
        update(money_entries)
        .where(_ENTRY.id == entry_id, _ENTRY.advance_decided_at.is_not(None))
        .values(advance_credited_at=func.coalesce(_ENTRY.advance_credited_at, now))
        .returning(_ENTRY.id)
    )
    return noted.first() is not None


async def advances_of(conn: AsyncConnection, request_id: UUID) -> list[MoneyEntry]:
    """The entries that paid a request and were decided to be invoiced as part payments of it, oldest first."""
    query = _READ.where(_ENTRY.named == [request_id], _PAID_OWN, _ENTRY.advance_decided_at.is_not(None))
    return [_entry(row) for row in await conn.execute(query)]


async def advances(conn: AsyncConnection, after: UUID | None, most: int) -> list[MoneyEntry]:
    """The entries decided to be invoiced as part payments after one, by id."""
    query = _READ.where(_ENTRY.advance_decided_at.is_not(None)).order_by(None).order_by(_ENTRY.id).limit(most)
    return [_entry(row) for row in await conn.execute(query if after is None else query.where(_ENTRY.id > after))]


def _advance(row: Row[Any]) -> Advance | None:
    due = row.advance_at is not None and row.settled_at is None and row.names_open
    due = due and row.taken_back_by is None and not row.reversal_waits
    if row.advance_decided_at is None and not due:
        return None
    return Advance(
        request_id=row.named[0],
        due_at=row.advance_at,
        decided_at=row.advance_decided_at,
        amount=None if row.advance_minor is None else Money(row.advance_minor, row.currency),
        credited_at=row.advance_credited_at,
    )


def _entry(row: Row[Any]) -> MoneyEntry:
    reason, amount = QueueReason(row.reason), Money(row.minor, row.currency)
    return MoneyEntry(
        entry_id=row.id,
        reason=reason,
        source=Source(row.source),
        shown_reference=row.shown_reference,
        amount=-amount if reason in NO_MONEY else amount,
        available_on=row.available_on,
        remittance=row.remittance,
        payer_name=row.payer_name,
        suggestions=tuple(row.suggestions),
        created_at=row.created_at,
        named=tuple(row.named),
        names_unpaid=row.names_unpaid,
        recorded=None if row.contradicts is None else Money(row.recorded_minor, row.recorded_currency),
        payer_iban=row.payer_iban,
        source_ref=row.source_ref,
        settled_at=row.settled_at,
        settled_as=Settlement(row.settled_as) if row.settled_as else None,
        settled_to=row.settled_to,
        advance=_advance(row),
        emailed_at=row.emailed_at,
        taken_back_by=row.taken_back_by,
        takes_back=row.takes_back,
    )
