"""The story without a purchase: reminders, the end of the trial, fifteen days of grace, and nothing is left."""

from collections.abc import Awaitable, Callable

from casella.common.v1 import common_pb2 as common
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.trial.v1 import trial_pb2
from deploy.local.demo.stage import Stage, until
from deploy.local.demo.tale import NEVER_ORDERS, Tale
from deploy.local.demo.trying import begin_trial, see, use_trial
from services.kit.errors import Refused
from services.kit.wire import from_timestamp
from workflows import names


async def begins(stage: Stage) -> Tale:
    """Somebody who reads English tries the service."""
    customer = stage.customer("emma", "Emma", "Carter", common.LANGUAGE_EN)
    tale = Tale("emma", NEVER_ORDERS, "Emma Carter", "who never orders", customer)
    stage.teller.chapter(f"{tale.name}, {tale.plan}")
    await begin_trial(stage, tale)
    await use_trial(stage, tale, "emma", "hello")
    return tale


async def ends(stage: Stage, tale: Tale, wait: Callable[[int], Awaitable[None]]) -> None:
    """Time goes by until the purge is proved.

    Args:
        stage: The running Casella.
        tale: The story.
        wait: Lets that many days go by, with what the other customers do meanwhile.
    """
    customer = tale.customer
    told = await news(stage, tale, set())
    trial = await customer.trial()
    await wait(trial.days_left)
    told = await news(stage, tale, told)
    trial = await customer.trial()
    tale.became("trial", trial_pb2.TrialState.Name(trial.state).removeprefix("TRIAL_STATE_"), stage.now())
    allowance = await customer.allowance()
    restricted = allowance.state == mailboxes_pb2.ACCESS_STATE_RESTRICTED
    tale.became("service", "RESTRICTED" if restricted else "NOT RESTRICTED", stage.now())
    stage.tell(f"the trial is over: reading stays, sending stops; {trial.days_until_purge} days until the purge")
    await wait(trial.days_until_purge)
    await news(stage, tale, told)
    see(stage, tale, "Purge", names.purge_id(customer.account_id))

    async def purged() -> ordering_pb2.Closure | None:
        request = ordering_pb2.GetClosureRequest(account_id=customer.account_id)
        try:
            closure = (await stage.operator.ordering.GetClosure(request)).closure
        except Refused:  # not closed yet
            return None
        return closure if closure.HasField("purged_at") else None

    closure = await until(purged, "the purge")
    tale.became("account", "CLOSED", from_timestamp(closure.closed_at))
    tale.became("account", "PURGED", from_timestamp(closure.purged_at))
    stage.tell("purged: domains, mailboxes and login are gone for good, and the purge has proved it")


async def news(stage: Stage, tale: Tale, told: set[str]) -> set[str]:
    """Tell of the emails that have come since, each on its own day."""
    for message in await stage.inbox.messages(tale.customer.email):
        if message["Message-ID"] not in told:
            stage.teller.scene(message["Date"].datetime, f"email: {message['Subject']}")
    return {message["Message-ID"] for message in await stage.inbox.messages(tale.customer.email)}
