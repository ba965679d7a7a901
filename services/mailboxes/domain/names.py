"""Decides which domain names and mailbox names are good, and in which form they are kept.

A domain is kept in its ASCII form (A-labels, RFC 5891), lower case, so that «caffè.it» and «xn--caff-8oa.it» are one.
A mailbox's local part is a strict subset of RFC 5321: lower-case letters, digits and
`. _ -`, so that no two mailboxes differ in case only and `+` stays free for subaddresses (RFC 5233).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import idna

from services.kit.composed import composed

MAX_DOMAIN_CHARACTERS = 253
MAX_LOCAL_CHARACTERS = 64
MAX_ADDRESS_CHARACTERS = 254
"""RFC 5321, section 4.5.3.1: a path of 256 octets less its two angle brackets."""

_LOCAL = re.compile(r"[a-z0-9](?:[a-z0-9_-]|\.(?!\.))*(?<![.])")
_IDEOGRAPHIC_DOTS = str.maketrans("。．｡", "...")


class InvalidName(ValueError):
    """A name that cannot be used.

    Attributes:
        key: What is wrong with it, as the validation's message table names it.
    """

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class DomainName:
    """A registrable-looking domain name with at least two labels; `ascii` identifies it."""

    ascii: str

    @classmethod
    def parse(cls, text: str) -> "DomainName":
        """Reads a name in ASCII or Unicode form, with or without the final dot.

        Raises:
            InvalidName: `domain_syntax`, or `domain_too_long` (more than 253 characters in its ASCII form).
        """
        name = composed(text).translate(_IDEOGRAPHIC_DOTS).removesuffix(".")
        if len(name) > MAX_DOMAIN_CHARACTERS:
            raise InvalidName("domain_too_long")
        try:
            ascii_name = idna.encode(name, uts46=True, std3_rules=True).decode("ascii").lower()
        except idna.IDNAError as error:
            raise InvalidName("domain_syntax") from error
        if len(ascii_name) > MAX_DOMAIN_CHARACTERS:
            raise InvalidName("domain_too_long")
        top = ascii_name.rpartition(".")[2]
        if "." not in ascii_name or top.isdigit() or len(top) == 1:
            raise InvalidName("domain_syntax")
        return cls(ascii_name)

    @property
    def above(self) -> tuple[str, ...]:
        """The names above it that have at least two labels, nearest first."""
        labels = self.ascii.split(".")
        return tuple(".".join(labels[start:]) for start in range(1, len(labels) - 1))

    @property
    def family(self) -> str:
        """Its last two labels, which every name above or below it shares."""
        return ".".join(self.ascii.split(".")[-2:])

    def is_under(self, suffixes: Iterable[str]) -> bool:
        """Says whether the name is one of `suffixes` or lies below one of them."""
        return any(self.ascii == suffix or self.ascii.endswith(f".{suffix}") for suffix in suffixes)


def parse_local_part(text: str) -> str:
    """Reads the part of an address before the @; upper case is folded.

    Raises:
        InvalidName: `local_part_syntax` or `local_part_too_long` (more than 64 characters).
    """
    local = text.lower()
    if len(local) > MAX_LOCAL_CHARACTERS:
        raise InvalidName("local_part_too_long")
    # isascii first: the Kelvin sign would fold to an ordinary "k".
    if not text.isascii() or not _LOCAL.fullmatch(local):
        raise InvalidName("local_part_syntax")
    return local


def parse_address(text: str) -> str:
    """Reads a whole address as a mail server gives it and returns the form in which mailboxes are kept.

    Raises:
        InvalidName: `address_syntax`, or what is wrong with its parts.
    """
    local, at, domain = text.rpartition("@")
    if not at:
        raise InvalidName("address_syntax")
    return join(parse_local_part(local), DomainName.parse(domain))


def join(local_part: str, domain: DomainName) -> str:
    """Puts an address together.

    Raises:
        InvalidName: `address_too_long` (more than 254 characters).
    """
    address = f"{local_part}@{domain.ascii}"
    if len(address) > MAX_ADDRESS_CHARACTERS:
        raise InvalidName("address_too_long")
    return address
