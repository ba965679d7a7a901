"""What operators send is refused with the right answer in the refusal, before anything is changed."""

from typing import Any

import pytest

from casella.common.v1.common_pb2 import Date, Money
from casella.ordering.v1.ordering_pb2 import TAX_DECISION_CHARGE_VAT, TAX_DECISION_OTHER_PROOF
from workflows.order import Order
from workflows.payable_tax import PayableTax
from workflows.renewal import Renewal
from workflows.steering import Extension, Why, Wrong, check_extension, check_why
from workflows.steering_money import (
    Assignment,
    Transfer,
    booking_date_of,
    check_amount,
    check_assignment,
    check_transfer,
    money_of,
)

TICKET = "018f3c1e-0000-7000-8000-000000000001"


def transfer(**changes: object) -> Transfer:
    right: dict[str, Any] = {
        "amount": "85.40",
        "booked_on": "2026-11-24",
        "bank_reference": "CRO 123/45",
        "reason_code": "seen_on_account",
        "ticket_id": "",
    }
    return Transfer(**(right | changes))


def test_a_reason_is_a_code_and_a_ticket() -> None:
    check_why(Why("phone_confirmed"))
    check_why(Why("phone_confirmed", TICKET))


@pytest.mark.parametrize("code", ["", "x", "Mario Rossi called", "PHONE", "a" * 41, "è_vero", "phone\n", 17, None, []])
def test_free_text_is_no_reason(code: object) -> None:
    with pytest.raises(Wrong, match="reason_code"):
        check_why(Why(code))


@pytest.mark.parametrize("ticket", ["17", "not-a-ticket", TICKET + "0", 17, [TICKET]])
def test_a_ticket_is_a_uuid(ticket: object) -> None:
    with pytest.raises(Wrong, match="ticket_id"):
        check_why(Why("phone_confirmed", ticket))


@pytest.mark.parametrize("days", [0, -1, 2**31, "7", 7.0, True, None])
def test_an_extension_is_a_number_of_days(days: object) -> None:
    check_extension(Extension("slow_migration", days=1))
    check_extension(Extension("slow_migration", days=2**31 - 1))
    with pytest.raises(Wrong, match="days"):
        check_extension(Extension("slow_migration", days=days))


def test_a_transfer_is_read_to_the_cent() -> None:
    given = transfer(amount="1234.05")
    check_transfer(given)
    assert money_of(given) == Money(minor=123405, currency="EUR")
    assert booking_date_of(given) == Date(year=2026, month=11, day=24)


@pytest.mark.parametrize("amount", ["", "0.00", "-1.00", "85,40", "85.4", "85.400", "1e3", "85.40 EUR", "٨٥.٤٠", 85.4])
def test_an_amount_has_two_decimals_and_is_more_than_zero(amount: object) -> None:
    with pytest.raises(Wrong, match="amount"):
        check_transfer(transfer(amount=amount))


@pytest.mark.parametrize("day", ["", "24.11.2026", "2026-02-30", "20261124", "2026-W48-2", 20261124, None])
def test_a_booking_date_is_a_day_that_exists(day: object) -> None:
    with pytest.raises(Wrong, match="booked_on"):
        check_transfer(transfer(booked_on=day))


@pytest.mark.parametrize("reference", ["", "x" * 36, "tab\there", "città", 123])
def test_a_bank_reference_uses_the_sepa_set(reference: object) -> None:
    with pytest.raises(Wrong, match="bank_reference"):
        check_transfer(transfer(bank_reference=reference))


@pytest.mark.parametrize("kind", [Why, Extension, Transfer])
def test_a_field_that_an_update_does_not_have_is_named_with_those_it_has(kind: type[Why]) -> None:
    read = kind.from_json({"reason_code": "phone_confirmed", "ticketid": TICKET, "unknown": ["reason_code"]})
    with pytest.raises(Wrong, match="ticketid, unknown: no such field; there are: reason_code, ticket_id"):
        check_why(read)


@pytest.mark.parametrize("data", [None, [], "x", 7])
def test_an_updates_data_are_an_object(data: object) -> None:
    with pytest.raises(TypeError):
        Why.from_json(data)


def test_another_amount_than_the_asked_one_is_refused_unless_its_sender_says_that_it_is_right() -> None:
    asked = Money(minor=8450, currency="EUR")
    check_amount(transfer(amount="84.50"), asked)
    check_amount(transfer(accept_difference=True), asked)
    for unread in (None, asked):
        with pytest.raises(Wrong):
            check_amount(transfer(), unread)


@pytest.mark.parametrize("accepted", ["true", 1, None])
def test_accepting_a_difference_is_a_truth_value(accepted: object) -> None:
    with pytest.raises(Wrong, match="accept_difference"):
        check_transfer(transfer(accept_difference=accepted))


@pytest.mark.parametrize(
    ("number", "request_id"),
    [
        ("", ""),
        (None, None),
        ("P2026/17", TICKET),
        ("P2026/17", 5),
        (5, TICKET),
        (5, ""),
        ("", 5),
        ("", "17"),
        ("?", ""),
    ],
)
def test_money_is_given_to_one_payment_request_that_is_named_in_text(number: object, request_id: object) -> None:
    check_assignment(Assignment("payer_confirmed", proforma_number="P2026/17"))
    check_assignment(Assignment("payer_confirmed", payment_request_id=TICKET))
    with pytest.raises(Wrong, match=r"proforma_number|payment_request_id"):
        check_assignment(Assignment("payer_confirmed", proforma_number=number, payment_request_id=request_id))


@pytest.mark.parametrize("process", [Order, Renewal])
def test_a_decision_about_a_tax_that_waits_for_none_is_refused_by_that_alone(process: type[PayableTax]) -> None:
    """The page may offer what has nothing to do with the tax: `cancel_order`, `record_bank_transfer`."""
    fresh = process.__new__(process)
    with pytest.raises(Wrong) as refused:
        fresh.must_offer(TAX_DECISION_CHARGE_VAT, Why("no_proof"))
    assert refused.value.message == "the tax waits for no decision"
    fresh.offered = (TAX_DECISION_OTHER_PROOF,)
    with pytest.raises(Wrong, match="not offered now; offered: accept_other_proof"):
        fresh.must_offer(TAX_DECISION_CHARGE_VAT, Why("no_proof"))
