"""Periods of a subscription, and days that pass on rows: a calendar that moves would wait for a quiet Casella."""

from uuid import UUID

from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from deploy.local.demo.customer import Customer
from services.kit.causes import PeriodCause
from tests.chaos.acting import pay_order, stands
from tests.e2e.levers import let_term_run_out
from tests.e2e.play import Play, database
from tests.e2e.waiting import until
from workflows import names

_DAYS_LEFT = 5


async def subscription(play: Play, customer: Customer) -> str:
    """Its id."""
    asked = ordering_pb2.GetSubscriptionRequest(account_id=customer.account_id)
    return (await play.operator.ordering.GetSubscription(asked)).subscription.subscription_id


async def renewal(play: Play, customer: Customer, number: int = 2) -> str:
    """The workflow of a period, by default of the second."""
    return names.renewal_id(await subscription(play, customer), number)


async def period(play: Play, customer: Customer, number: int = 2) -> ordering_pb2.Period:
    """A period as it stands."""
    period_id = str(PeriodCause(UUID(await subscription(play, customer)), number).key)
    return (await play.operator.ordering.GetPeriod(ordering_pb2.GetPeriodRequest(period_id=period_id))).period


async def asked_again(play: Play, customer: Customer, order_id: str) -> ordering_pb2.Period:
    """The second term, whose first is set back until it ends in some days, once its money is asked for."""
    workflow_id = await renewal(play, customer)
    await stands(play, workflow_id, "Scheduled")
    await let_term_run_out(play, order_id, _DAYS_LEFT)
    await look_again(play, workflow_id)

    async def announced() -> ordering_pb2.Period | None:
        found = await period(play, customer)
        return found if found.HasField("notice_sent_at") else None

    return await until(announced, "the notice of the renewal")


async def asked_by_debit(play: Play) -> tuple[Customer, str, str]:
    """Whoever pays by automatic debit, asked for the second term's money; the debit's workflow, and the renewal's."""
    customer, order = await play.buyer(common.PAYMENT_METHOD_AUTOMATIC_DEBIT)
    await pay_order(play, customer, order.order_id, "paypal:succeeded")
    await play.fulfilled(customer, order.order_id)
    debit = names.automatic_debit_id(customer.account_id)
    await stands(play, debit, "Active")
    await asked_again(play, customer, order.order_id)
    second = await renewal(play, customer)
    await stands(play, second, "AwaitingPayment")
    return customer, debit, second


async def set_back(play: Play, room: str, change: str, *arguments: object) -> None:
    """Let days pass on a row: ``accounts SET purged_at = purged_at - interval '1 year' WHERE id = $1``."""
    connection = await database(play, room)
    try:
        changed = await connection.execute(f"UPDATE {change}", *arguments)
    finally:
        await connection.close()
    assert changed == "UPDATE 1", changed


async def look_again(play: Play, workflow_id: str) -> None:
    """Have a workflow look at what has become of its row."""
    await play.temporal.get_workflow_handle(workflow_id).signal(names.LOOK_AGAIN)
