"""Activities about withdrawals: their receipt, what comes next on them, and what became of refunds and credit notes."""

from casella.ordering.v1 import ordering_pb2 as pb
from casella.payments.v1 import payments_pb2
from workflows.activities.calls import step, with_actor
from workflows.activities.ordering_client import OrderingClient
from workflows.waiting_money import waiting_money, with_payer


class WithdrawalActivities(OrderingClient):
    """What is asked of ordering about withdrawals."""

    @step("SendWithdrawalReceipt")
    async def send_withdrawal_receipt(
        self, request: pb.SendWithdrawalReceiptRequest
    ) -> pb.SendWithdrawalReceiptResponse:
        """Send the receipt of a withdrawal."""
        order = (await self._ordering.GetOrder(pb.GetOrderRequest(order_id=request.order_id))).order
        request.recipient.CopyFrom(await self._contacts.of(order.account_id))
        return await self._ordering.SendWithdrawalReceipt(request)

    @step("AdvanceWithdrawal")
    async def advance_withdrawal(self, request: pb.AdvanceWithdrawalRequest) -> pb.AdvanceWithdrawalResponse:
        """Learn what comes next on the withdrawal; ordering is told which money of the account waits."""
        order = (await self._ordering.GetOrder(pb.GetOrderRequest(order_id=request.order_id))).order
        asked = payments_pb2.GetWaitingMoneyRequest(account_id=order.account_id)
        found = await self._payments.GetWaitingMoney(asked)
        if found.waiting:
            recipient = await self._contacts.of(order.account_id)
            request.waiting.extend(
                with_payer(waiting_money(entry, found.named), entry, recipient) for entry in found.waiting
            )
        return await self._ordering.AdvanceWithdrawal(request)

    @step("RecordWithdrawalMoney")
    async def record_withdrawal_money(
        self, request: pb.RecordWithdrawalMoneyRequest
    ) -> pb.RecordWithdrawalMoneyResponse:
        """Note that money which waits names a withdrawn contract, if it does; its customer is told so."""
        look = pb.RecordWithdrawalMoneyRequest(money=request.money, only_look=True)
        named = await self._ordering.RecordWithdrawalMoney(look)
        if not named.HasField("withdrawal"):
            return pb.RecordWithdrawalMoneyResponse()
        by_id = payments_pb2.GetMoneyEntryRequest(money_entry_id=request.money.money_entry_id)
        found = await self._payments.GetMoneyEntry(by_id)
        recipient = await self._contacts.of(named.withdrawal.account_id)
        request.money.CopyFrom(with_payer(request.money, found.entry, recipient))
        return await self._ordering.RecordWithdrawalMoney(request)

    @step("FindInvoiceWithdrawal")
    async def find_invoice_withdrawal(
        self, request: pb.FindInvoiceWithdrawalRequest
    ) -> pb.FindInvoiceWithdrawalResponse:
        """Learn which withdrawal decides how much of an invoice is credited."""
        return await self._ordering.FindInvoiceWithdrawal(request)

    @step("RecordWithdrawalRefund")
    async def record_withdrawal_refund(
        self, request: pb.RecordWithdrawalRefundRequest
    ) -> pb.RecordWithdrawalRefundResponse:
        """Note that a refund was made; by an operator's word, who said so."""
        if request.HasField("steering"):
            request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._ordering.RecordWithdrawalRefund(request)

    @step("RecordWithdrawalRefundFailure")
    async def record_withdrawal_refund_failure(
        self, request: pb.RecordWithdrawalRefundFailureRequest
    ) -> pb.RecordWithdrawalRefundFailureResponse:
        """Note that a refund has failed after it was made."""
        return await self._ordering.RecordWithdrawalRefundFailure(request)

    @step("RenewWithdrawalRefund")
    async def renew_withdrawal_refund(
        self, request: pb.RenewWithdrawalRefundRequest
    ) -> pb.RenewWithdrawalRefundResponse:
        """Replace a refund that was given up, by an operator's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._ordering.RenewWithdrawalRefund(request)

    @step("RecordWithdrawalCreditNote")
    async def record_withdrawal_credit_note(
        self, request: pb.RecordWithdrawalCreditNoteRequest
    ) -> pb.RecordWithdrawalCreditNoteResponse:
        """Note a credit note; or, by an operator's decision, that none is due."""
        if request.HasField("steering"):
            request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._ordering.RecordWithdrawalCreditNote(request)
