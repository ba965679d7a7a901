"""How a workflow asks the services for something: quickly where it can, visibly and for ever where it must.

Quick steps run local-first: one local attempt inside the workflow task, and on failure the same step as a normal
activity, which operators see retrying. A refusal that repeating cannot change arrives as ``StepRefused``.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from google.protobuf.message import Message
from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

from workflows import retries

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)
Step = Callable[[Any, Request], Awaitable[Response]]
"""An activity method: one protobuf message in, one out."""


class StepRefused(ApplicationError):
    """A service refused a step for a business reason; repeating it does not change that.

    In a run it parks the process, in an update it fails the update and nothing else.

    Attributes:
        step: What was refused, in the words that the Temporal UI shows.
        reason: Name of the ``casella.common.v1.Reason``; of a refusal that a run makes itself, its own word.
        facts: What the service told beside its sentence, by name; none of a refusal that a run makes itself.
    """

    def __init__(self, step: str, reason: str, message: str, facts: Mapping[str, str] | None = None) -> None:
        """Carry the service's sentence and facts, which hold no personal data."""
        super().__init__(message, type=reason, non_retryable=True)
        self.step = step
        self.reason = reason
        self.facts = facts or {}


async def quickly(step: Step[Request, Response], request: Request, summary: str) -> Response:
    """Run a step inside the house: local first, then as a normal activity that retries for ever.

    Raises:
        StepRefused: The service refuses and will refuse again.
    """
    try:
        return await workflow.execute_local_activity_method(
            step,
            request,
            start_to_close_timeout=retries.LOCAL_TIMEOUT,
            retry_policy=retries.ONCE,
            summary=summary,
        )
    except FailureError as error:  # whatever it is: a time-out arrives wrapped, but bare when the run is replayed
        if is_cancelled_exception(error):
            raise
        _raise_if_refused(error, summary)
    return await visibly(step, request, summary)


async def visibly(step: Step[Request, Response], request: Request, summary: str, *, outside: bool = False) -> Response:
    """Run a step as a normal activity that retries for ever.

    Args:
        step: The activity.
        request: Its input.
        summary: One line for the Temporal UI.
        outside: The step leaves the house (SdI, payment provider) and gets more time for one attempt.

    Raises:
        StepRefused: The service refuses and will refuse again.
    """
    try:
        return await workflow.execute_activity_method(
            step,
            request,
            start_to_close_timeout=retries.OUTSIDE_TIMEOUT if outside else retries.STEP_TIMEOUT,
            retry_policy=retries.FOREVER,
            summary=summary,
        )
    except ActivityError as error:
        _raise_if_refused(error, summary)
        raise


def _raise_if_refused(error: FailureError, step: str) -> None:
    """A failed local activity arrives bare, a normal one wrapped; both name the reason in the error's type."""
    cause = error.cause if isinstance(error, ActivityError) else error
    if isinstance(cause, ApplicationError) and cause.non_retryable and (cause.type or "").startswith("REASON_"):
        facts = cause.details[0] if cause.details else {}
        raise StepRefused(step, cause.type or "", cause.message, facts) from error
