"""Takes back in what was handed to the bank and restored rows do not know: such a refund is in no second file.

A refund of the file is marked as sent; one that is asked for only later, once its withdrawal has come back, begins so.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit, recovery_hold
from services.kit.audit import AuditEntry
from services.kit.calendar import rome_date, working_days_later
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.money import total
from services.kit.recovery import RecoveryState
from services.kit.validation import Violations
from services.payments import pain_reading
from services.payments.domain.refunds import Means, Refund, RefundState
from services.payments.domain.refunds_in_files import HandedOver, InFile, InFileFate, fate_of
from services.payments.errors import MoneySettled
from services.payments.messages import CATALOGUE
from services.payments.policy import TransferPolicy
from services.payments.service.refund_entries import shown_by
from services.payments.store import queue, refund_debits, refund_files, refunds, refunds_in_files
from services.payments.store.refund_files import RefundFile
from services.payments.store.refunds_in_files import Recorded


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a transfer of a file, and how its refund stands; None where no row knows it."""

    left: InFile
    fate: InFileFate
    state: RefundState | None


class RefundsInFiles:
    """Takes files in that were handed to the bank."""

    def __init__(self, database: Database, clock: Clock, our_iban: str, policy: TransferPolicy) -> None:
        """Take the parts of the room, the account from which refunds leave, and the policy of transfers."""
        self._database = database
        self._clock = clock
        self._our_iban = our_iban
        self._policy = policy

    async def take_in(self, file: bytes, refused: Collection[UUID], by: AuditEntry) -> tuple[str, list[Taken]]:
        """Take a file in, all of it in one transaction, once: again, what is known stays.

        Args:
            file: As it was handed to the bank.
            refused: Those of its refunds that the bank has refused.
            by: The operator who says so.

        Returns:
            The file's message id, and what became of its transfers.

        Raises:
            RecoveryState: The rows were never restored.
            InvalidInput: It is no whole file of ours, or has none of a refund that is called refused.
        """
        try:
            handed_over = await asyncio.to_thread(pain_reading.read, file, self._our_iban)
        except pain_reading.UnreadableRefundFileError as error:
            _refuse("file", "no_refund_file", why=str(error))
        if set(refused) - {each.refund_id for each in handed_over.transfers}:
            _refuse("refused_refund_ids", "not_in_file")
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if not await recovery_hold.ever(conn):
                raise RecoveryState("These rows were never restored, so they know of every refund that has left.")
            await refunds_in_files.hold_refunds(conn)
            await refund_files.insert_file(conn, _kept(handed_over, file))
            taken = [
                await self._take(conn, handed_over, each, by, now, refused=each.refund_id in refused)
                for each in handed_over.transfers
            ]
        return handed_over.message_id, taken

    async def _take(
        self, conn: AsyncConnection, file: HandedOver, left: InFile, by: AuditEntry, now: datetime, *, refused: bool
    ) -> Taken:
        day = working_days_later(rome_date(file.made_at), self._policy.refund_statement_days)
        kept = Recorded(left.refund_id, left.attempt, file.message_id, left.amount, file.made_at, day)
        await refunds_in_files.record(conn, kept, now, refused=refused)
        refund = await refunds.by_id(conn, left.refund_id)
        state = None if refund is None else refund.state
        if refused:
            return Taken(left, InFileFate.REFUSED, state)
        fate = fate_of(refund, left, file.message_id)
        if refund is None or fate is not InFileFate.SENT:
            return Taken(left, fate, state)
        await audit.record(conn, replace(by, subject_id=refund.refund_id), now, account_id=refund.account_id)
        to = {} if refund.iban == left.iban else {"iban": left.iban, "holder": left.holder}
        return Taken(left, fate, (await _mark(conn, refund, kept, now, **to)).state)


async def begin_as_sent(conn: AsyncConnection, refund: Refund, now: datetime) -> None:
    """Let a new refund be sent that left by a file before the rows were restored, or done where a statement told of it.

    Raises:
        MoneySettled: The file has it with another amount.
    """
    left = await _left(conn, refund.refund_id, now)
    if left is None or refund.means not in {Means.BANK_TRANSFER, Means.STRIPE}:
        return
    if left.amount != refund.money:
        by = f"by the file {left.message_id}" if left.message_id else "as a statement tells"
        raise MoneySettled(
            f"this refund left with {left.amount.decimal} {left.amount.currency} {by}, before "
            "the rows were restored, and would have another amount now: say of its withdrawal that it was made outside "
            "(`refund_made_outside`), and set its debit aside"
        )
    sent = await _mark(conn, refund, left, now)
    if left.debit is not None:
        entry = await queue.reversal(conn, left.debit)
        await shown_by(conn, sent, left.debit, None if entry is None else entry.available_on, now)


async def _left(conn: AsyncConnection, refund_id: UUID, now: datetime) -> Recorded | None:
    """How a refund that no row knew has left, by a file or, where that is lost, by a statement's debit alone."""
    in_file, debit = await refunds_in_files.of_refund(conn, refund_id), await refund_debits.lost(conn, refund_id)
    if in_file is None and debit is not None:
        day = debit.booked_on or rome_date(now)
        return Recorded(refund_id, debit.attempt, None, debit.amount, now, day, debit.identity)
    if in_file is not None and debit is not None and debit.attempt == in_file.attempt:
        return replace(in_file, debit=debit.identity)
    return in_file


async def _mark(conn: AsyncConnection, refund: Refund, left: Recorded, now: datetime, **to: str) -> Refund:
    """Mark a refund as sent by the file and in the try of it."""
    sent = await refunds.move(
        conn, refund, RefundState.SENT, now, attempt=left.attempt, means=Means.BANK_TRANSFER, failure="",
        provider_ref=None, asked_at=None, message_id=left.message_id, sent_at=left.sent_at,
        statement_by=left.statement_by, **to,
    )  # fmt: skip
    if sent is None:
        raise AssertionError("the refund is held")
    return sent


def _refuse(field: str, key: str, **why: str) -> NoReturn:
    bad = Violations(catalogue=CATALOGUE)
    bad.add(field, key, **why)
    bad.check()
    raise AssertionError("a bad field is refused")


def _kept(file: HandedOver, content: bytes) -> RefundFile:
    amount = total(each.amount for each in file.transfers)
    return RefundFile(file.message_id, content, len(file.transfers), amount, file.made_at)
