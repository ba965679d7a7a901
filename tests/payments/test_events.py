"""What gateways hear of money: each payment once, what waits with its reason, and nobody's name."""

from services.kit.cause_fields import period_of
from services.kit.causes import PeriodCause
from services.kit.ids import new_id
from tests.payments.statement import Entry, statement
from tests.payments.world import GROSS, World

_AMOUNT = {"minor": GROSS, "currency": "EUR"}


async def test_a_payment_is_told_once_with_what_it_is_for(world: World) -> None:
    request = await world.transfer_request()
    file = statement(Entry(GROSS, reference=request.transfer.reference))
    for _ in range(2):
        await world.import_file(file)
    assert await world.room.events() == [
        {
            "type": "payment.completed",
            "account_id": request.account_id,
            "ids": {"payment_request_id": request.payment_request_id, "order_id": request.order_id},
            "state": "paid",
            "amount": _AMOUNT,
        }
    ]


async def test_the_payment_of_a_period_names_the_period(world: World) -> None:
    period = PeriodCause(new_id(), 3)
    request = await world.transfer_request(order_id="", period=period_of(period))
    await world.import_file(statement(Entry(GROSS, reference=request.transfer.reference)))
    [event] = await world.room.events()
    assert event["ids"] == {
        "payment_request_id": request.payment_request_id,
        "period_id": str(period.key),
        "subscription_id": str(period.subscription_id),
    }


async def test_money_that_waits_is_told_once_with_its_reason_and_nobodys_name(world: World) -> None:
    file = statement(Entry(GROSS, text="zzcanary saldo Rossi"))
    for _ in range(2):
        await world.import_file(file)
    [entry] = await world.queue()
    assert await world.room.events() == [
        {
            "type": "payment.queued",
            "account_id": None,
            "ids": {"money_entry_id": entry.money_entry_id},
            "state": "unknown",
            "amount": _AMOUNT,
        }
    ]
