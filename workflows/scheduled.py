"""What schedules start: reading the SdI's receipts, fetching lost payment events, sending refunds that wait."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.invoicing.v1 import invoicing_pb2
    from casella.payments.v1 import payments_pb2
    from workflows import names
    from workflows.activities.invoicing import InvoicingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.steps import visibly


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
