"""A consumer withdraws in two steps: what is shown, who may, until when, what is kept, what ends at once."""

import asyncio
import hashlib
from datetime import UTC, date, datetime

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import end_of_day, start_of_day
from services.kit.wire import from_date, from_timestamp, to_date
from services.ordering.domain.policy import OrderingPolicy, TaxPolicy
from tests.ordering.shop import ACME, ANNA, STEERING, Shop, mailboxes, place_request
from tests.ordering.subscribers import MONTHLY, Subscriber, annual, monthly
from tests.ordering.withdrawers import advance, bought, read, send, withdraw, withdrawal_request
from tests.support.refusals import bad_fields, refused_for, unavailable
from tests.support.room import request_id

CLUB = common_pb2.BillingParty(
    kind=common_pb2.CUSTOMER_KIND_PRIVATE,
    company_name="Circolo Verdi",
    address=common_pb2.Address(street="Via Verdi 3", postal_code="50123", city="Firenze", province="FI", country="IT"),
    phone="+390551234567",
    codice_fiscale="94001234569",
)
WITHDRAWN = pb.SUBSCRIPTION_END_WITHDRAWN


def day(shop: Shop, number: int) -> None:
    """10 o'clock in Rome on a day of March 2026; orders are placed on the 2nd."""
    shop.room.clock.at = datetime(2026, 3, number, 9, tzinfo=UTC)


async def wakes(shop: Shop) -> set[tuple[str, str]]:
    return {(wake.workflow_id, wake.signal) for wake in await shop.room.wakes()}


async def order_of(shop: Shop, subscriber: Subscriber) -> pb.Order:
    order_id = (await subscriber.subscription()).order_id
    return pb.Order(order_id=order_id, account_id=str(subscriber.account_id))


async def test_the_pages_carry_the_labels_of_the_law_and_a_statement_that_is_filled_in(shop: Shop) -> None:
    order = await bought(shop)
    day(shop, 5)
    offer = (await read(shop, order)).offer
    assert [(page.withdraw_label, page.confirm_label) for page in offer.pages] == [
        ("recedere dal contratto qui", "conferma recesso"),
        ("withdraw from contract here", "confirm withdrawal"),
    ]
    for page in offer.pages:
        for told in ("Anna Rossi", order.order_id, "Via Roma 1", "50123 Firenze (FI)"):
            assert told in page.statement
        assert page.statement_hash == hashlib.sha256(page.statement.encode()).hexdigest()
    assert "ordinato il 2 marzo 2026" in offer.pages[0].statement
    assert (offer.name, offer.address, offer.email) == ("Anna Rossi", ANNA.address, "anna@example.it")
    assert from_timestamp(offer.until) == end_of_day(from_timestamp(order.placed_at), 14)


async def test_what_would_be_owed_and_refunded_today_is_told(shop: Shop) -> None:
    """26.84 a year, unlocked on 2 March: on the 5th 4 of 365 days are owed."""
    order = await bought(shop)
    total = order.totals.gross.minor
    day(shop, 5)
    offer = (await read(shop, order)).offer
    owed = round(total * 4 / 365)
    assert (offer.paid.minor, offer.owed.minor, offer.refund.minor) == (total, owed, total - owed)
    assert (offer.days_owed, offer.days_of_term, from_date(offer.refund_by)) == (4, 365, date(2026, 3, 19))
    shown = offer.pages[0].consequences
    assert "per 4 giorni di servizio su 365" in shown
    assert "entro il 19 marzo 2026" in shown
    assert "4 aprile 2026" in shown  # readable for 30 days


@pytest.mark.parametrize("policy", [OrderingPolicy(tax=TaxPolicy(stamp_duty="charged"))])
async def test_stamp_duty_that_was_charged_goes_back_whole_and_no_day_of_service_is_owed_of_it(shop: Shop) -> None:
    in_livigno = common_pb2.BillingParty.FromString(ANNA.SerializeToString())
    in_livigno.address.MergeFrom(common_pb2.Address(city="Livigno", postal_code="23041", province="SO"))
    order = await bought(shop, party=in_livigno, billing=MONTHLY, items=[mailboxes(60)])
    assert [(line.net.minor, line.nature) for line in order.lines] == [(90_00, "N2.1"), (2_00, "N1")]
    day(shop, 5)
    offer = (await read(shop, order)).offer
    assert (offer.paid.minor, offer.owed.minor) == (92_00, round(90_00 * 4 / 31))
    await withdraw(shop, order)
    (refund,) = (await advance(shop, order.order_id)).withdrawal.refunds
    assert refund.amount.minor == 92_00 - 11_61


async def test_before_the_payment_nothing_is_owed_and_nothing_refunded(shop: Shop) -> None:
    order = await shop.order()
    offer = (await read(shop, order)).offer
    assert (offer.paid.minor, offer.owed.minor, offer.refund.minor, offer.days_owed) == (0, 0, 0, 0)
    assert not offer.HasField("refund_by")
    assert "non devi nulla" in offer.pages[0].consequences
    assert "you owe nothing" in offer.pages[1].consequences


@pytest.mark.parametrize("policy", [OrderingPolicy(start_without_request="serve")])
async def test_without_the_express_request_everything_is_refunded(shop: Shop) -> None:
    account = shop.account()
    wish = await shop.wish(account)
    wish.consent.start_at_once = False
    order = await shop.place(wish)
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    await shop.fulfil(order.order_id)
    day(shop, 9)
    offer = (await read(shop, order)).offer
    assert (offer.owed.minor, offer.refund, offer.days_owed) == (0, order.totals.gross, 0)
    assert "non devi nulla" in offer.pages[0].consequences


async def test_a_notice_before_the_payment_asks_for_the_orders_cancellation(shop: Shop) -> None:
    order = await shop.order()
    await shop.room.empty_outbox()
    made = await withdraw(shop, order)
    assert (made.state, list(made.refunds)) == (pb.WITHDRAWAL_STATE_NOTICED, [])
    told = (await shop.worker.GetOrder(pb.GetOrderRequest(order_id=order.order_id))).order
    assert (told.state, told.cancel_requested) == (pb.ORDER_STATE_OPEN, True)
    assert await wakes(shop) == {
        (f"order:{order.order_id}", "order_changed"),
        (f"withdrawal:{order.order_id}", "withdrawal_changed"),
    }
    [event] = await shop.room.events()
    assert (event["type"], event["ids"]) == ("withdrawal.received", {"order_id": order.order_id})


async def test_a_notice_after_the_payment_ends_the_service_at_once(shop: Shop) -> None:
    subscriber = await annual(shop, date(2026, 3, 2))
    order = await order_of(shop, subscriber)
    day(shop, 5)
    made = await withdraw(shop, order)
    ended = await subscriber.subscription()
    assert (ended.state, ended.end) == (pb.SUBSCRIPTION_STATE_CLOSING, WITHDRAWN)
    assert from_timestamp(ended.ends_at) == from_timestamp(made.noticed_at) == shop.room.clock.now()
    assert from_timestamp(ended.purge_at) == end_of_day(shop.room.clock.now(), 30)
    assert (await subscriber.period(2)).state == pb.PERIOD_STATE_VOID
    assert await wakes(shop) == {
        (f"withdrawal:{order.order_id}", "withdrawal_changed"),
        (subscriber.renewal(2), "period_changed"),
    }
    assert [event["type"] for event in await shop.room.events()] == ["subscription.closing", "withdrawal.received"]


async def test_the_evidence_is_kept_with_label_language_statement_and_time(shop: Shop) -> None:
    order = await bought(shop)
    day(shop, 5)
    page = (await read(shop, order)).offer.pages[1]
    made = await withdraw(shop, order, language=1)
    assert (from_date(made.noticed_on), made.recorded_by_operator) == (date(2026, 3, 5), False)
    [row] = await shop.room.rows("withdrawals")
    assert row["evidence"] == {
        "labels": ["withdraw from contract here", "confirm withdrawal"],
        "label": "confirm withdrawal",
        "language": "en",
        "statement": page.statement,
        "statement_hash": page.statement_hash,
        "ip": "203.0.113.7",
        "user_agent": "Firefox",
        "at": shop.room.clock.now().isoformat(),
    }


async def test_the_last_day_counts_to_its_end_and_not_longer(shop: Shop) -> None:
    order, late = await shop.order(), await shop.order()
    until = from_timestamp(order.withdrawal_until)
    asked = withdrawal_request(late.order_id, (await read(shop, late)).offer.pages[0])
    shop.room.clock.at = until
    await withdraw(shop, order)
    shop.room.clock.at = start_of_day(date(2026, 3, 17))
    refused = await refused_for(send(shop, late, asked), errors_pb2.REASON_WITHDRAWAL_PERIOD_OVER)
    assert refused.metadata["until"] == "2026-03-16"
    assert (await read(shop, late)).refusal == pb.WITHDRAWAL_REFUSAL_PERIOD_OVER
    assert len(await shop.room.rows("withdrawals")) == 1


@pytest.mark.parametrize("party", [ACME, CLUB])
async def test_bodies_and_businesses_have_no_right(shop: Shop, party: common_pb2.BillingParty) -> None:
    order = await bought(shop, party=party)
    answer = await read(shop, order)
    assert (answer.refusal, answer.HasField("offer")) == (pb.WITHDRAWAL_REFUSAL_NOT_GRANTED, False)
    asked = withdrawal_request(order.order_id)
    await refused_for(send(shop, order, asked), errors_pb2.REASON_WITHDRAWAL_NOT_GRANTED)
    assert await shop.room.rows("withdrawals") == []


async def test_a_second_notice_is_refused_and_the_first_one_shown(shop: Shop) -> None:
    order = await bought(shop)
    request = withdrawal_request(order.order_id, (await read(shop, order)).offer.pages[0])
    first = await send(shop, order, request)
    request.request_id = request_id()
    await refused_for(send(shop, order, request), errors_pb2.REASON_ALREADY_WITHDRAWN)
    answer = await read(shop, order)
    assert (answer.refusal, answer.withdrawal) == (pb.WITHDRAWAL_REFUSAL_ALREADY_WITHDRAWN, first)


@pytest.mark.parametrize("outcome", [pb.OUTCOME_EXPIRED, pb.OUTCOME_CANCELLED])
async def test_an_order_that_has_ended_leaves_nothing_to_withdraw_from(shop: Shop, outcome: pb.Outcome) -> None:
    order = await shop.order()
    asked = withdrawal_request(order.order_id, (await read(shop, order)).offer.pages[0])
    await shop.end(order.order_id, outcome)
    await refused_for(send(shop, order, asked), errors_pb2.REASON_ORDER_STATE)
    assert (await read(shop, order)).refusal == pb.WITHDRAWAL_REFUSAL_ORDER_ENDED


@pytest.mark.parametrize(
    ("field", "value"), [("label", "Invia"), ("statement_hash", "1" * 64), ("language", common_pb2.LANGUAGE_EN)]
)
async def test_another_button_or_statement_is_no_confirmation(shop: Shop, field: str, value: object) -> None:
    order = await bought(shop)
    asked = withdrawal_request(order.order_id, (await read(shop, order)).offer.pages[0])
    setattr(asked.confirmation, field, value)
    refused = await refused_for(send(shop, order, asked), errors_pb2.REASON_CONSENT_MISMATCH)
    wrong = {"language": "label,statement_hash"}.get(field, field)
    assert refused.metadata["mismatch"] == wrong
    assert await shop.room.rows("withdrawals") == []
    assert (await read(shop, order)).refusal == pb.WITHDRAWAL_REFUSAL_UNSPECIFIED


async def test_the_same_request_again_changes_nothing(shop: Shop) -> None:
    order = await bought(shop)
    request = withdrawal_request(order.order_id, (await read(shop, order)).offer.pages[0])
    first = await send(shop, order, request)
    before = [await shop.room.rows(table) for table in ("outbox", "withdrawals", "subscriptions")]
    shop.room.clock.advance(days=30)  # after the last day, too
    assert await send(shop, order, request) == first
    assert [await shop.room.rows(table) for table in ("outbox", "withdrawals", "subscriptions")] == before


async def test_of_two_notices_at_once_one_is_taken(shop: Shop) -> None:
    order = await bought(shop)
    page = (await read(shop, order)).offer.pages[0]
    await shop.room.empty_outbox()
    calls = [send(shop, order, withdrawal_request(order.order_id, page)) for _ in range(5)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(answer, pb.Withdrawal) for answer in answers) == 1
    assert len(await shop.room.rows("withdrawals")) == 1
    assert len([wake for wake in await shop.room.wakes() if wake.workflow == "Withdrawal"]) == 1


async def test_while_trial_is_away_the_pages_wait_and_a_confirmation_does_not(shop: Shop) -> None:
    order = await bought(shop)
    page = (await read(shop, order)).offer.pages[0]
    shop.neighbours.away.add("trial")
    await unavailable(read(shop, order))
    assert (await send(shop, order, withdrawal_request(order.order_id, page))).order_id == order.order_id


async def test_a_renewal_brings_no_new_right(shop: Shop) -> None:
    """Directive 2011/83, art. 9(1): the term runs from the contract's conclusion, and there is but one."""
    subscriber = await monthly(shop, date(2026, 3, 2), party=ANNA)
    await subscriber.asked_in_time(2)
    await subscriber.end(2, pb.PERIOD_OUTCOME_PAID)
    order = await order_of(shop, subscriber)
    assert (await read(shop, order)).refusal == pb.WITHDRAWAL_REFUSAL_PERIOD_OVER


async def test_an_order_that_is_paid_and_not_fulfilled_ends_as_its_subscription_begins(shop: Shop) -> None:
    order = await shop.order()
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    offer = (await read(shop, order)).offer
    assert (offer.paid, offer.refund, offer.owed.minor) == (order.totals.gross, order.totals.gross, 0)
    await withdraw(shop, order)
    await shop.room.empty_outbox()
    made = (await shop.fulfil(order.order_id)).subscription
    assert (made.state, made.end) == (pb.SUBSCRIPTION_STATE_CLOSING, WITHDRAWN)
    assert (f"withdrawal:{order.order_id}", "withdrawal_changed") in await wakes(shop)
    states = {row["number"]: row["state"] for row in await shop.room.rows("subscription_periods")}
    assert states == {1: "prepaid", 2: "void"}


async def test_a_notice_and_the_fulfilment_at_once_leave_no_running_subscription(shop: Shop) -> None:
    orders = [await shop.order() for _ in range(4)]
    for order in orders:
        await shop.end(order.order_id, pb.OUTCOME_PAID)
    pages = [(await read(shop, order)).offer.pages[0] for order in orders]
    await asyncio.gather(
        *(
            send(shop, order, withdrawal_request(order.order_id, page))
            for order, page in zip(orders, pages, strict=True)
        ),
        *(shop.fulfil(order.order_id) for order in orders),
    )
    assert {(row["state"], row["end_reason"]) for row in await shop.room.rows("subscriptions")} == {
        ("closing", "withdrawn")
    }


async def test_a_cancelled_subscription_can_still_be_withdrawn_from(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 3, 2), party=ANNA)
    await subscriber.cancel()
    day(shop, 6)
    await withdraw(shop, await order_of(shop, subscriber))
    ended = await subscriber.subscription()
    assert (ended.state, ended.end) == (pb.SUBSCRIPTION_STATE_CLOSING, WITHDRAWN)


async def test_a_withdrawn_subscription_is_neither_kept_nor_cancelled_nor_measured(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 3, 2), party=ANNA)
    await withdraw(shop, await order_of(shop, subscriber))
    await refused_for(subscriber.keep(), errors_pb2.REASON_SUBSCRIPTION_STATE)
    await refused_for(subscriber.cancel(), errors_pb2.REASON_SUBSCRIPTION_STATE)
    await refused_for(subscriber.measured_in_time(2), errors_pb2.REASON_PERIOD_STATE)
    assert await subscriber.next(2) == "NOT_OPEN"


def recorded(order_id: str, declared_on: date) -> pb.WithdrawFromContractRequest:
    return pb.WithdrawFromContractRequest(
        request_id=request_id(), order_id=order_id, declared_on=to_date(declared_on), steering=STEERING
    )


async def test_an_operator_records_a_letter_that_was_sent_in_time(shop: Shop) -> None:
    """Consumer code art. 54(3): what was sent before the last day has passed is in time."""
    order = await bought(shop)
    day(shop, 20)
    request = recorded(order.order_id, date(2026, 3, 13))
    operator = shop.stub("operator")
    made = (await operator.WithdrawFromContract(request)).withdrawal
    assert (await operator.WithdrawFromContract(request)).withdrawal == made
    assert (from_date(made.noticed_on), from_date(made.refund_by)) == (date(2026, 3, 13), date(2026, 3, 27))
    assert made.recorded_by_operator
    [entry] = await shop.room.rows("audit")
    assert (entry["action"], str(entry["subject_id"])) == ("record_withdrawal", order.order_id)
    late = await bought(shop)
    await refused_for(
        operator.WithdrawFromContract(recorded(late.order_id, date(2026, 4, 20))),
        errors_pb2.REASON_WITHDRAWAL_PERIOD_OVER,
    )


@pytest.mark.parametrize("declared_on", [date(2026, 3, 1), date(2026, 3, 6)])
async def test_a_letter_is_sent_after_the_order_and_not_tomorrow(shop: Shop, declared_on: date) -> None:
    order = await bought(shop)
    day(shop, 5)
    call = shop.stub("operator").WithdrawFromContract(recorded(order.order_id, declared_on))
    refused = await refused_for(call, errors_pb2.REASON_INVALID_INPUT)
    assert bad_fields(refused) == {"declared_on": "out_of_range"}
    assert await shop.room.rows("withdrawals") == []


async def test_the_offer_s_sums_are_those_of_the_order_that_was_placed(shop: Shop) -> None:
    account = shop.account()
    await shop.save_profile(account)
    quote = await shop.quote(account, billing=MONTHLY, items=[mailboxes(5)])
    order = await shop.place(place_request(account, quote))
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    await shop.fulfil(order.order_id)
    offer = (await read(shop, order)).offer
    assert (offer.order_id, offer.paid, offer.days_of_term) == (order.order_id, quote.totals.gross, 31)
