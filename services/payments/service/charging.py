"""When a payment request is charged by automatic debit: never early, never while other money may come, never twice."""

from datetime import date, datetime, timedelta
from uuid import UUID

from casella.common.v1 import common_pb2
from services.kit import audit, outbox
from services.kit.audit import AuditEntry
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound, NotReady
from services.kit.outbox import Mail
from services.payments.domain.mandates import EARLY_AGAIN, DebitPolicy, Mandate
from services.payments.domain.pay_links import PayLinks
from services.payments.domain.payment_requests import (
    Attempt,
    AttemptKind,
    AttemptState,
    ChargeRefusal,
    Method,
    PaymentRequest,
    RequestState,
)
from services.payments.errors import MandateState, PaymentProcessing, ProviderUnavailable
from services.payments.service.charges import Charges
from services.payments.service.checkout import Checkout
from services.payments.service.pages import Pages
from services.payments.store import attempts, debits, mandates, queue, requests

KEY_LIFE = timedelta(hours=23)
"""For so long the provider keeps an idempotency key; a charge that was made and not confirmed moves no money."""
_ROUNDS = 5


class Charging:
    """PlanCharge, ChargePaymentRequest and the news of a refusal."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        links: PayLinks,
        charges: Charges,
        checkout: Checkout,
        pages: Pages,
        policy: DebitPolicy,
    ) -> None:
        """Take the parts of the room, and the operator's days."""
        self._database = database
        self._clock = clock
        self._links = links
        self._charges = charges
        self._checkout = checkout
        self._pages = pages
        self._policy = policy

    async def plan(self, request_id: UUID, charge_on: date) -> PaymentRequest:
        """Plan the first charge of an open request for a day, or for today where that has passed; the first plan stays.

        Raises:
            NotFound: No such request.
        """
        request = await self._checkout.read(request_id)
        if request.method is not Method.AUTOMATIC_DEBIT or request.state is not RequestState.OPEN:
            return request
        async with self._database.transaction() as conn:
            # Money that came for it before a restore: an operator says what becomes of that, and nothing is charged.
            waits = await queue.came_before(conn, request_id)
            if not waits and await mandates.active(conn, request.account_id) is not None:
                day = max(charge_on, rome_date(self._clock.now()))
                await debits.plan(conn, request_id, day, self._policy.first_charge(day, request_id))
        return await self._checkout.read(request_id)

    async def charge(self, request_id: UUID, early: AuditEntry | None = None) -> PaymentRequest:
        """Charge a request whose time has come; another one, and one that is final, is told as it stands.

        Args:
            request_id: Its id.
            early: Who wants it charged before its time; None for the workflow, which comes in time.

        Raises:
            NotFound: No such request.
            MandateState: It is to be charged early, and a further charge makes no sense, or an operator had it charged
                within the hour.
            PaymentProcessing: It is to be charged early, and a payment is on its way.
        """
        if early is not None:
            await self._bring_forward(request_id, early)
        for _ in range(_ROUNDS):
            request = await self._checkout.read(request_id)
            if not self._due(request):
                return request
            live = request.live
            if live is None:
                await self._begin(request)
            elif live.kind is AttemptKind.CHARGE:
                await self._charges.go_on(request, live)
                if live.state is not AttemptState.CREATING or await self._settled(request_id, live):
                    return await self._checkout.read(request_id)
            elif await self._page_keeps(request, live):
                return await self._checkout.read(request_id)
        raise NotReady(retry_after=timedelta(seconds=1))

    async def tell_refusal(self, request_id: UUID, recipient: common_pb2.Recipient) -> None:
        """Email the customer why a charge was not done, with the link, once each refusal.

        Raises:
            NotFound: No such request.
        """
        request = await self._checkout.read(request_id)
        debit = request.debit
        if debit is None or not debit.email_due or debit.refused_at is None:
            return
        mail = Mail.to_recipient(
            recipient,
            key=f"charge_refused:{request_id}:{debit.refused_at.isoformat()}",
            template="charge_refused",
            params={
                "gross": request.amount,
                "proforma_number": request.proforma_number or "",
                "confirm": debit.refusal is ChargeRefusal.AUTHENTICATION,
                "again_at": debit.charge_at,
                "pay_url": self._links.url(request_id),
            },
            subject_id=request.account_id,
            secret_params=("pay_url",),
        )
        async with self._database.transaction() as conn:
            state = await requests.lock(conn, request_id)
            if state is RequestState.OPEN:  # who has paid meanwhile is told nothing of a refusal
                await outbox.mail(conn, mail, self._clock.now())
            await debits.told(conn, request_id)

    async def _bring_forward(self, request_id: UUID, entry: AuditEntry) -> None:
        now = self._clock.now()
        async with self._database.transaction() as conn:
            state = await requests.lock(conn, request_id)
            request = await requests.by_id(conn, request_id)
            if request is None:
                raise NotFound
            if not await audit.record(conn, entry, now, account_id=request.account_id):
                return  # asked for already
            mandate = await mandates.active(conn, request.account_id)
            if state is not RequestState.OPEN or mandate is None or not _chargeable(request):
                raise MandateState(metadata={"state": str(state), "mandate": "none" if mandate is None else "active"})
            live = request.live
            if live is not None and live.state is AttemptState.PROCESSING:
                raise PaymentProcessing
            if live is not None and live.kind is AttemptKind.CHARGE:
                await debits.charge_at(conn, request_id, now)  # begun already: the provider is asked again
            elif not self._due(request):  # else the plan charges it at this moment
                _check_not_again(request, now)
                await debits.bring_forward(conn, request_id, now)

    def _due(self, request: PaymentRequest) -> bool:
        at = request.debit.charge_at if request.debit is not None else None
        return request.state is RequestState.OPEN and at is not None and at <= self._clock.now()

    async def _begin(self, request: PaymentRequest) -> None:
        """Write the next charge down; without a mandate the customer pays by the link."""
        now = self._clock.now()
        async with self._database.transaction() as conn:
            mandate = await mandates.active(conn, request.account_id)
            if mandate is None:
                await debits.refused(conn, request.request_id, ChargeRefusal.MANDATE_GONE, None, now)
            else:
                await attempts.begin(conn, request.request_id, _next_attempt(request, mandate, now), now)

    async def _settled(self, request_id: UUID, was: Attempt) -> bool:
        """Whether a charge that was only written down has come as far as it goes now."""
        request = await self._checkout.read(request_id)
        return not self._due(request) or (request.live is not None and request.live.number == was.number)

    async def _page_keeps(self, request: PaymentRequest, live: Attempt) -> bool:
        """End the page that the customer has open; whether the charge has to wait, as money may still come by it."""
        try:
            await self._checkout.end_live(request, live)
        except PaymentProcessing:
            again = self._clock.now() + self._policy.patience(len(self._policy.ask_again_minutes))
            async with self._database.single() as conn:
                await debits.charge_at(conn, request.request_id, again)
            return True
        except ProviderUnavailable:
            await self._charges.no_answer(request)
            return True
        return False


def _check_not_again(request: PaymentRequest, now: datetime) -> None:
    """Refuse a second charge by an operator's wish within the hour.

    Raises:
        MandateState: With when the next one may be asked for.
    """
    last = request.debit.early_at if request.debit is not None else None
    if last is not None and now < last + EARLY_AGAIN:
        again = f"{last + EARLY_AGAIN:%Y-%m-%d %H:%M} UTC"
        raise MandateState(
            f"it was charged by an operator's wish at {last:%Y-%m-%d %H:%M} UTC already: what that brought stands in "
            f"its details, and the planned charge stands. It may be charged before its time again from {again} on",
            metadata={"again_at": again},
        )


def _chargeable(request: PaymentRequest) -> bool:
    """Whether a further charge makes sense: never after the provider has asked for the customer."""
    debit = request.debit
    return debit is not None and debit.refusal not in {ChargeRefusal.AUTHENTICATION, ChargeRefusal.MANDATE_GONE}


def _next_attempt(request: PaymentRequest, mandate: Mandate, now: datetime) -> Attempt:
    return Attempt(
        number=request.attempt + 1,
        state=AttemptState.CREATING,
        amount=request.amount,
        title=request.proforma_number or request.reference.printed(),
        success_url="",
        cancel_url="",
        expires_at=now + KEY_LIFE,
        page_id=None,
        url="",
        kind=AttemptKind.CHARGE,
        mandate_id=mandate.mandate_id,
    )
