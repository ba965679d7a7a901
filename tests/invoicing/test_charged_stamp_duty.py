"""Stamp duty that the customer is charged, over the part payments of a sale: paid by the document that has its line."""

import pytest

from services.invoicing.domain.documents import Document, stamp_duty
from services.invoicing.domain.sums import totals, vat_shares
from services.invoicing.domain.tax import Natura, TaxTreatment
from services.kit.money import Money
from tests.invoicing.documents import business_abroad, credit_note, less, line, part_payment, untaxed

SALE = untaxed(
    TaxTreatment.REVERSE_CHARGE,
    business_abroad(),
    lines=(
        line(1, 100, 1_50, "0", natura=Natura.NOT_SUBJECT),
        line(2, 1, 2_00, "0", natura=Natura.EXCLUDED, description="Imposta di bollo"),
    ),
)
"""150.00 without VAT, and the stamp duty."""


def _split(document: Document) -> tuple[int, int, bool]:
    """What is sold and what is charged as stamp duty, in cents, and whether the document pays it."""
    shares = {share.natura: share.taxable.minor for share in vat_shares(document.lines)}
    sold, duty = shares.get(Natura.NOT_SUBJECT, 0), shares.get(Natura.EXCLUDED, 0)
    return sold, duty, stamp_duty(document) == Money(2_00)


@pytest.mark.parametrize(
    ("received", "part", "rest"),
    [
        pytest.param(60_00, (60_00, 0, False), (90_00, 2_00, True), id="the rest owes it"),
        pytest.param(100_00, (98_00, 2_00, True), (52_00, 0, False), id="the part payment owes it"),
        pytest.param(76_00, (76_00, 0, False), (74_00, 2_00, True), id="neither would owe it"),
        pytest.param(77_47, (77_47, 0, False), (72_53, 2_00, True), id="the last sum that owes none"),
        pytest.param(77_48, (77_48, 0, True), (72_52, 2_00, True), id="owes it and has no room for its line"),
        pytest.param(79_47, (79_47, 0, True), (70_53, 2_00, True), id="the last sum that has none"),
        pytest.param(79_48, (77_48, 2_00, True), (72_52, 0, False), id="owes it beside its line"),
        pytest.param(152_00, (150_00, 2_00, True), (0, 0, False), id="all of it"),
    ],
)
def test_the_line_is_on_one_document_which_pays_the_duty(
    received: int, part: tuple[int, int, bool], rest: tuple[int, int, bool]
) -> None:
    paid = part_payment(SALE, received)
    assert (_split(paid), _split(less(SALE, paid))) == (part, rest)
    assert totals(paid.lines).gross == Money(received)


def test_the_first_of_two_part_payments_that_would_owe_it_has_it() -> None:
    one = part_payment(SALE, 50_00)
    two = part_payment(SALE, 90_00, one)
    assert [_split(each) for each in (one, two, less(SALE, one, two))] == [
        (50_00, 0, False), (88_00, 2_00, True), (12_00, 0, False),
    ]  # fmt: skip


def test_a_part_payment_calls_the_duty_what_the_sale_calls_it() -> None:
    sold, duty = part_payment(SALE, 100_00).lines
    assert sold.description.startswith("Acconto ricevuto")
    assert duty.description == "Imposta di bollo"


@pytest.mark.parametrize("received", [60_00, 100_00, 152_00])
def test_what_is_sold_does_not_name_the_duty(received: int) -> None:
    sold = part_payment(SALE, received).lines[0]
    assert "bollo" not in sold.description
    assert sold.description.endswith(f"per: 100 × {SALE.lines[0].description}")


def test_a_credit_note_that_gives_the_duty_back_does_not_pay_it_again() -> None:
    rest = less(SALE, part_payment(SALE, 76_00))
    assert _split(rest) == (74_00, 2_00, True)
    part = part_payment(SALE, 79_48)
    assert _split(credit_note(part)) == (77_48, 2_00, True)
    small = part_payment(SALE, 76_00)
    assert _split(credit_note(less(SALE, small))) == (74_00, 2_00, False)
