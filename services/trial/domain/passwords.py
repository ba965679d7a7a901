"""Decides which passwords the panel accepts: length and guessability, no recipes (NIST SP 800-63B section 3.1.1.2)."""

import unicodedata
from collections.abc import Iterable
from typing import Final

from services.kit.composed import composed

MIN_LENGTH: Final = 10
MAX_LENGTH: Final = 200
"""Longer adds nothing but work for whoever sends megabytes to be hashed."""

# What stands at the top of every published list of stolen passwords, also with digits or marks around it.
_COMMON: Final = frozenset(
    """password passwort passw0rd p@ssword p@ssw0rd passe contrasena parola qwerty qwertyuiop qwerty123 azerty asdfgh
    asdfghjkl zxcvbnm qazwsx 1q2w3e4r 1q2w3e4r5t 1qaz2wsx zaq12wsx letmein iloveyou welcome benvenuto admin
    administrator amministratore root login secret segreto monkey dragon sunshine princess football calcio juventus
    inter milan napoli roma lazio amore ciao ciaociao buongiorno tiamo tiamotanto francesca alessandro alessandra
    giuseppe giovanni valentina superman batman pokemon master shadow trustno1 whatever changeme default guest
    test prova casella mailbox email""".split()
)
_MIN_DISTINCT: Final = 5
_SEQUENCES: Final = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "98765432109876543210",
)


def problem(password: str, personal: Iterable[str] = ()) -> str | None:
    """Says what is wrong with a new password.

    Args:
        password: The password as typed.
        personal: Words that an attacker knows of this person, such as the parts of the address and the names.

    Returns:
        The key of the message for the customer (`required`, `too_short`, `too_long`, `control_characters`,
        `password_guessable`), or None for a password that is good enough.
    """
    word = composed(password)
    if not word:
        return "required"
    if len(word) < MIN_LENGTH:
        return "too_short"
    if len(word) > MAX_LENGTH:
        return "too_long"
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in word):
        return "control_characters"
    if _guessable(word.casefold(), personal):
        return "password_guessable"
    return None


def _guessable(word: str, personal: Iterable[str]) -> bool:
    """Tells whether a word is one that attackers try in their first thousand guesses."""
    core = word.strip("0123456789!?.,-_*#@$%&+ ")
    if len(set(word)) < _MIN_DISTINCT or core in _COMMON:
        return True
    if any(word in sequence * 2 for sequence in _SEQUENCES):
        return True
    return any(core == known.casefold() for known in personal if known)
