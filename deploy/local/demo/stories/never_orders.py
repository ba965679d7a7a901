"""Somebody who never orders: reminders, the end of the trial, fifteen days of grace, and nothing is left."""

from collections.abc import AsyncIterator
from typing import Any

from casella.common.v1 import common_pb2 as common
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.trial.v1 import trial_pb2
from deploy.local.demo.checking_rows import check_nothing_is_left
from deploy.local.demo.closing import purge_is_proved
from deploy.local.demo.stage import Stage
from deploy.local.demo.story import Expected, Pause, Results, Story
from deploy.local.demo.tale import Tale
from deploy.local.demo.trying import begin_trial, news, use_trial

_SUBJECTS = [
    "Confirm your address",
    "Welcome",
    "7 days left",
    "3 days left",
    "ends tomorrow",
    "has ended",
    "removed in 7 days",
    "removed tomorrow",
]


async def _play(stage: Stage, tale: Tale) -> AsyncIterator[Pause]:
    customer = tale.customer
    await begin_trial(stage, tale)
    await use_trial(stage, tale, "emma", "hello")
    told = await news(stage, tale, set())
    yield Pause(stage.in_days((await customer.trial()).days_left))
    told = await news(stage, tale, told)
    trial = await customer.trial()
    tale.became("trial", trial_pb2.TrialState.Name(trial.state).removeprefix("TRIAL_STATE_"), stage.now())
    allowance = await customer.allowance()
    restricted = allowance.state == mailboxes_pb2.ACCESS_STATE_RESTRICTED
    tale.became("service", "RESTRICTED" if restricted else "NOT RESTRICTED", stage.now())
    stage.tell(f"the trial is over: reading stays, sending stops; {trial.days_until_purge} days until the purge")
    yield Pause(stage.in_days(trial.days_until_purge))
    await news(stage, tale, told)
    await purge_is_proved(stage, tale)


async def _check(stage: Stage, customer: dict[str, Any]) -> Results:
    account = customer["ids"]["account"]
    trial = (await stage.operator.trial.GetTrial(trial_pb2.GetTrialRequest(account_id=account))).trial
    yield trial.state == trial_pb2.TRIAL_STATE_CLOSED, "the trial is closed"
    orders = await stage.operator.ordering.ListOrders(ordering_pb2.ListOrdersRequest(account_id=account))
    yield not orders.orders, "there is no order"
    async for result in check_nothing_is_left(stage, customer):
        yield result


async def _expects(_: Stage, __: dict[str, Any]) -> Expected:
    return Expected(_SUBJECTS)


STORY = Story(
    "emma", "Emma Carter", "who never orders",
    "Emma", "Carter", common.LANGUAGE_EN, _play, _check, _expects,
)  # fmt: skip
