"""What every activity shares: refusals become errors that are not retried, and steered steps learn who steered them."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from google.protobuf.message import Message
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from casella.common.v1.common_pb2 import Steering
from casella.common.v1.errors_pb2 import Reason
from services.kit.errors import Refused

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)
Method = Callable[[Any, Request], Awaitable[Response]]

UNNAMED = "unnamed-operator"
"""Who steered, where nobody is named: the Temporal UI has no login of its own and sends no identity."""


def step(name: str) -> Callable[[Method[Request, Response]], Method[Request, Response]]:
    """Make a method an activity under a name that operators read in the UI.

    A refusal (``Refused``) becomes a non-retryable ``ApplicationError`` whose type is the reason's name; anything else,
    such as a service that is away, is retried by the caller's policy.
    """

    def make(method: Method[Request, Response]) -> Method[Request, Response]:
        @functools.wraps(method)
        async def call(self: Any, request: Request) -> Response:
            try:
                return await method(self, request)
            except Refused as refused:
                facts = [dict(refused.metadata)] if refused.metadata else []
                raise ApplicationError(
                    _sentence(refused), *facts, type=Reason.Name(refused.reason), non_retryable=True
                ) from None

        return activity.defn(name=name)(call)

    return make


def _sentence(refused: Refused) -> str:
    """Why it was refused, for an operator: what is wrong with each field, or the service's sentence and its facts.

    Neither holds personal data: what is said of a field never repeats what was typed into it.
    """
    if refused.violations:
        return "; ".join(f"{bad.field}: {bad.message.rstrip('.')}" for bad in refused.violations)
    facts = ", ".join(f"{name}: {value}" for name, value in sorted(refused.metadata.items()) if value)
    return f"{refused.message} ({facts})" if facts else refused.message


async def with_actor(client: Client, steering: Steering) -> Steering:
    """Complete the audit trail's facts with the identity that the Temporal frontend noted on the update or the Cancel.

    The workflow cannot see who sent them; its event history can.
    """
    info = activity.info()
    update_id = steering.source.rpartition("/")[2]
    handle = client.get_workflow_handle(info.workflow_id or "", run_id=info.workflow_run_id)
    actor = ""
    async for event in handle.fetch_history_events():
        update = event.workflow_execution_update_accepted_event_attributes.accepted_request.meta
        if update_id and update.update_id == update_id:
            actor = update.identity
        elif not update_id and event.HasField("workflow_execution_cancel_requested_event_attributes"):
            actor = event.workflow_execution_cancel_requested_event_attributes.identity
    completed = Steering()
    completed.CopyFrom(steering)
    completed.actor = actor or UNNAMED
    return completed
