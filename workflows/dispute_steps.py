"""The steps of a dispute: what its payment had paid, and who decides about that, as the services know it."""

from collections.abc import Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from casella.ordering.v1 import ordering_pb2
    from casella.payments.v1 import payments_pb2 as pb
    from workflows.activities.ordering import OrderingSteps
    from workflows.activities.payments import PaymentsSteps
    from workflows.causes import service_end_of
    from workflows.service_end import ServiceEnd
    from workflows.steering import Why, request_id
    from workflows.steering import steering as steering_of
    from workflows.steps import quickly


class DisputeSteps(ServiceEnd):
    """What a dispute asks of the services; what follows from the answers stands in ``workflows.money_dispute``."""

    entry_id: str
    candidates: Sequence[pb.PaymentRequest]
    invoice_id: str
    """Of what the disputed payment had paid; empty until it is known."""
    credited_by: str
    """The order whose withdrawal decides how much of that invoice is credited; empty where none does."""
    service: ordering_pb2.ServiceEnd | None = None
    """Of what it had paid, as read last; None until then, and where it is not known what that is."""
    places_taken = False
    """Whether the places of an addition that was terminated are taken back."""

    def paid_by(self, dispute: pb.Dispute) -> pb.PaymentRequest | None:
        """What the disputed payment had paid; None where it is not known."""
        paid = (each for each in self.candidates if each.payment_request_id == dispute.payment_request_id)
        return next(paid, None)

    async def read_service(self, dispute: pb.Dispute) -> None:
        """Until when it is served what the disputed payment had paid; the end of an addition is carried out."""
        paid = self.paid_by(dispute)
        if paid is not None:
            asked = service_end_of(paid)
            self.service = (await quickly(OrderingSteps.get_service_end, asked, "read until when it is served")).service
            await self.take_back_addition(self.service)

    async def take_back_addition(self, service: ordering_pb2.ServiceEnd) -> None:
        """The places that an addition brought go with it; the annual contract to which it was added goes on."""
        if service.take_back and not self.places_taken:
            await self.take_back_places(service.account_id, service.order_id, service.take_back)
            self.details.happened("the added places are taken back; the contract goes on without them", once=True)
            self.places_taken = True

    async def learn_of_invoice(self, dispute: pb.Dispute) -> bool:
        """Read the invoice, and whether a withdrawal decides about it; whether that is news."""
        known = (self.invoice_id, self.credited_by)
        await self.read_invoice(dispute)
        await self.read_crediting_withdrawal()
        return known != (self.invoice_id, self.credited_by)

    async def read_crediting_withdrawal(self) -> None:
        """Whether the consumer has withdrawn from what the invoice is for."""
        if self.invoice_id:
            asked = ordering_pb2.FindInvoiceWithdrawalRequest(invoice_id=self.invoice_id)
            what = "read whether the consumer has withdrawn"
            self.credited_by = (await quickly(OrderingSteps.find_invoice_withdrawal, asked, what)).order_id

    async def read_invoice(self, dispute: pb.Dispute) -> str:
        """The invoice of what the disputed payment had paid; empty where there is none, or none yet."""
        paid = self.paid_by(dispute)
        if paid is not None and not self.invoice_id:
            if paid.HasField("period"):
                period = ordering_pb2.GetPeriodRequest(period_id=paid.period.period_id)
                found = (await quickly(OrderingSteps.get_period, period, "read the period's invoice")).period
                self.invoice_id = found.invoice_id
            else:
                order = ordering_pb2.GetOrderRequest(order_id=paid.order_id)
                sold = (await quickly(OrderingSteps.get_order, order, "read the order's invoice")).order
                self.invoice_id = sold.invoice_id
        return self.invoice_id

    async def read_service_now(self, paid: pb.PaymentRequest) -> ordering_pb2.ServiceEnd:
        """The same for an update, before it decides."""
        answer = await self.steer(OrderingSteps.get_service_end, service_end_of(paid), "read until when it is served")
        self.service = answer.service
        return answer.service

    async def decide(self, decision: pb.DisputeDecision, why: Why) -> None:
        """Have payments keep an operator's decision about the lost dispute."""
        request = pb.DecideDisputeRequest(
            request_id=request_id(), money_entry_id=self.entry_id, decision=decision, steering=steering_of(why)
        )
        await self.steer(PaymentsSteps.decide_dispute, request, "decide about the lost dispute")
        name = pb.DisputeDecision.Name(decision).removeprefix("DISPUTE_DECISION_").lower().replace("_", " ")
        self.details.steered(f"decided: {name} ({why.reason_code})")
        self.look_again()
