"""The SQL of disputes: a row each, moved on by what the provider tells, every movement of money in the ledger once.

What the bank took back of what had paid is one, too, lost as it begins; its money lies where any reversal's lies.

Its money entry is locked before it, everywhere.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, case, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import rome_date
from services.kit.database import require_transaction
from services.kit.ids import new_id
from services.kit.money import Money
from services.payments.domain.disputes import Dispute, DisputeDecision, DisputeState
from services.payments.domain.matching import NO_MONEY
from services.payments.domain.receipts import MoneyEntry, Receipt, Settlement, Source
from services.payments.domain.refunds import Means, RefundState
from services.payments.provider.disputes import DisputeMovement, ProviderDispute
from services.payments.store import books
from services.payments.store.books import Header, Line
from services.payments.tables import disputes, ledger_lines, ledger_transactions, money_entries, refunds

_FEES = "dispute_fees"
_DISPUTE = disputes.c
_ENTRY = money_entries.c
_BY_BANK = _ENTRY.source == Source.BANK
_REFUNDED = (
    select(func.coalesce(func.sum(refunds.c.minor), 0))
    .where((refunds.c.request_id == _DISPUTE.request_id) | (refunds.c.charge_id == _DISPUTE.charge_id))
    .where(refunds.c.means == case((_BY_BANK, Means.BANK_TRANSFER), else_=Means.STRIPE))
    .where(refunds.c.state.not_in((RefundState.FAILED, RefundState.CANCELLED)))
    .scalar_subquery()
)
_COUNTED = (
    select(func.coalesce(func.sum(refunds.c.minor), 0))
    .where(refunds.c.dispute_id == _DISPUTE.id, refunds.c.state != RefundState.CANCELLED)
    .scalar_subquery()
)
_COUNTED_OF_BANK = (
    select(func.least(func.coalesce(func.sum(refunds.c.minor), 0), _DISPUTE.withdrawn_minor))
    .where(refunds.c.request_id == _DISPUTE.request_id, refunds.c.means == Means.TAKEN_BACK)
    .where(refunds.c.state != RefundState.CANCELLED, _ENTRY.settled_as == Settlement.SET_ASIDE)
    .scalar_subquery()
)
_READ = select(
    disputes,
    _BY_BANK.label("by_bank"),
    _ENTRY.settled_as,
    _REFUNDED.label("refunded_minor"),
    case((_BY_BANK, _COUNTED_OF_BANK), else_=_COUNTED).label("counted_minor"),
).join(money_entries, _ENTRY.id == _DISPUTE.entry_id)
_OLDEST_FIRST = (_DISPUTE.opened_at, _DISPUTE.id)
_OF_REQUEST = _READ.where(_DISPUTE.request_id == bindparam("request")).order_by(*_OLDEST_FIRST)


async def insert_new(
    conn: AsyncConnection,
    told: ProviderDispute,
    entry_id: UUID,
    request_id: UUID | None,
    account_id: UUID | None,
    now: datetime,
) -> None:
    """Write down a dispute that begins, as yet without its money; its entry makes sure that it is new."""
    require_transaction(conn)
    await conn.execute(
        insert(disputes).values(
            id=new_id(),
            provider_ref=told.provider_ref,
            charge_id=told.charge_id,
            entry_id=entry_id,
            request_id=request_id,
            account_id=account_id,
            state=told.state,
            reason=told.reason,
            minor=told.amount.minor,
            currency=told.amount.currency,
            withdrawn_minor=0,
            fee_minor=0,
            balance_currency=told.amount.currency,
            amount_differs=await _differs(conn, told),
            evidence_by=told.evidence_by,
            opened_at=told.opened_at,
            closed_at=now if told.state.closed else None,
        )
    )


async def insert_reversal(
    conn: AsyncConnection, receipt: Receipt, entry_id: UUID, request_id: UUID, account_id: UUID, *, differs: bool
) -> None:
    """Write down that the bank took back what had paid a request: a dispute that is lost as it begins.

    Args:
        conn: The transaction that has put it into the queue.
        receipt: What was taken back, above zero.
        entry_id: Its entry.
        request_id: What it had paid.
        account_id: Whose that is.
        differs: More was taken back than had come, or in another currency.
    """
    require_transaction(conn)
    await conn.execute(
        insert(disputes).values(
            id=new_id(),
            provider_ref=receipt.source_ref,
            charge_id="",
            entry_id=entry_id,
            request_id=request_id,
            account_id=account_id,
            state=DisputeState.LOST,
            reason="",
            minor=receipt.amount.minor,
            currency=receipt.amount.currency,
            withdrawn_minor=receipt.amount.minor,
            fee_minor=0,
            balance_currency=receipt.amount.currency,
            amount_differs=differs,
            opened_at=receipt.received_at,
            closed_at=receipt.received_at,
        )
    )


async def _differs(conn: AsyncConnection, told: ProviderDispute) -> bool:
    """Whether more is disputed than the payment had brought, or in another currency."""
    query = (
        select(func.sum(ledger_lines.c.minor))
        .join(ledger_transactions, ledger_transactions.c.id == ledger_lines.c.transaction_id)
        .where(ledger_transactions.c.kind == "receipt", ledger_transactions.c.source == Source.STRIPE)
        .where(ledger_transactions.c.source_ref == told.charge_id, ledger_lines.c.ledger_account == Source.STRIPE)
        .where(ledger_lines.c.currency == told.amount.currency)
    )
    return told.amount.minor > int(await conn.scalar(query) or 0)


async def post(conn: AsyncConnection, dispute: Dispute, movement: DisputeMovement, to: str, now: datetime) -> bool:
    """Count a movement of a dispute's money, once; what is not the provider's fee goes to a ledger account."""
    amount, fee = movement.amount.minor, movement.fee.minor
    if not amount and not fee:
        return False
    header = Header(
        "dispute",
        Source.STRIPE,
        movement_ref(dispute, movement),
        now,
        dispute.request_id,
        rome_date(movement.made_at),
    )
    lines = (Line(Source.STRIPE, amount - fee), Line(to, -amount), Line(_FEES, fee))
    return await books.post(conn, header, movement.amount.currency, *lines)


def movement_ref(dispute: Dispute, movement: DisputeMovement) -> str:
    """The identity of a movement in the ledger; the proof finds the dispute again by what stands before the colon."""
    return f"{dispute.provider_ref}:{movement.provider_ref}"


async def credit(
    conn: AsyncConnection, dispute: Dispute, entry: MoneyEntry, credit_note_id: UUID, now: datetime
) -> None:
    """Book a lost dispute as money that went back to the customer, for which a credit note stands."""
    header = Header("dispute_credit", entry.source, entry.source_ref, now, dispute.request_id)
    gone = dispute.withdrawn
    await books.post(conn, header, gone.currency, Line("returned", gone.minor), Line(entry.lies_in, -gone.minor))
    note = update(disputes).where(_DISPUTE.id == dispute.dispute_id).values(credit_note_id=credit_note_id)
    await conn.execute(note)


async def move(conn: AsyncConnection, dispute: Dispute) -> None:
    """Write down how a dispute stands now; the caller holds it."""
    await conn.execute(
        update(disputes)
        .where(_DISPUTE.id == dispute.dispute_id)
        .values(
            state=dispute.state,
            reason=dispute.reason,
            minor=dispute.amount.minor,
            currency=dispute.amount.currency,
            withdrawn_minor=dispute.withdrawn.minor,
            fee_minor=dispute.fee.minor,
            balance_currency=dispute.withdrawn.currency,
            amount_differs=dispute.amount_differs,
            evidence_by=dispute.evidence_by,
            closed_at=dispute.closed_at,
            decision=dispute.decision,
        )
    )


async def by_ref(conn: AsyncConnection, provider_ref: str) -> Dispute | None:
    """A dispute by the provider's id."""
    row = (await conn.execute(_READ.where(_DISPUTE.provider_ref == provider_ref))).one_or_none()
    return None if row is None else _dispute(row)


async def of_entry(conn: AsyncConnection, entry_id: UUID) -> Dispute:
    """The dispute of an entry that was queued for one; its holder holds it too."""
    return _dispute((await conn.execute(_READ.where(_DISPUTE.entry_id == entry_id))).one())


async def is_one(conn: AsyncConnection, entry_id: UUID) -> bool:
    """Whether an entry is a dispute."""
    return await conn.scalar(select(_DISPUTE.id).where(_DISPUTE.entry_id == entry_id)) is not None


async def of_request(conn: AsyncConnection, request_id: UUID) -> list[Dispute]:
    """The disputes over the payments of a payment request, oldest first."""
    return [_dispute(row) for row in await conn.execute(_OF_REQUEST, {"request": request_id})]


async def page(
    conn: AsyncConnection, account_id: UUID | None, after: tuple[datetime, UUID] | None, most: int
) -> list[Dispute]:
    """The disputes after one, oldest first."""
    query = _READ.order_by(*_OLDEST_FIRST).limit(most)
    if account_id is not None:
        query = query.where(_DISPUTE.account_id == account_id)
    if after is not None:
        query = query.where(tuple_(*_OLDEST_FIRST) > tuple_(*after))
    return [_dispute(row) for row in await conn.execute(query)]


async def with_disputes(conn: AsyncConnection, entries: Sequence[MoneyEntry]) -> list[MoneyEntry]:
    """Entries of the queue, those of disputes with how these stand."""
    wanted = [entry.entry_id for entry in entries if entry.reason in NO_MONEY]
    if not wanted:
        return list(entries)
    found = {row.entry_id: _dispute(row) for row in await conn.execute(_READ.where(_DISPUTE.entry_id.in_(wanted)))}
    return [replace(entry, dispute=found.get(entry.entry_id)) for entry in entries]


def _dispute(row: Row[Any]) -> Dispute:
    return Dispute(
        dispute_id=row.id,
        provider_ref=row.provider_ref,
        by_bank=row.by_bank,
        charge_id=row.charge_id,
        entry_id=row.entry_id,
        request_id=row.request_id,
        account_id=row.account_id,
        state=DisputeState(row.state),
        reason=row.reason,
        amount=Money(row.minor, row.currency),
        withdrawn=Money(row.withdrawn_minor, row.balance_currency),
        fee=Money(row.fee_minor, row.balance_currency),
        amount_differs=row.amount_differs,
        evidence_by=row.evidence_by,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        decision=DisputeDecision(row.decision) if row.decision else None,
        credit_note_id=row.credit_note_id,
        refunded=Money(int(row.refunded_minor), row.currency),
        counted=Money(int(row.counted_minor), row.balance_currency),
        settled_as=row.settled_as or "",
    )
