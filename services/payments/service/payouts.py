"""Payouts of the provider: money of a statement that was ours before, at the provider.

What was booked by mistake gets a contra entry and waits again. More than lies at the provider by the ledger is booked
only where an operator accepts that: a slip in the fees would otherwise stand in the books, which balance all the same.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit
from services.kit.audit import AuditEntry
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.money import Money, written
from services.kit.requests import Call, claim
from services.payments.domain.receipts import MoneyEntry, Settlement, Source
from services.payments.errors import AmountMismatch, MoneySettled, PayoutTooMuch
from services.payments.service.money import MoneyDesk, waiting
from services.payments.store import books, payouts, queue, settling
from services.payments.store.books import PROVIDER_FEES, Header, Line

_CURRENCY = "EUR"


class Payouts:
    """Books what the provider paid out to the bank, and takes a mistaken booking back."""

    def __init__(self, database: Database, clock: Clock, money: MoneyDesk) -> None:
        """Take the parts of the room, and who reads entries."""
        self._database = database
        self._clock = clock
        self._money = money

    async def book(
        self, call: Call, entry_id: UUID, fees: Money, by: AuditEntry, *, accept_more: bool = False
    ) -> MoneyEntry:
        """Book money that the provider paid out to the bank, out of what lies at the provider.

        Args:
            call: The operator's call, for idempotency.
            entry_id: The money.
            fees: What the provider kept of it, zero or more; what lies there is less by that, too.
            by: Who decides it and why.
            accept_more: Whether it is booked although less lies at the provider by the ledger.

        Raises:
            NotFound: No such entry.
            MoneySettled: The entry is settled, was taken back, did not come by the bank, or names a payment request.
            AmountMismatch: It is in another currency than what lies at the provider.
            PayoutTooMuch: With its fees it is more than lies at the provider, and that is not accepted.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, entry_id) is None:
                entry = await waiting(conn, entry_id)
                _check_may_be_payout(entry)
                taken = entry.amount + fees
                await _check_lies_there(conn, taken, accepted=accept_more)
                await audit.record(conn, by, now, account_id=None)
                await settling.settle_entry(conn, entry_id, Settlement.PAYOUT, None, now)
                reference = await payouts.reference(conn, entry.source_ref)
                await books.post(
                    conn,
                    Header(payouts.BOOKED, entry.source, reference, now, booked_on=entry.available_on),
                    _CURRENCY,
                    Line(entry.lies_in, entry.amount.minor),
                    Line(PROVIDER_FEES, fees.minor),
                    Line(Source.STRIPE, -taken.minor),
                )
        return (await self._money.entry(entry_id))[0]

    async def undo(self, call: Call, entry_id: UUID, by: AuditEntry) -> MoneyEntry:
        """Take back a payout that was booked by mistake: a contra entry, and the money waits again.

        Raises:
            NotFound: No such entry.
            MoneySettled: It is not booked as a payout.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, entry_id) is None:
                entry = await queue.by_id(conn, entry_id, lock=True)
                if entry is None:
                    raise NotFound("no such money entry")
                if entry.settled_as is not Settlement.PAYOUT:
                    raise MoneySettled("this money is not booked as a payout of the provider")
                await audit.record(conn, by, now, account_id=None)
                reference = await payouts.reference(conn, entry.source_ref)
                contra = Header(payouts.UNDONE, entry.source, reference, now, booked_on=entry.available_on)
                if not await payouts.undo(conn, contra):
                    raise AssertionError("what is booked as a payout is in the ledger")
                await settling.reopen(conn, entry_id, now)
        return (await self._money.entry(entry_id))[0]


def _check_may_be_payout(entry: MoneyEntry) -> None:
    """Refuse what did not come from the provider.

    Raises:
        MoneySettled: It was taken back, did not come by the bank, or names a payment request.
        AmountMismatch: It is in another currency than what lies at the provider.
    """
    if entry.source is not Source.BANK or entry.is_gone or entry.named:
        raise MoneySettled(
            "only money of a bank statement that names no payment request and was not taken back is a payout of the "
            "provider"
        )
    if entry.amount.currency != _CURRENCY:
        raise AmountMismatch("what lies at the provider is in euro")


async def _check_lies_there(conn: AsyncConnection, taken: Money, *, accepted: bool) -> None:
    """Refuse more than lies at the provider, which is held; two payouts at once would both see it there.

    Raises:
        PayoutTooMuch: It is more, and that is not accepted.
    """
    lies = await payouts.at_provider(conn, _CURRENCY)
    if lies < taken and not accepted:
        raise PayoutTooMuch(
            f"with its fees the payout is {written(taken)}, but {written(lies)} lies at the provider by the ledger: "
            "look at the fees; where more was really paid out, accept it with accept_more",
            metadata={"lies": str(lies.minor)},
        )
