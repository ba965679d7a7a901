"""Every room's mails exist in both languages and begin with their subject."""

from pathlib import Path

_SERVICES = Path(__file__).parents[2] / "services"


def test_every_mail_exists_in_italian_and_in_english() -> None:
    for folder in _SERVICES.glob("*/templates"):
        found = {language: {file.name for file in (folder / language).glob("*.md.j2")} for language in ("it", "en")}
        assert found["it"] == found["en"], folder


def test_every_mail_begins_with_its_subject() -> None:
    templates = list(_SERVICES.glob("*/templates/*/*.md.j2"))
    assert templates
    assert [file for file in templates if not file.read_text().startswith("Subject: ")] == []
