"""Whether VIES's name for a VAT number can be the billing profile's: so loose that only a wholly different one differs.

A VAT number counts with the name that belongs to it (Council Implementing Regulation (EU) 282/2011, art. 18(1)(a)).
Registers write names in their own way: in capitals, without accents, with the legal form or the trading name. So one
word in common is enough, also where one name writes it in several. The address is not compared: each state writes it
otherwise, many tell none.
"""

import re
import unicodedata
from itertools import combinations

from services.kit.composed import composed
from services.kit.transliteration import transliterated

_LEGAL_FORMS = """
AB AD AE AG AS ApS ASBL BV BVBA CV CVBA DA DOO DD EE EG EHF EI EIRL EOOD EPE ESV EU EURL EV GbR GesmbH GesnbR GIE
GmbH HB hf IKE IVS KB KD KDA KG KGaA KS Kft Kkt Ltd Limited LLC LLP LP Lda MbH NV Nyrt OE OG OHG OO OOD OU Oy Oyj
PartG PLC Private PS RL RO SA SAL SapA SARL SAS SASU SC SCA SCARL SCI SCOP SCS SCRL SCpA SE SEM SENC SGPS SIA SK SL
SLL SLNE SLU SNC SP SPOL SpA SPRL SRL SRLS SRO SS STE UAB UG ULC Unipessoal VOF VOS VZW ZOO ZRT haftungsbeschraenkt
Gesellschaft Haftung Societe Societa Sociedad Spolka ograniczona odpowiedzialnoscia Company Co Corp Corporation Inc
Incorporated
""".split()
_LITTLE_WORDS = """
and am an at da das de dei del della der des di die do du e ed el en et for i il im in la las le les los mit
beschraenkter of och og the u und van von with y
""".split()
_INITIALS = re.compile(r"(?<=\b[^\W\d_])[.](?=\s?[^\W\d_]\b)\s?")
"""The point between the letters of an abbreviation: ``s.r.o.``, ``S. A.``."""
_PUNCTUATION = re.compile(r"[\W_]+")
_OTHER_SPELLINGS = str.maketrans({"ß": "ss", "ł": "l", "đ": "d", "ı": "i", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th"})
_UMLAUTS = re.compile("(?<=[aou])e")
"""Müller is written Mueller as well: of both the umlaut is left out."""
_SHORTEST_WORD = 2
_SHORTEST_RUN = 4
"""Letters of a word that is written as several in the other name."""


def agree(name: str, told: str) -> bool:
    """Whether a name in the register can be the profile's; a register that tells none contradicts nothing.

    Args:
        name: Of the billing profile, in any letters; Greek and Cyrillic ones are compared as they are transliterated.
        told: By VIES; empty where the state does not tell it.
    """
    if not told:
        return True
    ours, theirs = _words(name), _words(told)
    one, other = _significant(ours), _significant(theirs)
    return not (one.isdisjoint(other) and one.isdisjoint(_runs(theirs)) and other.isdisjoint(_runs(ours)))


def _words(name: str) -> list[str]:
    """The words of a name in plain small letters."""
    return [_plain(word) for word in _split(name)]


def _significant(words: list[str]) -> set[str]:
    """Those that tell one business from another; all of them where none does."""
    return {word for word in words if len(word) >= _SHORTEST_WORD and word not in _INSIGNIFICANT} or set(words)


def _runs(words: list[str]) -> set[str]:
    """Words that follow each other, written as one."""
    runs = ("".join(words[first:last]) for first, last in combinations(range(len(words) + 1), 2) if last - first > 1)
    return {run for run in runs if len(run) >= _SHORTEST_RUN}


def _split(name: str) -> list[str]:
    small = transliterated(composed(name)).casefold()
    return [word for word in _PUNCTUATION.split(_INITIALS.sub("", small)) if word]


def _plain(word: str) -> str:
    """Without accents, and with umlauts in one spelling."""
    apart = unicodedata.normalize("NFKD", word.translate(_OTHER_SPELLINGS))
    return _UMLAUTS.sub("", "".join(letter for letter in apart if not unicodedata.combining(letter)))


_INSIGNIFICANT = frozenset(_plain(word.casefold()) for word in (*_LEGAL_FORMS, *_LITTLE_WORDS))
