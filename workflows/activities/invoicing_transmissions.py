"""Activities about the way of e-invoices to the SdI: sent, sent again, given up, and their receipts read."""

from casella.invoicing.v1 import invoicing_pb2 as pb
from casella.ordering.v1 import ordering_pb2
from workflows.activities.calls import step, with_actor
from workflows.activities.invoicing_client import InvoicingClient
from workflows.retries import OUTSIDE_DEADLINE_SECONDS


class TransmissionActivities(InvoicingClient):
    """What is asked of invoicing about e-invoices."""

    @step("GetTransmission")
    async def get_transmission(self, request: pb.GetTransmissionRequest) -> pb.GetTransmissionResponse:
        """Read where the e-invoice stands."""
        return await self._invoicing.GetTransmission(request)

    @step("TransmitInvoice")
    async def transmit(self, request: pb.TransmitInvoiceRequest) -> pb.TransmitInvoiceResponse:
        """Send the e-invoice to the SdI, unless it was sent already."""
        return await self._invoicing.TransmitInvoice(request, timeout=OUTSIDE_DEADLINE_SECONDS)

    @step("PrepareResend")
    async def prepare_resend(self, request: pb.PrepareResendRequest) -> pb.PrepareResendResponse:
        """Make the same e-invoice ready to be sent again."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._invoicing.PrepareResend(request)

    @step("PrepareResendWithCurrentProfile")
    async def prepare_resend_with_profile(self, request: pb.PrepareResendRequest) -> pb.PrepareResendResponse:
        """Make the e-invoice ready to be sent again with the customer's profile as it stands now."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        current = await self._invoicing.GetTransmission(pb.GetTransmissionRequest(invoice_id=request.invoice_id))
        profile = await self._ordering.GetBillingProfile(
            ordering_pb2.GetBillingProfileRequest(account_id=current.transmission.account_id)
        )
        request.party.CopyFrom(profile.profile)
        return await self._invoicing.PrepareResend(request)

    @step("GiveUpTransmission")
    async def give_up(self, request: pb.GiveUpTransmissionRequest) -> pb.GiveUpTransmissionResponse:
        """Give the transmission up by an admin's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        return await self._invoicing.GiveUpTransmission(request)

    @step("PollReceipts")
    async def poll_receipts(self, request: pb.PollReceiptsRequest) -> pb.PollReceiptsResponse:
        """Read the certified mailbox."""
        return await self._invoicing.PollReceipts(request, timeout=OUTSIDE_DEADLINE_SECONDS)
