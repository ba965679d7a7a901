"""A consumer leaves an annual contract whose renewal was not announced in time: who, until when, what goes back."""

import asyncio
from datetime import date, timedelta

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import end_of_day, start_of_day
from services.kit.wire import from_date, from_timestamp, to_date
from tests.ordering.letters import only_mail
from tests.ordering.room.test_additions import ADDED, joined, move_to
from tests.ordering.room.test_withdrawing import order_of, wakes
from tests.ordering.shop import ACME, ANNA, STEERING, Shop, place_request
from tests.ordering.subscribers import ANNUAL, PAID, UNPAID, Subscriber, annual
from tests.ordering.withdrawers import advance, next_of, read, receipt, send, settle, withdraw, withdrawal_request
from tests.support.refusals import bad_fields, refused_for, unavailable
from tests.support.room import request_id

BEGIN = date(2026, 3, 2)
"""The first term ends on 1 March 2027; a notice is in time to 30 January."""
RIGHT, WITHOUT_NOTICE = pb.WITHDRAWAL_GROUND_RIGHT_OF_WITHDRAWAL, pb.WITHDRAWAL_GROUND_RENEWAL_WITHOUT_NOTICE
NOT_ANY_MORE = errors_pb2.REASON_WITHDRAWAL_PERIOD_OVER
TERM_END = date(2028, 3, 1)
LEFT_ON = date(2027, 6, 10)
"""The 101st day of the renewed term of 366; 265 are left."""


async def announced_late(
    shop: Shop, party: common_pb2.BillingParty = ANNA, days: int = 1, *, now: common_pb2.BillingParty | None = None
) -> Subscriber:
    """An annual contract whose renewal was asked for, and announced, some days too late; perhaps to another party."""
    subscriber = await annual(shop, BEGIN, party=party)
    subscriber.account.mailboxes = {8: 1}
    if now is not None:
        await shop.save_profile(subscriber.account_id, now)
    shop.room.clock.at = from_timestamp((await subscriber.period(2)).measure_at) + timedelta(days=days)
    await subscriber.measure(2)
    await subscriber.record_proforma(2)
    await subscriber.advance(2)
    return subscriber


async def renewed(shop: Shop, party: common_pb2.BillingParty = ANNA) -> Subscriber:
    """The same, paid and invoiced before the new term."""
    subscriber = await announced_late(shop, party)
    await subscriber.end(2, PAID)
    await subscriber.record_invoice(2)
    await shop.room.empty_outbox()
    return subscriber


async def leave_told(subscriber: Subscriber) -> pb.Leave | None:
    """What the billing area reads."""
    asked = pb.GetSubscriptionRequest(account_id=str(subscriber.account_id))
    answer = await subscriber.shop.stub().GetSubscription(asked, metadata=subscriber.metadata)
    return answer.leave if answer.HasField("leave") else None


async def test_the_billing_area_says_that_the_consumer_may_leave_why_and_until_when(shop: Shop) -> None:
    subscriber = await renewed(shop)
    move_to(shop, LEFT_ON)
    told = await leave_told(subscriber)
    assert told is not None
    assert (told.ground, from_date(told.renewed_on), from_date(told.until)) == (
        WITHOUT_NOTICE, date(2027, 3, 2), TERM_END,
    )  # fmt: skip
    order = await order_of(shop, subscriber)
    assert told.order_id == order.order_id
    offer = (await read(shop, order)).offer
    assert (offer.ground, from_timestamp(offer.until)) == (WITHOUT_NOTICE, end_of_day(start_of_day(TERM_END)))
    italian, english = offer.pages
    assert "Non ti abbiamo avvisato almeno 30 giorni prima del rinnovo del 2 marzo 2027" in italian.consequences
    assert "fino al 1° marzo 2028, senza spese (art. 65-bis del codice del consumo)" in italian.consequences
    assert "We did not tell you of the renewal of 2 March 2027 at least 30 days before" in english.consequences
    assert "ai sensi dell’art. 65-bis del codice del consumo" in italian.statement
    assert "rinnovo dal 2 marzo 2027 non sono stato avvisato in tempo. Anna Rossi" in italian.statement
    assert "of whose renewal from 2 March 2027 I was not told in time" in english.statement


async def test_whom_the_renewal_names_may_leave_whoever_ordered_and_whatever_the_profile_says_today(shop: Shop) -> None:
    subscriber = await announced_late(shop, ACME, now=ANNA)
    await subscriber.end(2, PAID)
    await subscriber.record_invoice(2)
    await shop.save_profile(subscriber.account_id, ACME)
    move_to(shop, LEFT_ON)
    order = await order_of(shop, subscriber)
    assert await leave_told(subscriber) is not None
    assert (await read(shop, order)).offer.ground == WITHOUT_NOTICE
    made = await withdraw(shop, order)
    assert made.ground == WITHOUT_NOTICE
    [row] = (await advance(shop, order.order_id)).withdrawal.refunds
    assert (row.period_id, row.days_of_term) == (subscriber.id_of(2), 366)


async def test_a_renewal_that_names_a_company_is_left_by_no_consumer_of_today(shop: Shop) -> None:
    subscriber = await announced_late(shop, now=ACME)
    await subscriber.end(2, PAID)
    await subscriber.record_invoice(2)
    await shop.save_profile(subscriber.account_id, ANNA)
    move_to(shop, LEFT_ON)
    assert await leave_told(subscriber) is None
    assert (await read(shop, await order_of(shop, subscriber))).refusal


async def test_what_goes_back_is_shown_first_and_is_what_is_refunded(shop: Shop) -> None:
    subscriber = await renewed(shop)
    order, paid = await order_of(shop, subscriber), (await subscriber.period(2)).totals.gross.minor
    move_to(shop, LEFT_ON)
    offer = (await read(shop, order)).offer
    refund = (2 * paid * 265 + 366) // (2 * 366)
    assert (offer.paid.minor, offer.owed.minor, offer.refund.minor) == (paid, paid - refund, refund)
    assert (offer.days_owed, offer.days_of_term) == (101, 366)
    assert "per 101 giorni di servizio su 366" in offer.pages[0].consequences
    made = await withdraw(shop, order)
    assert (made.ground, from_date(made.refund_by)) == (WITHOUT_NOTICE, LEFT_ON + timedelta(days=14))
    [row] = (await advance(shop, order.order_id)).withdrawal.refunds
    assert (row.period_id, row.amount.minor, row.owed.minor) == (subscriber.id_of(2), refund, paid - refund)
    assert (from_date(row.served_from), from_date(row.served_to)) == (date(2027, 3, 2), LEFT_ON)
    assert row.days_of_term == 366


async def test_the_contract_ends_at_once_and_goes_the_way_of_a_withdrawal_to_its_closing(shop: Shop) -> None:
    subscriber = await renewed(shop)
    order = await order_of(shop, subscriber)
    now = move_to(shop, LEFT_ON)
    await withdraw(shop, order)
    assert {f"withdrawal:{order.order_id}", subscriber.renewal(3)} <= {name for name, _ in await wakes(shop)}
    ended = await subscriber.subscription()
    assert (ended.state, ended.end) == (pb.SUBSCRIPTION_STATE_CLOSING, pb.SUBSCRIPTION_END_WITHDRAWN)
    assert from_timestamp(ended.ends_at) == now
    assert (await subscriber.period(3)).state == pb.PERIOD_STATE_VOID
    assert await leave_told(subscriber) is None
    assert await next_of(shop, order.order_id) == "REFUND_DUE"
    await settle(shop, order.order_id)
    assert await next_of(shop, order.order_id) == "WAIT purge"
    shop.room.clock.at = from_timestamp(ended.purge_at)
    assert await next_of(shop, order.order_id) == "CLOSE_DUE"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (common_pb2.LANGUAGE_IT, ("art. 65-bis", "È la ricevuta", "per 101 giorni di servizio su 366")),
        (common_pb2.LANGUAGE_EN, ("Under art. 65-bis", "it is the receipt", "for 101 days of service out of 366")),
    ],
)
async def test_the_receipt_holds_the_statement_and_what_goes_back(
    shop: Shop, language: common_pb2.Language, words: tuple[str, ...]
) -> None:
    subscriber = await renewed(shop)
    order = await order_of(shop, subscriber)
    move_to(shop, LEFT_ON)
    await withdraw(shop, order, 0 if language == common_pb2.LANGUAGE_IT else 1)
    await shop.room.empty_outbox()
    for _ in range(2):
        await receipt(shop, order.order_id, language)
    text = (await only_mail(shop))[1].lower()
    assert [word for word in words if word.lower() not in text] == []


async def test_a_late_notice_says_itself_that_the_consumer_may_leave(shop: Shop) -> None:
    await announced_late(shop)
    text = (await only_mail(shop))[1]
    assert "Questo avviso arriva in ritardo" in text
    assert "in qualsiasi momento fino al 1° marzo 2028, senza spese" in text


async def test_who_was_told_in_time_may_not_leave(shop: Shop) -> None:
    subscriber = await announced_late(shop, days=0)
    assert "in ritardo" not in (await only_mail(shop))[1]
    await subscriber.end(2, PAID)
    await subscriber.record_invoice(2)
    order = await order_of(shop, subscriber)
    move_to(shop, LEFT_ON)
    assert await leave_told(subscriber) is None
    assert (await read(shop, order)).refusal == pb.WITHDRAWAL_REFUSAL_PERIOD_OVER
    await refused_for(send(shop, order, withdrawal_request(order.order_id)), NOT_ANY_MORE)
    assert await shop.room.rows("withdrawals") == []


async def test_a_business_may_not_leave(shop: Shop) -> None:
    subscriber = await renewed(shop, ACME)
    move_to(shop, LEFT_ON)
    assert await leave_told(subscriber) is None
    order = await order_of(shop, subscriber)
    assert (await read(shop, order)).refusal == pb.WITHDRAWAL_REFUSAL_NOT_GRANTED


async def test_the_right_lasts_to_the_terms_last_moment(shop: Shop) -> None:
    subscriber = await renewed(shop)
    order = await order_of(shop, subscriber)
    for day, may in ((date(2027, 1, 30), False), (date(2027, 1, 31), True)):
        move_to(shop, day, 23)
        assert (await read(shop, order)).HasField("offer") is may, day
    await subscriber.asked_in_time(3)
    await subscriber.advance(3)
    assert (await subscriber.period(3)).notice_in_time
    move_to(shop, TERM_END, 23)
    page = (await read(shop, order)).offer.pages[0]
    move_to(shop, TERM_END + timedelta(days=1), 0)
    await refused_for(send(shop, order, withdrawal_request(order.order_id, page)), NOT_ANY_MORE)


async def test_before_the_new_term_all_of_it_goes_back_and_what_is_left_of_the_old_one(shop: Shop) -> None:
    subscriber = await renewed(shop)
    order = await order_of(shop, subscriber)
    move_to(shop, date(2027, 2, 9))  # 20 days of the first term are left
    await withdraw(shop, order)
    first, second = (await advance(shop, order.order_id)).withdrawal.refunds
    assert (first.order_id, second.period_id) == (order.order_id, subscriber.id_of(2))
    assert first.amount.minor == (2 * first.paid.minor * 20 + 365) // (2 * 365)
    assert second.owed.minor == 0


async def test_a_renewal_that_nobody_measured_or_paid_costs_nothing_to_leave(shop: Shop) -> None:
    """The provider was away for months: nothing was asked for, and nothing told."""
    subscriber = await annual(shop, BEGIN)
    order = await order_of(shop, subscriber)
    move_to(shop, LEFT_ON)
    offer = (await read(shop, order)).offer
    assert (offer.ground, offer.paid.minor, offer.refund.minor) == (WITHOUT_NOTICE, 0, 0)
    assert "Per i giorni dopo oggi non hai pagato nulla" in offer.pages[0].consequences
    assert "you have paid nothing and owe nothing" in offer.pages[1].consequences
    await withdraw(shop, order)
    assert await next_of(shop, order.order_id) == "WAIT purge"
    assert (await subscriber.period(2)).state == pb.PERIOD_STATE_VOID


async def test_who_leaves_a_renewal_that_was_credited_whole_reads_that_a_credit_note_covers_it(shop: Shop) -> None:
    subscriber = await renewed(shop)
    order = await order_of(shop, subscriber)
    period = await subscriber.period(2)
    shop.neighbours.credited[period.invoice_id] = period.totals.gross.minor
    move_to(shop, LEFT_ON)
    offer = (await read(shop, order)).offer
    assert (offer.ground, offer.paid.minor, offer.refund.minor) == (WITHOUT_NOTICE, 0, 0)
    italian, english = offer.pages
    assert "termina subito" in italian.consequences
    assert "Per tutto quanto hai pagato per i giorni dopo oggi c’è già una nota di credito" in italian.consequences
    assert "There is a credit note for all of what you paid for the days after today already" in english.consequences


async def test_a_charge_that_wins_against_the_leaving_is_refunded_by_the_day(shop: Shop) -> None:
    """The debit is being processed as the consumer leaves: it is waited for, invoiced, and its days left go back."""
    subscriber = await announced_late(shop)
    order = await order_of(shop, subscriber)
    move_to(shop, date(2027, 3, 5))
    await withdraw(shop, order)
    assert await next_of(shop, order.order_id) == "WAIT period_end"
    assert await subscriber.next(2) == "CLOSE_DUE"
    await subscriber.end(2, PAID)
    assert await next_of(shop, order.order_id) == "WAIT invoice"
    await shop.room.empty_outbox()
    await subscriber.record_invoice(2)
    assert (f"withdrawal:{order.order_id}", "withdrawal_changed") in await wakes(shop)
    [row] = (await advance(shop, order.order_id)).withdrawal.refunds
    assert row.amount.minor == (2 * row.paid.minor * 362 + 366) // (2 * 366)
    assert (from_date(row.served_from), from_date(row.served_to)) == (date(2027, 3, 2), date(2027, 3, 5))


async def test_a_charge_and_the_leaving_at_once_refund_the_days_left_once(shop: Shop) -> None:
    subscriber = await announced_late(shop)
    order = await order_of(shop, subscriber)
    move_to(shop, date(2027, 3, 5))
    await asyncio.gather(withdraw(shop, order), subscriber.end(2, PAID))
    await subscriber.record_invoice(2)
    await asyncio.gather(*(advance(shop, order.order_id) for _ in range(2)))
    [row] = await shop.room.rows("withdrawal_refunds")
    assert (str(row["key"]), row["owed_minor"]) == (subscriber.id_of(2), 22)  # 1976 × 4 / 366, less half a cent
    assert (await subscriber.subscription()).end == pb.SUBSCRIPTION_END_WITHDRAWN


async def test_a_charge_that_loses_leaves_nothing_owed(shop: Shop) -> None:
    subscriber = await announced_late(shop)
    order = await order_of(shop, subscriber)
    move_to(shop, date(2027, 3, 5))
    await withdraw(shop, order)
    await subscriber.end(2, UNPAID)
    assert (await subscriber.period(2)).state == pb.PERIOD_STATE_VOID
    assert await next_of(shop, order.order_id) == "WAIT purge"
    assert not (await advance(shop, order.order_id)).withdrawal.refunds


async def test_what_was_added_in_the_term_goes_back_by_its_own_days(shop: Shop) -> None:
    subscriber = await renewed(shop)
    first = await order_of(shop, subscriber)
    move_to(shop, date(2027, 5, 1))  # 306 days to the term's end
    quote = await shop.quote(subscriber.account_id, ANNA.kind, ANNUAL, ADDED)
    added = await shop.place(place_request(subscriber.account_id, quote))
    await joined(shop, added)
    move_to(shop, LEFT_ON)
    offer = (await read(shop, first)).offer
    await withdraw(shop, first)
    addition, renewal = (await advance(shop, first.order_id)).withdrawal.refunds
    if addition.period_id:
        addition, renewal = renewal, addition
    assert (addition.order_id, renewal.period_id) == (added.order_id, subscriber.id_of(2))
    assert addition.invoice_id != renewal.invoice_id
    assert (addition.days_of_term, from_date(addition.served_from)) == (306, date(2027, 5, 1))
    assert addition.amount.minor == (2 * addition.paid.minor * 265 + 306) // (2 * 306)
    assert offer.refund.minor == addition.amount.minor + renewal.amount.minor
    assert (offer.days_owed, offer.days_of_term) == (101, 366)


async def test_within_the_fourteen_days_the_right_of_withdrawal_goes_first(shop: Shop) -> None:
    subscriber = await annual(shop, BEGIN)
    assert (await read(shop, await order_of(shop, subscriber))).offer.ground == RIGHT
    assert await leave_told(subscriber) is None


async def test_who_has_cancelled_an_unannounced_term_may_still_leave_it(shop: Shop) -> None:
    subscriber = await renewed(shop)
    order = await order_of(shop, subscriber)
    move_to(shop, LEFT_ON)
    await subscriber.cancel()
    assert (await read(shop, order)).offer.ground == WITHOUT_NOTICE
    await withdraw(shop, order)
    assert len((await advance(shop, order.order_id)).withdrawal.refunds) == 1


async def test_who_cancels_before_the_renewal_has_nothing_to_leave(shop: Shop) -> None:
    subscriber = await announced_late(shop)
    await subscriber.cancel()
    assert await leave_told(subscriber) is None


async def test_two_at_once_leave_once_and_a_repetition_gets_the_first_answer(shop: Shop) -> None:
    subscriber = await renewed(shop)
    order = await order_of(shop, subscriber)
    move_to(shop, LEFT_ON)
    page = (await read(shop, order)).offer.pages[0]
    wishes = [withdrawal_request(order.order_id, page) for _ in range(2)]
    answers = await asyncio.gather(*(send(shop, order, wish) for wish in wishes), return_exceptions=True)
    assert sum(isinstance(each, pb.Withdrawal) for each in answers) == 1
    [row] = await shop.room.rows("withdrawals")
    assert row["ground"] == "renewal_without_notice"
    won = next(wish for wish, answer in zip(wishes, answers, strict=True) if isinstance(answer, pb.Withdrawal))
    shop.room.clock.advance(days=3)
    again = await send(shop, order, won)
    assert from_date(again.noticed_on) == LEFT_ON
    await refused_for(send(shop, order, withdrawal_request(order.order_id, page)), errors_pb2.REASON_ALREADY_WITHDRAWN)


async def test_the_statement_of_the_other_ground_is_refused_and_nothing_is_stored(shop: Shop) -> None:
    subscriber = await annual(shop, BEGIN)
    order = await order_of(shop, subscriber)
    page = (await read(shop, order)).offer.pages[0]
    move_to(shop, LEFT_ON)
    await refused_for(send(shop, order, withdrawal_request(order.order_id, page)), errors_pb2.REASON_CONSENT_MISMATCH)
    assert await shop.room.rows("withdrawals") == []


async def test_an_operator_records_who_left_by_letter_as_of_the_day_on_which_it_was_sent(shop: Shop) -> None:
    subscriber = await renewed(shop)
    order = await order_of(shop, subscriber)
    move_to(shop, LEFT_ON + timedelta(days=5))
    wish = pb.WithdrawFromContractRequest(
        request_id=request_id(), order_id=order.order_id, declared_on=to_date(LEFT_ON), steering=STEERING
    )
    made = (await shop.stub("operator").WithdrawFromContract(wish)).withdrawal
    assert (made.ground, from_date(made.noticed_on), made.recorded_by_operator) == (WITHOUT_NOTICE, LEFT_ON, True)
    [row] = (await advance(shop, order.order_id)).withdrawal.refunds
    assert from_date(row.served_to) == LEFT_ON


async def test_an_operator_s_day_in_the_future_is_a_bad_field(shop: Shop) -> None:
    subscriber = await renewed(shop)
    order = await order_of(shop, subscriber)
    move_to(shop, LEFT_ON)
    wish = pb.WithdrawFromContractRequest(
        request_id=request_id(), order_id=order.order_id, declared_on=to_date(LEFT_ON + timedelta(days=1)),
        steering=STEERING,
    )  # fmt: skip
    refused = await refused_for(shop.stub("operator").WithdrawFromContract(wish), errors_pb2.REASON_INVALID_INPUT)
    assert bad_fields(refused) == {"declared_on": "out_of_range"}
    assert await shop.room.rows("withdrawals") == []


async def test_what_is_paid_before_its_notice_is_announced_all_the_same(shop: Shop) -> None:
    """Account credit pays a proforma in the moment of its making: the consumer is told of the renewal nevertheless."""
    subscriber = await annual(shop, BEGIN)
    await subscriber.asked_in_time(2)
    await subscriber.end(2, PAID)
    await shop.room.empty_outbox()
    for _ in range(2):
        await subscriber.advance(2)
    assert (await only_mail(shop))[0] == "Il tuo servizio si rinnova il 2 marzo 2027"
    assert (await subscriber.period(2)).notice_in_time


async def test_what_was_credited_before_is_not_given_back_again(shop: Shop) -> None:
    """An operator has credited 500 cents of the renewal: the days left of the rest go back."""
    subscriber = await renewed(shop)
    order, period = await order_of(shop, subscriber), await subscriber.period(2)
    shop.neighbours.credited[period.invoice_id] = 500
    move_to(shop, LEFT_ON)
    offer = (await read(shop, order)).offer
    paid = period.totals.gross.minor - 500
    refund = (2 * paid * 265 + 366) // (2 * 366)
    assert (offer.paid.minor, offer.refund.minor) == (paid, refund)
    await withdraw(shop, order)
    await shop.room.empty_outbox()
    await receipt(shop, order.order_id)
    assert f"rimborsiamo {refund // 100},{refund % 100:02} €" in (await only_mail(shop))[1].replace("\xa0", " ")
    [row] = (await advance(shop, order.order_id)).withdrawal.refunds
    assert (row.paid.minor, row.amount.minor) == (paid, refund)


async def test_what_was_credited_whole_is_not_refunded(shop: Shop) -> None:
    subscriber = await renewed(shop)
    order, period = await order_of(shop, subscriber), await subscriber.period(2)
    shop.neighbours.credited[period.invoice_id] = period.totals.gross.minor
    move_to(shop, LEFT_ON)
    await withdraw(shop, order)
    assert not (await advance(shop, order.order_id)).withdrawal.refunds
    assert await next_of(shop, order.order_id) == "WAIT purge"


async def test_while_invoicing_is_away_no_sum_is_guessed(shop: Shop) -> None:
    subscriber = await renewed(shop)
    order = await order_of(shop, subscriber)
    move_to(shop, LEFT_ON)
    await withdraw(shop, order)
    shop.neighbours.away.add("credited")
    await unavailable(shop.worker.AdvanceWithdrawal(pb.AdvanceWithdrawalRequest(order_id=order.order_id)))
    assert await shop.room.rows("withdrawal_refunds") == []
    shop.neighbours.away.clear()
    assert len((await advance(shop, order.order_id)).withdrawal.refunds) == 1
