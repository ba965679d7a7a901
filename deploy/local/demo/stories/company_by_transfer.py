"""An Italian company: seven mailboxes month by month by bank transfer, usage above them, and the month's end."""

from collections.abc import AsyncIterator
from typing import Any

from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.demo import buying, paying, people, renewing
from deploy.local.demo.checking_rows import check_buyer, check_periods
from deploy.local.demo.stage import Stage
from deploy.local.demo.story import Expected, Pause, Results, Story
from deploy.local.demo.tale import Tale, money
from deploy.local.demo.trying import begin_trial, see, use_trial
from services.kit.wire import from_date

_MAILBOXES = 7
_DAYS_BEFORE_THE_TRANSFER = 4
_TOO_MUCH = 500
"""Cents."""
_MORE = ("vendite", "magazzino", "resi", "fiera", "stage", "archivio")
"""With the three of the trial two more than the order paid for."""


async def _play(stage: Stage, tale: Tale) -> AsyncIterator[Pause]:
    await _orders(stage, tale)
    proforma = await buying.proforma_email(stage, tale)
    stage.tell(f"it asks for a transfer with the creditor reference {paying.creditor_reference(proforma)}")
    yield Pause(stage.in_days(_DAYS_BEFORE_THE_TRANSFER))
    await stage.inbox.wait_for(tale.customer.email, lambda mail: "Promemoria" in mail["Subject"], "the reminder")
    stage.tell(f"{_DAYS_BEFORE_THE_TRANSFER} days later nothing is paid: a reminder has come")
    placed = await tale.customer.order(tale.ids["order"])
    asked = placed.quote.totals.gross
    sent = common.Money(minor=asked.minor + _TOO_MUCH, currency=asked.currency)
    answer = await paying.pay_by_transfer(stage, proforma, sent)
    stage.tell(f"transfers {money(sent)} for {money(asked)}: the statement's {answer.queued} entry waits in the queue")
    workflow_id = await stage.money_of(placed.proforma_number)
    see(stage, tale, "Money", workflow_id)
    data = {"proforma_number": placed.proforma_number, "reason_code": "payer_confirmed"}
    told = await stage.steer(workflow_id, "assign", data)
    stage.tell(f"an operator assigns it there: {told}")
    await buying.told_of_credit(stage, tale)
    await buying.see_it_through(stage, tale)
    await _grow(stage, tale)
    seen: set[int] = set()
    while True:
        for period in await renewing.untold(stage, tale, seen):
            await _pay(stage, tale, period)
        yield Pause(await renewing.next_measuring(stage, tale), needed=not seen)


async def _orders(stage: Stage, tale: Tale) -> None:
    customer = tale.customer
    await begin_trial(stage, tale)
    await use_trial(stage, tale, "info", "ordini", "paolo")
    await customer.save_profile(people.company(tale.name, f"{customer.first_name} {customer.last_name}"))
    quote = await customer.quote(common.CUSTOMER_KIND_COMPANY, common.BILLING_PERIOD_MONTHLY, _MAILBOXES)
    await buying.order(stage, tale, quote, common.PAYMENT_METHOD_BANK_TRANSFER)


async def _grow(stage: Stage, tale: Tale) -> None:
    for name in _MORE:
        await tale.customer.create_mailbox(f"{name}@{tale.ids['domain']}")
    above = (await tale.customer.allowance()).mailboxes - _MAILBOXES
    stage.tell(f"adds {', '.join(_MORE)} without an order: {above} above the month's prepaid {_MAILBOXES}")


async def _pay(stage: Stage, tale: Tale, due: ordering_pb2.Period) -> None:
    renewing.tell_measured(stage, tale, due)
    proforma = await stage.inbox.wait_for(
        tale.customer.email, lambda mail: due.proforma_number in mail["Subject"] and buying.has_pdf(mail), "a proforma"
    )
    request = await _request_of(stage, due)
    if request.credit_used.minor:
        stage.tell(f"of this {money(request.credit_used)} are paid by account credit")
    if request.amount.minor:
        await paying.pay_by_transfer(stage, proforma, request.amount)
        stage.tell(f"transfers {money(request.amount)}, and the bank's camt.053 statement is imported")
    await renewing.see_it_through(stage, tale, due)


async def _request_of(stage: Stage, period: ordering_pb2.Period) -> payments_pb2.PaymentRequest:
    asked = payments_pb2.GetPaymentRequestRequest(period_id=period.period.period_id)
    return (await stage.operator.payments.GetPaymentRequest(asked)).payment_request


async def _check(stage: Stage, customer: dict[str, Any]) -> Results:
    async for result in check_buyer(stage, customer, common.PAYMENT_METHOD_BANK_TRANSFER):
        yield result
    async for result in check_periods(stage, customer):
        yield result
    measured = await renewing.measured(stage, customer["ids"]["account"])
    used = [(await _request_of(stage, period)).credit_used.minor for period in measured]
    yield used[-1] > 0 and sum(used) <= _TOO_MUCH, "what was transferred too much was used for the next month"
    above = [
        line for period in measured for line in period.lines
        if from_date(line.period_end) < from_date(period.period_start)
    ]  # fmt: skip
    yield len(above) > 0, f"usage above the prepaid was charged: {', '.join(money(line.net) for line in above)}"


async def _expects(stage: Stage, customer: dict[str, Any]) -> Expected:
    measured = await renewing.measured(stage, customer["ids"]["account"])
    later = [words for period in measured for words in await renewing.subjects(stage, period)]
    sales = 1 + len(measured)
    subjects = [*buying.subjects(customer), "Promemoria", buying.BECAME_CREDIT, *later]
    return Expected(subjects, sales, sales, delivered=True)


STORY = Story(
    "bottega", "Bottega Cipressi S.r.l.", "company: seven mailboxes month by month, by bank transfer",
    "Paolo", "Verdi", common.LANGUAGE_IT, _play, _check, _expects,
)  # fmt: skip
