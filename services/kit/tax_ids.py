"""Italian tax ids: what is accepted as a codice fiscale or a VAT number.

Checked is the form and the check character, not whether the date, the sex or the place in a codice fiscale belong to
the person: only the tax agency knows, and wrong guesses would refuse real customers.
Source: D.M. 23 December 1976 (codice fiscale, omocodia), D.M. of the same day for the 11-digit numbers (Luhn).
"""

import re
from dataclasses import dataclass
from typing import Self

from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.it import codicefiscale

_PERSON = re.compile(r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]")
_BODY = re.compile(r"[0-9]{11}")


class InvalidValue(ValueError):
    """A text that is not a value of its kind; ``key`` names the message of the validation catalogue."""

    def __init__(self, key: str) -> None:
        """Carry only the catalogue's key: the refused text itself is personal and stays out of logs."""
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class CodiceFiscale:
    """The tax code of a person (16 characters) or of a body such as an association (11 digits), in capitals."""

    value: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a codice fiscale as customers type it: lower case and spaces are forgiven.

        A person's code may have letters in place of digits where two people would share one (omocodia).

        Raises:
            InvalidValue: ``not_a_codice_fiscale`` for the form, ``bad_checksum`` for the check character.
        """
        value = "".join(text.split()).upper()
        if _PERSON.fullmatch(value):
            if codicefiscale.calc_check_digit(value[:-1]) != value[-1]:
                raise InvalidValue("bad_checksum")
            return cls(value)
        if _BODY.fullmatch(value):
            _check_eleven(value)
            return cls(value)
        raise InvalidValue("not_a_codice_fiscale")

    @property
    def is_person(self) -> bool:
        """Whether it is the 16-character code of a natural person."""
        return _PERSON.fullmatch(self.value) is not None

    def __str__(self) -> str:
        """The code in capitals without spaces."""
        return self.value


@dataclass(frozen=True, slots=True)
class VatNumber:
    """An Italian VAT number (partita IVA): 11 digits, without the country's prefix."""

    value: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a VAT number as customers type it: spaces and the prefix IT are forgiven.

        Raises:
            InvalidValue: ``not_a_vat_number`` for the form, ``bad_checksum`` for the check digit.
        """
        value = "".join(text.split()).upper().removeprefix("IT")
        if not _BODY.fullmatch(value):
            raise InvalidValue("not_a_vat_number")
        _check_eleven(value)
        return cls(value)

    def __str__(self) -> str:
        """The eleven digits."""
        return self.value


def _check_eleven(value: str) -> None:
    """Check the last digit alone: the office code inside is not judged, because the agency adds new ones."""
    if value == "0" * 11:
        raise InvalidValue("bad_checksum")
    try:
        luhn.validate(value)
    except ValidationError:
        raise InvalidValue("bad_checksum") from None
