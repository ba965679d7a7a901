"""Unicode's composed form (NFC) in linear time, whatever a stranger sends.

Normalising sorts runs of combining marks, and a long run costs its square: 160,000 of them hold the event loop for half
a minute. No language needs more than 30 in a row (Stream-Safe Text Format, Unicode Standard Annex 15).
"""

import unicodedata

LONGEST_RUN = 30
"""Combining marks in a row that are still normalised."""
LONGEST_TEXT = 100_000
"""No field is so long; what is longer is left alone, for its field's check to refuse."""


def is_stream_safe(text: str) -> bool:
    """Whether no run of combining marks is longer than any language needs."""
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run > LONGEST_RUN:
            return False
    return True


def composed(text: str) -> str:
    """The text in NFC; one that is far too long or not stream-safe comes back as it is, for its field to refuse."""
    if text.isascii() or len(text) > LONGEST_TEXT or not is_stream_safe(text):
        return text
    return unicodedata.normalize("NFC", text)
