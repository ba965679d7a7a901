"""Which of our proforma numbers a payer's free text names (customers write that number rather than the reference).

Spaces, punctuation and case are ignored, as a payer and a bank both change them; a longer number never counts as
the shorter one inside it (`P2026/12` does not name `P2026/1`).
"""

import re

from services.payments.domain.references import compact

# SEPA carries 140 characters; a CBI text may be longer, and beyond this no payer names a document.
SEARCHED_CHARACTERS = 560
SHORTEST_KEY = 4
LONGEST_KEY = 20
PREFIX = "P"
"""Of a proforma's number, before its year: `P2026/17`."""
_YEAR_FIRST = re.compile(r"(?<![0-9])(?P<year>20[0-9]{2})\s?[/\-.]\s?(?P<number>[0-9]{1,6})(?![0-9]|[/\-.][0-9])")
_NUMBER_FIRST = re.compile(
    r"(?<![0-9])(?<![0-9][/\-.])(?P<number>[0-9]{1,6})\s?(?:[/\-.]\s?|\s(?:del|dell'anno|anno|of)\s)(?P<year>20[0-9]{2})(?![0-9])",
    re.IGNORECASE,
)


def key_of(number: str) -> str:
    """The form in which numbers are compared and indexed: `P2026/17` becomes `P202617`."""
    return compact(number)


def candidate_keys(text: str) -> list[str]:
    """Every piece of the text that could be a number's key: the index is asked for all of them at once.

    Asking the other way round (is any stored number inside this text?) would read every request for every entry of
    a statement.
    """
    whole = compact(text[:SEARCHED_CHARACTERS])
    pieces = {
        whole[start : start + length]
        for length in range(SHORTEST_KEY, LONGEST_KEY + 1)
        for start in range(len(whole) - length + 1)
    }
    return sorted(piece for piece in pieces if any(character.isdigit() for character in piece))


def perhaps_meant(text: str) -> list[str]:
    """The keys of numbers that a text may mean though it does not write them as printed, in order of appearance.

    "PROFORMA 2027/7" and "proforma nr 9 del 2027" mean P2027/7 and P2027/9; but an invoice, or another supplier's
    paper, may be numbered so too. So these are suggestions for a person, never a payment.
    """
    whole = text[:SEARCHED_CHARACTERS]
    found = [
        (match.start(), f"{PREFIX}{match['year']}{int(match['number'])}")
        for pattern in (_YEAR_FIRST, _NUMBER_FIRST)
        for match in pattern.finditer(whole)
    ]
    return list(dict.fromkeys(key for _, key in sorted(found)))


def names(text: str, number: str) -> bool:
    """Whether the text names this number, alone and not as a part of a longer number or word."""
    key = key_of(number)
    loose = r"[^0-9A-Z]{0,3}".join(re.escape(character) for character in key)
    return re.search(rf"(?<![0-9A-Z]){loose}(?![0-9])", text.upper()) is not None
