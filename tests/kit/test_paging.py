"""Pages of lists: each entry once, a token leads to the place after which it was given, a forged one is a bad field."""

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casella.common.v1 import common_pb2
from services.kit.paging import Page, page_by_id, page_by_moment, page_by_name, page_by_number, page_token
from services.kit.validation import Violations
from tests.support.refusals import noted

NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=254)
MOMENTS = st.datetimes(datetime(2, 1, 1), timezones=st.just(timezone(timedelta(hours=1))))  # noqa: DTZ001  a bound
ID = "01939f2e-0000-7000-8000-000000000000"
Read = Callable[[Violations, common_pb2.PageRequest], Page[str] | Page[int] | Page[UUID] | Page[tuple[datetime, UUID]]]


def token_of(*values: object) -> str:
    """What a client that makes its own tokens would send."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


@given(NAMES)
def test_a_list_by_name_goes_on_after_the_name(name: str) -> None:
    violations = Violations("it")
    assert page_by_name(violations, common_pb2.PageRequest(page_token=page_token(name))).after == name
    assert not violations


@given(st.uuids())
def test_a_list_by_id_goes_on_after_the_id(entry_id: UUID) -> None:
    violations = Violations("it")
    assert page_by_id(violations, common_pb2.PageRequest(page_token=page_token(entry_id))).after == entry_id
    assert not violations


@given(st.integers(0, 2**63 - 1))
def test_a_list_by_number_goes_on_after_the_number(number: int) -> None:
    violations = Violations("it")
    assert page_by_number(violations, common_pb2.PageRequest(page_token=page_token(number))).after == number
    assert not violations


@given(MOMENTS, st.uuids())
def test_a_list_by_moment_goes_on_after_moment_and_id(moment: datetime, entry_id: UUID) -> None:
    violations = Violations("it")
    page = page_by_moment(violations, common_pb2.PageRequest(page_token=page_token((moment, entry_id))))
    assert page.after == (moment, entry_id)
    assert not violations


@given(st.lists(NAMES, unique=True, max_size=12), st.integers(1, 5))
def test_page_after_page_shows_every_entry_once_and_the_last_has_no_token(names: list[str], size: int) -> None:
    names.sort()
    shown: list[str] = []
    token = ""
    while True:
        page = page_by_name(Violations("it"), common_pb2.PageRequest(page_size=size, page_token=token))
        found = [name for name in names if page.after is None or name > page.after][: page.limit]
        entries, token = page.cut(found, str)
        assert len(entries) <= size
        shown += entries
        if not token:
            break
    assert shown == names


@pytest.mark.parametrize("read", [page_by_name, page_by_id, page_by_number, page_by_moment])
@pytest.mark.parametrize(
    "token",
    [
        "x",
        "é",
        "////",
        "A" * 99,
        token_of(),
        token_of(1),
        token_of("a", "b", "c"),
        token_of("a" * 1000),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        base64.urlsafe_b64encode(b"{}").decode(),
        f"{token_of(ID)}!",
    ],
)
def test_a_bad_page_token_is_named_beside_a_bad_size(read: Read, token: str) -> None:
    violations = Violations("it")
    assert read(violations, common_pb2.PageRequest(page_size=201, page_token=token)).after is None
    assert noted(violations) == [("page.page_size", "out_of_range"), ("page.page_token", "not_a_page_token")]


@pytest.mark.parametrize(
    ("read", "values"),
    [
        (page_by_name, ["a\0b"]),
        (page_by_name, [ID, ID]),
        (page_by_id, ["1"]),
        (page_by_number, ["a"]),
        (page_by_number, ["-1"]),
        (page_by_number, [str(2**63)]),
        (page_by_moment, ["2026-01-01T00:00:00", ID]),
        (page_by_moment, ["0001-01-01T00:00:00+14:00", ID]),
        (page_by_moment, ["2026-01-01T00:00:00+00:00", "1"]),
        (page_by_moment, [ID]),
    ],
)
def test_a_token_with_values_that_are_no_place_in_this_list_is_bad(read: Read, values: list[str]) -> None:
    violations = Violations("it")
    assert read(violations, common_pb2.PageRequest(page_token=token_of(*values))).after is None
    assert noted(violations) == [("page.page_token", "not_a_page_token")]
