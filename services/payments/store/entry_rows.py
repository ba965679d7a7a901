"""How a row of the operator's queue is read: the entry, and how what it names and what took it back stand."""

from typing import Any

from sqlalchemy import Row, Uuid, and_, any_, case, cast, exists, or_, select
from sqlalchemy.dialects.postgresql import array

from services.kit.money import Money
from services.payments.domain.matching import NO_MONEY, QueueReason
from services.payments.domain.payment_requests import RequestState
from services.payments.domain.receipts import Advance, MoneyEntry, Settlement, Source
from services.payments.domain.refunds import RefundState
from services.payments.tables import announced_transfers, money_entries, payment_requests, refunds

_ENTRY = money_entries.c
_RECORD = announced_transfers.c
OPEN = exists().where(payment_requests.c.id == _ENTRY.named[1], payment_requests.c.state == RequestState.OPEN)
"""The one request that it names is open."""
_REVERSAL = money_entries.alias("reversal")
_TAKES_BACK = select(_REVERSAL.c.id).where(_REVERSAL.c.taken_back_by == _ENTRY.id).scalar_subquery()
REFUND_UNDER_WAY = refunds.c.state.not_in((RefundState.DONE, RefundState.CANCELLED))
_LOWERS_NO_CREDIT = exists().where(
    _REVERSAL.c.taken_back_by == _ENTRY.id,
    or_(
        _REVERSAL.c.settled_at.is_(None),
        _REVERSAL.c.settled_as.in_((Settlement.SET_ASIDE, Settlement.TAKEN_BACK)),
        exists().where(refunds.c.entry_id == _REVERSAL.c.id, REFUND_UNDER_WAY),
    ),
)
"""What it took back was never credit, and had paid nothing."""
REVERSAL_WAITS = exists().where(
    _REVERSAL.c.reason == QueueReason.REVERSED,
    _REVERSAL.c.settled_at.is_(None),
    _REVERSAL.c.named.contains(array([_ENTRY.named[1]])),
)
"""Something was taken back that names the same, and nobody has said yet what: nothing follows by itself meanwhile."""
HERE = and_(_ENTRY.settled_at.is_(None), _ENTRY.taken_back_by.is_(None))
"""Money that waits and was not taken back."""
_CONFIRMED = announced_transfers.alias("confirmed")
_RECORDED_AS = case((_ENTRY.source == Source.ANNOUNCED, cast(_ENTRY.source_ref, Uuid)))
ARRIVED = or_(
    _ENTRY.source != Source.ANNOUNCED,
    exists().where(_CONFIRMED.c.id == _RECORDED_AS, _CONFIRMED.c.confirmed_by.is_not(None)),
)
"""Bank or provider tells of it, be it after an operator had recorded it."""
_NAMES_UNPAID = exists().where(
    payment_requests.c.id == any_(_ENTRY.named), payment_requests.c.state != RequestState.PAID
)
"""Of the requests that it names one is not paid."""
READ = (
    select(
        money_entries,
        _RECORD.minor.label("recorded_minor"),
        _RECORD.currency.label("recorded_currency"),
        OPEN.label("names_open"),
        _NAMES_UNPAID.label("names_unpaid"),
        REVERSAL_WAITS.label("reversal_waits"),
        ARRIVED.label("arrived"),
        _TAKES_BACK.label("takes_back"),
        _LOWERS_NO_CREDIT.label("lowers_no_credit"),
    )
    .outerjoin(announced_transfers, _RECORD.id == _ENTRY.contradicts)
    .order_by(_ENTRY.created_at, _ENTRY.id)
)


def entry_from(row: Row[Any]) -> MoneyEntry:
    """The entry of a row of `READ`."""
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
        lowers_no_credit=row.lowers_no_credit,
        arrived=row.arrived,
        credit_emailed_at=row.credit_emailed_at,
    )


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
