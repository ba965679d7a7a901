"""The shapes of disputes over payments by card: waiting for evidence, won, claimed, credited, beside a withdrawal."""

from functools import partial

from casella.ordering.v1 import ordering_pb2
from deploy.local.demo.customer import Customer
from tests.e2e.levers import dispute, stripe_does
from tests.e2e.operator_desk import Desk
from tests.e2e.waiting import until
from workflows import names


async def disputes(desk: Desk, orders: list[str]) -> None:
    """Dispute what paid four orders.

    Args:
        desk: The operator.
        orders: Their ids; each was paid by card.
    """
    open_one, won, claimed, credited = orders
    await dispute(desk, open_one)
    number, money = await dispute(desk, won)
    await stripe_does(desk, f"disputes/{number}/answer")
    await desk.stands(money, "Disputed")
    await stripe_does(desk, f"disputes/{number}/win")
    await desk.stands(money, "Kept")
    for order_id, update, end in ((claimed, "claim", "Claim"), (credited, "credit_note", "CreditNote")):
        number, money = await dispute(desk, order_id)
        await stripe_does(desk, f"disputes/{number}/answer")
        await desk.stands(money, "Disputed")
        await stripe_does(desk, f"disputes/{number}/lose")
        await desk.stands(money, "NeedsOperator")
        if update == "credit_note":
            assert not (await desk.update(money, "terminate", {"reason_code": "chargeback"})).refusal
            await until(partial(_has_ended, desk, order_id), "the end of the service")
        answer = await desk.update(money, update, {"reason_code": "chargeback"})
        assert not answer.refusal, answer.refusal
        await desk.stands(money, end)


async def disputed_and_withdrawn(desk: Desk, customer: Customer, order_id: str) -> None:
    """Dispute what paid an order, and withdraw from it: lost, the dispute is the refund, and its rest is set aside."""
    number, money = await dispute(desk, order_id)
    await customer.withdraw(order_id)
    await desk.stands(names.withdrawal_id(order_id), "Refunding")
    await stripe_does(desk, f"disputes/{number}/lose")
    await desk.stands(names.withdrawal_id(order_id), "Closing")
    await desk.shows(money, "which the customer still owes")
    answer = await desk.update(money, "set_aside", {"reason_code": "written_off"})
    assert not answer.refusal, answer.refusal
    await desk.stands(money, "SetAside")


async def _has_ended(desk: Desk, order_id: str) -> bool | None:
    asked = ordering_pb2.GetServiceEndRequest(order_id=order_id)
    return (await desk.play.operator.ordering.GetServiceEnd(asked)).service.ended or None
