"""Activities about orders: read, advance, cancel, write what came of them, write to their customers."""

from collections import Counter
from collections.abc import Iterable

from casella.common.v1.common_pb2 import Money
from casella.ordering.v1 import ordering_pb2 as pb
from casella.payments.v1 import payments_pb2
from workflows.activities.calls import step, with_actor
from workflows.activities.ordering_client import OrderingClient, to_pay, without_person
from workflows.waiting_money import TAKES_BACK

_ENDS = (pb.ORDER_EMAIL_EXPIRED, pb.ORDER_EMAIL_CANCELLED)
"""Emails that tell of money which came all the same."""


class OrderActivities(OrderingClient):
    """What is asked of ordering about orders."""

    @step("GetOrder")
    async def get_order(self, request: pb.GetOrderRequest) -> pb.GetOrderResponse:
        """Read the order."""
        answer = await self._ordering.GetOrder(request)
        self._accounts.keep(request.order_id, answer.order.account_id)
        return pb.GetOrderResponse(order=without_person(answer.order))

    @step("NoteProformaOnOrder")
    async def record_proforma(self, request: pb.RecordProformaRequest) -> pb.RecordProformaResponse:
        """Give the order its expiry and reminders, which count from the proforma."""
        answer = await self._ordering.RecordProforma(request)
        return pb.RecordProformaResponse(order=without_person(answer.order))

    @step("AdvanceOrder")
    async def advance(self, request: pb.AdvanceOrderRequest) -> pb.AdvanceOrderResponse:
        """Do everything that is due on the open order; learn what is due next.

        What a reminder says, and to whom, is read only where one is due: most times an order is looked at, none is.
        """
        advanced = await self._ordering.AdvanceOrder(pb.AdvanceOrderRequest(order_id=request.order_id))
        if not advanced.facts_wanted:
            return advanced
        asked = await self._payments.GetPaymentRequest(payments_pb2.GetPaymentRequestRequest(order_id=request.order_id))
        how = asked.payment_request.transfer
        return await self._ordering.AdvanceOrder(
            pb.AdvanceOrderRequest(
                order_id=request.order_id,
                recipient=await self._contacts.of(await self._account_of(request.order_id)),
                iban=how.iban,
                reference=how.reference,
                holder=how.holder,
                bic=how.bic,
                pay_url=asked.payment_request.pay_url,
                money_waiting=bool(asked.waiting),
                to_pay=to_pay(asked.payment_request),
            )
        )

    @step("CancelOrder")
    async def cancel(self, request: pb.CancelOrderRequest) -> pb.CancelOrderResponse:
        """Ask for the order's cancellation by an operator's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        answer = await self._ordering.CancelOrder(request)
        return pb.CancelOrderResponse(order=without_person(answer.order))

    @step("RecordOutcome")
    async def record_outcome(self, request: pb.RecordOutcomeRequest) -> pb.RecordOutcomeResponse:
        """Write how the order ended."""
        answer = await self._ordering.RecordOutcome(request)
        return pb.RecordOutcomeResponse(order=without_person(answer.order))

    @step("RecordUnlock")
    async def record_unlock(self, request: pb.RecordUnlockRequest) -> pb.RecordUnlockResponse:
        """Note the unlock, which fixes the period that the documents name."""
        answer = await self._ordering.RecordUnlock(request)
        return pb.RecordUnlockResponse(order=without_person(answer.order))

    @step("FulfilOrder")
    async def fulfil(self, request: pb.FulfilOrderRequest) -> pb.FulfilOrderResponse:
        """Make the subscription and its first period."""
        answer = await self._ordering.FulfilOrder(request)
        return pb.FulfilOrderResponse(order=without_person(answer.order), subscription=answer.subscription)

    @step("SendOrderEmail")
    async def send_email(self, request: pb.SendOrderEmailRequest) -> pb.SendOrderEmailResponse:
        """Send one of the order's emails."""
        request.recipient.CopyFrom(await self._contacts.of(await self._account_of(request.order_id)))
        if request.email in _ENDS and (await self._order(request.order_id)).HasField("tax_settled_at"):
            asked = payments_pb2.GetPaymentRequestRequest(order_id=request.order_id)
            request.held.extend(_held((await self._payments.GetPaymentRequest(asked)).waiting))
        return await self._ordering.SendOrderEmail(request)

    async def _account_of(self, order_id: str) -> str:
        """An order's account, which never changes, so it may be a remembered one."""
        return self._accounts.of(order_id) or (await self._order(order_id)).account_id

    async def _order(self, order_id: str) -> pb.Order:
        return (await self._ordering.GetOrder(pb.GetOrderRequest(order_id=order_id))).order


def _held(waiting: Iterable[payments_pb2.MoneyEntry]) -> list[Money]:
    """What the customer has sent and waits for an operator, one sum a currency; what was taken back is not held."""
    sums: Counter[str] = Counter()
    for entry in waiting:
        if entry.reason not in TAKES_BACK:
            sums[entry.amount.currency] += entry.amount.minor
    return [Money(currency=currency, minor=minor) for currency, minor in sorted(sums.items()) if minor > 0]
