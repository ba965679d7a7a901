"""A private person whose transfer comes two days after the order's end: account credit, which pays the next order."""

from collections.abc import AsyncIterator
from typing import Any

from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.demo import buying, paying, people
from deploy.local.demo.stage import Stage
from deploy.local.demo.story import Expected, Pause, Results, Story
from deploy.local.demo.tale import Tale, money
from deploy.local.demo.trying import begin_trial, see, use_trial

_DAYS_UNTIL_THE_TRANSFER = 17
"""An order by transfer expires after 15 (deploy/policy.yaml)."""
_REMINDERS = 3
_TOO_LATE = "troppo tardi"


async def _play(stage: Stage, tale: Tale) -> AsyncIterator[Pause]:
    customer = tale.customer
    await begin_trial(stage, tale)
    await use_trial(stage, tale, "carla")
    await customer.save_profile(people.private_person(customer.first_name, customer.last_name))
    await _orders(stage, tale)
    tale.ids["expired_order"] = tale.ids["order"]
    proforma = await buying.proforma_email(stage, tale)
    yield Pause(stage.in_days(_DAYS_UNTIL_THE_TRANSFER))
    placed = await customer.order(tale.ids["order"])
    tale.ids["expired_proforma_number"] = placed.proforma_number
    state = ordering_pb2.OrderState.Name(placed.state).removeprefix("ORDER_STATE_")
    answer = await paying.pay_by_transfer(stage, proforma, placed.quote.totals.gross)
    stage.tell(f"transfers the money when the order is {state} for two days: {answer.queued} entry waits in the queue")
    workflow_id = await stage.money_of(placed.proforma_number)
    see(stage, tale, "Money", workflow_id)
    told = await stage.inbox.wait_for(
        customer.email, lambda mail: _TOO_LATE in mail["Subject"], "word of the late money"
    )
    stage.tell(f"email: {told['Subject']}")
    data = {"account_id": customer.account_id, "reason_code": "payer_confirmed"}
    stage.tell(f"an operator makes it account credit: {await stage.steer(workflow_id, 'credit', data)}")
    await buying.told_of_credit(stage, tale)
    await _orders(stage, tale)
    stage.tell("orders again: the credit pays it, nothing is left to be transferred")
    await buying.see_it_through(stage, tale)


async def _orders(stage: Stage, tale: Tale) -> None:
    quote = await tale.customer.quote(common.CUSTOMER_KIND_PRIVATE, common.BILLING_PERIOD_ANNUAL, 1)
    await buying.order(stage, tale, quote, common.PAYMENT_METHOD_BANK_TRANSFER)


async def _check(stage: Stage, customer: dict[str, Any]) -> Results:
    rooms, ids = stage.operator, customer["ids"]
    listed = (await rooms.ordering.ListOrders(ordering_pb2.ListOrdersRequest(account_id=ids["account"]))).orders
    states = {order.order_id: order.state for order in listed}
    yield (
        states
        == {
            ids["expired_order"]: ordering_pb2.ORDER_STATE_EXPIRED,
            ids["order"]: ordering_pb2.ORDER_STATE_FULFILLED,
        },
        "the first order has expired, the second is fulfilled",
    )
    asked = payments_pb2.GetPaymentRequestRequest(order_id=ids["order"])
    request = (await rooms.payments.GetPaymentRequest(asked)).payment_request
    yield request.state == payments_pb2.PAYMENT_REQUEST_STATE_PAID, "the second payment request is paid"
    yield request.credit_used == request.total and not request.amount.minor, "by account credit alone"
    left = payments_pb2.GetAccountCreditRequest(account_id=ids["account"])
    credit = (await rooms.payments.GetAccountCredit(left)).credit
    yield not credit.minor, f"of the credit {money(credit)} are left"
    waiting = payments_pb2.GetWaitingMoneyRequest(account_id=ids["account"])
    yield not (await rooms.payments.GetWaitingMoney(waiting)).waiting, "no money waits"


async def _expects(_: Stage, customer: dict[str, Any]) -> Expected:
    numbers = customer["ids"]
    both = [*buying.GREETINGS[common.LANGUAGE_IT], "Conferma del tuo ordine"]
    first = [
        f"Proforma {numbers['expired_proforma_number']}",
        *["Promemoria"] * _REMINDERS,
        "ordine è scaduto",
        _TOO_LATE,
        buying.BECAME_CREDIT,
    ]
    second = [f"Proforma {numbers['proforma_number']}", f"Fattura {numbers['invoice_number']}"]
    return Expected([*both, *first, *second], proformas=2, invoices=1)


STORY = Story(
    "carla", "Carla Neri", "private person: her transfer comes two days late",
    "Carla", "Neri", common.LANGUAGE_IT, _play, _check, _expects,
)  # fmt: skip
