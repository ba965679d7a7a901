"""VAT numbers of the member states, each by its own country's rule."""

from datetime import date

import pytest

from services.kit.tax_ids import InvalidValue
from services.kit.vat_ids import MEMBERS, VatId, is_member

NUMBERS = {
    "AT": "U13585627",
    "BE": "0428759497",
    "BG": "175074752",
    "CY": "10259033P",
    "CZ": "25123891",
    "DE": "136695976",
    "DK": "13585628",
    "EE": "100931558",
    "ES": "A13585625",
    "FI": "20774740",
    "FR": "40303265045",
    "GR": "094259216",
    "HR": "33392005961",
    "HU": "12892312",
    "IE": "6433435F",
    "IT": "07123450483",
    "LT": "119511515",
    "LU": "15027442",
    "LV": "40003521600",
    "MT": "11679112",
    "NL": "004495445B01",
    "PL": "8567346215",
    "PT": "501964843",
    "RO": "18547290",
    "SE": "123456789701",
    "SI": "50223054",
    "SK": "2022749619",
}
"""One number of each member state whose check characters are right; the owners, where there are any, play no part."""


def test_every_member_state_has_its_example() -> None:
    assert set(NUMBERS) == set(MEMBERS)
    assert len(MEMBERS) == 27


@pytest.mark.parametrize(("country", "number"), NUMBERS.items())
def test_a_number_is_read_with_and_without_its_prefix(country: str, number: str) -> None:
    read = VatId.parse(country, number)
    assert read.number == number
    assert VatId.parse(country, str(read).lower()) == read
    assert VatId.parse(country, f"{country} {number[:3]} {number[3:]}") == read


@pytest.mark.parametrize(("country", "number"), NUMBERS.items())
def test_a_typing_error_is_found(country: str, number: str) -> None:
    wrong = number[:3] + str((int(number[3]) + 1) % 10) + number[4:]
    with pytest.raises(InvalidValue):
        VatId.parse(country, wrong)


def test_greece_is_el_in_its_numbers_and_gr_as_a_country() -> None:
    read = VatId.parse("GR", "GR 094259216")
    assert (read.country, read.prefix, str(read)) == ("GR", "EL", "EL094259216")


@pytest.mark.parametrize(
    ("country", "day", "member"),
    [
        ("IT", date(1958, 1, 1), True),
        ("HR", date(2013, 6, 30), False),
        ("HR", date(2013, 7, 1), True),
        ("GB", date(2026, 1, 1), False),
        ("CH", date(2026, 1, 1), False),
        ("XI", date(2026, 1, 1), False),
    ],
)
def test_a_state_is_a_member_from_its_accession_on(country: str, day: date, *, member: bool) -> None:
    assert is_member(country, day) is member


@pytest.mark.parametrize(("text", "key"), [("12345678", "not_an_eu_vat_number"), ("136695977", "bad_checksum")])
def test_form_and_check_character_are_told_apart(text: str, key: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        VatId.parse("DE", text)
    assert refused.value.key == key
