"""Decides what an email address is: its syntax, its key as a login, and the person behind its aliases."""

from dataclasses import dataclass
from typing import Final

from email_validator import EmailNotValidError, validate_email

MAX_ADDRESS_LENGTH: Final = 254
"""Longest address that SMTP can carry (RFC 5321 section 4.5.3.1.3, minus the angle brackets)."""

# Providers that deliver `a.nna` and `anna` to the same mailbox.
_DOTS_DO_NOT_COUNT: Final = frozenset({"gmail.com"})

# Several names of one provider's mailboxes: the name on the left receives what is sent to the one on the right.
_SAME_PROVIDER: Final = {
    "googlemail.com": "gmail.com",
    "pm.me": "proton.me",
    "protonmail.com": "proton.me",
    "protonmail.ch": "proton.me",
    "icloud.com": "me.com",
    "mac.com": "me.com",
    "yandex.ru": "yandex.com",
    "ya.ru": "yandex.com",
}

# Where a tag begins. Yahoo's disposable addresses use a hyphen; a hyphen elsewhere is part of the name.
_TAG_MARKS: Final = {"yahoo.com": "-", "yahoo.it": "-", "yahoo.co.uk": "-", "yahoo.de": "-", "yahoo.fr": "-"}
_USUAL_TAG_MARK: Final = "+"

# Providers that give every customer a subdomain: anything@anna.fastmail.com is anna@fastmail.com.
_SUBDOMAIN_PROVIDERS: Final = frozenset({"fastmail.com", "fastmail.fm"})


class AddressSyntaxError(ValueError):
    """The text is no email address that Casella can write to."""


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address whose syntax is right.

    Attributes:
        text: As written, the domain in lower-case ASCII (IDNA 2008): what emails are sent to, by any server.
        key: What makes a login unique: the same in lower case.
        person: The same for all aliases of one mailbox (tags, dots, other names of the provider); never shown.
        domain: The domain in ASCII and lower case, for example "xn--bcher-kva.example".
    """

    text: str
    key: str
    person: str
    domain: str

    @classmethod
    def parse(cls, text: str) -> "EmailAddress":
        """Parses an address without asking any server.

        Special-use domains (RFC 6761: `localhost`, `invalid`, `test` …) and local parts outside ASCII are refused: the
        former cannot receive mail, the latter need SMTPUTF8, which too many servers on the way do not speak.

        Raises:
            AddressSyntaxError: The text is no address in this sense.
        """
        if len(text) > MAX_ADDRESS_LENGTH:
            raise AddressSyntaxError
        try:
            parsed = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
        except EmailNotValidError as error:
            raise AddressSyntaxError from error
        domain = parsed.ascii_domain.lower()
        local = parsed.local_part.lower()
        return cls(f"{parsed.local_part}@{domain}", f"{local}@{domain}", _person(local, domain), domain)


def _person(local: str, domain: str) -> str:
    """Gives the mailbox that all its aliases lead to."""
    provider = _SAME_PROVIDER.get(domain, domain)
    head, _, parent = provider.partition(".")
    if parent in _SUBDOMAIN_PROVIDERS:
        return f"{head}@{parent}"
    # A leading mark would leave nothing: then the local part is the name itself.
    bare = local.partition(_TAG_MARKS.get(provider, _USUAL_TAG_MARK))[0] or local
    if provider in _DOTS_DO_NOT_COUNT:
        bare = bare.replace(".", "")
    return f"{bare}@{provider}"
