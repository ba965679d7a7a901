"""Money that came for a withdrawn contract and paid nothing: it is owed whole, at once, and the receipt names it."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from services.kit.errors import Refused
from services.kit.wire import from_date, to_date
from tests.ordering.room.test_mails import only_mail
from tests.ordering.room.test_reconciling import watched
from tests.ordering.room.test_withdrawing import day, order_of, wakes
from tests.ordering.shop import ANNA, TO_ANNA, Shop
from tests.ordering.subscribers import monthly
from tests.ordering.withdrawers import advance, bought, credited, failed, read, receipt, refunded, withdraw
from tests.support.refusals import bad_fields

DUE, WAIT, OVER = pb.WITHDRAWAL_NEXT_REFUND_DUE, pb.WITHDRAWAL_NEXT_WAIT, pb.WITHDRAWAL_NEXT_NOT_OPEN


def money(*order_ids: str, minor: int = 500, **more: Any) -> pb.WaitingMoney:
    """Money of 5 March 2026 that waits and names orders."""
    usual: dict[str, Any] = {
        "money_entry_id": str(uuid4()),
        "amount": common_pb2.Money(minor=minor, currency="EUR"),
        "came_on": to_date(date(2026, 3, 5)),
        "order_ids": order_ids,
    }
    return pb.WaitingMoney(**{**usual, **more})


async def advanced(shop: Shop, order: pb.Order, *waiting: pb.WaitingMoney) -> pb.AdvanceWithdrawalResponse:
    """What comes next, where this money of the account waits."""
    asked = pb.AdvanceWithdrawalRequest(order_id=order.order_id, waiting=waiting)
    answer = await shop.worker.AdvanceWithdrawal(asked)
    return pb.AdvanceWithdrawalResponse.FromString(answer.SerializeToString())


async def told(shop: Shop, waiting: pb.WaitingMoney) -> pb.RecordWithdrawalMoneyResponse:
    """Money tells of itself, as its own workflow does."""
    answer = await shop.worker.RecordWithdrawalMoney(pb.RecordWithdrawalMoneyRequest(money=waiting))
    return pb.RecordWithdrawalMoneyResponse.FromString(answer.SerializeToString())


async def otherwise(shop: Shop, order: pb.Order, refund_id: str) -> pb.Withdrawal:
    """An operator gave the money to something else."""
    request = pb.RecordWithdrawalRefundRequest(order_id=order.order_id, refund_id=refund_id, settled_otherwise=True)
    answer = await shop.worker.RecordWithdrawalRefund(request)
    return pb.Withdrawal.FromString(answer.withdrawal.SerializeToString())


async def cancelled(shop: Shop) -> pb.Order:
    """An unpaid order from which the consumer has withdrawn, whose withdrawal has ended."""
    order = await shop.order()
    await withdraw(shop, order)
    await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
    assert (await advance(shop, order.order_id)).next == OVER
    await shop.room.empty_outbox()
    return order


async def test_a_withdrawal_is_not_done_while_a_part_payment_is_owed_which_waits_for_nothing(shop: Shop) -> None:
    order = await shop.order()
    day(shop, 5)
    await withdraw(shop, order)
    part = money(order.order_id)
    found = await advanced(shop, order, part)
    assert (found.next, found.withdrawal.state) == (DUE, pb.WITHDRAWAL_STATE_NOTICED)  # the order is not cancelled yet
    [refund] = found.withdrawal.refunds
    assert (refund.money_entry_id, refund.order_id, refund.period_id, refund.invoice_id, refund.credit_id) == (
        part.money_entry_id, "", "", "", "",
    )  # fmt: skip
    assert (refund.paid, refund.owed.minor, refund.amount) == (part.amount, 0, part.amount)
    assert from_date(refund.refund_by) == date(2026, 3, 19)
    await shop.end(order.order_id, pb.OUTCOME_CANCELLED)
    found = await advanced(shop, order)  # it is on its way, so that it waits no more
    assert (found.next, found.withdrawal.state) == (DUE, pb.WITHDRAWAL_STATE_REFUNDING)
    await refunded(shop, order.order_id, refund.refund_id)
    done = await advanced(shop, order)
    assert (done.next, done.withdrawal.state) == (OVER, pb.WITHDRAWAL_STATE_DONE)  # without a credit note


@pytest.mark.parametrize(("language", "words"), [
    (0, "Abbiamo ricevuto 5,00 €, che non pagano nulla: te li rimborsiamo per intero entro il 19 marzo 2026, con lo"),
    (1, "We have received €5.00, which pays nothing: we refund it whole by 19 March 2026, by the same means"),
])  # fmt: skip
async def test_the_receipt_says_what_is_paid_back_and_by_when(shop: Shop, language: int, words: str) -> None:
    order = await shop.order()
    day(shop, 5)
    await withdraw(shop, order, language)
    await advanced(shop, order, money(order.order_id, minor=300), money(order.order_id, minor=200))
    await shop.room.empty_outbox()
    await receipt(shop, order.order_id, (common_pb2.LANGUAGE_IT, common_pb2.LANGUAGE_EN)[language])
    _, text = await only_mail(shop)
    assert words in text
    assert ("nota di credito", "credit note")[language] not in text


def at_whom(language: common_pb2.Language) -> common_pb2.Recipient:
    return common_pb2.Recipient(email=TO_ANNA.email, name=TO_ANNA.name, language=language)


@pytest.mark.parametrize(("language", "came", "said"), [
    (common_pb2.LANGUAGE_IT, {"iban_end": "3000"}, (
        "Ti restituiamo 5,00 €", "il 5 marzo 2026 abbiamo ricevuto 5,00 €", "con la tua comunicazione del 5 marzo 2026",
        "entro il 19 marzo 2026", "con un bonifico sul conto da cui è arrivato, il cui IBAN termina con 3000",
    )),
    (common_pb2.LANGUAGE_EN, {"by_card_or_paypal": True}, (
        "We return €5.00 to you", "on 5 March 2026 we received €5.00", "by your notice of 5 March 2026",
        "by 19 March 2026 at the latest", "It goes back to the card or PayPal account by which it was paid",
    )),
    (common_pb2.LANGUAGE_EN, {}, ("please answer this email with an IBAN and the name of its holder",)),
])  # fmt: skip
@pytest.mark.parametrize("by", ["its own workflow", "the withdrawal's"])
async def test_who_has_withdrawn_is_told_once_of_money_that_comes_later_what_why_where_to_and_by_when(
    shop: Shop, language: common_pb2.Language, came: dict[str, Any], said: tuple[str, ...], by: str
) -> None:
    order = await shop.order()
    day(shop, 5)
    await withdraw(shop, order)
    await receipt(shop, order.order_id)
    await shop.room.empty_outbox()
    late = money(order.order_id, recipient=at_whom(language), **came)
    for _ in range(2):
        await (told(shop, late) if by == "its own workflow" else advanced(shop, order, late))
    await (advanced(shop, order, late) if by == "its own workflow" else told(shop, late))
    subject, text = await only_mail(shop)
    for words in (order.order_id, *said):
        assert words in f"{subject} {text}", words


async def test_who_has_withdrawn_is_not_told_twice_where_the_receipt_names_it_or_nobody_is_there(shop: Shop) -> None:
    order = await shop.order()
    day(shop, 5)
    await withdraw(shop, order)
    await shop.room.empty_outbox()
    await told(shop, money(order.order_id, recipient=at_whom(common_pb2.LANGUAGE_IT)))
    assert await shop.room.mails() == []
    await receipt(shop, order.order_id)
    assert "5,00 €" in (await only_mail(shop))[1]
    await shop.room.empty_outbox()
    await told(shop, money(order.order_id))
    await told(shop, money(order.order_id, recipient=common_pb2.Recipient(erased=True)))
    await told(shop, money(str(uuid4()), recipient=at_whom(common_pb2.LANGUAGE_IT)))
    assert await shop.room.mails() == []


async def test_to_look_alone_whether_money_is_a_withdrawal_s_notes_nothing(shop: Shop) -> None:
    order = await shop.order()
    await withdraw(shop, order)
    await shop.room.empty_outbox()

    async def looked(*order_ids: str) -> pb.RecordWithdrawalMoneyResponse:
        asked = pb.RecordWithdrawalMoneyRequest(money=money(*order_ids), only_look=True)
        answer = await shop.worker.RecordWithdrawalMoney(asked)
        return pb.RecordWithdrawalMoneyResponse.FromString(answer.SerializeToString())

    found = await looked(order.order_id)
    assert (found.withdrawal.order_id, found.withdrawal.account_id) == (order.order_id, order.account_id)
    assert (list(found.withdrawal.refunds), found.HasField("refund_late_at")) == ([], False)
    assert not (await looked(str(uuid4()))).HasField("withdrawal")
    assert await wakes(shop) == set()


async def test_two_who_tell_of_money_at_once_write_one_email(shop: Shop) -> None:
    order = await shop.order()
    await withdraw(shop, order)
    await receipt(shop, order.order_id)
    await shop.room.empty_outbox()
    late = money(order.order_id, recipient=at_whom(common_pb2.LANGUAGE_IT), iban_end="3000")
    await asyncio.gather(*(told(shop, late) for _ in range(5)), *(advanced(shop, order, late) for _ in range(5)))
    await only_mail(shop)


async def test_the_receipt_names_it_beside_what_was_paid(shop: Shop) -> None:
    order = await bought(shop)
    day(shop, 5)
    page = (await read(shop, order)).offer
    await withdraw(shop, order)
    found = await advanced(shop, order, money(order.order_id))
    assert [each.amount.minor for each in found.withdrawal.refunds if not each.money_entry_id] == [page.refund.minor]
    await shop.room.empty_outbox()
    await receipt(shop, order.order_id)
    _, text = await only_mail(shop)
    assert "".join(page.pages[0].consequences.split()) in "".join(text.split())
    assert "Abbiamo ricevuto anche 5,00 €, che non pagano nulla" in text


async def test_what_was_paid_is_refunded_and_credited_beside_it_and_the_account_closed_last(shop: Shop) -> None:
    order = await bought(shop)
    await withdraw(shop, order)
    await advanced(shop, order, money(order.order_id))
    [paid, part] = (await advance(shop, order.order_id)).withdrawal.refunds
    assert (bool(paid.money_entry_id), bool(part.money_entry_id)) == (False, True)
    await refunded(shop, order.order_id, paid.refund_id)
    assert (await advance(shop, order.order_id)).next == DUE
    await refunded(shop, order.order_id, part.refund_id)
    assert (await advance(shop, order.order_id)).next == pb.WITHDRAWAL_NEXT_CREDIT_NOTE_DUE
    await credited(shop, order.order_id, paid.refund_id)
    found = await advance(shop, order.order_id)
    assert (found.next, found.due, found.withdrawal.state) == (WAIT, "purge", pb.WITHDRAWAL_STATE_CLOSING)


async def test_money_that_names_something_else_is_not_the_withdrawal_s(shop: Shop) -> None:
    order, other = await shop.order(), await shop.order()
    await withdraw(shop, order)
    found = await advanced(shop, order, money(other.order_id), money(period_ids=[str(uuid4())]))
    assert list(found.withdrawal.refunds) == []
    assert await told(shop, money(other.order_id)) == pb.RecordWithdrawalMoneyResponse()


async def test_money_for_a_later_period_of_a_withdrawn_contract_is_owed(shop: Shop) -> None:
    contract = await monthly(shop, date(2026, 3, 2), party=ANNA)
    order = await order_of(shop, contract)
    day(shop, 5)
    await withdraw(shop, order)
    period = money(period_ids=[contract.id_of(2)])
    [refund] = [each for each in (await advanced(shop, order, period)).withdrawal.refunds if each.money_entry_id]
    assert refund.money_entry_id == period.money_entry_id


async def test_money_that_comes_after_the_withdrawal_opens_it_again_and_has_14_days_of_its_own(shop: Shop) -> None:
    order = await cancelled(shop)
    day(shop, 20)
    late = money(order.order_id, came_on=to_date(date(2026, 3, 20)))
    first = await told(shop, late)
    [refund] = first.withdrawal.refunds
    assert (first.withdrawal.state, from_date(refund.refund_by)) == (
        pb.WITHDRAWAL_STATE_REFUNDING, date(2026, 4, 3)
    )  # fmt: skip
    assert first.refund_late_at.ToJsonString() == "2026-04-03T22:00:00Z"
    assert await wakes(shop) == {(f"withdrawal:{order.order_id}", "withdrawal_changed")}
    assert f"withdrawal:{order.order_id}" in await watched(shop)
    found = await advance(shop, order.order_id)
    assert (found.next, found.refund_late_at) == (DUE, first.refund_late_at)
    await shop.room.empty_outbox()
    assert await told(shop, late) == first, "a repetition changes nothing"
    assert await wakes(shop) == set()


async def test_money_that_came_before_the_notice_has_the_14_days_of_the_notice(shop: Shop) -> None:
    order = await shop.order()
    day(shop, 5)
    await withdraw(shop, order)
    found = await advanced(shop, order, money(order.order_id, came_on=to_date(date(2026, 3, 3))))
    [refund] = found.withdrawal.refunds
    assert from_date(refund.refund_by) == date(2026, 3, 19)
    assert found.refund_late_at.ToJsonString() == "2026-03-19T23:00:00Z"


async def test_a_refund_that_was_made_does_not_make_a_later_one_late(shop: Shop) -> None:
    order = await bought(shop)
    day(shop, 5)
    await withdraw(shop, order)
    [paid] = (await advance(shop, order.order_id)).withdrawal.refunds
    await refunded(shop, order.order_id, paid.refund_id)
    day(shop, 20)
    late = await told(shop, money(order.order_id, came_on=to_date(date(2026, 3, 20))))
    assert sorted(from_date(each.refund_by).day for each in late.withdrawal.refunds) == [3, 19]
    assert late.refund_late_at.ToJsonString() == "2026-04-03T22:00:00Z"
    assert (await advance(shop, order.order_id)).refund_late_at == late.refund_late_at


async def test_money_without_a_day_counts_from_the_day_on_which_it_is_told(shop: Shop) -> None:
    order = await cancelled(shop)
    day(shop, 20)
    [refund] = (await told(shop, money(order.order_id, came_on=None))).withdrawal.refunds
    assert from_date(refund.refund_by) == date(2026, 4, 3)


async def test_withdrawal_and_money_that_tell_of_it_at_once_owe_it_once(shop: Shop) -> None:
    order = await shop.order()
    await withdraw(shop, order)
    part = money(order.order_id)
    await asyncio.gather(*(advanced(shop, order, part) for _ in range(3)), *(told(shop, part) for _ in range(3)))
    assert len((await advance(shop, order.order_id)).withdrawal.refunds) == 1


async def test_money_that_an_operator_gives_to_something_else_is_owed_no_more(shop: Shop) -> None:
    order = await cancelled(shop)
    [refund] = (await told(shop, money(order.order_id))).withdrawal.refunds
    await shop.room.empty_outbox()
    [settled] = (await otherwise(shop, order, refund.refund_id)).refunds
    assert settled.settled_otherwise
    assert await wakes(shop) == {(f"withdrawal:{order.order_id}", "withdrawal_changed")}
    assert (await advance(shop, order.order_id)).next == OVER
    await failed(shop, order.order_id, refund.refund_id)
    assert (await advance(shop, order.order_id)).next == OVER, "it cannot come back"


async def test_what_was_paid_is_never_settled_otherwise(shop: Shop) -> None:
    order = await bought(shop)
    await withdraw(shop, order)
    [refund] = (await advance(shop, order.order_id)).withdrawal.refunds
    [still] = (await otherwise(shop, order, refund.refund_id)).refunds
    assert not still.settled_otherwise
    assert not still.HasField("refunded_at")


async def test_every_bad_field_of_money_is_named_and_nothing_is_kept(shop: Shop) -> None:
    order = await shop.order()
    await withdraw(shop, order)
    bad = pb.WaitingMoney(money_entry_id="x", amount=common_pb2.Money(minor=0, currency="?"), order_ids=["y"],
                          period_ids=["z"], came_on=common_pb2.Date(year=2026, month=2, day=30))  # fmt: skip
    fields = ("money_entry_id", "amount.minor", "amount.currency", "order_ids[0]", "period_ids[0]", "came_on")
    with pytest.raises(Refused) as refused:
        await told(shop, bad)
    assert set(bad_fields(refused.value)) == {f"money.{field}" for field in fields}
    with pytest.raises(Refused) as refused:
        await advanced(shop, order, bad)
    assert set(bad_fields(refused.value)) == {f"waiting[0].{field}" for field in fields}
    assert list((await advance(shop, order.order_id)).withdrawal.refunds) == []
