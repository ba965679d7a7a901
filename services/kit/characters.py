"""Which characters nobody types, and no text that comes in may therefore hold."""

import unicodedata


def has_control_characters(text: str, *, lines: bool = False) -> bool:
    """Whether a text holds characters that nobody types: controls, bidirectional overrides, lone surrogates.

    Args:
        text: Any text.
        lines: Whether line breaks and tabs are fine.
    """
    fine = "\n\t" if lines else ""
    return any(unicodedata.category(c) in _UNTYPED or c in _BIDI for c in text if c not in fine)


def shows_nothing(text: str) -> bool:
    """Whether nothing of a text is seen: it is empty, or all blanks, joiners and other characters without a shape."""
    return all(unicodedata.category(character) in _UNSEEN for character in text)


_UNSEEN = frozenset({"Zs", "Cf", "Mn"})
"""Unicode's categories of blanks, formats (zero-width space, joiners, tags) and marks, which stand on a letter."""

_UNTYPED = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})
"""Unicode's categories of controls, surrogates, unassigned and private characters, line and paragraph separators."""


_BIDI = frozenset("\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")
"""Marks that make a text look other than it is; the joiners U+200C and U+200D stay, some languages need them."""
