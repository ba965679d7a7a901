"""The SQL of the operator's queue, read oldest first, page by page."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, exists, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.money import Money
from services.kit.outbox import Wake
from services.kit.recovery_hold import EVER
from services.kit.wakes import money_wake
from services.payments.domain.matching import NO_MONEY, QueueReason
from services.payments.domain.receipts import MoneyEntry, Receipt, Settlement, Source, reversal_ref
from services.payments.store.advances import TO_CREDIT, TO_INVOICE
from services.payments.store.entry_rows import HERE, OPEN, READ, REFUND_UNDER_WAY, entry_from
from services.payments.tables import money_entries, payment_requests, refunds

_ENTRY = money_entries.c
_UNDER_WAY = exists().where(refunds.c.entry_id == _ENTRY.id, REFUND_UNDER_WAY)
_BACK = money_entries.alias("back")
_UNFINISHED = or_(_ENTRY.settled_at.is_(None), _UNDER_WAY, TO_CREDIT)
_WAITING = READ.where(_ENTRY.settled_at.is_(None))
_OF_REQUEST = READ.where(_ENTRY.named.contains(bindparam("requests", type_=ARRAY(Uuid))))


async def page(conn: AsyncConnection, after: tuple[datetime, UUID] | None, most: int) -> list[MoneyEntry]:
    """The next entries after one, oldest first."""
    query = _WAITING.limit(most)
    if after is not None:
        query = query.where(tuple_(_ENTRY.created_at, _ENTRY.id) > tuple_(*after))
    return [entry_from(row) for row in await conn.execute(query)]


async def by_id(conn: AsyncConnection, entry_id: UUID, *, lock: bool = False) -> MoneyEntry | None:
    """An entry, settled or not; held until the transaction ends where it is to be settled."""
    query = READ.where(_ENTRY.id == entry_id)
    row = (await conn.execute(query.with_for_update(of=money_entries) if lock else query)).first()
    return None if row is None else entry_from(row)


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
        .where(HERE, _ENTRY.source == Source.BANK, _ENTRY.reason.not_in(NO_MONEY), same_text | same_named)
        .where(_ENTRY.minor == receipt.amount.minor, _ENTRY.currency == receipt.amount.currency)
        .order_by((_ENTRY.payer_iban == receipt.payer_iban).desc(), _ENTRY.created_at, _ENTRY.id)
        .limit(1)
    )
    found: UUID | None = await conn.scalar(query)
    return found


async def held(conn: AsyncConnection, entry_ids: Sequence[UUID]) -> list[MoneyEntry]:
    """Entries held until the transaction ends, in the order of their ids, so that two operators cannot cross."""
    query = READ.order_by(None).where(_ENTRY.id.in_(entry_ids)).order_by(_ENTRY.id)
    return [entry_from(row) for row in await conn.execute(query.with_for_update(of=money_entries))]


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
        query = select(_ENTRY.id).where(TO_INVOICE, OPEN, _ENTRY.advance_at < due_before)
    return [money_wake(row.id) for row in await conn.execute(query)]


async def is_finished(conn: AsyncConnection, entry_id: UUID) -> bool:
    """Whether nothing is to be done about an entry any more: settled, refunded where that was wanted, and credited."""
    return await conn.scalar(select(_ENTRY.id).where(_ENTRY.id == entry_id, _UNFINISHED)) is None


async def waiting(conn: AsyncConnection, shown_reference: str, amount: Money) -> UUID | None:
    """The entry of a transfer that waits, found as an operator names it."""
    query = (
        select(_ENTRY.id)
        .where(HERE, _ENTRY.source.in_((Source.BANK, Source.ANNOUNCED)))
        .where(_ENTRY.reason.not_in(NO_MONEY))
        .where(_ENTRY.shown_reference == shown_reference)
        .where(_ENTRY.minor == amount.minor, _ENTRY.currency == amount.currency)
        .order_by(_ENTRY.created_at, _ENTRY.id)
        .limit(1)
    )
    found: UUID | None = await conn.scalar(query)
    return found


async def of_request(conn: AsyncConnection, request_id: UUID) -> list[MoneyEntry]:
    """Every entry that names this request by reference or number, settled or not, oldest first.

    One statement tells of all of them, because most requests have none, and each is read ten times an order.
    """
    return [entry_from(row) for row in await conn.execute(_OF_REQUEST, {"requests": [request_id]})]


async def naming(conn: AsyncConnection, request_id: UUID) -> list[MoneyEntry]:
    """The money that waits and names this request: by reference or number, not as a mere suggestion. Oldest first.

    What the bank took back, or a payer disputes, is no money, so it holds nothing (`taken_back`).
    """
    return [entry for entry in await of_request(conn, request_id) if entry.waits]


async def all_naming(conn: AsyncConnection, request_id: UUID) -> list[UUID]:
    """Whatever waits and names this request: money, what the bank took back of it, disputes. By id."""
    named = _ENTRY.named.contains([request_id])
    return list(await conn.scalars(select(_ENTRY.id).where(_ENTRY.settled_at.is_(None), named).order_by(_ENTRY.id)))


async def came_before(conn: AsyncConnection, request_id: UUID) -> list[UUID]:
    """The provider's money that waits as it came for this request at a time of which the rows, restored, know nothing.

    By id. Where rows were never restored there is none, and no entry is looked at.
    """
    meant = _ENTRY.suggestions.contains([request_id]), _ENTRY.source == Source.STRIPE
    query = select(_ENTRY.id).where(EVER, _ENTRY.reason == QueueReason.UNKNOWN, HERE, *meant)
    return list(await conn.scalars(query.order_by(_ENTRY.id)))


async def perhaps_gone_back(conn: AsyncConnection, amount: Money) -> str | None:
    """What the bank calls a debit of this amount that waits and names nothing of these rows, which were restored once.

    It may be a refund of the time that the rows have lost. A debit tells no payee, so the amount alone ties them.
    """
    query = (
        select(_ENTRY.shown_reference)
        .where(EVER, _ENTRY.reason == QueueReason.REVERSED, _ENTRY.source == Source.BANK, _ENTRY.settled_at.is_(None))
        .where(_ENTRY.named == [], ~exists().where(_BACK.c.taken_back_by == _ENTRY.id))
        .where(_ENTRY.minor == amount.minor, _ENTRY.currency == amount.currency)
        .order_by(_ENTRY.created_at, _ENTRY.id)
        .limit(1)
    )
    found: str | None = await conn.scalar(query)
    return found


async def perhaps_sent_back_by(conn: AsyncConnection, entry_id: UUID) -> list[UUID]:
    """The money that waits and of which `perhaps_gone_back` tells by this entry, or has told until now. By id."""
    debit = money_entries.alias("debit")
    same = debit.c.minor == _ENTRY.minor, debit.c.currency == _ENTRY.currency
    gone = debit.c.reason == QueueReason.REVERSED, debit.c.source == Source.BANK, debit.c.named == []
    query = select(_ENTRY.id).where(EVER, debit.c.id == entry_id, *gone, *same)
    query = query.where(HERE, _ENTRY.source != Source.STRIPE, _ENTRY.reason.not_in(NO_MONEY))
    return list(await conn.scalars(query.order_by(_ENTRY.id)))


async def reversal(conn: AsyncConnection, identity: bytes) -> MoneyEntry | None:
    """The entry, held, as which a debit of ours was taken in whose refund the rows did not know as sent; or None."""
    query = READ.where(_ENTRY.source == Source.BANK, _ENTRY.source_ref == reversal_ref(identity))
    row = (await conn.execute(query.with_for_update(of=money_entries))).first()
    return None if row is None else entry_from(row)


async def taken_back(conn: AsyncConnection, request_id: UUID) -> list[MoneyEntry]:
    """What the bank took back of money that was for this request, oldest first."""
    return [entry for entry in await of_request(conn, request_id) if entry.undecided]


async def naming_account(conn: AsyncConnection, account_id: UUID) -> list[MoneyEntry]:
    """The money that waits and names a request of this account, as `naming`. Oldest first."""
    theirs = select(payment_requests.c.id).where(payment_requests.c.account_id == account_id).scalar_subquery()
    named = _ENTRY.named.overlap(func.array(theirs, type_=ARRAY(Uuid)))
    query = READ.where(HERE, named, _ENTRY.reason.not_in(NO_MONEY))
    return [entry_from(row) for row in await conn.execute(query)]


async def amount_now(conn: AsyncConnection, entry_id: UUID, amount: Money) -> None:
    """Note how much a dispute is about now; the caller holds the entry."""
    values = {"minor": amount.minor, "currency": amount.currency}
    await conn.execute(update(money_entries).where(_ENTRY.id == entry_id).values(**values))
