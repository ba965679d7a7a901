"""Decides how an IMAP command line becomes words: atoms, quoted strings, literals and lists (RFC 3501, section 9)."""

import asyncio
import re
from typing import TypeAlias

LONGEST_LINE = 64 * 1024
LONGEST_LITERAL = 64 * 1024
LITERAL = re.compile(rb"\{(\d{1,6})(\+?)\}\r\n\Z")

Word: TypeAlias = "str | list[Word]"


class BadCommand(Exception):
    """The client sent something that this server does not understand; the text goes into the BAD answer."""


class Connection:
    """Lines in, lines out, on one socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def command(self) -> bytes | None:
        """The next command with its literals in place, without the final CRLF; None when the client has gone."""
        whole = b""
        while True:
            line = await self._line()
            if line is None:
                return None
            whole += line
            literal = LITERAL.search(line)
            if literal is None:
                return whole.removesuffix(b"\n").removesuffix(b"\r")
            size = int(literal[1])
            if size > LONGEST_LITERAL:
                raise BadCommand("literal too large")
            if not literal[2]:
                self.send(b"+ go on")
                await self.flush()
            whole += await self._reader.readexactly(size)

    async def _line(self) -> bytes | None:
        try:
            line = await self._reader.readline()
        except ValueError as longer:
            raise BadCommand("line too long") from longer
        return line if line.endswith(b"\n") else None

    def send(self, line: bytes) -> None:
        """Queue one line; CRLF is added."""
        self._writer.write(line + b"\r\n")

    async def flush(self) -> None:
        """Wait until the client takes what was queued."""
        await self._writer.drain()

    async def close(self) -> None:
        """Close the socket."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return


class Words:
    """Reads one command from left to right."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._at = 0

    def all(self) -> list[Word]:
        """Everything up to the end of the command."""
        words: list[Word] = []
        while self._peek():
            words.append(self._word())
        return words

    def _peek(self) -> bytes:
        while self._text[self._at : self._at + 1] == b" ":
            self._at += 1
        return self._text[self._at : self._at + 1]

    def _word(self) -> Word:
        first = self._peek()
        if first == b"(":
            return self._list()
        if first == b'"':
            return self._quoted()
        if first == b"{":
            return self._literal()
        return self._atom()

    def _list(self) -> list[Word]:
        self._at += 1
        words: list[Word] = []
        while self._peek() != b")":
            if not self._peek():
                raise BadCommand("a list is not closed")
            words.append(self._word())
        self._at += 1
        return words

    def _quoted(self) -> str:
        match = re.compile(rb'"((?:[^"\\]|\\.)*)"').match(self._text, self._at)
        if match is None:
            raise BadCommand("a quoted string is not closed")
        self._at = match.end()
        return re.sub(rb"\\(.)", rb"\1", match[1]).decode("utf-8", "replace")

    def _literal(self) -> str:
        match = re.compile(rb"\{(\d{1,6})\+?\}\r\n").match(self._text, self._at)
        if match is None:
            raise BadCommand("a literal is not well formed")
        start, self._at = match.end(), match.end() + int(match[1])
        return self._text[start : self._at].decode("utf-8", "replace")

    def _atom(self) -> str:
        # A section such as BODY.PEEK[HEADER.FIELDS (FROM)]<0.10> is one word, spaces and brackets included.
        match = re.compile(rb"[^\s()\[\"{]+(?:\[[^\]]*\](?:<[\d.]+>)?)?|\[[^\]]*\]").match(self._text, self._at)
        if match is None:
            raise BadCommand("a word is not well formed")
        self._at = match.end()
        return match[0].decode("utf-8", "replace")


def text(word: Word) -> str:
    """A word that must not be a list."""
    if isinstance(word, list):
        raise BadCommand("a list where a word should be")
    return word


def numbers(expression: str, largest: int) -> list[range]:
    """A sequence set such as `2,4:7,12:*`; `*` is the largest number in use (RFC 3501, section 9)."""
    ranges = []
    for part in expression.split(","):
        match = re.fullmatch(r"(\d{1,10}|\*)(?::(\d{1,10}|\*))?", part)
        if match is None:
            raise BadCommand("a sequence set is not well formed")
        first, last = (largest if end == "*" else int(end) for end in (match[1], match[2] or match[1]))
        ranges.append(range(min(first, last), max(first, last) + 1))
    return ranges
