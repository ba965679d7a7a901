"""Templates and messages: what a customer gets, and what a name cannot do."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from services.kit.letterhead import letterhead
from services.kit.mail_templates import BadTemplate, MailTemplates
from services.kit.mailer import MailBuilder, Message
from services.kit.money import Money
from services.kit.outbox import Attachment, Mail
from tests.support.company import COMPANY

_AT = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
_TEMPLATE = """\
Subject: Ciao {{ name }}, il tuo ordine

# Ciao {{ name }}

Totale **{{ total }}** entro il {{ until }}, vedi [la guida](https://casella.example/guida).

[Paga ora]({{ link }})

| | |
| --- | --- |
| IBAN | {{ iban }} |

- uno
- due
"""
_FOOT = "\n".join(["", "-- ", *letterhead(COMPANY, "it"), ""])
"""What stands below each mail in Italian."""


@pytest.fixture
def templates(tmp_path: Path) -> MailTemplates:
    (tmp_path / "it").mkdir()
    (tmp_path / "it" / "order.md.j2").write_text(_TEMPLATE)
    (tmp_path / "it" / "bad.md.j2").write_text("Oggetto: no\n\nx")
    return MailTemplates(tmp_path, "Posta Fiorentina", "https://casella.example", COMPANY)


def _params(**changed: object) -> dict[str, object]:
    return {
        "name": "Anna", "total": Money(123450), "until": date(2026, 12, 9), "iban": "IT60 X054",
        "link": "https://casella.example/pay/ab_c*d?x=1&y=2", **changed,
    }  # fmt: skip


def test_text_and_html_say_the_same_in_the_customers_language(templates: MailTemplates) -> None:
    made = templates.render("order", "it", _params())
    assert made.subject == "Ciao Anna, il tuo ordine"
    assert made.text == (
        "Ciao Anna\n\n"
        "Totale 1.234,50\u00a0€ entro il 9 dicembre 2026, vedi la guida: https://casella.example/guida.\n\n"
        "Paga ora: https://casella.example/pay/ab_c*d?x=1&y=2\n\n"
        "IBAN: IT60 X054\n\n"
        "- uno\n- due\n" + _FOOT
    )
    assert "<strong>1.234,50&nbsp;€</strong>" in made.html
    assert 'href="https://casella.example/pay/ab_c*d?x=1&amp;y=2"' in made.html
    assert "Posta Fiorentina" in made.html
    for line in letterhead(COMPANY, "it"):
        assert line.replace("\u00a0", "&nbsp;") in made.html
    assert "<style" not in made.html
    assert "<thead" not in made.html


def test_below_each_email_stands_who_writes(templates: MailTemplates) -> None:
    made = templates.render("order", "it", _params())
    assert made.text.endswith("\n".join(["\n-- ", *letterhead(COMPANY, "it"), ""]))
    foot = made.html.replace("&nbsp;", "\u00a0")
    assert [line for line in letterhead(COMPANY, "it") if line not in foot] == []


@pytest.mark.parametrize(
    "name",
    [
        "[x](https://evil.example)", "<b>x</b>", "**x**", "# x", "`x`", "![x](https://evil.example/a.png)",
        "<https://evil.example>", "{{ 7*7 }}", "x\n\n# y", "&lt;script&gt;", "\\[x](https://evil.example)", "| a | b |",
    ],
)  # fmt: skip
def test_what_a_customer_typed_stays_text(templates: MailTemplates, name: str) -> None:
    plain = templates.render("order", "it", _params())
    made = templates.render("order", "it", _params(name=name))
    assert made.html.count("<a ") == plain.html.count("<a ")
    assert made.html.count("<h1") == plain.html.count("<h1")
    for tag in ("<b>", "<em", "<img", "<code", "<script"):
        assert tag not in made.html
    assert "\n" not in made.subject
    assert " ".join(name.split()) in " ".join(made.text.split())


_ACCOUNT = {"holder": "Posta & Figli", "iban": "IT60 X054", "bic": "BPPIITRRXXX"}


@pytest.mark.parametrize(
    ("account", "lines"),
    [
        (_ACCOUNT, ["Beneficiario: Posta & Figli", "IBAN: IT60 X054", "BIC: BPPIITRRXXX"]),
        (_ACCOUNT | {"bic": ""}, ["Beneficiario: Posta & Figli", "IBAN: IT60 X054"]),
        ({"iban": "IT60 X054"}, ["IBAN: IT60 X054"]),
    ],
    ids=["whole", "without a BIC", "queued before the part had a holder"],
)
def test_every_mail_that_asks_for_a_transfer_has_the_same_block(
    tmp_path: Path, account: dict[str, str], lines: list[str]
) -> None:
    (tmp_path / "it").mkdir()
    (tmp_path / "it" / "ask.md.j2").write_text(
        "Subject: Paga\n\nPaga:\n\n{% with amount = total %}\n"
        '{% include "it/transfer.j2" %}\n{% endwith %}\n\nGrazie.\n'
    )
    templates = MailTemplates(tmp_path, "Posta Fiorentina", "https://casella.example", COMPANY)
    made = templates.render("ask", "it", {**account, "total": Money(123450), "reference": "RF18 5390"})
    block = "\n".join([*lines, "Importo: 1.234,50\u00a0€", "Causale: RF18 5390"])
    assert made.text == f"Paga:\n\n{block}\n\nGrazie.\n{_FOOT}"
    assert "Grazie.</p>" in made.html


def test_a_text_with_lines_keeps_them_and_makes_no_markdown(tmp_path: Path) -> None:
    (tmp_path / "it").mkdir()
    (tmp_path / "it" / "answer.md.j2").write_text("Subject: Risposta\n\nEcco:\n\n> {{ answer | lines }}\n")
    templates = MailTemplates(tmp_path, "Posta Fiorentina", "https://casella.example", COMPANY)
    made = templates.render("answer", "it", {"answer": "Buongiorno,\n\n# grazie\n- a\n    b"})
    assert made.text == "Ecco:\n\n> Buongiorno,\n>\n> # grazie\n> - a\n> b\n" + _FOOT
    assert "<h1" not in made.html
    assert "<li" not in made.html


def test_code_shows_a_parameter_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "it").mkdir()
    (tmp_path / "it" / "code.md.j2").write_text("Subject: x\n\nNumero `{{ number }}`\n")
    templates = MailTemplates(tmp_path, "Posta Fiorentina", "https://casella.example", COMPANY)
    made = templates.render("code", "it", {"number": "PF-2026/1.<b>"})
    assert made.text == "Numero PF-2026/1.<b>\n" + _FOOT
    assert ">PF-2026/1.&lt;b&gt;</code>" in made.html
    hostile = templates.render("code", "it", {"number": "`[x](https://evil.example)<b>"})
    assert "<a " not in hostile.html
    assert "<b>" not in hostile.html


def test_only_a_link_alone_in_a_paragraph_of_the_mail_itself_is_a_button(tmp_path: Path) -> None:
    (tmp_path / "it").mkdir()
    (tmp_path / "it" / "links.md.j2").write_text(
        "Subject: x\n\n# [title](https://a.example/)\n\n- [tight](https://b.example/)\n\n1. [loose](https://c.example/)\n\n"
        "2. second\n\n> [quoted](https://d.example/)\n\n| | |\n| --- | --- |\n| Cell | [cell](https://e.example/) |\n\n"
        "[one](https://f.example/) [two](https://g.example/)\n\n[button](https://h.example/)\n"
    )
    made = MailTemplates(tmp_path, "Posta Fiorentina", "https://casella.example", COMPANY).render("links", "it", {})
    links = re.findall(r"<a [^>]*example/[^>]*>", made.html)
    assert len(links) == 8
    assert [link for link in links if 'class="button"' in link] == links[-1:]


def test_a_missing_parameter_is_an_error_and_not_a_gap(templates: MailTemplates) -> None:
    params = _params()
    del params["iban"]
    with pytest.raises(UndefinedError):
        templates.render("order", "it", params)


def test_a_template_without_subject_is_refused(templates: MailTemplates) -> None:
    with pytest.raises(BadTemplate):
        templates.render("bad", "it", _params())


def _build(templates: MailTemplates, key: str = "order:1") -> Message:
    builder = MailBuilder(templates, "Posta Fiorentina <assistenza@casella.example>", "ordering")
    pdf = Attachment("proforma.pdf", "application/pdf", b"%PDF-1.7")
    return builder.build(Mail(key, "order", "it", "anna@example.it", _params(), [pdf], name="Anna Rossi"), _AT)


def test_the_same_mail_is_the_same_bytes_each_time(templates: MailTemplates) -> None:
    assert _build(templates).eml == _build(templates).eml
    assert _build(templates).message_id != _build(templates, "order:2").message_id


def test_the_kept_copy_is_the_same_message_with_its_secrets_masked(templates: MailTemplates) -> None:
    builder = MailBuilder(templates, "Posta Fiorentina <assistenza@casella.example>", "ordering")
    mail = Mail("order:1", "order", "it", "anna@example.it", _params(), secret_params=("link", "iban"))
    made = builder.build(mail, _AT)
    plain = builder.build(replace(mail, secret_params=()), _AT)
    masked = builder.build(replace(mail, params=_params(link="***", iban="***")), _AT)
    assert (made.eml, made.kept) == (plain.eml, masked.eml)
    assert made.message_id == plain.message_id
    assert made.sha256 == sha256(plain.eml).digest()
    assert plain.kept == plain.eml
    kept = message_from_bytes(made.kept, EmailMessage, policy=SMTP)
    html, text = kept.get_body(("html",)), kept.get_body(("plain",))
    assert isinstance(html, EmailMessage)
    assert isinstance(text, EmailMessage)
    assert 'href="***"' in html.get_content()
    assert "Paga ora: ***\n\nIBAN: ***\n" in text.get_content().replace("\r\n", "\n")


def test_a_secret_that_is_not_there_is_not_masked(templates: MailTemplates) -> None:
    builder = MailBuilder(templates, "c@casella.example", "ordering")
    made = builder.build(
        Mail("order:1", "order", "it", "anna@example.it", _params(iban=""), secret_params=("iban",)), _AT
    )
    assert made.kept == made.eml


def test_a_misspelt_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="lnik"):
        Mail("order:1", "order", "it", "anna@example.it", _params(), secret_params=("lnik",))


def test_the_message_has_text_html_and_its_files(templates: MailTemplates) -> None:
    message = message_from_bytes(_build(templates).eml, EmailMessage, policy=SMTP)
    assert isinstance(message, EmailMessage)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf",
    ]  # fmt: skip
    assert message["To"] == "Anna Rossi <anna@example.it>"
    assert message["Date"] == "Tue, 24 Nov 2026 14:30:00 +0100"
    assert message["Message-ID"] == _build(templates).message_id
    attached = next(message.iter_attachments())
    assert (attached.get_filename(), attached.get_content()) == ("proforma.pdf", b"%PDF-1.7")
