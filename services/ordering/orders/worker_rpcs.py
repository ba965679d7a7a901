"""The RPCs about orders that the Order workflow uses: proforma, what is due, outcome, unlock, fulfilment, emails."""

from casella.ordering.v1 import ordering_pb2
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceServicer
from services.kit.interceptors.around import Context
from services.kit.validation import Violations
from services.ordering.domain.states import OrderEmail, OrderState
from services.ordering.enums import EMAILS, OUTCOMES
from services.ordering.orders.advancing import Advancing
from services.ordering.orders.checks import LONGEST_NUMBER, check_available_on, check_held, check_hints
from services.ordering.orders.fulfilling import Fulfilling, Fulfilment
from services.ordering.orders.service import Ending, Orders
from services.ordering.orders.store import Proforma
from services.ordering.orders.wire import advanced_message, order_message
from services.ordering.subscriptions.wire import subscription_message


class WorkerOrderRpcs(OrderingServiceServicer):
    """RecordProforma, AdvanceOrder, RecordOutcome, RecordUnlock, FulfilOrder, SendOrderEmail."""

    _orders: Orders
    _advancing: Advancing
    _fulfilling: Fulfilling

    async def RecordProforma(
        self, request: ordering_pb2.RecordProformaRequest, context: Context
    ) -> ordering_pb2.RecordProformaResponse:
        """Write an order's proforma."""
        violations = Violations()
        order_id = violations.uuid("order_id", request.order_id)
        proforma = Proforma(
            violations.uuid("payment_request_id", request.payment_request_id),
            violations.uuid("proforma_id", request.proforma_id),
            violations.text("proforma_number", request.proforma_number, LONGEST_NUMBER),
        )
        violations.check()
        order = await self._orders.record_proforma(order_id, proforma)
        return ordering_pb2.RecordProformaResponse(order=order_message(order))

    async def AdvanceOrder(
        self, request: ordering_pb2.AdvanceOrderRequest, context: Context
    ) -> ordering_pb2.AdvanceOrderResponse:
        """Do what is due on an order."""
        violations = Violations()
        order_id = violations.uuid("order_id", request.order_id)
        recipient = violations.recipient("recipient", request.recipient) if request.HasField("recipient") else None
        hints = check_hints(violations, request)
        violations.check()
        advanced = await self._advancing.advance(order_id, recipient, hints, money_waiting=request.money_waiting)
        return advanced_message(advanced, erased=recipient is not None and recipient.erased)

    async def RecordOutcome(
        self, request: ordering_pb2.RecordOutcomeRequest, context: Context
    ) -> ordering_pb2.RecordOutcomeResponse:
        """Write how an order ended."""
        violations = Violations()
        order_id = violations.uuid("order_id", request.order_id)
        outcome = OUTCOMES.word(request.outcome)
        if outcome is None:
            violations.add("outcome", "required")
        available_on = check_available_on(violations, request, paid=outcome is OrderState.PAID)
        violations.check()
        order = await self._orders.end(Ending(order_id, OrderState(str(outcome)), available_on))
        return ordering_pb2.RecordOutcomeResponse(order=order_message(order))

    async def RecordUnlock(
        self, request: ordering_pb2.RecordUnlockRequest, context: Context
    ) -> ordering_pb2.RecordUnlockResponse:
        """Note an unlock and the period that it begins."""
        violations = Violations()
        order_id = violations.uuid("order_id", request.order_id)
        unlocked_at = violations.instant("unlocked_at", request.unlocked_at)
        violations.check()
        order = await self._fulfilling.record_unlock(order_id, unlocked_at)
        return ordering_pb2.RecordUnlockResponse(order=order_message(order))

    async def FulfilOrder(
        self, request: ordering_pb2.FulfilOrderRequest, context: Context
    ) -> ordering_pb2.FulfilOrderResponse:
        """Complete an order."""
        violations = Violations()
        order_id = violations.uuid("order_id", request.order_id)
        invoice_id = violations.uuid("invoice_id", request.invoice_id)
        unlocked_at = violations.instant("unlocked_at", request.unlocked_at)
        violations.check()
        order, subscription = await self._fulfilling.fulfil(Fulfilment(order_id, invoice_id, unlocked_at))
        return ordering_pb2.FulfilOrderResponse(
            order=order_message(order), subscription=subscription_message(subscription)
        )

    async def SendOrderEmail(
        self, request: ordering_pb2.SendOrderEmailRequest, context: Context
    ) -> ordering_pb2.SendOrderEmailResponse:
        """Write an email."""
        violations = Violations()
        order_id = violations.uuid("order_id", request.order_id)
        email = EMAILS.chosen(violations, "email", request.email, OrderEmail.CONFIRMATION)
        recipient = violations.recipient("recipient", request.recipient)
        held = check_held(violations, request.held)
        violations.check()
        await self._orders.send(order_id, email, recipient, held)
        return ordering_pb2.SendOrderEmailResponse(erased=recipient.erased)
