"""The RPCs that list the operator's queue and prove the ledger."""

from casella.payments.v1 import payments_pb2
from casella.payments.v1.payments_pb2_grpc import PaymentsServiceServicer
from services.kit.interceptors.around import Context
from services.kit.paging import page_by_moment
from services.kit.validation import Violations
from services.payments.service.queue import MoneyQueue
from services.payments.servicer.ledger_messages import proof
from services.payments.servicer.messages import Messages, without_ways_to_pay


class QueueRpcs(PaymentsServiceServicer):
    """ListMoneyEntries, GetWaitingMoney, ProveLedger."""

    _queue: MoneyQueue
    _messages: Messages

    async def ListMoneyEntries(
        self, request: payments_pb2.ListMoneyEntriesRequest, context: Context
    ) -> payments_pb2.ListMoneyEntriesResponse:
        """List the operator's queue."""
        bad = Violations()
        page = page_by_moment(bad, request.page)
        bad.check()
        read = await self._queue.page(page.after, page.limit)
        found, token = page.cut(read, lambda entry: (entry.created_at, entry.entry_id))
        records = await self._queue.unconfirmed(found)
        entries = [self._messages.money_entry(entry, records.get(entry.entry_id, ())) for entry in found]
        return payments_pb2.ListMoneyEntriesResponse(entries=entries, next_page_token=token)

    async def GetWaitingMoney(
        self, request: payments_pb2.GetWaitingMoneyRequest, context: Context
    ) -> payments_pb2.GetWaitingMoneyResponse:
        """Read the money that waits for an account."""
        bad = Violations()
        account = bad.uuid("account_id", request.account_id)
        bad.check()
        found, named = await self._queue.naming_account(account)
        return payments_pb2.GetWaitingMoneyResponse(
            waiting=map(self._messages.money_entry, found), named=map(without_ways_to_pay, named)
        )

    async def ProveLedger(
        self, request: payments_pb2.ProveLedgerRequest, context: Context
    ) -> payments_pb2.ProveLedgerResponse:
        """Prove the ledger."""
        return proof(await self._queue.prove())
