"""What all workflows of Casella share: they are woken, look at their row, and may begin again from the top at any time.

A cancellation from the UI is no end: the run hands it to the row (or notes that it has no such meaning) and goes on.
After the money no error leaves a run: a refused step parks it until somebody has mended the cause.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

from workflows import names, retries
from workflows.details import NEEDS_OPERATOR, Details
from workflows.steering import Why, Wrong, check_why
from workflows.steps import StepRefused


class Process:
    """Base of every workflow: the bell that signals ring, and how a run follows its row to the end."""

    details: Details

    def __init__(self) -> None:
        """Begin with the bell silent; nothing is known of the row yet."""
        self._rung = False
        self._parked = False

    @workflow.signal(name=names.LOOK_AGAIN, description="Look at the row again. Harmless at any time.")
    def look_again(self) -> None:
        """Ring the bell: the row may have changed."""
        self._rung = True

    @workflow.update(description="Tries a parked step again, after its cause was mended.")
    async def retry(self, why: Why) -> str:
        """Wake a parked step; the reason stays in the event history."""
        self.details.happened(f"retry asked for ({why.reason_code})")
        self._rung = True
        return "trying again"

    @retry.validator
    def _may_retry(self, why: Why) -> None:
        check_why(why)
        if not self._parked:
            raise Wrong("nothing is parked here: there is no step to try again")

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
        self.details.happened("a cancellation was asked for; it has no meaning here, the process goes on")

    async def wait(self, longest: Duration | timedelta, what: str) -> bool:
        """Wait until the bell rings, at most so long; tells whether it rang. ``what`` names the timer in the UI."""
        if isinstance(longest, Duration):
            longest = longest.ToTimedelta()
        try:
            await workflow.wait_condition(lambda: self._rung, timeout=longest, timeout_summary=what)
        except TimeoutError:
            return False
        return True

    def listen(self) -> None:
        """Silence the bell just before the row is read: a ring from now on means news that were not read."""
        self._rung = False

    async def _park(self, refused: StepRefused) -> None:
        self._parked = True
        self.details.happened(f"refused: {refused.step} ({refused.reason})")
        self.details.stands(
            NEEDS_OPERATOR,
            f"mend what was refused: {refused.step} ({refused.message}); then send `retry`",
            retry="tries again what was refused; give a reason_code",
        )
        await self.wait(retries.LOOK_AGAIN, f"parked: {refused.step}")
        self._parked = False
