"""With what activities ask the invoicing service, what they read elsewhere for it, and what histories keep of it."""

from typing import TYPE_CHECKING

from temporalio.client import Client

from casella.invoicing.v1 import invoicing_pb2 as pb
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from workflows.activities.remembered import Remembered
from workflows.activities.trial import Contacts
from workflows.causes import payment_request_of, period_of

if TYPE_CHECKING:  # these names are in the stubs for type checkers only
    from casella.invoicing.v1.invoicing_pb2_grpc import InvoicingServiceAsyncStub
    from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceAsyncStub
    from casella.payments.v1.payments_pb2_grpc import PaymentsServiceAsyncStub


class InvoicingClient:
    """What every activity that asks invoicing stands on."""

    def __init__(
        self,
        invoicing: "InvoicingServiceAsyncStub",
        ordering: "OrderingServiceAsyncStub",
        payments: "PaymentsServiceAsyncStub",
        contacts: Contacts,
        client: Client,
    ) -> None:
        """Take the stubs whose facts the activities carry, and Temporal's client for the audit trail."""
        self._invoicing = invoicing
        self._ordering = ordering
        self._payments = payments
        self._contacts = contacts
        self._client = client
        self._issued_here: Remembered[pb.Document] = Remembered()
        self._links: Remembered[str] = Remembered()

    async def _money(self, entry_id: str) -> payments_pb2.MoneyEntry:
        asked = payments_pb2.GetMoneyEntryRequest(money_entry_id=entry_id)
        return (await self._payments.GetMoneyEntry(asked)).entry

    async def _sold(
        self, request: pb.IssueProformaRequest | pb.IssueInvoiceRequest | payments_pb2.PaymentRequest
    ) -> ordering_pb2.Order | ordering_pb2.Period:
        """What a document is for: both name the account, the party, the lines and the totals alike."""
        if request.HasField("period"):
            by_id = ordering_pb2.GetPeriodRequest(period_id=request.period.period_id)
            return (await self._ordering.GetPeriod(by_id)).period
        return (await self._ordering.GetOrder(ordering_pb2.GetOrderRequest(order_id=request.order_id))).order

    async def _asked(
        self, what: pb.Document | pb.IssueProformaRequest | pb.IssueInvoiceRequest
    ) -> payments_pb2.PaymentRequest:
        """The payment request of the order or period that a document is for."""
        return (await self._asked_with_advances(what)).payment_request

    async def _asked_with_advances(
        self, what: pb.Document | pb.IssueProformaRequest | pb.IssueInvoiceRequest
    ) -> payments_pb2.GetPaymentRequestResponse:
        """The same, with the part payments that are invoiced for themselves."""
        return await self._payments.GetPaymentRequest(payment_request_of(what))

    async def _document(self, document_id: str) -> pb.Document:
        answer = await self._invoicing.GetInvoicingDocument(pb.GetInvoicingDocumentRequest(document_id=document_id))
        return answer.document

    def _issued(self, document: pb.Document) -> pb.Document:
        """A document that was issued just now, as histories may keep it; the step that sends it need not ask for it."""
        shown = ids_only(document)
        self._issued_here.keep(document.document_id, shown)
        return shown

    async def _whose(self, document_id: str) -> pb.Document:
        """A document, of which only account, kind and cause count: they never change, so it may be a remembered one."""
        return self._issued_here.of(document_id) or await self._document(document_id)


def ids_only(document: pb.Document) -> pb.Document:
    """The document as histories may keep it: ids, number, date and state."""
    return pb.Document(
        document_id=document.document_id,
        kind=document.kind,
        number=document.number,
        date=document.date,
        account_id=document.account_id,
        order_id=document.order_id,
        period=period_of(document),
        transmission_state=document.transmission_state,
    )
