"""Short money that waits too long is decided to be invoiced as a part payment, once, and for no more than is left."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2 as pb
from services.kit.errors import Refused
from services.payments.store import queue
from tests.payments.statement import Entry, statement
from tests.payments.world import GROSS, World
from tests.support.room import request_id

STEERING = common_pb2.Steering(actor="anna@provider", reason_code="customer_agrees", source="money/1")
CLOSED = pb.PAYMENT_REQUEST_STATE_CLOSED


async def short(world: World, request: pb.PaymentRequest, minor: int = 1000, number: str = "S1") -> pb.MoneyEntry:
    """So much of what is asked for comes by transfer, today."""
    before = {entry.money_entry_id for entry in await world.queue()}
    entry = Entry(minor, reference=request.transfer.reference, bank_reference=number, day=world.today())
    await world.import_file(statement(entry, number=number))
    (new,) = [entry for entry in await world.queue() if entry.money_entry_id not in before]
    return new


async def decide(world: World, entry: pb.MoneyEntry) -> pb.MoneyEntry:
    answer: pb.DecideAdvanceResponse = await world.stub().DecideAdvance(
        pb.DecideAdvanceRequest(money_entry_id=entry.money_entry_id)
    )
    return answer.entry


async def read(world: World, entry: pb.MoneyEntry) -> pb.MoneyEntry:
    asked = pb.GetMoneyEntryRequest(money_entry_id=entry.money_entry_id)
    answer: pb.GetMoneyEntryResponse = await world.stub().GetMoneyEntry(asked)
    return answer.entry


async def rest_comes(world: World, request: pb.PaymentRequest, minor: int) -> None:
    """What is exactly the rest comes, so that all of it pays."""
    entry = Entry(minor, reference=request.transfer.reference, bank_reference="REST", day=world.today())
    assert (await world.import_file(statement(entry, number="REST"))).made_whole == 1


async def credit(world: World, entry: pb.MoneyEntry, request: pb.PaymentRequest) -> None:
    await world.stub("operator").CreditMoney(
        pb.CreditMoneyRequest(
            request_id=request_id(),
            money_entry_id=entry.money_entry_id,
            account_id=request.account_id,
            steering=STEERING,
        )
    )


async def advances_of(world: World, request: pb.PaymentRequest, caller: str = "worker") -> list[pb.MoneyEntry]:
    asked = pb.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    return list((await world.stub(caller).GetPaymentRequest(asked)).advances)


async def watched(world: World, due_before: datetime | None = None) -> list[str]:
    """The entries about which the reconciler asks."""
    async with world.room.core.database.reading() as conn:
        return [str(wake.subject) for wake in await queue.unsettled(conn, due_before)]


async def test_short_money_is_invoiced_once_nine_whole_days_have_passed_since_it_was_available(world: World) -> None:
    request = await world.transfer_request()
    entry = await short(world, request)
    assert entry.advance.payment_request_id == request.payment_request_id
    tenth_day = world.today() + timedelta(days=10)
    due = entry.advance.due_at.ToDatetime() + timedelta(hours=2)  # midnight in Rome lies a day before in UTC
    assert due.date() == tenth_day
    assert not (await decide(world, entry)).advance.HasField("decided_at")
    await world.advance(seconds=entry.advance.wait.ToTimedelta().total_seconds() - 1)
    early = await decide(world, entry)
    assert (early.advance.HasField("decided_at"), early.advance.wait.seconds) == (False, 1)
    await world.advance(seconds=1)
    decided = await decide(world, entry)
    assert (decided.advance.HasField("decided_at"), decided.advance.amount.minor) == (True, 1000)
    assert not decided.HasField("invoice_by")
    await world.advance(hours=1)
    assert await decide(world, entry) == await read(world, entry) == decided


async def test_money_that_is_no_part_of_one_open_request_is_no_part_payment(world: World) -> None:
    request, closed, other = [await world.transfer_request() for _ in range(3)]
    waits = await short(world, closed)
    await world.close(closed, pb.CLOSE_REASON_CANCELLED)
    await world.import_file(statement(Entry(GROSS + 1, reference=request.transfer.reference), number="S2"))
    both = f"{request.transfer.reference} {other.transfer.reference}"
    await world.import_file(statement(Entry(500, text=both, bank_reference="B-3"), number="S3"))
    await world.import_file(statement(Entry(500, text="?", bank_reference="B-4"), number="S4"))
    await world.advance(days=11)
    for entry in await world.queue():
        assert not entry.HasField("advance")
        assert not (await decide(world, entry)).HasField("advance")
    assert (await world.get(closed)).state == CLOSED
    assert not (await decide(world, waits)).HasField("advance")


async def test_part_payments_of_one_request_are_invoiced_for_no_more_than_it_asks_for(world: World) -> None:
    request = await world.transfer_request()
    one, two, three = [await short(world, request, GROSS - 100, number) for number in ("S1", "S2", "S3")]
    await world.advance(days=11)
    decided = await asyncio.gather(*(decide(world, each) for each in (one, two)))
    assert sorted(each.advance.amount.minor for each in decided) == [100, GROSS - 100]
    assert not (await decide(world, three)).HasField("advance")
    assert (await read(world, three)).HasField("invoice_by")


async def test_a_part_payment_that_was_given_back_leaves_its_sum_to_the_next_ones_invoice(world: World) -> None:
    request = await world.transfer_request()
    back = await short(world, request, GROSS - 100)
    await world.advance(days=11)
    await decide(world, back)
    await credit(world, back, request)
    later = await short(world, request, GROSS - 200, "S2")
    await world.advance(days=11)
    assert (await decide(world, later)).advance.amount.minor == GROSS - 200


async def test_the_request_names_the_part_payments_that_paid_it(world: World) -> None:
    request = await world.transfer_request()
    part = await short(world, request, 1000)
    await world.advance(days=11)
    await decide(world, part)
    assert await advances_of(world, request) == []
    await rest_comes(world, request, GROSS - 1000)
    (named,) = await advances_of(world, request)
    assert (named.money_entry_id, named.advance.amount.minor) == (part.money_entry_id, 1000)
    listed = await world.stub("operator").ListAdvances(pb.ListAdvancesRequest())
    assert list(listed.entries) == [named]
    metadata = world.room.customer(UUID(request.account_id))
    asked = pb.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    assert not (await world.stub("gateway").GetPaymentRequest(asked, metadata=metadata)).advances


@pytest.mark.parametrize("times", range(3))
async def test_money_that_pays_in_the_moment_of_the_decision_is_invoiced_in_one_way_only(
    world: World, times: int
) -> None:
    request = await world.transfer_request()
    part = await short(world, request, 1000)
    await world.advance(days=11)
    await asyncio.gather(decide(world, part), rest_comes(world, request, GROSS - 1000))
    now = await read(world, part)
    assert now.settlement == pb.MONEY_SETTLEMENT_ASSIGNED
    named = [each.money_entry_id for each in await advances_of(world, request)]
    assert named == ([part.money_entry_id] if now.advance.HasField("decided_at") else [])


async def test_settled_money_is_not_decided_about_any_more(world: World) -> None:
    request = await world.transfer_request()
    entry = await short(world, request)
    await credit(world, entry, request)
    await world.advance(days=11)
    assert not (await decide(world, entry)).HasField("advance")


async def test_a_part_payment_that_did_not_pay_is_watched_until_its_credit_is_noted(world: World) -> None:
    request = await world.transfer_request()
    entry = await short(world, request)
    await world.advance(days=11)
    await decide(world, entry)
    await credit(world, entry, request)
    assert await watched(world) == [entry.money_entry_id]
    asked = pb.RecordAdvanceCreditedRequest(money_entry_id=entry.money_entry_id)
    await world.stub().RecordAdvanceCredited(asked)
    first = (await read(world, entry)).advance.credited_at
    await world.advance(hours=1)
    await world.stub().RecordAdvanceCredited(asked)
    assert (await read(world, entry)).advance.credited_at == first
    assert await watched(world) == []


async def test_a_decision_that_is_overdue_is_asked_for_by_the_reconciler(world: World) -> None:
    request = await world.transfer_request()
    entry = await short(world, request)
    now = world.room.clock.now()
    assert await watched(world, now) == []
    due = now + entry.advance.wait.ToTimedelta() + timedelta(seconds=1)
    assert await watched(world, due) == [entry.money_entry_id]


async def test_unknown_money_is_named_as_such(world: World) -> None:
    for call, asked in (
        ("DecideAdvance", pb.DecideAdvanceRequest(money_entry_id=str(uuid4()))),
        ("RecordAdvanceCredited", pb.RecordAdvanceCreditedRequest(money_entry_id=str(uuid4()))),
    ):
        with pytest.raises(Refused) as refused:
            await getattr(world.stub(), call)(asked)
        assert refused.value.reason == errors_pb2.REASON_NOT_FOUND
        with pytest.raises(Refused) as refused:
            await getattr(world.stub(), call)(type(asked)(money_entry_id="17"))
        assert [each.field for each in refused.value.violations] == ["money_entry_id"]
