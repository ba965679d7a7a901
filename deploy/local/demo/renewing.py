"""The company's months: usage above the prepaid, and each month's end asks for the next by itself."""

import math
from datetime import timedelta

from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.demo import buying, paying
from deploy.local.demo.stage import Stage, until
from deploy.local.demo.tale import Tale, money
from deploy.local.demo.trying import see
from services.kit.calendar import ROME
from services.kit.wire import from_date, from_timestamp
from workflows import names

NEW_MAILBOXES = ("vendite", "magazzino", "resi", "fiera", "stage", "archivio")
"""With the three of the trial two more than the seven that the order paid for."""

_DAY = timedelta(days=1)
_AFTER_MEASURING = timedelta(hours=3)
"""More than what spreads the subscriptions over the night (deploy/policy.yaml, ``renewals.jitter_minutes``)."""


async def grow(stage: Stage, tale: Tale) -> None:
    """Make more mailboxes than were paid for, in the panel and without an order."""
    for name in NEW_MAILBOXES:
        await tale.customer.create_mailbox(f"{name}@{tale.ids['domain']}")
    above = (await tale.customer.allowance()).mailboxes - buying.COMPANY_MAILBOXES
    stage.tell(f"adds {', '.join(NEW_MAILBOXES)}: {above} more than the month's prepaid {buying.COMPANY_MAILBOXES}")


async def first_month_end(stage: Stage, tale: Tale) -> None:
    """Let the days go by until the second period has asked for its money, and pay it."""
    await live(stage, tale, await _days_to_measuring(stage, tale))


async def live(stage: Stage, tale: Tale, days: int) -> None:
    """Let days go by; the company pays each proforma of a month's end on the day that it comes."""
    left = days
    while left > 0:
        step = min(left, await _days_to_measuring(stage, tale))
        await stage.wait(step)
        left -= step
        for period in await periods(stage, tale.customer.account_id):
            if period.state == ordering_pb2.PERIOD_STATE_DUE:
                await _pay(stage, tale, period)


async def _pay(stage: Stage, tale: Tale, due: ordering_pb2.Period) -> None:
    number = due.period.number
    days = f"{from_date(due.period_start):%d %b} to {from_date(due.period_end):%d %b}"
    gross = money(due.totals.gross)
    stage.tell(f"{tale.name}: the month was measured by itself; period {number}, {days}, asks for {gross}:")
    for line in due.lines:
        stage.tell(f"· {line.description}: {money(line.net)}")
    see(stage, tale, "Renewal", names.renewal_id(due.period.subscription_id, number))
    proforma = await stage.inbox.wait_for(
        tale.customer.email, lambda mail: due.proforma_number in mail["Subject"] and buying.has_pdf(mail), "a proforma"
    )
    transfer = paying.Transfer(
        due.totals.gross, stage.now().astimezone(ROME).date(), buying.creditor_reference(proforma)
    )
    file = paying.statement(paying.statement_account(proforma), [transfer])
    await stage.operator.payments.ImportStatement(payments_pb2.ImportStatementRequest(file=file))

    async def invoiced() -> ordering_pb2.Period | None:
        found = next(each for each in await periods(stage, tale.customer.account_id) if each.period.number == number)
        return found if found.invoice_id else None

    paid = await until(invoiced, f"the invoice of period {number}")
    invoice = await buying.document(stage, paid.invoice_id)
    tale.became(f"period {number}", "PAID", from_timestamp(paid.ended_at))
    stage.tell(f"{tale.name} pays by transfer: invoice {invoice.number}")
    await buying.e_invoice_ends(stage, tale, paid.invoice_id)


async def _days_to_measuring(stage: Stage, tale: Tale) -> int:
    coming = next(
        each
        for each in await periods(stage, tale.customer.account_id)
        if each.state == ordering_pb2.PERIOD_STATE_SCHEDULED
    )
    left = from_timestamp(coming.measure_at) + _AFTER_MEASURING - stage.now()
    return max(1, math.ceil(left / _DAY))


async def periods(stage: Stage, account_id: str) -> list[ordering_pb2.Period]:
    """The periods of an account's subscription, newest first."""
    asked = ordering_pb2.GetSubscriptionRequest(account_id=account_id)
    made = (await stage.operator.ordering.GetSubscription(asked)).subscription
    listed = await stage.operator.ordering.ListPeriods(
        ordering_pb2.ListPeriodsRequest(subscription_id=made.subscription_id)
    )
    return list(listed.periods)
