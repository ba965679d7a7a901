"""Rows come back from a backup, and Stripe is ahead of them: what is read back, and what is not done a second time.

The stand-in tells what Stripe documents: these tests prove our handling, not Stripe's behaviour.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import pytest
import pytest_asyncio

from casella.common.v1 import errors_pb2
from casella.common.v1 import recovery_pb2 as recovery
from casella.common.v1.recovery_pb2_grpc import RecoveryServiceStub
from casella.payments.v1 import payments_pb2 as pb
from services.kit.cause_fields import period_of
from services.kit.ids import new_id
from tests.fixtures.postgres import TestDatabases
from tests.payments.debit import DEBIT, Due, charges, switch_off, taken, with_mandate
from tests.payments.statement import statement
from tests.payments.test_disputes import charge_of_last
from tests.payments.test_disputes import of as dispute_of
from tests.payments.test_mandates import newest, set_up
from tests.payments.test_refund_transfers import entry, export
from tests.payments.test_refunds import euro, of
from tests.payments.world import GROSS, STEERING, World, running_world
from tests.stripe_standin.process import StripeProcess
from tests.support.refusals import refused_as
from tests.support.restoring import Recovering, back_up, restored

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("payments recovery")]
Answer = TypeVar("Answer")
OPEN, PAID = pb.PAYMENT_REQUEST_STATE_OPEN, pb.PAYMENT_REQUEST_STATE_PAID
BACK = 1_000
"""What was given back after the backup, in cents."""


@dataclass
class Before:
    """What the rows of the backup know."""

    unheard: pb.PaymentRequest
    """It was paid before the newest trace in the rows, and nobody had heard of that yet."""
    debited: str
    """An account with automatic debit."""
    ended: str
    """Another one, which is switched off after the backup."""
    planned: Due
    """A period that is charged after the backup."""
    refunded: pb.PaymentRequest
    disputed: pb.PaymentRequest
    charge: str
    """Of what is disputed."""
    paid_later: pb.PaymentRequest
    page_later: pb.PaymentRequest
    """Nobody pays on its page, which is made after the backup."""
    transferred: pb.Refund
    """By transfer; its file is made after the backup."""

    @classmethod
    async def of(cls, world: World) -> "Before":
        """Let it happen."""
        await world.stripe.faults(drop=True)
        unheard = await world.request()
        await world.stripe.pay(await world.start(unheard))
        await world.stripe.faults()
        await world.advance(minutes=30)
        debited, ended = [await with_mandate(world) for _ in range(2)]
        planned, refunded, disputed = await Due.of(world, debited), await world.paid_online(), await world.paid_online()
        charge = await charge_of_last(world)
        later, page_later = await world.request(), await world.request()
        by_transfer = await world.paid_by_transfer()
        transferred = await world.refund("operator", **of(by_transfer, BACK), steering=STEERING)
        return cls(unheard, debited, ended, planned, refunded, disputed, charge, later, page_later, transferred)


@dataclass
class Later:
    """What no row knows."""

    refund: pb.Refund
    stranger: pb.PaymentRequest
    """Of an order that came and was paid."""
    begun: str
    """An account that has set automatic debit up."""
    same: Due
    """The next period, made and charged."""
    differing: Due
    """The one after it; asked for again it comes to another sum."""
    under_way: str
    """The period's payment request of a charge that is being processed."""
    unconfirmed: str
    """And of one that was made and not confirmed yet."""
    taken: int
    file: bytes
    """For the bank."""

    @classmethod
    async def of(cls, world: World, before: Before) -> "Later":
        """Let it happen."""
        await world.stripe.dispute(before.charge)
        refund = await world.refund(**of(before.refunded, BACK))
        await world.stripe.pay(await world.start(before.paid_later))
        stranger, begun = await world.paid_online(), str(new_id())
        await switch_off(world, before.ended)
        await world.stub().ReleaseMandates(pb.ReleaseMandatesRequest(account_id=before.ended))
        assert await world.stripe.pay((await set_up(world, begun)).checkout_url, "paypal:succeeded") == 303
        same, differing = [await Due.of(world, before.debited) for _ in range(2)]
        for due in (before.planned, same, differing):
            assert (await due.charge_in_time()).state == PAID
        under_way, unconfirmed = [await Due.of(world, before.debited) for _ in range(2)]
        for due, outcome in ((under_way, "processing"), (unconfirmed, "error_before_charge")):
            await world.stripe.faults(off_session=outcome)
            assert (await due.charge_in_time()).processing
        await world.stripe.faults()
        await world.start(before.page_later)  # the provider knows its key for a day
        await world.deliver()
        file = (await export(world)).file
        return cls(refund, stranger, begun, same, differing, under_way.id, unconfirmed.id, await taken(world), file)


@dataclass
class After(Recovering):
    """The room on restored rows, and what had happened."""

    world: World
    before: Before
    later: Later

    async def again(self, due: Due, minor: int = GROSS) -> pb.PaymentRequest:
        """The payment request of a period as its workflow asks for it again."""
        period, account_id = period_of(due.cause), self.before.debited
        asked = {"period": period, "account_id": account_id, "method": DEBIT, "amount": euro(minor)}
        return await self.world.request(order_id="", **asked)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def after(
    databases: TestDatabases, stripe_standin: StripeProcess, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[After]:
    folder, admin = tmp_path_factory.mktemp("recovery"), databases.admin_url()
    with databases.lent() as fresh:
        url = fresh("payments")
        async with running_world(url, stripe_standin, folder) as world:
            before = await Before.of(world)
            file = back_up(admin, url, folder / "backup")
            later = await Later.of(world, before)
    url = await restored(admin, "payments", url, file, world.room.clock.now())
    async with running_world(url, stripe_standin, folder, anew=False) as world:
        recovering = RecoveryServiceStub(world.room.channel("operator"))
        while not (await recovering.ReadBack(recovery.ReadBackRequest(), timeout=30)).finished:
            pass  # as `casella recover read` does: a call waits for so long and no longer
        yield After(recovering, world, before, later)
    await databases.drop(url)


async def test_a_charge_that_the_rows_had_planned_has_paid(after: After) -> None:
    assert (await after.world.get(after.before.planned.request)).state == PAID


async def test_a_page_that_was_paid_has_paid(after: After) -> None:
    assert (await after.world.get(after.before.paid_later)).state == PAID


async def test_what_was_paid_shortly_before_the_rows_newest_trace_and_not_heard_of_has_paid(after: After) -> None:
    assert (await after.world.get(after.before.unheard)).state == PAID


async def test_a_dispute_lies_in_the_queue(after: After) -> None:
    dispute = await dispute_of(after.world, after.before.disputed)
    assert dispute.state == pb.DISPUTE_STATE_NEEDS_RESPONSE


async def test_automatic_debit_stands_as_the_customers_left_it(after: After) -> None:
    assert (await newest(after.world, after.before.ended)).mandate.HasField("ended_at")
    assert not (await newest(after.world, after.later.begun)).mandate.HasField("ended_at")


async def test_money_for_what_no_row_knows_waits_and_is_told(after: After) -> None:
    queue = [each for each in await after.world.queue() if each.reason != pb.MONEY_ENTRY_REASON_DISPUTED]
    assert [each.amount.minor for each in queue] == [GROSS] * 3
    assert len((await after.findings())["payment_of_nothing"]) == 3
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await after.world.get(after.later.stranger)


async def test_a_period_that_is_asked_for_again_is_paid_by_what_was_charged_for_it(after: After) -> None:
    paid = await after.again(after.later.same)
    assert paid.state == PAID
    assert [each for each in await after.world.queue() if paid.payment_request_id in each.suggestions] == []
    assert (await after.again(after.later.same)).state == PAID
    await after.world.balances()


async def test_a_charge_that_no_row_knows_is_told_while_it_is_on_its_way_and_ended_where_nobody_had_confirmed_it(
    after: After,
) -> None:
    made = await charges(after.world)
    (under_way,) = [each for each in made if after.later.under_way in str(each)]
    (unconfirmed,) = [each for each in made if after.later.unconfirmed in str(each)]
    assert (await after.findings())["charge_under_way"] == [under_way["id"]]
    assert (under_way["status"], unconfirmed["status"]) == ("processing", "canceled")


async def test_a_page_that_no_row_knows_is_over_and_the_customer_gets_the_next(after: After) -> None:
    request = after.before.page_later
    assert (await after.world.get(request)).state == OPEN
    sessions = (await after.world.stripe.state())["sessions"]
    (page,) = [each for each in sessions if request.payment_request_id in str(each)]
    assert page["status"] == "expired"
    assert await after.once_ended(partial(after.world.start, request)) != page["url"]


async def test_a_refund_that_had_left_is_told_and_found_and_not_sent_again(after: After) -> None:
    assert f"casella withdrawal record {after.before.refunded.order_id}" in await after.told_of("refund_unknown")
    asked = {**of(after.before.refunded, BACK), "refund_id": after.later.refund.refund_id}
    refund = await after.once_ended(partial(after.world.refund, **asked))
    assert refund.state == pb.REFUND_STATE_DONE
    assert [each["amount"] for each in (await after.world.stripe.state())["refunds"]] == [BACK]


async def test_a_refund_that_left_by_a_file_is_in_no_second_one(after: After) -> None:
    refund = await after.world.get_refund(after.before.transferred)
    assert refund.state == pb.REFUND_STATE_APPROVED  # the rows are behind the world
    asked = pb.RecordRefundFileRequest(file=after.later.file, steering=STEERING)
    (left,) = (await after.world.stub("operator").RecordRefundFile(asked)).refunds
    assert (left.refund_id, left.fate) == (refund.refund_id, pb.REFUND_IN_FILE_FATE_SENT)
    assert (await after.once_ended(partial(export, after.world))).file == b""
    told = entry(await after.world.get_refund(refund), "DBIT")
    assert (await after.world.import_file(statement(told, number="S-LATER"))).refunds_done == 1
    await after.world.balances()


async def test_a_period_that_comes_to_another_sum_is_not_charged_while_the_first_money_waits(after: After) -> None:
    request = await after.again(after.later.differing, GROSS + 1)
    due = Due(after.world, request, after.later.differing.cause)
    planned = await due.plan(after.world.today())
    assert (planned.state, planned.HasField("debit")) == (OPEN, False)
    await after.world.advance(days=3)
    charged = await after.once_ended(due.charge)
    assert (charged.state, await taken(after.world)) == (OPEN, after.later.taken)
