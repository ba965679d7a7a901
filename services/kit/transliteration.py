"""Decides how Greek and Cyrillic words are written in Latin letters.

Greek after ISO 843 in its transcribing form (ELOT 743). Cyrillic after Bulgaria's law on transliteration of 2009, the
only such alphabet of an EU language; letters that Bulgarian does not have after ICAO document 9303, part 3.
"""

import re
import unicodedata

_GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
    "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip
_GREEK_PAIRS = {
    "ου": "ou", "αυ": "av", "ευ": "ev", "ηυ": "iv", "γγ": "ng", "γξ": "nx", "γχ": "nch",
}  # fmt: skip
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ъ": "a", "ь": "", "ю": "yu", "я": "ya",
    "ё": "e", "ы": "y", "э": "e", "є": "ie", "і": "i", "ї": "i", "ґ": "g", "ў": "u", "ђ": "d", "ј": "j", "љ": "lj",
    "њ": "nj", "ћ": "c", "џ": "dz", "ѓ": "g", "ќ": "k", "ѕ": "dz", "ѐ": "e", "ѝ": "i",
}  # fmt: skip
_CYRILLIC_PAIRS = {"ьо": "yo"}

_PAIRS = {**_GREEK_PAIRS, **_CYRILLIC_PAIRS}
_SINGLE = {**_GREEK, **_CYRILLIC}
_WORD = re.compile("[\u0370-\u04ff\u1f00-\u1fff]+")
_DIAERESIS = "\u0308"


def transliterated(text: str) -> str:
    """Writes the Greek and Cyrillic words of a text in NFC in Latin letters; a letter of no table stays as it is."""
    return _WORD.sub(lambda word: _word(word.group()), text)


def _word(word: str) -> str:
    written, place = "", 0
    while place < len(word):
        pair = _pair(word[place : place + 2])
        letters = word[place : place + (2 if pair else 1)]
        latin = pair or _SINGLE.get(_plain(letters), letters)
        if letters[0].isupper():
            latin = latin.upper() if len(word) > 1 and word.isupper() else latin.capitalize()
        written, place = written + latin, place + len(letters)
    return written


def _pair(letters: str) -> str:
    """The spelling of two letters that make one sound; an accent on the first or a diaeresis keeps them apart."""
    if len(letters) != 2 or len(unicodedata.normalize("NFD", letters[0])) > 1:
        return ""
    if _DIAERESIS in unicodedata.normalize("NFD", letters[1]):
        return ""
    return _PAIRS.get(letters[0].lower() + _plain(letters[1]), "")


def _plain(letter: str) -> str:
    """A letter small, and in Greek without its marks; in Cyrillic these make another letter."""
    small = letter.lower()
    bare = unicodedata.normalize("NFD", small)[0]
    return bare if bare in _GREEK else small
