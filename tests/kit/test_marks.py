"""The scan for marked words finds them in every form in which a leak could hide; what it cannot find it cannot deny."""

import base64
import email.mime.text
import json
import quopri
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.support.marks import known_in, unpacked

WORDS = {"street": "Vicolo Trovàpasseri 7"}
_WORD = WORDS["street"]


@pytest.mark.parametrize(
    "hide",
    [
        str.encode,
        lambda word: word.upper().encode(),
        lambda word: word.lower().encode(),
        lambda word: word.replace(" ", "").encode(),
        lambda word: base64.b64encode(word.encode()),
        lambda word: base64.b64encode(b"x" + word.encode() + b"y"),
        lambda word: base64.urlsafe_b64encode(b"xy" + word.encode()),
        lambda word: word.encode().hex().encode(),
        lambda word: word.encode().hex().upper().encode(),
        lambda word: quote(word).encode(),
        lambda word: json.dumps({"street": word}).encode(),
        lambda word: quopri.encodestring(word.encode()),
        lambda word: repr(word).encode(),
    ],
)
def test_a_word_is_found_in_every_form(hide: Callable[[str], bytes]) -> None:
    assert known_in(b"before " + hide(_WORD) + b" after", WORDS) == {"street"}


def test_a_word_is_found_inside_a_message_and_a_packed_stream() -> None:
    message = email.mime.text.MIMEText(f"Ciao, {_WORD}", _charset="utf-8").as_bytes()
    assert known_in(unpacked(message), WORDS) == {"street"}
    packed = b"%PDF-1.7\nstream\n" + zlib.compress(f"({_WORD})".encode()) + b"\nendstream"
    assert known_in(packed, WORDS) == set()
    assert known_in(unpacked(packed), WORDS) == {"street"}


def test_other_words_are_not_taken_for_it() -> None:
    assert known_in(b"Vicolo dei Passeri 8, trova", WORDS) == set()
