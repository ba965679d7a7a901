"""Texts reach the XML in characters that its schema admits, and stay readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.invoicing.fatturapa.latin import to_ascii, to_latin1


@pytest.mark.parametrize(
    ("text", "latin", "ascii_"),
    [
        ("Niccolò Però", "Niccolò Però", "Niccolo Pero"),
        ("Łukasz’s “Kraków” — 5 €", 'Lukasz\'s "Kraków" - 5 EUR', 'Lukasz\'s "Krakow" - 5 EUR'),
        ("Škoda Čapek Őry Ștefan", "Skoda Capek Ory Stefan", "Skoda Capek Ory Stefan"),
        ("Straße Œuvre Ærø", "Straße OEuvre Ærø", "Strasse OEuvre AEro"),
        ("e\u0301", "é", "e"),
        ("Ελλάδα, οδός Ερμού — Μαΐου, ΕΥΑΓΓΕΛΟΣ Ψαράς", "Ellada, odos Ermou - Maiou, EVANGELOS Psaras", None),
        ("Търговище, бул. Щастие", "Targovishte, bul. Shtastie", None),
        ("Київ, вул. Ґонти; Њујорк", "Kiiv, vul. Gonti; Njujork", None),
        ("Żółć Čapek Őry Ångström", "Zólc Capek Ory Ångström", "Zolc Capek Ory Angstrom"),
        ("東京 ქართული", "?? ???????", "?? ???????"),
        ("posta 📧 🇮🇹 ok", "posta ok", "posta ok"),
        ("a\tb\u00a0c\r\nd", "a b c d", "a b c d"),
        ("ﬁne №5 ½ ⅓", "fine N.5 ½ 1/3", "fine N.5 1/2 1/3"),
        ("\u200b\u202e\x00\x85x", "x", "x"),
        ("", "", ""),
    ],
)
def test_a_text_is_spelled(text: str, latin: str, ascii_: str | None) -> None:
    assert to_latin1(text) == latin
    assert to_ascii(text) == (latin if ascii_ is None else ascii_)


@given(st.text())
def test_nothing_outside_the_alphabet_is_left(text: str) -> None:
    assert all(character.isprintable() or character == "\u00ad" for character in to_latin1(text))
    assert all(ord(character) <= 0xFF for character in to_latin1(text))
    assert all(" " <= character <= "~" for character in to_ascii(text))


@given(st.text())
def test_spelling_twice_changes_nothing(text: str) -> None:
    assert to_latin1(to_latin1(text)) == to_latin1(text)
