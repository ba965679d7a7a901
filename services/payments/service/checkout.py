"""Which hosted page a customer is sent to, and when a payment request may be closed.

One page that can take money exists for a request at any time, and asks for what is left of it. Its number and all that
the call says are written before the provider is asked; the idempotency key is the request's id with that number. So a
lost answer is asked for again and gives the same page.
"""

from datetime import timedelta
from uuid import UUID

from services.kit.causes import OrderCause
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound, NotReady
from services.kit.money import Money
from services.payments.domain.pay_links import PayLinks, hash_of, looks_like_token
from services.payments.domain.payment_requests import (
    Attempt,
    AttemptKind,
    AttemptState,
    CloseReason,
    Method,
    PaymentRequest,
    RequestState,
)
from services.payments.domain.rest_on_page import due_on_page
from services.payments.errors import MoneyWaiting, PaymentProcessing, ProviderUnavailable
from services.payments.provider.contract import PaymentProvider
from services.payments.provider.errors import PageUnusableError, ProviderUnavailableError
from services.payments.provider.pages import PAGE_LIFE, SHORTEST_LIFE, PageOrder
from services.payments.service.charges import Charges
from services.payments.service.pages import Pages
from services.payments.store import attempts, paying, queue, requests, twins, waking

SHORTEST_REST = timedelta(minutes=2)
"""A page that ends sooner would end under the customer's hands."""
_ROUNDS = 5
_MOST_PAGES = 10
"""Ended in one call, so that the caller of a long statement is not kept waiting; the schedule ends the rest."""
_ASK_AGAIN = timedelta(minutes=1)


class Checkout:
    """Starts and ends hosted pages."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        provider: PaymentProvider,
        links: PayLinks,
        pages: Pages,
        charges: Charges,
    ) -> None:
        """Take the parts of the room."""
        self._database = database
        self._clock = clock
        self._provider = provider
        self._links = links
        self._pages = pages
        self._charges = charges

    async def start(self, token: str) -> tuple[RequestState, str]:
        """The address to send the customer to.

        Args:
            token: Of the emailed link.

        Returns:
            The request's state, and the page's address; empty when there is nothing to pay online.

        Raises:
            NotFound: No such link.
            MoneyWaiting: Money for it has come about which a person decides, or hardly anything of it is left.
            PaymentProcessing: The customer has paid, and the money is on its way.
            ProviderUnavailable: The provider does not answer.
        """
        request = await self._by_token(token)
        for _ in range(_ROUNDS):
            if request.state is not RequestState.OPEN or not request.method.by_link:
                return request.state, ""
            url = await self._page_url(request)
            if url:
                return RequestState.OPEN, url
            request = await self._by_token(token)
        raise NotReady(retry_after=timedelta(seconds=1))

    async def read(self, request_id: UUID) -> PaymentRequest:
        """A request as it stands.

        Raises:
            NotFound: No such request.
        """
        async with self._database.reading() as conn:
            request = await requests.by_id(conn, request_id)
        if request is None:
            raise NotFound
        return request

    async def close(self, request_id: UUID, reason: CloseReason) -> PaymentRequest:
        """Close a request, after the end of its page; one that is final already is told as it is.

        Raises:
            NotFound: No such request.
            MoneyWaiting: It would expire while money that names it waits for an operator.
            PaymentProcessing: A charge is being processed.
            ProviderUnavailable: The page's end cannot be made sure of.
        """
        for _ in range(_ROUNDS):
            request = await self.read(request_id)
            if request.state is not RequestState.OPEN:
                return request
            if request.live is not None:
                if reason is CloseReason.EXPIRED:
                    await self._check_nothing_waits(request_id)  # a page on which the customer can pay stays usable
                await self.end_live(request, request.live)
                continue
            await self._close(request, reason)
        raise NotReady(retry_after=timedelta(seconds=1))

    async def _close(self, request: PaymentRequest, reason: CloseReason) -> None:
        async with self._database.transaction() as conn:
            # Held first: money that comes meanwhile waits, and then is late; what came before is seen here.
            state = await requests.lock(conn, request.request_id)
            expires = reason is CloseReason.EXPIRED and state is RequestState.OPEN
            if expires and await queue.naming(conn, request.request_id):
                raise MoneyWaiting
            now = self._clock.now()
            closed = await requests.close(conn, request.request_id, request.attempt, reason, now)
            if closed:
                await waking.wake_naming(conn, request.request_id, now)
            if closed and request.credit:
                await paying.give_back(conn, request.request_id, request.account_id, request.credit, now)

    async def _check_nothing_waits(self, request_id: UUID) -> None:
        async with self._database.reading() as conn:
            if await queue.naming(conn, request_id):
                raise MoneyWaiting

    async def _page_url(self, request: PaymentRequest) -> str:
        """The live page's address; empty when something has changed and the request must be looked at again."""
        live, due = request.live, await self._due(request)
        if live is None:
            if due is None:
                raise MoneyWaiting
            live = self._next_attempt(request, due)
            async with self._database.transaction() as conn:
                if not await attempts.begin(conn, request.request_id, live, self._clock.now()):
                    return ""
        match live.state:
            case _ if live.kind is AttemptKind.CHARGE:
                await self.end_live(request, live)
                return ""
            case AttemptState.CREATING if live.amount == due:
                return await self._ask_for_page(request, live)
            case AttemptState.OPEN if live.amount == due and live.expires_at - self._clock.now() > SHORTEST_REST:
                return live.url
            case _:
                await self.end_live(request, live)
                return ""

    async def _due(self, request: PaymentRequest) -> Money | None:
        """For how much a page of a request opens now; None where it may not."""
        async with self._database.reading() as conn:
            waiting = await twins.with_twins(conn, await queue.naming(conn, request.request_id))
            taken_back = bool(await queue.taken_back(conn, request.request_id))
        return due_on_page(request.amount, waiting, taken_back=taken_back)

    def _next_attempt(self, request: PaymentRequest, due: Money) -> Attempt:
        return Attempt(
            number=request.attempt + 1,
            state=AttemptState.CREATING,
            amount=due,
            title=request.proforma_number or request.reference.printed(),
            success_url=self._links.done_form,
            cancel_url=self._links.back_form,
            expires_at=(self._clock.now() + PAGE_LIFE).replace(microsecond=0),
            page_id=None,
            url="",
        )

    async def _ask_for_page(self, request: PaymentRequest, attempt: Attempt) -> str:
        """Ask for a page that is written down; empty when it must not be used."""
        if attempt.expires_at - self._clock.now() < SHORTEST_LIFE:
            await self._give_up(request, attempt, AttemptState.EXPIRED)
            return ""
        order = PageOrder(
            request_id=request.request_id,
            cause=request.cause,
            attempt=attempt.number,
            amount=attempt.amount,
            title=attempt.title,
            success_url=self._links.filled(attempt.success_url, request.request_id),
            cancel_url=self._links.filled(attempt.cancel_url, request.request_id),
            expires_at=attempt.expires_at,
            # The first payment sets automatic debit up; who pays a later one by its link decides about that one only.
            for_later=request.method is Method.AUTOMATIC_DEBIT and isinstance(request.cause, OrderCause),
        )
        try:
            page = await self._provider.create_page(order, f"{request.request_id}:{attempt.number}")
        except PageUnusableError as error:
            await self._give_up(request, attempt, AttemptState.FAILED)
            raise ProviderUnavailable(str(error), retry_after=_ASK_AGAIN) from error
        except ProviderUnavailableError as error:
            raise ProviderUnavailable(retry_after=_ASK_AGAIN) from error
        async with self._database.single() as conn:
            state = await attempts.created(conn, request.request_id, attempt.number, page.page_id, page.url)
        if state is RequestState.OPEN:
            return page.url
        await self._expire(page.page_id)  # closed or paid while the provider was asked
        return ""

    async def end_live(self, request: PaymentRequest, live: Attempt) -> None:
        """Bring a live page or charge to its end; it may have been faster, then the money is taken in here.

        Raises:
            PaymentProcessing: The money is on its way.
            ProviderUnavailable: Its end cannot be made sure of.
        """
        if live.kind is AttemptKind.CHARGE:
            await self._charges.end(request, live)
            return
        page_id = live.page_id
        if page_id is None:
            # The call may have been made and its answer lost: the same key asks again, and the page can be ended.
            await self._ask_for_page(request, live)
            return
        await self._expire(page_id)
        after = await self.read(request.request_id)
        if after.live is not None and after.live.state is AttemptState.PROCESSING:
            raise PaymentProcessing(retry_after=_ASK_AGAIN)

    async def end_pages_of_paid(self) -> None:
        """End the pages of requests that other money has paid, as far as the provider answers.

        Call it after the transaction of that money. What a customer pays faster on such a page waits as paid twice.
        """
        async with self._database.reading() as conn:
            paid = await requests.paid_with_page(conn, _MOST_PAGES)
        for request in paid:
            try:
                if request.live is not None:
                    await self.end_live(request, request.live)
            except PaymentProcessing:
                continue
            except ProviderUnavailable:
                return  # the schedule that fetches missed events comes back to it

    async def _expire(self, page_id: str) -> None:
        try:
            await self._pages.apply(await self._provider.expire_page(page_id))
        except ProviderUnavailableError as error:
            raise ProviderUnavailable(retry_after=_ASK_AGAIN) from error

    async def _give_up(self, request: PaymentRequest, attempt: Attempt, state: AttemptState) -> None:
        async with self._database.single() as conn:
            await attempts.end(conn, request.request_id, attempt.number, state)

    async def _by_token(self, token: str) -> PaymentRequest:
        if not looks_like_token(token):
            raise NotFound
        async with self._database.reading() as conn:
            request = await requests.by_token(conn, hash_of(token))
        if request is None:
            raise NotFound
        return request
