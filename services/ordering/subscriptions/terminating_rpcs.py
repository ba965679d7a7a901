"""The RPCs about a service whose payment was taken back: end it, and tell whether it has ended."""

from casella.ordering.v1 import ordering_pb2
from casella.ordering.v1.ordering_pb2_grpc import OrderingServiceServicer
from services.kit.audit import steering_entry
from services.kit.cause_fields import checked_cause
from services.kit.clock import Clock
from services.kit.interceptors.around import Context
from services.kit.requests import Requests
from services.kit.validation import Violations
from services.ordering.messages import CATALOGUE
from services.ordering.subscriptions.terminating import Terminated, Terminating
from services.ordering.subscriptions.wire import service_end_message


class TerminatingRpcs(OrderingServiceServicer):
    """TerminateService and GetServiceEnd."""

    _clock: Clock
    _terminating: Terminating
    _requests: Requests

    async def TerminateService(
        self, request: ordering_pb2.TerminateServiceRequest, context: Context
    ) -> ordering_pb2.TerminateServiceResponse:
        """End what a payment paid for that was taken back."""
        violations = Violations(catalogue=CATALOGUE)
        cause = checked_cause(violations, request)
        recipient = violations.recipient("recipient", request.recipient)
        entry_id = violations.uuid("money_entry_id", request.money_entry_id) if request.money_entry_id else None
        call = self._requests.call(request.request_id, violations, cause=str(cause.key), entry=str(entry_id))
        source = f"request:{request.request_id}"
        entry = steering_entry(violations, request.steering, "terminate_service", cause.key, source=source)
        violations.check()
        found = await self._terminating.terminate(call, Terminated(cause, recipient, entry, entry_id))
        return ordering_pb2.TerminateServiceResponse(
            service=service_end_message(found, self._clock.now()), erased=recipient.erased
        )

    async def GetServiceEnd(
        self, request: ordering_pb2.GetServiceEndRequest, context: Context
    ) -> ordering_pb2.GetServiceEndResponse:
        """Tell how it stands."""
        violations = Violations(catalogue=CATALOGUE)
        cause = checked_cause(violations, request)
        violations.check()
        found = await self._terminating.read(cause)
        return ordering_pb2.GetServiceEndResponse(service=service_end_message(found, self._clock.now()))
