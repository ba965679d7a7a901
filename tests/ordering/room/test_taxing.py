"""How an order's tax is settled: VIES in the quote, before the proforma, before the invoice, and an operator's word."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import UUID

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.money import Money
from services.kit.wire import from_duration, from_money, from_timestamp
from services.ordering.domain.policy import OrderingPolicy, TaxPolicy
from tests.ordering.shop import ACME, ANNA, BEISPIEL, STEERING, TO_ANNA, Shop, mailboxes, place_request
from tests.support.refusals import refused_for
from tests.support.room import START, request_id

MONTHLY = common_pb2.BILLING_PERIOD_MONTHLY
GERMAN = "DE123456788"
REVERSE_CHARGE = common_pb2.TAX_TREATMENT_REVERSE_CHARGE
DOMESTIC = common_pb2.TAX_TREATMENT_DOMESTIC
OTHER_PROOF, REFUSE, CHARGE_VAT = (
    pb.TAX_DECISION_OTHER_PROOF,
    pb.TAX_DECISION_REFUSE,
    pb.TAX_DECISION_CHARGE_VAT,
)  # fmt: skip
WITHIN = OrderingPolicy(tax=TaxPolicy(sales_to_eu_consumers_within_threshold=True))


def party(base: common_pb2.BillingParty = BEISPIEL, **changes: Any) -> common_pb2.BillingParty:
    changed = common_pb2.BillingParty.FromString(base.SerializeToString())
    changed.MergeFrom(common_pb2.BillingParty(**changes))
    return changed


async def ordered(shop: Shop, customer: common_pb2.BillingParty = BEISPIEL, account: UUID | None = None) -> pb.Order:
    return await shop.order(account, party=customer, billing=MONTHLY, items=[mailboxes(5)])


async def settle(shop: Shop, order: pb.Order) -> pb.SettleTaxResponse:
    answer = await shop.worker.SettleTax(pb.SettleTaxRequest(order_id=order.order_id))
    return pb.SettleTaxResponse.FromString(answer.SerializeToString())


def decision(order: pb.Order, decided: pb.TaxDecision) -> pb.DecideTaxRequest:
    return pb.DecideTaxRequest(request_id=request_id(), order_id=order.order_id, decision=decided, steering=STEERING)


async def decide(shop: Shop, order: pb.Order, decided: pb.TaxDecision) -> pb.Order:
    answer = await shop.worker.DecideTax(decision(order, decided))
    return pb.Order.FromString(answer.order.SerializeToString())


async def open_order(shop: Shop) -> pb.Order:
    """An order that was taken while VIES was away, and for which it still is."""
    shop.vies.send_away("MS_UNAVAILABLE")
    order = await ordered(shop)
    assert (await settle(shop, order)).next == pb.TAX_NEXT_ASK_AGAIN
    return order


async def mails(shop: Shop) -> list[str]:
    return [template for _, template, _ in await shop.room.mail_params()]


async def only_text(shop: Shop) -> str:
    (message,) = await shop.room.mails()
    body = message_from_bytes(message.eml, policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def sums(totals: common_pb2.Totals) -> list[Money]:
    return [from_money(amount) for amount in (totals.net, totals.vat, totals.gross)]


async def test_a_german_business_is_quoted_without_vat_once_vies_confirms_its_number(shop: Shop) -> None:
    account = shop.account()
    await shop.save_profile(account, BEISPIEL)
    quote = await shop.quote(account, BEISPIEL.kind, MONTHLY, [mailboxes(5)])
    assert (quote.tax_treatment, quote.tax_open, quote.vat_id) == (REVERSE_CHARGE, False, GERMAN)
    assert sums(quote.totals) == [Money(750), Money(0), Money(750)]
    assert [(line.vat_rate, line.nature) for line in quote.lines_it] == [("0.00", "N2.1")]
    assert not quote.HasField("totals_with_vat")
    (kept,) = await shop.room.rows("vat_checks")
    assert (kept["vat_id"], kept["requester"], kept["finding"]) == (GERMAN, "IT07123450483", "valid")
    assert kept["consultation_number"] == shop.vies.questions[-1].consultation_number != ""


async def test_a_fresh_answer_is_not_asked_for_again(shop: Shop) -> None:
    account = shop.account()
    await shop.save_profile(account, BEISPIEL)
    for _ in range(2):
        await shop.quote(account, BEISPIEL.kind, MONTHLY, [mailboxes(5)])
    assert len(shop.vies.questions) == 1
    shop.room.clock.advance(hours=24)
    await shop.quote(account, BEISPIEL.kind, MONTHLY, [mailboxes(5)])
    assert len(shop.vies.questions) == 2


@pytest.mark.parametrize(
    ("customer", "treatment"),
    [
        (ACME, DOMESTIC),
        (party(ANNA, address=common_pb2.Address(city="Livigno", postal_code="23041", province="SO")),
            common_pb2.TAX_TREATMENT_OUTSIDE_VAT_TERRITORY),
    ],
)  # fmt: skip
async def test_where_the_treatment_rests_on_no_proof_vies_is_not_asked(
    shop: Shop, customer: common_pb2.BillingParty, treatment: common_pb2.TaxTreatment
) -> None:
    order = await ordered(shop, customer)
    assert order.tax_treatment == treatment
    assert from_timestamp(order.tax_settled_at) == START
    assert {(line.vat_rate, line.nature) for line in order.lines} == {
        ("22.00", "") if treatment == DOMESTIC else ("0.00", "N2.1")
    }
    assert (await settle(shop, order)).next == pb.TAX_NEXT_SETTLED
    assert len(shop.vies.questions) == 0


@pytest.mark.parametrize(("language", "said"), [("it", "chiedere l’iscrizione al VIES"), ("en", "entered in VIES")])
async def test_a_number_that_vies_does_not_know_refuses_the_quote_with_the_remedy(
    shop: Shop, language: str, said: str
) -> None:
    shop.vies.set(GERMAN, "invalid")
    account = shop.account()
    await shop.save_profile(account, BEISPIEL)
    request = pb.CreateQuoteRequest(
        request_id=request_id(), account_id=str(account), kind=BEISPIEL.kind, billing=MONTHLY, items=[mailboxes(5)]
    )
    call = shop.stub().CreateQuote(request, metadata=shop.customer(account, language))
    refused = await refused_for(call, errors_pb2.REASON_VAT_NUMBER_NOT_VALID)
    assert said in refused.message
    assert await shop.room.rows("quotes") == []
    assert [row["finding"] for row in await shop.room.rows("vat_checks")] == ["not_valid"]
    shop.vies.set(GERMAN, "valid")
    assert (await shop.quote(account, BEISPIEL.kind, MONTHLY, [mailboxes(5)])).tax_treatment == REVERSE_CHARGE


async def test_while_vies_is_away_the_quote_and_its_page_name_both_totals(shop: Shop) -> None:
    shop.vies.send_away("MS_MAX_CONCURRENT_REQ")
    account = shop.account()
    await shop.save_profile(account, BEISPIEL)
    request = pb.CreateQuoteRequest(
        request_id=request_id(), account_id=str(account), kind=BEISPIEL.kind, billing=MONTHLY, items=[mailboxes(5)]
    )
    answer = await shop.stub().CreateQuote(request, metadata=shop.customer(account))
    assert answer.quote.tax_open
    assert sums(answer.quote.totals) == [Money(750), Money(0), Money(750)]
    assert sums(answer.quote.totals_with_vat) == [Money(750), Money(165), Money(915)]
    assert "7,50\xa0€" in answer.pages[0].tax_notice
    assert "€9.15" in answer.pages[1].tax_notice
    (kept,) = await shop.room.rows("vat_checks")
    assert (kept["finding"], kept["error"]) == ("no_answer", "MS_MAX_CONCURRENT_REQ")
    (row,) = await shop.room.rows("quotes")
    assert (row["content"]["gross_minor"], row["content"]["gross_minor_if_charged"]) == (750, 915)


async def test_a_quote_of_another_country_or_number_than_the_profile_is_refused(shop: Shop) -> None:
    account = shop.account()
    early = await shop.quote(account, BEISPIEL.kind, MONTHLY, [mailboxes(5)])
    await shop.save_profile(account, BEISPIEL)
    await refused_for(shop.place(place_request(account, early)), errors_pb2.REASON_QUOTE_NOT_VALID)
    quote = await shop.quote(account, BEISPIEL.kind, MONTHLY, [mailboxes(5)])
    await shop.save_profile(account, party(vat_number="111111117"))
    await refused_for(shop.place(place_request(account, quote)), errors_pb2.REASON_QUOTE_NOT_VALID)
    await shop.save_profile(account, BEISPIEL)
    assert (await shop.place(place_request(account, quote))).state == pb.ORDER_STATE_OPEN


async def test_a_fresh_proof_settles_an_order_and_freezes_its_totals(shop: Shop) -> None:
    order = await ordered(shop)
    assert not order.HasField("tax_settled_at")
    settled = await settle(shop, order)
    assert (settled.next, settled.finding) == (pb.TAX_NEXT_SETTLED, pb.VAT_FINDING_VALID)
    assert settled.order.tax_treatment == REVERSE_CHARGE
    assert sums(settled.order.totals) == [Money(750), Money(0), Money(750)]
    assert [(line.vat_rate, line.nature) for line in settled.order.lines] == [("0.00", "N2.1")]
    assert len(shop.vies.questions) == 1
    assert (await shop.record_proforma(order.order_id)).HasField("expires_at")


async def test_an_old_proof_is_asked_for_again_and_stands_where_vies_does_not_answer(shop: Shop) -> None:
    order = await ordered(shop)
    shop.room.clock.advance(hours=25)
    shop.vies.send_away("TIMEOUT")
    settled = await settle(shop, order)
    assert (settled.next, settled.finding, settled.vies_error) == (
        pb.TAX_NEXT_SETTLED,
        pb.VAT_FINDING_NO_ANSWER,
        "TIMEOUT",
    )
    assert len(shop.vies.questions) == 2


async def test_an_old_proof_does_not_settle_an_order_that_was_taken_with_an_open_tax(shop: Shop) -> None:
    first = await ordered(shop)
    await shop.end(first.order_id, pb.OUTCOME_CANCELLED)
    shop.room.clock.advance(hours=25)
    shop.vies.send_away("TIMEOUT")
    order = await ordered(shop, account=UUID(first.account_id))
    assert order.quote.tax_open
    asked = await settle(shop, order)
    assert (asked.next, asked.finding) == (pb.TAX_NEXT_ASK_AGAIN, pb.VAT_FINDING_NO_ANSWER)


async def test_an_open_tax_lets_nothing_ask_for_money(shop: Shop) -> None:
    order = await open_order(shop)
    await refused_for(shop.record_proforma(order.order_id), errors_pb2.REASON_TAX_STATE)
    row = (await shop.room.rows("orders"))[0]
    assert row["expires_at"] is row["tax_treatment"] is None


async def test_vies_is_asked_again_only_when_its_time_has_come(shop: Shop) -> None:
    order = await open_order(shop)
    asked = len(shop.vies.questions)
    again = await settle(shop, order)
    assert (again.next, from_duration(again.wait)) == (pb.TAX_NEXT_ASK_AGAIN, timedelta(minutes=1))
    assert from_timestamp(again.decide_at) == START + timedelta(hours=24)
    assert len(shop.vies.questions) == asked
    shop.room.clock.advance(minutes=1)
    again = await settle(shop, order)
    assert (len(shop.vies.questions), from_duration(again.wait)) == (asked + 1, timedelta(minutes=5))
    assert again.vies_error == "MS_UNAVAILABLE"


async def test_once_vies_answers_the_order_goes_on(shop: Shop) -> None:
    order = await open_order(shop)
    shop.vies.send_away("")
    shop.room.clock.advance(minutes=1)
    settled = await settle(shop, order)
    assert settled.next == pb.TAX_NEXT_SETTLED
    assert sums(settled.order.totals) == [Money(750), Money(0), Money(750)]
    proforma = await shop.record_proforma(order.order_id)
    assert from_timestamp(proforma.expires_at) > START + timedelta(days=15)


async def test_after_24_hours_an_operator_is_asked_and_vies_still_is(shop: Shop) -> None:
    order = await open_order(shop)
    shop.room.clock.at = START + timedelta(hours=24) - timedelta(microseconds=1)
    before = await settle(shop, order)
    assert (before.next, list(before.offered)) == (pb.TAX_NEXT_ASK_AGAIN, [])
    assert from_timestamp(before.ask_at) == START + timedelta(hours=24)
    shop.room.clock.at = START + timedelta(hours=24)
    asked = await settle(shop, order)
    assert (asked.next, list(asked.offered)) == (pb.TAX_NEXT_NEEDS_OPERATOR, [OTHER_PROOF, REFUSE])
    shop.vies.send_away("")
    shop.room.clock.advance(hours=1)
    assert (await settle(shop, order)).next == pb.TAX_NEXT_SETTLED


async def test_a_definite_no_needs_an_operator_at_once(shop: Shop) -> None:
    order = await open_order(shop)
    shop.vies.send_away("")
    shop.vies.set(GERMAN, "invalid")
    shop.room.clock.advance(minutes=1)
    asked = await settle(shop, order)
    assert (asked.next, asked.finding) == (pb.TAX_NEXT_NEEDS_OPERATOR, pb.VAT_FINDING_NOT_VALID)
    assert from_duration(asked.wait) == timedelta(hours=3)
    shop.vies.send_away("MS_UNAVAILABLE")
    shop.room.clock.advance(hours=3)
    assert (await settle(shop, order)).next == pb.TAX_NEXT_NEEDS_OPERATOR


async def test_another_proof_settles_as_reverse_charge(shop: Shop) -> None:
    order = await open_order(shop)
    shop.room.clock.advance(hours=24)
    decided = await decide(shop, order, OTHER_PROOF)
    assert (decided.tax_treatment, decided.tax_decision) == (REVERSE_CHARGE, OTHER_PROOF)
    assert (await settle(shop, order)).next == pb.TAX_NEXT_SETTLED
    (entry,) = await shop.room.rows("audit")
    assert (entry["action"], entry["actor"]) == ("tax_other_proof", STEERING.actor)
    assert (await shop.room.wakes())[-1].workflow_id == f"order:{order.order_id}"


@pytest.mark.parametrize("policy", [WITHIN])
async def test_vat_is_charged_where_the_policy_allows_it_and_the_consent_covers_it(shop: Shop) -> None:
    order = await open_order(shop)
    shop.room.clock.advance(hours=24)
    assert list((await settle(shop, order)).offered) == [OTHER_PROOF, REFUSE, CHARGE_VAT]
    decided = await decide(shop, order, CHARGE_VAT)
    assert (decided.tax_treatment, decided.tax_decision) == (DOMESTIC, CHARGE_VAT)
    assert sums(decided.totals) == [Money(750), Money(165), Money(915)]
    assert [(line.vat_rate, line.nature) for line in decided.lines] == [("22.00", "")]


@pytest.mark.parametrize("policy", [WITHIN])
async def test_vat_is_not_charged_where_the_quote_named_one_total(shop: Shop) -> None:
    order = await ordered(shop)
    shop.room.clock.advance(hours=25)
    shop.vies.set(GERMAN, "invalid")
    assert list((await settle(shop, order)).offered) == [OTHER_PROOF, REFUSE]
    await refused_for(shop.worker.DecideTax(decision(order, CHARGE_VAT)), errors_pb2.REASON_TAX_STATE)


async def test_vat_is_not_charged_without_the_operator_s_policy(shop: Shop) -> None:
    order = await open_order(shop)
    shop.room.clock.advance(hours=24)
    await refused_for(shop.worker.DecideTax(decision(order, CHARGE_VAT)), errors_pb2.REASON_TAX_STATE)


async def test_before_24_hours_nothing_is_decided(shop: Shop) -> None:
    order = await open_order(shop)
    await refused_for(shop.worker.DecideTax(decision(order, OTHER_PROOF)), errors_pb2.REASON_TAX_STATE)
    assert await shop.room.rows("audit") == []


async def test_a_refused_order_ends_and_the_customer_is_told_why(shop: Shop) -> None:
    order = await open_order(shop)
    shop.room.clock.advance(hours=24)
    decided = await decide(shop, order, REFUSE)
    assert (decided.state, decided.tax_decision) == (pb.ORDER_STATE_CANCELLED, REFUSE)
    assert (await settle(shop, order)).next == pb.TAX_NEXT_NOT_OPEN
    request = pb.SendOrderEmailRequest(order_id=order.order_id, email=pb.ORDER_EMAIL_REFUSED, recipient=TO_ANNA)
    await shop.worker.SendOrderEmail(request)
    assert await mails(shop) == ["order_refused"]
    assert (await ordered(shop, account=UUID(order.account_id))).state == pb.ORDER_STATE_OPEN


async def test_the_same_decision_again_changes_nothing_and_another_is_refused(shop: Shop) -> None:
    order = await open_order(shop)
    shop.room.clock.advance(hours=24)
    request = decision(order, OTHER_PROOF)
    first = (await shop.worker.DecideTax(request)).order
    assert (await shop.worker.DecideTax(request)).order == first
    await refused_for(shop.worker.DecideTax(decision(order, REFUSE)), errors_pb2.REASON_TAX_STATE)
    assert len(await shop.room.rows("audit")) == 1


async def test_a_cancellation_ends_the_wait(shop: Shop) -> None:
    order = await open_order(shop)
    metadata = shop.customer(UUID(order.account_id))
    await shop.stub().CancelOrder(
        pb.CancelOrderRequest(request_id=request_id(), order_id=order.order_id), metadata=metadata
    )
    assert (await settle(shop, order)).next == pb.TAX_NEXT_CANCEL_REQUESTED
    assert (await shop.end(order.order_id, pb.OUTCOME_CANCELLED)).state == pb.ORDER_STATE_CANCELLED


async def test_the_wait_ends_where_the_purge_may_be_held_no_longer(shop: Shop) -> None:
    order = await open_order(shop)
    shop.room.clock.at = from_timestamp(order.hold_until)
    assert (await settle(shop, order)).next == pb.TAX_NEXT_EXPIRY_DUE


async def test_the_customer_is_told_once_that_the_proforma_waits(shop: Shop) -> None:
    order = await open_order(shop)
    request = pb.SendOrderEmailRequest(order_id=order.order_id, email=pb.ORDER_EMAIL_TAX_OPEN, recipient=TO_ANNA)
    for _ in range(2):
        await shop.worker.SendOrderEmail(request)
    text = await only_text(shop)
    assert GERMAN in text
    assert "7,50\xa0€" in text
    assert "9,15\xa0€" in text


async def test_news_that_is_none_any_more_is_not_sent(shop: Shop) -> None:
    order = await ordered(shop)
    await settle(shop, order)
    request = pb.SendOrderEmailRequest(order_id=order.order_id, email=pb.ORDER_EMAIL_TAX_OPEN, recipient=TO_ANNA)
    await shop.worker.SendOrderEmail(request)
    assert await mails(shop) == []


async def paid_order(shop: Shop) -> pb.Order:
    order = await ordered(shop)
    await settle(shop, order)
    await shop.record_proforma(order.order_id)
    return await shop.end(order.order_id, pb.OUTCOME_PAID)


async def test_before_the_invoice_vies_is_asked_again(shop: Shop) -> None:
    order = await paid_order(shop)
    assert (await settle(shop, order)).next == pb.TAX_NEXT_SETTLED
    assert len(shop.vies.questions) == 1  # fresh
    other = await paid_order(shop)
    asked = len(shop.vies.questions)
    shop.room.clock.advance(days=3)
    assert (await settle(shop, other)).finding == pb.VAT_FINDING_VALID
    assert len(shop.vies.questions) == asked + 1
    shop.vies.set(GERMAN, "invalid")
    shop.room.clock.advance(days=3)
    assert (await settle(shop, other)).next == pb.TAX_NEXT_SETTLED  # confirmed once, for good


async def test_before_the_invoice_an_earlier_proof_stands_where_vies_is_away(shop: Shop) -> None:
    order = await paid_order(shop)
    shop.room.clock.advance(days=3)
    shop.vies.send_away("SERVICE_UNAVAILABLE")
    confirmed = await settle(shop, order)
    assert (confirmed.next, confirmed.finding) == (pb.TAX_NEXT_SETTLED, pb.VAT_FINDING_NO_ANSWER)


async def test_before_the_invoice_a_definite_no_needs_another_proof(shop: Shop) -> None:
    order = await paid_order(shop)
    await refused_for(shop.worker.DecideTax(decision(order, OTHER_PROOF)), errors_pb2.REASON_TAX_STATE)
    shop.room.clock.advance(days=3)
    shop.vies.set(GERMAN, "invalid")
    asked = await settle(shop, order)
    assert (asked.next, list(asked.offered)) == (pb.TAX_NEXT_NEEDS_OPERATOR, [OTHER_PROOF])
    await refused_for(shop.worker.DecideTax(decision(order, REFUSE)), errors_pb2.REASON_TAX_STATE)
    await decide(shop, order, OTHER_PROOF)
    assert (await settle(shop, order)).next == pb.TAX_NEXT_SETTLED


async def test_an_operator_reads_every_answer_newest_first(shop: Shop) -> None:
    account = shop.account()
    shop.vies.send_away("VAT_BLOCKED")
    order = await ordered(shop, account=account)
    shop.vies.send_away("")
    await settle(shop, order)
    request = pb.ListVatChecksRequest(account_id=str(account))
    checks = (await shop.stub("operator").ListVatChecks(request)).checks
    assert [(check.finding, check.error) for check in checks] == [
        (pb.VAT_FINDING_VALID, ""),
        (pb.VAT_FINDING_NO_ANSWER, "VAT_BLOCKED"),
    ]
    request.page.page_size = 1
    first = await shop.stub("operator").ListVatChecks(request)
    request.page.page_token = first.next_page_token
    rest = await shop.stub("operator").ListVatChecks(request)
    assert [*first.checks, *rest.checks] == list(checks)


async def test_a_confirmation_says_why_no_vat_is_charged(shop: Shop) -> None:
    order = await ordered(shop)
    await settle(shop, order)
    await shop.record_proforma(order.order_id)
    request = pb.SendOrderEmailRequest(order_id=order.order_id, email=pb.ORDER_EMAIL_CONFIRMATION, recipient=TO_ANNA)
    await shop.worker.SendOrderEmail(request)
    text = await only_text(shop)
    assert "inversione contabile" in text
    assert "IVA 0 %" not in text


@pytest.mark.parametrize("policy", [OrderingPolicy(tax=TaxPolicy(stamp_duty="charged"))])
async def test_stamp_duty_that_is_charged_stands_in_the_quote_the_order_and_its_confirmation(shop: Shop) -> None:
    order = await shop.order(party=BEISPIEL, billing=MONTHLY, items=[mailboxes(60)])
    assert sums(order.quote.totals) == [Money(92_00), Money(0), Money(92_00)]
    settled = (await settle(shop, order)).order
    assert sums(settled.totals) == [Money(92_00), Money(0), Money(92_00)]
    assert [(line.net.minor, line.vat_rate, line.nature) for line in settled.lines] == [
        (90_00, "0.00", "N2.1"),
        (2_00, "0.00", "N1"),
    ]
    confirm = pb.SendOrderEmailRequest(order_id=order.order_id, email=pb.ORDER_EMAIL_CONFIRMATION, recipient=TO_ANNA)
    await shop.worker.SendOrderEmail(confirm)
    text = await only_text(shop)
    assert "1 × Imposta di bollo: 2,00" in text
    assert "92,00" in text


@pytest.mark.parametrize("policy", [OrderingPolicy(tax=TaxPolicy(stamp_duty="charged"))])
@pytest.mark.parametrize(("customer", "count"), [(BEISPIEL, 5), (ACME, 60)])
async def test_no_stamp_duty_is_charged_below_its_sum_or_with_vat(
    shop: Shop, customer: common_pb2.BillingParty, count: int
) -> None:
    order = await shop.order(party=customer, billing=MONTHLY, items=[mailboxes(count)])
    assert {line.nature for line in order.quote.lines_it} <= {"", "N2.1"}
