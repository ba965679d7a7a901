"""What an operator sees of the money that was asked for, whatever it is for."""

import pytest

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2
from cli.showing import asked

REQUEST = payments_pb2.PaymentRequest(payment_request_id="018f", state=payments_pb2.PAYMENT_REQUEST_STATE_OPEN)


def euro(minor: int) -> payments_pb2.MoneyEntry:
    return payments_pb2.MoneyEntry(amount=common_pb2.Money(minor=minor, currency="EUR"))


@pytest.mark.parametrize("name", ["order", "period"])
def test_money_that_waits_and_money_that_the_bank_took_back_are_shown_with_what_asks(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = payments_pb2.GetPaymentRequestResponse(
        payment_request=REQUEST, waiting=[euro(500)], taken_back=[euro(-321)]
    )
    asked.show(found, name)
    shown = capsys.readouterr().out
    waits, _, taken_back = shown.partition(f"Money of this {name} that the bank took back")
    assert f"Money that names this {name} and waits" in waits
    assert "5.00 EUR" in waits
    assert "-3.21 EUR" in taken_back
    told = asked.as_json(found)
    assert (told["waiting_money"], told["taken_back"]) == ([euro(500)], [euro(-321)])


def test_where_no_money_was_asked_for_none_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    asked.show(None, "period")
    assert capsys.readouterr().out == ""
    assert asked.as_json(None) == {"payment_request": None, "waiting_money": [], "taken_back": [], "disputes": []}
