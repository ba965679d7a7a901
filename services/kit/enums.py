"""How a domain's words and a proto's enum values stand for each other: one table an enum, both ways.

A value without a row is unspecified, or newer than this server: neither is ever guessed at.
"""

from collections.abc import Mapping
from typing import Generic, TypeVar

from services.kit.validation import Violations

Word = TypeVar("Word")
Number = TypeVar("Number", bound=int)


class EnumTable(Generic[Word, Number]):
    """The rows of one enum: ``table[word]`` is the value on the wire."""

    def __init__(self, numbers: Mapping[Word, Number]) -> None:
        """Take every word with its value."""
        self._numbers = dict(numbers)
        self._words: dict[int, Word] = {number: word for word, number in numbers.items()}

    def __getitem__(self, word: Word) -> Number:
        """The value that stands for a word.

        Raises:
            KeyError: This enum does not have the word.
        """
        return self._numbers[word]

    def word(self, number: int) -> Word | None:
        """The word that a value stands for, or None."""
        return self._words.get(number)

    def chosen(self, violations: Violations, field: str, number: int, otherwise: Word) -> Word:
        """The word of a required field.

        Args:
            violations: Where a missing or unknown value is noted.
            field: Its path.
            number: What came in.
            otherwise: The harmless stand-in until the request is refused.
        """
        if number not in self._words:
            violations.add(field, "not_a_choice" if number else "required")
        return self._words.get(number, otherwise)

    def wanted(self, violations: Violations, field: str, number: int) -> Word | None:
        """The word by which a list is filtered; None, for all, where the field is unspecified."""
        if number and number not in self._words:
            violations.add(field, "not_a_choice")
        return self._words.get(number)
