"""Decides which messages a SEARCH finds: the keys of RFC 3501, section 6.4.4, for one mailbox."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias

from deploy.local.mailsink.imap.wire import BadCommand, Word, numbers, text
from deploy.local.mailsink.mailbox import Message, header

Test: TypeAlias = Callable[[int, Message], bool]

FLAGS = {"ANSWERED": "\\Answered", "DELETED": "\\Deleted", "DRAFT": "\\Draft", "FLAGGED": "\\Flagged", "SEEN": "\\Seen"}
HEADERS = {"FROM": "From", "TO": "To", "CC": "Cc", "BCC": "Bcc", "SUBJECT": "Subject"}
DATES: dict[str, Callable[[date, date], bool]] = {
    "BEFORE": lambda day, limit: day < limit,
    "ON": lambda day, limit: day == limit,
    "SINCE": lambda day, limit: day >= limit,
}


def compile_search(words: list[Word], largest_number: int, largest_uid: int) -> Test:
    """Make one test of a list of keys, all of which must hold.

    Raises:
        BadCommand: a key is unknown or lacks its value.
    """
    reader = _Keys(iter(words), largest_number, largest_uid)
    tests = list(reader.tests())
    return lambda number, message: all(test(number, message) for test in tests)


class _Keys:
    def __init__(self, words: Iterator[Word], largest_number: int, largest_uid: int) -> None:
        self._words = words
        self._largest_number = largest_number
        self._largest_uid = largest_uid

    def tests(self) -> Iterator[Test]:
        for word in self._words:
            yield self._test(word)

    def _value(self) -> str:
        return text(self._next())

    def _next(self) -> Word:
        try:
            return next(self._words)
        except StopIteration:
            raise BadCommand("a search key lacks its value") from None

    def _test(self, word: Word) -> Test:
        if isinstance(word, list):
            return compile_search(word, self._largest_number, self._largest_uid)
        key = word.upper()
        if key[0].isdigit() or key[0] == "*":
            found = numbers(key, self._largest_number)
            return lambda number, _: any(number in part for part in found)
        if key == "UID":
            uids = numbers(self._value(), self._largest_uid)
            return lambda _, message: any(message.uid in part for part in uids)
        if key == "NOT":
            negated = self._test(self._next())
            return lambda number, message: not negated(number, message)
        if key == "OR":
            one, other = self._test(self._next()), self._test(self._next())
            return lambda number, message: one(number, message) or other(number, message)
        return self._flag(key) or self._content(key) or self._date_or_size(key)

    def _flag(self, key: str) -> Test | None:
        if key in {"ALL", "OLD"}:
            return lambda *_: True
        if key in {"RECENT", "NEW"}:
            return lambda *_: False
        if key in {"KEYWORD", "UNKEYWORD"}:
            keyword = self._value()
            return lambda _, message: (keyword in message.flags) == (key == "KEYWORD")
        flag = FLAGS.get(key) or FLAGS.get(key.removeprefix("UN"))
        if flag is None:
            return None
        return lambda _, message: (flag in message.flags) == (key in FLAGS)

    def _content(self, key: str) -> Test | None:
        if key == "HEADER":
            name, part = self._value(), self._value().lower()
            return lambda _, message: name in message.headers and part in header(message.headers, name).lower()
        if key in HEADERS:
            field, wanted = HEADERS[key], self._value().lower()
            return lambda _, message: wanted in header(message.headers, field).lower()
        if key in {"BODY", "TEXT"}:
            sought = self._value().lower().encode()
            return lambda _, message: (
                sought in (message.content() if key == "TEXT" else message.content().partition(b"\r\n\r\n")[2]).lower()
            )
        return None

    def _date_or_size(self, key: str) -> Test:
        if key in {"LARGER", "SMALLER"}:
            size = self._value()
            if not size.isdigit():
                raise BadCommand("a size is not a number")
            return lambda _, message: message.size > int(size) if key == "LARGER" else message.size < int(size)
        compare = DATES.get(key.removeprefix("SENT"))
        if compare is None:
            raise BadCommand(f"search key {key[:40]} is not known here")
        limit = _day(self._value())
        if key.startswith("SENT"):
            return lambda _, message: compare(_sent(message), limit)
        return lambda _, message: compare(message.received.date(), limit)


def _day(value: str) -> date:
    try:
        return datetime.strptime(value, "%d-%b-%Y").replace(tzinfo=UTC).date()
    except ValueError:
        raise BadCommand("a date must look like 24-Nov-2026") from None


def _sent(message: Message) -> date:
    try:
        return parsedate_to_datetime(header(message.headers, "Date")).date()
    except ValueError:
        return message.received.date()
