"""Reads back, after a restore, what happened at the payment provider: money, refunds, mandates, pages, disputes.

All of it is looked at and applied as if it had just been told, so a payment is counted once and a charge that was made
is never made again. What the rows cannot know by themselves, and what only a bank knows, a person decides.
"""

from datetime import datetime, timedelta

from services.kit.causes import Cause, OrderCause, PeriodCause
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.recovery import Found, Read, Recovery
from services.payments.domain.receipts import Source
from services.payments.errors import ProviderUnavailable
from services.payments.provider.charges import Charge, ChargeState
from services.payments.provider.contract import PaymentProvider
from services.payments.provider.errors import ProviderUnavailableError
from services.payments.provider.pages import Page, PageState
from services.payments.provider.refunds import ProviderRefund
from services.payments.service.events import KEPT_BY_PROVIDER, Events
from services.payments.service.pages import Pages
from services.payments.service.refund_sending import RefundSending
from services.payments.store import attempts, receipts, requests

_ASK_AGAIN = timedelta(seconds=5)


class ReadingBack:
    """Reads the provider back."""

    def __init__(
        self, database: Database, clock: Clock, provider: PaymentProvider, pages: Pages, events: Events,
        refunds: RefundSending,
    ) -> None:  # fmt: skip
        """Take the parts of the room."""
        self._database = database
        self._clock = clock
        self._provider = provider
        self._pages = pages
        self._events = events
        self._refunds = refunds

    async def read(self, recovery: Recovery) -> Read:
        """Read what happened since the instant of the rows.

        Raises:
            ProviderUnavailable: The provider does not answer; what was applied stays so, and the next reading goes on.
        """
        since, found = recovery.reads_since, _by_hand(recovery)
        try:
            # Attempts first: a webhook's way through the same rows would leave their numbers as they were.
            pages = await self._provider.pages_since(since)
            charges = await self._provider.charges_since(since)
            for page in pages:
                await self._look(page)
            for charge in charges:
                found += await self._charge(charge)
            events = await self._events.read_back(since)
            refunds = await self._provider.refunds_since(since)
            for refund in refunds:
                if not await self._refunds.apply(refund):
                    found.append(_refund_of_nothing(refund, await self._paid_by(refund.charge_id)))
        except ProviderUnavailableError as error:
            raise ProviderUnavailable(retry_after=_ASK_AGAIN) from error
        if since < self._clock.now() - KEPT_BY_PROVIDER:
            found.append(_forgotten(self._clock.now() - KEPT_BY_PROVIDER))
        applied = [
            f"pages looked at: {len(pages)}, payments: {len(charges)}, refunds: {len(refunds)}",
            f"events that the rows did not know: {events}",
        ]
        return Read(applied, found)

    async def _look(self, page: Page) -> None:
        """Apply a page; one that no row knows is ended, so that nobody pays on it beside the next one."""
        async with self._database.transaction() as conn:
            if page.request_id is not None and page.attempt is not None:
                ours = await attempts.known(conn, page.request_id, page.attempt)
                await attempts.raise_number(conn, page.request_id, page.attempt)
            elif page.setup_id is not None:
                ours = await attempts.setup_known(conn, page.setup_id)
            else:
                return  # made by something else that uses the same account at the provider
        if page.state is PageState.OPEN and not ours:
            page = await self._provider.expire_page(page.page_id)
        await self._pages.apply(page)

    async def _charge(self, charge: Charge) -> list[Found]:
        """Apply a payment; one by a mandate that no row knows, without its money yet, is ended or waited for."""
        if charge.request_id is None:
            return []
        async with self._database.transaction() as conn:
            request = await requests.by_id(conn, charge.request_id)
            ours = charge.attempt is not None and await attempts.known(conn, charge.request_id, charge.attempt)
            if charge.attempt is not None:
                await attempts.raise_number(conn, charge.request_id, charge.attempt)
        if charge.state is ChargeState.READY and not ours:
            charge = await self._provider.cancel_charge(charge.charge_id)
        if charge.attempt is not None:
            await self._pages.apply_charge(charge)
        if charge.state is ChargeState.SUCCEEDED and request is None:
            return [_of_nothing(charge)]
        if charge.state is ChargeState.PROCESSING and not ours:
            return [_under_way(charge)]
        return []

    async def _paid_by(self, charge_id: str) -> Cause | None:
        """The order or period that a payment has paid, as far as the rows know."""
        async with self._database.reading() as conn:
            request_id = await receipts.request_of(conn, Source.STRIPE, charge_id)
            request = None if request_id is None else await requests.by_id(conn, request_id)
        return None if request is None else request.cause


def _of_nothing(charge: Charge) -> Found:
    told = (
        f"{charge.received.decimal} {charge.received.currency} came for payment request {charge.request_id} of order "
        f"or period {charge.cause_key}, which no row knows. It waits as money (`casella show money`) and pays "
        "the period once its subscription asks for that again; else find the customer at the provider, and pay it "
        "back (`refund`, done once the recovery has ended) or have them order again"
    )
    return Found("payment_of_nothing", charge.charge_id, told)


def _under_way(charge: Charge) -> Found:
    told = (
        f"the money for payment request {charge.request_id} is on its way: read again until it is there or refused, "
        "or it might be asked for twice"
    )
    return Found("charge_under_way", charge.charge_id, told)


def _refund_of_nothing(refund: ProviderRefund, paid: Cause | None) -> Found:
    match paid:
        case None:
            whose, withdrawn = "of what no row knows", "its withdrawal"
        case OrderCause():
            whose, withdrawn = f"of order {paid.key}", f"it (`casella withdrawal record {paid.key}`)"
        case PeriodCause():
            whose, withdrawn = f"of period {paid.key}", "it for the period's order (`casella show period`)"
    told = (
        f"{refund.amount.decimal} {refund.amount.currency} of {refund.charge_id}, {whose}, went back on "
        f"{refund.made_at:%Y-%m-%d}, and no row asks for it. If its consumer has withdrawn, record {withdrawn} as of "
        "the same day: the refund is found by its id then and not sent twice. Otherwise credit its invoice once the "
        "recovery has ended, with `--refund online` over this sum: that refund is this one then, and nothing is sent. "
        "A credit note that had left with it is taken over where --cause and --on are as they were"
    )
    return Found("refund_unknown", refund.provider_ref, told)


def _forgotten(before: datetime) -> Found:
    told = "the provider tells disputes and ended mandates of 30 days only: compare the older ones in its dashboard"
    return Found("events_forgotten", f"before {before:%Y-%m-%d}", told)


def _by_hand(recovery: Recovery) -> list[Found]:
    """What only the bank and the operators know."""
    since = recovery.since
    statements = "import every bank statement since then again (`casella bank import`): nothing is booked twice"
    files = (
        "take in every refund file that was handed to the bank since then (`casella recover refunds FILE`), before the "
        "statements: what is in one has left, and is sent no more. Of money of the queue that was refunded since then "
        "both are in the queue once the statements are imported (`casella show money`), it and its debit: decide "
        "`set_aside` for both. Leave a debit without such money where a withdrawal is to be recorded again: it is the "
        "end of its refund. Where a file is lost, import the statements that have its debits before the recovery ends: "
        "each is the end of its refund. What no statement tells yet compare in the bank's list of transfers with "
        "`casella refund list`, and with what withdrawals ask for again after the end (`casella recover status`)"
    )
    announced = "record again what operators saw at the bank since then and no statement tells yet"
    return [
        Found("bank_statements", since, statements),
        Found("refund_files", since, files),
        Found("announced_transfers", since, announced),
    ]
