"""Italian tax ids: form and check character, nothing guessed."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.kit.tax_ids import CodiceFiscale, InvalidValue, VatNumber

_PERSON = "RSSMRA85T10A562S"
_OMOCODIA = "RSSMRA85T10A56NH"
"""The same person's code with its last digit replaced by a letter, and the check letter that belongs to it."""
_BODY = "00743110157"


@pytest.mark.parametrize("text", [_PERSON, "rssmra85t10a562s", " RSS MRA 85T10 A562S "])
def test_a_persons_code_is_read_as_customers_type_it(text: str) -> None:
    parsed = CodiceFiscale.parse(text)
    assert str(parsed) == _PERSON
    assert parsed.is_person


def test_a_code_with_letters_for_digits_is_read() -> None:
    assert CodiceFiscale.parse(_OMOCODIA).is_person


def test_a_bodys_code_has_eleven_digits() -> None:
    parsed = CodiceFiscale.parse(_BODY)
    assert str(parsed) == _BODY
    assert not parsed.is_person


@given(st.integers(0, 14), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
def test_one_wrong_character_is_found_unless_the_tables_give_it_the_same_weight(place: int, wrong: str) -> None:
    changed = _PERSON[:place] + wrong + _PERSON[place + 1 :]
    same = dict(zip("0123456789ABCDEFGHIJ", "ABCDEFGHIJ0123456789", strict=True)).get(wrong)
    assume(_PERSON[place] not in {wrong, same})
    with pytest.raises(InvalidValue):
        CodiceFiscale.parse(changed)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "not_a_codice_fiscale"), ("RSSMRA85T10A562", "not_a_codice_fiscale"), (_PERSON[:-1] + "X", "bad_checksum"),
        ("00743110158", "bad_checksum"), ("00000000000", "bad_checksum"), ("IT00743110157", "not_a_codice_fiscale"),
        ("RSSMRA85F10A562S", "not_a_codice_fiscale"), ("٠٠٧٤٣١١٠١٥٧", "not_a_codice_fiscale"),
    ],
)  # fmt: skip
def test_a_wrong_codice_fiscale_says_what_is_wrong(text: str, key: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        CodiceFiscale.parse(text)
    assert refused.value.key == key


@pytest.mark.parametrize("text", [_BODY, "IT00743110157", "it 007 4311 0157"])
def test_a_vat_number_is_read_with_or_without_its_prefix(text: str) -> None:
    assert str(VatNumber.parse(text)) == _BODY


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "not_a_vat_number"), ("0074311015", "not_a_vat_number"), ("00743110158", "bad_checksum"),
        ("00000000000", "bad_checksum"), ("DE00743110157", "not_a_vat_number"), (_PERSON, "not_a_vat_number"),
    ],
)  # fmt: skip
def test_a_wrong_vat_number_says_what_is_wrong(text: str, key: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        VatNumber.parse(text)
    assert refused.value.key == key


@given(st.integers(1, 10**10 - 1), st.integers(1, 9))
def test_of_ten_check_digits_one_is_right(first_ten: int, _: int) -> None:
    right = 0
    for check in range(10):
        try:
            VatNumber.parse(f"{first_ten:010d}{check}")
        except InvalidValue:
            continue
        right += 1
    assert right == 1
