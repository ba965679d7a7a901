"""What a charge by automatic debit does at the provider: made, confirmed, looked at, ended, each step written down.

A charge is made first and confirmed then; its id is written, and that it may take the money, before the provider is
told to. Who comes back to such a charge looks at it before anything else, so that a lost answer never charges twice:
the provider confirms one charge once, and a further charge begins only when this one has ended.
"""

import contextlib
from datetime import timedelta

from services.kit.clock import Clock
from services.kit.database import Database
from services.payments.domain.mandates import DebitPolicy
from services.payments.domain.payment_requests import Attempt, AttemptState, ChargeRefusal, PaymentRequest
from services.payments.errors import PaymentProcessing, ProviderUnavailable
from services.payments.provider.charges import Charge, ChargeOrder, ChargeState
from services.payments.provider.contract import PaymentProvider
from services.payments.provider.errors import ChargeRefusedError, ProviderUnavailableError
from services.payments.service.pages import Pages
from services.payments.store import attempts, debits, mandates

_ASK_AGAIN = timedelta(minutes=1)


class Charges:
    """Moves one charge on, and ends it."""

    def __init__(
        self, database: Database, clock: Clock, provider: PaymentProvider, pages: Pages, policy: DebitPolicy
    ) -> None:
        """Take the parts of the room and how long to wait for the provider."""
        self._database = database
        self._clock = clock
        self._provider = provider
        self._pages = pages
        self._policy = policy

    async def go_on(self, request: PaymentRequest, live: Attempt) -> None:
        """Move a live charge as far as it goes now; without an answer it is asked about again later."""
        try:
            if live.charge_id is None:
                await self._make(request, live)
            else:
                await self._look(request, live, live.charge_id)
        except ProviderUnavailableError:
            await self.no_answer(request)

    async def end(self, request: PaymentRequest, live: Attempt) -> None:
        """Bring a live charge to its end, before the request is closed or paid otherwise.

        Raises:
            PaymentProcessing: The money is on its way.
            ProviderUnavailable: Its end cannot be made sure of.
        """
        if live.charge_id is None:
            async with self._database.single() as conn:
                await attempts.give_up_charge(conn, request.request_id, live.number, AttemptState.EXPIRED)
            return
        try:
            charge = await self._provider.cancel_charge(live.charge_id)
        except ProviderUnavailableError as error:
            raise ProviderUnavailable(retry_after=_ASK_AGAIN) from error
        if charge.state is ChargeState.PROCESSING:
            raise PaymentProcessing(retry_after=_ASK_AGAIN)
        await self._pages.apply_charge(charge)

    async def _make(self, request: PaymentRequest, live: Attempt) -> None:
        """Ask for a charge that is written down, and let it take the money."""
        async with self._database.reading() as conn:
            mandate = None if live.mandate_id is None else await mandates.by_id(conn, live.mandate_id)
        if mandate is None:
            raise AssertionError("a charge is made by a mandate")
        order = ChargeOrder(
            request_id=request.request_id,
            cause=request.cause,
            attempt=live.number,
            amount=live.amount,
            title=live.title,
            grant=mandate.grant,
        )
        try:
            charge = await self._provider.create_charge(order, f"{request.request_id}:{live.number}")
        except ChargeRefusedError as refused:
            await self._pages.refuse_charge(request.request_id, live.number, refused.refusal)
            return
        async with self._database.single() as conn:
            ours = await attempts.confirming(conn, request.request_id, live.number, charge.charge_id)
            # Paid, closed or switched off while the provider was asked; or another worker confirms this very charge.
            ended = not ours and await attempts.give_up_charge(
                conn, request.request_id, live.number, AttemptState.EXPIRED
            )
        if ours:
            await self._confirm(request, live, charge.charge_id)
        elif ended:
            await self._cancel(charge.charge_id)

    async def _look(self, request: PaymentRequest, live: Attempt, charge_id: str) -> None:
        charge = await self._provider.charge(charge_id)
        if charge is None:
            raise ProviderUnavailableError("the provider does not know a charge that it made")
        if charge.state is not ChargeState.READY:
            await self._apply(request, charge)
        elif await self._stands(live):
            await self._confirm(request, live, charge_id)
        else:  # switched off while the provider gave no answer, and nothing was taken
            await self._pages.apply_charge(await self._provider.cancel_charge(charge_id))

    async def _stands(self, live: Attempt) -> bool:
        async with self._database.reading() as conn:
            mandate = None if live.mandate_id is None else await mandates.by_id(conn, live.mandate_id)
        return mandate is not None and mandate.active

    async def _confirm(self, request: PaymentRequest, live: Attempt, charge_id: str) -> None:
        # A key of its own for each try: the provider would repeat a stored failure, and confirms a charge once anyway.
        tries = request.debit.unanswered if request.debit is not None else 0
        key = f"{request.request_id}:{live.number}:confirm:{tries}"
        charge = await self._provider.confirm_charge(charge_id, key)
        await self._apply(request, charge)

    async def _apply(self, request: PaymentRequest, charge: Charge) -> None:
        await self._pages.apply_charge(charge)
        if charge.state is ChargeState.PROCESSING:  # its end comes as an event, which may be lost
            async with self._database.single() as conn:
                again = self._clock.now() + self._policy.patience(len(self._policy.ask_again_minutes))
                await debits.charge_at(conn, request.request_id, again)
        elif charge.state is ChargeState.NONE:
            await self._cancel(charge.charge_id)

    async def _cancel(self, charge_id: str) -> None:
        """Leave nothing at the provider that somebody could still confirm; it takes no money by itself."""
        with contextlib.suppress(ProviderUnavailableError):
            await self._provider.cancel_charge(charge_id)

    async def no_answer(self, request: PaymentRequest) -> None:
        """Note that the provider gave no answer, and when it is asked again."""
        now = self._clock.now()
        if request.debit is None:
            raise AssertionError("a charge belongs to a planned debit")
        again = self._policy.next_charge(request.debit, ChargeRefusal.NO_ANSWER, now)
        async with self._database.transaction() as conn:
            await debits.refused(conn, request.request_id, ChargeRefusal.NO_ANSWER, again, now)
