"""What an operator reads of money: both amounts where they differ, and an invoice that comes too late."""

from casella.common.v1 import common_pb2, erasure_pb2
from casella.payments.v1 import payments_pb2
from workflows import wording, wording_money
from workflows.activities.payments import _without_account, _without_payer
from workflows.payable import _result_of

DAY = common_pb2.Date(year=2027, month=1, day=5)


def euro(minor: int) -> common_pb2.Money:
    return common_pb2.Money(minor=minor, currency="EUR")


def test_money_of_another_amount_than_was_recorded_is_told_with_both_and_without_its_payer() -> None:
    entry = payments_pb2.MoneyEntry(
        money_entry_id="e1",
        reason=payments_pb2.MONEY_ENTRY_REASON_AMOUNT_DIFFERS,
        amount=euro(1970),
        recorded_amount=euro(1976),
        payer_name="Mario Prova",
        payer_iban="IT02L1234512345123456789012",
    )
    shown = _without_payer(entry)
    assert (shown.payer_name, shown.payer_iban) == ("", "")
    assert wording_money.waiting(shown) == (
        "EUR 19.70, the statement has another amount for the transfer recorded by hand as EUR 19.76 (entry e1)"
    )


def test_money_that_pays_after_the_last_day_for_its_invoice_says_so() -> None:
    paid = payments_pb2.PaymentRequest(state=payments_pb2.PAYMENT_REQUEST_STATE_PAID)
    assert _result_of(payments_pb2.RecordBankTransferResponse(payment_request=paid)) == "paid"
    late = payments_pb2.RecordBankTransferResponse(payment_request=paid, invoice_was_due=DAY)
    assert _result_of(late) == "paid, but the last day for its invoice was 2027-01-05: tell your accountant"


def test_a_refund_of_several_payers_money_says_so_until_it_is_made_and_without_their_names() -> None:
    refund = payments_pb2.Refund(
        refund_id="r1",
        state=payments_pb2.REFUND_STATE_REQUESTED,
        means=payments_pb2.REFUND_MEANS_BANK_TRANSFER,
        amount=euro(1976),
        payers=[payments_pb2.RefundPayer(iban="IT02", holder="Mario Prova", amount=euro(988)) for _ in range(2)],
    )
    shown = _without_account(refund)
    assert [(each.iban, each.holder, each.amount.minor) for each in shown.payers] == [("", "", 988)] * 2
    said = "it goes to one account, and its money came from 2: `casella refund list` names them"
    assert said in wording_money.refund(shown)
    shown.state = payments_pb2.REFUND_STATE_DONE
    assert said not in wording_money.refund(shown)


def test_who_decides_on_an_erasure_reads_how_much_it_waives() -> None:
    unpaid = erasure_pb2.ErasureFact(kind="period_unpaid", id="7", amount=common_pb2.Money(minor=909, currency="EUR"))
    assert wording.erasure_fact(unpaid) == (
        "period 7 waits for its payment, EUR 9.09: it is closed and waived, unless a payment wins"
    )
    runs = wording.erasure_fact(erasure_pb2.ErasureFact(kind="subscription_runs", id="8"))
    assert "above the prepaid and is not asked for yet is waived (`casella show account` tells of how much)" in runs
