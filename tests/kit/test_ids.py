"""Ids: new ones sort by time, derived ones come out the same."""

import itertools
from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.ids import _Ascending, derive, new_id

_PARTS = st.text(st.characters(blacklist_characters="\x1f", blacklist_categories=["Cs"]))


def test_a_new_id_is_a_uuid_of_version_seven_and_never_comes_twice() -> None:
    made = [new_id() for _ in range(1000)]
    assert {(one.version, one.variant) for one in made} == {(7, RFC_4122)}
    assert len(set(made)) == 1000
    assert made == sorted(made)


def test_new_ids_ascend_within_a_millisecond_and_while_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    at = itertools.cycle([1_700_000_000_000_000_000, 1_699_999_999_000_000_000])
    monkeypatch.setattr("services.kit.ids._ASCENDING", _Ascending())
    monkeypatch.setattr("services.kit.ids.time.time_ns", lambda: next(at))
    made = [new_id() for _ in range(1000)]
    assert made == sorted(set(made))
    assert {(one.version, one.variant, one.int >> 80) for one in made} == {(7, RFC_4122, 1_700_000_000_000)}


@given(st.lists(_PARTS, min_size=1, max_size=4), st.lists(_PARTS, min_size=1, max_size=4))
def test_a_derived_id_depends_on_every_part_and_nothing_else(one: list[str], other: list[str]) -> None:
    assert derive(*one).version == 5
    assert (derive(*one) == derive(*other)) == (one == other)


def test_derived_ids_never_change_between_releases() -> None:
    assert str(derive("invoice", "order")) == "31a39dc2-9a18-5c27-9822-c01f9a24943f"


@pytest.mark.parametrize("parts", [(), ("a\x1fb",)])
def test_an_id_cannot_be_derived_from_nothing_or_from_the_separator(parts: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="derived"):
        derive(*parts)
