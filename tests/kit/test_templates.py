"""Every room's mails exist in both languages and begin with their subject; how they write a day."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.kit import localized

_SERVICES = Path(__file__).parents[2] / "services"


def test_every_mail_exists_in_italian_and_in_english() -> None:
    for folder in _SERVICES.glob("*/templates"):
        found = {language: {file.name for file in (folder / language).glob("*.j2")} for language in ("it", "en")}
        assert found["it"] == found["en"], folder


def test_every_mail_begins_with_its_subject() -> None:
    templates = list(_SERVICES.glob("*/templates/*/*.md.j2"))
    assert templates
    assert [file for file in templates if not file.read_text().startswith("Subject: ")] == []


@pytest.mark.parametrize(
    ("day", "article", "written"),
    [
        (date(2027, 2, 1), "del", "del 1° febbraio 2027"),
        (date(2027, 2, 8), "il", "l’8 febbraio 2027"),
        (date(2027, 2, 8), "del", "dell’8 febbraio 2027"),
        (date(2027, 2, 11), "al", "all’11 febbraio 2027"),
        (date(2027, 2, 18), "dal", "dal 18 febbraio 2027"),
        (datetime(2027, 2, 7, 23, 30, tzinfo=UTC), "il", "l’8 febbraio 2027"),
    ],
)
def test_an_italian_article_fits_the_day_behind_it(day: date, article: str, written: str) -> None:
    assert localized.after_article(localized.day(day, "it"), article) == written
