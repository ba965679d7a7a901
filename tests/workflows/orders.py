"""An order of which a script tells: what its services say as long as a test changes nothing."""

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as invoicing
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from tests.workflows.script import Answer, Script

MOMENT = Timestamp(seconds=1_795_000_000)
LONG = Duration(seconds=864_000)


def ordering(payment: payments_pb2.PaymentRequest, order: ordering_pb2.Order, **changes: Answer) -> Script:
    """An order that is open, with its payment request; what a test changes in the two is what the services say."""

    def record(request: ordering_pb2.RecordOutcomeRequest) -> ordering_pb2.RecordOutcomeResponse:
        order.state = {
            ordering_pb2.OUTCOME_PAID: ordering_pb2.ORDER_STATE_PAID,
            ordering_pb2.OUTCOME_EXPIRED: ordering_pb2.ORDER_STATE_EXPIRED,
            ordering_pb2.OUTCOME_CANCELLED: ordering_pb2.ORDER_STATE_CANCELLED,
        }[request.outcome]
        return ordering_pb2.RecordOutcomeResponse(order=order)

    document = invoicing.Document(document_id=order.order_id, number="2026/1", account_id=order.account_id)
    answers: dict[str, Answer] = {
        "GetOrder": lambda _: ordering_pb2.GetOrderResponse(order=order),
        "CreatePaymentRequest": lambda _: payments_pb2.CreatePaymentRequestResponse(payment_request=payment),
        "GetPaymentRequest": lambda _: payments_pb2.GetPaymentRequestResponse(payment_request=payment),
        "IssueProforma": lambda _: invoicing.IssueProformaResponse(document=document),
        "RecordProforma": lambda request: (
            payments_pb2.RecordProformaResponse(payment_request=payment)
            if isinstance(request, payments_pb2.RecordProformaRequest)
            else ordering_pb2.RecordProformaResponse(order=order)
        ),
        "GetInvoicingDocument": lambda _: invoicing.GetInvoicingDocumentResponse(document=document),
        "GetContact": lambda _: trial_pb2.GetContactResponse(recipient=common_pb2.Recipient(email="a@demo.example")),
        "SendProforma": lambda _: invoicing.SendProformaResponse(),
        "SendOrderEmail": lambda _: ordering_pb2.SendOrderEmailResponse(),
        "AdvanceOrder": lambda _: ordering_pb2.AdvanceOrderResponse(
            state=order.state, next=ordering_pb2.ORDER_NEXT_WAIT, wait=LONG, due="expiry", due_at=MOMENT
        ),
        "RecordOutcome": record,
        "UnlockAccount": lambda _: mailboxes_pb2.UnlockAccountResponse(unlocked_at=MOMENT),
        "RecordUnlock": lambda _: ordering_pb2.RecordUnlockResponse(order=order),
        "FulfilOrder": lambda _: ordering_pb2.FulfilOrderResponse(order=order),
        "IssueInvoice": lambda _: invoicing.IssueInvoiceResponse(document=document),
        "SendInvoice": lambda _: invoicing.SendInvoiceResponse(),
    }
    return Script(answers | changes)


def reminding(order: ordering_pb2.Order) -> Answer:
    """A reminder is due on the order: ordering wants to know to whom it goes, then says what comes next."""

    def advance(request: ordering_pb2.AdvanceOrderRequest) -> ordering_pb2.AdvanceOrderResponse:
        if not request.HasField("recipient"):
            return ordering_pb2.AdvanceOrderResponse(
                state=order.state, next=ordering_pb2.ORDER_NEXT_WAIT, facts_wanted=True
            )
        return ordering_pb2.AdvanceOrderResponse(
            state=order.state, next=ordering_pb2.ORDER_NEXT_WAIT, wait=LONG, due="expiry", due_at=MOMENT
        )

    return advance


def an_order() -> ordering_pb2.Order:
    """An open order of a private person for a year."""
    order = ordering_pb2.Order(
        order_id="018f3c1e-0000-7000-8000-000000000001",
        account_id="018f3c1e-0000-7000-8000-000000000002",
        state=ordering_pb2.ORDER_STATE_OPEN,
        payment_method=common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
    )
    order.quote.kind = common_pb2.CUSTOMER_KIND_PRIVATE
    order.quote.totals.gross.CopyFrom(common_pb2.Money(minor=1976, currency="EUR"))
    order.totals.CopyFrom(order.quote.totals)
    order.tax_treatment = common_pb2.TAX_TREATMENT_DOMESTIC
    order.tax_settled_at.CopyFrom(MOMENT)
    return order


def a_payment() -> payments_pb2.PaymentRequest:
    """Its open payment request."""
    return payments_pb2.PaymentRequest(
        payment_request_id="018f3c1e-0000-7000-8000-000000000003",
        order_id="018f3c1e-0000-7000-8000-000000000001",
        state=payments_pb2.PAYMENT_REQUEST_STATE_OPEN,
        amount=common_pb2.Money(minor=1976, currency="EUR"),
        method=common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
        proforma_number="P2026/1",
    )
