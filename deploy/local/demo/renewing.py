"""Scenes of a subscription's later periods: each month's end measures the month and asks for the next by itself."""

from datetime import datetime, timedelta

from casella.ordering.v1 import ordering_pb2
from deploy.local.demo import buying
from deploy.local.demo.stage import Stage, until
from deploy.local.demo.tale import Tale, money
from deploy.local.demo.trying import see
from services.kit.wire import from_date, from_timestamp
from workflows import names

_AFTER_MEASURING = timedelta(hours=3)
"""More than what spreads the subscriptions over the night (deploy/policy.yaml, ``renewals.jitter_minutes``)."""


async def periods(stage: Stage, account_id: str) -> list[ordering_pb2.Period]:
    """The periods of an account's subscription, newest first."""
    asked = ordering_pb2.GetSubscriptionRequest(account_id=account_id)
    made = (await stage.operator.ordering.GetSubscription(asked)).subscription
    listed = await stage.operator.ordering.ListPeriods(
        ordering_pb2.ListPeriodsRequest(subscription_id=made.subscription_id)
    )
    return list(listed.periods)


async def measured(stage: Stage, account_id: str) -> list[ordering_pb2.Period]:
    """Those that asked for money of their own."""
    return [period for period in await periods(stage, account_id) if period.HasField("measured_at")]


async def untold(stage: Stage, tale: Tale, seen: set[int]) -> list[ordering_pb2.Period]:
    """The measured periods whose numbers are not among those seen, oldest first; from now on they are."""
    listed = await measured(stage, tale.customer.account_id)
    new = [period for period in reversed(listed) if period.period.number not in seen]
    seen |= {period.period.number for period in new}
    return new


async def next_measuring(stage: Stage, tale: Tale) -> datetime:
    """When the scheduled period will have asked for its money."""
    listed = await periods(stage, tale.customer.account_id)
    coming = next(period for period in listed if period.state == ordering_pb2.PERIOD_STATE_SCHEDULED)
    return from_timestamp(coming.measure_at) + _AFTER_MEASURING


async def subjects(stage: Stage, period: ordering_pb2.Period) -> list[str]:
    """A part of the subject of each email about a period that was paid."""
    invoice = await buying.document(stage, period.invoice_id)
    return [f"Proforma {period.proforma_number}", f"{buying.INVOICE[period.language]} {invoice.number}"]


def tell_measured(stage: Stage, tale: Tale, period: ordering_pb2.Period) -> None:
    """Say for what a period asks."""
    days = f"{from_date(period.period_start):%d %b} to {from_date(period.period_end):%d %b}"
    number, price = period.period.number, buying.price(period.totals, period.tax_treatment)
    stage.tell(f"the month was measured by itself; period {number}, {days}, asks for {price}:")
    for line in period.lines:
        stage.tell(f"· {line.description}: {money(line.net)} net")
    see(stage, tale, "Renewal", names.renewal_id(period.period.subscription_id, number))


async def see_it_through(stage: Stage, tale: Tale, period: ordering_pb2.Period) -> None:
    """After the money: the invoice, and the e-invoice at the SdI."""
    number = period.period.number

    async def invoiced() -> ordering_pb2.Period | None:
        listed = await periods(stage, tale.customer.account_id)
        return next((each for each in listed if each.period.number == number and each.invoice_id), None)

    paid = await until(invoiced, f"the invoice of period {number}")
    tale.became(f"period {number}", "PAID", from_timestamp(paid.ended_at))
    await buying.e_invoice_ends(stage, tale, paid.invoice_id)
