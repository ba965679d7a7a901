"""How subscriptions are kept.

Lock order: the account's row, then a subscription's; its periods change only under the lock on the subscription, so
that they need none of their own and two renewals of one subscription decide one after the other.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import rome_date
from services.ordering.domain.items import Item
from services.ordering.domain.states import PeriodState, SubscriptionState
from services.ordering.domain.tax import TaxTreatment
from services.ordering.domain.tax_waiting import TaxDecision
from services.ordering.orders.rows import OrderRow
from services.ordering.subscriptions.rows import End, SubscriptionRow, subscription_from
from services.ordering.tables import subscription_keeps, subscription_periods, subscriptions

_PAID = (PeriodState.PREPAID, PeriodState.PAID)
_STANDING_DECISIONS = (TaxDecision.OTHER_PROOF, TaxDecision.CHARGE_VAT)


async def insert_subscription(conn: AsyncConnection, subscription_id: UUID, order: OrderRow) -> None:
    """Write the subscription that an unlocked order makes; an operator's decision on its tax stays with it."""
    if order.unlocked_at is None:
        raise AssertionError("a subscription begins with the unlock")
    decision = order.tax_decision if order.tax_decision in _STANDING_DECISIONS else None
    values = {
        "id": subscription_id,
        "account_id": order.account_id,
        "order_id": order.order_id,
        "state": str(SubscriptionState.ACTIVE),
        "billing": str(order.quote.billing),
        "items": order.quote.content()["items"],
        "started_at": order.unlocked_at,
        "anchor_day": rome_date(order.unlocked_at).day,
        "payment_method": str(order.payment_method),
        "language": order.language,
        "tax_decision": decision,
        "tax_decision_vat_id": _id_decided_on(order) if decision else None,
    }
    await conn.execute(insert(subscriptions), values)


def _id_decided_on(order: OrderRow) -> str:
    """What an operator's decision on an order's tax was about: a VAT number, or a tax id outside the EU."""
    profile, outside = order.party.profile, order.quote.tax.treatment is TaxTreatment.OUTSIDE_EU
    return str(profile.business_id if outside else profile.vat_id)


async def find_subscription(
    conn: AsyncConnection, subscription_id: UUID, owner: UUID | None = None
) -> SubscriptionRow | None:
    """A subscription with its newest paid period; with an owner only if it is that account's."""
    found = _FIND if owner is None else _FIND_OWN
    row = (await conn.execute(found, {"subscription": subscription_id, "owner": owner})).first()
    return subscription_from(row) if row else None


async def find_subscription_of_account(conn: AsyncConnection, account_id: UUID) -> SubscriptionRow | None:
    """The account's newest subscription."""
    row = (await conn.execute(_OF_ACCOUNT, {"account": account_id})).first()
    return subscription_from(row) if row else None


async def find_subscription_of_order(conn: AsyncConnection, order_id: UUID) -> SubscriptionRow | None:
    """The subscription that an order made."""
    row = (await conn.execute(_OF_ORDER, {"order": order_id})).first()
    return subscription_from(row) if row else None


async def lock_subscription(
    conn: AsyncConnection, subscription_id: UUID, owner: UUID | None = None
) -> SubscriptionRow | None:
    """A subscription, locked until the transaction's end.

    It is read after the lock is held, in a statement of its own: its newest paid period may have changed meanwhile.
    """
    await conn.execute(_LOCK, {"subscription": subscription_id})
    return await find_subscription(conn, subscription_id, owner)


async def write_end(
    conn: AsyncConnection, subscription_id: UUID, end: End | None, state: SubscriptionState = SubscriptionState.ACTIVE
) -> None:
    """Write how a subscription in a state, mostly a running one, ends; None once it goes on."""
    values = {
        "end_reason": None if end is None else str(end.reason),
        "end_decided_at": None if end is None else end.decided_at,
        "ends_at": None if end is None else end.at,
        "ending_number": None if end is None else end.number,
    }
    await _change(conn, subscription_id, state, values)


async def note_terminated_for(conn: AsyncConnection, subscription_id: UUID, entry_id: UUID) -> None:
    """Note the money entry whose workflow waits for the end of a running subscription."""
    await _change(conn, subscription_id, SubscriptionState.ACTIVE, {"terminated_for": entry_id})


async def insert_keep(conn: AsyncConnection, subscription: SubscriptionRow, at: datetime) -> None:
    """Note that a cancellation was taken back."""
    values = {"subscription_id": subscription.subscription_id, "account_id": subscription.account_id, "kept_at": at}
    await conn.execute(insert(subscription_keeps).values(**values))


async def begin_closing(conn: AsyncConnection, subscription_id: UUID, at: datetime, purge_at: datetime) -> None:
    """Write that the service has ended and until when what is there can be read."""
    values = {"state": str(SubscriptionState.CLOSING), "closing_at": at, "purge_at": purge_at}
    await _change(conn, subscription_id, SubscriptionState.ACTIVE, values)


async def set_suspended(conn: AsyncConnection, subscription_id: UUID, at: datetime | None) -> None:
    """Note since when sending is suspended; None once it works again."""
    await _change(conn, subscription_id, SubscriptionState.ACTIVE, {"suspended_at": at})


async def set_payment_method(conn: AsyncConnection, subscription_id: UUID, method: str) -> None:
    """Note how periods are paid from now on."""
    await _change(conn, subscription_id, SubscriptionState.ACTIVE, {"payment_method": method})


async def set_items(conn: AsyncConnection, subscription_id: UUID, items: Sequence[Item]) -> None:
    """Write what the contract holds from now on."""
    content = [{**asdict(item), "options": list(item.options)} for item in items]
    await _change(conn, subscription_id, SubscriptionState.ACTIVE, {"items": content})


async def set_tax_decision(conn: AsyncConnection, subscription_id: UUID, decision: TaxDecision, vat_id: str) -> None:
    """Keep what an operator decided about a VAT number; also once the subscription has ended, for its last invoice."""
    values = {"tax_decision": str(decision), "tax_decision_vat_id": vat_id}
    await conn.execute(update(subscriptions).where(subscriptions.c.id == subscription_id).values(**values))


async def end_closing(conn: AsyncConnection, account_id: UUID, at: datetime) -> SubscriptionRow | None:
    """Write that an account's closing subscription has ended. None where there is none."""
    change = (
        update(subscriptions)
        .where(subscriptions.c.account_id == account_id, subscriptions.c.state == SubscriptionState.CLOSING)
        .values(state=str(SubscriptionState.ENDED), ended_at=at)
        .returning(subscriptions.c.id)
    )
    ended = (await conn.execute(change)).scalar()
    return None if ended is None else await find_subscription(conn, ended)


async def _change(
    conn: AsyncConnection, subscription_id: UUID, state: SubscriptionState, values: dict[str, Any]
) -> None:
    change = update(subscriptions).where(subscriptions.c.id == subscription_id, subscriptions.c.state == state)
    if (await conn.execute(change.values(**values))).rowcount != 1:
        raise AssertionError(f"the locked subscription is not {state}")


_NEWEST_PAID = (
    select(subscriptions, subscription_periods.c.first_day, subscription_periods.c.last_day)
    .join(subscription_periods, subscription_periods.c.subscription_id == subscriptions.c.id)
    .where(subscription_periods.c.state.in_(_PAID))
    .order_by(subscriptions.c.started_at.desc(), subscription_periods.c.number.desc())
    .limit(1)
)
_FIND = _NEWEST_PAID.where(subscriptions.c.id == bindparam("subscription"))
_FIND_OWN = _FIND.where(subscriptions.c.account_id == bindparam("owner"))
_OF_ACCOUNT = _NEWEST_PAID.where(subscriptions.c.account_id == bindparam("account"))
_OF_ORDER = _NEWEST_PAID.where(subscriptions.c.order_id == bindparam("order"))
_LOCK = select(subscriptions.c.id).where(subscriptions.c.id == bindparam("subscription")).with_for_update()
