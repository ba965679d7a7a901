"""How a customer is told of money that pays nothing by itself: what is missing and how to pay it, late, or now credit.

Once for each entry: the email and its mark in the entry's row are one transaction.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import common_pb2
from services.kit import outbox
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.localized import groups_of_four
from services.kit.money import Money
from services.kit.outbox import Mail
from services.payments.domain.money_emails import (
    CreditEmail,
    MoneyEmail,
    credit_email_due,
    email_due,
    reversal_email_due,
    takes_rest,
)
from services.payments.domain.pay_links import PayLinks
from services.payments.domain.payment_requests import PaymentRequest
from services.payments.domain.receipts import MoneyEntry, Settlement
from services.payments.domain.transfer import BankAccount
from services.payments.policy import TransferPolicy
from services.payments.store import money_emails, queue, requests


class MoneyEmails:
    """Says what is missing of a request, and which email is due about an entry, and writes it."""

    def __init__(
        self, database: Database, clock: Clock, account: BankAccount, policy: TransferPolicy, links: PayLinks
    ) -> None:
        """Take the parts of the room, account and links by which the rest is paid, and the policy of transfers."""
        self._links = links
        self._policy = policy
        self._database = database
        self._clock = clock
        self._account = account

    async def rest_of(self, request: PaymentRequest) -> Money | None:
        """What short money that waits for this request alone has left of it; None where nobody is asked for a rest."""
        if not takes_rest(request):
            return None
        async with self._database.reading() as conn:
            return await _rest(conn, request)

    async def due(self, entry: MoneyEntry) -> MoneyEmail | CreditEmail | None:
        """The email that the customer is still to get about an entry; None where none is due."""
        async with self._database.reading() as conn:
            return await self._due(conn, entry)

    async def send(
        self, entry_id: UUID, recipient: common_pb2.Recipient | None, payable_until: datetime | None
    ) -> bool:
        """Write the email that is due about an entry; a repetition writes none.

        Args:
            entry_id: The entry.
            recipient: To whom; None where the account is closed, which nobody is told of later either.
            payable_until: Until when the order or period can be paid; None where that is not known.

        Returns:
            Whether it was written now.

        Raises:
            NotFound: No such entry.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            entry = await queue.by_id(conn, entry_id, lock=True)
            if entry is None:
                raise NotFound("no such money entry")
            if len(entry.named) == 1:
                # Held: it is neither paid nor closed meanwhile, and two short entries of it do not name the same rest.
                await requests.lock(conn, entry.named[0])
            due = await self._due(conn, entry)
            if due is None:
                return False
            if isinstance(due, CreditEmail):
                await money_emails.told_of_credit(conn, entry_id, now)
                return recipient is not None and await outbox.mail(conn, _credit_mail(recipient, entry, due), now)
            await money_emails.told(conn, entry_id, now)
            return recipient is not None and await outbox.mail(
                conn, self._mail(recipient, entry, due, payable_until, now), now
            )

    async def _due(self, conn: AsyncConnection, entry: MoneyEntry) -> MoneyEmail | CreditEmail | None:
        if entry.settled_as in {Settlement.CREDITED, Settlement.ASSIGNED}:
            return await _credit_due(conn, entry)
        request = await requests.by_id(conn, entry.named[0]) if len(entry.named) == 1 else None
        if request is None:
            return None
        if entry.takes_back is not None:
            came = await queue.by_id(conn, entry.takes_back)
            return None if came is None else reversal_email_due(entry, came, request, await _missing(conn, request))
        return email_due(entry, request, await _rest(conn, request), self._policy.least_told_cents)

    def _mail(
        self,
        recipient: common_pb2.Recipient,
        entry: MoneyEntry,
        due: MoneyEmail,
        payable_until: datetime | None,
        now: datetime,
    ) -> Mail:
        came: dict[str, object] = {
            "received": due.taken_back or entry.amount,
            "came_on": entry.available_on,
            "proforma_number": due.request.proforma_number,
        }
        template = "late_money"
        if due.missing is not None:
            template = "short_money" if due.taken_back is None else "money_taken_back"
            together = due.request.amount - due.missing
            came |= {
                "gross": due.request.amount,
                "missing": due.missing,
                "together": together if together and together != entry.amount else None,
                "pay_url": self._links.url(due.request.request_id) if due.request.method.by_link else "",
                "payable_until": payable_until if payable_until is not None and payable_until > now else None,
                "holder": self._account.holder,
                "iban": groups_of_four(self._account.iban),
                "bic": self._account.bic,
                "reference": groups_of_four(due.request.reference.value),
            }
        return Mail.to_recipient(
            recipient,
            key=f"{template}:{entry.entry_id}",
            template=template,
            params=came,
            subject_id=due.request.account_id,
            secret_params=("pay_url",) if "pay_url" in came else (),
        )


async def _credit_due(conn: AsyncConnection, entry: MoneyEntry) -> CreditEmail | None:
    """The email that is due about what became credit of an entry that is settled so."""
    if entry.credit_emailed_at is not None:
        return None
    about, left_over = entry.named[0] if len(entry.named) == 1 else None, Money(0, entry.amount.currency)
    if entry.settled_as is Settlement.ASSIGNED:
        about, left_over = entry.settled_to, await money_emails.left_over(conn, entry)
        if not left_over:
            return None  # mostly: each reading of the entry, for ever, comes here and takes no further look
    request = None if about is None else await requests.by_id(conn, about)
    return credit_email_due(entry, request, left_over)


def _credit_mail(recipient: common_pb2.Recipient, entry: MoneyEntry, due: CreditEmail) -> Mail:
    return Mail.to_recipient(
        recipient,
        key=f"money_credited:{entry.entry_id}",
        template="money_credited",
        params={
            "received": entry.amount,
            "came_on": entry.available_on,
            "credited": due.credited,
            "why": due.why,
            "proforma_number": due.proforma_number or "",
        },
        subject_id=due.account_id,
    )


async def _rest(conn: AsyncConnection, request: PaymentRequest) -> Money | None:
    """What short money that waits has left of a request; None where none waits."""
    missing = await _missing(conn, request)
    return missing if missing is not None and missing < request.amount else None


async def _missing(conn: AsyncConnection, request: PaymentRequest) -> Money | None:
    """What is to be paid of a request now; None where nothing is, nobody is asked, or a person must decide first."""
    if not takes_rest(request) or await queue.taken_back(conn, request.request_id):
        return None
    come = await money_emails.short_money(conn, request.request_id, request.amount.currency)
    return request.amount - come if come < request.amount else None
