"""An Italian private person: one mailbox for a year, paid by card."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from casella.common.v1 import common_pb2 as common
from deploy.local.demo import buying, paying, people
from deploy.local.demo.checking_rows import check_buyer
from deploy.local.demo.stage import Stage
from deploy.local.demo.story import Expected, Pause, Results, Story
from deploy.local.demo.tale import Tale
from deploy.local.demo.trying import begin_trial, use_trial

_UNTIL_THE_EVENING = timedelta(hours=4)


async def _play(stage: Stage, tale: Tale) -> AsyncIterator[Pause]:
    customer = tale.customer
    await begin_trial(stage, tale)
    await use_trial(stage, tale, "anna")
    await customer.save_profile(people.private_person(customer.first_name, customer.last_name))
    quote = await customer.quote(common.CUSTOMER_KIND_PRIVATE, common.BILLING_PERIOD_ANNUAL, 1)
    await buying.order(stage, tale, quote, common.PAYMENT_METHOD_ONLINE)
    proforma = await buying.proforma_email(stage, tale)
    yield Pause(stage.now() + _UNTIL_THE_EVENING)
    await paying.pay_online(stage.site.url("gateway"), proforma)
    stage.tell("follows the emailed link to the hosted page and pays by card; Stripe's webhook reaches the gateway")
    await buying.see_it_through(stage, tale)


async def _check(stage: Stage, customer: dict[str, Any]) -> Results:
    async for result in check_buyer(stage, customer, common.PAYMENT_METHOD_ONLINE):
        yield result


async def _expects(_: Stage, customer: dict[str, Any]) -> Expected:
    return Expected(buying.subjects(customer), proformas=1, invoices=1)


STORY = Story(
    "anna", "Anna Rossi", "private person: one mailbox for a year, by card",
    "Anna", "Rossi", common.LANGUAGE_IT, _play, _check, _expects,
)  # fmt: skip
