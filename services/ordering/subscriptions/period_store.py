"""How periods are kept: each change says from which state it starts. All happen under the subscription's lock."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import Period
from services.kit.causes import PeriodCause
from services.kit.outbox import Wake
from services.kit.wakes import renewal_wake, unfinished
from services.ordering.domain.dunning import Dunning
from services.ordering.domain.metering import Counted, Prepaid
from services.ordering.domain.periods import Plan
from services.ordering.domain.states import PeriodState
from services.ordering.orders.store import Proforma
from services.ordering.subscriptions.rows import Measured, PeriodRow, period_from
from services.ordering.tables import subscription_periods as periods

_ASKED_FOR = (PeriodState.PREPAID, PeriodState.DUE, PeriodState.PAID)
"""What pays for its days, or will; a period that was closed without money pays for none."""


async def insert_first(
    conn: AsyncConnection, subscription_id: UUID, account_id: UUID, order_id: UUID, paid: Prepaid
) -> None:
    """Write the period that an order paid for."""
    cause = PeriodCause(subscription_id, 1)
    values = {"order_id": order_id, "counted": paid.counted.as_json()}
    await _insert(conn, cause, account_id, PeriodState.PREPAID, paid.days, values)


async def insert_scheduled(conn: AsyncConnection, cause: PeriodCause, account_id: UUID, plan: Plan) -> None:
    """Write a period that waits for its measuring."""
    values = {"measure_at": plan.measure_at, "next_at": plan.measure_at}
    await _insert(conn, cause, account_id, PeriodState.SCHEDULED, plan.days, values)


async def find_period(conn: AsyncConnection, period_id: UUID, owner: UUID | None = None) -> PeriodRow | None:
    """A period; with an owner only if it is that account's."""
    found = _FIND if owner is None else _FIND_OWN
    row = (await conn.execute(found, {"period": period_id, "owner": owner})).first()
    return period_from(row) if row else None


async def list_periods(
    conn: AsyncConnection, subscription_id: UUID, *, after: int | None, limit: int
) -> Sequence[PeriodRow]:
    """A subscription's periods, newest first."""
    found = (
        select(periods)
        .where(periods.c.subscription_id == subscription_id)
        .order_by(periods.c.number.desc())
        .limit(limit)
    )
    if after is not None:
        found = found.where(periods.c.number < literal(after, BigInteger))
    return [period_from(row) for row in await conn.execute(found)]


async def due_periods(conn: AsyncConnection, subscription_id: UUID) -> list[PeriodRow]:
    """The periods that wait for their money, the oldest first."""
    rows = await conn.execute(_IN_STATE, {"subscription": subscription_id, "state": str(PeriodState.DUE)})
    return [period_from(row) for row in rows]


async def periods_in(conn: AsyncConnection, subscription_id: UUID, states: Sequence[PeriodState]) -> list[PeriodRow]:
    """A subscription's periods in some states, the oldest first."""
    query = select(periods).where(periods.c.subscription_id == subscription_id, periods.c.state.in_(states))
    return [period_from(row) for row in await conn.execute(query.order_by(periods.c.number))]


async def scheduled_period(conn: AsyncConnection, subscription_id: UUID) -> PeriodRow | None:
    """The one period that is not measured yet; None where the subscription does not go on."""
    row = (
        await conn.execute(_IN_STATE, {"subscription": subscription_id, "state": str(PeriodState.SCHEDULED)})
    ).first()
    return period_from(row) if row else None


async def next_period(conn: AsyncConnection, subscription_id: UUID) -> PeriodRow:
    """The one period that is not measured yet, of a subscription that goes on."""
    found = await scheduled_period(conn, subscription_id)
    if found is None:
        raise AssertionError("a subscription that goes on has a scheduled period")
    return found


async def asked_for_until(conn: AsyncConnection, subscription_id: UUID) -> date:
    """The last day that is paid for, or asked for."""
    query = select(periods.c.last_day).where(
        periods.c.subscription_id == subscription_id, periods.c.state.in_(_ASKED_FOR)
    )
    until: date = (await conn.execute(query.order_by(periods.c.last_day.desc()).limit(1))).scalar_one()
    return until


async def asked_before(conn: AsyncConnection, subscription_id: UUID, first_day: date) -> PeriodRow | None:
    """The newest period that asked for days from a first one and was closed by a cancellation; None without one."""
    query = select(periods).where(
        periods.c.subscription_id == subscription_id,
        periods.c.first_day == first_day,
        periods.c.state == PeriodState.VOID,
        periods.c.proforma_at.is_not(None),
    )
    row = (await conn.execute(query.order_by(periods.c.number.desc()).limit(1))).first()
    return period_from(row) if row else None


async def paid_terms(conn: AsyncConnection, subscription_id: UUID) -> list[Period]:
    """The days of every period that is paid, by the order or later, the oldest first."""
    query = select(periods.c.first_day, periods.c.last_day).where(
        periods.c.subscription_id == subscription_id,
        periods.c.state.in_((PeriodState.PREPAID, PeriodState.PAID)),
    )
    rows = await conn.execute(query.order_by(periods.c.first_day))
    return [Period(row.first_day, row.last_day) for row in rows]


async def prepaid_in(
    conn: AsyncConnection, subscription_id: UUID, days: Period, *, unpaid: bool = False
) -> list[Prepaid]:
    """What is paid for on some days, or asked for; with `unpaid` also what was closed as unpaid, and stays a debt."""
    states = (*_ASKED_FOR, PeriodState.UNPAID) if unpaid else _ASKED_FOR
    query = select(periods.c.first_day, periods.c.last_day, periods.c.counted).where(
        periods.c.subscription_id == subscription_id,
        periods.c.state.in_(states),
        periods.c.last_day >= days.first,
        periods.c.first_day <= days.last,
    )
    rows = await conn.execute(query)
    return [Prepaid(Period(row.first_day, row.last_day), Counted.from_json(row.counted)) for row in rows]


async def measure(
    conn: AsyncConnection,
    period_id: UUID,
    days: Period,
    measured: Measured,
    usage: dict[str, Any] | None,
    invoice_at: datetime | None,
) -> PeriodRow:
    """Freeze a scheduled period's days and measurement: from now on it waits for its money.

    Args:
        conn: A transaction that holds the subscription's lock.
        period_id: The period.
        days: Its days.
        measured: What is frozen.
        usage: What mailboxes told, if it was asked.
        invoice_at: From when on it is invoiced though unpaid; None where it is invoiced when it is paid.
    """
    values = {
        "first_day": days.first,
        "last_day": days.last,
        "state": str(PeriodState.DUE),
        "measured_at": measured.at,
        "counted": measured.counted.as_json(),
        "usage": usage,
        "lines": [line.as_json() for line in measured.lines],
        "currency": measured.currency,
        "vat_rate": measured.vat_rate,
        "tax_treatment": str(measured.treatment),
        "vat_id": measured.vat_id,
        "business_proof_id": measured.business_proof_id,
        "party": measured.party.as_json(),
        "payment_method": str(measured.payment_method),
        "invoice_at": invoice_at,
        "next_at": measured.at,
    }
    return await _change(conn, period_id, PeriodState.SCHEDULED, values)


async def replan(conn: AsyncConnection, period_id: UUID, plan: Plan) -> PeriodRow:
    """Give a scheduled period the days that follow what is paid, after periods before it have fallen away."""
    values = {
        "first_day": plan.days.first,
        "last_day": plan.days.last,
        "measure_at": plan.measure_at,
        "next_at": plan.measure_at,
    }
    return await _change(conn, period_id, PeriodState.SCHEDULED, values)


async def record_proforma(
    conn: AsyncConnection, period_id: UUID, proforma: Proforma, at: datetime, dates: Dunning
) -> PeriodRow:
    """Write a due period's proforma with its dates."""
    values = {
        "payment_request_id": proforma.payment_request_id,
        "proforma_id": proforma.proforma_id,
        "proforma_number": proforma.number,
        "proforma_at": at,
        "due_on": dates.due_on,
        "suspend_at": dates.suspend_at,
        "next_at": at,
    }
    return await _change(conn, period_id, PeriodState.DUE, values)


async def end(
    conn: AsyncConnection, period: PeriodRow, state: PeriodState, at: datetime, available_on: date | None = None
) -> PeriodRow:
    """Write how a period ended; a paid one still waits for its invoice, another one for nothing."""
    values = {
        "state": str(state),
        "ended_at": at,
        "available_on": available_on,
        "next_at": at if state is PeriodState.PAID else None,
    }
    return await _change(conn, period.period_id, period.state, values)


async def record_invoice(
    conn: AsyncConnection, period_id: UUID, invoice_id: UUID, next_at: datetime | None
) -> PeriodRow:
    """Write a paid period's invoice, and what is still to come of the subscription that it carries to its end."""
    return await _change(conn, period_id, PeriodState.PAID, {"invoice_id": invoice_id, "next_at": next_at})


async def record_accrued_invoice(conn: AsyncConnection, period_id: UUID, invoice_id: UUID) -> PeriodRow:
    """Write the invoice of a period that still waits for its money."""
    return await _change(conn, period_id, PeriodState.DUE, {"invoice_id": invoice_id})


async def confirm_tax(conn: AsyncConnection, period: PeriodRow, at: datetime, vat_check_id: UUID | None) -> PeriodRow:
    """Note that a period's reverse charge holds for its invoice, and the answer of VIES on which it rests."""
    values = {"tax_confirmed_at": at, "tax_ask_at": None, "vat_check_id": vat_check_id, "next_at": at}
    return await _change(conn, period.period_id, period.state, values)


async def wait_with_invoice(conn: AsyncConnection, period: PeriodRow, ask_at: datetime) -> PeriodRow:
    """Note when VIES is asked again about a period that waits for its invoice."""
    return await _change(conn, period.period_id, period.state, {"tax_ask_at": ask_at, "next_at": ask_at})


async def set_close_at(conn: AsyncConnection, period_id: UUID, close_at: datetime | None, at: datetime) -> PeriodRow:
    """Note when a due period closes its subscription; None once sending works again."""
    return await _change(conn, period_id, PeriodState.DUE, {"close_at": close_at, "next_at": at})


async def set_resumed(conn: AsyncConnection, period: PeriodRow, at: datetime) -> PeriodRow:
    """Note that sending works again because this period was paid, or is void."""
    return await _change(conn, period.period_id, period.state, {"resumed_at": at})


async def set_notice(conn: AsyncConnection, period: PeriodRow, at: datetime, *, in_time: bool) -> PeriodRow:
    """Note when a consumer was told of an annual renewal."""
    return await _change(conn, period.period_id, period.state, {"notice_at": at, "notice_in_time": in_time})


async def set_next(conn: AsyncConnection, period_id: UUID, next_at: datetime | None) -> None:
    """Note when a period should have moved on; None once nothing more is to be done."""
    await conn.execute(update(periods).where(periods.c.id == period_id).values(next_at=next_at))


async def unfinished_periods(conn: AsyncConnection, due_before: datetime | None) -> Sequence[Wake]:
    """Periods for which something is still to be done, for the reconciler."""
    query = select(periods.c.subscription_id, periods.c.number).where(unfinished(periods.c.next_at, due_before))
    return [renewal_wake(PeriodCause(row.subscription_id, row.number)) for row in await conn.execute(query)]


async def _insert(
    conn: AsyncConnection,
    cause: PeriodCause,
    account_id: UUID,
    state: PeriodState,
    days: Period,
    values: dict[str, Any],
) -> None:
    written = {
        "subscription_id": cause.subscription_id,
        "number": cause.number,
        "id": cause.key,
        "account_id": account_id,
        "state": str(state),
        "first_day": days.first,
        "last_day": days.last,
        **values,
    }
    await conn.execute(insert(periods), written)


async def _change(conn: AsyncConnection, period_id: UUID, state: PeriodState, values: dict[str, Any]) -> PeriodRow:
    change = (
        update(periods).where(periods.c.id == period_id, periods.c.state == state).values(**values).returning(periods)
    )
    row = (await conn.execute(change)).first()
    if row is None:
        raise AssertionError(f"the period of a locked subscription is not {state}")
    return period_from(row)


_FIND = select(periods).where(periods.c.id == bindparam("period"))
_FIND_OWN = _FIND.where(periods.c.account_id == bindparam("owner"))
_IN_STATE = (
    select(periods)
    .where(periods.c.subscription_id == bindparam("subscription"), periods.c.state == bindparam("state"))
    .order_by(periods.c.number)
)
