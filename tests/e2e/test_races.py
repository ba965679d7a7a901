"""The deciding race: a payment and a closing in the same instant. One wins in the row; everything else follows it."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from temporalio.service import RPCError

from casella.common.v1 import common_pb2 as common
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.demo import paying
from deploy.local.demo.customer import Customer
from services.kit.calendar import ROME
from services.kit.errors import Refused
from tests.e2e.play import Play, database, started
from tests.e2e.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("races")]

ROUNDS = int(os.environ.get("RACES", "25"))
"""Races each way; the locks bring each to its deciding instant, so that more only meet more of what runs beside it."""
ORDERS_PER_DAY = 10
"""So many may one customer place (deploy/policy.yaml)."""
ENDS = (ordering_pb2.ORDER_STATE_FULFILLED, ordering_pb2.ORDER_STATE_EXPIRED, ordering_pb2.ORDER_STATE_CANCELLED)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def play(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Play]:
    async with started(tmp_path_factory.mktemp("races") / "var") as play:
        yield play


async def waiting_for(watcher: asyncpg.Connection, number: int) -> None:
    """Come back when so many of the room's statements wait for the lock."""

    async def look() -> bool | None:
        waiting = await watcher.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = current_user"
        )
        return True if waiting >= number else None

    await until(look, f"{number} statements that wait for the row")


async def pay(play: Play, request: payments_pb2.PaymentRequest) -> None:
    """The money arrives in a statement."""
    transfer = paying.Transfer(request.amount, datetime.now(ROME).date(), request.transfer.reference)
    await play.operator.payments.ImportStatement(
        payments_pb2.ImportStatementRequest(file=paying.statement(request.transfer.iban, [transfer]))
    )


async def race(play: Play, customer: Customer, order: ordering_pb2.Order, *, payment_first: bool) -> None:
    """Hold the row, send the payment and the cancellation, and let go once both wait for it."""
    asked = payments_pb2.GetPaymentRequestRequest(order_id=order.order_id)
    request = (await play.worker.payments.GetPaymentRequest(asked)).payment_request
    holder, watcher = await database(play, "payments"), await database(play, "payments")
    try:
        lock = holder.transaction()
        await lock.start()
        # FOR UPDATE also holds up the ledger's foreign key, and with it the payment before its deciding statement.
        strength = "NO KEY UPDATE" if payment_first else "UPDATE"
        await holder.execute(
            f"SELECT 1 FROM payment_requests WHERE id = $1 FOR {strength}", UUID(request.payment_request_id)
        )
        both = [pay(play, request), customer.cancel(order.order_id)]
        first = asyncio.create_task(both.pop(0 if payment_first else 1))
        await waiting_for(watcher, 1)
        second = asyncio.create_task(both.pop())
        await waiting_for(watcher, 2)
        await lock.rollback()
        await asyncio.gather(first, second)
    finally:
        await holder.close()
        await watcher.close()


async def may_be_closed(play: Play, customer: Customer) -> bool:
    """Ask for the purge as the Trial workflow does at its timer."""
    try:
        await play.worker.ordering.CloseAccount(
            ordering_pb2.CloseAccountRequest(
                account_id=customer.account_id, reason=ordering_pb2.CLOSURE_REASON_TRIAL_ENDED
            )
        )
    except Refused:
        return False
    return True


async def end_of_round(play: Play, customer: Customer, order: ordering_pb2.Order) -> str:
    """What all services say in the end; asserts that they agree."""
    order = await play.order_when(customer, order.order_id, lambda order: order.state in ENDS)
    answer = await play.worker.payments.GetPaymentRequest(
        payments_pb2.GetPaymentRequestRequest(order_id=order.order_id)
    )
    allowance = await customer.allowance()
    if answer.payment_request.state == payments_pb2.PAYMENT_REQUEST_STATE_PAID:
        assert order.state == ordering_pb2.ORDER_STATE_FULFILLED
        assert (allowance.state, allowance.order_id) == (mailboxes_pb2.ACCESS_STATE_UNLOCKED, order.order_id)
        assert not await may_be_closed(play, customer), "paid and purged"
        return "paid"
    assert answer.payment_request.state == payments_pb2.PAYMENT_REQUEST_STATE_CLOSED
    assert order.state != ordering_pb2.ORDER_STATE_FULFILLED
    assert allowance.state == mailboxes_pb2.ACCESS_STATE_TRIAL
    return "closed"


async def rounds(play: Play, *, payment_first: bool) -> Counter[str]:
    """Many races, each with an order of its own; tells how often which side won."""
    winners: Counter[str] = Counter()
    customer: Customer | None = None
    for number in range(ROUNDS):
        if customer is None or number % ORDERS_PER_DAY == 0:
            customer, order = await play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
        else:
            order = await play.place(customer, common.PAYMENT_METHOD_BANK_TRANSFER)
        await race(play, customer, order, payment_first=payment_first)
        winner = await end_of_round(play, customer, order)
        winners[winner] += 1
        if winner == "paid":
            customer = None
    return winners


async def test_a_payment_before_a_cancellation_in_one_instant_has_one_winner(play: Play) -> None:
    winners = await rounds(play, payment_first=True)
    assert winners.total() == ROUNDS
    assert winners["paid"]


async def test_a_cancellation_before_a_payment_in_one_instant_has_one_winner(play: Play) -> None:
    winners = await rounds(play, payment_first=False)
    assert winners.total() == ROUNDS
    assert winners["closed"]


async def cancelled_in_a_race(play: Play) -> Customer:
    """Race until a cancellation has won: being sent first makes that likely, and the row alone decides."""
    for _ in range(ROUNDS):
        customer, order = await play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
        assert not await may_be_closed(play, customer), "an open order, and closed"
        await race(play, customer, order, payment_first=False)
        if await end_of_round(play, customer, order) == "closed":
            return customer
    raise AssertionError("no cancellation has ever won")


async def test_money_that_lost_the_race_waits_in_the_operators_queue(play: Play) -> None:
    await cancelled_in_a_race(play)
    entries = (await play.operator.payments.ListMoneyEntries(payments_pb2.ListMoneyEntriesRequest())).entries
    assert payments_pb2.MONEY_ENTRY_REASON_LATE in [entry.reason for entry in entries]
    assert (await play.operator.payments.ProveLedger(payments_pb2.ProveLedgerRequest())).balanced


async def test_an_account_whose_order_was_cancelled_may_be_closed_and_is_purged(play: Play) -> None:
    customer = await cancelled_in_a_race(play)
    assert await may_be_closed(play, customer)
    purge = play.temporal.get_workflow_handle(f"purge:{customer.account_id}")

    async def result() -> str | None:
        try:
            return str(await purge.result())
        except RPCError:  # not started yet
            return None

    assert await until(result, "the purge") == "purged"
    asked = mailboxes_pb2.ProvePurgedRequest(account_id=customer.account_id)
    left = await play.operator.mailboxes.ProvePurged(asked)
    assert (left.domains, left.mailboxes, left.mailboxes_in_mail_system) == (0, 0, 0)
