"""Which postal codes an address may carry: each country of the EU has its form, elsewhere they differ or do not exist.

Source: the Universal Postal Union's addressing sheets of the member states.
"""

import re

_DIGITS_4 = (r"[0-9]{4}", "1010")
_DIGITS_5 = (r"[0-9]{5}", "10115")
_FORMS = {
    **dict.fromkeys(("AT", "BE", "BG", "CY", "DK", "HU", "LU", "LV", "SI"), _DIGITS_4),
    **dict.fromkeys(("DE", "EE", "ES", "FI", "FR", "HR", "IT", "LT", "MC"), _DIGITS_5),
    **dict.fromkeys(("CZ", "GR", "SE", "SK"), (r"[0-9]{3} ?[0-9]{2}", "110 00")),
    "IE": (r"[AC-FHKNPRTV-Y][0-9][0-9W] ?[0-9AC-FHKNPRTV-Y]{4}", "D02 X285"),
    "MT": (r"[A-Z]{3} ?[0-9]{4}", "VLT 1117"),
    "NL": (r"[1-9][0-9]{3} ?[A-Z]{2}", "1012 AB"),
    "PL": (r"[0-9]{2}-?[0-9]{3}", "00-001"),
    "PT": (r"[0-9]{4}-?[0-9]{3}", "1000-001"),
    "RO": (r"[0-9]{6}", "010011"),
}
_ELSEWHERE = re.compile(r"[A-Z0-9][A-Z0-9 -]{0,14}")


def example_of(country: str) -> str:
    """A postal code as the country writes them; empty where the form is not known."""
    return _FORMS[country][1] if country in _FORMS else ""


def is_postal_code(country: str, code: str) -> bool:
    """Whether a code in capitals has its country's form; a prefix such as ``LV-`` does not count."""
    if country not in _FORMS:
        return code == "" or _ELSEWHERE.fullmatch(code) is not None
    return re.fullmatch(_FORMS[country][0], code.removeprefix(f"{country}-")) is not None
