"""A German company that sells on: reverse charge, PayPal with automatic debit, the reseller status and its tier."""

from calendar import monthrange
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from deploy.local.demo import buying, paying, people, renewing
from deploy.local.demo.checking_rows import check_buyer, check_periods
from deploy.local.demo.stage import Stage, until
from deploy.local.demo.story import Expected, Pause, Results, Story
from deploy.local.demo.tale import Tale, money
from deploy.local.demo.trying import begin_trial, see, use_trial
from services.kit.wire import from_date, from_timestamp
from workflows import names

_MAILBOXES = 5
_MORE = ("anfrage", "buchhaltung", "einkauf", "empfang", "lager", "presse", "shop", "verkauf")
"""With the two of the trial ten, as many as a reseller must have."""
_BILLED = 2 + len(_MORE) + 1
"""With the domain that has no mailbox yet: it counts as one."""
_DAYS_BEFORE_THE_REQUEST = 2
_DISCOUNT, _ROUNDING = 0.15, 0.01
"""Of ten mailboxes and more (deploy/pricelist.yaml)."""
_OF_A_RESELLER = ("Automatic debit is set up", "You are one of our resellers")
_VAT_NUMBER = "123456788"
"""One that the local VIES stand-in knows (deploy/local/vies/register.yaml)."""
_SEAT = common.Address(street="Lange Straße 5", postal_code="10115", city="Berlin", country="DE")


async def _play(stage: Stage, tale: Tale) -> AsyncIterator[Pause]:
    await _orders(stage, tale)
    proforma = await buying.proforma_email(stage, tale)
    await paying.pay_online(stage.site.url("gateway"), proforma, "paypal:succeeded")
    stage.tell("pays by PayPal behind the emailed link and agrees there to the automatic debit of what comes later")
    await buying.see_it_through(stage, tale)
    yield Pause(stage.in_days(_DAYS_BEFORE_THE_REQUEST))
    await _asks_for_the_status(stage, tale)
    approved_at = await _operator_approves(stage, tale)
    seen: set[int] = set()
    needed = True
    while True:
        for period in await renewing.untold(stage, tale, seen):
            renewing.tell_measured(stage, tale, period)
            stage.tell(f"the proforma announces the debit of {from_date(period.due_on):%d %b}")
            yield Pause(from_timestamp(period.due_at))
            await renewing.see_it_through(stage, tale, period)
            stage.tell(f"{money(period.totals.gross)} were taken from PayPal by itself on the due day")
            needed = needed and from_timestamp(period.measured_at) < approved_at
        yield Pause(await renewing.next_measuring(stage, tale), needed)


async def _orders(stage: Stage, tale: Tale) -> None:
    customer = tale.customer
    await begin_trial(stage, tale)
    await use_trial(stage, tale, "info", "office")
    await customer.save_profile(people.reseller_abroad(tale.name, _VAT_NUMBER, _SEAT))
    quote = await customer.quote(common.CUSTOMER_KIND_RESELLER, common.BILLING_PERIOD_MONTHLY, _MAILBOXES)
    stage.tell(f"VIES confirms the VAT number {quote.vat_id}, its answer is kept: reverse charge, first at list price")
    await buying.order(stage, tale, quote, common.PAYMENT_METHOD_AUTOMATIC_DEBIT)


async def _asks_for_the_status(stage: Stage, tale: Tale) -> None:
    customer = tale.customer
    for name in _MORE:
        await customer.create_mailbox(f"{name}@{tale.ids['domain']}")
    await customer.add_domain(f"kunde-{tale.ids['domain']}")
    status = await customer.ask_for_reseller_status()
    met = sum(requirement.met for requirement in status.requirements)
    stage.tell(f"has ten mailboxes and a customer's domain, and asks for the reseller status: {met} of 4 requirements")
    see(stage, tale, "ResellerStatus", names.reseller_id(customer.account_id))


async def _operator_approves(stage: Stage, tale: Tale) -> datetime:
    workflow_id = names.reseller_id(tale.customer.account_id)
    told = await stage.steer(workflow_id, "record_training", {"reason_code": "training_done"})
    stage.tell(f"an operator records the training: {told}")
    await stage.steer(workflow_id, "approve_reseller", {"reason_code": "all_met"})

    async def approved() -> ordering_pb2.ResellerStatus | None:
        asked = ordering_pb2.GetResellerStatusRequest(account_id=tale.customer.account_id)
        status = (await stage.operator.ordering.GetResellerStatus(asked)).status
        return status if status.state == ordering_pb2.RESELLER_STATE_APPROVED else None

    status = await until(approved, "the reseller status")
    approved_at = from_timestamp(status.approved_at)
    tale.became("reseller status", "APPROVED", approved_at)
    stage.tell("and approves: the tier's prices hold from the next document on")
    return approved_at


async def _check(stage: Stage, customer: dict[str, Any]) -> Results:
    async for result in check_buyer(stage, customer, common.PAYMENT_METHOD_AUTOMATIC_DEBIT):
        yield result
    async for result in check_periods(stage, customer):
        yield result
    ordering, account = stage.operator.ordering, customer["ids"]["account"]
    listed = ordering_pb2.ListVatChecksRequest(account_id=account)
    checks = (await ordering.ListVatChecks(listed)).checks
    valid = [check for check in checks if check.finding == ordering_pb2.VAT_FINDING_VALID]
    yield len(valid) == len(checks) > 0, "VIES has confirmed the VAT number each time that it was asked"
    yield all(check.consultation_number for check in valid), "each of its answers has a consultation number"
    order = (await ordering.GetOrder(ordering_pb2.GetOrderRequest(order_id=customer["ids"]["order"]))).order
    first, newest = order.quote, (await renewing.measured(stage, account))[0]
    treatments = {first.tax_treatment, newest.tax_treatment}
    yield treatments == {common.TAX_TREATMENT_REVERSE_CHARGE}, "order and renewal are reverse charge"
    yield not first.reseller_discount, "the first order was at list price"
    yield _with_discount(first.lines_en[0].unit_price.minor, newest), "the renewal has the tier's price"


def _with_discount(list_price: int, period: ordering_pb2.Period) -> bool:
    """Whether the coming days cost 15 % less than at list price, but for the rounding of prices."""
    first, last = from_date(period.period_start), from_date(period.period_end)
    days, of_month = (last - first).days + 1, monthrange(first.year, first.month)[1]
    (line,) = [line for line in period.lines if line.period_start == period.period_start]
    at_list_price = list_price * _BILLED * days / of_month
    return abs(line.net.minor / at_list_price - 1 + _DISCOUNT) < _ROUNDING


async def _expects(stage: Stage, customer: dict[str, Any]) -> Expected:
    periods = await renewing.measured(stage, customer["ids"]["account"])
    later = [words for period in periods for words in await renewing.subjects(stage, period)]
    sales = 1 + len(periods)
    subjects = [*buying.subjects(customer, common.LANGUAGE_EN), *_OF_A_RESELLER, *later]
    return Expected(subjects, sales, sales)


STORY = Story(
    "mueller", "Müller Hosting GmbH", "German reseller: five mailboxes month by month, by PayPal with automatic debit",
    "Jonas", "Müller", common.LANGUAGE_EN, _play, _check, _expects, "DE",
)  # fmt: skip
