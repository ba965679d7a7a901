"""How a customer is told that money has gone back to them by bank transfer.

Once it has left: a statement has its debit. A file for the bank may lie about for days, and the bank may refuse it; who
is told then waits for money that is not coming. Once for each try: the email and its mark in the refund's row are one
transaction, and what the customer's bank sends back is told of again when it has left again.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from casella.common.v1 import common_pb2
from services.kit import outbox
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.outbox import Mail
from services.payments.domain.refunds import Refund
from services.payments.store import queue, refund_emails, refunds, requests

_MOST_AT_ONCE = 100
_SHOWN_OF_IBAN = 4


class RefundEmails:
    """Says of which refunds customers are still to be told, and tells them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the parts of the room."""
        self._database = database
        self._clock = clock

    async def untold(self) -> list[UUID]:
        """The refunds of which an email is due, oldest first; not all of very many."""
        async with self._database.reading() as conn:
            return await refund_emails.untold(conn, _MOST_AT_ONCE)

    async def send(self, refund_id: UUID, recipient: common_pb2.Recipient) -> bool:
        """Write the email that is due about a refund; a repetition writes none.

        Args:
            refund_id: The refund.
            recipient: To whom; one who was erased is told of it neither now nor later.

        Returns:
            Whether it was written now.

        Raises:
            NotFound: No such refund.
        """
        async with self._database.transaction() as conn:
            refund = await refunds.by_id(conn, refund_id, lock=True)
            if refund is None:
                raise NotFound("no such refund")
            if not await refund_emails.tell(conn, refund):
                return False
            return await outbox.mail(conn, await _mail(conn, refund, recipient), self._clock.now())


async def _mail(conn: AsyncConnection, refund: Refund, recipient: common_pb2.Recipient) -> Mail:
    entry = None if refund.entry_id is None else await queue.by_id(conn, refund.entry_id)
    named = () if entry is None else entry.named
    request = await requests.by_id(conn, named[0]) if len(named) == 1 else None
    return Mail.to_recipient(
        recipient,
        key=f"money_returned:{refund.refund_id}:{refund.attempt}",
        template="money_returned",
        params={
            "amount": refund.money,
            "why": "credit" if entry is None else entry.reason,
            "came_on": None if entry is None else entry.available_on,
            "proforma_number": "" if request is None else request.proforma_number or "",
            "again": refund.told_attempt is not None,
            "left_on": refund.done_on,
            "iban_end": refund.iban[-_SHOWN_OF_IBAN:],
            "reference": refund.end_to_end,
        },
        subject_id=refund.account_id,
    )
