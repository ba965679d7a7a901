"""VAT numbers of the EU's member states: their form and check characters, each by its own country's rule.

Whether a number that passes is registered, only VIES knows. Source: the member states' structures of VAT numbers as
python-stdnum has them (European Commission, VIES FAQ).
"""

from dataclasses import dataclass
from datetime import date
from typing import Self

from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, ValidationError

from services.kit.tax_ids import InvalidValue

MEMBERS = {
    **dict.fromkeys(("BE", "DE", "FR", "IT", "LU", "NL"), date(1958, 1, 1)),
    **dict.fromkeys(("DK", "IE"), date(1973, 1, 1)),
    "GR": date(1981, 1, 1),
    **dict.fromkeys(("ES", "PT"), date(1986, 1, 1)),
    **dict.fromkeys(("AT", "FI", "SE"), date(1995, 1, 1)),
    **dict.fromkeys(("CY", "CZ", "EE", "HU", "LT", "LV", "MT", "PL", "SI", "SK"), date(2004, 5, 1)),
    **dict.fromkeys(("BG", "RO"), date(2007, 1, 1)),
    "HR": date(2013, 7, 1),
}
"""Member states by ISO 3166-1 alpha-2 code, and the day since which each is one (Treaty on European Union, art. 52, and
the treaties of accession). In the United Kingdom its rules ended with 2020, for services in Northern Ireland too."""

_PREFIXES = {"GR": "EL"}
"""Greece's VAT numbers, and VIES, call it EL."""


def is_member(country: str, day: date) -> bool:
    """Whether a country (ISO 3166-1 alpha-2) is in the EU on a day."""
    return country in MEMBERS and MEMBERS[country] <= day


def vat_prefix(country: str) -> str:
    """How a country's VAT numbers begin: its code, but EL for Greece."""
    return _PREFIXES.get(country, country)


def country_of_prefix(prefix: str) -> str:
    """The country whose VAT numbers begin so: GR for EL, else the prefix itself."""
    return next((country for country, other in _PREFIXES.items() if other == prefix), prefix)


@dataclass(frozen=True, slots=True)
class VatId:
    """A VAT number of a member state; `number` is without the country, as VIES is asked for it."""

    country: str
    number: str

    @classmethod
    def parse(cls, country: str, text: str) -> Self:
        """Read a VAT number as customers type it: lower case, spaces, points and the country's prefix are forgiven.

        Args:
            country: ISO 3166-1 alpha-2 code of a member state.
            text: The number.

        Raises:
            InvalidValue: ``not_an_eu_vat_number`` for the form, ``bad_checksum`` for the check characters.
        """
        prefix = vat_prefix(country)
        bare = "".join(character for character in text.upper() if character.isalnum())
        for known in (prefix, country):
            bare = bare.removeprefix(known)
        try:
            return cls(country, vat.validate(prefix + bare)[len(prefix) :])
        except InvalidChecksum:
            raise InvalidValue("bad_checksum") from None
        except ValidationError:
            raise InvalidValue("not_an_eu_vat_number") from None

    @property
    def prefix(self) -> str:
        """How VIES calls the country."""
        return vat_prefix(self.country)

    def __str__(self) -> str:
        """Country and number together, for example ``EL094259216``."""
        return f"{self.prefix}{self.number}"
