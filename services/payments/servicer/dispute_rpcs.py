"""The RPCs of disputes: decided by operators, settled by the worker."""

from casella.payments.v1 import payments_pb2
from casella.payments.v1.payments_pb2_grpc import PaymentsServiceServicer
from services.kit.audit import steering_entry
from services.kit.interceptors.around import Context
from services.kit.paging import page_by_moment
from services.kit.requests import Requests
from services.kit.validation import Violations
from services.payments.domain.disputes import DisputeDecision
from services.payments.service.disputes import Disputes
from services.payments.servicer.dispute_messages import DECISIONS
from services.payments.servicer.messages import Messages


class DisputeRpcs(PaymentsServiceServicer):
    """DecideDispute, RecordDisputeCreditNote and ListDisputes."""

    _disputes: Disputes
    _calls: Requests
    _messages: Messages

    async def DecideDispute(
        self, request: payments_pb2.DecideDisputeRequest, context: Context
    ) -> payments_pb2.DecideDisputeResponse:
        """Take an operator's decision about a lost dispute."""
        bad = Violations()
        entry_id = bad.uuid("money_entry_id", request.money_entry_id)
        decision = DECISIONS.chosen(bad, "decision", request.decision, DisputeDecision.CLAIM)
        by = steering_entry(bad, request.steering, "decide_dispute", entry_id, source=f"request:{request.request_id}")
        call = self._calls.call(request.request_id, bad, entry=entry_id, decision=decision)
        bad.check()
        return payments_pb2.DecideDisputeResponse(
            entry=self._messages.money_entry(await self._disputes.decide(call, entry_id, decision, by))
        )

    async def RecordDisputeCreditNote(
        self, request: payments_pb2.RecordDisputeCreditNoteRequest, context: Context
    ) -> payments_pb2.RecordDisputeCreditNoteResponse:
        """Settle a lost dispute by its credit note."""
        bad = Violations()
        entry_id = bad.uuid("money_entry_id", request.money_entry_id)
        credit_note_id = bad.uuid("credit_note_id", request.credit_note_id)
        bad.check()
        return payments_pb2.RecordDisputeCreditNoteResponse(
            entry=self._messages.money_entry(await self._disputes.record_credit_note(entry_id, credit_note_id))
        )

    async def ListDisputes(
        self, request: payments_pb2.ListDisputesRequest, context: Context
    ) -> payments_pb2.ListDisputesResponse:
        """List disputes."""
        bad = Violations()
        account_id = bad.uuid("account_id", request.account_id) if request.account_id else None
        page = page_by_moment(bad, request.page)
        bad.check()
        read = await self._disputes.page(account_id, page.after, page.limit)
        found, token = page.cut(read, lambda dispute: (dispute.opened_at, dispute.dispute_id))
        return payments_pb2.ListDisputesResponse(disputes=map(self._messages.dispute, found), next_page_token=token)
