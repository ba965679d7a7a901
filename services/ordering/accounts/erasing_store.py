"""The SQL that erases an account, and that finds those whose erasure is due without being asked for.

Of an account that never paid everything goes but its own row, which holds no personal data and keeps it closed. Of one
that paid the orders, the subscription and its periods stay as the evidence of the contract behind its invoices (Civil
Code, art. 2946: ten years; GDPR art. 17(3)(b) and (e)), without who it was: that stands in the invoices alone. So does
an order that was never paid whole, where its withdrawal gave money back: it is why that money went. What
VIES answered, and what proved a business outside the EU, stays where an invoice rests on it: the proof that no VAT was
due.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Delete, FromClause, Table, cast, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import tables
from services.kit.calendar import add_days
from services.kit.erasing import Erasable, ErasureTooEarly, Fact, run_each
from services.ordering.accounts import store
from services.ordering.domain.states import OrderState, PeriodState, SubscriptionState
from services.ordering.errors import LegalHoldStands
from services.ordering.orders.rows import COLUMNS, order_from
from services.ordering.subscriptions.rows import period_from
from services.ordering.tables import (
    accepted_names,
    accounts,
    billing_profiles,
    business_proofs,
    order_reminders,
    orders,
    profile_trials,
    quotes,
    reseller_requests,
    subscription_periods,
    subscriptions,
    vat_checks,
    withdrawal_refunds,
    withdrawals,
)

_PAID = (OrderState.PAID, OrderState.FULFILLED)
_ORDER_FACTS = {OrderState.OPEN: "order_open", OrderState.PAID: "order_paid"}


async def due_accounts(conn: AsyncConnection, now: datetime, days: int) -> Sequence[UUID]:
    """Accounts that never paid, were purged so many calendar days ago, are not held and not erased."""
    return list(await conn.scalars(select(accounts.c.id).where(_is_due(now, days)).order_by(accounts.c.purged_at)))


async def uncancelled_orders(conn: AsyncConnection, account_id: UUID) -> Sequence[UUID]:
    """Open orders whose cancellation nobody has asked for."""
    query = select(orders.c.id).where(
        orders.c.account_id == account_id, orders.c.state == OrderState.OPEN, orders.c.cancel_requested_at.is_(None)
    )
    return list(await conn.scalars(query))


async def is_due(conn: AsyncConnection, account_id: UUID, now: datetime, days: int) -> bool:
    """Whether what is left of an account is to be erased without being asked for."""
    found = select(exists().where(accounts.c.id == account_id, _is_due(now, days)))
    return bool((await conn.execute(found)).scalar_one())


def _is_due(now: datetime, days: int) -> ColumnElement[bool]:
    paid = exists().where(orders.c.account_id == accounts.c.id, orders.c.state.in_(_PAID))
    erased = exists().where(tables.erasures.c.account_id == accounts.c.id)
    return (accounts.c.purged_at < add_days(now, -days)) & ~accounts.c.legal_hold & ~paid & ~erased


async def _facts(conn: AsyncConnection, account_id: UUID) -> Sequence[Fact]:
    """Orders, subscription, periods and withdrawals that are not at their end, and a legal hold."""
    found = [
        *await _orders(conn, account_id),
        *await _subscription(conn, account_id),
        *await _withdrawals(conn, account_id),
    ]
    account = await store.find_account(conn, account_id)
    if account is not None and account.legal_hold:
        found.append(Fact("legal_hold", holds=True))
    return found


async def _orders(conn: AsyncConnection, account_id: UUID) -> list[Fact]:
    """Orders on which something is still to be done: one that has ended unpaid must still be told of."""
    query = select(*COLUMNS).where(orders.c.account_id == account_id, orders.c.next_at.is_not(None))
    found = []
    for row in await conn.execute(query):
        order = order_from(row)
        amount = None if order.totals is None else order.totals.gross
        found.append(Fact(_ORDER_FACTS.get(order.state, "order_ending"), order.order_id, amount=amount, holds=True))
    return found


async def _subscription(conn: AsyncConnection, account_id: UUID) -> list[Fact]:
    """A subscription that runs, periods that wait for their money, and paid ones without their invoice."""
    periods, own = subscription_periods.c, subscription_periods.c.account_id == account_id
    running = select(subscriptions.c.id).where(
        subscriptions.c.account_id == account_id, subscriptions.c.state == SubscriptionState.ACTIVE
    )
    ending = select(periods.id).where(own, periods.state == PeriodState.PAID, periods.invoice_id.is_(None))
    kinds = {"subscription_runs": running, "period_ending": ending}
    found = [Fact(kind, row_id, holds=True) for kind, query in kinds.items() for row_id in await conn.scalars(query)]
    unpaid = select(subscription_periods).where(own, periods.state == PeriodState.DUE).order_by(periods.number)
    for each in map(period_from, await conn.execute(unpaid)):
        amount = None if each.measured is None else each.measured.totals.gross
        found.append(Fact("period_unpaid", each.period_id, amount=amount, holds=True))
    return found


async def _withdrawals(conn: AsyncConnection, account_id: UUID) -> list[Fact]:
    """Withdrawals whose receipt, refund or credit note is still to come; the closing days alone hold nothing."""
    owed = withdrawal_refunds.c.refunded_at.is_(None) | (
        withdrawal_refunds.c.credit_note_id.is_(None) & ~withdrawal_refunds.c.credit_waived
    )
    unsettled = (
        withdrawals.c.receipt_at.is_(None)
        | withdrawals.c.fixed_at.is_(None)
        | exists().where(withdrawal_refunds.c.order_id == withdrawals.c.order_id, owed)
    )
    query = select(withdrawals.c.order_id).where(
        withdrawals.c.account_id == account_id, withdrawals.c.next_at.is_not(None), unsettled
    )
    return [Fact("withdrawal_unsettled", order_id, holds=True) for order_id in await conn.scalars(query)]


async def _erase(conn: AsyncConnection, account_id: UUID) -> Mapping[str, int]:
    """Erase a purged account.

    Raises:
        ErasureTooEarly: It is not purged.
        LegalHoldStands: A hold stands, which the last deletion of its purge overtook.
    """
    account = await store.find_account_locked(conn, account_id)
    if account is None or account.purged_at is None:
        raise ErasureTooEarly
    if account.legal_hold:
        raise LegalHoldStands
    own = orders.c.account_id == account_id
    paid = bool((await conn.execute(select(exists().where(own, orders.c.state.in_(_PAID))))).scalar_one())
    given_back = exists().where(withdrawal_refunds.c.order_id == orders.c.id)
    unpaid = select(orders.c.id).where(own, orders.c.state.not_in(_PAID), ~given_back)
    return await run_each(conn, {
        "order_reminders": delete(order_reminders).where(order_reminders.c.order_id.in_(unpaid)),
        "withdrawals": delete(withdrawals).where(withdrawals.c.order_id.in_(unpaid)),
        "orders": delete(orders).where(orders.c.id.in_(unpaid)),
        "quotes": delete(quotes).where(
            quotes.c.account_id == account_id, ~exists().where(orders.c.quote_id == quotes.c.id)
        ),
        "profile_trials": delete(profile_trials).where(profile_trials.c.account_id == account_id),
        "billing_profiles": delete(billing_profiles).where(billing_profiles.c.account_id == account_id),
        # After the unpaid orders, which may name one; the accepted names before what they name themselves.
        "accepted_names": delete(accepted_names).where(
            accepted_names.c.account_id == account_id,
            ~_is_kept(account_id, accepted_names.c.vat_id),
        ),
        "vat_checks": delete(vat_checks).where(
            vat_checks.c.account_id == account_id,
            ~_is_kept(account_id, vat_checks.c.vat_id),
            ~exists().where(accepted_names.c.vat_check_id == vat_checks.c.id),
        ),
        "business_proofs": delete(business_proofs).where(
            business_proofs.c.account_id == account_id, ~_is_named(business_proofs, "business_proof_id")
        ),
        **({} if paid else {"reseller_requests": _reseller_requests(account_id)}),
        "reseller_requests, visitors taken out": update(reseller_requests)
        .where(reseller_requests.c.account_id == account_id, _text(reseller_requests.c.declaration, "ip") != "")
        .values(declaration=_without_visitor(reseller_requests.c.declaration)),
        "orders, customers taken out": update(orders)
        .where(own, _names_somebody(orders))
        .values(
            party=_nobody(orders),
            quote=_without_vat_id(orders.c.quote),
            consent=_without_visitor(orders.c.consent),
        ),
        "withdrawals, customers taken out": update(withdrawals)
        .where(withdrawals.c.account_id == account_id, _text(withdrawals.c.evidence, "statement") != "")
        .values(evidence=withdrawals.c.evidence.op("||")(cast({"statement": "", "ip": "", "user_agent": ""}, JSONB))),
        "quotes, VAT numbers taken out": update(quotes)
        .where(quotes.c.account_id == account_id, _text(quotes.c.content, "vat_id") != "")
        .values(content=_without_vat_id(quotes.c.content)),
        "periods, customers taken out": update(subscription_periods)
        .where(subscription_periods.c.account_id == account_id, _names_somebody(subscription_periods))
        .values(party=_nobody(subscription_periods), vat_id=""),
        "subscriptions, VAT numbers taken out": update(subscriptions)
        .where(subscriptions.c.account_id == account_id, subscriptions.c.tax_decision_vat_id != "")
        .values(tax_decision_vat_id=""),
    })  # fmt: skip


def _is_kept(account_id: UUID, vat_id: Column[Any]) -> ColumnElement[bool]:
    """Whether an invoice rests on an answer about this VAT number: then those before it stay, as part payments' may."""
    named = vat_checks.alias("named")
    return exists().where(named.c.account_id == account_id, named.c.vat_id == vat_id, _is_named(named, "vat_check_id"))


def _is_named(proofs: FromClause, name: str) -> ColumnElement[bool]:
    """Whether a paid order's invoice, or a period's, rests on such a proof: these alone name one and are left."""
    return exists().where(orders.c[name] == proofs.c.id) | exists().where(subscription_periods.c[name] == proofs.c.id)


def _reseller_requests(account_id: UUID) -> Delete:
    """They prove nothing where nothing was invoiced."""
    return delete(reseller_requests).where(reseller_requests.c.account_id == account_id)


def _names_somebody(table: Table) -> ColumnElement[bool]:
    """A party has all its fields until they are taken out."""
    named: ColumnElement[bool] = table.c.party.has_key("street")
    return named


def _nobody(table: Table) -> ColumnElement[Any]:
    """A party of which only the kind of customer is left."""
    party = table.c.party
    kept = ("kind", "body", "revision")
    return func.jsonb_build_object(*(part for name in kept for part in (name, party[name])))


def _without_vat_id(content: ColumnElement[Any]) -> ColumnElement[Any]:
    return content.op("||")(cast({"vat_id": ""}, JSONB))


def _without_visitor(evidence: ColumnElement[Any]) -> ColumnElement[Any]:
    """Evidence without from where it came: button or text, language, hashes and time prove the contract."""
    return evidence.op("||")(cast({"ip": "", "user_agent": ""}, JSONB))


def _text(content: ColumnElement[Any], name: str) -> ColumnElement[str]:
    return func.coalesce(content.op("->>")(name), "")


ERASABLE: Final = Erasable(_facts, _erase)
