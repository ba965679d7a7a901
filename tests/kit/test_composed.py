"""Composing what strangers type takes linear time and changes no honest text."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from services.kit.composed import LONGEST_RUN, LONGEST_TEXT, composed, is_stream_safe
from services.kit.errors import InvalidInput
from services.kit.validation import Violations

BOMB = "a" + "\u0301\u0316" * 60_000


@given(st.text(max_size=200).filter(is_stream_safe))
def test_an_honest_text_is_composed_as_unicode_says(text: str) -> None:
    assert composed(text) == unicodedata.normalize("NFC", text)


def test_a_run_of_marks_that_no_language_needs_is_left_alone() -> None:
    longest = "e" + "\u0301" * LONGEST_RUN
    assert composed(longest) == unicodedata.normalize("NFC", longest)
    too_long = "e" + "\u0301" * (LONGEST_RUN + 1)
    assert composed(too_long) == too_long
    assert not is_stream_safe(too_long)


def test_a_text_that_no_field_takes_is_left_alone() -> None:
    text = "e\u0301" * LONGEST_TEXT
    assert composed(text) is text


def test_a_bomb_of_combining_marks_is_refused_as_too_long() -> None:
    violations = Violations("en")
    violations.text("first_name", BOMB, 60)
    assert _keys(violations) == ["too_long"]


def test_a_short_pile_of_marks_is_refused() -> None:
    violations = Violations("en")
    violations.text("first_name", "a" + "\u0301\u0316" * 20, 60)
    assert _keys(violations) == ["control_characters"]


def _keys(violations: Violations) -> list[str]:
    try:
        violations.check()
    except InvalidInput as invalid:
        return [violation.key for violation in invalid.violations]
    return []
