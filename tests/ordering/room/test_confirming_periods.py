"""Before a period's invoice its reverse charge is confirmed once more, as an order's is: VIES again, or an operator."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.wire import from_duration
from tests.ordering.shop import ACME, BEISPIEL, STEERING, Shop
from tests.ordering.subscribers import PAID, UNPAID, Subscriber, monthly
from tests.support.refusals import bad_fields, refused_for
from tests.support.room import request_id

INVALID = errors_pb2.REASON_INVALID_INPUT
GERMAN = "DE123456788"
OTHER_PROOF = pb.TAX_DECISION_OTHER_PROOF


async def confirm(subscriber: Subscriber, number: int = 2) -> pb.SettleTaxResponse:
    answer = await subscriber.shop.worker.SettleTax(pb.SettleTaxRequest(period_id=subscriber.id_of(number)))
    return pb.SettleTaxResponse.FromString(answer.SerializeToString())


def decision(subscriber: Subscriber, decided: pb.TaxDecision = OTHER_PROOF, number: int = 2) -> pb.DecideTaxRequest:
    return pb.DecideTaxRequest(
        request_id=request_id(), period_id=subscriber.id_of(number), decision=decided, steering=STEERING
    )


async def paid_later(shop: Shop, party: common_pb2.BillingParty = BEISPIEL) -> Subscriber:
    """The second period of somebody, measured and asked for, and paid three days after."""
    subscriber = await monthly(shop, date(2026, 6, 1), party=party)
    await subscriber.asked_in_time(2)
    shop.room.clock.advance(days=3)
    await subscriber.end(2, PAID)
    await shop.room.empty_outbox()
    return subscriber


async def test_before_a_period_s_invoice_vies_is_asked_again_and_the_answer_is_tied_to_it(shop: Shop) -> None:
    subscriber = await paid_later(shop)
    asked = len(shop.vies.questions)
    answer = await confirm(subscriber)
    assert (answer.next, answer.finding, answer.HasField("order")) == (
        pb.TAX_NEXT_SETTLED,
        pb.VAT_FINDING_VALID,
        False,
    )
    assert len(shop.vies.questions) == asked + 1
    checks = await shop.room.rows("vat_checks")
    last = max(checks, key=lambda row: row["asked_at"])
    assert (await subscriber.period(2)).vat_check_id == str(last["id"])
    assert last["consultation_number"] == shop.vies.questions[-1].consultation_number != ""


async def test_an_answer_of_the_last_24_hours_counts_for_the_invoice_too(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 6, 1), party=BEISPIEL)
    await subscriber.asked_in_time(2)
    await subscriber.end(2, PAID)
    asked = len(shop.vies.questions)
    assert (await confirm(subscriber)).next == pb.TAX_NEXT_SETTLED
    assert len(shop.vies.questions) == asked
    assert (await subscriber.period(2)).vat_check_id


async def test_a_period_is_confirmed_once_for_good(shop: Shop) -> None:
    subscriber = await paid_later(shop)
    await confirm(subscriber)
    tied = (await subscriber.period(2)).vat_check_id
    shop.vies.set(GERMAN, "invalid")
    shop.room.clock.advance(days=3)
    asked = len(shop.vies.questions)
    assert (await confirm(subscriber)).next == pb.TAX_NEXT_SETTLED
    assert ((await subscriber.period(2)).vat_check_id, len(shop.vies.questions)) == (tied, asked)


async def test_while_vies_is_away_the_earlier_answer_is_tied_to_the_invoice(shop: Shop) -> None:
    subscriber = await paid_later(shop)
    shop.vies.send_away("SERVICE_UNAVAILABLE")
    answer = await confirm(subscriber)
    assert (answer.next, answer.finding, answer.vies_error) == (
        pb.TAX_NEXT_SETTLED,
        pb.VAT_FINDING_NO_ANSWER,
        "SERVICE_UNAVAILABLE",
    )
    checks = {str(row["id"]): row["finding"] for row in await shop.room.rows("vat_checks")}
    assert checks[(await subscriber.period(2)).vat_check_id] == "valid"


async def test_a_definite_no_waits_for_another_proof_and_vies_is_asked_again_in_time(shop: Shop) -> None:
    subscriber = await paid_later(shop)
    shop.vies.set(GERMAN, "invalid")
    answer = await confirm(subscriber)
    assert (answer.next, list(answer.offered)) == (pb.TAX_NEXT_NEEDS_OPERATOR, [OTHER_PROOF])
    assert from_duration(answer.wait) == timedelta(hours=3)
    asked = len(shop.vies.questions)
    assert (await confirm(subscriber)).next == pb.TAX_NEXT_NEEDS_OPERATOR
    assert len(shop.vies.questions) == asked
    shop.vies.set(GERMAN, "valid")
    shop.room.clock.advance(hours=3)
    assert (await confirm(subscriber)).next == pb.TAX_NEXT_SETTLED


async def test_an_operator_s_proof_lets_the_invoice_go_and_stands_for_the_next_period(shop: Shop) -> None:
    subscriber = await paid_later(shop)
    shop.vies.set(GERMAN, "invalid")
    await confirm(subscriber)
    request = decision(subscriber)
    first = (await shop.worker.DecideTax(request)).period
    assert (await shop.worker.DecideTax(request)).period == first
    assert (await confirm(subscriber)).next == pb.TAX_NEXT_SETTLED
    (entry,) = await shop.room.rows("audit")
    assert (entry["action"], str(entry["subject_id"])) == ("tax_other_proof", subscriber.id_of(2))
    assert await subscriber.woken() == [subscriber.renewal(2)]
    await subscriber.asked_in_time(3)
    await subscriber.end(3, PAID)
    assert (await confirm(subscriber, 3)).next == pb.TAX_NEXT_SETTLED


async def test_a_proof_that_was_accepted_for_one_number_carries_no_other_numbers_invoice(shop: Shop) -> None:
    subscriber = await paid_later(shop)
    shop.vies.set(GERMAN, "invalid")
    await confirm(subscriber)
    await shop.worker.DecideTax(decision(subscriber))
    other = common_pb2.BillingParty()
    other.CopyFrom(BEISPIEL)
    other.vat_number = "136695976"
    shop.vies.set("DE136695976", "valid")
    await shop.save_profile(subscriber.account_id, other)
    await subscriber.asked_in_time(3)
    shop.room.clock.advance(days=3)
    await subscriber.end(3, PAID)
    shop.vies.set("DE136695976", "invalid")
    assert (await confirm(subscriber, 3)).next == pb.TAX_NEXT_NEEDS_OPERATOR


@pytest.mark.parametrize("decided", [pb.TAX_DECISION_REFUSE, pb.TAX_DECISION_CHARGE_VAT])
async def test_what_was_paid_is_neither_refused_nor_charged_with_vat(shop: Shop, decided: pb.TaxDecision) -> None:
    subscriber = await paid_later(shop)
    shop.vies.set(GERMAN, "invalid")
    await confirm(subscriber)
    await refused_for(shop.worker.DecideTax(decision(subscriber, decided)), errors_pb2.REASON_TAX_STATE)
    assert await shop.room.rows("audit") == []


async def test_without_a_question_nothing_is_decided(shop: Shop) -> None:
    subscriber = await paid_later(shop)
    await refused_for(shop.worker.DecideTax(decision(subscriber)), errors_pb2.REASON_TAX_STATE)


async def test_an_italian_s_period_asks_vies_nothing(shop: Shop) -> None:
    subscriber = await paid_later(shop, ACME)
    assert (await confirm(subscriber)).next == pb.TAX_NEXT_SETTLED
    assert len(shop.vies.questions) == 0


async def test_a_period_that_asks_for_no_invoice_asks_vies_nothing(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 6, 1), party=BEISPIEL)
    await subscriber.asked_in_time(2)
    shop.room.clock.advance(days=3)
    asked = len(shop.vies.questions)
    assert (await confirm(subscriber)).next == pb.TAX_NEXT_NOT_OPEN
    await subscriber.end(2, UNPAID)
    assert (await confirm(subscriber)).next == pb.TAX_NEXT_NOT_OPEN
    assert len(shop.vies.questions) == asked


async def test_two_who_confirm_at_once_confirm_once(shop: Shop) -> None:
    subscriber = await paid_later(shop)
    answers = await asyncio.gather(*(confirm(subscriber) for _ in range(2)))
    assert [answer.next for answer in answers] == [pb.TAX_NEXT_SETTLED] * 2
    tied = (await subscriber.period(2)).vat_check_id
    assert tied in {str(row["id"]) for row in await shop.room.rows("vat_checks")}


@pytest.mark.parametrize("slower", ["valid", "invalid"])
async def test_what_was_confirmed_while_vies_was_asked_stays_as_it_was_confirmed(shop: Shop, slower: str) -> None:
    subscriber = await paid_later(shop)
    asked = len(shop.vies.questions)
    confirmed: list[Any] = []

    async def the_other_is_faster() -> None:
        assert (await confirm(subscriber)).next == pb.TAX_NEXT_SETTLED
        confirmed.extend(await shop.room.rows("subscription_periods"))
        shop.vies.set(GERMAN, slower)

    shop.neighbours.meanwhile["vies"] = the_other_is_faster
    assert (await confirm(subscriber)).next == pb.TAX_NEXT_SETTLED
    assert len(shop.vies.questions) == asked + 2
    assert await shop.room.rows("subscription_periods") == confirmed


@pytest.mark.parametrize("named", ["", request_id()], ids=["neither", "both"])
async def test_exactly_one_of_order_and_period_is_named(shop: Shop, named: str) -> None:
    wanted = dict.fromkeys(("order_id", "period_id"), "order_or_period")
    asked = pb.SettleTaxRequest(order_id=named, period_id=named)
    assert bad_fields(await refused_for(shop.worker.SettleTax(asked), INVALID)) == wanted
    decided = pb.DecideTaxRequest(
        request_id=request_id(), order_id=named, period_id=named, decision=OTHER_PROOF, steering=STEERING
    )
    assert bad_fields(await refused_for(shop.worker.DecideTax(decided), INVALID)) == wanted
