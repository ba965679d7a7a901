"""The steps of a withdrawal: each one request to one service, named as an operator reads it in the Temporal UI."""

from collections.abc import Mapping, Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1 import common_pb2
    from casella.invoicing.v1 import invoicing_pb2
    from casella.ordering.v1 import ordering_pb2 as pb
    from casella.payments.v1 import payments_pb2
    from services.kit.money import written
    from workflows import names, wording, wording_contracts, wording_money
    from workflows.activities.invoicing import InvoicingSteps
    from workflows.activities.ordering import OrderingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.refund_methods import AS_IT_CAME, REFUND_METHODS
    from workflows.service_end import ServiceEnd
    from workflows.steps import StepRefused, quickly, visibly
    from workflows.waiting_money import has_arrived

_BY_ITSELF = {
    payments_pb2.MONEY_ENTRY_REASON_SHORT,
    payments_pb2.MONEY_ENTRY_REASON_OVER,
    payments_pb2.MONEY_ENTRY_REASON_LATE,
    payments_pb2.MONEY_ENTRY_REASON_UNDATED,
    payments_pb2.MONEY_ENTRY_REASON_DATE,
}
"""Why money waits that surely came for what it names alone, in euro; of the rest a person must look first."""
_MOST_WAYS = 2
_REASON = "withdrawal"
"""Why payments refunds, as its rows and lists show it."""


class WithdrawalSteps(ServiceEnd):
    """What a withdrawal asks of the services; the order in which it does so stands in ``workflows.withdrawal``."""

    order_id: str
    told: dict[str, str]
    """What was noted last of each refund, by its id."""

    async def send_receipt(self) -> None:
        """The receipt on a durable medium."""
        request = pb.SendWithdrawalReceiptRequest(order_id=self.order_id)
        if self.could_write(await quickly(OrderingSteps.send_withdrawal_receipt, request, "email the receipt")):
            self.details.happened("the receipt is sent", once=True)

    async def do_what_is_due(self) -> pb.AdvanceWithdrawalResponse:
        """Have ordering fix the refunds once what was paid is known, and say what comes next."""
        request = pb.AdvanceWithdrawalRequest(order_id=self.order_id)
        due = await quickly(OrderingSteps.advance_withdrawal, request, "ask what comes next on the withdrawal")
        self.show(due.withdrawal)
        return due

    async def read_payment(self, each: pb.WithdrawalRefund) -> payments_pb2.PaymentRequest:
        """The payment request of what was paid."""
        asked = (
            payments_pb2.GetPaymentRequestRequest(period_id=each.period_id)
            if each.period_id
            else payments_pb2.GetPaymentRequestRequest(order_id=each.order_id)
        )
        return (await quickly(PaymentsSteps.get, asked, "read what was paid")).payment_request

    async def ask_for_refund(self, each: pb.WithdrawalRefund) -> list[payments_pb2.Refund]:
        """Have payments make a refund, by the means by which the money came; asked again it says how far that is.

        Returns:
            The refund, and those that give back what cannot leave with it: by card or PayPal what came so, by transfer
            what account credit had paid.
        """
        payment = await self.read_payment(each)
        request = payments_pb2.RequestRefundRequest(
            refund_id=each.refund_id,
            payment_request_id=payment.payment_request_id,
            amount=each.amount,
            reason_code=_REASON,
            withdrawal_order_id=self.order_id,
        )
        answer = await visibly(PaymentsSteps.request_refund, request, f"refund {written(each.amount)}", outside=True)
        self.details.happened(f"refund {each.refund_id} of {written(each.amount)} asked for", once=True)
        self.tell(answer.refund)
        return [answer.refund, *await self.read_payout(answer.refund)]

    async def read_money(self, each: pb.WithdrawalRefund) -> payments_pb2.MoneyEntry:
        """Money that came for the contract and paid nothing, as it stands."""
        asked = payments_pb2.GetMoneyEntryRequest(money_entry_id=each.money_entry_id)
        return (await quickly(PaymentsSteps.get_money_entry, asked, "read the money that came for it")).entry

    async def send_money_back(
        self, each: pb.WithdrawalRefund, entry: payments_pb2.MoneyEntry
    ) -> list[payments_pb2.Refund]:
        """Have payments send waiting money back to where it came from; asked again it says how far that is.

        Returns:
            The refund, be it one that an operator has asked for; none where an operator must decide first.
        """
        if entry.settlement == payments_pb2.MONEY_SETTLEMENT_REFUNDED:
            return [await self.read_return(entry)]
        if not _goes_back_by_itself(entry):
            return []
        request = payments_pb2.RequestRefundRequest(
            refund_id=each.refund_id,
            money_entry_id=each.money_entry_id,
            reason_code=_REASON,
            withdrawal_order_id=self.order_id,
        )
        sent_back = f"send {written(each.amount)} back, which came for it and paid nothing"
        try:
            answer = await visibly(PaymentsSteps.request_refund, request, sent_back, outside=True)
        except StepRefused as refused:
            if refused.reason != "REASON_MONEY_SETTLED":
                raise
            self.look_again()  # somebody has decided about it in this moment
            return []
        self.details.happened(
            f"refund {each.refund_id} asked for of {written(each.amount)} that came for it and paid nothing "
            f"({names.money_id(each.money_entry_id)})",
            once=True,
        )
        self.tell(answer.refund)
        return [answer.refund]

    async def read_return(self, entry: payments_pb2.MoneyEntry) -> payments_pb2.Refund:
        """The refund by which money that came for the contract goes back."""
        asked = payments_pb2.GetRefundRequest(refund_id=entry.settled_to)
        refund = (await quickly(PaymentsSteps.get_refund, asked, "read how far the money is on its way back")).refund
        self.tell(refund)
        return refund

    async def note_otherwise(self, each: pb.WithdrawalRefund, entry: payments_pb2.MoneyEntry) -> None:
        """Nothing of the money is to go back any more: an operator gave it to something else."""
        request = pb.RecordWithdrawalRefundRequest(
            order_id=self.order_id, refund_id=each.refund_id, settled_otherwise=True
        )
        await quickly(OrderingSteps.record_withdrawal_refund, request, "note that the money was settled otherwise")
        what = f"{written(each.amount)} of {names.money_id(each.money_entry_id)}"
        self.details.happened(f"{what} does not go back: {wording_money.settled(entry)}", once=True)

    async def read_payout(self, refund: payments_pb2.Refund) -> list[payments_pb2.Refund]:
        """The refunds that pay out what went back to account credit; none where all leaves in one way."""
        parts = list[payments_pb2.Refund]()
        while refund.paid_out_by:
            asked = payments_pb2.GetRefundRequest(refund_id=refund.paid_out_by)
            refund = (await quickly(PaymentsSteps.get_refund, asked, "read the refund of what credit had paid")).refund
            self.tell(refund)
            parts.append(refund)
        return parts

    def tell(self, refund: payments_pb2.Refund) -> None:
        """Note that a refund stands otherwise than when it was read last; its end is noted with ordering's row."""
        stands = wording_money.refund_news(refund)
        if stands and self.told.get(refund.refund_id) != stands:
            self.details.happened(f"refund {refund.refund_id}: {stands}")
        self.told[refund.refund_id] = stands

    async def note_refund(self, each: pb.WithdrawalRefund) -> None:
        """The money is with the customer."""
        request = pb.RecordWithdrawalRefundRequest(order_id=self.order_id, refund_id=each.refund_id)
        await quickly(OrderingSteps.record_withdrawal_refund, request, "note the refund")
        self.details.happened(f"refund {each.refund_id} of {written(each.amount)} made", once=True)

    async def has_failed(self, each: pb.WithdrawalRefund) -> bool:
        """Whether a refund that was noted as made by payments is not with the customer after all."""
        if each.money_entry_id:
            entry = await self.read_money(each)
            refunded = entry.settlement == payments_pb2.MONEY_SETTLEMENT_REFUNDED
            return _not_made(await self.read_return(entry)) if refunded else not entry.settlement
        asked = payments_pb2.GetRefundRequest(refund_id=each.refund_id)
        refund = (await quickly(PaymentsSteps.get_refund, asked, "read whether the refund has come back")).refund
        return any(_not_made(part) for part in (refund, *await self.read_payout(refund)))

    async def note_failure(self, each: pb.WithdrawalRefund) -> None:
        """The money came back."""
        request = pb.RecordWithdrawalRefundFailureRequest(order_id=self.order_id, refund_id=each.refund_id)
        await quickly(OrderingSteps.record_withdrawal_refund_failure, request, "note that the refund came back")
        self.details.happened(f"refund {each.refund_id} of {written(each.amount)} came back: it is owed again")

    async def read_ways(self, each: pb.WithdrawalRefund) -> list[invoicing_pb2.RefundPart]:
        """How the customer got how much of the money; empty where it was not payments that made the refund."""
        asked = payments_pb2.GetRefundRequest(refund_id=each.refund_id)
        try:
            refund = (await quickly(PaymentsSteps.get_refund, asked, "read how it was refunded")).refund
        except StepRefused as refused:
            if refused.reason != "REASON_NOT_FOUND":
                raise
            return []
        parts = [refund, *await self.read_payout(refund)]
        return [] if any(map(_not_made, parts)) else _ways(parts)

    async def issue_credit_note(self, withdrawal: pb.Withdrawal, each: pb.WithdrawalRefund) -> invoicing_pb2.Document:
        """The credit note with its number; its e-invoice starts with it."""
        request = invoicing_pb2.IssueCreditNoteRequest(
            credit_id=each.credit_id,
            invoice_id=each.invoice_id,
            reason=invoicing_pb2.CREDIT_REASON_WITHDRAWAL,
            gross=common_pb2.Money(minor=each.amount.minor + each.remitted.minor, currency=each.amount.currency),
            remitted=each.remitted,
            cause_date=withdrawal.noticed_on,
        )
        for place, way in enumerate(await self.read_ways(each)):
            if place == 0:
                request.refund_method = way.method
            else:
                request.other_refund.CopyFrom(way)
        if each.HasField("served_from"):
            request.served.first_day.CopyFrom(each.served_from)
            request.served.last_day.CopyFrom(each.served_to)
            request.served.days_of_term = each.days_of_term
        answer = await quickly(InvoicingSteps.issue_credit_note, request, "issue the credit note")
        document = answer.document
        goes_on = names.e_invoice_id(document.document_id)
        self.details.happened(f"credit note {document.number} issued: it goes on as {goes_on}", once=True)
        return document

    async def note_credit_note(self, each: pb.WithdrawalRefund, note: invoicing_pb2.Document) -> None:
        """With the credit note nothing is owed any more."""
        request = pb.RecordWithdrawalCreditNoteRequest(
            order_id=self.order_id, refund_id=each.refund_id, credit_note_id=note.document_id
        )
        await quickly(OrderingSteps.record_withdrawal_credit_note, request, "note the credit note")

    def show(self, withdrawal: pb.Withdrawal) -> None:
        """Tell the operator what the withdrawal is about."""
        self.details.concerns(account=withdrawal.account_id, order=withdrawal.order_id)
        facts = [f"noticed on {wording.date(withdrawal.noticed_on)}, {wording_contracts.ground(withdrawal.ground)}"]
        for each in withdrawal.refunds:
            if each.money_entry_id:
                facts.append(_came_and_paid_nothing(each))
                continue
            sums = [written(money) for money in (each.paid, each.owed, each.amount)]
            left = "refunded" if each.HasField("refunded_at") else "to be refunded"
            remitted = f", {written(each.remitted)} accepted as missing" if each.remitted.minor else ""
            facts.append("{} paid{}, {} owed, {} {}".format(sums[0], remitted, *sums[1:], left))
        if withdrawal.refunds:
            facts.append(f"refund due by {wording.date(withdrawal.refund_by)}")
        self.details.knows(", ".join([*facts, f"account {withdrawal.account_id}"]))


def is_settled_otherwise(entry: payments_pb2.MoneyEntry) -> bool:
    """Whether money is neither waiting nor on its way back."""
    return entry.settlement not in {
        payments_pb2.MONEY_SETTLEMENT_UNSPECIFIED,
        payments_pb2.MONEY_SETTLEMENT_REFUNDED,
    }


def _goes_back_by_itself(entry: payments_pb2.MoneyEntry) -> bool:
    """Whether nobody need look at money before it goes back: of what came twice the bank may tell what was recorded.

    Nothing goes back that the bank took back, or that may have come once and was told twice.
    """
    if entry.taken_back_by or entry.perhaps_told_twice:
        return False
    if entry.reason == payments_pb2.MONEY_ENTRY_REASON_TWICE:
        return entry.money_source == payments_pb2.MONEY_SOURCE_STRIPE
    return entry.reason in _BY_ITSELF and has_arrived(entry)


def _came_and_paid_nothing(each: pb.WithdrawalRefund) -> str:
    """``EUR 5.00 came and paid nothing (money:018f…), to be refunded by 2027-01-21``."""
    if each.settled_otherwise:
        left = "settled otherwise"
    else:
        left = "refunded" if each.HasField("refunded_at") else f"to be refunded by {wording.date(each.refund_by)}"
    return f"{written(each.amount)} came and paid nothing ({names.money_id(each.money_entry_id)}), {left}"


def _not_made(refund: payments_pb2.Refund) -> bool:
    return refund.state != payments_pb2.REFUND_STATE_DONE


def _ways(parts: Sequence[payments_pb2.Refund]) -> list[invoicing_pb2.RefundPart]:
    """How much went back in which way: of what became credit the refund that paid it out tells, if one did.

    Two ways at most, as a document names them.
    """
    ways = _sums(parts, REFUND_METHODS)
    return ways if len(ways) <= _MOST_WAYS else _sums(parts, {**REFUND_METHODS, **AS_IT_CAME})


def _sums(
    parts: Sequence[payments_pb2.Refund], methods: Mapping[payments_pb2.RefundMeans, invoicing_pb2.RefundMethod]
) -> list[invoicing_pb2.RefundPart]:
    """How much went back in which way, as each means is called."""
    sums = dict[invoicing_pb2.RefundMethod, int]()
    for part in parts:
        left = part.amount.minor - part.credited.minor
        stays = 0 if part.paid_out_by else part.credited.minor
        for method, minor in ((methods[part.means], left), (invoicing_pb2.REFUND_METHOD_ACCOUNT_CREDIT, stays)):
            if minor:
                sums[method] = sums.get(method, 0) + minor
    currency = parts[0].amount.currency
    return [
        invoicing_pb2.RefundPart(method=method, amount=common_pb2.Money(minor=minor, currency=currency))
        for method, minor in sums.items()
    ]
