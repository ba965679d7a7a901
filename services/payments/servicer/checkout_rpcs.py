"""The RPCs of paying online: the hosted page, and what the provider tells of it."""

from casella.payments.v1 import payments_pb2
from casella.payments.v1.payments_pb2_grpc import PaymentsServiceServicer
from services.kit.interceptors.around import Context
from services.kit.validation import Violations
from services.payments.service.assigning import Assigning
from services.payments.service.checkout import Checkout
from services.payments.service.events import Events
from services.payments.servicer import inputs
from services.payments.servicer.messages import STATES


class CheckoutRpcs(PaymentsServiceServicer):
    """StartCheckout, HandleWebhook, FetchMissedEvents."""

    _checkout: Checkout
    _events: Events
    _assigning: Assigning

    async def StartCheckout(
        self, request: payments_pb2.StartCheckoutRequest, context: Context
    ) -> payments_pb2.StartCheckoutResponse:
        """Find or make the hosted page of a pay link."""
        bad = Violations()
        token = bad.text("token", request.token, inputs.LONGEST_TOKEN)
        bad.check()
        state, url = await self._checkout.start(token)
        return payments_pb2.StartCheckoutResponse(checkout_url=url, state=STATES[state])

    async def HandleWebhook(
        self, request: payments_pb2.HandleWebhookRequest, context: Context
    ) -> payments_pb2.HandleWebhookResponse:
        """Take a webhook in."""
        bad = Violations()
        inputs.size(bad, "body", request.body, inputs.LARGEST_WEBHOOK)
        bad.text("signature", request.signature, inputs.LONGEST_SIGNATURE, required=False)
        bad.check()
        known = await self._events.handle(request.body, request.signature)
        return payments_pb2.HandleWebhookResponse(duplicate=known)

    async def FetchMissedEvents(
        self, request: payments_pb2.FetchMissedEventsRequest, context: Context
    ) -> payments_pb2.FetchMissedEventsResponse:
        """Take in what never arrived; then what is whole by the rest pays and pages end, where a kill came between."""
        missed = await self._events.fetch_missed()
        await self._assigning.pay_whole()
        await self._checkout.end_pages_of_paid()
        return payments_pb2.FetchMissedEventsResponse(events=missed)
