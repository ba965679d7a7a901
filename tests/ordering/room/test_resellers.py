"""The reseller status: asked for by the customer, measured, decided by an operator, in force from the next document."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import rome_date
from services.kit.metadata import LANGUAGE
from services.kit.wire import from_timestamp
from tests.ordering.letters import only_mail
from tests.ordering.resellers import (
    APPROVE,
    BEGIN,
    KEEP,
    REFUSE,
    WITHDRAW,
    Reseller,
    a_reseller,
    an_approved_one,
    reseller_party,
)
from tests.ordering.shop import ACME, ANNA, Shop, mailboxes
from tests.ordering.subscribers import annual, monthly
from tests.support.refusals import bad_fields, refused_for, unavailable
from tests.support.room import request_id

RESELLER, MONTHLY = common_pb2.CUSTOMER_KIND_RESELLER, common_pb2.BILLING_PERIOD_MONTHLY
STATE = errors_pb2.REASON_RESELLER_STATE


def met(status: pb.ResellerStatus) -> list[bool]:
    """Mailboxes, other domains, resale, training."""
    return [each.met for each in status.requirements]


def one_line(period: pb.Period) -> tuple[str, int, int]:
    [line] = period.lines
    return line.description, line.unit_price.minor, line.net.minor


LESS_15 = "prezzo di listino 1,50 EUR meno sconto rivenditori 15%, arrotondato al centesimo"


async def test_a_reseller_s_first_order_is_at_list_price_monthly_and_of_five_at_least(shop: Shop) -> None:
    account = shop.account()
    quote = await shop.quote(account, RESELLER, MONTHLY, [mailboxes(200)])
    assert (quote.totals.net.minor, quote.reseller_discount) == (200 * 150, "")
    too_few = pb.CreateQuoteRequest(
        request_id=request_id(), account_id=str(account), kind=RESELLER, billing=MONTHLY, items=[mailboxes(4)]
    )
    call = shop.stub().CreateQuote(too_few, metadata=shop.customer(account))
    assert list(bad_fields(await refused_for(call, errors_pb2.REASON_INVALID_INPUT))) == ["items"]
    too_few.billing = common_pb2.BILLING_PERIOD_ANNUAL
    call = shop.stub().CreateQuote(too_few, metadata=shop.customer(account))
    assert list(bad_fields(await refused_for(call, errors_pb2.REASON_INVALID_INPUT))) == ["billing"]


async def test_the_answer_names_each_requirement_its_state_and_what_would_meet_it(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    reseller.fill(9)
    before = (await reseller.status("gateway")).status
    assert (before.state, met(before)) == (pb.RESELLER_STATE_NONE, [False, False, False, False])
    status = await reseller.asks()
    assert (status.state, met(status)) == (pb.RESELLER_STATE_REQUESTED, [False, False, True, False])
    assert [(each.found, each.wanted) for each in status.requirements] == [(9, 10), (0, 1), (1, 1), (0, 1)]
    few, domains, resale, training = [each.remedy for each in status.requirements]
    assert few == "Nel pannello servono almeno 10 caselle, comprese quelle non attive: ora sono 9."
    assert "domini diversi dal proprio, almeno 1: ora sono 0" in domains
    assert (resale, "formazione" in training) == ("", True)
    english = await shop.stub("operator").GetResellerStatus(
        pb.GetResellerStatusRequest(account_id=str(reseller.account_id)), metadata=((LANGUAGE, "en"),)
    )
    assert "inactive ones included: there are 9 now" in english.status.requirements[0].remedy
    assert (english.declaration_version, "I declare" in english.declaration_text) == ("2026-11", True)
    reseller.fill(10, "client.example")
    assert met((await reseller.status()).status) == [True, True, True, False]


async def test_the_declaration_is_kept_with_version_time_and_address(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    await reseller.asks()
    [row] = await shop.room.rows("reseller_requests")
    assert row["declaration"] == {
        "version": "2026-11",
        "language": "it",
        "ip": "203.0.113.7",
        "user_agent": "Firefox",
        "at": shop.room.clock.now().isoformat(),
    }
    [wake] = [wake for wake in await shop.room.wakes() if wake.workflow == "ResellerStatus"]
    assert wake.workflow_id == f"reseller:{reseller.account_id}"


async def test_bad_input_is_named_whole_and_nothing_is_stored(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    wish = reseller.wish(
        request_id="x", resells=False, declaration_version="2020-01", language=0,
        client=common_pb2.ClientContext(ip="nowhere", user_agent="x" * 600),
    )  # fmt: skip
    call = shop.stub().RequestResellerStatus(wish, metadata=reseller.metadata)
    refused = bad_fields(await refused_for(call, errors_pb2.REASON_INVALID_INPUT))
    assert set(refused) == {
        "request_id", "resells", "declaration_version", "language", "client.ip", "client.user_agent"
    }  # fmt: skip
    assert await shop.room.rows("reseller_requests") == []


async def test_only_a_reseller_with_a_monthly_contract_that_goes_on_may_ask(shop: Shop) -> None:
    company = await monthly(shop, BEGIN, party=ACME)
    wish = Reseller(company.shop, company.subscription_id, company.account_id).wish()
    refused = shop.stub().RequestResellerStatus(wish, metadata=company.metadata)
    await refused_for(refused, errors_pb2.REASON_PROFILE_MISSING)
    yearly = await annual(shop, BEGIN, party=ANNA)
    await shop.save_profile(yearly.account_id, reseller_party())
    wish = Reseller(yearly.shop, yearly.subscription_id, yearly.account_id).wish()
    await refused_for(shop.stub().RequestResellerStatus(wish, metadata=yearly.metadata), STATE)
    leaving = await a_reseller(shop)
    await leaving.cancel()
    await refused_for(leaving.asks(), STATE)
    fresh = shop.account()
    wish = leaving.wish(account_id=str(fresh))
    call = shop.stub().RequestResellerStatus(wish, metadata=shop.customer(fresh))
    await refused_for(call, errors_pb2.REASON_PROFILE_MISSING)


async def test_the_same_request_twice_is_one_and_a_second_one_is_refused_while_it_stands(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    wish = reseller.wish()
    answers = await asyncio.gather(
        *(shop.stub().RequestResellerStatus(wish, metadata=reseller.metadata) for _ in range(2))
    )
    assert {answer.status.state for answer in answers} == {pb.RESELLER_STATE_REQUESTED}
    await refused_for(reseller.asks(), STATE)
    assert len(await shop.room.rows("reseller_requests")) == 1


async def test_of_two_requests_at_once_one_is_taken(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    answers = await asyncio.gather(reseller.asks(), reseller.asks(), return_exceptions=True)
    assert sorted(isinstance(answer, BaseException) for answer in answers) == [False, True]
    assert len(await shop.room.rows("reseller_requests")) == 1


async def test_without_the_rooms_that_measure_nothing_is_decided(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    for room in ("trial", "mailboxes"):
        shop.neighbours.away = {room}
        await unavailable(reseller.asks())
    assert await shop.room.rows("reseller_requests") == []


async def test_approval_is_refused_while_a_requirement_is_missing_unless_overridden(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    reseller.fill(10, "client.example")
    await reseller.asks()
    refused = await refused_for(reseller.decided(APPROVE), STATE)
    assert refused.metadata["missing"] == "training"
    reseller.fill(9)
    refused = await refused_for(reseller.decided(APPROVE), STATE)
    assert refused.metadata["missing"] == "mailboxes, other_domains, training"
    assert (await reseller.status()).status.state == pb.RESELLER_STATE_REQUESTED
    status = await reseller.decided(APPROVE, override=True)
    assert (status.state, status.overridden) == (pb.RESELLER_STATE_APPROVED, True)


async def test_a_recorded_training_is_answered_with_what_is_still_missing_now(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    await reseller.asks()
    reseller.fill(10, "client.example")
    first = (await reseller.trained()).status
    assert met(first) == [True, True, True, True]
    shop.room.clock.advance(days=1)
    assert (await reseller.trained()).status.training_at == first.training_at


async def test_an_override_that_nothing_needs_is_none(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    reseller.fill(10, "client.example")
    await reseller.asks()
    await reseller.trained()
    assert not (await reseller.decided(APPROVE, override=True)).overridden


@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [
        (common_pb2.LANGUAGE_IT, "Sei un nostro rivenditore", "valgono dal prossimo documento in poi"),
        (common_pb2.LANGUAGE_EN, "You are one of our resellers", "hold from the next document on"),
    ],
)
async def test_a_granted_status_is_told(shop: Shop, language: common_pb2.Language, subject: str, said: str) -> None:
    reseller = await a_reseller(shop)
    await reseller.asks()
    await shop.room.empty_outbox()
    recipient = common_pb2.Recipient(email="anna@example.it", name="Anna", language=language)
    request = reseller.verdict(APPROVE, override=True, recipient=recipient)
    for _ in range(2):
        await shop.worker.DecideReseller(request)
    assert [event["type"] for event in await shop.room.events()] == ["reseller.approved"]
    told, text = await only_mail(shop)
    assert (told, said in text) == (subject, True)


async def test_a_refusal_tells_the_customer_each_reason_and_one_may_ask_again(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    await reseller.asks()
    await reseller.trained()
    told = set[str]()
    for language, heading in ((common_pb2.LANGUAGE_IT, "Il motivo: "), (common_pb2.LANGUAGE_EN, "The reason: ")):
        recipient = common_pb2.Recipient(email="anna@example.it", name="Anna", language=language)
        for reason in filter(None, pb.ResellerEndReason.values()):
            await shop.room.empty_outbox()
            status = await reseller.decided(REFUSE, reason=reason, recipient=recipient)
            assert (status.state, status.end_reason) == (pb.RESELLER_STATE_REFUSED, reason)
            assert met(status)[2:] == [False, True]
            _, text = await only_mail(shop)
            why = text.partition(heading)[2].partition(".")[0]
            assert why
            assert not why.startswith(("Il tuo servizio", "Your service"))
            told.add(why)
            assert not (await reseller.advances()).HasField("wait")
            again = await reseller.asks()
            assert (again.state, met(again)[2:]) == (pb.RESELLER_STATE_REQUESTED, [True, True])
    assert len(told) == 10


async def test_a_withdrawal_is_told_with_its_reason(shop: Shop) -> None:
    reseller = await an_approved_one(shop)
    await reseller.decided(WITHDRAW, reason=pb.RESELLER_END_REASON_UNPAID)
    subject, text = await only_mail(shop)
    assert subject == "La tua qualifica di rivenditore è terminata"
    assert "ci sono documenti non pagati. Dal prossimo documento in poi vale il prezzo di listino" in text


async def test_a_reason_belongs_to_a_refusal_or_withdrawal(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    await reseller.asks()
    for decision, reason in ((REFUSE, 0), (WITHDRAW, 0), (APPROVE, 1), (KEEP, 1)):
        call = reseller.decided(decision, reason=reason)
        assert list(bad_fields(await refused_for(call, errors_pb2.REASON_INVALID_INPUT))) == ["reason"]


async def test_a_decision_is_taken_in_its_state_alone(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    await refused_for(reseller.decided(REFUSE), errors_pb2.REASON_NOT_FOUND)
    await reseller.asks()
    for decision in (KEEP, WITHDRAW):
        await refused_for(reseller.decided(decision), STATE)
    await reseller.decided(APPROVE, override=True)
    for decision in (APPROVE, REFUSE, KEEP):
        await refused_for(reseller.decided(decision, override=decision == APPROVE), STATE)
    await reseller.decided(WITHDRAW)
    await refused_for(reseller.trained(), STATE)


async def test_of_two_decisions_at_once_one_is_taken_and_one_email_sent(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    await reseller.asks()
    await shop.room.empty_outbox()
    answers = await asyncio.gather(
        reseller.decided(APPROVE, override=True), reseller.decided(REFUSE), return_exceptions=True
    )
    assert sorted(isinstance(answer, BaseException) for answer in answers) == [False, True]
    assert len(await shop.room.mails()) == 1


async def test_every_deed_stands_in_the_trail(shop: Shop) -> None:
    await an_approved_one(shop)
    deeds = [(row["action"], row["actor"]) for row in await shop.room.rows("audit")]
    assert deeds == [("reseller_training", "operator@provider"), ("reseller_approve", "operator")]


async def test_tiers_hold_from_the_next_measuring_on_and_list_prices_after_the_withdrawal(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    reseller.fill(12, "client.example")
    reseller.account.used = {date(2026, 11, day): {8: 7} for day in range(10, 31)}
    reseller.account.used |= {date(2026, 12, day): {8: 7} for day in range(1, 10)}
    second = await reseller.measured_in_time(2)
    assert second.totals.net.minor == 1277  # 12 × 1.50 × 22/31, measured before the status was asked for
    await reseller.asks()
    await reseller.decided(APPROVE, override=True)
    assert (await reseller.period(2)).totals.net.minor == 1277
    third = await reseller.measured_in_time(3)
    assert one_line(third) == (f"Casella 8 GB, gennaio 2027, {LESS_15}", 128, 12 * 128)
    await reseller.decided(WITHDRAW)
    assert (await reseller.period(3)).totals == third.totals
    assert one_line(await reseller.measured_in_time(4)) == ("Casella 8 GB, febbraio 2027", 150, 12 * 150)


@pytest.mark.parametrize(("count", "unit"), [(9, 150), (10, 128), (99, 128), (100, 113)])
async def test_the_tier_is_that_of_the_mailboxes_that_the_period_pays_for(shop: Shop, count: int, unit: int) -> None:
    reseller = await an_approved_one(shop)
    await reseller.measured_in_time(2)
    reseller.fill(count, "client.example")
    reseller.account.used = {date(2026, 12, day): {8: 7} for day in range(1, 32)}
    assert one_line(await reseller.measured_in_time(3))[1:] == (unit, count * unit)


async def test_what_is_above_the_prepaid_has_the_document_s_discount(shop: Shop) -> None:
    reseller = await an_approved_one(shop)
    measured = await reseller.measured_in_time(2)
    assert all(line.description.endswith(f", {LESS_15}") for line in measured.lines)
    assert measured.lines[1].net.minor == 5 * 21 * 128 // 30


async def test_the_profile_of_another_kind_has_no_tier(shop: Shop) -> None:
    reseller = await an_approved_one(shop)
    await shop.save_profile(reseller.account_id, ACME)
    assert "sconto" not in (await reseller.measured_in_time(2)).lines[0].description


async def test_a_frozen_quote_keeps_its_price_and_the_next_one_has_the_tier(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    reseller.fill(12, "client.example")
    asked: dict[str, Any] = {"kind": RESELLER, "billing": MONTHLY, "items": [mailboxes(12)]}
    before = await shop.quote(reseller.account_id, **asked)
    await reseller.asks()
    await reseller.decided(APPROVE, override=True)
    after = await shop.quote(reseller.account_id, **asked)
    assert (before.totals.net.minor, after.totals.net.minor) == (12 * 150, 12 * 128)
    assert (before.reseller_discount, after.reseller_discount) == ("", "15.00")
    assert after.lines_it[0].description == f"Casella 8 GB, 1 mese, {LESS_15}"
    kept = {row["hash"]: row["content"].get("reseller_discount") for row in await shop.room.rows("quotes")}
    assert (kept[before.hash], kept[after.hash]) == (None, "15.00")


async def test_a_request_is_measured_each_day(shop: Shop) -> None:
    reseller = await a_reseller(shop)
    await reseller.asks()
    reseller.fill(10, "client.example")
    due = await reseller.advances()
    assert (due.wait.ToTimedelta(), met(due.status)[:2]) == (timedelta(days=1), [True, True])


async def test_a_failing_requirement_is_noted_monthly_and_clears_by_itself(shop: Shop) -> None:
    reseller = await an_approved_one(shop)
    reseller.fill(9, "client.example")
    due = await reseller.advances()
    check_at = from_timestamp(due.status.check_at)
    assert not due.status.HasField("failing_since")  # within the month nobody measures
    assert due.wait.ToTimedelta() == check_at - shop.room.clock.now()
    shop.room.clock.at = check_at
    due = await reseller.advances()
    assert (from_timestamp(due.status.failing_since), due.wait.ToTimedelta()) == (check_at, timedelta(days=1))
    assert due.status.state == pb.RESELLER_STATE_APPROVED
    listed = await shop.stub("operator").ListResellersInReview(pb.ListResellersInReviewRequest())
    assert [each.account_id for each in listed.resellers] == [str(reseller.account_id)]
    shop.room.clock.advance(days=1)
    assert from_timestamp((await reseller.advances()).status.failing_since) == check_at
    reseller.fill(10, "client.example")
    shop.room.clock.advance(days=1)
    due = await reseller.advances()
    assert not due.status.HasField("failing_since")
    assert rome_date(from_timestamp(due.status.check_at)) == date(2027, 1, 1)
    listed = await shop.stub("operator").ListResellersInReview(pb.ListResellersInReviewRequest())
    assert not listed.resellers


async def test_a_status_that_an_operator_keeps_is_measured_again_the_next_month(shop: Shop) -> None:
    reseller = await an_approved_one(shop)
    reseller.fill(9, "client.example")
    shop.room.clock.at = from_timestamp((await reseller.advances()).status.check_at)
    await reseller.advances()
    kept = await reseller.decided(KEEP)
    assert not kept.HasField("failing_since")
    shop.room.clock.advance(days=20)
    assert not (await reseller.advances()).status.HasField("failing_since")
    shop.room.clock.at = from_timestamp(kept.check_at)
    assert (await reseller.advances()).status.HasField("failing_since")


async def test_what_waits_for_an_operator_is_listed_by_age_in_pages(shop: Shop) -> None:
    waiting = []
    for _ in range(3):
        reseller = await a_reseller(shop)
        await reseller.asks()
        waiting.append(str(reseller.account_id))
    await an_approved_one(shop)
    found, page = list[str](), common_pb2.PageRequest(page_size=2)
    while True:
        answer = await shop.stub("operator").ListResellersInReview(pb.ListResellersInReviewRequest(page=page))
        found += [each.account_id for each in answer.resellers]
        page.page_token = answer.next_page_token
        if not page.page_token:
            break
    assert found == sorted(waiting, key=waiting.index)


async def test_the_status_ends_with_the_account(shop: Shop) -> None:
    reseller = await an_approved_one(shop)
    await reseller.cancel()
    subscription = await reseller.subscription()
    shop.room.clock.at = from_timestamp(subscription.ends_at) + timedelta(seconds=1)
    ended = await reseller.end(2, pb.PERIOD_OUTCOME_UNPAID)
    shop.room.clock.at = from_timestamp(ended.subscription.purge_at) + timedelta(seconds=1)
    await shop.room.empty_outbox()
    request = pb.CloseAccountRequest(account_id=str(reseller.account_id), reason=pb.CLOSURE_REASON_SUBSCRIPTION_ENDED)
    await shop.worker.CloseAccount(request)
    assert f"reseller:{reseller.account_id}" in {wake.workflow_id for wake in await shop.room.wakes()}
    due = await reseller.advances()
    assert (due.status.state, due.HasField("wait")) == (pb.RESELLER_STATE_ENDED, False)
