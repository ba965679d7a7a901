"""Credit notes take an invoice apart to the cent: in whatever parts, nothing is left and nothing over."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from services.invoicing.domain.crediting import left_of, split
from services.invoicing.domain.credits import CreditReason, last_day_of
from services.invoicing.domain.documents import Language, stamp_duty
from services.invoicing.domain.sums import Line, VatShare, vat_shares
from services.invoicing.domain.tax import Natura, TaxTreatment
from services.invoicing.fatturapa import arithmetic
from services.kit.money import Money, total
from tests.invoicing.documents import business_abroad, credit_note, invoice, line, untaxed
from tests.invoicing.kinds import xml_of

many_lines = st.lists(
    st.builds(
        line,
        quantity=st.integers(1, 50),
        price=st.one_of(st.integers(1, 300), st.integers(1, 10_000_00)),
        rate=st.sampled_from(["22", "10", "5", "4"]),
    ),
    min_size=1,
    max_size=6,
)


def gross_of(shares: tuple[VatShare, ...]) -> Money:
    return total(share.gross for share in shares)


def within_a_cent(share: VatShare) -> bool:
    """SdI code 00421: the VAT differs by a cent at the most from its rate on the net, rounded half up."""
    exact = Fraction(share.taxable.minor) * Fraction(share.rate) / 100
    rounded = (2 * exact + 1) // 2
    return abs(share.tax.minor - rounded) <= 1


@given(many_lines, st.data())
def test_partial_credits_add_up_to_the_invoice_to_the_cent(lines: list[Line], data: st.DataObject) -> None:
    invoiced = vat_shares(lines)
    credited: list[VatShare] = []
    for _ in range(data.draw(st.integers(0, 12))):
        left = left_of(invoiced, credited)
        if not gross_of(left):
            break
        amount = Money(data.draw(st.integers(1, gross_of(left).minor)))
        note = split(left, amount)
        assert gross_of(note) == amount
        assert all(share.taxable.minor >= 0 and share.tax.minor >= 0 and share.gross for share in note)
        assert all(within_a_cent(share) for share in note)
        credited += note
    left = left_of(invoiced, credited)
    if gross_of(left):
        last = split(left, gross_of(left))
        assert all(within_a_cent(share) for share in last)
        credited += last
    assert not gross_of(left_of(invoiced, credited))
    for share in invoiced:
        own = [note for note in credited if note.rate == share.rate]
        assert total(note.taxable for note in own) == share.taxable
        assert total(note.tax for note in own) == share.tax


def test_the_cent_that_rounding_leaves_goes_to_the_largest_fraction() -> None:
    larger, smaller = vat_shares([line(quantity=1, price=82, rate="22"), line(2, 1, 45, "10")])
    assert (larger.gross.minor, smaller.gross.minor) == (100, 50)
    for invoiced in ([larger, smaller], [smaller, larger]):  # one cent of 150 stays: 2/3 of it the larger's
        credited = {share.rate: share.gross.minor for share in split(invoiced, Money(149))}
        assert credited == {larger.rate: 99, smaller.rate: 50}


@given(st.integers(1, 200), st.sampled_from(["22", "10", "4"]))
def test_a_credit_cent_by_cent_never_drifts_from_the_rate(price: int, rate: str) -> None:
    invoiced = vat_shares([line(quantity=1, price=price, rate=rate)])
    left, notes = invoiced, 0
    while gross_of(left):
        note = split(left, Money(1))
        assert all(within_a_cent(share) for share in note)
        left, notes = left_of(left, note), notes + 1
    assert notes == gross_of(invoiced).minor


@given(many_lines, st.data())
def test_the_sums_of_every_credit_note_pass_the_controls_of_the_sdi(lines: list[Line], data: st.DataObject) -> None:
    credited = invoice(lines=tuple(lines))
    amount = data.draw(st.integers(1, gross_of(vat_shares(lines)).minor))
    body = etree.fromstring(xml_of(credit_note(credited, amount))).find("FatturaElettronicaBody")
    assert body is not None
    assert list(arithmetic.check(body)) == []


@given(many_lines)
def test_a_whole_credit_is_the_invoice(lines: list[Line]) -> None:
    invoiced = vat_shares(lines)
    assert split(left_of(invoiced, []), gross_of(invoiced)) == tuple(share for share in invoiced if share.gross)


def test_two_rates_give_in_proportion() -> None:
    invoiced = vat_shares([line(1, 1, 10000, "22"), line(2, 1, 10000, "10")])
    assert split(invoiced, Money(11600)) == (
        VatShare(Decimal(22), None, Money(5000), Money(1100)),
        VatShare(Decimal(10), None, Money(5000), Money(500)),
    )


CHARGED = (
    line(1, 1, 80_00, "0", natura=Natura.NOT_SUBJECT),
    line(2, 1, 2_00, "0", natura=Natura.EXCLUDED, description="Imposta di bollo"),
)
"""A sale of 80.00 without VAT, with the stamp duty that is charged on it."""


@pytest.mark.parametrize(
    ("amount", "sold", "duty"),
    [(1, 1, 0), (79_00, 79_00, 0), (80_00, 80_00, 0), (81_00, 80_00, 1_00), (82_00, 80_00, 2_00)],
)
def test_stamp_duty_that_was_charged_is_credited_last(amount: int, sold: int, duty: int) -> None:
    note = {share.natura: share.taxable.minor for share in split(vat_shares(CHARGED), Money(amount))}
    assert (note.get(Natura.NOT_SUBJECT, 0), note.get(Natura.EXCLUDED, 0)) == (sold, duty)


@pytest.mark.parametrize(
    ("amount", "sold", "duty"),
    [
        (1_99, 1_99, 0),
        (2_00, 0, 2_00),
        (2_01, 1, 2_00),
        (80_00, 78_00, 2_00),
        (81_77, 79_77, 2_00),
        (82_00, 80_00, 2_00),
    ],
)
def test_after_a_withdrawal_stamp_duty_is_credited_first_and_what_stays_owed_is_of_the_sale(
    amount: int, sold: int, duty: int
) -> None:
    shares = split(vat_shares(CHARGED), Money(amount), duty_first=True)
    note = {share.natura: share.taxable.minor for share in shares}
    assert (note.get(Natura.NOT_SUBJECT, 0), note.get(Natura.EXCLUDED, 0)) == (sold, duty)
    left = left_of(vat_shares(CHARGED), shares)
    assert gross_of(left) == Money(82_00 - amount)
    assert all(share.taxable.minor >= 0 for share in left)


def test_only_what_is_left_of_the_duty_goes_back_where_the_sale_has_less_left_than_stays_owed() -> None:
    left = left_of(vat_shares(CHARGED), split(vat_shares(CHARGED), Money(79_00)))
    note = {share.natura: share.taxable.minor for share in split(left, Money(50), duty_first=True)}
    assert note == {Natura.NOT_SUBJECT: 50}


@pytest.mark.parametrize(("amount", "due"), [(79_47, None), (79_48, Money(2_00)), (82_00, Money(2_00))])
def test_a_note_owes_stamp_duty_by_its_own_lines_without_vat(amount: int, due: Money | None) -> None:
    credited = untaxed(TaxTreatment.REVERSE_CHARGE, business_abroad(), lines=CHARGED)
    assert stamp_duty(credit_note(credited, amount)) == due


@pytest.mark.parametrize(
    ("language", "sold", "duty"),
    [
        (
            Language.IT,
            "Storno totale della fattura 2026/1 del 02/03/2026",
            "Storno dell'imposta di bollo della fattura",
        ),
        (Language.EN, "Full credit of invoice 2026/1 of 2 March 2026", "Credit of the stamp duty of invoice"),
    ],
)
def test_the_line_that_credits_stamp_duty_says_so(language: Language, sold: str, duty: str) -> None:
    credited = untaxed(TaxTreatment.REVERSE_CHARGE, business_abroad(), lines=CHARGED, language=language)
    first, second = credit_note(credited, 82_00).lines
    assert first.description.startswith(sold)
    assert second.description.startswith(f"{duty} 2026/1")


@pytest.mark.parametrize("amount", [0, -1, 1282])
def test_nothing_and_more_than_is_left_are_no_credit(amount: int) -> None:
    with pytest.raises(ValueError, match="no credit note"):
        split(vat_shares([line()]), Money(amount))


@pytest.mark.parametrize(
    ("reason", "invoiced", "last"),
    [
        (CreditReason.AGREEMENT, date(2026, 3, 2), date(2027, 3, 2)),
        (CreditReason.CORRECTION, date(2028, 2, 29), date(2029, 2, 28)),
        (CreditReason.WITHDRAWAL, date(2026, 3, 2), None),
        (CreditReason.CONTRACT, date(2026, 3, 2), None),
        (CreditReason.DISPUTE, date(2026, 3, 2), None),
    ],
)
def test_agreements_and_errors_are_credited_within_a_year_and_the_rest_at_any_time(
    reason: CreditReason, invoiced: date, last: date | None
) -> None:
    assert last_day_of(reason, invoiced) == last
