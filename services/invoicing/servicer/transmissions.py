"""The RPCs of transmissions to the SdI: send, read, re-send, give up, read the mailbox."""

from uuid import UUID

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.messages import CATALOGUE
from services.invoicing.service.transmitting import Correction
from services.invoicing.servicer.answers import given_up_message, transmission_message
from services.invoicing.servicer.parties import customer_of
from services.invoicing.servicer.parts import Parts
from services.invoicing.store.given_up import GIVE_UP
from services.invoicing.store.transmissions import Transmission
from services.kit.audit import steering_entry
from services.kit.context import current_call
from services.kit.paging import page_by_id
from services.kit.validation import Violations, checked_uuid


class TransmissionRpcs:
    """The half of `InvoicingService` that is about the SdI."""

    _parts: Parts

    async def TransmitInvoice(self, request: pb.TransmitInvoiceRequest, context: object) -> pb.TransmitInvoiceResponse:
        """Sends the invoice to the SdI unless it was sent already."""
        transmission = await self._parts.transmitting.transmit(checked_uuid("invoice_id", request.invoice_id))
        return pb.TransmitInvoiceResponse(transmission=self._message(transmission))

    async def GetTransmission(self, request: pb.GetTransmissionRequest, context: object) -> pb.GetTransmissionResponse:
        """Reads where an invoice stands."""
        transmission = await self._parts.transmitting.read(checked_uuid("invoice_id", request.invoice_id))
        return pb.GetTransmissionResponse(transmission=self._message(transmission))

    async def PrepareResend(self, request: pb.PrepareResendRequest, context: object) -> pb.PrepareResendResponse:
        """Makes another attempt ready."""
        found = Violations(catalogue=CATALOGUE)
        invoice_id = found.uuid("invoice_id", request.invoice_id)
        customer = customer_of(found, request.party) if request.HasField("party") else None
        entry = steering_entry(found, request.steering, "prepare_resend", invoice_id)
        call = self._parts.requests.call(
            request.request_id, found, **_content(invoice_id, request.steering, corrected=customer is not None)
        )
        found.check()
        transmission = await self._parts.transmitting.prepare_resend(invoice_id, Correction(call, entry, customer))
        return pb.PrepareResendResponse(transmission=self._message(transmission))

    async def GiveUpTransmission(
        self, request: pb.GiveUpTransmissionRequest, context: object
    ) -> pb.GiveUpTransmissionResponse:
        """Gives a transmission up."""
        found = Violations(catalogue=CATALOGUE)
        invoice_id = found.uuid("invoice_id", request.invoice_id)
        entry = steering_entry(found, request.steering, GIVE_UP, invoice_id)
        content = _content(invoice_id, request.steering, corrected=False)
        call = self._parts.requests.call(request.request_id, found, **content)
        found.check()
        transmission = await self._parts.transmitting.give_up(invoice_id, Correction(call, entry))
        return pb.GiveUpTransmissionResponse(transmission=self._message(transmission))

    async def PollReceipts(self, request: pb.PollReceiptsRequest, context: object) -> pb.PollReceiptsResponse:
        """Reads the certified mailbox and applies the receipts in it."""
        counts = await self._parts.receiving.poll()
        return pb.PollReceiptsResponse(messages=counts.messages, receipts=counts.receipts, unknown=counts.unknown)

    async def ListGivenUpInvoices(
        self, request: pb.ListGivenUpInvoicesRequest, context: object
    ) -> pb.ListGivenUpInvoicesResponse:
        """Lists what was given up."""
        found = Violations(catalogue=CATALOGUE)
        page = page_by_id(found, request.page)
        found.check()
        read = await self._parts.transmitting.given_up(page.after, page.limit)
        shown, token = page.cut(read, lambda given_up: given_up.invoice_id)
        return pb.ListGivenUpInvoicesResponse(invoices=map(given_up_message, shown), next_page_token=token)

    def _message(self, transmission: Transmission) -> pb.Transmission:
        """Where it stands; what a receipt says is for operators, not for a history."""
        with_texts = current_call().caller == "operator"
        return transmission_message(transmission, self._parts.clock.now(), with_texts=with_texts)


def _content(invoice_id: UUID, steering: common_pb2.Steering, *, corrected: bool) -> dict[str, object]:
    """What makes two requests with one id the same.

    Not the actor, whose spelling may differ by the way it came, nor the customer's data: an activity carries the
    profile as it stands, and its repetition after a lost answer must not be refused because that has moved on.
    """
    content: dict[str, object] = {"invoice": invoice_id, "corrected": corrected}
    return {**content, "reason": steering.reason_code, "ticket": steering.ticket_id}
