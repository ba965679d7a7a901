"""The account and the QR code on a proforma."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from segno import helpers

from services.payments.domain.references import CreditorReference
from services.payments.domain.transfer import BankAccount, epc_payload

ACCOUNT = BankAccount.parse("IT60 X054 2811 1010 0000 0123 456", "Società Esempio S.r.l.", "")
REFERENCE = CreditorReference.derive(uuid4(), 0)


@given(st.integers(1, 99_999_999_999))
def test_the_payload_says_what_the_standard_wants(minor: int) -> None:
    lines = epc_payload(ACCOUNT, REFERENCE, minor).split("\n")
    assert lines[:4] == ["BCD", "002", "1", "SCT"]
    assert lines[4:7] == ["", "Società Esempio S.r.l.", "IT60X0542811101000000123456"]
    assert lines[7].startswith("EUR")
    assert Decimal(lines[7].removeprefix("EUR")) * 100 == minor
    assert lines[8:] == ["", REFERENCE.value]


def test_an_independent_maker_of_such_codes_writes_the_same_fields() -> None:
    make: Any = vars(helpers)["_make_epc_qr_data"]
    theirs = make(ACCOUNT.holder, ACCOUNT.iban, Decimal("146.45"), reference=REFERENCE.value, encoding=1)
    assert theirs.decode() == epc_payload(ACCOUNT, REFERENCE, 14_645)


@pytest.mark.parametrize("minor", [0, -1, 100_000_000_000])
def test_an_amount_outside_the_standard_is_refused(minor: int) -> None:
    with pytest.raises(ValueError, match="EPC"):
        epc_payload(ACCOUNT, REFERENCE, minor)


@pytest.mark.parametrize(
    ("iban", "holder", "bic"),
    [
        ("IT60X0542811101000000123457", "Esempio", ""),
        ("", "Esempio", ""),
        ("IT60X0542811101000000123456", "", ""),
        ("IT60X0542811101000000123456", "a" * 71, ""),
        ("IT60X0542811101000000123456", "Esempio\n", ""),
        ("IT60X0542811101000000123456", "Esempio", "NOBIC"),
    ],
)
def test_an_account_that_is_none_is_refused(iban: str, holder: str, bic: str) -> None:
    with pytest.raises(ValueError, match="bank account"):
        BankAccount.parse(iban, holder, bic)
