"""What schedules start: reading the SdI's receipts, fetching lost payment events, sending refunds, telling of them."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.invoicing.v1 import invoicing_pb2
    from casella.payments.v1 import payments_pb2
    from workflows import names
    from workflows.activities.invoicing import InvoicingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.steps import quickly, visibly


@workflow.defn(name=names.POLL_RECEIPTS)
class PollReceipts:
    """One reading of the certified mailbox."""

    @workflow.run
    async def run(self) -> str:
        """Read new messages and apply the receipts among them."""
        read = await visibly(
            InvoicingSteps.poll_receipts, invoicing_pb2.PollReceiptsRequest(), "read the mailbox", outside=True
        )
        return f"{read.messages} messages, {read.receipts} receipts, {read.unknown} not understood"


@workflow.defn(name=names.FETCH_PAYMENT_EVENTS)
class FetchPaymentEvents:
    """One look for payment events that never arrived as webhooks."""

    @workflow.run
    async def run(self) -> str:
        """Fetch and take in what is missing."""
        fetched = await visibly(
            PaymentsSteps.fetch_missed_events,
            payments_pb2.FetchMissedEventsRequest(),
            "fetch missed payment events",
            outside=True,
        )
        return f"{fetched.events} events fetched"


@workflow.defn(name=names.PUSH_REFUNDS)
class PushRefunds:
    """One look for refunds that are to be sent to the payment provider, or of which no news came."""

    @workflow.run
    async def run(self) -> str:
        """Send them, and ask how they stand."""
        pushed = await visibly(
            PaymentsSteps.push_refunds, payments_pb2.PushRefundsRequest(), "send refunds that wait", outside=True
        )
        return f"{pushed.changed} refunds changed"


@workflow.defn(name=names.TELL_OF_REFUNDS)
class TellOfRefunds:
    """One look for transfers that have left without their customers having been told.

    A run of its own: were the service away that knows whom to write to, refunds are sent all the same.
    """

    @workflow.run
    async def run(self) -> str:
        """Have an email written about each, once."""
        untold = await quickly(
            PaymentsSteps.list_untold_refunds, payments_pb2.ListUntoldRefundsRequest(), "look for untold refunds"
        )
        told = 0
        for refund_id in untold.refund_ids:
            request = payments_pb2.SendRefundEmailRequest(refund_id=refund_id)
            answer = await quickly(PaymentsSteps.send_refund_email, request, f"tell the customer of refund {refund_id}")
            told += answer.written
        return f"{told} customers told"
