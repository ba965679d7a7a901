"""After the notice: the receipt, what was paid is decided, refund, credit note, closing days, the account's closing."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.calendar import end_of_day
from services.kit.wire import from_date, from_timestamp, to_timestamp
from tests.ordering.room.test_mails import only_mail
from tests.ordering.room.test_reconciling import watched
from tests.ordering.room.test_terminating import terminate, wish
from tests.ordering.room.test_withdrawing import day, order_of, recorded, wakes
from tests.ordering.shop import ANNA, STEERING, TO_ANNA, Shop
from tests.ordering.subscribers import PAID, UNPAID, Subscriber, annual, monthly
from tests.ordering.withdrawers import (
    advance,
    bought,
    credited,
    failed,
    next_of,
    read,
    receipt,
    refunded,
    settle,
    withdraw,
)
from tests.support.refusals import bad_fields, refused_for
from tests.support.room import request_id

ENDED = pb.CLOSURE_REASON_SUBSCRIPTION_ENDED


async def close(shop: Shop, order: pb.Order, reason: pb.ClosureReason = ENDED) -> None:
    await shop.worker.CloseAccount(pb.CloseAccountRequest(account_id=order.account_id, reason=reason))


async def test_the_receipt_holds_the_statement_its_time_and_what_follows_and_is_sent_once(shop: Shop) -> None:
    order = await bought(shop)
    day(shop, 5)
    await withdraw(shop, order)
    await shop.room.empty_outbox()
    first = await receipt(shop, order.order_id)
    shop.room.clock.advance(hours=1)
    assert await receipt(shop, order.order_id) == first
    assert from_timestamp(first.receipt_at) == datetime(2026, 3, 5, 9, tzinfo=UTC)
    [mail] = await shop.room.mails()
    assert mail.recipient == "anna@example.it"
    subject, told = await only_mail(shop)
    assert subject == "Abbiamo ricevuto il tuo recesso"
    for words in (
        "abbiamo ricevuto il 5 marzo 2026, ore 10:00 questa dichiarazione",
        f"ordine {order.order_id}, ordinato il 2 marzo 2026. Anna Rossi, Via Roma 1, 50123 Firenze (FI).",
        "per 4 giorni di servizio su 365",
        "entro il 19 marzo 2026",
        "Fino al 4 aprile 2026 puoi leggere la posta",
        "nota di credito",
    ):
        assert words in told


@pytest.mark.parametrize("first", ["the receipt", "the refunds", "the credit note of the withdrawal"])
async def test_page_receipt_and_refund_agree_after_an_earlier_credit_note_whichever_step_comes_first(
    shop: Shop, first: str
) -> None:
    """An operator has credited 10.00; a page, receipt or refund that forgets it names more than goes back."""
    order = await bought(shop)
    shop.neighbours.credited[order.invoice_id] = 1_000
    day(shop, 5)
    page = (await read(shop, order)).offer
    await withdraw(shop, order)
    if first != "the receipt":
        await advance(shop, order.order_id)
    if first == "the credit note of the withdrawal":
        shop.neighbours.credited[order.invoice_id] += page.refund.minor
    await shop.room.empty_outbox()
    await receipt(shop, order.order_id)
    _, told = await only_mail(shop)
    [refund] = (await advance(shop, order.order_id)).withdrawal.refunds
    assert (refund.paid, refund.owed, refund.amount) == (page.paid, page.owed, page.refund)
    assert refund.paid.minor == order.totals.gross.minor - 1_000
    assert "".join(page.pages[0].consequences.split()) in "".join(told.split())


@pytest.mark.parametrize(
    ("terminated", "english", "said"),
    [
        (
            False,
            "The service ends at once: sending stops. Until 4 April 2026 you can read and export your mail,",
            "Il servizio termina subito: l’invio si ferma. Fino al 4 aprile 2026 puoi leggere la posta",
        ),
        (
            True,
            "The service has ended already: nothing is sent any more. Until 3 April 2026 you can read and export",
            "Il servizio è già terminato: l’invio è fermo. Fino al 3 aprile 2026 puoi leggere la posta",
        ),
    ],
    ids=["goodwill", "a lost dispute's note and termination"],
)
async def test_who_was_credited_whole_before_reads_how_the_service_ends_and_that_a_credit_note_covers_it(
    shop: Shop, *, terminated: bool, english: str, said: str
) -> None:
    subscriber = await annual(shop, date(2026, 3, 2))
    order = await order_of(shop, subscriber)
    invoice_id = (await shop.worker.GetOrder(pb.GetOrderRequest(order_id=order.order_id))).order.invoice_id
    shop.neighbours.credited[invoice_id] = (await read(shop, order)).offer.paid.minor
    day(shop, 4)
    if terminated:
        await terminate(shop, wish(order.order_id))
        await subscriber.end(2, UNPAID)
    day(shop, 5)
    offer = (await read(shop, order)).offer
    assert (offer.paid.minor, offer.owed.minor, offer.refund.minor, offer.HasField("refund_by")) == (0, 0, 0, False)
    assert english in offer.pages[1].consequences
    assert "You owe nothing. There is a credit note for all of what you paid already" in offer.pages[1].consequences
    await withdraw(shop, order)
    await shop.room.empty_outbox()
    await receipt(shop, order.order_id)
    _, told = await only_mail(shop)
    told = " ".join(told.split())
    assert said in told
    assert "Non devi nulla. Per tutto quanto hai pagato c’è già una nota di credito" in told
    assert "prova gratuita" not in told
    assert "Per il rimborso ricevi la nota di credito" not in told
    assert offer.pages[0].consequences in told
    assert list((await advance(shop, order.order_id)).withdrawal.refunds) == []


@pytest.mark.parametrize("first", ["the receipt", "the refunds", "the credit note of the withdrawal"])
async def test_what_was_accepted_as_missing_is_told_and_refunded_to_nobody_and_credited_beside_the_refund(
    shop: Shop, first: str
) -> None:
    order = await bought(shop)
    day(shop, 5)
    whole = (await read(shop, order)).offer
    shop.neighbours.remitted[order.invoice_id] = 376
    page = (await read(shop, order)).offer
    assert page.paid.minor == order.totals.gross.minor - 376
    assert page.owed == whole.owed, "what is owed is measured by the price"
    assert page.refund.minor == page.paid.minor - page.owed.minor
    await withdraw(shop, order)
    if first != "the receipt":
        await advance(shop, order.order_id)
    if first == "the credit note of the withdrawal":
        shop.neighbours.credited[order.invoice_id] = page.refund.minor + 376
        shop.neighbours.remitted[order.invoice_id] = 0
    await shop.room.empty_outbox()
    await receipt(shop, order.order_id)
    _, told = await only_mail(shop)
    assert "".join(page.pages[0].consequences.split()) in "".join(told.split())
    [refund] = (await advance(shop, order.order_id)).withdrawal.refunds
    assert (refund.paid, refund.owed, refund.amount) == (page.paid, page.owed, page.refund)
    assert refund.remitted.minor == 376
    invoiced = order.totals.gross.minor - refund.amount.minor - refund.remitted.minor
    assert invoiced == refund.owed.minor, "what stays invoiced is owed and paid"


@pytest.mark.parametrize(
    ("credited_before", "remitted", "paid"),
    [(1_000, 376, -1_376), (-100, 376, 0), (0, -1, 1)],
    ids=["credited before", "less is left than was missing", "more is owed than was paid"],
)
async def test_never_more_goes_back_than_was_received_and_never_less_than_nothing(
    shop: Shop, credited_before: int, remitted: int, paid: int
) -> None:
    order = await bought(shop)
    gross = order.totals.gross.minor
    shop.neighbours.credited[order.invoice_id] = credited_before % gross
    shop.neighbours.remitted[order.invoice_id] = remitted % gross
    day(shop, 5)
    page = (await read(shop, order)).offer
    came = paid % gross
    assert page.paid.minor == came
    assert 0 <= page.owed.minor <= came
    assert page.refund.minor == came - page.owed.minor
    await withdraw(shop, order)
    refunds = (await advance(shop, order.order_id)).withdrawal.refunds
    assert [each.amount for each in refunds] == ([page.refund] if page.refund.minor else [])


BANKS = "o PayPal ti ha già restituito di quanto hai pagato vale come rimborsato."
BANKS_EN = "or PayPal has already given back to you of what you paid counts as refunded."


@pytest.mark.parametrize("left", ["all", "what is owed", "nothing"])
async def test_page_and_receipt_say_with_a_refund_that_what_a_bank_has_given_back_counts_as_refunded(
    shop: Shop, left: str
) -> None:
    """Ordering does not know of disputes, nor of transfers that the payer's bank took back."""
    order = await bought(shop)
    gross = order.totals.gross.minor
    shop.neighbours.credited[order.invoice_id] = {"all": 0, "nothing": gross}.get(left, 0)
    shop.neighbours.remitted[order.invoice_id] = gross - 1 if left == "what is owed" else 0
    day(shop, 5)
    page = (await read(shop, order)).offer
    assert bool(page.refund.minor) is (left == "all")
    await withdraw(shop, order)
    await shop.room.empty_outbox()
    await receipt(shop, order.order_id)
    _, told = await only_mail(shop)
    for said in (" ".join(told.split()), page.pages[0].consequences):
        assert (BANKS in said) is (left == "all")
        assert ("non resta nulla da rimborsare" in said) is (left == "what is owed")
        assert ("c’è già una nota di credito" in said) is (left == "nothing")
    assert (BANKS_EN in page.pages[1].consequences) is (left == "all")
    assert ("nothing is left to refund" in page.pages[1].consequences) is (left == "what is owed")
    assert ("There is a credit note for all" in page.pages[1].consequences) is (left == "nothing")


@pytest.mark.parametrize("used", [0, 900])
async def test_page_and_receipt_say_how_that_goes_back_which_account_credit_had_paid(shop: Shop, used: int) -> None:
    order = await bought(shop)
    shop.neighbours.credit_used[order.invoice_id] = used
    day(shop, 5)
    page = (await read(shop, order)).offer
    await withdraw(shop, order)
    await advance(shop, order.order_id)
    await shop.room.empty_outbox()
    await receipt(shop, order.order_id)
    _, told = await only_mail(shop)
    for said in (told, page.pages[0].consequences):
        assert ("ciò che avevi pagato con il tuo credito, con bonifico bancario" in said) is (used > 0)
    assert ("what your account credit had paid, by bank transfer" in page.pages[1].consequences) is (used > 0)


async def test_the_receipt_is_in_the_customer_s_language_and_tells_of_an_unpaid_order(shop: Shop) -> None:
    order = await shop.order()
    await withdraw(shop, order, language=1)
    await shop.room.empty_outbox()
    await receipt(shop, order.order_id, common_pb2.LANGUAGE_EN)
    _, told = await only_mail(shop)
    assert "I hereby give notice that I withdraw" in told
    assert "already on its way, and in any case you owe nothing: such a payment comes back to you whole, and " in told
    assert "credit note" not in told


async def test_the_receipt_of_a_recorded_letter_names_its_day(shop: Shop) -> None:
    order = await bought(shop)
    day(shop, 20)
    await shop.stub("operator").WithdrawFromContract(recorded(order.order_id, date(2026, 3, 13)))
    await shop.room.empty_outbox()
    await receipt(shop, order.order_id)
    _, told = await only_mail(shop)
    assert "ricevuto e registrato il 20 marzo 2026, ore 10:00 la tua dichiarazione di recesso del 13 marzo 2026" in told
    assert "per 12 giorni" in told


async def test_an_unpaid_withdrawal_is_done_with_the_order_s_cancellation(shop: Shop) -> None:
    order = await shop.order()
    await withdraw(shop, order)
    assert await next_of(shop, order.order_id) == "WAIT order_end"
    await shop.room.empty_outbox()
    await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
    assert (f"withdrawal:{order.order_id}", "withdrawal_changed") in await wakes(shop)
    done = await advance(shop, order.order_id)
    assert (done.next, done.withdrawal.state) == (pb.WITHDRAWAL_NEXT_NOT_OPEN, pb.WITHDRAWAL_STATE_DONE)
    assert list(done.withdrawal.refunds) == []
    assert await watched(shop) == [f"order:{order.order_id}"]  # its email
    assert (await shop.order(UUID(order.account_id))).state == pb.ORDER_STATE_OPEN  # the trial goes on


async def test_a_payment_that_wins_against_the_notice_is_refunded_whole(shop: Shop) -> None:
    order = await shop.order()
    await withdraw(shop, order)
    shop.room.clock.advance(days=1)
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    assert await next_of(shop, order.order_id) == "WAIT invoice"
    await shop.fulfil(order.order_id)
    found = await advance(shop, order.order_id)
    [refund] = found.withdrawal.refunds
    assert (found.next, refund.amount, refund.owed.minor) == (
        pb.WITHDRAWAL_NEXT_REFUND_DUE, order.totals.gross, 0,
    )  # fmt: skip
    assert not refund.HasField("served_from")
    assert found.subscription.state == pb.SUBSCRIPTION_STATE_CLOSING


@pytest.mark.parametrize("notice_first", [True, False])
async def test_a_notice_and_the_payment_of_the_same_day_owe_a_day_only_where_the_unlock_came_first(
    shop: Shop, *, notice_first: bool
) -> None:
    order = await shop.order()
    if notice_first:
        await withdraw(shop, order)
        shop.room.clock.advance(seconds=3)
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    await shop.record_unlock(order.order_id)
    await shop.fulfil(order.order_id)
    if not notice_first:
        shop.room.clock.advance(seconds=3)
        await withdraw(shop, order)
    [refund] = (await advance(shop, order.order_id)).withdrawal.refunds
    total = order.totals.gross.minor
    owed = 0 if notice_first else round(total / 365)
    assert (refund.paid.minor, refund.owed.minor, refund.amount.minor) == (total, owed, total - owed)
    assert refund.HasField("served_from") is not notice_first


@pytest.mark.parametrize("known_at_notice", [True, False])
async def test_an_unlock_that_is_not_noted_at_the_notice_leaves_nothing_owed_as_the_customer_was_told(
    shop: Shop, *, known_at_notice: bool
) -> None:
    """Mailboxes has unlocked, the worker has not told ordering yet: offer, receipt and refund speak of one row."""
    order = await shop.order()
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    unlocked_at = to_timestamp(shop.room.clock.now())
    if known_at_notice:
        await shop.record_unlock(order.order_id, unlocked_at)
    shop.room.clock.advance(seconds=3)
    told = (await read(shop, order)).offer
    await withdraw(shop, order)
    await shop.record_unlock(order.order_id, unlocked_at)
    await shop.fulfil(order.order_id, unlocked_at)
    [refund] = (await advance(shop, order.order_id)).withdrawal.refunds
    assert refund.owed == told.owed
    assert bool(refund.owed.minor) is known_at_notice


async def test_an_unlock_after_the_notice_that_is_noted_while_the_notice_is_taken_leaves_nothing_owed(
    shop: Shop,
) -> None:
    order = await shop.order()
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    unlocked_at = to_timestamp(shop.room.clock.now() + timedelta(seconds=3))
    await shop.record_unlock(order.order_id, unlocked_at)
    await withdraw(shop, order)
    shop.room.clock.advance(seconds=3)
    await shop.fulfil(order.order_id, unlocked_at)
    [refund] = (await advance(shop, order.order_id)).withdrawal.refunds
    assert (refund.owed.minor, refund.amount) == (0, order.totals.gross)


async def test_the_receipt_s_words_hold_where_the_payment_comes_all_the_same(shop: Shop) -> None:
    """They promise the money whole, and the trial only where no payment comes before the cancellation."""
    order = await shop.order()
    await withdraw(shop, order)
    await shop.room.empty_outbox()
    await receipt(shop, order.order_id)
    _, told = await only_mail(shop)
    told = " ".join(told.split())
    assert "un pagamento già partito ti torna per intero" in told
    assert "Solo un pagamento che arriva prima dell’annullamento mette fine anche alla prova" in told
    assert "per 30 giorni puoi leggere la posta" in told
    await shop.end(order.order_id, pb.OUTCOME_PAID)
    made = (await shop.fulfil(order.order_id)).subscription
    found = await advance(shop, order.order_id)
    assert [(each.amount, each.owed.minor) for each in found.withdrawal.refunds] == [(order.totals.gross, 0)]
    assert from_timestamp(made.purge_at) == end_of_day(shop.room.clock.now(), 30)


async def test_a_refund_is_late_once_its_last_day_has_passed_in_rome(shop: Shop) -> None:
    order = await bought(shop)
    day(shop, 5)
    await withdraw(shop, order)
    shop.room.clock.at = datetime(2026, 3, 16, 22, 59, 59, tzinfo=UTC)
    assert not (await advance(shop, order.order_id)).refund_near
    shop.room.clock.advance(seconds=1)
    assert (await advance(shop, order.order_id)).refund_near
    shop.room.clock.at = datetime(2026, 3, 19, 22, 59, 59, tzinfo=UTC)
    assert (await advance(shop, order.order_id)).refund_late_in.ToTimedelta() == timedelta(seconds=1)
    shop.room.clock.advance(days=1)
    late = await advance(shop, order.order_id)
    assert (late.refund_late_in.ToTimedelta(), late.refund_near) == (timedelta(), True)


async def test_refund_credit_note_closing_days_and_closing_follow_each_other(shop: Shop) -> None:
    order = await bought(shop)
    day(shop, 5)
    await withdraw(shop, order)
    await shop.room.empty_outbox()
    found = await advance(shop, order.order_id)
    [refund] = found.withdrawal.refunds
    assert (found.next, found.withdrawal.state) == (pb.WITHDRAWAL_NEXT_REFUND_DUE, pb.WITHDRAWAL_STATE_REFUNDING)
    assert (refund.order_id, refund.period_id) == (order.order_id, "")
    assert refund.invoice_id == order.invoice_id
    assert refund.paid.minor - refund.owed.minor == refund.amount.minor
    assert [from_date(refund.served_from), from_date(refund.served_to)] == [date(2026, 3, 2), date(2026, 3, 5)]
    assert refund.days_of_term == 365
    assert found.refund_late_at.ToDatetime(UTC) == datetime(2026, 3, 19, 23, tzinfo=UTC), "midnight in Rome"
    assert found.refund_late_in.ToTimedelta() == timedelta(days=14, hours=14)
    await refused_for(credited(shop, order.order_id, refund.refund_id), errors_pb2.REASON_ORDER_STATE)
    await refunded(shop, order.order_id, refund.refund_id)
    shop.room.clock.advance(hours=1)
    again = (await refunded(shop, order.order_id, refund.refund_id)).refunds[0]
    assert from_timestamp(again.refunded_at) == datetime(2026, 3, 5, 9, tzinfo=UTC)
    [event] = await shop.room.events()
    assert (event["type"], event["amount"]["minor"]) == ("withdrawal.refunded", refund.amount.minor)
    assert await next_of(shop, order.order_id) == "CREDIT_NOTE_DUE"
    note = request_id()
    await credited(shop, order.order_id, refund.refund_id, note)
    kept = (await credited(shop, order.order_id, refund.refund_id)).refunds[0]
    assert kept.credit_note_id == note
    assert await next_of(shop, order.order_id) == "WAIT purge"
    shop.room.clock.at = end_of_day(datetime(2026, 3, 5, 9, tzinfo=UTC), 30) - timedelta(microseconds=1)
    assert await next_of(shop, order.order_id) == "WAIT purge"
    await refused_for(close(shop, order), errors_pb2.REASON_SUBSCRIPTION_RUNS)
    shop.room.clock.advance(microseconds=1)
    assert await next_of(shop, order.order_id) == "CLOSE_DUE"
    await close(shop, order)
    assert await wakes(shop) >= {
        (f"withdrawal:{order.order_id}", "withdrawal_changed"), (f"purge:{order.account_id}", "account_closed"),
    }  # fmt: skip
    assert await next_of(shop, order.order_id) == "NOT_OPEN"
    assert (await advance(shop, order.order_id)).withdrawal.state == pb.WITHDRAWAL_STATE_DONE


async def test_refunds_are_fixed_once(shop: Shop) -> None:
    order = await bought(shop)
    day(shop, 5)
    await withdraw(shop, order)
    first = (await advance(shop, order.order_id)).withdrawal.refunds
    day(shop, 12)
    assert (await advance(shop, order.order_id)).withdrawal.refunds == first


async def test_a_later_period_that_waits_for_its_money_is_void_and_the_withdrawal_waits_for_that(shop: Shop) -> None:
    """Ordered on 25 February: on 1 March the days from the 25th on are asked for, within the 14 days."""
    subscriber = await monthly(shop, date(2026, 2, 25), party=ANNA)
    await subscriber.asked_in_time(2)
    order = await order_of(shop, subscriber)
    day(shop, 5)
    await shop.room.empty_outbox()
    await withdraw(shop, order)
    assert {subscriber.renewal(2), subscriber.renewal(3)} <= set(await subscriber.woken())
    assert await next_of(shop, order.order_id) == "WAIT period_end"
    assert await subscriber.next(2) == "CLOSE_DUE"
    assert await subscriber.next(3) == "NOT_OPEN"
    await subscriber.end(2, UNPAID)
    assert f"withdrawal:{order.order_id}" in await subscriber.woken()
    assert (await subscriber.period(2)).state == pb.PERIOD_STATE_VOID
    found = await advance(shop, order.order_id)
    assert (found.next, [refund.order_id for refund in found.withdrawal.refunds]) == (
        pb.WITHDRAWAL_NEXT_REFUND_DUE, [order.order_id],
    )  # fmt: skip


async def test_what_was_paid_for_a_later_period_is_refunded_whole(shop: Shop) -> None:
    subscriber = await monthly(shop, date(2026, 2, 25), party=ANNA)
    asked = await subscriber.asked_in_time(2)
    order = await order_of(shop, subscriber)
    day(shop, 5)
    await withdraw(shop, order)
    await subscriber.end(2, PAID)  # it wins the race
    assert await next_of(shop, order.order_id) == "WAIT invoice"
    await subscriber.woken()
    await subscriber.record_invoice(2)
    assert f"withdrawal:{order.order_id}" in await subscriber.woken()
    first, second = (await advance(shop, order.order_id)).withdrawal.refunds
    assert (first.order_id, first.owed.minor > 0) == (order.order_id, True)
    assert (second.period_id, second.amount, second.owed.minor) == (subscriber.id_of(2), asked.totals.gross, 0)
    await settle(shop, order.order_id)
    assert await next_of(shop, order.order_id) == "WAIT purge"


async def terminated(shop: Shop) -> tuple[Subscriber, pb.Order]:
    """Anna's month since 2 March with use above the prepaid, ended on the 5th because its payment was taken back."""
    subscriber = await monthly(shop, date(2026, 3, 2), party=ANNA)
    subscriber.account.mailboxes = {8: 9}
    order = await order_of(shop, subscriber)
    day(shop, 5)
    await terminate(shop, wish(order.order_id))
    await subscriber.end(2, UNPAID)
    return subscriber, order


@pytest.mark.parametrize("asked", ["measured", "asked for", "not yet"])
async def test_a_withdrawal_voids_the_last_period_of_a_contract_that_is_closing_already_and_then_goes_on(
    shop: Shop, asked: str
) -> None:
    subscriber, order = await terminated(shop)
    if asked != "not yet":
        assert (await subscriber.measure(2)).totals.gross.minor > 0
    if asked == "asked for":
        await subscriber.record_proforma(2)
    purge_at = from_timestamp((await subscriber.subscription()).purge_at)
    day(shop, 8)
    await shop.room.empty_outbox()
    await withdraw(shop, order)
    assert subscriber.renewal(2) in await subscriber.woken()
    if asked != "not yet":
        assert await next_of(shop, order.order_id) == "WAIT period_end"
        day(shop, 31)  # whatever reminder was planned
        assert await subscriber.next(2) == "CLOSE_DUE"
        assert await shop.room.mails() == []
        await subscriber.end(2, UNPAID)
        assert f"withdrawal:{order.order_id}" in await subscriber.woken()
    assert (await subscriber.period(2)).state == pb.PERIOD_STATE_VOID
    assert await subscriber.next(2) == "NOT_OPEN"
    assert [each.order_id for each in (await advance(shop, order.order_id)).withdrawal.refunds] == [order.order_id]
    await settle(shop, order.order_id)
    assert await next_of(shop, order.order_id) == "WAIT purge"
    shop.room.clock.at = purge_at
    assert await next_of(shop, order.order_id) == "CLOSE_DUE"
    assert await watched(shop) == [f"withdrawal:{order.order_id}"]
    await close(shop, order)
    assert await next_of(shop, order.order_id) == "NOT_OPEN"


async def test_a_last_period_that_was_paid_before_the_notice_is_refunded_whole_and_carries_nothing_any_more(
    shop: Shop,
) -> None:
    subscriber, order = await terminated(shop)
    last = await subscriber.measure(2)
    await subscriber.record_proforma(2)
    await subscriber.end(2, PAID)
    await subscriber.record_invoice(2)
    assert await subscriber.next(2) == "WAIT purge"
    day(shop, 8)
    await withdraw(shop, order)
    assert await subscriber.next(2) == "NOT_OPEN"
    refunds = (await advance(shop, order.order_id)).withdrawal.refunds
    assert [(each.period_id, each.amount) for each in refunds][1:] == [(subscriber.id_of(2), last.totals.gross)]
    assert subscriber.renewal(2) not in await watched(shop)


async def test_a_refund_that_was_given_up_is_replaced_once(shop: Shop) -> None:
    order = await bought(shop)
    await withdraw(shop, order)
    [given_up] = (await advance(shop, order.order_id)).withdrawal.refunds
    request = pb.RenewWithdrawalRefundRequest(order_id=order.order_id, refund_id=given_up.refund_id, steering=STEERING)
    for _ in range(2):
        [renewed] = (await shop.worker.RenewWithdrawalRefund(request)).withdrawal.refunds
    assert renewed.refund_id != given_up.refund_id
    assert renewed.amount == given_up.amount
    assert [row["action"] for row in await shop.room.rows("audit")] == ["refund_again"]
    await refused_for(refunded(shop, order.order_id, given_up.refund_id), errors_pb2.REASON_NOT_FOUND)
    await refunded(shop, order.order_id, renewed.refund_id)
    request.refund_id = renewed.refund_id
    await refused_for(shop.worker.RenewWithdrawalRefund(request), errors_pb2.REASON_ORDER_STATE)


async def test_an_operator_notes_a_refund_made_outside_and_that_no_credit_note_is_due(shop: Shop) -> None:
    order = await bought(shop)
    await withdraw(shop, order)
    [refund] = (await advance(shop, order.order_id)).withdrawal.refunds
    outside = pb.RecordWithdrawalRefundRequest(order_id=order.order_id, refund_id=refund.refund_id, steering=STEERING)
    waived = pb.RecordWithdrawalCreditNoteRequest(
        order_id=order.order_id, refund_id=refund.refund_id, steering=STEERING
    )
    for _ in range(2):
        await shop.worker.RecordWithdrawalRefund(outside)
        [kept] = (await shop.worker.RecordWithdrawalCreditNote(waived)).withdrawal.refunds
    assert kept.credit_waived
    assert await next_of(shop, order.order_id) == "WAIT purge"
    assert [row["action"] for row in await shop.room.rows("audit")] == ["refund_made_outside", "no_credit_note_due"]
    waived.credit_note_id = request_id()
    refused = await refused_for(shop.worker.RecordWithdrawalCreditNote(waived), errors_pb2.REASON_INVALID_INPUT)
    assert bad_fields(refused) == {"credit_note_id": "must_be_empty"}


async def test_a_refund_that_comes_back_is_owed_again_though_it_was_credited_and_the_withdrawal_had_ended(
    shop: Shop,
) -> None:
    order = await bought(shop)
    await withdraw(shop, order)
    await settle(shop, order.order_id)
    purge_at = from_timestamp((await advance(shop, order.order_id)).due_at)
    [refund] = (await advance(shop, order.order_id)).withdrawal.refunds
    for moment in (shop.room.clock.at, purge_at):
        shop.room.clock.at = moment
        if moment == purge_at:
            await close(shop, order)
            assert await next_of(shop, order.order_id) == "NOT_OPEN"
            assert await watched(shop) == [f"purge:{order.account_id}"]
        for _ in range(2):
            owed = await failed(shop, order.order_id, refund.refund_id)
            assert owed.state == pb.WITHDRAWAL_STATE_REFUNDING
            assert not owed.HasField("ended_at")
            assert not owed.refunds[0].HasField("refunded_at")
            assert owed.refunds[0].credit_note_id == refund.credit_note_id
        listed = await shop.stub("operator").ListOpenWithdrawals(pb.ListOpenWithdrawalsRequest())
        assert [each.order_id for each in listed.withdrawals] == [order.order_id]
        assert f"withdrawal:{order.order_id}" in await watched(shop)
        assert await next_of(shop, order.order_id) == "REFUND_DUE"
        await refunded(shop, order.order_id, refund.refund_id)
    assert await next_of(shop, order.order_id) == "NOT_OPEN"
    await refused_for(failed(shop, order.order_id, request_id()), errors_pb2.REASON_NOT_FOUND)


async def test_a_refund_made_outside_is_not_owed_again_because_payments_made_none(shop: Shop) -> None:
    order = await bought(shop)
    await withdraw(shop, order)
    [refund] = (await advance(shop, order.order_id)).withdrawal.refunds
    outside = pb.RecordWithdrawalRefundRequest(order_id=order.order_id, refund_id=refund.refund_id, steering=STEERING)
    [noted] = (await shop.worker.RecordWithdrawalRefund(outside)).withdrawal.refunds
    assert noted.made_outside
    assert (await failed(shop, order.order_id, refund.refund_id)).refunds[0].HasField("refunded_at")


async def test_an_open_withdrawal_is_watched_until_nothing_is_left(shop: Shop) -> None:
    order = await bought(shop)
    await withdraw(shop, order)
    name = f"withdrawal:{order.order_id}"
    assert await watched(shop) == [name]
    await advance(shop, order.order_id)
    now = shop.room.clock.now()
    assert await watched(shop, now + timedelta(days=1)) == []  # whoever waits for a refund looks again every day
    assert await watched(shop, now + timedelta(days=2)) == [name]
    await settle(shop, order.order_id)
    purge_at = from_timestamp((await advance(shop, order.order_id)).due_at)
    assert await watched(shop, purge_at) == []
    shop.room.clock.at = purge_at
    await close(shop, order)
    await advance(shop, order.order_id)
    assert await watched(shop) == [f"purge:{order.account_id}"]


async def test_the_lifting_of_a_hold_wakes_the_withdrawal_that_waits_for_it(shop: Shop) -> None:
    order = await bought(shop)
    await withdraw(shop, order)
    for hold in (True, False):
        await shop.room.empty_outbox()
        await shop.stub("operator").SetLegalHold(
            pb.SetLegalHoldRequest(request_id=request_id(), account_id=order.account_id, hold=hold, steering=STEERING)
        )
        assert await wakes(shop) == {(f"withdrawal:{order.order_id}", "withdrawal_changed")}


async def test_an_erasure_closes_the_account_and_the_refund_is_owed_all_the_same(shop: Shop) -> None:
    order = await bought(shop)
    await withdraw(shop, order)
    await close(shop, order, pb.CLOSURE_REASON_ERASURE)
    assert await next_of(shop, order.order_id) == "REFUND_DUE"
    await settle(shop, order.order_id)
    assert await next_of(shop, order.order_id) == "NOT_OPEN"


async def test_open_withdrawals_are_listed_page_by_page_for_the_auditor(shop: Shop) -> None:
    orders = sorted([(await bought(shop)) for _ in range(3)], key=lambda order: order.order_id)
    for order in orders:
        await withdraw(shop, order)
    await settle(shop, orders[0].order_id)
    listed, token = [], ""
    while True:
        page = common_pb2.PageRequest(page_size=2, page_token=token)
        answer = await shop.stub("operator").ListOpenWithdrawals(pb.ListOpenWithdrawalsRequest(page=page))
        listed += answer.withdrawals
        token = answer.next_page_token
        if not token:
            break
    assert [(each.order_id, each.state) for each in listed] == [
        (orders[0].order_id, pb.WITHDRAWAL_STATE_CLOSING),
        (orders[1].order_id, pb.WITHDRAWAL_STATE_NOTICED),
        (orders[2].order_id, pb.WITHDRAWAL_STATE_NOTICED),
    ]


@pytest.mark.parametrize("name", ["AdvanceWithdrawal", "SendWithdrawalReceipt"])
async def test_an_order_that_nobody_withdrew_from_has_no_withdrawal(shop: Shop, name: str) -> None:
    order = await bought(shop)
    request = getattr(pb, f"{name}Request")(order_id=order.order_id)
    if name == "SendWithdrawalReceipt":
        request.recipient.CopyFrom(TO_ANNA)
    await refused_for(getattr(shop.worker, name)(request), errors_pb2.REASON_NOT_FOUND)
