"""How a mail's template becomes its subject, its text part and its HTML part.

A template is ``<folder>/<language>/<name>.md.j2``: the first line ``Subject: …``, the rest Markdown with Jinja2. What a
customer typed is escaped on its way into the Markdown, so that a first name makes neither a link nor a heading nor
HTML. A paragraph that holds one link and nothing else becomes a button, unless it is part of a list or a quotation.
What several rooms' mails have in common is a part, ``<kit's templates>/<language>/<name>.j2``, which they include.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from services.kit import localized
from services.kit.company import Company
from services.kit.letterhead import letterhead
from services.kit.mail_markdown import Lines, escape_markdown, html_of, one_line, parse
from services.kit.mail_params import Params
from services.kit.mail_text import text_of
from services.kit.money import Money

_SUBJECT = re.compile(r"Subject: (?P<subject>[^\n]+)\n+(?P<body>.+)", re.DOTALL)
_SHARED = Path(__file__).parent / "templates"
"""The layout, and the parts that any room's mails may include."""
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)


_SIGNATURE = "-- "
"""Above what every mail has below its text; a reader's program leaves it out of an answer (RFC 3676)."""


class BadTemplate(ValueError):
    """A template that does not begin with its subject."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's content in its three forms."""

    subject: str
    text: str
    html: str


class MailTemplates:
    """The templates of one room, in the provider's layout."""

    def __init__(self, folder: Path, provider_name: str, public_url: str, company: Company) -> None:
        """Take the room's ``templates`` folder, and what every mail names or may name.

        Args:
            folder: With a folder for each language.
            provider_name: The name under which the service is sold.
            public_url: The gateway's address.
            company: Who writes; stands below each mail.
        """
        self._loader = FileSystemLoader([folder, _SHARED])
        self._company = company
        self._common = {"provider": provider_name, "public_url": public_url}
        self._layout = Environment(
            loader=FileSystemLoader(_SHARED), autoescape=True, undefined=StrictUndefined
        ).get_template("layout.html.j2")
        self._prepared: dict[tuple[str, str], tuple[Template, Template]] = {}

    def render(self, template: str, language: str, params: Params) -> Rendered:
        """Fill in a template.

        Args:
            template: Its name without folder and ending.
            language: ``it`` or ``en``.
            params: What it wants; Money, dates and instants print themselves in the language.

        Raises:
            jinja2.TemplateNotFound: There is no such template in this language.
            jinja2.UndefinedError: A parameter is missing.
            BadTemplate: The file does not begin with ``Subject: ``.
        """
        subject, body = self._prepare(template, language)
        values = {**self._common, **params}
        tokens = parse(body.render(values))
        line = " ".join(subject.render(values).split())
        foot = letterhead(self._company, language)
        html = self._layout.render(
            content=html_of(tokens), foot=foot,
            language=language, subject=line, provider=self._common["provider"],
        )  # fmt: skip
        text = "\n".join([text_of(tokens), _SIGNATURE, *foot, ""])
        return Rendered(line, text, _INLINER.inline(html))

    def _prepare(self, template: str, language: str) -> tuple[Template, Template]:
        found = self._prepared.get((template, language))
        if found is None:
            bodies = self._environment(language, escape_markdown)
            source, _, _ = self._loader.get_source(bodies, f"{language}/{template}.md.j2")
            parts = _SUBJECT.fullmatch(source)
            if parts is None:
                raise BadTemplate(f"{language}/{template}.md.j2 does not begin with 'Subject: '")
            subjects = self._environment(language, one_line)
            found = subjects.from_string(parts["subject"]), bodies.from_string(parts["body"])
            self._prepared[template, language] = found
        return found

    def _environment(self, language: str, escape: Callable[[str], str]) -> Environment:
        def finalize(value: Any) -> str:
            return escape(printed(value, language))

        environment = Environment(  # noqa: S701  the output is Markdown: finalize escapes for that
            loader=self._loader,
            undefined=StrictUndefined,
            finalize=finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,  # without it a paragraph behind an included table would become its last row
        )
        environment.filters["lines"] = lambda value: Lines(printed(value, language))
        environment.filters["moment"] = lambda value: localized.moment(value, language)
        environment.filters["day"] = lambda value: localized.day(value, language)
        environment.filters["after"] = localized.after_article
        environment.filters["money"] = lambda value: localized.money(value, language)
        return environment


def printed(value: Any, language: str) -> str:
    """A parameter as the customer reads it."""
    match value:
        case str():
            return value
        case None:
            return ""
        case Money():
            return localized.money(value, language)
        case datetime():
            return localized.moment(value, language)
        case date():
            return localized.day(value, language)
        case _:
            return str(value)
