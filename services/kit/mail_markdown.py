"""The Markdown of mails: how a parameter gets in as plain text, and what the template's own Markdown becomes."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")


class Lines(str):
    """A text whose line breaks count, such as the answer to a ticket: ``{{ answer | lines }}``."""

    __slots__ = ()


def one_line(text: str) -> str:
    """A text without control characters and line breaks; the fixed space between amount and currency stays."""
    return _SPACES.sub(" ", _without_controls(text)).strip()


def escape_markdown(text: str) -> str:
    """A text in which Markdown sees nothing but text: every punctuation mark escaped, on one line unless ``Lines``.

    An address inside the parentheses of a link survives, because Markdown takes the escapes out there too. An empty
    line becomes a fixed space, because it would end the paragraph and let a heading begin.
    """
    lines = text.strip().splitlines() if isinstance(text, Lines) else [text]
    return "\\\n".join(_PUNCTUATION.sub(r"\\\1", one_line(line)) or "\u00a0" for line in lines) if text else ""


def parse(source: str) -> list[Token]:
    """Read a filled-in template's Markdown, with what mails do differently.

    A link alone in a paragraph of the mail itself is a button, one in a list, a quotation or a table is a link; a
    table's empty header is left out; escapes are taken out of code, where Markdown would show them (only the template's
    own text can make code).
    """
    tokens = _without_empty_heads(_MARKDOWN.parse(source))
    for token in tokens:
        if token.type in {"fence", "code_block"}:
            token.content = _ESCAPED.sub(r"\1", token.content)
        for child in token.children or []:
            if child.type == "code_inline":
                child.content = _ESCAPED.sub(r"\1", child.content)
    _mark_buttons(tokens)
    return tokens


def html_of(tokens: Sequence[Token]) -> str:
    """The HTML of parsed Markdown, without layout."""
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def _mark_buttons(tokens: Sequence[Token]) -> None:
    for opening, inline in pairwise(tokens):
        children = inline.children or []
        outermost = opening.type == "paragraph_open" and opening.level == 0
        if outermost and children and children[0].type == "link_open":
            closes = next(n for n, child in enumerate(children) if child.type == "link_close")
            if closes == len(children) - 1:
                children[0].attrSet("class", "button")


def _without_empty_heads(tokens: list[Token]) -> list[Token]:
    kept: list[Token] = []
    for token in tokens:
        kept.append(token)
        if token.type == "thead_close":
            opens = max(n for n, before in enumerate(kept) if before.type == "thead_open")
            if not any(head.content for head in kept[opens:]):
                del kept[opens:]
    return kept


def _without_controls(text: str) -> str:
    return "".join(" " if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} else c for c in text)
