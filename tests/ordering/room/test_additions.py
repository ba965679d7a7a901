"""Additions to an annual contract: quoted pro rata, ordered, paid, joined, and renewed with it."""

import asyncio
from datetime import date, datetime, timedelta

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import end_of_day, rome_date, start_of_day
from services.kit.wire import from_date, from_timestamp, to_date
from tests.ordering.letters import only_mail
from tests.ordering.shop import ACME, ANNA, STEERING, TO_ANNA, Shop, mailboxes, place_request
from tests.ordering.subscribers import ANNUAL, MONTHLY, PAID, Subscriber, annual, monthly
from tests.support.refusals import refused_for
from tests.support.room import request_id

BEGIN = date(2026, 3, 1)
TERM_END = date(2027, 2, 28)
SIZE_25 = mailboxes_pb2.MAILBOX_SIZE_25_GB
STATE = errors_pb2.REASON_SUBSCRIPTION_STATE
ADDED = [mailboxes(2, SIZE_25)]


def move_to(shop: Shop, day: date, hours: int = 10) -> datetime:
    """A moment of a day in Rome."""
    shop.room.clock.at = start_of_day(day) + timedelta(hours=hours)
    return shop.room.clock.at


async def a_contract(shop: Shop, party: common_pb2.BillingParty = ACME) -> Subscriber:
    """A year's contract of one mailbox since 1 March 2026, on 10 December."""
    contract = await annual(shop, BEGIN, party=party)
    contract.account.mailboxes = {8: 1}
    move_to(shop, date(2026, 12, 10))
    return contract


async def quoted(shop: Shop, contract: Subscriber, party: common_pb2.BillingParty = ACME) -> pb.Quote:
    return await shop.quote(contract.account_id, party.kind, ANNUAL, ADDED)


async def placed(shop: Shop, contract: Subscriber, party: common_pb2.BillingParty = ACME) -> pb.Order:
    return await shop.place(place_request(contract.account_id, await quoted(shop, contract, party)))


async def joined(shop: Shop, order: pb.Order) -> pb.FulfilOrderResponse:
    """What the workflow does with a paid order."""
    await shop.record_proforma(order.order_id)
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    await shop.record_unlock(order.order_id)
    return await shop.fulfil(order.order_id)


async def test_an_addition_is_quoted_pro_rata_to_the_term_and_names_it(shop: Shop) -> None:
    contract = await a_contract(shop)
    quote = await quoted(shop, contract)
    assert quote.addition.subscription_id == contract.subscription_id
    days = (from_date(quote.addition.first_day), from_date(quote.addition.last_day))
    assert days == (date(2026, 12, 10), TERM_END)
    [line] = quote.lines_it
    assert (line.quantity, line.net.minor) == (1, 1390)  # 2 × 31.32 × 81 / 365
    assert "dal 10 dicembre 2026 al 28 febbraio 2027: 81 di 365 giorni del periodo" in line.description
    assert from_timestamp(quote.valid_until) == end_of_day(shop.room.clock.now(), 1)


async def test_a_first_order_s_quote_adds_to_nothing(shop: Shop) -> None:
    assert not (await shop.quote(shop.account())).HasField("addition")


async def test_a_paid_addition_joins_the_contract_and_is_renewed_with_it(shop: Shop) -> None:
    contract = await a_contract(shop)
    order = await placed(shop, contract)
    assert order.quote.HasField("addition")
    await shop.room.empty_outbox()
    done = await joined(shop, order)
    days = (from_date(done.order.period_start), from_date(done.order.period_end))
    assert days == (date(2026, 12, 10), TERM_END)
    assert done.subscription.subscription_id == contract.subscription_id
    assert from_date(done.subscription.period_end) == TERM_END
    told = [event for event in await shop.room.events() if event["type"] == "subscription.extended"]
    assert [event["ids"] for event in told] == [
        {"subscription_id": contract.subscription_id, "order_id": order.order_id}
    ]
    renewal = await contract.measured_in_time(2)
    assert [(line.description, line.quantity, line.net.minor) for line in renewal.lines] == [
        ("Casella 8 GB, 12 mesi", 1, 1620),
        ("Casella 25 GB, 12 mesi", 2, 6264),
    ]


async def test_a_repeated_fulfilment_joins_once(shop: Shop) -> None:
    contract = await a_contract(shop)
    order = await placed(shop, contract)
    first = await joined(shop, order)
    again = await asyncio.gather(*(shop.fulfil(order.order_id) for _ in range(2)))
    assert {each.subscription.subscription_id for each in again} == {first.subscription.subscription_id}
    [row] = await shop.room.rows("subscriptions")
    assert [(item["size_gb"], item["quantity"]) for item in row["items"]] == [(8, 1), (25, 2)]


async def test_the_trial_hears_nothing_of_an_addition(shop: Shop) -> None:
    contract = await a_contract(shop)
    await shop.room.empty_outbox()
    order = await placed(shop, contract)
    await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
    woken = {wake.workflow_id for wake in await shop.room.wakes()}
    assert woken == {f"order:{order.order_id}", contract.renewal(2)}


async def test_an_order_that_adds_expires_before_the_renewal_is_measured(shop: Shop) -> None:
    contract = await a_contract(shop)
    move_to(shop, date(2027, 1, 25))
    order = await placed(shop, contract)
    measure_day = rome_date(from_timestamp((await contract.period(2)).measure_at))
    assert measure_day == date(2027, 1, 29)
    recorded = await shop.record_proforma(order.order_id)
    assert from_timestamp(recorded.expires_at) == start_of_day(measure_day)


async def test_nothing_is_added_from_the_day_of_the_renewal_s_measuring_until_it_is_paid(shop: Shop) -> None:
    contract = await a_contract(shop)
    move_to(shop, date(2027, 1, 29), hours=0)
    await refused_for(quoted(shop, contract), STATE)
    await contract.asked_in_time(2)
    refused = await refused_for(quoted(shop, contract), STATE)
    assert "pay the renewal" in refused.message
    await contract.end(2, PAID)
    quote = await quoted(shop, contract)
    assert from_date(quote.addition.last_day) == date(2028, 2, 29)
    rest, year = quote.lines_en
    assert "from 29 January 2027 to 28 February 2027: 31 of the term’s 365 days" in rest.description
    assert (year.net.minor, "366 of the term’s 366 days" in year.description) == (6264, True)


async def test_a_quote_of_before_the_renewal_was_paid_is_not_for_the_new_term(shop: Shop) -> None:
    contract = await a_contract(shop)
    move_to(shop, date(2027, 1, 28))
    quote = await quoted(shop, contract)
    assert from_timestamp(quote.valid_until) == start_of_day(date(2027, 1, 29))
    await contract.asked_in_time(2)
    await contract.end(2, PAID)
    shop.room.clock.at = from_timestamp(quote.valid_until)
    refused = shop.place(place_request(contract.account_id, quote))
    await refused_for(refused, errors_pb2.REASON_QUOTE_NOT_VALID)


async def test_a_cancelled_contract_is_not_added_to_until_it_is_kept(shop: Shop) -> None:
    contract = await a_contract(shop)
    quote = await quoted(shop, contract)
    await contract.cancel()
    refused = await refused_for(quoted(shop, contract), STATE)
    assert "take the cancellation back" in refused.message
    await refused_for(shop.place(place_request(contract.account_id, quote)), STATE)
    await contract.keep()
    await placed(shop, contract)


async def test_a_monthly_contract_needs_no_addition(shop: Shop) -> None:
    contract = await monthly(shop, BEGIN)
    move_to(shop, date(2026, 3, 10))
    for billing in (MONTHLY, ANNUAL):
        quote = await shop.quote(contract.account_id, ACME.kind, billing, [mailboxes(7)])
        assert not quote.HasField("addition")
        call = shop.place(place_request(contract.account_id, quote))
        await refused_for(call, errors_pb2.REASON_ALREADY_BOUGHT)


async def test_one_addition_at_a_time_waits_for_its_money(shop: Shop) -> None:
    contract = await a_contract(shop)
    wishes = [place_request(contract.account_id, await quoted(shop, contract)) for _ in range(2)]
    answers = await asyncio.gather(*map(shop.place, wishes), return_exceptions=True)
    assert sorted(isinstance(answer, BaseException) for answer in answers) == [False, True]
    [order] = [answer for answer in answers if isinstance(answer, pb.Order)]
    await refused_for(placed(shop, contract), errors_pb2.REASON_ORDER_OPEN)
    await joined(shop, order)
    await placed(shop, contract)


async def test_the_measuring_waits_for_an_addition_whose_money_is_on_its_way(shop: Shop) -> None:
    contract = await a_contract(shop)
    order = await placed(shop, contract)
    await shop.record_proforma(order.order_id)
    shop.room.clock.at = from_timestamp((await contract.period(2)).measure_at)
    assert await contract.next(2) == "WAIT addition"
    await refused_for(contract.measure(2), errors_pb2.REASON_PERIOD_STATE)
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    assert await contract.next(2) == "WAIT addition"
    await shop.record_unlock(order.order_id)
    await shop.room.empty_outbox()
    await shop.fulfil(order.order_id)
    assert contract.renewal(2) in await contract.woken()
    assert await contract.next(2) == "MEASURE_DUE"
    assert [line.quantity for line in (await contract.measure(2)).lines] == [1, 2]


async def test_an_addition_needs_the_profile_and_the_consent_of_any_order(shop: Shop) -> None:
    contract = await a_contract(shop)
    request = place_request(contract.account_id, await quoted(shop, contract))
    request.consent.quote_hash = "b" * 64
    await refused_for(shop.place(request), errors_pb2.REASON_CONSENT_MISMATCH)
    other_kind = await quoted(shop, contract, ANNA)
    call = shop.place(place_request(contract.account_id, other_kind))
    await refused_for(call, errors_pb2.REASON_QUOTE_NOT_VALID)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (common_pb2.LANGUAGE_IT, "durano quanto il tuo contratto annuale, pagato fino al 28 febbraio 2027"),
        (common_pb2.LANGUAGE_EN, "last as long as your annual contract, which is paid until 28 February 2027"),
    ],
)
async def test_the_confirmation_says_how_long_an_addition_lasts(
    shop: Shop, language: common_pb2.Language, said: str
) -> None:
    contract = await a_contract(shop)
    order = await placed(shop, contract)
    await shop.room.empty_outbox()
    recipient = common_pb2.Recipient(email=TO_ANNA.email, name=TO_ANNA.name, language=language)
    request = pb.SendOrderEmailRequest(order_id=order.order_id, email=pb.ORDER_EMAIL_CONFIRMATION, recipient=recipient)
    await shop.worker.SendOrderEmail(request)
    _, text = await only_mail(shop)
    assert said in text
    assert ("dura un anno" in text, "lasts one year" in text) == (False, False)


async def test_an_operator_s_cancellation_of_an_addition_leaves_the_contract(shop: Shop) -> None:
    contract = await a_contract(shop)
    order = await placed(shop, contract)
    request = pb.CancelOrderRequest(request_id=request_id(), order_id=order.order_id, steering=STEERING)
    await shop.worker.CancelOrder(request)
    await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
    assert (await contract.subscription()).state == pb.SUBSCRIPTION_STATE_ACTIVE
    assert len((await contract.measured_in_time(2)).lines) == 1


async def a_consumer_s_addition(shop: Shop) -> tuple[Subscriber, pb.Order]:
    """Two mailboxes added on 10 December, paid and unlocked on the 15th."""
    contract = await a_contract(shop, ANNA)
    order = await placed(shop, contract, ANNA)
    move_to(shop, date(2026, 12, 15))
    done = await joined(shop, order)
    await shop.room.empty_outbox()
    return contract, done.order


async def withdrawn(shop: Shop, order: pb.Order) -> pb.AdvanceWithdrawalResponse:
    """An operator records the notice; what comes next."""
    today = rome_date(shop.room.clock.now())
    request = pb.WithdrawFromContractRequest(
        request_id=request_id(), order_id=order.order_id, declared_on=to_date(today), steering=STEERING
    )
    await shop.stub("operator").WithdrawFromContract(request)
    answer = await shop.worker.AdvanceWithdrawal(pb.AdvanceWithdrawalRequest(order_id=order.order_id))
    return pb.AdvanceWithdrawalResponse.FromString(answer.SerializeToString())


async def test_a_consumer_withdraws_from_an_addition_alone_and_the_contract_goes_on(shop: Shop) -> None:
    contract, order = await a_consumer_s_addition(shop)
    move_to(shop, date(2026, 12, 17))
    due = await withdrawn(shop, order)
    assert due.next == pb.WITHDRAWAL_NEXT_REFUND_DUE
    assert [(item.size, item.quantity) for item in due.added_items] == [(SIZE_25, 2)]
    [refund] = due.withdrawal.refunds
    gross = order.totals.gross.minor
    assert refund.owed.minor == round(gross * 3 / 81)  # 15 to 17 December, both included, of the 81 days paid for
    assert (from_date(refund.served_from), refund.days_of_term) == (date(2026, 12, 15), 81)
    subscription = await contract.subscription()
    assert (subscription.state, subscription.HasField("ends_at")) == (pb.SUBSCRIPTION_STATE_ACTIVE, False)
    assert len((await contract.measured_in_time(2)).lines) == 1


async def test_a_withdrawn_addition_closes_no_account(shop: Shop) -> None:
    _, order = await a_consumer_s_addition(shop)
    [refund] = (await withdrawn(shop, order)).withdrawal.refunds
    made = pb.RecordWithdrawalRefundRequest(order_id=order.order_id, refund_id=refund.refund_id)
    await shop.worker.RecordWithdrawalRefund(made)
    note = pb.RecordWithdrawalCreditNoteRequest(
        order_id=order.order_id, refund_id=refund.refund_id, credit_note_id=request_id()
    )
    await shop.worker.RecordWithdrawalCreditNote(note)
    answer = await shop.worker.AdvanceWithdrawal(pb.AdvanceWithdrawalRequest(order_id=order.order_id))
    assert answer.next == pb.WITHDRAWAL_NEXT_NOT_OPEN


async def test_an_addition_that_is_withdrawn_from_before_its_fulfilment_never_joins(shop: Shop) -> None:
    contract = await a_contract(shop, ANNA)
    order = await placed(shop, contract, ANNA)
    await shop.record_proforma(order.order_id)
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    await shop.record_unlock(order.order_id)
    await withdrawn(shop, order)
    await shop.room.empty_outbox()
    await shop.fulfil(order.order_id)
    assert f"withdrawal:{order.order_id}" in {wake.workflow_id for wake in await shop.room.wakes()}
    [row] = await shop.room.rows("subscriptions")
    assert [(item["size_gb"], item["quantity"]) for item in row["items"]] == [(8, 1)]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (common_pb2.LANGUAGE_IT, "Le caselle aggiunte escono subito dal tuo contratto annuale, che continua"),
        (common_pb2.LANGUAGE_EN, "The added mailboxes leave your annual contract at once; it goes on without them."),
    ],
)
async def test_the_pages_of_an_addition_s_withdrawal_say_that_the_contract_goes_on(
    shop: Shop, language: common_pb2.Language, said: str
) -> None:
    contract, order = await a_consumer_s_addition(shop)
    asked = pb.GetWithdrawalRequest(order_id=order.order_id)
    offer = (await shop.stub().GetWithdrawal(asked, metadata=contract.metadata)).offer
    [page] = [page for page in offer.pages if page.language == language]
    assert page.consequences.startswith(said)


async def test_to_a_consumer_nothing_is_added_whose_withdrawal_could_come_after_the_renewal_s_measuring(
    shop: Shop,
) -> None:
    contract = await a_contract(shop, ANNA)
    move_to(shop, date(2027, 1, 15))
    await refused_for(placed(shop, contract, ANNA), STATE)
    move_to(shop, date(2027, 1, 13))
    await placed(shop, contract, ANNA)
