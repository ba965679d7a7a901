"""Orders that somebody has changed badly or well: a step moved with no thought of the orders that are open, the same
behind a patch, and one that asks the machine for the time.
"""

from datetime import UTC, datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.common.v1.common_pb2 import Subject
    from casella.ordering.v1 import ordering_pb2 as pb
    from casella.payments.v1 import payments_pb2
    from workflows import names
    from workflows.order import Order


@workflow.defn(name=names.ORDER)
class MovedOrder(Order):
    """Sends the emails one after the other, the order's confirmation first."""

    @workflow.init
    def __init__(self, subject: Subject) -> None:
        """Begin as before."""
        super().__init__(subject)

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the order as before."""
        return await self.follow(self.proceed)

    async def ask_for_payment(self, order: pb.Order, payment: payments_pb2.PaymentRequest) -> None:
        """The same steps, but for the order of the emails."""
        proforma = await self.issue_proforma()
        await self.note_number(payment, proforma)
        order = await self.start_time_limit(payment, proforma)
        await self.email_confirmation()
        await self.email_proforma(proforma, order)


@workflow.defn(name=names.ORDER)
class PatchedOrder(MovedOrder):
    """Sends them so in new runs only; one that has passed this step goes on as it began."""

    @workflow.init
    def __init__(self, subject: Subject) -> None:
        """Begin as before."""
        super().__init__(subject)

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the order as before."""
        return await self.follow(self.proceed)

    async def ask_for_payment(self, order: pb.Order, payment: payments_pb2.PaymentRequest) -> None:
        """The moved steps in a run that begins now, those of before in one that was open."""
        if workflow.patched("confirmation-before-proforma"):
            await super().ask_for_payment(order, payment)
        else:
            await Order.ask_for_payment(self, order, payment)


@workflow.defn(name=names.ORDER)
class ClockReadingOrder(Order):
    """Asks the machine for the time, which is another one at each replay."""

    @workflow.init
    def __init__(self, subject: Subject) -> None:
        """Begin as before."""
        super().__init__(subject)

    @workflow.run
    async def run(self, subject: Subject) -> str:
        """Follow the order as before, but for the story."""
        self.details.happened(f"begun at {datetime.now(UTC)}")
        return await self.follow(self.proceed)
