"""Decides which names of persons are accepted: they are greeted in emails, so nobody may smuggle a message in them."""

import unicodedata
from typing import Final

from services.kit.composed import composed

MAX_NAME_LENGTH: Final = 60
_BETWEEN_LETTERS: Final = frozenset(" '’-.")


def normalise_name(text: str) -> str:
    """Gives a name in one spelling: composed letters, single spaces, none around it."""
    return " ".join(part for part in composed(text).split(" ") if part)


def is_name(text: str) -> bool:
    """Tells whether a text can be a person's name.

    Letters of any script, spaces, apostrophes, hyphens and full stops after an abbreviation. A full stop before a
    letter is refused: mail programs make a link of `cheap.example`, and sign-up forms are used to send such links to
    strangers.
    """
    if not any(character.isalpha() for character in text):
        return False
    if any("." in word[:-1] for word in text.split(" ")):
        return False
    return all(unicodedata.category(c)[0] in "LM" or c in _BETWEEN_LETTERS for c in text)
