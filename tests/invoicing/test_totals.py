"""Sums are one function over the lines: with one line and many, one rate and several, never off by a cent."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from services.invoicing.domain.sums import Line, totals, vat_shares
from services.invoicing.fatturapa import arithmetic
from services.invoicing.fatturapa.composing import compose_invoice
from services.invoicing.fatturapa.writing import write_invoice
from services.kit.money import Money
from tests.invoicing.documents import ISSUER, invoice, line

rates = st.sampled_from(["22", "10", "5", "4", "22.00"])
one_line = st.builds(
    line,
    position=st.integers(1, 9999),
    quantity=st.integers(1, 5000),
    price=st.integers(0, 10_000_00),
    rate=rates,
)
many_lines = st.lists(one_line, min_size=1, max_size=30)


@given(many_lines)
def test_gross_is_net_plus_vat_and_net_is_the_lines(lines: list[Line]) -> None:
    sums = totals(lines)
    assert sums.net.minor == sum(each.quantity * each.unit_price.minor for each in lines)
    assert sums.gross == sums.net + sums.vat
    shares = vat_shares(lines)
    assert sum(share.taxable.minor for share in shares) == sums.net.minor
    assert [share.rate for share in shares] == sorted({each.vat_rate for each in lines}, reverse=True)


@given(many_lines)
def test_vat_is_rounded_once_a_rate_and_half_up(lines: list[Line]) -> None:
    for share in vat_shares(lines):
        exact = Fraction(share.taxable.minor) * Fraction(share.rate) / 100
        assert -Fraction(1, 2) <= exact - share.tax.minor < Fraction(1, 2)


@given(many_lines)
def test_the_sums_of_every_invoice_pass_the_controls_of_the_sdi(lines: list[Line]) -> None:
    content = write_invoice(compose_invoice(invoice(lines=tuple(lines)), ISSUER, "00001"))
    body = etree.fromstring(content).find("FatturaElettronicaBody")
    assert body is not None
    assert list(arithmetic.check(body)) == []


def test_half_a_cent_goes_up() -> None:
    # 22 % of 0.25 is 0.055: six cents, where rounding to even would give six too; of 2.25 it is 0.495: fifty.
    assert totals([line(quantity=1, price=25)]).vat == Money(6)
    assert totals([line(quantity=1, price=225)]).vat == Money(50)
    assert Decimal("0.495").quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal("0.50")


def test_a_document_without_lines_has_no_sum() -> None:
    with pytest.raises(ValueError, match="at least one line"):
        totals([])
