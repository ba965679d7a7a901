"""Account credit: used by the next payment request, back when that closes unpaid, each cent in one state."""

import asyncio

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2
from services.kit.ids import new_id
from tests.payments.statement import Entry, statement
from tests.payments.test_refunds import DONE, euro, of
from tests.payments.world import GROSS, STEERING, World
from tests.support.refusals import refused_as

PAID, CLOSED = payments_pb2.PAYMENT_REQUEST_STATE_PAID, payments_pb2.PAYMENT_REQUEST_STATE_CLOSED
OPEN = payments_pb2.PAYMENT_REQUEST_STATE_OPEN


@pytest.fixture
def account() -> str:
    return str(new_id())


async def test_the_next_payment_request_uses_the_credit_and_asks_for_the_rest(world: World, account: str) -> None:
    await world.give_credit(account, 4_640)
    request = await world.transfer_request(account_id=account)
    assert (request.total.minor, request.credit_used.minor, request.amount.minor) == (GROSS, 4_640, GROSS - 4_640)
    assert "EUR100.00" in request.transfer.epc_payload
    assert await world.credit(account) == 0
    assert (await world.balances())["reserved"] == -4_640
    await world.import_file(statement(Entry(GROSS - 4_640, reference=request.transfer.reference), number="P"))
    assert (await world.get(request)).state == PAID
    assert await world.balances() == {"bank": GROSS, "receivable": -GROSS, "credit": 0, "reserved": 0, "suspense": 0}


async def test_a_request_that_credit_covers_is_paid_at_once_on_that_day(world: World, account: str) -> None:
    await world.give_credit(account, GROSS + 100)
    await world.room.empty_outbox()
    request = await world.transfer_request(account_id=account)
    assert (request.state, request.amount.minor, request.credit_used.minor) == (PAID, 0, GROSS)
    assert request.available_on == common_pb2.Date(
        year=world.today().year, month=world.today().month, day=world.today().day
    )
    assert not request.HasField("transfer")
    assert [(wake.workflow_id, wake.signal) for wake in await world.wakes()] == [
        (f"order:{request.order_id}", "payment_completed")
    ]
    told = [(event["type"], event["amount"]["minor"]) for event in await world.room.events()]
    assert told == [("credit.changed", -GROSS), ("payment.completed", GROSS)]
    assert await world.credit(account) == 100
    await world.balances()


async def test_a_card_is_charged_the_rest_alone(world: World, account: str) -> None:
    await world.give_credit(account, 4_640)
    request = await world.paid_online(account_id=account)
    assert request.state == PAID
    assert (await world.balances())["stripe"] == GROSS - 4_640


async def test_credit_comes_back_when_its_request_closes_unpaid_and_only_once(world: World, account: str) -> None:
    await world.give_credit(account, 4_640)
    request = await world.request(account_id=account)
    for _ in range(2):
        assert (await world.close(request)).state == CLOSED
    assert await world.credit(account) == 4_640
    assert (await world.balances())["reserved"] == 0


async def test_a_repetition_takes_no_further_credit(world: World, account: str) -> None:
    await world.give_credit(account, 4_640)
    order = str(new_id())
    first = await world.request(account_id=account, order_id=order)
    await world.give_credit(account, 500)
    assert await world.request(account_id=account, order_id=order) == first
    assert await world.credit(account) == 500


async def test_requests_made_at_once_share_the_credit_and_never_use_it_twice(world: World, account: str) -> None:
    await world.give_credit(account, 2 * GROSS - 1)
    made = await asyncio.gather(*(world.request(account_id=account) for _ in range(4)))
    assert sum(request.credit_used.minor for request in made) == 2 * GROSS - 1
    assert sorted(request.state for request in made) == sorted([OPEN, OPEN, OPEN, PAID])
    await world.balances()


async def test_what_was_paid_with_credit_goes_back_as_credit_after_the_money(world: World, account: str) -> None:
    await world.give_credit(account, 4_640)
    request = await world.paid_online(account_id=account)
    refund = await world.refund(**of(request, 12_000))
    assert (refund.state, refund.amount.minor, refund.credited.minor) == (DONE, 12_000, 2_000)
    assert await world.credit(account) == 2_000
    rest = await world.refund(**of(request, GROSS - 12_000))
    assert (rest.state, rest.means) == (DONE, payments_pb2.REFUND_MEANS_ACCOUNT_CREDIT)
    assert await world.credit(account) == 4_640
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await world.refund(**of(request, 1))
    await world.balances()


async def test_credit_is_paid_out_on_request_and_never_more_than_there_is(world: World, account: str) -> None:
    await world.give_credit(account, 4_640)
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH) as refused:
        await world.refund("operator", credit_of_account_id=account, amount=euro(4_641), steering=STEERING)
    assert refused.value.metadata == {"left": "4640"}
    refund = await world.refund("operator", credit_of_account_id=account, amount=euro(4_000), steering=STEERING)
    assert refund.failure == "iban_not_valid"  # that of the transfer from which the credit came
    assert await world.credit(account) == 640
    cancelled = payments_pb2.CancelRefundRequest(
        request_id=str(new_id()), refund_id=refund.refund_id, steering=STEERING
    )
    await world.stub("operator").CancelRefund(cancelled)
    assert await world.credit(account) == 4_640
    await world.balances()


async def test_the_customer_reads_their_credit_and_what_made_and_used_it(world: World, account: str) -> None:
    await world.give_credit(account, 4_640)
    used = await world.request(account_id=account)
    await world.close(used)
    stub = world.stub("gateway")
    mine, strange = world.room.customer(account), world.room.customer(new_id())  # type: ignore[arg-type]
    asked = payments_pb2.ListCreditMovementsRequest(account_id=account, page=common_pb2.PageRequest(page_size=2))
    first = await stub.ListCreditMovements(asked, metadata=mine)
    asked.page.page_token = first.next_page_token
    second = await stub.ListCreditMovements(asked, metadata=mine)
    movements = [*first.movements, *second.movements]
    assert [(payments_pb2.CreditCause.Name(each.cause)[13:], each.amount.minor) for each in movements] == [
        ("RETURNED", 4_640), ("USED", -4_640), ("MONEY", 4_640),
    ]  # fmt: skip
    assert [each.payment_request_id for each in movements] == [used.payment_request_id] * 2 + [""]
    assert second.next_page_token == ""
    for refused in (
        stub.ListCreditMovements(asked, metadata=strange),
        stub.GetAccountCredit(payments_pb2.GetAccountCreditRequest(account_id=account), metadata=strange),
    ):
        with refused_as(errors_pb2.REASON_NOT_FOUND):
            await refused


async def test_operators_list_the_accounts_that_have_credit_by_id_and_no_others(world: World) -> None:
    first, second, spent = sorted(str(new_id()) for _ in range(3))
    for account, minor in ((second, 200), (first, 100), (spent, GROSS)):
        await world.give_credit(account, minor)
    await world.transfer_request(account_id=spent)
    asked = payments_pb2.ListAccountCreditsRequest(page=common_pb2.PageRequest(page_size=1))
    found = []
    while True:
        answer = await world.stub("operator").ListAccountCredits(asked)
        found += [(each.account_id, each.credit.minor) for each in answer.credits]
        if not answer.next_page_token:
            break
        asked.page.page_token = answer.next_page_token
    assert found == [(first, 100), (second, 200)]
