"""Money that waits: given to a request, to an account, or set aside, once, by one operator of two."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2
from services.kit.ids import new_id
from services.kit.wire import to_date
from tests.payments.statement import Entry, statement
from tests.payments.world import GROSS, PAYERS_IBAN, STEERING, World
from tests.support.refusals import bad_fields, refused_as

OPEN, PAID = payments_pb2.PAYMENT_REQUEST_STATE_OPEN, payments_pb2.PAYMENT_REQUEST_STATE_PAID
SHORT = GROSS - 1_000


async def arrives(world: World, *entries: Entry) -> list[payments_pb2.MoneyEntry]:
    """Money that goes to the queue, as it stands there in the end."""
    await world.import_file(statement(*entries, number=f"S-{new_id()}"))
    return await world.queue()


async def test_money_of_the_right_amount_pays_the_request_on_its_own_day(world: World) -> None:
    request = await world.transfer_request()
    yesterday = world.today() - timedelta(days=1)
    (entry,) = await arrives(world, Entry(GROSS, text="?", day=yesterday))
    await world.room.empty_outbox()
    done = await assign(world, entry, request)
    assert (done.payment_request.state, done.payment_request.available_on.day) == (PAID, yesterday.day)
    assert (done.credited.minor, list(done.money_entry_ids)) == (0, [entry.money_entry_id])
    assert await world.queue() == []
    woken = [(wake.workflow_id, wake.signal) for wake in await world.room.wakes()]
    assert woken == [(f"order:{request.order_id}", "payment_completed")]
    told = [(news.workflow_id, news.signal) for news in await world.room.news()]
    assert (f"money:{entry.money_entry_id}", "money_changed") in told
    assert await world.balances() == {"bank": GROSS, "receivable": -GROSS, "suspense": 0}


async def test_what_is_settled_begins_no_workflow_anew_however_late_its_wake_comes(world: World) -> None:
    request = await world.transfer_request()
    paid, back = await arrives(world, Entry(GROSS, text="?"), Entry(GROSS, text="??", iban=PAYERS_IBAN))
    await world.room.empty_outbox()
    await assign(world, paid, request)
    await world.refund(money_entry_id=back.money_entry_id)
    started = {wake.workflow_id for wake in await world.room.wakes()}
    assert f"money:{paid.money_entry_id}" in {news.workflow_id for news in await world.room.news()}
    assert f"money:{paid.money_entry_id}" not in started
    assert f"money:{back.money_entry_id}" in started  # its refund has not left yet


async def test_a_request_is_named_by_its_proformas_number_too(world: World) -> None:
    request = await world.transfer_request()
    await world.stub().RecordProforma(
        payments_pb2.RecordProformaRequest(payment_request_id=request.payment_request_id, proforma_number="P2026/17")
    )
    (entry,) = await arrives(world, Entry(GROSS, text="?"))
    asked = payments_pb2.AssignMoneyRequest(
        request_id=str(new_id()), money_entry_id=entry.money_entry_id, proforma_number="p 2026-17", steering=STEERING
    )
    assert (await world.stub("operator").AssignMoney(asked)).payment_request.state == PAID


async def test_what_is_over_pays_and_the_rest_becomes_credit(world: World) -> None:
    request = await world.transfer_request()
    (entry,) = await arrives(world, Entry(GROSS + 500, reference=request.transfer.reference))
    assert (await assign(world, entry, request)).credited.minor == 500
    assert await world.credit(request.account_id) == 500
    assert await world.balances() == {"bank": GROSS + 500, "receivable": -GROSS, "suspense": 0, "credit": -500}


async def test_short_money_and_what_makes_up_the_rest_pay_together(world: World) -> None:
    request = await world.transfer_request()
    ref = request.transfer.reference
    short, rest = await arrives(world, Entry(SHORT, reference=ref), Entry(1_200, text="rest"))
    with refused_as(errors_pb2.REASON_AMOUNT_MISMATCH) as refused:
        await assign(world, short, request)
    assert refused.value.metadata["missing"] == "1000"
    done = await assign(world, rest, request)
    assert list(done.money_entry_ids) == [rest.money_entry_id, short.money_entry_id]
    assert (done.payment_request.state, done.credited.minor) == (PAID, 200)
    assert await world.queue() == []
    assert await world.balances() == {"bank": SHORT + 1_200, "receivable": -GROSS, "suspense": 0, "credit": -200}
    got = await world.stub().GetPaymentRequest(
        payments_pb2.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    )
    assert got.refundable.minor == GROSS


async def test_short_money_pays_by_itself_once_it_is_exactly_the_whole(world: World) -> None:
    await world.until_day_of_month(5)
    request, other = await world.transfer_request(), await world.transfer_request()
    ref = request.transfer.reference
    await arrives(world, Entry(SHORT, reference=ref), Entry(SHORT, reference=other.transfer.reference))
    await world.advance(days=1)
    rest = statement(Entry(GROSS - SHORT - 1, reference=ref, day=world.today()), number="second")
    assert ((await world.import_file(rest)).paid, (await world.get(request)).state) == (0, OPEN)
    await world.advance(days=1)
    cent = statement(Entry(1, reference=ref, day=world.today()), number="third")
    done = await world.import_file(cent)
    assert (done.paid, done.made_whole, done.queued) == (1, 1, 1)
    paid = await world.get(request)
    assert (paid.state, paid.available_on) == (PAID, to_date(world.today()))
    assert [list(entry.suggestions) for entry in await world.queue()] == [[other.payment_request_id]]
    assert (await world.balances())["suspense"] == -SHORT
    assert (await world.import_file(cent)).paid == 0


async def test_a_transfer_recorded_by_hand_goes_back_to_who_sent_it_once_a_statement_has_confirmed_it(
    world: World,
) -> None:
    request = await world.transfer_request()
    recorded = await record(world, request, SHORT, "HH 1")
    (entry,) = await world.queue()
    assert (entry.money_entry_id, entry.arrived) == (recorded.money_entry_id, False)
    with refused_as(errors_pb2.REASON_MONEY_SETTLED):
        await refund(world, entry)
    await world.room.empty_outbox()
    seen = Entry(SHORT, reference=request.transfer.reference, bank_reference="HH 1", iban=PAYERS_IBAN)
    assert (await world.import_file(statement(seen, number="seen"))).confirmed == 1
    woken = {wake.workflow_id for wake in await world.room.wakes()}
    assert woken == {f"money:{entry.money_entry_id}", f"order:{request.order_id}"}
    assert (await get(world, entry)).arrived
    asked = await refund(world, entry)
    assert (asked.amount.minor, asked.iban, asked.holder) == (SHORT, PAYERS_IBAN, seen.debtor)
    assert await world.balances() == {"bank": SHORT, "announced": 0, "suspense": 0, "refunds": -SHORT}


async def test_a_transfer_recorded_by_hand_counts_for_the_whole_once_a_statement_has_confirmed_it(world: World) -> None:
    request = await world.transfer_request()
    recorded = await record(world, request, SHORT, "HH 1")
    rest = Entry(GROSS - SHORT, reference=request.transfer.reference, bank_reference="HH 2")
    assert (await world.import_file(statement(rest, number="rest"))).made_whole == 0
    assert (await world.get(request)).state == OPEN
    seen = Entry(SHORT, reference=request.transfer.reference, bank_reference="HH 1")
    done = await world.import_file(statement(seen, number="seen"))
    assert (done.confirmed, done.made_whole) == (1, 1)
    assert (await world.get(request)).state == PAID
    assert await world.queue() == []
    assert await world.balances() == {"bank": GROSS, "announced": 0, "receivable": -GROSS, "suspense": 0}
    assert recorded.payment_request.state == OPEN


async def test_the_rest_that_comes_after_a_confirmed_record_pays_with_it(world: World) -> None:
    request = await world.transfer_request()
    await record(world, request, SHORT, "HH 1")
    seen = Entry(SHORT, reference=request.transfer.reference, bank_reference="HH 1")
    assert (await world.import_file(statement(seen, number="seen"))).made_whole == 0
    rest = Entry(GROSS - SHORT, reference=request.transfer.reference, bank_reference="HH 2")
    assert (await world.import_file(statement(rest, number="rest"))).made_whole == 1


async def test_short_money_that_is_whole_waits_where_its_day_or_its_invoice_needs_a_person(world: World) -> None:
    request, late = await world.transfer_request(), await world.transfer_request()
    before, day = world.today() - timedelta(days=1), world.today()
    early = Entry(GROSS // 2, reference=request.transfer.reference, day=before)
    await arrives(world, early, replace(early, day=day))
    assert (await world.get(request)).state == OPEN
    await world.advance(days=13)
    half = Entry(GROSS // 2, reference=late.transfer.reference, day=day, bank_reference="B-1")
    waiting = await arrives(world, half, replace(half, bank_reference="B-2"))
    assert ((await world.get(late)).state, len(waiting)) == (OPEN, 4)
    assert (await assign(world, waiting[-1], late, accept_late=True)).payment_request.state == PAID


async def test_short_money_pays_by_itself_though_its_first_part_is_older_than_an_invoice_may_be(world: World) -> None:
    await world.until_day_of_month(5)
    request = await world.transfer_request()
    half = Entry(GROSS // 2, reference=request.transfer.reference, day=world.today())
    await arrives(world, half)
    await world.advance(days=13)
    rest = statement(replace(half, day=world.today()), number="rest")
    done = await world.import_file(rest)
    assert (done.made_whole, done.queued) == (1, 1)
    paid = await world.get(request)
    assert (paid.state, paid.available_on) == (PAID, to_date(world.today()))


async def test_statements_imported_at_once_let_the_whole_pay_once(world: World) -> None:
    for number in range(5):
        request = await world.transfer_request()
        half = Entry(GROSS // 2, reference=request.transfer.reference)
        halves = [replace(half, bank_reference=f"{number}-{half_number}") for half_number in range(2)]
        files = [statement(each, number=f"S-{each.bank_reference}") for each in halves]
        done = await asyncio.gather(*(world.import_file(file) for file in files))
        assert sum(each.made_whole for each in done) == 1
        assert (await world.get(request)).state == PAID
    assert (await world.balances())["suspense"] == 0


async def test_a_shortfall_pays_only_by_an_operators_word_and_within_the_tolerance(world: World) -> None:
    request, other = await world.transfer_request(), await world.transfer_request()
    (small,) = await arrives(world, Entry(GROSS - 500, reference=request.transfer.reference))
    assert (await world.get(request)).state == OPEN
    assert (await assign(world, small, request, accept_shortfall=True)).payment_request.state == PAID
    assert (await world.balances())["shortfall"] == 500
    (large,) = await arrives(world, Entry(GROSS - 501, reference=other.transfer.reference))
    with refused_as(errors_pb2.REASON_AMOUNT_MISMATCH):
        await assign(world, large, other, accept_shortfall=True)
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await world.refund(
            payment_request_id=request.payment_request_id, amount=common_pb2.Money(minor=GROSS, currency="EUR")
        )


async def test_what_paid_a_request_is_told_by_its_means_without_an_accepted_shortfall_and_without_credit(
    world: World,
) -> None:
    account = (await world.transfer_request()).account_id
    await world.give_credit(account, 300)
    online = await world.request(account_id=account)
    missing = statement(Entry(GROSS - 700, text=online.payment_request_id), number="S-2")
    assert (await read(world, online)).received == []
    await world.import_file(missing)
    (entry,) = await world.queue()
    await assign(world, entry, online, accept_shortfall=True)
    told = await read(world, online)
    (part,) = told.received
    assert (part.method, part.amount.minor) == (common_pb2.PAYMENT_METHOD_BANK_TRANSFER, GROSS - 700)
    assert part.reference.startswith("RF")
    assert (told.payment_request.credit_used.minor, told.shortfall.minor) == (300, 400)
    by_card = await read(world, await world.paid_online())
    assert [(each.method, each.amount.minor, each.reference) for each in by_card.received] == [
        (common_pb2.PAYMENT_METHOD_ONLINE, GROSS, "")
    ]


async def test_a_shortfall_is_at_most_a_part_of_what_is_asked_for_and_the_refusal_names_the_limit(world: World) -> None:
    asked = common_pb2.Money(minor=295, currency="EUR")
    request, other = await world.transfer_request(amount=asked), await world.transfer_request(amount=asked)
    (cent,) = await arrives(world, Entry(1, reference=request.transfer.reference))
    with refused_as(errors_pb2.REASON_AMOUNT_MISMATCH) as refused:
        await assign(world, cent, request, accept_shortfall=True)
    said = refused.value.message
    assert "2.94 EUR are missing; of 2.95 EUR a shortfall of up to 0.59 EUR may be accepted" in said
    assert "(the lower of 5.00 EUR and 20 %)" in said
    (enough,) = [e for e in await arrives(world, Entry(236, reference=other.transfer.reference)) if e != cent]
    assert (await assign(world, enough, other, accept_shortfall=True)).payment_request.state == PAID


async def test_money_whose_invoice_would_be_late_pays_only_where_an_operator_accepts_that(world: World) -> None:
    request = await world.transfer_request()
    day = world.today()
    (entry,) = await arrives(world, Entry(GROSS, text="?", day=day))
    await world.advance(days=12)
    in_time = await world.transfer_request()
    both = await arrives(world, Entry(GROSS, text="??", day=day, bank_reference="B-2"))
    (second,) = [each for each in both if each.money_entry_id != entry.money_entry_id]
    assert (await assign(world, second, in_time)).payment_request.state == PAID
    await world.advance(days=1)
    before = await world.balances()
    with refused_as(errors_pb2.REASON_INVOICE_LATE) as refused:
        await assign(world, entry, request)
    assert (
        f"still to be made would be dated {day}, take a number of {day.year} and be 1 day late for good, as its last "
        f"day was {day + timedelta(days=12)}"
    ) in refused.value.message
    assert (await world.get(request)).state == OPEN
    assert [each.money_entry_id for each in await world.queue()] == [entry.money_entry_id]
    assert await world.balances() == before
    done = await assign(world, entry, request, accept_late=True)
    assert done.payment_request.available_on == to_date(day)
    assert done.invoice_was_due == to_date(day + timedelta(days=12))


async def test_money_that_came_for_what_is_paid_already_has_no_last_day_for_an_invoice(world: World) -> None:
    request = await world.transfer_request()
    named = request.transfer.reference
    (short,) = await arrives(world, Entry(SHORT, reference=named))
    assert (short.HasField("invoice_by"), short.names_only_paid) == (True, False)
    await world.import_file(statement(Entry(GROSS, reference=named), Entry(GROSS, reference=named), number="S2"))
    assert (await world.get(request)).state == PAID
    entries = await world.queue()
    assert len(entries) == 2
    assert [(entry.HasField("invoice_by"), entry.names_only_paid) for entry in entries] == [(False, True)] * 2


async def test_money_that_names_two_requests_pays_the_one_that_the_operator_says_and_wakes_the_other(
    world: World,
) -> None:
    one, two = await world.transfer_request(), await world.transfer_request()
    (entry,) = await arrives(world, Entry(GROSS, text=f"{one.transfer.reference} {two.transfer.reference}"))
    await world.room.empty_outbox()
    await assign(world, entry, two)
    assert [(await world.get(each)).state for each in (one, two)] == [OPEN, PAID]
    assert {(wake.workflow_id, wake.signal) for wake in await world.wakes()} == {
        (f"order:{two.order_id}", "payment_completed"), (f"order:{one.order_id}", "money_waiting"),
    }  # fmt: skip


async def test_late_money_of_a_card_can_pay_the_order_that_was_placed_again(world: World) -> None:
    first = await world.request()
    await world.start(first)
    page = await world.start(first)
    await world.stripe.pay(page, "paypal:processing")
    intent = (await world.stripe.state())["sessions"][0]["payment_intent"]
    async with world.room.core.database.transaction() as conn:  # closed although a charge was processed: it is late
        await conn.exec_driver_sql(
            "UPDATE payment_requests SET state = 'closed', closed_at = now(), close_reason = 'cancelled'"
        )
    await world.stripe.settle(intent, succeeded=True)
    await world.deliver()
    (entry,) = await world.queue()
    second = await world.request(account_id=first.account_id)
    assert (await assign(world, entry, second)).payment_request.state == PAID
    assert (await world.balances())["stripe"] == GROSS
    refund = await world.refund(
        payment_request_id=second.payment_request_id, amount=common_pb2.Money(minor=GROSS, currency="EUR")
    )
    assert refund.state == payments_pb2.REFUND_STATE_DONE


async def test_undated_money_takes_its_day_from_the_operator(world: World) -> None:
    request = await world.transfer_request()
    (entry,) = await arrives(world, Entry(GROSS, reference=request.transfer.reference, day=None))
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await assign(world, entry, request)
    assert bad_fields(refused.value) == {"booked_on": "required"}
    today = common_pb2.Date(year=world.today().year, month=world.today().month, day=world.today().day)
    assert (await assign(world, entry, request, booked_on=today)).payment_request.available_on == today


async def test_money_becomes_credit_of_an_account_and_wakes_what_it_named(world: World) -> None:
    request = await world.transfer_request()
    (entry,) = await arrives(world, Entry(SHORT, reference=request.transfer.reference))
    await world.room.empty_outbox()
    assert await credit(world, entry, request.account_id) == SHORT
    assert [wake.signal for wake in await world.wakes()] == ["money_waiting"]
    assert await world.balances() == {"bank": SHORT, "suspense": 0, "credit": -SHORT}
    assert (await world.close(request)).state == payments_pb2.PAYMENT_REQUEST_STATE_CLOSED


async def test_money_that_was_credited_and_taken_back_lowers_the_credit_and_never_below_zero(world: World) -> None:
    account = str(new_id())
    (entry,) = await arrives(world, Entry(900, text="?", bank_reference="B-1"))
    await credit(world, entry, account)
    (back,) = await arrives(world, Entry(900, direction="DBIT", bank_reference="B-1"))
    await world.request(account_id=account, amount=common_pb2.Money(minor=100, currency="EUR"))
    with refused_as(errors_pb2.REASON_CREDIT_TOO_SMALL):
        await credit(world, back, account)
    assert len(await world.queue()) == 1
    (more,) = (await arrives(world, Entry(100, text="?")))[1:]
    await credit(world, more, account)
    assert await credit(world, back, account) == 0
    assert await world.queue() == []
    await world.balances()


async def test_money_of_an_assigned_entry_that_is_taken_back_leaves_the_request_paid_until_a_person_decides(
    world: World,
) -> None:
    request = await world.transfer_request()
    (entry,) = await arrives(world, Entry(GROSS, text="?", bank_reference="B-1"))
    await assign(world, entry, request)
    (back,) = await arrives(world, Entry(GROSS, direction="DBIT", bank_reference="B-1"))
    assert (back.amount.minor, list(back.suggestions)) == (-GROSS, [request.payment_request_id])
    assert (await world.get(request)).state == PAID
    for refused in (assign(world, back, request), refund(world, back)):
        with refused_as(errors_pb2.REASON_MONEY_SETTLED):
            await refused
    with refused_as(errors_pb2.REASON_REFUND_TOO_MUCH):
        await world.refund(
            payment_request_id=request.payment_request_id, amount=common_pb2.Money(minor=1, currency="EUR")
        )
    await set_aside(world, back)
    assert await world.balances() == {"bank": 0, "receivable": -GROSS, "suspense": 0, "set_aside": GROSS}


async def test_money_is_refunded_to_its_payer_and_back_in_the_queue_when_that_is_given_up(world: World) -> None:
    (entry,) = await arrives(world, Entry(700, text="?", iban=PAYERS_IBAN))
    refunded = await refund(world, entry)
    assert (refunded.state, refunded.amount.minor) == (payments_pb2.REFUND_STATE_APPROVED, 700)
    shown = await get(world, entry)
    assert (shown.settlement, shown.settled_to) == (payments_pb2.MONEY_SETTLEMENT_REFUNDED, refunded.refund_id)
    assert (await world.balances())["refunds"] == -700
    await cancel(world, refunded)
    assert [each.money_entry_id for each in await world.queue()] == [entry.money_entry_id]
    assert (await world.balances())["suspense"] == -700


async def test_an_order_whose_money_is_refunded_or_back_in_the_queue_is_told(world: World) -> None:
    request = await world.transfer_request()
    (entry,) = await arrives(world, Entry(SHORT, reference=request.transfer.reference, iban=PAYERS_IBAN))
    woken = (f"order:{request.order_id}", "money_waiting")
    await world.room.empty_outbox()
    refunded = await refund(world, entry)
    assert [(wake.workflow_id, wake.signal) for wake in await world.wakes()] == [woken]
    await world.room.empty_outbox()
    await cancel(world, refunded)
    assert [(wake.workflow_id, wake.signal) for wake in await world.wakes()] == [woken]


@pytest.mark.parametrize("number", range(3))
async def test_of_operators_who_decide_at_once_one_wins_and_the_others_are_told(world: World, number: int) -> None:
    request = await world.transfer_request()
    (entry,) = await arrives(world, Entry(GROSS, text="?", iban=PAYERS_IBAN))
    decisions: list[Callable[[], Coroutine[Any, Any, Any]]] = [
        lambda: assign(world, entry, request),
        lambda: credit(world, entry, request.account_id),
        lambda: refund(world, entry),
        lambda: set_aside(world, entry),
    ]
    told = await asyncio.gather(
        *(decide() for decide in decisions[number:] + decisions[:number]), return_exceptions=True
    )
    assert sum(not isinstance(each, Exception) for each in told) == 1
    reasons = {getattr(each, "reason", None) for each in told if isinstance(each, Exception)}
    assert reasons == {errors_pb2.REASON_MONEY_SETTLED}
    assert await world.queue() == []
    await world.balances()


async def test_two_operators_who_give_two_short_entries_to_one_request_do_not_cross(world: World) -> None:
    for _ in range(5):
        request = await world.transfer_request()
        half = Entry(GROSS // 2 + 1, reference=request.transfer.reference)
        one, two = (await arrives(world, half, half))[-2:]
        told = await asyncio.gather(assign(world, one, request), assign(world, two, request), return_exceptions=True)
        assert sum(not isinstance(each, Exception) for each in told) == 1, told
        assert (await world.get(request)).state == PAID
    await world.balances()


async def test_money_that_names_an_open_request_pays_another_one_only_where_that_is_accepted(world: World) -> None:
    named, other = await world.transfer_request(), await world.transfer_request()
    (entry,) = await arrives(world, Entry(SHORT, reference=named.transfer.reference))
    with refused_as(errors_pb2.REASON_MONEY_SETTLED) as refused:
        await assign(world, entry, other, accept_shortfall=True)
    assert '"accept_other": true' in refused.value.message
    assert refused.value.metadata["named"] in {named.proforma_number, named.payment_request_id}
    (still,) = await world.queue()
    with refused_as(errors_pb2.REASON_AMOUNT_MISMATCH):  # the next question, and no refusal of the first kind
        await assign(world, still, other, accept_other=True)
    with refused_as(errors_pb2.REASON_AMOUNT_MISMATCH):
        await assign(world, still, named)


@pytest.mark.parametrize("same_account", [True, False])
async def test_money_that_names_what_is_paid_pays_another_request_of_its_account_alone_without_more_words(
    world: World, *, same_account: bool
) -> None:
    account = {"account_id": str(new_id())}
    paid = await world.paid_by_transfer(**account)
    other = await world.transfer_request(**(account if same_account else {}))
    (entry,) = await arrives(world, Entry(GROSS, reference=paid.transfer.reference, bank_reference="B-2"))
    if not same_account:
        with refused_as(errors_pb2.REASON_MONEY_SETTLED):
            await assign(world, entry, other)
    done = await assign(world, entry, other, accept_other=not same_account)
    assert done.payment_request.state == PAID


async def test_a_repeated_decision_changes_nothing_and_answers_the_same(world: World) -> None:
    request = await world.transfer_request()
    (entry,) = await arrives(world, Entry(GROSS + 50, text="?"))
    request_id = str(new_id())
    first, second = [await assign(world, entry, request, request_id=request_id) for _ in range(2)]
    assert first == second
    with refused_as(errors_pb2.REASON_MONEY_SETTLED):
        await assign(world, entry, request)
    assert len([row for row in await world.room.rows("audit") if row["action"] == "assign_money"]) == 1


async def test_what_is_paid_or_closed_takes_no_money(world: World) -> None:
    paid = await world.paid_by_transfer()
    closed = await world.transfer_request()
    await world.close(closed)
    (entry,) = await arrives(world, Entry(GROSS, text="?"))
    with refused_as(errors_pb2.REASON_PAYMENT_REQUEST_PAID):
        await assign(world, entry, paid)
    with refused_as(errors_pb2.REASON_PAYMENT_REQUEST_CLOSED):
        await assign(world, entry, closed)
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await world.stub("operator").AssignMoney(
            payments_pb2.AssignMoneyRequest(
                request_id=str(new_id()), money_entry_id=entry.money_entry_id, payment_request_id=str(new_id()),
                steering=STEERING,
            )
        )  # fmt: skip
    assert len(await world.queue()) == 1


async def test_bad_input_names_every_field_and_settles_nothing(world: World) -> None:
    stub = world.stub("operator")
    for call, fields in (
        (stub.AssignMoney(payments_pb2.AssignMoneyRequest()), {"payment_request_id"}),
        (stub.CreditMoney(payments_pb2.CreditMoneyRequest()), {"account_id"}),
        (stub.SetMoneyAside(payments_pb2.SetMoneyAsideRequest()), set()),
    ):
        with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
            await call
        usual = {"request_id", "money_entry_id", "steering.actor", "steering.reason_code"}
        assert bad_fields(refused.value).keys() == usual | fields


async def assign(
    world: World, entry: payments_pb2.MoneyEntry, request: payments_pb2.PaymentRequest, **fields: Any
) -> payments_pb2.AssignMoneyResponse:
    """Give money to a request."""
    asked = payments_pb2.AssignMoneyRequest(
        **{
            "request_id": str(new_id()),
            "money_entry_id": entry.money_entry_id,
            "payment_request_id": request.payment_request_id,
            "steering": STEERING,
            **fields,
        }
    )
    done: payments_pb2.AssignMoneyResponse = await world.stub("operator").AssignMoney(asked)
    return done


async def credit(world: World, entry: payments_pb2.MoneyEntry, account_id: str) -> int:
    """Make money credit of an account; what it has then."""
    asked = payments_pb2.CreditMoneyRequest(
        request_id=str(new_id()), money_entry_id=entry.money_entry_id, account_id=account_id, steering=STEERING
    )
    return int((await world.stub("operator").CreditMoney(asked)).credit.minor)


async def refund(world: World, entry: payments_pb2.MoneyEntry) -> payments_pb2.Refund:
    """Refund money to its payer."""
    return await world.refund("operator", money_entry_id=entry.money_entry_id, steering=STEERING)


async def cancel(world: World, refund: payments_pb2.Refund) -> None:
    """Give a refund up."""
    asked = payments_pb2.CancelRefundRequest(request_id=str(new_id()), refund_id=refund.refund_id, steering=STEERING)
    await world.stub("operator").CancelRefund(asked)


async def set_aside(world: World, entry: payments_pb2.MoneyEntry) -> None:
    """Take money out of the queue."""
    asked = payments_pb2.SetMoneyAsideRequest(
        request_id=str(new_id()), money_entry_id=entry.money_entry_id, steering=STEERING
    )
    await world.stub("operator").SetMoneyAside(asked)


async def get(world: World, entry: payments_pb2.MoneyEntry) -> payments_pb2.MoneyEntry:
    """An entry, settled or not."""
    asked = payments_pb2.GetMoneyEntryRequest(money_entry_id=entry.money_entry_id)
    shown: payments_pb2.MoneyEntry = (await world.stub().GetMoneyEntry(asked)).entry
    return shown


async def read(world: World, request: payments_pb2.PaymentRequest) -> payments_pb2.GetPaymentRequestResponse:
    asked = payments_pb2.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    found: payments_pb2.GetPaymentRequestResponse = await world.stub().GetPaymentRequest(asked)
    return found


async def record(
    world: World, request: payments_pb2.PaymentRequest, minor: int, reference: str
) -> payments_pb2.RecordBankTransferResponse:
    """A transfer that an operator has seen on the account."""
    told: payments_pb2.RecordBankTransferResponse = await world.stub("operator").RecordBankTransfer(
        payments_pb2.RecordBankTransferRequest(
            request_id=str(new_id()),
            payment_request_id=request.payment_request_id,
            amount=common_pb2.Money(minor=minor, currency="EUR"),
            booked_on=to_date(world.today()),
            bank_reference=reference,
            steering=STEERING,
        )
    )
    return told
