"""The RPCs of the provider's payouts."""

from casella.payments.v1 import payments_pb2
from casella.payments.v1.payments_pb2_grpc import PaymentsServiceServicer
from services.kit.audit import steering_entry
from services.kit.interceptors.around import Context
from services.kit.money import Money
from services.kit.requests import Requests
from services.kit.validation import Violations
from services.payments.service.payouts import Payouts
from services.payments.servicer import inputs
from services.payments.servicer.messages import Messages


class PayoutRpcs(PaymentsServiceServicer):
    """Books what the provider paid out to the bank, and takes a mistaken booking back."""

    _payouts: Payouts
    _messages: Messages
    _calls: Requests

    async def BookPayout(
        self, request: payments_pb2.BookPayoutRequest, context: Context
    ) -> payments_pb2.BookPayoutResponse:
        """Book money that the provider paid out to the bank."""
        bad = Violations()
        entry_id = bad.uuid("money_entry_id", request.money_entry_id)
        fees = inputs.amount(bad, "fees", request.fees) if request.HasField("fees") else Money(0)
        source = f"request:{request.request_id}"
        by = steering_entry(bad, request.steering, "book_payout", entry_id, source=source)
        more = request.accept_more
        call = self._calls.call(request.request_id, bad, entry=entry_id, fees=request.fees, more=more)
        bad.check()
        booked = await self._payouts.book(call, entry_id, fees, by, accept_more=more)
        return payments_pb2.BookPayoutResponse(entry=self._messages.money_entry(booked))

    async def UndoPayout(
        self, request: payments_pb2.UndoPayoutRequest, context: Context
    ) -> payments_pb2.UndoPayoutResponse:
        """Take back a payout that was booked by mistake."""
        bad = Violations()
        entry_id = bad.uuid("money_entry_id", request.money_entry_id)
        source = f"request:{request.request_id}"
        by = steering_entry(bad, request.steering, "undo_payout", entry_id, source=source)
        call = self._calls.call(request.request_id, bad, entry=entry_id)
        bad.check()
        undone = await self._payouts.undo(call, entry_id, by)
        return payments_pb2.UndoPayoutResponse(entry=self._messages.money_entry(undone))
