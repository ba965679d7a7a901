"""The emails as customers read them, in both languages."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from uuid import UUID

import pytest

from services.kit.calendar import add_days
from services.kit.mail_templates import MailTemplates
from services.kit.mailer import MailBuilder
from services.kit.outbox import Mail
from services.trial.domain.accounts import Person, Trial
from services.trial.domain.sign_ups import Applicant
from services.trial.domain.terms import ReminderKind, Terms, TrialState
from services.trial.letters import Letters
from services.trial.policy import GuideLink, TrialLimits
from tests.support.company import COMPANY

START = datetime(2026, 11, 8, 9, 30, tzinfo=UTC)
TERMS = Terms.ending(add_days(START, 30))
ACCOUNT = UUID(int=1)
TRIAL = Trial(ACCOUNT, TrialState.ACTIVE, START, TERMS)
LETTERS = Letters(
    "https://pannello.example",
    TrialLimits(),
    {code: (GuideLink(title="Guida / Guide", url="https://guide.example/"),) for code in ("it", "en")},
)
BUILDER = MailBuilder(
    MailTemplates(Path("services/trial/templates"), "Casella", "https://pannello.example", COMPANY),
    "Casella <assistenza@casella.example>",
    "trial",
)


def person(language: str) -> Person:
    return Person("Anna", "D’Angelo", "anna@demo.example", "IT", language, ACCOUNT)


def letters(language: str) -> Iterator[Mail]:
    """Every email that this room sends, in one language."""
    to = person(language)
    applicant = Applicant(to.first_name, to.last_name, to.email, to.country, language)
    yield LETTERS.confirmation(UUID(int=2), UUID(int=3), applicant, "tok-en_42", add_days(START, 3))
    yield LETTERS.already_registered(UUID(int=4), to)
    yield LETTERS.welcome(to, TRIAL)
    for order_open in (False, True):
        for reminder in TERMS.reminders_after(START):
            yield LETTERS.reminder(reminder, to, TRIAL, reminder.due_at, order_open=order_open)


def read(mail: Mail) -> tuple[str, str]:
    """Subject and text part of an email."""
    message = message_from_bytes(BUILDER.build(mail, START).eml, policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return str(message["Subject"]), str(body.get_content())


def reminder_text(kind: ReminderKind, language: str, *, order_open: bool = False) -> tuple[str, str]:
    [due] = [reminder for reminder in TERMS.reminders_after(START) if reminder.kind is kind]
    return read(LETTERS.reminder(due, person(language), TRIAL, due.due_at, order_open=order_open))


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_email_is_complete(language: str) -> None:
    hello = {"it": "Ciao", "en": "Hello"}[language]
    for mail in letters(language):
        greeting = f"{hello}," if mail.template == "confirmation" else f"{hello} Anna D’Angelo,"
        subject, text = read(mail)
        assert subject.strip()
        assert text.startswith(greeting)
        assert not re.search(r"\{\{|\}\}|\{%|None|\*\*|  ", text)
        # A link stands at the end of its paragraph: otherwise two paragraphs have run into each other.
        assert not re.search(r"https?://\S+ ", text)


@pytest.mark.parametrize("language", ["it", "en"])
def test_an_address_that_is_not_confirmed_gets_nothing_that_was_typed(language: str) -> None:
    [mail, *_] = letters(language)
    whole = message_from_bytes(BUILDER.build(mail, START).eml, policy=policy.default)
    assert str(whole["To"]) == "anna@demo.example"
    for part in ("plain", "html"):
        body = whole.get_body((part,))
        assert body is not None
        assert not re.search(r"Anna|Angelo", str(body.get_content()))


def test_every_email_has_a_key_of_its_own() -> None:
    keys = [mail.key for mail in letters("it")]
    # The same reminder with and without an open order is one email.
    assert len(set(keys)) == 3 + len(ReminderKind)


def test_an_italian_date_needs_no_article() -> None:
    # 8 December would be "l’8 dicembre".
    _, text = reminder_text(ReminderKind.END_IN_3_DAYS, "it")
    assert "termina martedì 8 dicembre 2026, ore 10:30: mancano 3 giorni." in text
    assert "rimossi definitivamente mercoledì 23 dicembre 2026." in text


@pytest.mark.parametrize(
    ("kind", "italian", "english"),
    [
        (
            ReminderKind.END_IN_7_DAYS,
            "Mancano 7 giorni al termine della tua prova gratuita",
            "7 days left in your free trial",
        ),
        (ReminderKind.END_IN_1_DAY, "Domani termina la tua prova gratuita", "Your free trial ends tomorrow"),
        (ReminderKind.ENDED, "La tua prova gratuita è terminata", "Your free trial has ended"),
        (
            ReminderKind.PURGE_IN_7_DAYS,
            "Tra 7 giorni i tuoi domini e le tue caselle saranno rimossi",
            "Your domains and mailboxes will be removed in 7 days",
        ),
        (
            ReminderKind.PURGE_IN_1_DAY,
            "Domani i tuoi domini e le tue caselle saranno rimossi",
            "Your domains and mailboxes will be removed tomorrow",
        ),
    ],
)
def test_a_reminder_says_in_its_subject_how_long(kind: ReminderKind, italian: str, english: str) -> None:
    assert reminder_text(kind, "it")[0] == italian
    assert reminder_text(kind, "en")[0] == english


def test_who_has_ordered_is_not_asked_to_order_again() -> None:
    _, asked = reminder_text(ReminderKind.END_IN_3_DAYS, "it")
    _, waiting = reminder_text(ReminderKind.END_IN_3_DAYS, "it", order_open=True)
    assert "https://pannello.example/orders" in asked
    assert "https://pannello.example/orders" not in waiting
    assert "in attesa del pagamento" in waiting


def test_the_confirmation_names_link_and_time() -> None:
    [mail, *_] = letters("it")
    _, text = read(mail)
    assert "https://pannello.example/confirm/tok-en_42" in text
    assert "vale 72 ore, fino a mercoledì 11 novembre 2026, ore 10:30" in text
