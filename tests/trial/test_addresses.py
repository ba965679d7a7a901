"""What an address is, and who stands behind its aliases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.trial.domain.addresses import AddressSyntaxError, EmailAddress


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "anna@",
        "@demo.example",
        "anna@demo",
        "anna@@demo.example",
        "anna rossi@demo.example",
        "anna@demo..example",
        "anna@-demo.example",
        "an\nna@demo.example",
        "anna@demo.example\r\nBcc: x@demo.example",
        "анна@demo.example",
        "anna@localhost",
        "anna@host.local",
        "anna@shop.test",
        "anna@[192.0.2.1]",
        "Anna <anna@demo.example>",
        "a" * 65 + "@demo.example",
        "anna@" + "d" * 250 + ".example",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(AddressSyntaxError):
        EmailAddress.parse(text)


def test_an_idn_domain_is_kept_in_ascii() -> None:
    address = EmailAddress.parse("Anna@BÜCHER.example")
    assert address.text == "Anna@xn--bcher-kva.example"
    assert address.domain == "xn--bcher-kva.example"
    assert EmailAddress.parse("anna@xn--bcher-kva.example").key == address.key


def test_a_login_does_not_depend_on_case() -> None:
    assert EmailAddress.parse("Anna.Rossi@Demo.Example").key == EmailAddress.parse("anna.rossi@demo.example").key


@pytest.mark.parametrize(
    ("alias", "mailbox"),
    [
        ("anna+prova@demo.example", "anna@demo.example"),
        ("a.n.n.a@gmail.com", "anna@gmail.com"),
        ("A.nna+x+y@googlemail.com", "anna@gmail.com"),
        ("anna@pm.me", "anna@proton.me"),
        ("anna-shop@yahoo.it", "anna@yahoo.it"),
        ("shop@anna.fastmail.com", "anna@fastmail.com"),
        ("anna+x@icloud.com", "anna@me.com"),
    ],
)
def test_aliases_lead_to_one_person(alias: str, mailbox: str) -> None:
    assert EmailAddress.parse(alias).person == EmailAddress.parse(mailbox).person


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anna.rossi@demo.example", "annarossi@demo.example"),
        ("anna-rossi@demo.example", "anna@demo.example"),
        ("anna@demo.example", "anna@other.example"),
        ("+a@demo.example", "+b@demo.example"),
    ],
)
def test_different_mailboxes_are_different_persons(one: str, other: str) -> None:
    assert EmailAddress.parse(one).person != EmailAddress.parse(other).person


@given(st.text(max_size=300))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = EmailAddress.parse(text)
    except AddressSyntaxError:
        return
    assert address.key.isascii()
    assert EmailAddress.parse(address.text).key == address.key
