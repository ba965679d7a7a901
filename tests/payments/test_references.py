"""Creditor references and proforma numbers, as we make them and as payers write them."""

import string
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from services.payments.domain.proforma_numbers import candidate_keys, key_of, names
from services.payments.domain.references import CreditorReference, references_in

uuids = st.uuids()


@given(uuids, st.integers(0, 4))
def test_every_reference_is_valid_and_the_same_in_every_repetition(request_id: UUID, salt: int) -> None:
    reference = CreditorReference.derive(request_id, salt)
    assert iso11649.is_valid(reference.value)
    assert len(reference.value) == 20
    assert reference == CreditorReference.derive(request_id, salt)
    assert CreditorReference.parse(reference.printed()) == reference


def test_a_salt_gives_another_reference() -> None:
    request_id = uuid4()
    assert len({CreditorReference.derive(request_id, salt).value for salt in range(5)}) == 5


@given(uuids, st.text(alphabet=" .-/\n", max_size=3), st.text(string.ascii_letters + " :,", max_size=20), st.booleans())
def test_a_reference_is_found_however_it_is_spaced(request_id: UUID, gap: str, around: str, lower: bool) -> None:  # noqa: FBT001
    reference = CreditorReference.derive(request_id, 0)
    written = gap.join(reference.value)
    text = f"{around} {written.lower() if lower else written}{around}"
    assert reference in references_in(text)


@given(uuids, st.integers(0, 19), st.sampled_from(string.digits))
def test_a_reference_with_one_wrong_digit_is_not_found(request_id: UUID, place: int, digit: str) -> None:
    value = CreditorReference.derive(request_id, 0).value
    wrong = value[:place] + digit + value[place + 1 :]
    assert references_in(wrong) == (() if wrong != value else (CreditorReference(value),))


@pytest.mark.parametrize(
    "text", ["", "RF", "RF18539007547035", "RF00 0000", "XX18539007547034", "RF1853900754703412345678901"]
)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ISO 11649"):
        CreditorReference.parse(text)


@pytest.mark.parametrize(
    "text",
    ["saldo proforma P2026/17 grazie", "p2026 / 17", "PROFORMA P2026-17 DEL 18 11 2026", "P 2026 / 17", "(P2026/17)"],
)
def test_a_proforma_number_is_found_whatever_its_spaces_and_case(text: str) -> None:
    assert names(text, "P2026/17")
    assert key_of("P2026/17") in candidate_keys(text)


@pytest.mark.parametrize("text", ["P2026/170", "P2026/1", "XP2026/17", "P2025/17", "2026/17", ""])
def test_a_longer_or_other_number_is_not_taken_for_it(text: str) -> None:
    assert not names(text, "P2026/17")


def test_a_long_text_is_searched_within_bounds() -> None:
    keys = candidate_keys("P2026/17 " + "1A" * 50_000)
    assert "P202617" in keys
    assert len(keys) < 12_000
