"""Activities about the tax of orders and periods: ordering settles it, perhaps by an operator's decision."""

from casella.ordering.v1 import ordering_pb2 as pb
from workflows.activities.calls import step, with_actor
from workflows.activities.ordering_client import OrderingClient, without_payer, without_person
from workflows.retries import OUTSIDE_DEADLINE_SECONDS


class TaxActivities(OrderingClient):
    """What is asked of ordering about tax."""

    @step("SettleTax")
    async def settle_tax(self, request: pb.SettleTaxRequest) -> pb.SettleTaxResponse:
        """Settle or confirm the tax of an order or period; ordering may ask VIES."""
        answer = await self._ordering.SettleTax(request, timeout=OUTSIDE_DEADLINE_SECONDS)
        if answer.HasField("order"):
            answer.order.CopyFrom(without_person(answer.order))
        return answer

    @step("DecideTax")
    async def decide_tax(self, request: pb.DecideTaxRequest) -> pb.DecideTaxResponse:
        """Settle the tax of an order or period by an operator's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        answer = await self._ordering.DecideTax(request)
        if answer.HasField("period"):
            return pb.DecideTaxResponse(period=without_payer(answer.period))
        return pb.DecideTaxResponse(order=without_person(answer.order))
