"""What the monitoring is told of money that waits, and of regular work, rises with the trouble and falls after it."""

from casella.payments.v1 import payments_pb2
from services.kit.ids import new_id
from services.kit.trouble import MONEY_WAITING, STATEMENT_OLD
from tests.payments.statement import Entry, statement
from tests.payments.test_disputes import disputed
from tests.payments.world import STEERING, World
from tests.support.measured import Watched


async def test_money_that_waits_is_counted_by_its_age_until_it_is_settled(world: World) -> None:
    watched = Watched(world.room)
    assert (await watched.now()).value("casella_money_waiting_oldest_seconds") == 0
    await world.import_file(statement(Entry(5000, text="?")))
    await world.advance(days=2)
    found = await watched.now()
    assert found.value("casella_money_waiting", age="week") == 1
    assert found.value("casella_money_waiting_oldest_seconds") > MONEY_WAITING.total_seconds()
    (entry,) = await world.queue()
    settling = payments_pb2.CreditMoneyRequest(
        request_id=str(new_id()), money_entry_id=entry.money_entry_id, account_id=str(new_id()), steering=STEERING
    )
    await world.stub("operator").CreditMoney(settling)
    found = await watched.now()
    assert found.values("casella_money_waiting") == [0, 0, 0]
    assert found.value("casella_money_waiting_oldest_seconds") == 0


async def test_a_dispute_which_the_payers_bank_decides_in_months_is_no_money_that_waits(world: World) -> None:
    await disputed(world)
    await world.advance(days=8)
    assert len(await world.queue()) == 1
    found = await Watched(world.room).now()
    assert found.values("casella_money_waiting") == [0, 0, 0]
    assert found.value("casella_money_waiting_oldest_seconds") == 0


async def test_the_age_of_the_last_statement_begins_again_with_each(world: World) -> None:
    watched = Watched(world.room)
    assert (await watched.now()).values("casella_last_success_age_seconds", of="statement") == []
    await world.import_file(statement(Entry(5000, text="?")))
    await world.advance(days=5)
    old = (await watched.now()).value("casella_last_success_age_seconds", of="statement")
    assert old > STATEMENT_OLD.total_seconds()
    await world.import_file(statement(Entry(6000, text="?"), number="S-2"))
    assert (await watched.now()).value("casella_last_success_age_seconds", of="statement") == 0


async def test_where_nothing_was_ever_told_the_age_begins_with_the_first_request(world: World) -> None:
    watched = Watched(world.room)
    assert (await watched.now()).values("casella_last_success_age_seconds") == []
    await world.request()
    await world.advance(hours=2)
    for of in ("statement", "payment_events"):
        assert (await watched.now()).value("casella_last_success_age_seconds", of=of) == 7200
    await world.stub().FetchMissedEvents(payments_pb2.FetchMissedEventsRequest())
    assert (await watched.now()).value("casella_last_success_age_seconds", of="payment_events") == 0
    assert (await watched.now()).value("casella_last_success_age_seconds", of="statement") == 7200


async def test_the_age_of_the_last_look_for_lost_events_begins_again_with_each(world: World) -> None:
    watched, fetch = Watched(world.room), payments_pb2.FetchMissedEventsRequest()
    await world.stub().FetchMissedEvents(fetch)
    await world.advance(hours=2)
    assert (await watched.now()).value("casella_last_success_age_seconds", of="payment_events") == 7200
    await world.stub().FetchMissedEvents(fetch)
    assert (await watched.now()).value("casella_last_success_age_seconds", of="payment_events") == 0
