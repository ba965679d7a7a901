"""Notes what was done about a withdrawal: money that came for it, refunds made and come back, credit notes."""

from datetime import datetime, timedelta
from uuid import UUID

from services.kit import audit, events, outbox
from services.kit.audit import AuditEntry
from services.kit.calendar import start_of_day
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.wakes import withdrawal_wake
from services.ordering.errors import RefundIsMade, RefundNotMade
from services.ordering.withdrawals import store
from services.ordering.withdrawals.events import refunded_event
from services.ordering.withdrawals.locking import Locked, locked, refund_of
from services.ordering.withdrawals.mails import WithdrawalMails
from services.ordering.withdrawals.owing import owe
from services.ordering.withdrawals.rows import WaitingMoney, WithdrawalRow
from workflows.names import WITHDRAWAL_CHANGED


class RecordingWithdrawals:
    """What the Withdrawal workflow and that of money that waits tell, and what operators decide about refunds."""

    def __init__(self, database: Database, clock: Clock, mails: WithdrawalMails) -> None:
        """Take the database, the clock and the emails."""
        self._mails = mails
        self._database = database
        self._clock = clock

    async def record_money(self, money: WaitingMoney) -> tuple[WithdrawalRow, datetime] | None:
        """Owe money that waits and names a withdrawn contract, and wake its withdrawal; a repetition changes nothing.

        Returns:
            The withdrawal, the first one where it names several contracts, and when the last day for the money has
            passed; None where it names no withdrawn contract.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            named = await store.withdrawals_named(conn, money)
            if not named:
                return None
            found = await locked(conn, named[0])
            if await owe(conn, self._mails, found, money, now):
                await outbox.wake(conn, withdrawal_wake(found.withdrawal.order_id, WITHDRAWAL_CHANGED), now)
            withdrawal = (await locked(conn, named[0])).withdrawal
        (theirs,) = (each for each in withdrawal.refunds if each.payment.key == money.entry_id)
        return withdrawal, start_of_day(theirs.refund_by + timedelta(days=1))

    async def named_by(self, money: WaitingMoney) -> WithdrawalRow | None:
        """The withdrawal, the first one, from what money names; nothing is noted. None where it names none."""
        async with self._database.reading() as conn:
            named = await store.withdrawals_named(conn, money)
            return await store.find_withdrawal(conn, named[0]) if named else None

    async def record_otherwise(self, order_id: UUID, refund_id: UUID) -> Locked:
        """Note that waiting money was not refunded, because an operator gave it to something else, and wake; once.

        Raises:
            NotFound: There is no such withdrawal, or it has no such refund.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await locked(conn, order_id)
            refund_of(found.withdrawal, refund_id)
            if await store.note_otherwise(conn, order_id, refund_id, now):
                await outbox.wake(conn, withdrawal_wake(order_id, WITHDRAWAL_CHANGED), now)
            return await locked(conn, order_id)

    async def record_refund(self, order_id: UUID, refund_id: UUID, entry: AuditEntry | None) -> Locked:
        """Note that a refund was made; the first moment stays.

        Args:
            order_id: The order.
            refund_id: The refund.
            entry: Who says so, where it was made outside Casella.

        Raises:
            NotFound: There is no such withdrawal, or it has no such refund.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await locked(conn, order_id)
            refund = refund_of(found.withdrawal, refund_id)
            if await store.note_refund(conn, order_id, refund_id, now, outside=entry is not None):
                await events.tell(conn, refunded_event(found.withdrawal, refund), now)
                if entry is not None:
                    await audit.record(conn, entry, now, account_id=found.withdrawal.account_id)
            return await locked(conn, order_id)

    async def record_failure(self, order_id: UUID, refund_id: UUID) -> Locked:
        """Note that a refund has failed after it was made: it is owed again; one made outside stays noted.

        Raises:
            NotFound: There is no such withdrawal, or it has no such refund.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await locked(conn, order_id)
            refund_of(found.withdrawal, refund_id)
            await store.note_failure(conn, order_id, refund_id, now)
            return await locked(conn, order_id)

    async def record_credit_note(
        self, order_id: UUID, refund_id: UUID, credit_note_id: UUID | None, entry: AuditEntry | None
    ) -> Locked:
        """Note a refund's credit note, or by an operator's decision that none is due; the first one stays.

        Raises:
            NotFound: There is no such withdrawal, or it has no such refund.
            RefundNotMade: The refund comes first.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await locked(conn, order_id)
            if refund_of(found.withdrawal, refund_id).refunded_at is None:
                raise RefundNotMade
            noted = await store.note_credit_note(conn, order_id, refund_id, credit_note_id)
            if noted and entry is not None:
                await audit.record(conn, entry, now, account_id=found.withdrawal.account_id)
            return await locked(conn, order_id)

    async def renew_refund(self, order_id: UUID, refund_id: UUID, entry: AuditEntry) -> Locked:
        """Replace a refund that payments has given up by a new one; one that was replaced before stays so.

        Raises:
            NotFound: There is no such withdrawal.
            RefundIsMade: Nothing is to be replaced.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            found = await locked(conn, order_id)
            given_up = next((each for each in found.withdrawal.refunds if each.refund_id == refund_id), None)
            if given_up is None:
                return found
            if given_up.refunded_at is not None:
                raise RefundIsMade
            await store.renew_refund(conn, order_id, given_up)
            await audit.record(conn, entry, now, account_id=found.withdrawal.account_id)
            return await locked(conn, order_id)
