"""The bad values themselves, each with a name and what must come of it."""

import base64
import io
import json
import random
import zipfile
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from casella.common.v1.common_pb2 import Date, Money

NAMED, REFUSED, ANSWERED = (
    "INVALID_ARGUMENT, and the field named",
    "refused, for whatever reason comes first",
    "any answer of the contract",
)
Value = tuple[str, str, Any]

SOME_ID = "0199c9c4-0000-7000-8000-000000000001"
_HUGE = 200_000
"""Characters: under the largest request, far over every field's limit."""
_MOST = 2**63 - 1

UNTYPED: list[tuple[str, str]] = [
    ("NUL", "a\0b"),
    ("bell and escape", "a\a\x1b[31mb"),
    ("a header after a line break", "a\r\nBcc: victim@example.com\r\n\r\nb"),
    ("turned around", "a\u202egpj.exe\u2066"),
    ("300 marks on one letter", "e" + "\u0301" * 300),
    ("a line separator", "a\u2028b"),
    ("a private character", "a\ue000b"),
]
"""What nobody types, so that no field takes it."""
_TYPED: list[tuple[str, str]] = [
    ("empty", ""),
    ("nothing to see", " \u200b\u2060\u00a0 "),
    ("a mark alone", "\u0301"),
    ("Arabic", "محمد بن سلمان"),
    ("Chinese beyond the first plane", "𠜎𠜱𠝹"),
    ("emoji", "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
    ("SQL", "'; DROP TABLE accounts; -- $1 %s {0}"),
    ("HTML", "<script>alert(1)</script><img src=x onerror=alert(2)>&amp;"),
    ("Markdown", "[click](javascript:alert(1)) ![x](https://evil.example/x.png) `{{ 7*7 }}`"),
    ("a path", "../../../../etc/passwd"),
    ("a format", "%n%s%d {request} ${jndi:ldap://evil.example/a}"),
    ("a number", "1e309"),
]
"""What somebody may type: where the field takes it, it is text and nothing else."""
_WELCOME = {"text": {"a header after a line break"}, "password": {"turned around"}}
"""A text of several lines takes those of the web, too; a password is seen by nobody."""
_SECRETS = {"token", "password", "refresh_token", "signature"}
"""What is wrong with these is nobody's business: one refusal for all."""
_CURSORS = {"page_token", "after", "cursor"}
_NOT_A_UUID = [
    ("not a UUID", "1"),
    ("a UUID in braces", "{" + SOME_ID + "}"),
    ("a URN", f"urn:uuid:{SOME_ID}"),
    ("a UUID without hyphens", SOME_ID.replace("-", "")),
    ("a UUID and a line break", SOME_ID + "\n"),
    ("a UUID in other digits", SOME_ID.replace("0", "٠")),
    ("a UUID and SQL", SOME_ID + "' OR '1'='1"),
    ("NUL", SOME_ID[:-1] + "\0"),
    ("huge", "0" * _HUGE),
]


def texts(name: str, dice: random.Random) -> list[Value]:
    """Bad texts for a field with such a name."""
    welcome = _WELCOME.get(name, ())
    found: list[Value] = [(what, ANSWERED if what in welcome else REFUSED, text) for what, text in UNTYPED]
    found += [(what, ANSWERED, text) for what, text in _TYPED]
    found.append(("huge", REFUSED if name in _SECRETS | _CURSORS else NAMED, "x" * _HUGE))
    found.append(("huge, of marks", REFUSED, "\u0301" * (_HUGE // 2)))
    found.append(("huge, of ligatures", REFUSED, "\ufdfa" * (_HUGE // 3)))
    found.append(("random", ANSWERED, "".join(chr(_character(dice)) for _ in range(dice.randint(1, 40)))))
    if name in _CURSORS:
        found += [(what, NAMED if name == "page_token" else ANSWERED, text) for what, text in _tokens()]
    return found


def ids() -> list[Value]:
    """Bad ids; one that is well-formed and nobody's is answered, whatever the answer."""
    return [
        *((what, NAMED, text) for what, text in _NOT_A_UUID),
        ("empty", ANSWERED, ""),
        ("nobody's", ANSWERED, SOME_ID),
        ("all zero", ANSWERED, "00000000-0000-0000-0000-000000000000"),
    ]


def enums(field: FieldDescriptor) -> list[Value]:
    """Numbers that an enumeration does not have, and those that it has."""
    kind: Any = field.enum_type
    known = [(value.name, ANSWERED, value.number) for value in kind.values]
    return [*known, ("unknown", NAMED, 99), ("negative", NAMED, -1), ("the largest", NAMED, 2**31 - 1)]


INT32: list[Value] = [
    ("zero", ANSWERED, 0), ("negative", ANSWERED, -1), ("the least", ANSWERED, -(2**31)),
    ("the largest", ANSWERED, 2**31 - 1), ("large", ANSWERED, 1_000_000),
]  # fmt: skip
INT64: list[Value] = [
    ("zero", ANSWERED, 0), ("negative", ANSWERED, -1), ("the least", ANSWERED, -_MOST - 1),
    ("the largest", ANSWERED, _MOST), ("beyond JSON's numbers", ANSWERED, 2**53 + 1),
]  # fmt: skip
BOOL: list[Value] = [("true", ANSWERED, True), ("false", ANSWERED, False)]
TIMESTAMPS: list[Value] = [
    ("the year 1", ANSWERED, Timestamp(seconds=-62135596800)),
    ("the year 9999", ANSWERED, Timestamp(seconds=253402300799, nanos=999999999)),
    ("past the calendar", NAMED, Timestamp(seconds=1 << 40)),
    ("before the calendar", NAMED, Timestamp(seconds=-(1 << 40))),
    ("the largest", NAMED, Timestamp(seconds=_MOST)),
    ("negative nanoseconds", NAMED, Timestamp(seconds=1_700_000_000, nanos=-1)),
    ("two seconds of nanoseconds", NAMED, Timestamp(seconds=1_700_000_000, nanos=2_000_000_000)),
    ("zero", ANSWERED, Timestamp()),
]
DURATIONS: list[Value] = [
    ("negative", REFUSED, Duration(seconds=-86_400)),
    ("the largest", REFUSED, Duration(seconds=_MOST)),
    ("past the calendar", REFUSED, Duration(seconds=315_576_000_000)),
    ("mixed signs", REFUSED, Duration(seconds=1, nanos=-1)),
    ("too many nanoseconds", REFUSED, Duration(nanos=2_000_000_000)),
]
DATES: list[Value] = [
    ("zero", ANSWERED, Date()),
    ("30 February", NAMED, Date(year=2026, month=2, day=30)),
    ("a month of -1", NAMED, Date(year=2026, month=-1, day=1)),
    ("the year 0", NAMED, Date(year=0, month=1, day=1)),
    ("the year 10000", NAMED, Date(year=10_000, month=1, day=1)),
    ("the largest", NAMED, Date(year=2**31 - 1, month=2**31 - 1, day=2**31 - 1)),
    ("the year 1", ANSWERED, Date(year=1, month=1, day=1)),
    ("the year 9999", ANSWERED, Date(year=9999, month=12, day=31)),
]
MONEY: list[Value] = [
    ("zero", ANSWERED, Money(currency="EUR")),
    ("negative", ANSWERED, Money(minor=-1, currency="EUR")),
    ("the largest", REFUSED, Money(minor=_MOST, currency="EUR")),
    ("the least", REFUSED, Money(minor=-_MOST - 1, currency="EUR")),
    ("no currency", REFUSED, Money(minor=100)),
    ("small letters", REFUSED, Money(minor=100, currency="eur")),
    ("another currency", ANSWERED, Money(minor=100, currency="USD")),
    ("a currency with NUL", REFUSED, Money(minor=100, currency="EU\0")),
    ("a huge currency", REFUSED, Money(minor=100, currency="E" * _HUGE)),
]
_LAUGHS = "<!DOCTYPE l [<!ENTITY a '" + "ha" * 50 + "'>" + "".join(
    f"<!ENTITY {after} '{f'&{before};' * 10}'>" for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)  # fmt: skip


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.xml", b"0" * 10_000_000)
    return packed.getvalue()


BYTES: list[Value] = [
    ("empty", REFUSED, b""),
    ("NULs", REFUSED, b"\0" * 1000),
    ("not UTF-8", REFUSED, bytes(range(128, 256)) * 10),
    ("huge", REFUSED, b"{" * _HUGE),
    ("a document type", REFUSED, b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'),
    ("a billion laughs", REFUSED, f'<?xml version="1.0"?>{_LAUGHS}]><l>&i;</l>'.encode()),
    ("an archive that unpacks to much", REFUSED, _zip()),
    ("deep XML", REFUSED, b"<a>" * 20_000),
    ("deep JSON", REFUSED, b"[" * 100_000),
    ("UTF-16 XML", REFUSED, '<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16")),
]


def _tokens() -> list[tuple[str, str]]:
    def packed(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return [
        ("not base64", "?"),
        ("base64 of nothing", "AA"),
        ("another list's", packed(["a", "b", "c"])),
        ("numbers", packed([1])),
        ("deep", packed([[[[[["x"]]]]]])),
        ("a name with NUL", packed(["\0"])),
        ("not a moment", packed(["2026-13-45T99:99:99", SOME_ID])),
        ("a moment without zone", packed(["2026-01-01T00:00:00", SOME_ID])),
        ("before all moments", packed(["0001-01-01T00:00:00+14:00", SOME_ID])),
    ]


def _character(dice: random.Random) -> int:
    while 0xD800 <= (found := dice.randint(0, 0x10FFFF)) < 0xE000:
        pass
    return found
