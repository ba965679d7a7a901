"""A credit note by hand promises as money no more than its refund gives back as money, and by the same means."""

from contextlib import nullcontext

import pytest

from casella.common.v1 import common_pb2, recovery_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from cli import invoice, recover_standing
from cli.failures import Failure, WrongInput
from cli.invoice import check_money
from tests.cli.test_ties import euro

TRANSFER, ONLINE = invoicing_pb2.REFUND_METHOD_BANK_TRANSFER, invoicing_pb2.REFUND_METHOD_ONLINE
BY_TRANSFER = payments_pb2.ReceivedMoney(method=common_pb2.PAYMENT_METHOD_BANK_TRANSFER, amount=euro(6_500))
INVOICE = invoicing_pb2.Document(number="2026/1", totals=common_pb2.Totals(gross=euro(10_000)))


def note(gross: int, how: invoicing_pb2.RefundMethod = TRANSFER) -> invoicing_pb2.IssueCreditNoteRequest:
    return invoicing_pb2.IssueCreditNoteRequest(gross=euro(gross), refund_method=how)


def test_what_payments_gives_back_as_money_is_what_a_note_may_promise() -> None:
    check_money(INVOICE, BY_TRANSFER, note(6_500))
    with pytest.raises(Failure, match=r"65\.00 EUR goes back as money"):
        check_money(INVOICE, BY_TRANSFER, note(6_501))


def test_where_nothing_is_left_that_came_as_money_no_note_promises_any() -> None:
    with pytest.raises(Failure, match=r"0\.00 EUR goes back as money"):
        check_money(INVOICE, payments_pb2.ReceivedMoney(), note(1))


@pytest.mark.parametrize(
    ("came_by", "how", "said"),
    [
        (common_pb2.PAYMENT_METHOD_BANK_TRANSFER, ONLINE, "--refund transfer"),
        (common_pb2.PAYMENT_METHOD_ONLINE, TRANSFER, "--refund online"),
        (common_pb2.PAYMENT_METHOD_AUTOMATIC_DEBIT, TRANSFER, "--refund online"),
    ],
)
def test_a_note_names_the_means_by_which_the_money_goes_back(
    came_by: common_pb2.PaymentMethod, how: invoicing_pb2.RefundMethod, said: str
) -> None:
    money = payments_pb2.ReceivedMoney(method=came_by, amount=euro(6_500))
    with pytest.raises(WrongInput, match=said):
        check_money(INVOICE, money, note(100, how))


def test_while_a_recovery_holds_the_numbering_nobody_is_asked_about_a_credit_note(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def held(*_: object) -> recovery_pb2.GetRecoveryResponse:
        return recovery_pb2.GetRecoveryResponse(recovery=recovery_pb2.Recovery())

    monkeypatch.setattr(recover_standing, "asked", held)
    monkeypatch.setattr(invoice, "open_rooms", nullcontext)
    words = ["credit", "2026/1", "--cause", "agreement", "--reason", "checked", "--as", "carla"]
    with pytest.raises(Failure, match="a recovery is under way: no credit note was issued"):
        invoice.invoice(words, standalone_mode=False)
