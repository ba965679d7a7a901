"""How withdrawals are kept: one an order, never changed but by what follows from it.

Lock order: the order's row, then its subscription's. The order's row decides between two notices, and between a notice
and the fulfilment.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, func, select, union, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import rome_date
from services.kit.outbox import Wake
from services.kit.wakes import unfinished, withdrawal_wake
from services.ordering.domain.states import OrderState
from services.ordering.domain.withdrawal import Ground, refund_by
from services.ordering.orders.rows import COLUMNS, OrderRow, order_from
from services.ordering.tables import orders, subscription_periods, subscriptions, withdrawal_refunds, withdrawals
from services.ordering.withdrawals.rows import (
    Payment,
    RefundRow,
    WaitingMoney,
    WithdrawalRow,
    refund_from,
    refund_id,
    withdrawal_from,
)
from services.ordering.withdrawn import WITHDRAWN_ORDERS
from workflows.names import WITHDRAWAL_CHANGED


async def insert_withdrawal(
    conn: AsyncConnection, order: OrderRow, ground: Ground, on: date, evidence: dict[str, Any], *, recorded: bool,
    at: datetime,
) -> None:  # fmt: skip
    """Write the withdrawal from a locked order."""
    await conn.execute(
        insert(withdrawals).values(
            order_id=order.order_id,
            account_id=order.account_id,
            noticed_at=at,
            noticed_on=on,
            recorded=recorded,
            refund_by=refund_by(on),
            ground=str(ground),
            evidence=evidence,
            next_at=at,
        )
    )


async def note_unserved(conn: AsyncConnection, order_id: UUID, subscription_id: UUID | None, at: datetime) -> None:
    """Write with a notice what is not unlocked yet: the order, and what was to be added to the contract that it made.

    Nothing of them is owed, however soon the unlock follows. The row decides that, as the offer and the receipt tell
    it: an unlock that mailboxes made and that is not noted here yet comes after the notice.
    """
    theirs = orders.c.id == order_id
    if subscription_id is not None:
        theirs |= orders.c.subscription_id == subscription_id
    later = orders.c.unlocked_at.is_(None) | (orders.c.unlocked_at > at)
    await conn.execute(update(orders).where(theirs, later).values(withdrawn_unserved=True))


async def find_withdrawal(conn: AsyncConnection, order_id: UUID) -> WithdrawalRow | None:
    """The withdrawal from the contract that an order made."""
    row = (await conn.execute(_FIND, {"order": order_id})).first()
    if row is None:
        return None
    refunds = await conn.execute(_REFUNDS, {"order": order_id})
    return withdrawal_from(row, [refund_from(each) for each in refunds])


async def deciding_on(conn: AsyncConnection, invoice_id: UUID) -> UUID | None:
    """The order whose withdrawal refunds of an invoice; or may, because it has not fixed its refunds yet."""
    found: UUID | None = (await conn.execute(_DECIDING, {"invoice": invoice_id})).scalar()
    return found


async def additions_to(conn: AsyncConnection, subscription_id: UUID) -> list[OrderRow]:
    """The orders that add to a contract, paid or waiting for it, without those from which the consumer withdrew."""
    return [order_from(row) for row in await conn.execute(_ADDITIONS, {"subscription": subscription_id})]


async def list_open(conn: AsyncConnection, *, after: UUID | None, limit: int) -> Sequence[WithdrawalRow]:
    """The withdrawals that are not finished, by order id."""
    found = select(withdrawals.c.order_id).where(withdrawals.c.ended_at.is_(None)).order_by(withdrawals.c.order_id)
    if after is not None:
        found = found.where(withdrawals.c.order_id > after)
    each = [await find_withdrawal(conn, order_id) for order_id in await conn.scalars(found.limit(limit))]
    return [withdrawal for withdrawal in each if withdrawal is not None]


async def withdrawals_named(conn: AsyncConnection, money: WaitingMoney) -> list[UUID]:
    """The withdrawn orders whose contracts money names, by an order of them or a period; by id."""
    theirs = select(withdrawals.c.order_id).select_from(WITHDRAWN_ORDERS).where(orders.c.id.in_(money.order_ids))
    of_periods = (
        select(withdrawals.c.order_id)
        .join(subscriptions, subscriptions.c.order_id == withdrawals.c.order_id)
        .join(subscription_periods, subscription_periods.c.subscription_id == subscriptions.c.id)
        .where(subscription_periods.c.id.in_(money.period_ids))
    )
    return sorted((await conn.scalars(union(theirs, of_periods))).all())


async def owe_money(conn: AsyncConnection, withdrawal: WithdrawalRow, money: WaitingMoney, at: datetime) -> date | None:
    """Owe money that paid nothing, whole; a withdrawal that had ended is open again.

    Returns:
        Its last day for being back; None where it is owed already.
    """
    by = max(withdrawal.refund_by, refund_by(money.came_on or rome_date(at)))
    values = {
        "key": money.entry_id,
        "is_period": False,
        "is_money": True,
        "order_id": withdrawal.order_id,
        "refund_id": refund_id(money.entry_id, 1),
        "attempt": 1,
        "currency": money.amount.currency,
        "paid_minor": money.amount.minor,
        "owed_minor": 0,
        "refund_by": by,
    }
    written = insert(withdrawal_refunds).values(**values).on_conflict_do_nothing().returning(withdrawal_refunds.c.key)
    if (await conn.execute(written)).first() is None:
        return None
    await _open_again(conn, withdrawal.order_id, at)
    return by


async def fix_refunds(
    conn: AsyncConnection, withdrawal: WithdrawalRow, payments: Sequence[Payment], at: datetime
) -> None:
    """Write what is refunded, once everything that was paid is known; a payment that is owed whole brings none."""
    rows = [
        {
            "key": each.key,
            "is_period": each.is_period,
            "is_money": False,
            "order_id": withdrawal.order_id,
            "invoice_id": each.invoice_id,
            "refund_id": refund_id(each.key, 1),
            "attempt": 1,
            "currency": each.paid.currency,
            "paid_minor": each.paid.minor,
            "owed_minor": each.owed.minor,
            "remitted_minor": each.remitted.minor,
            "refund_by": withdrawal.refund_by,
            "served_from": each.served.days.first if each.served else None,
            "served_to": each.served.days.last if each.served else None,
            "days_of_term": each.served.days_of_term if each.served else None,
        }
        for each in payments
        if each.refund
    ]
    if rows:
        await conn.execute(insert(withdrawal_refunds), rows)
    await _set(conn, withdrawal.order_id, {"fixed_at": at})


async def note_receipt(conn: AsyncConnection, order_id: UUID, at: datetime) -> None:
    """Note when the receipt was written; the first moment stays."""
    await _set(conn, order_id, {"receipt_at": func.coalesce(withdrawals.c.receipt_at, at)})


async def note_refund(conn: AsyncConnection, order_id: UUID, refund: UUID, at: datetime, *, outside: bool) -> bool:
    """Note that a refund was made. False where it was noted before, or there is no such refund."""
    values = {"refunded_at": at, "made_outside": outside}
    return await _change_refund(conn, order_id, refund, values, withdrawal_refunds.c.refunded_at.is_(None))


async def note_otherwise(conn: AsyncConnection, order_id: UUID, refund: UUID, at: datetime) -> bool:
    """Note that waiting money was given to something else. False where it was settled before, or is no such money."""
    values = {"refunded_at": at, "settled_otherwise": True}
    still_owed = (withdrawal_refunds.c.refunded_at.is_(None), withdrawal_refunds.c.is_money)
    return await _change_refund(conn, order_id, refund, values, *still_owed)


async def note_failure(conn: AsyncConnection, order_id: UUID, refund: UUID, at: datetime) -> bool:
    """Owe a refund again that payments had made; a withdrawal that had ended is open again.

    False where it is owed already, was made outside or settled otherwise, or there is no such refund.
    """
    settled = withdrawal_refunds.c.made_outside | withdrawal_refunds.c.settled_otherwise
    made = (withdrawal_refunds.c.refunded_at.is_not(None), ~settled)
    if not await _change_refund(conn, order_id, refund, {"refunded_at": None, "came_back_at": at}, *made):
        return False
    await _open_again(conn, order_id, at)
    return True


async def note_credit_note(conn: AsyncConnection, order_id: UUID, refund: UUID, credit_note_id: UUID | None) -> bool:
    """Note a refund's credit note, or that none is due. False where that is noted, or the refund was not made yet."""
    return await _change_refund(
        conn,
        order_id,
        refund,
        {"credit_note_id": credit_note_id, "credit_waived": credit_note_id is None},
        withdrawal_refunds.c.refunded_at.is_not(None),
        withdrawal_refunds.c.credit_note_id.is_(None),
        ~withdrawal_refunds.c.credit_waived,
    )


async def renew_refund(conn: AsyncConnection, order_id: UUID, given_up: RefundRow) -> bool:
    """Replace a refund that was not made by its next attempt. False where it was made or replaced before."""
    attempt = given_up.attempt + 1
    values = {"attempt": attempt, "refund_id": refund_id(given_up.payment.key, attempt)}
    return await _change_refund(conn, order_id, given_up.refund_id, values, withdrawal_refunds.c.refunded_at.is_(None))


async def end(conn: AsyncConnection, order_id: UUID, at: datetime) -> None:
    """Write that nothing is left to be done."""
    await _set(conn, order_id, {"ended_at": at, "next_at": None})


async def set_next(conn: AsyncConnection, order_id: UUID, next_at: datetime) -> None:
    """Note when an open withdrawal should have moved on."""
    await _set(conn, order_id, {"next_at": next_at})


async def unfinished_withdrawals(conn: AsyncConnection, due_before: datetime | None) -> Sequence[Wake]:
    """Withdrawals for which something is still to be done, for the reconciler."""
    query = select(withdrawals.c.order_id).where(unfinished(withdrawals.c.next_at, due_before))
    return [withdrawal_wake(order_id, WITHDRAWAL_CHANGED) for order_id in await conn.scalars(query)]


async def _open_again(conn: AsyncConnection, order_id: UUID, at: datetime) -> None:
    again = update(withdrawals).where(withdrawals.c.order_id == order_id)
    await conn.execute(again.values(ended_at=None, next_at=at))


async def _set(conn: AsyncConnection, order_id: UUID, values: dict[str, Any]) -> None:
    """Change an open withdrawal; one that has ended stays as it is."""
    change = update(withdrawals).where(withdrawals.c.order_id == order_id, withdrawals.c.ended_at.is_(None))
    await conn.execute(change.values(**values))


async def _change_refund(
    conn: AsyncConnection, order_id: UUID, refund: UUID, values: dict[str, Any], *conditions: Any
) -> bool:
    change = update(withdrawal_refunds).where(
        withdrawal_refunds.c.order_id == order_id, withdrawal_refunds.c.refund_id == refund, *conditions
    )
    return (await conn.execute(change.values(**values))).rowcount == 1


_FIND = select(withdrawals).where(withdrawals.c.order_id == bindparam("order"))
_REFUNDED = withdrawal_refunds.c.order_id == withdrawals.c.order_id
_OF_INVOICE = _REFUNDED & (withdrawal_refunds.c.invoice_id == bindparam("invoice"))
_SOLD = union(
    select(orders.c.id).where(orders.c.invoice_id == bindparam("invoice")),
    select(subscriptions.c.order_id)
    .join(orders, orders.c.subscription_id == subscriptions.c.id)
    .where(orders.c.invoice_id == bindparam("invoice")),
    select(subscriptions.c.order_id)
    .join(subscription_periods, subscription_periods.c.subscription_id == subscriptions.c.id)
    .where(subscription_periods.c.invoice_id == bindparam("invoice")),
)
_DECIDING = (
    select(withdrawals.c.order_id)
    .where(exists().where(_OF_INVOICE) | (withdrawals.c.fixed_at.is_(None) & withdrawals.c.order_id.in_(_SOLD)))
    .order_by(~exists().where(_OF_INVOICE), withdrawals.c.order_id)
    .limit(1)
)
_ADDITIONS = (
    select(*COLUMNS)
    .where(
        orders.c.subscription_id == bindparam("subscription"),
        orders.c.state.in_((OrderState.OPEN, OrderState.PAID, OrderState.FULFILLED)),
        ~exists().where(withdrawals.c.order_id == orders.c.id),
    )
    .order_by(orders.c.id)
)
_REFUNDS = (
    select(withdrawal_refunds)
    .where(withdrawal_refunds.c.order_id == bindparam("order"))
    .order_by(withdrawal_refunds.c.key != withdrawal_refunds.c.order_id, withdrawal_refunds.c.key)
)
