"""Bad fields: all of them, by their names, in the caller's language, without what the customer typed."""

import string
from datetime import UTC, date, datetime
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from casella.common.v1 import common_pb2
from services.kit.characters import has_control_characters
from services.kit.errors import InvalidInput
from services.kit.messages import CATALOGUE
from services.kit.validation import Violations, parse_ip
from tests.support.refusals import noted


def test_every_message_speaks_both_languages_with_the_same_parameters() -> None:
    for key, texts in CATALOGUE.items():
        assert set(texts) == {"it", "en"}, key
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts.values()]
        assert fields[0] == fields[1], key


def test_an_unknown_key_is_a_programmers_error() -> None:
    with pytest.raises(KeyError):
        Violations("it").add("field", "no such key")


def test_a_rooms_catalogue_stands_beside_the_common_one() -> None:
    violations = Violations("en", {"too_cheap": {"it": "Troppo poco.", "en": "At least {least}."}})
    violations.add("price", "too_cheap", least=3)
    violations.add("name", "required")
    with pytest.raises(InvalidInput) as refused:
        violations.check()
    assert [v.message for v in refused.value.violations] == ["At least 3.", "This field is required."]


def test_the_message_names_the_fields_for_clients_that_show_no_details() -> None:
    violations = Violations("it")
    violations.add("profile.name", "required")
    violations.text("password", "short\x00", 60)
    with pytest.raises(
        InvalidInput, match=r"^wrong fields: profile\.name \(REQUIRED\), password \(CONTROL_CHARACTERS\)$"
    ):
        violations.check()


def test_too_many_entries_are_named_and_none_of_them_is_handed_out() -> None:
    violations = Violations("en")
    assert list(violations.at_most("items", [1, 2, 3], 3)) == [1, 2, 3]
    assert list(violations.at_most("options", [1, 2, 3, 4], 3)) == []
    assert noted(violations) == [("options", "too_many")]


def test_an_instant_is_one_that_the_calendar_has() -> None:
    violations = Violations("en")
    assert violations.instant("at", Timestamp(seconds=86_400)) == datetime(1970, 1, 2, tzinfo=UTC)
    assert violations.instant("since", Timestamp(), required=False) == datetime(1970, 1, 1, tzinfo=UTC)
    assert noted(violations) == []
    violations.instant("missing", Timestamp())
    for field, bad in {"late": {"seconds": 1 << 40}, "early": {"seconds": -(1 << 40)}, "fine": {"nanos": -1}}.items():
        violations.instant(field, Timestamp(**bad))
    violations.instant("near_the_end", Timestamp(seconds=253_402_300_799))  # the next zone's day is none
    assert noted(violations) == [
        ("missing", "required"), ("late", "not_a_date"), ("early", "not_a_date"), ("fine", "not_a_date"),
        ("near_the_end", "not_a_date"),
    ]  # fmt: skip


def test_a_message_of_many_fields_stays_short() -> None:
    violations = Violations("it")
    for number in range(50):
        violations.add(f"items[{number}].size", "required")
    with pytest.raises(InvalidInput, match=r"items\[9\]\.size \(REQUIRED\) and 40 more$"):
        violations.check()


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("", "required"), ("   ", "required"), ("x" * 61, "too_long"), ("a\x00b", "control_characters"),
        ("a\nb", "control_characters"), ("a\u202eb", "control_characters"), ("a\u2028b", "control_characters"),
        ("a\ue000b", "control_characters"), ("a\u061cb", "control_characters"), ("\u200b", "required"),
        ("\u200d \u00ad\u0301", "required"), ("\U000e0001", "required"),
    ],
)  # fmt: skip
def test_a_bad_text_is_named(value: str, key: str) -> None:
    violations = Violations("it")
    violations.text("profile.name", value, 60)
    assert noted(violations) == [("profile.name", key)]


@pytest.mark.parametrize("value", ["Anna", "D’Angelò-Łukasz", "  spazi  ", "José", "日本", "x" * 60])
def test_names_of_people_are_welcome(value: str) -> None:
    violations = Violations("it")
    assert violations.text("name", value, 60) == value.strip()
    assert not violations


def test_a_text_is_stored_in_its_composed_form() -> None:
    assert Violations("it").text("name", "Jose\u0301", 60) == "Jos\u00e9"


def test_line_breaks_are_welcome_where_the_field_has_lines() -> None:
    assert not has_control_characters("a\n\tb", lines=True)
    assert has_control_characters("a\x0bb", lines=True)


@given(st.text())
def test_what_passes_holds_no_control_character(value: str) -> None:
    violations = Violations("it")
    clean = violations.text("name", value, 10_000, required=False)
    if not violations:
        assert all(c.isprintable() or c.isspace() or ord(c) > 127 for c in clean)
        assert "\x00" not in clean
        assert "\n" not in clean


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("anna@example.it", "anna@example.it"), (" anna@EXAMPLE.it ", "anna@example.it"),
        ("anna@perché.it", "anna@xn--perch-fsa.it"), ("a.b+c@sub.example.it", "a.b+c@sub.example.it"),
    ],
)  # fmt: skip
def test_an_email_is_read_with_its_domain_in_ascii(value: str, read: str) -> None:
    violations = Violations("it")
    assert violations.email("email", value) == read
    assert not violations


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("", "required"), ("anna", "not_an_email"), ("a@b@c.it", "not_an_email"), ("anna@", "not_an_email"),
        ("@example.it", "not_an_email"), ("anna @example.it", "not_an_email"), ("anna@[127.0.0.1]", "not_an_email"),
        ("Anna <anna@example.it>", "not_an_email"), ("anna@example", "not_an_email"),
        ("ànna@example.it", "not_an_email"),

        ("anna@exa\r\nmple.it", "control_characters"), ("a" * 250 + "@example.it", "too_long"),
    ],
)  # fmt: skip
def test_a_bad_email_is_named_once(value: str, key: str) -> None:
    violations = Violations("it")
    violations.email("email", value)
    assert noted(violations) == [("email", key)]


@pytest.mark.parametrize(
    ("value", "key"), [("", "required"), ("x", "not_a_uuid"), ("01939f2e-0000-7000-8000-000000000000 ", "not_a_uuid")]
)
def test_a_bad_uuid_is_named(value: str, key: str) -> None:
    violations = Violations("it")
    violations.uuid("order_id", value)
    assert noted(violations) == [("order_id", key)]


@pytest.mark.parametrize(("value", "size"), [(0, 50), (1, 1), (200, 200)])
def test_a_page_has_fifty_entries_unless_asked(value: int, size: int) -> None:
    violations = Violations("it")
    assert violations.page_size("page.page_size", value) == size
    assert not violations


@pytest.mark.parametrize("value", [-1, 201])
def test_a_page_has_at_most_two_hundred_entries(value: int) -> None:
    violations = Violations("it")
    violations.page_size("page.page_size", value)
    assert noted(violations) == [("page.page_size", "out_of_range")]


@pytest.mark.parametrize("value", ["203.0.113.7", "2001:db8::1", "::ffff:203.0.113.7"])
def test_an_ip_address_of_either_version_is_read(value: str) -> None:
    violations = Violations("it")
    assert violations.ip("client.ip", value) == parse_ip(value)
    assert not violations


@pytest.mark.parametrize(
    ("value", "key"),
    [("", "required"), ("203.0.113.256", "not_an_ip"), ("fe80::1%eth0", "not_an_ip"), ("1" * 46, "too_long")],
)
def test_a_bad_ip_address_is_named_once(value: str, key: str) -> None:
    violations = Violations("it")
    violations.ip("client.ip", value)
    assert noted(violations) == [("client.ip", key)]


def test_a_day_of_the_calendar_is_read() -> None:
    violations = Violations("it")
    assert violations.day("declared_on", common_pb2.Date(year=2028, month=2, day=29)) == date(2028, 2, 29)
    assert not violations


@pytest.mark.parametrize(
    ("message", "key"),
    [
        (common_pb2.Date(), "required"),
        (common_pb2.Date(year=2027, month=2, day=29), "not_a_date"),
        (common_pb2.Date(year=1, month=1, day=1), "not_a_date"),
        (common_pb2.Date(year=9999, month=12, day=31), "not_a_date"),
    ],
)
def test_a_day_that_is_none_is_named(message: common_pb2.Date, key: str) -> None:
    violations = Violations("it")
    violations.day("declared_on", message)
    assert noted(violations) == [("declared_on", key)]


def test_a_recipient_is_tidied() -> None:
    violations = Violations("it")
    message = common_pb2.Recipient(email=" anna@Example.it", name=" Anna ", language=common_pb2.LANGUAGE_EN)
    assert violations.recipient("recipient", message) == common_pb2.Recipient(
        email="anna@example.it", name="Anna", language=common_pb2.LANGUAGE_EN
    )
    assert not violations


def test_an_erased_recipient_has_nothing_else() -> None:
    violations = Violations("it")
    assert violations.recipient("to", common_pb2.Recipient(erased=True)) == common_pb2.Recipient(erased=True)
    assert not violations
    violations.recipient("to", common_pb2.Recipient(erased=True, email="anna@example.it"))
    assert noted(violations) == [("to.erased", "must_be_empty")]


@pytest.mark.parametrize(("language", "key"), [(0, "required"), (9, "not_a_choice")])
def test_every_bad_field_of_a_recipient_is_named(language: Any, key: str) -> None:
    violations = Violations("it")
    violations.recipient("to", common_pb2.Recipient(email="anna", name="A\nB", language=language))
    assert noted(violations) == [
        ("to.language", key), ("to.email", "not_an_email"), ("to.name", "control_characters"),
    ]  # fmt: skip
