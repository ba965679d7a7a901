"""Automatic debit on real parts: set up with the order, charged by itself, refused, paid by the link, switched off."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.clock import open_calendar
from deploy.local.demo import paying, people
from services.kit.calendar import start_of_day
from services.kit.wire import from_date, from_timestamp
from tests.cli.running import Terminal
from tests.e2e.operator_desk import OPERATOR, at_the_desk, refused, wrongly_filled_in
from tests.e2e.subscribers import Stage, Subscriber, an_invoice_of
from tests.e2e.waiting import until
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("debit")]

_NIGHT, _MORNING = timedelta(hours=3), timedelta(hours=11)
"""A little more than over what measurings and charges are spread (deploy/policy.yaml)."""
_DEBIT, _ONLINE = common.PAYMENT_METHOD_AUTOMATIC_DEBIT, common.PAYMENT_METHOD_ONLINE


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A Casella with a calendar that moves."""
    var = tmp_path_factory.mktemp("debit") / "var"
    async with at_the_desk(var) as desk, open_calendar(desk.play.world.site) as calendar:
        yield Stage(desk, calendar)


async def subscriber(stage: Stage) -> Subscriber:
    """A company whose order of five mailboxes was paid by PayPal, with automatic debit."""
    play = stage.desk.play
    customer = play.customer("bottega")
    await customer.begin_trial()
    await customer.save_profile(people.company("Bottega S.r.l.", "Anna"))
    quote = await customer.quote(common.CUSTOMER_KIND_COMPANY, common.BILLING_PERIOD_MONTHLY, 5)
    placed = await customer.place_order(quote, _DEBIT)
    await stage.desk.stands(names.order_id(placed.order_id), "AwaitingPayment")
    await pay_the_link(stage, customer.email, "Proforma", "paypal:succeeded")
    await stage.desk.stands(names.order_id(placed.order_id), "Fulfilled")
    asked = ordering_pb2.GetSubscriptionRequest(account_id=customer.account_id)
    made = (await play.operator.ordering.GetSubscription(asked)).subscription
    return Subscriber(stage.desk, stage.calendar, customer, made.subscription_id)


async def pay_the_link(stage: Stage, address: str, subject: str, how: str) -> None:
    """Pay on the page to which the link in the newest email of a subject leads."""
    inbox = stage.desk.play.inbox
    await inbox.wait_for(address, lambda mail: subject in str(mail["Subject"]), subject)
    mail = [mail for mail in await inbox.messages(address) if subject in str(mail["Subject"])][-1]
    await paying.pay_online(stage.desk.play.world.site.url("gateway"), mail, how)


async def charges_will(stage: Stage, outcome: str) -> None:
    """What a charge by a mandate comes to from now on."""
    url = f"{stage.desk.play.world.site.url('stripe')}/_simulator/faults"
    async with stage.desk.session.put(url, json={"off_session": outcome}) as answer:
        assert answer.status == 200, await answer.text()


async def payments(stage: Stage, call: str, request: Any) -> Any:
    return await getattr(stage.desk.play.operator.payments, call)(request)


async def announced(stage: Stage, debited: Subscriber, number: int) -> ordering_pb2.Period:
    """Move to the measuring of a period; come back once its charge is announced."""
    await stage.go_to(from_timestamp((await debited.period(number)).measure_at) + _NIGHT)
    await debited.stands(number, "AwaitingPayment")
    shown = await stage.desk.details(debited.renewal(number))
    assert "it is charged by automatic debit at" in shown
    return await debited.period(number)


async def test_periods_are_charged_by_themselves_or_paid_by_the_link(stage: Stage) -> None:
    debited = await subscriber(stage)
    await debited.written("Addebito automatico attivato")
    await stage.desk.stands(names.automatic_debit_id(debited.customer.account_id), "Active")
    await debited.stands(2, "Scheduled")

    second = await announced(stage, debited, 2)
    [*_, proforma] = [line for line in await debited.subjects() if line.startswith("Proforma")]
    assert second.proforma_number in proforma
    await stage.go_to(start_of_day(from_date(second.due_on)) + _MORNING)
    await debited.stands(2, "Invoiced")
    second = await debited.period(2)
    assert second.available_on == second.due_on
    await an_invoice_of(stage, debited, second)

    await charges_will(stage, "requires_authentication")
    third = await announced(stage, debited, 3)
    await stage.go_to(start_of_day(from_date(third.due_on)) + _MORNING)
    await debited.written("Non è stato possibile addebitare")
    shown = await stage.desk.details(debited.renewal(3))
    assert "the last charge was not done: PayPal wants the customer to confirm it" in shown
    assert await debited.sends()
    terminal = Terminal({"CASELLA_VAR": str(stage.desk.play.world.site.var)})
    told = (await terminal.casella("show", "period", third.period.period_id)).well().out
    assert "authentication, " in told
    assert "charge announced for" in told
    await pay_the_link(stage, debited.customer.email, "Non è stato possibile addebitare", "card:succeeded")
    await debited.stands(3, "Invoiced")
    await an_invoice_of(stage, debited, await debited.period(3))

    off = ("debit", "off", debited.customer.email, "--reason", "customer_asked")
    assert "is off since" in (await terminal.casella(*off)).well().out
    await debited.written("Addebito automatico disattivato")
    await stage.desk.stands(names.automatic_debit_id(debited.customer.account_id), "SwitchedOff")

    async def follows() -> bool | None:
        return True if (await debited.subscription()).payment_method == _ONLINE else None

    await until(follows, "the subscription to be paid by link")
    link = (await terminal.casella("debit", "link", debited.customer.email)).well().out
    assert "/c/pay/cs_test_" in link
    told = (await terminal.casella("show", "account", debited.customer.account_id)).well().out
    assert "Automatic debit" in told
    assert "operator" in told
    listed = await payments(
        stage,
        "ListPaymentMethods",
        payments_pb2.ListPaymentMethodsRequest(account_id=debited.customer.account_id),
    )
    [method] = listed.payment_methods
    assert (method.mandate.end, method.last_refusal) == (
        payments_pb2.MANDATE_END_OPERATOR,
        payments_pb2.CHARGE_REFUSAL_AUTHENTICATION,
    )


async def test_an_operator_charges_before_the_day_and_switches_automatic_debit_off(stage: Stage) -> None:
    why, desk = {"reason_code": "customer_asked"}, stage.desk
    charged, released = await subscriber(stage), await subscriber(stage)
    await charges_will(stage, "insufficient_funds")
    for each in (charged, released):
        await each.stands(2, "Scheduled")
    await announced(stage, charged, 2)
    await released.stands(2, "AwaitingPayment")

    renewal = charged.renewal(2)
    await wrongly_filled_in(desk, renewal, "charge_now")
    declined = await desk.update(renewal, "charge_now", why)
    assert declined.result == "PayPal declined it, mostly for want of money", declined.refusal
    assert (await charged.period(2)).state == ordering_pb2.PERIOD_STATE_DUE
    await charges_will(stage, "succeeds")
    second = await desk.update(renewal, "charge_now", why)
    assert "it was charged by an operator's wish at" in second.refusal, second.result
    await stage.calendar.advance(timedelta(hours=1, minutes=1), lambda _: None)
    paid = await desk.update(renewal, "charge_now", why)
    assert paid.result == "paid", paid.refusal
    await charged.stands(2, "Invoiced")
    period = await charged.period(2)
    assert from_date(period.available_on) < from_date(period.due_on)
    deeds = await desk.audited("payments", period.payment_request_id)
    assert deeds.count((OPERATOR, "charge_now", "customer_asked")) == 2

    renewal = released.renewal(2)
    await wrongly_filled_in(desk, renewal, "switch_off_automatic_debit")
    answer = await desk.update(renewal, "switch_off_automatic_debit", why)
    assert answer.result == "automatic debit is switched off", answer.refusal
    await desk.stands(names.automatic_debit_id(released.customer.account_id), "SwitchedOff")
    await released.written("Addebito automatico disattivato")
    await desk.shows(renewal, "by its link")
    for update in ("charge_now", "switch_off_automatic_debit"):
        await refused(desk, renewal, update, why, "what may be done with it: nothing")
    await pay_the_link(stage, released.customer.email, "Addebito automatico disattivato", "card:succeeded")
    await released.stands(2, "Invoiced")
