"""A VAT number counts with the name that belongs to it: where VIES names somebody else, an operator decides, once."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.wire import from_duration, from_timestamp
from tests.ordering.room.test_confirming_periods import confirm, paid_later
from tests.ordering.room.test_confirming_periods import decision as period_decision
from tests.ordering.room.test_taxing import (
    CHARGE_VAT,
    DOMESTIC,
    GERMAN,
    MONTHLY,
    OTHER_PROOF,
    REFUSE,
    REVERSE_CHARGE,
    WITHIN,
    decide,
    only_text,
    ordered,
    paid_order,
    party,
    settle,
)
from tests.ordering.shop import BEISPIEL, STEERING, TO_ANNA, Shop, mailboxes, place_request
from tests.ordering.subscribers import PAID, Subscriber, monthly
from tests.support.erasing import erase
from tests.support.refusals import refused_for
from tests.support.room import request_id

OTHER = "Wohlklang Versand AG"
NOVEMBER_10 = date(2026, 11, 10)


def names_another(shop: Shop, name: str = OTHER) -> None:
    shop.vies.set(GERMAN, "valid", name)


async def undecided(shop: Shop) -> pb.Order:
    """An order that waits because VIES names somebody else."""
    names_another(shop)
    order = await ordered(shop)
    assert (await settle(shop, order)).next == pb.TAX_NEXT_NEEDS_OPERATOR
    return order


async def again(shop: Shop, order: pb.Order, customer: common_pb2.BillingParty = BEISPIEL) -> pb.Order:
    """The account's next order, after this one was cancelled."""
    await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
    return await ordered(shop, customer, UUID(order.account_id))


@pytest.mark.parametrize("told", ["BEISPIEL GESELLSCHAFT MBH", "beispiel", ""])
async def test_a_name_that_agrees_or_is_not_told_is_no_question(shop: Shop, told: str) -> None:
    names_another(shop, told)
    order = await ordered(shop)
    assert not order.quote.tax_open
    assert (await settle(shop, order)).order.tax_treatment == REVERSE_CHARGE


async def test_the_quote_of_another_s_number_names_both_totals_and_the_page_lets_correct_the_profile(
    shop: Shop,
) -> None:
    names_another(shop)
    account = shop.account()
    await shop.save_profile(account, BEISPIEL)
    request = pb.CreateQuoteRequest(
        request_id=request_id(), account_id=str(account), kind=BEISPIEL.kind, billing=MONTHLY, items=[mailboxes(5)]
    )
    answer = await shop.stub().CreateQuote(request, metadata=shop.customer(account))
    assert answer.quote.tax_open
    assert (answer.quote.totals.gross.minor, answer.quote.totals_with_vat.gross.minor) == (750, 915)
    italian, english = (page.tax_notice for page in answer.pages)
    assert "nome diverso dai tuoi dati di fatturazione" in italian
    assert "another name for it than your billing data" in english
    assert all(GERMAN in notice and OTHER not in notice for notice in (italian, english))

    await shop.save_profile(account, party(company_name="Wohlklang Versand"))
    assert not (await shop.quote(account, BEISPIEL.kind, MONTHLY, [mailboxes(5)])).tax_open


async def test_its_order_asks_for_no_money_until_an_operator_decides(shop: Shop) -> None:
    names_another(shop)
    order = await ordered(shop)
    asked = await settle(shop, order)
    assert (asked.next, asked.finding) == (pb.TAX_NEXT_NEEDS_OPERATOR, pb.VAT_FINDING_OTHER_NAME)
    assert list(asked.offered) == [OTHER_PROOF, REFUSE]
    assert from_duration(asked.wait) == timedelta(hours=3)
    await refused_for(shop.record_proforma(order.order_id), errors_pb2.REASON_TAX_STATE)
    request = pb.SendOrderEmailRequest(order_id=order.order_id, email=pb.ORDER_EMAIL_TAX_OPEN, recipient=TO_ANNA)
    await shop.worker.SendOrderEmail(request)
    text = await only_text(shop)
    assert "nome diverso" in text
    assert OTHER not in text


async def test_the_accepted_name_settles_and_the_same_profile_and_number_are_not_asked_again(shop: Shop) -> None:
    first = await undecided(shop)
    settled = await decide(shop, first, OTHER_PROOF)
    assert (settled.tax_treatment, settled.tax_decision) == (REVERSE_CHARGE, OTHER_PROOF)
    (kept,) = await shop.room.rows("accepted_names")
    (check, *_) = [row for row in await shop.room.rows("vat_checks") if row["id"] == kept["vat_check_id"]]
    assert (kept["name"], kept["vat_id"], check["name"]) == ("Beispiel GmbH", GERMAN, OTHER)
    second = await again(shop, first)
    assert not second.quote.tax_open
    assert (await settle(shop, second)).next == pb.TAX_NEXT_SETTLED
    assert (await settle(shop, second)).order.tax_decision == pb.TAX_DECISION_UNSPECIFIED


async def test_another_name_in_the_profile_is_a_new_question(shop: Shop) -> None:
    first = await undecided(shop)
    await decide(shop, first, OTHER_PROOF)
    renamed = await again(shop, first, party(company_name="Hans Huber privat"))
    assert renamed.quote.tax_open
    assert (await settle(shop, renamed)).finding == pb.VAT_FINDING_OTHER_NAME


async def test_another_account_s_decision_decides_nothing(shop: Shop) -> None:
    await decide(shop, await undecided(shop), OTHER_PROOF)
    assert (await settle(shop, await ordered(shop))).next == pb.TAX_NEXT_NEEDS_OPERATOR


async def test_a_name_that_is_changed_after_the_quote_waits_too(shop: Shop) -> None:
    shop.vies.set(GERMAN, "valid", "Beispiel GmbH")
    account = shop.account()
    await shop.save_profile(account, BEISPIEL)
    quote = await shop.quote(account, BEISPIEL.kind, MONTHLY, [mailboxes(5)])
    assert not quote.tax_open
    await shop.save_profile(account, party(company_name="Hans Huber privat"))
    order = await shop.place(place_request(account, quote))
    asked = await settle(shop, order)
    assert (asked.next, list(asked.offered)) == (pb.TAX_NEXT_NEEDS_OPERATOR, [OTHER_PROOF, REFUSE])


@pytest.mark.parametrize("policy", [WITHIN])
async def test_vat_charged_for_another_s_number_accepts_no_name(shop: Shop) -> None:
    order = await undecided(shop)
    assert (await decide(shop, order, CHARGE_VAT)).tax_treatment == DOMESTIC
    assert await shop.room.rows("accepted_names") == []


async def test_a_refused_order_accepts_no_name(shop: Shop) -> None:
    assert (await decide(shop, await undecided(shop), REFUSE)).state == pb.ORDER_STATE_CANCELLED
    assert await shop.room.rows("accepted_names") == []


async def test_before_the_invoice_another_name_waits_for_an_operator(shop: Shop) -> None:
    order = await paid_order(shop)
    names_another(shop)
    shop.room.clock.advance(hours=25)
    asked = await settle(shop, order)
    assert (asked.next, asked.finding, list(asked.offered)) == (
        pb.TAX_NEXT_NEEDS_OPERATOR,
        pb.VAT_FINDING_OTHER_NAME,
        [OTHER_PROOF],
    )
    await decide(shop, order, OTHER_PROOF)
    assert (await settle(shop, order)).next == pb.TAX_NEXT_SETTLED
    assert len(await shop.room.rows("accepted_names")) == 1


async def renamed(shop: Shop) -> Subscriber:
    """A subscriber at the moment of the measuring, whose number VIES now gives another name."""
    subscriber = await monthly(shop, NOVEMBER_10, party=BEISPIEL)
    names_another(shop)
    shop.room.clock.at = from_timestamp((await subscriber.period(2)).measure_at)
    return subscriber


async def test_a_period_of_another_s_number_is_not_measured_until_an_operator_decides(shop: Shop) -> None:
    subscriber = await renamed(shop)
    request = pb.MeasurePeriodRequest(period_id=subscriber.id_of(2))
    await refused_for(shop.worker.MeasurePeriod(request), errors_pb2.REASON_VAT_NAME_DIFFERS)
    upcoming = pb.GetUpcomingPeriodRequest(account_id=str(subscriber.account_id))
    assert (await shop.stub("operator").GetUpcomingPeriod(upcoming)).upcoming.tax_open
    request.tax_decision = OTHER_PROOF
    request.steering.CopyFrom(STEERING)
    measured = (await shop.worker.MeasurePeriod(request)).period
    assert measured.tax_treatment == REVERSE_CHARGE
    shop.room.clock.advance(days=3)
    third = await subscriber.measured_in_time(3)
    assert third.tax_treatment == REVERSE_CHARGE


async def test_another_proof_for_the_number_says_nothing_about_another_name(shop: Shop) -> None:
    subscriber = await paid_later(shop)
    shop.vies.set(GERMAN, "invalid")
    await confirm(subscriber)
    await shop.worker.DecideTax(period_decision(subscriber))
    names_another(shop)
    shop.room.clock.at = from_timestamp((await subscriber.period(3)).measure_at)
    request = pb.MeasurePeriodRequest(period_id=subscriber.id_of(3))
    await refused_for(shop.worker.MeasurePeriod(request), errors_pb2.REASON_VAT_NAME_DIFFERS)


async def test_another_proof_for_the_number_confirms_no_invoice_of_another_name(shop: Shop) -> None:
    subscriber = await paid_later(shop)
    shop.vies.set(GERMAN, "invalid")
    await confirm(subscriber)
    await shop.worker.DecideTax(period_decision(subscriber))
    shop.vies.set(GERMAN, "valid")
    await subscriber.asked_in_time(3)
    shop.room.clock.advance(days=3)
    await subscriber.end(3, PAID)
    names_another(shop)
    answer = await confirm(subscriber, 3)
    assert (answer.next, answer.finding) == (pb.TAX_NEXT_NEEDS_OPERATOR, pb.VAT_FINDING_OTHER_NAME)


async def test_a_period_s_invoice_waits_for_another_name_and_the_decision_stands_for_the_next(shop: Shop) -> None:
    subscriber = await paid_later(shop)
    names_another(shop)
    answer = await confirm(subscriber)
    assert (answer.next, answer.finding) == (pb.TAX_NEXT_NEEDS_OPERATOR, pb.VAT_FINDING_OTHER_NAME)
    await shop.worker.DecideTax(period_decision(subscriber))
    assert (await confirm(subscriber)).next == pb.TAX_NEXT_SETTLED
    await subscriber.asked_in_time(3)
    shop.room.clock.advance(days=3)
    await subscriber.end(3, PAID)
    assert (await confirm(subscriber, 3)).next == pb.TAX_NEXT_SETTLED


async def test_the_accepted_name_of_a_customer_who_never_paid_is_erased(shop: Shop) -> None:
    order = await undecided(shop)
    await decide(shop, order, OTHER_PROOF)
    await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
    account = UUID(order.account_id)
    await shop.close(account)
    await shop.worker.RecordPurged(pb.RecordPurgedRequest(account_id=str(account)))
    shop.room.clock.advance(days=181)
    await erase(shop.room, account)
    assert await shop.room.rows("accepted_names") == await shop.room.rows("vat_checks") == []
