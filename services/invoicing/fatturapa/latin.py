"""Decides how a text is written with the characters a FatturaPA file may hold: Latin-1, or ASCII in some fields.

The schema admits only Basic Latin and the Latin-1 supplement (types String…LatinType), so "€", "ł" or a curly quote
would fail it (SdI code 00200). The original spelling stays in our rows and in the PDF; only the XML is transliterated.
"""

import unicodedata

from services.kit.composed import composed
from services.kit.transliteration import transliterated

# Characters that have an established spelling in Latin-1 but no Unicode decomposition that leads to it.
_SPELLINGS = str.maketrans(
    {
        "€": "EUR",
        "£": "GBP",
        "‘": "'",
        "’": "'",
        "‚": "'",
        "′": "'",
        "ʼ": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "″": '"',
        "‹": "<",
        "›": ">",
        "–": "-",
        "—": "-",
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "―": "-",
        "−": "-",
        "•": "-",
        "…": "...",
        "№": "N.",
        "™": "(TM)",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ı": "i",
        "œ": "oe",
        "Œ": "OE",
        "ŋ": "n",
        "Ŋ": "N",
        "ħ": "h",
        "Ħ": "H",
        "ŧ": "t",
        "Ŧ": "T",
        "ĸ": "k",
        "ƒ": "f",
        "ș": "s",
        "Ș": "S",
        "ț": "t",
        "Ț": "T",
        "ẞ": "SS",
    }
)

_ASCII_SPELLINGS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "ø": "o",
        "Ø": "O",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "Th",
        "°": "o",
        "«": '"',
        "»": '"',
    }
)

_FRACTION_SLASH = "\u2044"

# What a letter without any Latin spelling becomes: visible, so that a person who reads the invoice sees the loss.
UNKNOWN_LETTER = "?"


def to_latin1(text: str) -> str:
    """Spells `text` with printable Latin-1 characters only.

    Accents that Latin-1 knows stay ("è"), others lose their mark ("č" → "c"); Greek and Cyrillic are transliterated,
    letters of other scripts become "?", symbols and control characters disappear; runs of white space become one blank.

    Args:
        text: Any text, for example "Łukasz’s “Kraków” — 5 €".

    Returns:
        For example `Lukasz's "Kraków" - 5 EUR`.
    """
    return _collapse("".join(_spell(character, "latin-1") for character in _prepare(text)))


def to_ascii(text: str) -> str:
    """Spells `text` with printable ASCII only, for the fields of the schema's types String10Type to String100Type."""
    return _collapse("".join(_spell(character, "ascii") for character in to_latin1(text).translate(_ASCII_SPELLINGS)))


def has_letter(text: str) -> bool:
    """Says whether anything readable is left of a text after `to_latin1`."""
    return any(character.isalnum() for character in text)


def _prepare(text: str) -> str:
    return transliterated(composed(text)).translate(_SPELLINGS)


def _spell(character: str, encoding: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category[0] == "C":
        return ""
    if _fits(character, encoding):
        return character
    parts = unicodedata.normalize("NFKD", character).replace(_FRACTION_SLASH, "/")
    base = "".join(part for part in parts if _fits(part, encoding))
    if base:
        return base
    return UNKNOWN_LETTER if category[0] in "LN" else ""


def _fits(character: str, encoding: str) -> bool:
    limit = 0x7F if encoding == "ascii" else 0xFF
    return ord(character) <= limit


def _collapse(text: str) -> str:
    return " ".join(text.split())
