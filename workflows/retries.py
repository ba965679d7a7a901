"""Timeouts and retries of activities: technical values only; business dates belong to the services."""

from datetime import timedelta

from temporalio.common import RetryPolicy

LOCAL_TIMEOUT = timedelta(seconds=6)
"""A quick step gets this long inside the workflow task, and meanwhile signals of that run wait.

More than a call's own deadline (`services.kit.channels`, 5 s): the call ends first, and nothing goes on behind the step
that is then asked for again. With one second a worker under load gave up what was about to answer, and did it twice.
Less than the 8 s after which Temporal's SDK must keep a workflow task alive by itself. A service that is away is heard
of at once, whatever stands here.
"""

ONCE = RetryPolicy(maximum_attempts=1)
"""Local activities: retried in place they would hide the trouble from the operator."""

STEP_TIMEOUT = timedelta(seconds=8)
"""One attempt of a step inside the house. Without it a worker that dies holds the step for as long as the default."""

OUTSIDE_TIMEOUT = timedelta(seconds=30)
"""One attempt of a step that talks to the SdI or the payment provider, whose own timeouts are shorter."""

OUTSIDE_DEADLINE_SECONDS = 28.0
"""Deadline of the call behind such a step: a little less than the attempt, so that the service can still answer why."""

FOREVER = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(seconds=30)
)
"""No end: what was paid is finished whenever the other side comes back. Business errors are not retryable by type."""

LOOK_AGAIN = timedelta(days=1)
"""How long an unpaid order, and whatever is parked or held, waits for a wake before it looks by itself.

A lost wake costs them a day at most. A trial, a sign-up in review and an e-invoice on its way wait for their own next
date, which may be weeks, 72 hours and 5 days off: the row decides then, so a lost wake makes them late and does nothing
wrong. Wakes are delivered at least once, and daily looks would multiply what a trial costs the engine.
"""

SOON = timedelta(seconds=10)
"""How soon an erasure asks again what holds it; each time after double as long, up to `LOOK_AGAIN`.

What holds it ends in five services, and mostly within seconds: a wake from each of them for the rare erasure would be
written with every order, payment and invoice.
"""

WHILE_UNDECIDED = timedelta(hours=1)
"""How soon the page of an erasure that waits for its decision is brought up to date; a legal hold does so at once.

For want of a wake from each service, as with `SOON`. A month of it fits into a history; `approve` looks once more.
"""

PROCESSING = timedelta(minutes=10)
"""How soon to ask again while a charge is being processed at the payment provider."""
