"""Decides whether an order is taken: every rule of docs/rules.md, "Order", that cannot be read off the request alone.

What other rooms know is read before the transaction; everything else is decided on the account's locked row, on which
CloseAccount waits, so that there is never an order on a closed account.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import events, outbox
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.ids import new_id
from services.kit.requests import Call, claim
from services.kit.wakes import order_wake, trial_wake
from services.ordering import errors
from services.ordering.accounts.store import standing
from services.ordering.accounts.writing import lock_for_customer
from services.ordering.daily import ORDERS, check_daily
from services.ordering.domain.additions import Addition
from services.ordering.domain.consent import Consent, mismatches
from services.ordering.domain.dates import hold_until, withdrawal_until
from services.ordering.domain.facts import AccountFacts, TrialState
from services.ordering.domain.items import covers
from services.ordering.domain.kinds import PaymentMethod
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.quote import tax_of
from services.ordering.domain.states import OrderState
from services.ordering.domain.tax_waiting import rests_on_proof
from services.ordering.orders.events import order_event
from services.ordering.orders.rows import OrderRow
from services.ordering.orders.store import find_order, insert_order
from services.ordering.pricing.store import FrozenQuote, find_quote
from services.ordering.profiles.store import SavedProfile, find_profile
from services.ordering.readings import Readings
from services.ordering.subscriptions.adding import addable


@dataclass(frozen=True, slots=True)
class OrderWish:
    """What a customer orders; its fields are already checked."""

    account_id: UUID
    quote_id: UUID
    payment_method: PaymentMethod
    consent: Consent


class Placing:
    """PlaceOrder."""

    def __init__(self, database: Database, clock: Clock, policy: OrderingPolicy, readings: Readings) -> None:
        """Take the database, the clock, the policy and the rooms that may be asked."""
        self._database = database
        self._clock = clock
        self._policy = policy
        self._readings = readings

    async def place(self, call: Call, wish: OrderWish) -> OrderRow:
        """Take an order with obligation to pay; a repeated call gets the first one.

        Raises:
            CasellaError: One of `services.ordering.errors` for each rule that stands against it.
            NotReady: Trial or mailboxes do not answer.
        """
        facts = await self._readings.facts(wish.account_id)
        async with self._database.transaction() as conn:
            order_id, now = new_id(), self._clock.now()
            first = await claim(conn, call, order_id)
            if first is not None:
                return await self._first(conn, first, wish.account_id)
            frozen = await find_quote(conn, wish.quote_id, wish.account_id)
            addition = frozen.quote.addition if frozen else None
            hold = await self._check_account(conn, wish.account_id, addition, facts, now)
            frozen, saved = await self._check_content(conn, wish, frozen, facts, now, hold)
            order = await insert_order(conn, self._values(order_id, wish, facts, frozen, saved, now, hold))
            await outbox.wake(conn, order_wake(order_id), now)
            if addition is None:
                await outbox.wake(conn, trial_wake(wish.account_id), now)
            await events.tell(conn, order_event(order), now)
        return order

    async def _first(self, conn: AsyncConnection, order_id: UUID, account_id: UUID) -> OrderRow:
        order = await find_order(conn, order_id, account_id)
        if order is None:
            raise NotFound
        return order

    async def _check_account(
        self, conn: AsyncConnection, account_id: UUID, addition: Addition | None, facts: AccountFacts, now: datetime
    ) -> datetime:
        """When the order expires at the latest."""
        await lock_for_customer(conn, account_id, now)
        if facts.trial is TrialState.CLOSED:
            raise errors.AccountIsClosed
        found = await standing(conn, account_id)
        if found.open_order_id is not None:
            raise errors.OrderIsOpen(metadata={"order_id": str(found.open_order_id)})
        if addition is not None:
            hold = await self._check_addition(conn, account_id, addition, now)
        elif found.paid_order_id is not None or found.subscribed or facts.trial is TrialState.BOUGHT:
            raise errors.AlreadyBought
        else:
            hold = hold_until(facts.purge_at, self._policy)
            if now >= hold:
                raise errors.OrderingPeriodOver
        await check_daily(conn, ORDERS, account_id, self._policy.orders_per_day, now)
        return hold

    async def _check_addition(
        self, conn: AsyncConnection, account_id: UUID, addition: Addition, now: datetime
    ) -> datetime:
        """When an order that adds to the account's contract expires at the latest."""
        adds = await addable(conn, account_id, now)
        if adds is None:
            raise errors.ContractEnds
        wanted, paid = addition, adds.addition
        if (wanted.subscription_id, wanted.days.last) != (paid.subscription_id, paid.days.last):
            raise errors.QuoteForOtherTerm
        return adds.hold_until

    async def _check_content(
        self, conn: AsyncConnection, wish: OrderWish, frozen: FrozenQuote | None, facts: AccountFacts, now: datetime,
        hold: datetime,
    ) -> tuple[FrozenQuote, SavedProfile]:  # fmt: skip
        if frozen is None:
            raise NotFound("there is no such quote")
        if now > frozen.quote.valid_until:
            raise errors.QuoteExpired
        saved = await find_profile(conn, wish.account_id)
        if saved is None:
            raise errors.ProfileMissing
        if saved.profile.kind is not frozen.quote.kind:
            raise errors.QuoteForOtherKind
        tax, quoted = tax_of(saved.profile, rome_date(now)), frozen.quote.tax
        if (tax.treatment, tax.vat_id) != (quoted.treatment, quoted.vat_id):
            raise errors.QuoteForOtherTax
        if frozen.quote.addition is not None and saved.profile.consumer and withdrawal_until(now) >= hold:
            raise errors.RenewalNear  # else a renewal could be asked for with what the consumer then withdraws from
        if frozen.quote.addition is None and not covers(frozen.quote.items, facts.usage):
            raise errors.QuoteTooSmall
        wrong = mismatches(wish.consent, frozen.hash, self._policy, consumer=saved.profile.consumer)
        if wrong:
            raise errors.ConsentMismatch(metadata={"mismatch": ",".join(wrong)})
        requested = wish.consent.start_at_once or self._policy.start_without_request == "serve"
        if saved.profile.consumer and not requested:
            raise errors.StartNotRequested(metadata={"mismatch": "start_at_once"})
        return frozen, saved

    def _values(
        self,
        order_id: UUID,
        wish: OrderWish,
        facts: AccountFacts,
        frozen: FrozenQuote,
        saved: SavedProfile,
        now: datetime,
        hold: datetime,
    ) -> dict[str, Any]:
        addition = frozen.quote.addition
        treatment = frozen.quote.tax.treatment
        has_vat_id = saved.profile.vat_id is not None
        rests = rests_on_proof(treatment, self._policy.tax, has_vat_id=has_vat_id)  # then SettleTax looks for the proof
        return {
            "id": order_id,
            "account_id": wish.account_id,
            "is_first": addition is None,
            "subscription_id": addition.subscription_id if addition else None,
            "state": str(OrderState.OPEN),
            "quote_id": frozen.quote.quote_id,
            "quote": frozen.quote.content(),
            "quote_hash": frozen.hash,
            "party": saved.as_json(),
            "payment_method": str(wish.payment_method),
            "language": wish.consent.language,
            "consent": wish.consent.as_evidence(now),
            "facts": facts.as_json(),
            "placed_at": now,
            "hold_until": hold,
            "withdrawal_until": withdrawal_until(now) if saved.profile.consumer else None,
            "tax_treatment": None if rests else str(treatment),
            "tax_settled_at": None if rests else now,
            "next_at": now,
        }
