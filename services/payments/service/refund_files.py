"""How the list of approved refunds becomes a file for the bank: each refund in one file only, each file kept."""

from dataclasses import replace

from services.kit import audit
from services.kit.audit import AuditEntry
from services.kit.calendar import rome_date, working_days_later
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.money import total
from services.kit.requests import Call, claim
from services.payments import pain
from services.payments.domain.payees import HOLDER_MISSING
from services.payments.domain.refunds import Refund, RefundState
from services.payments.domain.transfer import BankAccount
from services.payments.pain import CreditTransfer
from services.payments.policy import TransferPolicy
from services.payments.store import refund_files, refunds
from services.payments.store.refund_files import RefundFile

_MOST_TRANSFERS = 1000
"""A later file takes what is beyond; many banks take no larger one."""


class RefundFiles:
    """Makes files of refunds, and gives them out again."""

    def __init__(self, database: Database, clock: Clock, account: BankAccount, policy: TransferPolicy) -> None:
        """Take the parts of the room, our account, and what the operator's policy says of transfers."""
        self._policy = policy
        self._database = database
        self._clock = clock
        self._account = account

    async def make(self, call: Call, by: AuditEntry) -> RefundFile | None:
        """Make the next file, once for a call; None where nothing is approved."""
        now = self._clock.now()
        message_id = f"REF-{call.request_id.hex[:24].upper()}"
        async with self._database.transaction() as conn:
            if await claim(conn, call, call.request_id) is not None:
                return await refund_files.by_id(conn, message_id)
            listed = await refunds.approved(conn, _MOST_TRANSFERS)
            sendable = [refund for refund in listed if pain.latin(refund.holder, 1)]
            for refund in listed:
                if refund not in sendable:
                    await refunds.move(conn, refund, RefundState.FAILED, now, failure=HOLDER_MISSING)
            if not sendable:
                return None
            made = RefundFile(
                message_id=message_id,
                content=pain.write(message_id, now, rome_date(now), self._account, list(map(self._transfer, sendable))),
                transfers=len(sendable),
                sum=total(refund.money for refund in sendable),
                created_at=now,
            )
            await refund_files.insert_file(conn, made)
            statement_by = working_days_later(rome_date(now), self._policy.refund_statement_days)
            sent = {"message_id": message_id, "sent_at": now, "statement_by": statement_by}
            for refund in sendable:
                by_one = replace(by, subject_id=refund.refund_id)
                await audit.record(conn, by_one, now, account_id=refund.account_id)
                await refunds.move(conn, refund, RefundState.SENT, now, **sent)
        return made

    async def again(self, message_id: str) -> RefundFile:
        """An earlier file, byte for byte: the bank knows its id and executes it once.

        Raises:
            NotFound: There is none of this id.
        """
        async with self._database.reading() as conn:
            found = await refund_files.by_id(conn, message_id)
        if found is None:
            raise NotFound
        return found

    def _transfer(self, refund: Refund) -> CreditTransfer:
        text = f"Rimborso / Refund {self._account.holder} {refund.refund_id}"
        return CreditTransfer(refund.end_to_end, refund.money, refund.iban, refund.holder, text)
