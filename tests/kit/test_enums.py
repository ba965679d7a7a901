"""Enums on the wire: both ways by one table, and what has no row is refused, never guessed at."""

from enum import StrEnum

import pytest

from casella.common.v1 import common_pb2
from services.kit.enums import EnumTable
from services.kit.validation import Violations
from tests.support.refusals import noted

NEWER = 99


class Period(StrEnum):
    MONTH = "month"
    YEAR = "year"


TABLE = EnumTable({Period.MONTH: common_pb2.BILLING_PERIOD_MONTHLY, Period.YEAR: common_pb2.BILLING_PERIOD_ANNUAL})


@pytest.mark.parametrize("word", list(Period))
def test_a_word_comes_back_from_its_value(word: Period) -> None:
    violations = Violations("it")
    assert TABLE.word(TABLE[word]) is word
    assert TABLE.chosen(violations, "billing", TABLE[word], Period.MONTH) is word
    assert TABLE.wanted(violations, "billing", TABLE[word]) is word
    assert noted(violations) == []


@pytest.mark.parametrize(("number", "key"), [(0, "required"), (NEWER, "not_a_choice")])
def test_a_choice_that_is_missing_or_unknown_is_named(number: int, key: str) -> None:
    violations = Violations("it")
    assert TABLE.chosen(violations, "billing", number, Period.YEAR) is Period.YEAR
    assert noted(violations) == [("billing", key)]
    assert TABLE.word(number) is None


def test_a_filter_may_be_left_open_but_not_unknown() -> None:
    violations = Violations("it")
    assert TABLE.wanted(violations, "billing", 0) is None
    assert not violations
    assert TABLE.wanted(violations, "billing", NEWER) is None
    assert noted(violations) == [("billing", "not_a_choice")]
