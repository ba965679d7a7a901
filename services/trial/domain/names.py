"""Decides which names of persons are accepted: they are greeted in emails, so nobody may smuggle a message in them.

An address that is not confirmed gets no name at all (``letters.py``); what is decided here holds for all later ones.
"""

import unicodedata
from typing import Final

from services.kit.composed import composed

MAX_NAME_LENGTH: Final = 60
_MOST_WORDS: Final = 6
"""Of a first or a last name: ``Maria de los Ángeles del Carmen``."""
_BETWEEN_LETTERS: Final = frozenset(" '’-.")
_ALIKE: Final = {
    "FEMININE": "LATIN", "MASCULINE": "LATIN",
    "HIRAGANA": "CJK", "KATAKANA": "CJK", "KATAKANA-HIRAGANA": "CJK", "IDEOGRAPHIC": "CJK", "HANGUL": "CJK",
}  # fmt: skip
"""Scripts that stand in one word: ``M.ª``, and those of East Asia."""


def normalise_name(text: str) -> str:
    """Gives a name in one spelling: composed letters, single spaces, none around it."""
    return " ".join(part for part in composed(text).split(" ") if part)


def is_name(text: str) -> bool:
    """Tells whether a text can be a person's name.

    Letters of any script, spaces, apostrophes, hyphens and full stops after an abbreviation. A full stop before a
    letter is refused: mail programs make a link of `cheap.example`, and sign-up forms are used to send such links to
    strangers. So each word is of one script, because others have letters that look like a full stop (``ꓸ``), and there
    are only as many words as a name has.
    """
    if not any(character.isalpha() for character in text):
        return False
    words = text.split(" ")
    if len(words) > _MOST_WORDS or any("." in word[:-1] or len(_scripts(word)) > 1 for word in words):
        return False
    return all(unicodedata.category(c)[0] in "LM" or c in _BETWEEN_LETTERS for c in text)


def _scripts(word: str) -> set[str]:
    """The scripts of a word's letters, by the first words of their names in Unicode."""
    names = (unicodedata.name(c, "").partition(" ")[0] for c in word if c.isalpha())
    return {_ALIKE.get(name, name) for name in names if name != "MODIFIER"}
