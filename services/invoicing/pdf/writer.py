"""Decides with what all parts of a printed document are written: the words and number formats of its language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.invoicing.pdf.formats import Formats
from services.invoicing.pdf.texts import TEXTS

View = dict[str, Any]
"""What the template reads, as JSON: texts, lists of texts and of labelled values."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes in a document's language."""

    texts: Mapping[str, str]
    formats: Formats

    @classmethod
    def of(cls, language: str) -> "Writer":
        """The writer of a language."""
        return cls(TEXTS[language], Formats(language))

    def entry(self, key: str, value: str) -> dict[str, str]:
        """A labelled value."""
        return {"label": self.texts[key], "value": value}
