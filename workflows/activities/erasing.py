"""Activities that ask the services about an erasure: thin clients that decide nothing.

Whom to tell is carried from trial to support and never returns to a workflow; what returns are kinds, ids and counts.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from temporalio.client import Client

from casella.common.v1 import erasure_pb2
from casella.common.v1.errors_pb2 import REASON_NOT_FOUND
from casella.support.v1 import erasures_pb2 as pb
from services.kit.errors import Refused
from workflows.activities.calls import step, with_actor
from workflows.activities.trial import Contacts

if TYPE_CHECKING:  # these names are in the stubs for type checkers only
    from casella.common.v1.erasure_pb2_grpc import ErasureServiceAsyncStub
    from casella.support.v1.erasures_pb2_grpc import ErasuresServiceAsyncStub


class ErasureSteps:
    """The services as the erasure sees them."""

    def __init__(
        self,
        erasures: "ErasuresServiceAsyncStub",
        rooms: "Mapping[str, ErasureServiceAsyncStub]",
        contacts: Contacts,
        client: Client,
    ) -> None:
        """Take support's stub, that of every room, whom to tell, and Temporal's client for the audit trail."""
        self._erasures = erasures
        self._rooms = rooms
        self._contacts = contacts
        self._client = client

    @step("GetErasure")
    async def get(self, request: pb.GetErasureRequest) -> pb.GetErasureResponse:
        """Read the account's newest erasure; an empty one where there is none."""
        try:
            answer = await self._erasures.GetErasure(request)
        except Refused as refused:
            if refused.reason != REASON_NOT_FOUND:
                raise
            return pb.GetErasureResponse()
        return pb.GetErasureResponse(erasure=_without_message_id(answer.erasure))

    @step("BeginDueErasure")
    async def begin_due(self, request: pb.BeginDueErasureRequest) -> pb.BeginDueErasureResponse:
        """Begin the erasure of what is left of an account that never paid."""
        answer = await self._erasures.BeginDueErasure(request)
        return pb.BeginDueErasureResponse(erasure=_without_message_id(answer.erasure))

    @step("DecideErasure")
    async def decide(self, request: pb.DecideErasureRequest) -> pb.DecideErasureResponse:
        """Approve or refuse the erasure by an operator's decision; of a refusal the customer is told."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        if not request.approve:
            request.recipient.CopyFrom(await self._contacts.of(request.account_id))
        answer = await self._erasures.DecideErasure(request)
        return pb.DecideErasureResponse(erasure=_without_message_id(answer.erasure))

    @step("ListErasureFacts")
    async def list_facts(self, request: erasure_pb2.ListErasureFactsRequest) -> erasure_pb2.ListErasureFactsResponse:
        """List what a service has of the account."""
        return await self._rooms[request.room].ListErasureFacts(request)

    @step("ConfirmErasure")
    async def confirm(self, request: pb.ConfirmErasureRequest) -> pb.ConfirmErasureResponse:
        """Send the last email; retried until the mail server has taken it."""
        recipient = await self._contacts.of(request.account_id)
        if not recipient.erased:  # as it is for a run that begins again after the address was erased
            request.recipient.CopyFrom(recipient)
        answer = await self._erasures.ConfirmErasure(request)
        return pb.ConfirmErasureResponse(erasure=_without_message_id(answer.erasure))

    @step("SkipErasureEmail")
    async def skip_email(self, request: pb.SkipErasureEmailRequest) -> pb.SkipErasureEmailResponse:
        """Go on without the last email by an operator's decision."""
        request.steering.CopyFrom(await with_actor(self._client, request.steering))
        answer = await self._erasures.SkipErasureEmail(request)
        return pb.SkipErasureEmailResponse(erasure=_without_message_id(answer.erasure))

    @step("ErasePersonalData")
    async def erase(self, request: erasure_pb2.ErasePersonalDataRequest) -> erasure_pb2.ErasePersonalDataResponse:
        """Erase the account's personal data in a service."""
        return await self._rooms[request.room].ErasePersonalData(request)

    @step("RecordErased")
    async def record_erased(self, request: pb.RecordErasedRequest) -> pb.RecordErasedResponse:
        """Record the proof."""
        answer = await self._erasures.RecordErased(request)
        return pb.RecordErasedResponse(erasure=_without_message_id(answer.erasure))


def _without_message_id(erasure: pb.Erasure) -> pb.Erasure:
    """The erasure as histories may keep it: what has the form of an address does not go into them."""
    shown = pb.Erasure()
    shown.CopyFrom(erasure)
    shown.ClearField("told_message_id")
    return shown
