"""Names: which domains and local parts are taken, and in which form they are kept."""

import pytest

from services.mailboxes.domain.names import DomainName, InvalidName, join, parse_address, parse_local_part


@pytest.mark.parametrize(
    ("text", "ascii_form"),
    [
        ("example.it", "example.it"),
        ("Example.IT.", "example.it"),
        ("caffè.it", "xn--caff-8oa.it"),
        ("CAFFÈ.it", "xn--caff-8oa.it"),
        ("xn--caff-8oa.it", "xn--caff-8oa.it"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("posta.studio-rossi.co.uk", "posta.studio-rossi.co.uk"),
    ],
)
def test_every_spelling_of_a_domain_is_one_name(text: str, ascii_form: str) -> None:
    assert DomainName.parse(text).ascii == ascii_form


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost",
        "a..it",
        ".it",
        "-a.it",
        "a-.it",
        "a b.it",
        "a_b.it",
        "a.it/x",
        "1.2.3.4",
        "a@b.it",
        "a.1",
        "a.i",
        "\u0000a.it",
        "xn--0.it",
        "x" * 64 + ".it",
        "[127.0.0.1]",
        "a.it\n",
    ],
)
def test_what_is_no_domain_is_refused(text: str) -> None:
    with pytest.raises(InvalidName) as refused:
        DomainName.parse(text)
    assert refused.value.key == "domain_syntax"


def test_a_domain_longer_than_253_characters_is_refused() -> None:
    longest = ".".join(["a" * 49] * 5) + ".it"
    assert len(longest) == 252
    assert DomainName.parse(longest).ascii == longest
    with pytest.raises(InvalidName) as refused:
        DomainName.parse("aa." + longest)
    assert refused.value.key == "domain_too_long"


def test_a_domain_is_under_itself_and_its_parents_only() -> None:
    name = DomainName.parse("mail.example.it")
    assert name.is_under(["example.it"])
    assert name.is_under(["mail.example.it"])
    assert not name.is_under(["ample.it", "x.mail.example.it"])


@pytest.mark.parametrize("text", ["anna", "anna.rossi", "a-b_c.1", "1", "A.B"])
def test_usual_local_parts_are_taken_and_folded(text: str) -> None:
    assert parse_local_part(text) == text.lower()


@pytest.mark.parametrize(
    "text", ["", ".a", "a.", "a..b", "a+b", "a b", "à", "a@b", '"a"', "-a", "a\n", "a\u0000", "_a", "K\u212a"]
)
def test_other_local_parts_are_refused(text: str) -> None:
    with pytest.raises(InvalidName) as refused:
        parse_local_part(text)
    assert refused.value.key == "local_part_syntax"


def test_a_local_part_has_at_most_64_characters() -> None:
    assert parse_local_part("a" * 64)
    with pytest.raises(InvalidName) as refused:
        parse_local_part("a" * 65)
    assert refused.value.key == "local_part_too_long"


def test_an_address_has_at_most_254_characters() -> None:
    domain = DomainName.parse(".".join(["a" * 49] * 4) + ".it")
    assert len(join("a" * 51, domain)) == 254
    with pytest.raises(InvalidName) as refused:
        join("a" * 52, domain)
    assert refused.value.key == "address_too_long"


def test_an_address_is_kept_in_one_form() -> None:
    assert parse_address("Anna.Rossi@CAFFÈ.it") == "anna.rossi@xn--caff-8oa.it"
    with pytest.raises(InvalidName):
        parse_address("anna")
