"""The file for the bank keeps the rules of SEPA credit transfers, or is not written."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.money import Money
from services.payments.domain.transfer import BankAccount
from services.payments.pain import CreditTransfer, UnfitForTransferError, latin, write

OURS = BankAccount("IT60X0542811101000000123456", "Casella Esempio S.r.l.", "")
ONE = CreditTransfer("E-1", Money(100), "DE89370400440532013000", "Zoë Müller & Søn", "Rimborso")
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def written(*transfers: CreditTransfer, message_id: str = "REF-1") -> bytes:
    return write(message_id, AT, date(2026, 3, 2), OURS, transfers)


def test_the_same_refunds_give_the_same_bytes() -> None:
    assert written(ONE) == written(ONE)
    assert b"<Nm>Zoe Muller + Son</Nm>" in written(ONE)


@pytest.mark.parametrize(
    ("made_at", "told"), [(AT, b"2026-03-02T10:30:00+01:00"), (AT.replace(month=7), b"2026-07-02T11:30:00+02:00")]
)
def test_the_time_at_which_a_file_was_made_is_rome_s_and_says_its_offset(made_at: datetime, told: bytes) -> None:
    file = write("REF-1", made_at, date(2026, 3, 2), OURS, (ONE,))
    assert b"<CreDtTm>" + told + b"</CreDtTm>" in file


@pytest.mark.parametrize(
    ("transfers", "message_id", "rule"),
    [
        ((), "REF-1", "a file has a transfer"),
        ((ONE, ONE), "REF-1", "unique"),
        ((ONE,), "R" * 36, "35 characters"),
        ((replace(ONE, amount=Money(0)),), "REF-1", "above zero"),
        ((replace(ONE, holder="株式会社"),), "REF-1", "Latin letters"),
        ((replace(ONE, iban=""),), "REF-1", "IBAN"),
    ],
)
def test_a_file_that_would_break_a_rule_is_not_written(
    transfers: tuple[CreditTransfer, ...], message_id: str, rule: str
) -> None:
    with pytest.raises(UnfitForTransferError, match=rule):
        written(*transfers, message_id=message_id)


@given(st.text(max_size=200), st.integers(1, 140))
def test_any_text_becomes_one_that_every_bank_takes(text: str, longest: int) -> None:
    plain = latin(text, longest)
    assert len(plain) <= longest
    assert all(character in "/?:().,'+ -" or (character.isascii() and character.isalnum()) for character in plain)
