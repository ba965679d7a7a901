"""What all workflows of Casella share: they are woken, look at their row, and may begin again from the top at any time.

A cancellation from the UI is no end: the run hands it to the row (or notes that it has no such meaning) and goes on.
After the money no error leaves a run: a refused step parks it until somebody has mended the cause.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from typing import Protocol

from google.protobuf.duration_pb2 import Duration
from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

from workflows import names, retries
from workflows.details import Details
from workflows.steering import NO_DATA, Why, Wrong, check_why
from workflows.steps import Request, Response, Step, StepRefused, visibly


class Emailed(Protocol):
    """The answer of a step that writes emails to a customer."""

    @property
    def erased(self) -> bool:
        """The customer's address is erased: nothing was written."""


class Process:
    """Base of every workflow: the bell that signals ring, and how a run follows its row to the end."""

    def __init__(self, details: Details) -> None:
        """Begin with the bell silent; nothing is known of the row yet.

        Workflows call it from an ``@workflow.init``: an update that comes in the first moment finds the details.
        """
        self.details = details
        self._rung = False
        self._parked = False

    @workflow.signal(name=names.LOOK_AGAIN, description="Look at the row again. Harmless at any time.")
    def look_again(self) -> None:
        """Ring the bell: the row may have changed."""
        self._rung = True

    @workflow.update(
        description='Tries again what was refused, after its cause was mended. Data: {"reason_code": "cause_mended"}'
    )
    async def retry(self, why: Why = NO_DATA) -> str:
        """Wake a parked process; the reason stays in the event history."""
        self.details.steered(f"asked to try again ({why.reason_code})")
        self._rung = True
        return "trying again"

    @retry.validator
    def _may_retry(self, why: Why = NO_DATA) -> None:
        check_why(why)
        if not self._parked:
            raise Wrong("nothing was refused here, so there is nothing to try again")

    def remedies(self) -> dict[str, str]:
        """Updates beside ``retry`` that help after a refusal, and what each does; for processes that have some."""
        return {}

    async def follow(self, proceed: Callable[[], Awaitable[str]]) -> str:
        """Run the process until its row is final and nothing rang since; returns its end in one word.

        A refused step parks it; when somebody rings, it begins again from the top, where finished steps answer at once.
        """
        refusal: StepRefused | None = None
        while True:
            try:
                if refusal is not None:
                    await self._park(refusal)
                    refusal = None
                self.listen()
                end = await proceed()
                await workflow.wait_condition(workflow.all_handlers_finished)
            except StepRefused as refused:
                refusal = refused
            except (asyncio.CancelledError, FailureError) as error:
                if not is_cancelled_exception(error):
                    raise
                await self.cancelled()
            else:
                if not self._rung:
                    return end

    async def cancelled(self) -> None:
        """The UI's Cancel was pressed; processes for which that means something override this."""
        self.details.happened("Cancel was pressed: it has no meaning here, the process goes on")

    async def steer(
        self, step: Step[Request, Response], request: Request, what: str, *, outside: bool = False
    ) -> Response:
        """Carry an update to its service; the UI shows no more than the acceptance, so the details tell of a refusal.

        Raises:
            StepRefused: The service refuses; it fails the update and nothing else.
        """
        try:
            return await visibly(step, request, what, outside=outside)
        except StepRefused as refused:
            self.details.happened(f"an update was refused: {what}: {refused.message}")
            raise

    async def wait(self, longest: Duration | timedelta, what: str) -> bool:
        """Wait until the bell rings, at most so long; tells whether it rang. ``what`` names the timer in the UI."""
        if isinstance(longest, Duration):
            longest = longest.ToTimedelta()
        try:
            await workflow.wait_condition(lambda: self._rung, timeout=longest, timeout_summary=what)
        except TimeoutError:
            return False
        return True

    def tell_reminders(self, sent: str, unsent: Collection[str] = ()) -> None:
        """Note the reminder that its service has just sent, if any, and those that came due and never are."""
        for reminder in unsent:
            self.details.happened(f"{reminder}: not sent", once=True)
        if sent:
            self.details.happened(f"{sent}: sent")

    def could_write(self, answer: Emailed) -> bool:
        """Whether there was somebody to write to; a run may outlive its customer's address, and goes on without it."""
        if answer.erased:
            self.details.happened("nobody to write to any more: the customer's address is erased", once=True)
        return not answer.erased

    def listen(self) -> None:
        """Silence the bell just before the row is read: a ring from now on means news that were not read."""
        self._rung = False

    async def _park(self, refused: StepRefused) -> None:
        self._parked = True
        self.details.happened(f"refused: {refused.step}")
        self.details.stands(
            names.NEEDS_OPERATOR,
            f"nothing by itself. Refused was: {refused.step}. Why: {refused.message.rstrip('.')}. "
            "Mend the cause, then send `retry`",
            updates={"retry": 'tries again what was refused: `{"reason_code": "cause_mended"}`', **self.remedies()},
        )
        await self.wait(retries.LOOK_AGAIN, f"refused: {refused.step}; look again")
        self._parked = False
