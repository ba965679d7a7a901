"""A business outside the EU proves that it is one before it is invoiced without Italian VAT."""

import asyncio
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import UUID

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.wire import from_duration, from_timestamp
from services.ordering.domain.policy import OrderingPolicy, TaxPolicy
from tests.ordering.shop import ACME, BEISPIEL, HELVETIA, SEEN, STEERING, TO_ANNA, Shop, mailboxes, place_request
from tests.ordering.subscribers import Subscriber, monthly
from tests.support.refusals import bad_fields, refused_for
from tests.support.room import START, request_id

MONTHLY = common_pb2.BILLING_PERIOD_MONTHLY
DOMESTIC, OUTSIDE_EU = common_pb2.TAX_TREATMENT_DOMESTIC, common_pb2.TAX_TREATMENT_OUTSIDE_EU
BUSINESS_PROOF, OTHER_PROOF, REFUSE, CHARGE_VAT = (
    pb.TAX_DECISION_BUSINESS_PROOF,
    pb.TAX_DECISION_OTHER_PROOF,
    pb.TAX_DECISION_REFUSE,
    pb.TAX_DECISION_CHARGE_VAT,
)
TRUSTING = OrderingPolicy(tax=TaxPolicy(outside_eu_needs_proof=False))
NOVEMBER_10 = date(2026, 11, 10)


def changed(**changes: Any) -> common_pb2.BillingParty:
    """The same business with other data."""
    party = common_pb2.BillingParty.FromString(HELVETIA.SerializeToString())
    party.MergeFrom(common_pb2.BillingParty(**changes))
    return party


OTHER_ID = changed(vat_number="CHE999999996")
OTHER_COUNTRY = changed(
    vat_country="US",
    address=common_pb2.Address(street="1209 N Orange St", postal_code="19801", city="Wilmington", country="US"),
)
OTHER_NAME = changed(company_name="Helvetia Muster Nachfolger AG", phone="+41449999999")


async def ordered(shop: Shop, account: UUID | None = None, party: common_pb2.BillingParty = HELVETIA) -> pb.Order:
    return await shop.order(account, party=party, billing=MONTHLY, items=[mailboxes(5)])


async def settle(shop: Shop, order: pb.Order) -> pb.SettleTaxResponse:
    answer = await shop.worker.SettleTax(pb.SettleTaxRequest(order_id=order.order_id))
    return pb.SettleTaxResponse.FromString(answer.SerializeToString())


def decision(order: pb.Order, decided: pb.TaxDecision, seen: pb.SeenProof | None = None) -> pb.DecideTaxRequest:
    return pb.DecideTaxRequest(
        request_id=request_id(), order_id=order.order_id, decision=decided, seen=seen, steering=STEERING
    )


async def proofs(shop: Shop, account: UUID | str) -> list[pb.BusinessProof]:
    listed = pb.ListBusinessProofsRequest(account_id=str(account))
    return list((await shop.stub("operator").ListBusinessProofs(listed)).proofs)


async def emailed(shop: Shop, order: pb.Order, email: pb.OrderEmail, language: common_pb2.Language) -> Any:
    """The email that the customer gets."""
    to = common_pb2.Recipient(email=TO_ANNA.email, name=TO_ANNA.name, language=language)
    await shop.worker.SendOrderEmail(pb.SendOrderEmailRequest(order_id=order.order_id, email=email, recipient=to))
    return message_from_bytes((await shop.room.mails())[-1].eml, policy=default)


async def test_a_business_outside_the_eu_is_quoted_with_both_totals_and_told_which_proof_is_wanted(shop: Shop) -> None:
    account = shop.account()
    await shop.save_profile(account, HELVETIA)
    request = pb.CreateQuoteRequest(
        request_id=request_id(), account_id=str(account), kind=HELVETIA.kind, billing=MONTHLY, items=[mailboxes(5)]
    )
    answer = await shop.stub().CreateQuote(request, metadata=shop.customer(account))
    quote = answer.quote
    assert (quote.tax_treatment, quote.tax_open, quote.vat_id) == (OUTSIDE_EU, True, "")
    assert (quote.totals.gross.minor, quote.totals_with_vat.gross.minor) == (750, 915)
    italian, english = (page.tax_notice for page in answer.pages)
    assert all(
        words in italian for words in ("certificato della tua amministrazione fiscale", "7,50\xa0€", "9,15\xa0€")
    )
    assert all(words in english for words in ("certificate of your tax authority", "€7.50", "€9.15"))
    assert len(shop.vies.questions) == 0


async def test_its_first_order_is_taken_and_waits_for_an_operator_at_once(shop: Shop) -> None:
    order = await ordered(shop)
    assert (order.state, order.HasField("tax_settled_at")) == (pb.ORDER_STATE_OPEN, False)
    asked = await settle(shop, order)
    assert (asked.next, list(asked.offered)) == (pb.TAX_NEXT_NEEDS_OPERATOR, [BUSINESS_PROOF, REFUSE, CHARGE_VAT])
    assert (asked.finding, from_duration(asked.wait)) == (pb.VAT_FINDING_UNSPECIFIED, timedelta(days=1))
    await refused_for(shop.record_proforma(order.order_id), errors_pb2.REASON_TAX_STATE)
    assert await settle(shop, order) == asked
    assert len(shop.vies.questions) == 0


async def test_the_accepted_proof_settles_without_vat_and_is_kept_with_order_and_tax_id(shop: Shop) -> None:
    order = await ordered(shop)
    await settle(shop, order)
    request = decision(order, BUSINESS_PROOF, SEEN)
    settled = (await shop.worker.DecideTax(request)).order
    assert (settled.tax_treatment, settled.tax_decision, settled.totals.vat.minor) == (OUTSIDE_EU, BUSINESS_PROOF, 0)
    (kept,) = await proofs(shop, order.account_id)
    assert settled.business_proof_id == kept.proof_id
    assert (kept.country, kept.tax_id, kept.seen, kept.actor) == ("CH", "CHE109322551", SEEN, STEERING.actor)
    assert from_timestamp(kept.proved_at) == START
    assert [row["action"] for row in await shop.room.rows("audit")] == ["tax_business_proof"]
    assert (await shop.room.wakes())[-1].workflow_id == f"order:{order.order_id}"
    assert (await settle(shop, order)).next == pb.TAX_NEXT_SETTLED
    assert (await shop.record_proforma(order.order_id)).HasField("expires_at")

    assert (await shop.worker.DecideTax(request)).order.tax_settled_at == settled.tax_settled_at
    assert await proofs(shop, order.account_id) == [kept]
    assert len(await shop.room.rows("audit")) == 1


async def test_of_two_operators_at_once_one_decides(shop: Shop) -> None:
    order = await ordered(shop)
    await settle(shop, order)
    calls = [shop.worker.DecideTax(decision(order, BUSINESS_PROOF, SEEN)) for _ in range(2)]
    calls.append(shop.worker.DecideTax(decision(order, CHARGE_VAT)))
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert len([each for each in answers if isinstance(each, pb.DecideTaxResponse)]) == 1
    assert len(await shop.room.rows("audit")) == 1
    (row,) = await shop.room.rows("orders")
    assert len(await proofs(shop, order.account_id)) == (row["tax_treatment"] == "outside_eu")


async def test_the_next_order_of_the_same_tax_id_and_country_is_not_asked_again(shop: Shop) -> None:
    first = await shop.prove(await ordered(shop))
    await shop.end(first.order_id, pb.OUTCOME_CANCELLED)
    again = await ordered(shop, UUID(first.account_id), OTHER_NAME)
    assert (again.quote.tax_open, again.quote.tax_treatment) == (False, OUTSIDE_EU)
    settled = await settle(shop, again)
    assert (settled.next, settled.order.business_proof_id) == (pb.TAX_NEXT_SETTLED, first.business_proof_id)


@pytest.mark.parametrize("party", [OTHER_ID, OTHER_COUNTRY], ids=["tax id", "country"])
async def test_a_change_of_tax_id_or_country_makes_the_proof_void(shop: Shop, party: common_pb2.BillingParty) -> None:
    first = await shop.prove(await ordered(shop))
    await shop.end(first.order_id, pb.OUTCOME_CANCELLED)
    again = await ordered(shop, UUID(first.account_id), party)
    assert again.quote.tax_open
    assert (await settle(shop, again)).next == pb.TAX_NEXT_NEEDS_OPERATOR


async def test_what_counts_is_the_profile_at_the_order_and_not_at_the_quote(shop: Shop) -> None:
    first = await shop.prove(await ordered(shop))
    account = UUID(first.account_id)
    await shop.end(first.order_id, pb.OUTCOME_CANCELLED)
    quote = await shop.quote(account, HELVETIA.kind, MONTHLY, [mailboxes(5)])
    assert not quote.tax_open
    await shop.save_profile(account, OTHER_ID)
    order = await shop.place(place_request(account, quote))
    asked = await settle(shop, order)
    assert (asked.next, list(asked.offered)) == (pb.TAX_NEXT_NEEDS_OPERATOR, [BUSINESS_PROOF, REFUSE])
    refused = shop.worker.DecideTax(decision(order, CHARGE_VAT))
    await refused_for(refused, errors_pb2.REASON_TAX_STATE)


async def test_another_account_s_proof_proves_nothing(shop: Shop) -> None:
    await shop.prove(await ordered(shop))
    assert (await settle(shop, await ordered(shop))).next == pb.TAX_NEXT_NEEDS_OPERATOR


async def test_without_a_proof_italian_vat_is_charged_whatever_is_sold_to_consumers_in_the_eu(shop: Shop) -> None:
    order = await ordered(shop)
    await settle(shop, order)
    charged = (await shop.worker.DecideTax(decision(order, CHARGE_VAT))).order
    assert (charged.tax_treatment, charged.tax_decision, charged.totals.gross.minor) == (DOMESTIC, CHARGE_VAT, 915)
    assert charged.business_proof_id == ""
    assert [(line.vat_rate, line.nature) for line in charged.lines] == [("22.00", "")]


CANARIAN = changed(
    vat_number="B58378431",
    vat_country="ES",
    address=common_pb2.Address(street="Calle Triana 1", postal_code="35001", city="Las Palmas", country="ES"),
)
SPANISH = "ESB58378431"


async def test_a_canarian_business_is_proved_by_vies_where_it_knows_the_number(shop: Shop) -> None:
    shop.vies.set(SPANISH, "valid")
    order = await ordered(shop, party=CANARIAN)
    assert (order.quote.tax_open, order.quote.tax_treatment, order.quote.vat_id) == (False, OUTSIDE_EU, "")
    settled = await settle(shop, order)
    (check,) = await shop.room.rows("vat_checks")
    assert (settled.next, settled.order.tax_treatment) == (pb.TAX_NEXT_SETTLED, OUTSIDE_EU)
    assert settled.order.vat_check_id == str(check["id"])
    assert (await settle(shop, order)).next == pb.TAX_NEXT_SETTLED


@pytest.mark.parametrize("policy", [OrderingPolicy(), TRUSTING], ids=["asked for", "word taken"])
async def test_a_canarian_business_that_vies_does_not_know_needs_the_same_proof_as_others_outside_the_eu(
    shop: Shop,
) -> None:
    order = await ordered(shop, party=CANARIAN)
    asked = await settle(shop, order)
    assert (asked.next, asked.finding) == (pb.TAX_NEXT_NEEDS_OPERATOR, pb.VAT_FINDING_NOT_VALID)
    assert list(asked.offered) == [BUSINESS_PROOF, REFUSE, CHARGE_VAT]
    proved = await shop.prove(order)
    assert (proved.tax_treatment, bool(proved.business_proof_id), proved.vat_check_id) == (OUTSIDE_EU, True, "")
    asked_before = len(shop.vies.questions)
    await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
    again = await ordered(shop, UUID(order.account_id), CANARIAN)
    assert (await settle(shop, again)).next == pb.TAX_NEXT_SETTLED
    assert len(shop.vies.questions) == asked_before


async def test_a_canarian_business_waits_for_vies_and_after_24_hours_for_an_operator(shop: Shop) -> None:
    shop.vies.send_away("MS_UNAVAILABLE")
    order = await ordered(shop, party=CANARIAN)
    assert order.quote.tax_open
    assert (await settle(shop, order)).next == pb.TAX_NEXT_ASK_AGAIN
    shop.room.clock.advance(hours=24)
    asked = await settle(shop, order)
    assert (asked.next, list(asked.offered)) == (pb.TAX_NEXT_NEEDS_OPERATOR, [BUSINESS_PROOF, REFUSE, CHARGE_VAT])


async def test_a_canarian_business_whose_number_vies_gives_another_name_needs_a_proof(shop: Shop) -> None:
    shop.vies.set(SPANISH, "valid", "Wohlklang Versand AG")
    asked = await settle(shop, await ordered(shop, party=CANARIAN))
    assert (asked.next, asked.finding) == (pb.TAX_NEXT_NEEDS_OPERATOR, pb.VAT_FINDING_OTHER_NAME)


async def test_before_a_canarian_s_period_vies_is_asked_and_without_its_word_a_proof_is_needed(shop: Shop) -> None:
    shop.vies.set(SPANISH, "valid")
    subscriber = await monthly(shop, NOVEMBER_10, party=CANARIAN)
    assert (await subscriber.measured_in_time(2)).tax_treatment == OUTSIDE_EU
    shop.vies.set(SPANISH, "invalid")
    shop.room.clock.at = from_timestamp((await subscriber.period(3)).measure_at)
    third = pb.MeasurePeriodRequest(period_id=subscriber.id_of(3))
    await refused_for(shop.worker.MeasurePeriod(third), errors_pb2.REASON_BUSINESS_NOT_PROVED)


async def test_a_postal_code_of_helgoland_takes_a_business_in_berlin_out_of_nothing(shop: Shop) -> None:
    berlin = common_pb2.BillingParty(
        kind=common_pb2.CUSTOMER_KIND_COMPANY,
        company_name="Max Privat",
        phone="+493012345678",
        address=common_pb2.Address(street="Lung 1", postal_code="27498", city="Berlin", country="DE"),
        vat_number="111111117",
    )
    refused = await refused_for(shop.save_profile(shop.account(), berlin), errors_pb2.REASON_INVALID_INPUT)
    assert bad_fields(refused) == {"profile.address.postal_code": "postal_code_of_another_town"}
    berlin.address.city = "Helgoland"
    order = await ordered(shop, party=berlin)
    asked = await settle(shop, order)
    assert (asked.next, asked.finding, len(shop.vies.questions)) == (
        pb.TAX_NEXT_NEEDS_OPERATOR,
        pb.VAT_FINDING_NOT_VALID,
        2,
    )


async def test_a_decision_of_the_eu_is_none_outside_it(shop: Shop) -> None:
    order = await ordered(shop)
    await settle(shop, order)
    await refused_for(shop.worker.DecideTax(decision(order, OTHER_PROOF)), errors_pb2.REASON_TAX_STATE)
    assert (await settle(shop, order)).next == pb.TAX_NEXT_NEEDS_OPERATOR


@pytest.mark.parametrize(
    ("decided", "seen", "bad"),
    [
        (BUSINESS_PROOF, None, {"seen.kind": "required", "seen.reference": "required"}),
        (BUSINESS_PROOF, pb.SeenProof(kind=9, reference="x" * 61), {  # type: ignore[arg-type]
            "seen.kind": "not_a_choice", "seen.reference": "too_long"}),
        (BUSINESS_PROOF, pb.SeenProof(kind=SEEN.kind, reference="Mr Rossi"), {"seen.reference": "not_a_reference"}),
        (CHARGE_VAT, SEEN, {"seen": "must_be_empty"}),
    ],
)  # fmt: skip
async def test_a_proof_says_what_was_seen_and_where_it_is_filed(
    shop: Shop, decided: pb.TaxDecision, seen: pb.SeenProof | None, bad: dict[str, str]
) -> None:
    order = await ordered(shop)
    await settle(shop, order)
    refused = await refused_for(shop.worker.DecideTax(decision(order, decided, seen)), errors_pb2.REASON_INVALID_INPUT)
    assert bad_fields(refused) == bad
    measured = pb.MeasurePeriodRequest(period_id=request_id(), tax_decision=decided, seen=seen, steering=STEERING)
    assert bad_fields(await refused_for(shop.worker.MeasurePeriod(measured), errors_pb2.REASON_INVALID_INPUT)) == bad
    assert await proofs(shop, order.account_id) == await shop.room.rows("audit") == []


@pytest.mark.parametrize("language", [common_pb2.LANGUAGE_IT, common_pb2.LANGUAGE_EN])
async def test_the_customer_is_told_once_which_proof_is_wanted(shop: Shop, language: common_pb2.Language) -> None:
    order = await ordered(shop)
    await settle(shop, order)
    mail = await emailed(shop, order, pb.ORDER_EMAIL_TAX_OPEN, language)
    await emailed(shop, order, pb.ORDER_EMAIL_TAX_OPEN, language)
    assert len(await shop.room.mails()) == 1
    text = mail.get_body(("plain",)).get_content()
    italian = language == common_pb2.LANGUAGE_IT
    assert ("serve una prova" if italian else "we need a proof") in mail["Subject"]
    assert ("estratto del registro" if italian else "extract of your country") in text
    assert ("9,15\xa0€" if italian else "€9.15") in text
    assert "VIES" not in text


@pytest.mark.parametrize("language", [common_pb2.LANGUAGE_IT, common_pb2.LANGUAGE_EN])
async def test_a_refused_order_ends_and_the_customer_is_told_what_was_missing(
    shop: Shop, language: common_pb2.Language
) -> None:
    order = await ordered(shop)
    await settle(shop, order)
    refused = (await shop.worker.DecideTax(decision(order, REFUSE))).order
    assert refused.state == pb.ORDER_STATE_CANCELLED
    text = (await emailed(shop, order, pb.ORDER_EMAIL_REFUSED, language)).get_body(("plain",)).get_content()
    assert ("fuori dall’UE" if language == common_pb2.LANGUAGE_IT else "outside the EU") in text
    assert "VIES" not in text


async def test_the_wait_looks_again_each_day_and_ends_where_the_purge_may_be_held_no_longer(shop: Shop) -> None:
    order = await ordered(shop)
    await settle(shop, order)
    shop.room.clock.at = from_timestamp(order.hold_until) - timedelta(hours=5)
    assert from_duration((await settle(shop, order)).wait) == timedelta(hours=5)
    shop.room.clock.at = from_timestamp(order.hold_until)
    assert (await settle(shop, order)).next == pb.TAX_NEXT_EXPIRY_DUE
    await refused_for(shop.worker.DecideTax(decision(order, BUSINESS_PROOF, SEEN)), errors_pb2.REASON_TAX_STATE)


async def test_a_cancellation_ends_the_wait(shop: Shop) -> None:
    order = await ordered(shop)
    await settle(shop, order)
    cancel = pb.CancelOrderRequest(request_id=request_id(), order_id=order.order_id)
    await shop.stub().CancelOrder(cancel, metadata=shop.customer(UUID(order.account_id)))
    assert (await settle(shop, order)).next == pb.TAX_NEXT_CANCEL_REQUESTED


@pytest.mark.parametrize("policy", [TRUSTING])
async def test_where_the_operator_s_policy_asks_for_no_proof_its_word_is_taken(shop: Shop) -> None:
    order = await ordered(shop)
    assert (order.quote.tax_open, order.tax_treatment, order.business_proof_id) == (False, OUTSIDE_EU, "")
    assert (await settle(shop, order)).next == pb.TAX_NEXT_SETTLED
    subscriber = await monthly(shop, NOVEMBER_10, party=HELVETIA)
    assert (await subscriber.measured_in_time(2)).tax_treatment == OUTSIDE_EU


async def test_a_period_of_the_same_tax_id_rests_on_the_kept_proof(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10, party=HELVETIA)
    await shop.save_profile(subscriber.account_id, OTHER_NAME)
    measured = await subscriber.measured_in_time(2)
    (kept,) = await proofs(shop, subscriber.account_id)
    assert (measured.tax_treatment, measured.business_proof_id) == (OUTSIDE_EU, kept.proof_id)
    assert len(shop.vies.questions) == 0


async def unproved(shop: Shop) -> Subscriber:
    """A subscriber with another tax id than was proved, at the moment of the measuring."""
    subscriber = await monthly(shop, NOVEMBER_10, party=HELVETIA)
    await shop.save_profile(subscriber.account_id, OTHER_ID)
    shop.room.clock.at = from_timestamp((await subscriber.period(2)).measure_at)
    return subscriber


async def upcoming(subscriber: Subscriber) -> pb.UpcomingPeriod:
    request = pb.GetUpcomingPeriodRequest(account_id=str(subscriber.account_id))
    answer = await subscriber.shop.stub().GetUpcomingPeriod(request, metadata=subscriber.metadata)
    return pb.UpcomingPeriod.FromString(answer.upcoming.SerializeToString())


async def test_a_period_of_another_tax_id_is_not_measured_until_an_operator_has_seen_a_proof(shop: Shop) -> None:
    subscriber = await unproved(shop)
    await refused_for(subscriber.measure(2), errors_pb2.REASON_BUSINESS_NOT_PROVED)
    found = await upcoming(subscriber)
    assert (found.tax_open, found.tax_treatment) == (True, OUTSIDE_EU)
    assert found.totals_with_vat.vat.minor > 0
    other = subscriber.measure(2, tax_decision=OTHER_PROOF, steering=STEERING)
    await refused_for(other, errors_pb2.REASON_TAX_STATE)
    measured = await subscriber.measure(2, tax_decision=BUSINESS_PROOF, seen=SEEN, steering=STEERING)
    newest, first = await proofs(shop, subscriber.account_id)
    assert (newest.tax_id, first.tax_id) == ("CHE999999996", "CHE109322551")
    assert (measured.tax_treatment, measured.business_proof_id) == (OUTSIDE_EU, newest.proof_id)
    assert [row["action"] for row in await shop.room.rows("audit")][-1] == "tax_business_proof"
    again = await subscriber.measure(2, tax_decision=BUSINESS_PROOF, seen=SEEN, steering=STEERING)
    assert (again, len(await proofs(shop, subscriber.account_id))) == (measured, 2)
    assert (await subscriber.measured_in_time(3)).business_proof_id == newest.proof_id


async def test_vat_charged_without_a_proof_is_charged_on_later_periods_of_that_tax_id_too(shop: Shop) -> None:
    subscriber = await unproved(shop)
    charged = await subscriber.measure(2, tax_decision=CHARGE_VAT, steering=STEERING)
    assert (charged.tax_treatment, charged.vat_id, charged.business_proof_id) == (DOMESTIC, "", "")
    assert not (await upcoming(subscriber)).tax_open
    assert (await subscriber.measured_in_time(3)).tax_treatment == DOMESTIC
    await shop.save_profile(subscriber.account_id, HELVETIA)
    assert (await subscriber.measured_in_time(4)).tax_treatment == OUTSIDE_EU


async def test_vat_charged_on_the_order_stands_for_its_periods(shop: Shop) -> None:
    shop.room.clock.at = START
    account = shop.account(purge_at=START)
    order = await ordered(shop, account)
    await settle(shop, order)
    await shop.worker.DecideTax(decision(order, CHARGE_VAT))
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    made = (await shop.fulfil(order.order_id)).subscription
    shop.neighbours.accounts[account].mailboxes = {8: 7}
    subscriber = Subscriber(shop, made.subscription_id, account)
    assert (await subscriber.measured_in_time(2)).tax_treatment == DOMESTIC


def record(account: UUID | str, seen: pb.SeenProof = SEEN) -> pb.RecordBusinessProofRequest:
    return pb.RecordBusinessProofRequest(request_id=request_id(), account_id=str(account), seen=seen, steering=STEERING)


async def test_a_proof_that_is_recorded_before_the_first_order_lets_it_go_on_at_once(shop: Shop) -> None:
    account = shop.account()
    await shop.save_profile(account, HELVETIA)
    request = record(account)
    kept = (await shop.stub("operator").RecordBusinessProof(request)).proof
    assert (await shop.stub("operator").RecordBusinessProof(request)).proof == kept
    assert await proofs(shop, account) == [kept]
    assert [row["action"] for row in await shop.room.rows("audit")] == ["prove_business"]
    order = await ordered(shop, account)
    assert not order.quote.tax_open
    assert (await settle(shop, order)).order.business_proof_id == kept.proof_id


async def test_a_recorded_proof_wakes_the_order_that_waits_for_it(shop: Shop) -> None:
    order = await ordered(shop)
    await settle(shop, order)
    await shop.room.empty_outbox()
    await shop.stub("operator").RecordBusinessProof(record(order.account_id))
    assert [wake.workflow_id for wake in await shop.room.wakes()] == [f"order:{order.order_id}"]
    assert (await settle(shop, order)).next == pb.TAX_NEXT_SETTLED


async def test_a_proof_after_vat_was_charged_counts_from_the_next_period_on(shop: Shop) -> None:
    subscriber = await unproved(shop)
    charged = await subscriber.measure(2, tax_decision=CHARGE_VAT, steering=STEERING)
    await shop.room.empty_outbox()
    kept = (await shop.stub("operator").RecordBusinessProof(record(subscriber.account_id))).proof
    woken = [wake.workflow_id for wake in await shop.room.wakes()]
    assert woken == [f"renewal:{subscriber.subscription_id}:3"]
    assert await subscriber.period(2) == charged
    assert (await subscriber.measured_in_time(3)).business_proof_id == kept.proof_id


@pytest.mark.parametrize("party", [None, ACME, BEISPIEL], ids=["no profile", "Italy", "EU"])
async def test_who_is_not_outside_the_eu_needs_no_such_proof(shop: Shop, party: common_pb2.BillingParty | None) -> None:
    account = shop.account()
    if party is not None:
        await shop.save_profile(account, party)
    reason = errors_pb2.REASON_TAX_STATE if party else errors_pb2.REASON_PROFILE_MISSING
    await refused_for(shop.stub("operator").RecordBusinessProof(record(account)), reason)
    assert await proofs(shop, account) == await shop.room.rows("audit") == []


async def test_of_several_proofs_of_a_tax_id_the_newest_is_the_one_that_a_period_rests_on(shop: Shop) -> None:
    subscriber = await monthly(shop, NOVEMBER_10, party=HELVETIA)
    newer = (await shop.stub("operator").RecordBusinessProof(record(subscriber.account_id))).proof
    assert len(await proofs(shop, subscriber.account_id)) == 2
    assert (await subscriber.measured_in_time(2)).business_proof_id == newer.proof_id


async def test_a_recorded_proof_names_every_bad_field(shop: Shop) -> None:
    refused = await refused_for(
        shop.stub("operator").RecordBusinessProof(pb.RecordBusinessProofRequest()), errors_pb2.REASON_INVALID_INPUT
    )
    assert bad_fields(refused) == dict.fromkeys(
        ("request_id", "account_id", "seen.kind", "seen.reference", "steering.actor", "steering.reason_code"),
        "required",
    )


async def test_only_operators_read_the_proofs_page_by_page(shop: Shop) -> None:
    first = await shop.prove(await ordered(shop))
    await shop.end(first.order_id, pb.OUTCOME_CANCELLED)
    await shop.prove(await ordered(shop, UUID(first.account_id), OTHER_ID))
    request = pb.ListBusinessProofsRequest(account_id=first.account_id)
    both = await proofs(shop, first.account_id)
    request.page.page_size = 1
    page = await shop.stub("operator").ListBusinessProofs(request)
    request.page.page_token = page.next_page_token
    rest = await shop.stub("operator").ListBusinessProofs(request)
    assert [*page.proofs, *rest.proofs] == both
    metadata = shop.customer(UUID(first.account_id))
    await refused_for(shop.stub().ListBusinessProofs(request, metadata=metadata), errors_pb2.REASON_CALLER_NOT_ALLOWED)
