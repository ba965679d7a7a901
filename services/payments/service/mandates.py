"""How a customer's automatic debit is set up without a payment, switched off, read, and told of."""

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import common_pb2
from services.kit import audit, outbox
from services.kit.audit import AuditEntry
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.erasing import refuse_erased
from services.kit.errors import NotFound
from services.kit.ids import new_id
from services.kit.outbox import Mail
from services.kit.requests import Call, claim
from services.kit.wakes import automatic_debit_wake
from services.payments.domain.mandates import Mandate, MandateEnd, Setup, SetupState
from services.payments.domain.pay_links import PayLinks
from services.payments.domain.payment_requests import Method
from services.payments.errors import ProviderUnavailable
from services.payments.provider.contract import PaymentProvider
from services.payments.provider.errors import ProviderUnavailableError
from services.payments.provider.pages import PAGE_LIFE, SHORTEST_LIFE, SetupOrder
from services.payments.store import debits, mandates

_ASK_AGAIN = timedelta(minutes=1)


class Mandates:
    """SetUpAutomaticDebit, SwitchOffAutomaticDebit, and what is read and told of mandates."""

    def __init__(
        self, database: Database, clock: Clock, provider: PaymentProvider, links: PayLinks, public_url: str
    ) -> None:
        """Take the parts of the room, and where the pages are to which the customer comes back."""
        self._database = database
        self._clock = clock
        self._provider = provider
        self._links = links
        self._base = public_url.rstrip("/")

    async def set_up(self, call: Call, account_id: UUID) -> Setup:
        """The hosted page on which automatic debit is set up: one an account, as long as it can be used.

        Raises:
            AccountErased: The account is erased.
            ProviderUnavailable: The provider does not answer; the same call may be repeated.
        """
        now = self._clock.now()
        planned = Setup(
            setup_id=new_id(),
            account_id=account_id,
            state=SetupState.CREATING,
            success_url=f"{self._base}/debit/done",
            cancel_url=f"{self._base}/debit/back",
            expires_at=(now + PAGE_LIFE).replace(microsecond=0),
            url="",
        )
        async with self._database.transaction() as conn:
            live = await mandates.live_setup(conn, account_id)
            setup = planned if live is None or live.expires_at - now < SHORTEST_LIFE else live
            first = await claim(conn, call, setup.setup_id)
            if first is None:
                await refuse_erased(conn, account_id)
                if setup is planned:
                    await mandates.end_setup(conn, account_id)
                    await mandates.insert_setup(conn, planned, now)
        if first is not None:
            setup = await self._setup(first)
        return await self._asked_for(setup, now) if setup.state is SetupState.CREATING else setup

    async def switch_off(
        self, call: Call, account_id: UUID, instead: Method, entry: AuditEntry | None
    ) -> Mandate | None:
        """End an account's automatic debit; the first end stays. None where it never had one.

        The page on which it may be set up ends too. Where the provider does not hear of that, what the customer gives
        on it is released when it comes.

        Args:
            call: The call.
            account_id: Whose.
            instead: How later periods are paid.
            entry: Who steers and why; None for the customer.
        """
        now, page_id = self._clock.now(), None
        reason = MandateEnd.CUSTOMER if entry is None else MandateEnd.OPERATOR
        async with self._database.transaction() as conn:
            if await claim(conn, call, account_id) is None:
                page_id = await mandates.end_setup(conn, account_id)
                ended = await mandates.end_of_account(conn, account_id, reason, instead, now)
                if ended and entry is not None:
                    await audit.record(conn, entry, now, account_id=account_id)
                if (
                    not ended
                ):  # an order with automatic debit that was paid by transfer has the method without a mandate
                    await outbox.wake(conn, automatic_debit_wake(account_id), now)
            found = await mandates.newest(conn, account_id)
        if page_id is not None:
            with contextlib.suppress(ProviderUnavailableError):
                await self._provider.expire_page(page_id)
        return found

    async def page(self, account_id: UUID, after: tuple[datetime, UUID] | None, most: int) -> Sequence[Mandate]:
        """An account's mandates after one, newest first."""
        async with self._database.reading() as conn:
            return await mandates.page(conn, account_id, after, most)

    async def newest(self, account_id: UUID) -> Mandate | None:
        """An account's newest mandate."""
        async with self._database.reading() as conn:
            return await mandates.newest(conn, account_id)

    async def has_page(self, account_id: UUID) -> bool:
        """Whether an account has a page on which automatic debit may be set up now."""
        async with self._database.transaction() as conn:
            return await mandates.live_setup(conn, account_id) is not None

    async def release_due(self, account_id: UUID) -> bool:
        """Whether an ended mandate of an account could still be charged at the provider."""
        async with self._database.reading() as conn:
            return bool(await mandates.to_release(conn, account_id))

    async def release(self, account_id: UUID) -> None:
        """Make sure that an account's ended mandates can be charged by nobody at the provider.

        Raises:
            ProviderUnavailable: The provider does not answer; the same call may be repeated.
        """
        async with self._database.reading() as conn:
            ended = await mandates.to_release(conn, account_id)
        for mandate in ended:
            try:
                await self._provider.release(mandate.grant)
            except ProviderUnavailableError as error:
                raise ProviderUnavailable(retry_after=_ASK_AGAIN) from error
            async with self._database.single() as conn:
                await mandates.released(conn, mandate.mandate_id, self._clock.now())

    async def tell(self, mandate_id: UUID, recipient: common_pb2.Recipient, *, ended: bool) -> None:
        """Email the customer that automatic debit was set up or switched off, once each.

        Args:
            mandate_id: Which mandate.
            recipient: To whom.
            ended: Whether ordering was told of its end; of its beginning otherwise. Newer news stay untold.

        Raises:
            NotFound: No such mandate.
        """
        async with self._database.transaction() as conn:
            mandate = await mandates.by_id(conn, mandate_id)
            if mandate is None:
                raise NotFound
            if not mandate.news or mandate.active is ended:
                return
            mail = await self._ended_mail(conn, mandate, recipient) if ended else _begun_mail(mandate, recipient)
            await outbox.mail(conn, mail, self._clock.now())
            await mandates.told(conn, mandate_id, ended=ended)

    async def _ended_mail(self, conn: AsyncConnection, mandate: Mandate, recipient: common_pb2.Recipient) -> Mail:
        unpaid = await debits.open_of_account(conn, mandate.account_id)
        return Mail.to_recipient(
            recipient,
            key=f"debit_switched_off:{mandate.mandate_id}",
            template="debit_switched_off",
            params={
                "by_provider": mandate.end is MandateEnd.PROVIDER,
                "by_operator": mandate.end is MandateEnd.OPERATOR,
                "by_dispute": mandate.end is MandateEnd.DISPUTED,
                "ended_at": mandate.ended_at,
                "transfer_instead": mandate.method_instead is Method.BANK_TRANSFER,
                "unpaid": [{"number": each.proforma_number, "gross": each.amount} for each in unpaid],
                "pay_urls": [self._links.url(each.request_id) for each in unpaid],
            },
            subject_id=mandate.account_id,
            secret_params=("pay_urls",),
        )

    async def _setup(self, setup_id: UUID) -> Setup:
        async with self._database.reading() as conn:
            found = await mandates.setup(conn, setup_id)
        if found is None:
            raise NotFound
        return found

    async def _asked_for(self, setup: Setup, now: datetime) -> Setup:
        """Ask for a page that is written down: the same key asks for the same page."""
        if setup.expires_at - now < SHORTEST_LIFE:
            async with self._database.single() as conn:
                await mandates.move_setup(conn, setup.setup_id, None, "", SetupState.EXPIRED)
            return await self._setup(setup.setup_id)
        order = SetupOrder(setup.setup_id, setup.success_url, setup.cancel_url, setup.expires_at)
        try:
            page = await self._provider.create_setup_page(order, f"setup:{setup.setup_id}")
        except ProviderUnavailableError as error:
            raise ProviderUnavailable(str(error), retry_after=_ASK_AGAIN) from error
        async with self._database.single() as conn:
            await mandates.move_setup(conn, setup.setup_id, page.page_id, page.url, SetupState.OPEN)
        return await self._setup(setup.setup_id)


def _begun_mail(mandate: Mandate, recipient: common_pb2.Recipient) -> Mail:
    return Mail.to_recipient(
        recipient,
        key=f"debit_set_up:{mandate.mandate_id}",
        template="debit_set_up",
        params={"set_up_at": mandate.set_up_at},
        subject_id=mandate.account_id,
    )
