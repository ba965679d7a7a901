"""Decides which prices are in force and what a quote contains; a quote is frozen the moment it is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import add_days, end_of_day, rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.ids import new_id
from services.kit.money import Money, vat
from services.kit.requests import Call, claim
from services.ordering.accounts.writing import lock_for_customer
from services.ordering.daily import QUOTES, check_daily
from services.ordering.domain.addition_lines import addition_lines
from services.ordering.domain.items import Item, merged
from services.ordering.domain.kinds import Billing, CustomerKind
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.price_list import LIST_PRICE, Edition, PriceList
from services.ordering.domain.quote import Quote, QuoteTax, quote_lines, unit_price
from services.ordering.domain.stamp_duty import charged
from services.ordering.domain.tax import VAT_RATE
from services.ordering.errors import NothingForSale
from services.ordering.pricing.store import FrozenQuote, find_quote, insert_quote
from services.ordering.resellers.store import is_reseller
from services.ordering.subscriptions.adding import addable, annual_contract

ADDITION_DAYS = 1
"""A quote that adds to a contract holds to the end of the next day: it pays for the days from its own on."""


@dataclass(frozen=True, slots=True)
class QuoteWish:
    """What a quote is asked for; already checked."""

    account_id: UUID
    kind: CustomerKind
    billing: Billing
    items: Sequence[Item]
    tax: QuoteTax


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one mailbox for one period: net, and gross as a consumer sees it."""

    net: Money
    gross: Money


class Pricing:
    """The price list in force and the quotes made from it."""

    def __init__(self, database: Database, clock: Clock, price_list: PriceList, policy: OrderingPolicy) -> None:
        """Take the price list and the policy as they were read at the start of the process."""
        self._database = database
        self._clock = clock
        self._price_list = price_list
        self.policy = policy

    def edition(self) -> Edition:
        """The edition in force today (Europe/Rome).

        Raises:
            NothingForSale: The first edition begins later.
        """
        edition = self._price_list.on(rome_date(self._clock.now()))
        if edition is None:
            raise NothingForSale
        return edition

    def price(self, monthly: Decimal, billing: Billing) -> Price:
        """What one mailbox or option costs for one period of a billing, by the edition in force."""
        net = unit_price(monthly, billing, self.edition().annual_discount, self._price_list.currency)
        return Price(net, net + vat(net, VAT_RATE))

    async def adds(self, account_id: UUID, billing: Billing | None) -> bool:
        """Whether a quote would add to the account's annual contract: then it need not pay for what exists."""
        if billing is not Billing.ANNUAL:
            return False
        async with self._database.reading() as conn:
            return await annual_contract(conn, account_id) is not None

    async def create_quote(self, call: Call, wish: QuoteWish) -> FrozenQuote:
        """Compute a quote and freeze it; a repeated call gets the first one.

        Raises:
            AccountIsClosed: The account is being closed or erased, or was.
            TooManyToday: The account has made as many in the last 24 hours as it may.
            CasellaError: What stands against adding to its annual contract.
        """
        now, quote_id = self._clock.now(), new_id()
        async with self._database.transaction() as conn:
            first = await claim(conn, call, quote_id)
            if first is None:
                await lock_for_customer(conn, wish.account_id, now)
                await check_daily(conn, QUOTES, wish.account_id, self.policy.quotes_per_day, now)
                return await insert_quote(conn, await self._compute(conn, quote_id, wish, now), now)
            frozen = await find_quote(conn, first, wish.account_id)
        if frozen is None:
            raise NotFound
        return frozen

    async def _compute(self, conn: AsyncConnection, quote_id: UUID, wish: QuoteWish, now: datetime) -> Quote:
        edition, currency = self.edition(), self._price_list.currency
        discount = await self._discount(conn, wish, edition)
        adds = await addable(conn, wish.account_id, now) if wish.billing is Billing.ANNUAL else None
        valid_until = add_days(now, self.policy.quote_days)
        if adds is None:
            lines = quote_lines(wish.items, wish.billing, edition, currency, discount)
        else:
            lines = tuple(addition_lines(wish.items, adds.shares, edition, currency))
            valid_until = min(end_of_day(now, ADDITION_DAYS), adds.hold_until)
        return Quote(
            quote_id=quote_id,
            account_id=wish.account_id,
            kind=wish.kind,
            billing=wish.billing,
            price_list_version=edition.version,
            currency=currency,
            items=merged(wish.items),
            lines=lines,
            tax=wish.tax,
            vat_rate=str(wish.tax.treatment.rate),
            vat_rate_if_charged=str(VAT_RATE) if wish.tax.is_open else "",
            valid_until=valid_until,
            addition=adds.addition if adds else None,
            reseller_discount=f"{discount:.2f}" if discount else "",
            stamp_duty_minor=charged(lines, wish.tax.treatment, self.policy.tax),
        )

    async def _discount(self, conn: AsyncConnection, wish: QuoteWish, edition: Edition) -> Decimal:
        """The discount in percent of an approved reseller; everybody else buys at list price."""
        if wish.kind is CustomerKind.RESELLER and await is_reseller(conn, wish.account_id):
            return edition.reseller_discount(sum(item.quantity for item in wish.items))
        return LIST_PRICE
