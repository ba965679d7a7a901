"""The billing profile's fields: how each is shown, by which option it is set, and how a file names it."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from casella.common.v1 import common_pb2
from cli import words
from cli.failures import WrongInput

Command = TypeVar("Command", bound=Callable[..., Any])

_ADDRESS = "address."
_STANDARD_INPUT = Path("-")
_KINDS = {
    "private": common_pb2.CUSTOMER_KIND_PRIVATE,
    "company": common_pb2.CUSTOMER_KIND_COMPANY,
    "reseller": common_pb2.CUSTOMER_KIND_RESELLER,
}


@dataclass(frozen=True)
class Field:
    """A text of the profile.

    Attributes:
        path: In the contract's message, for example ``address.city``.
        title: For a person.
        help: What it looks like.
    """

    path: str
    title: str
    help: str

    @property
    def name(self) -> str:
        """The last part of the path, which is also the option's variable."""
        return self.path.removeprefix(_ADDRESS)

    @property
    def option(self) -> str:
        """The option that sets it."""
        return f"--{self.name.replace('_', '-')}"


FIELDS = (
    Field("first_name", "first name", "Natural persons."),
    Field("last_name", "last name", "Natural persons."),
    Field("company_name", "company", "Company or body (Denominazione)."),
    Field("address.street", "street", "For example: Via Roma 1."),
    Field("address.postal_code", "postal code", "Five digits in Italy."),
    Field("address.city", "town", "For example: Firenze."),
    Field("address.province", "province", "Two letters, for example FI."),
    Field("address.country", "country", "Two letters, for example IT."),
    Field("phone", "phone", "For example +390552345678."),
    Field("contact_person", "contact", "Businesses."),
    Field("codice_fiscale", "codice fiscale", "16 characters, or 11 digits of a body."),
    Field("vat_number", "VAT number", "Without the country, for example 01234567897."),
    Field("vat_country", "VAT country", "Two letters, for example IT."),
    Field("recipient_code", "recipient code", "Seven characters (codice destinatario)."),
    Field("pec", "PEC", "Certified mail address."),
)
OPTIONS = {
    "profile.kind": "--kind",
    "steering.actor": "--as",
    "steering.reason_code": "--reason",
    "steering.ticket_id": "--ticket",
    **{f"profile.{field.path}": field.option for field in FIELDS},
}
"""Field of SaveBillingProfile → option."""


def options(command: Command) -> Command:
    """Add an option for every field; an empty value empties the field."""
    for field in reversed(FIELDS):
        command = click.option(field.option, field.name, help=field.help)(command)
    return click.option("--kind", type=click.Choice(list(_KINDS)), help="Who the customer is.")(command)


def facts(profile: common_pb2.BillingParty) -> list[tuple[str, str]]:
    """The profile for a person's eyes; empty fields are left out."""
    kind = words.choice(profile, "kind")
    return [
        ("kind", f"{kind} (body)" if profile.body else kind),
        *((field.title, value_of(profile, field)) for field in FIELDS),
        ("revision", str(profile.revision)),
    ]


def value_of(profile: common_pb2.BillingParty, field: Field) -> str:
    """The value of a field."""
    holder = profile.address if field.path.startswith(_ADDRESS) else profile
    return str(getattr(holder, field.name))


def set_value(profile: common_pb2.BillingParty, field: Field, value: str) -> None:
    """Set a field."""
    setattr(profile.address if field.path.startswith(_ADDRESS) else profile, field.name, value)


def changes_of_options(chosen: Mapping[str, str | None]) -> dict[str, str]:
    """The options that were given, by path; the kind is one of them."""
    given = {field.path: value for field in FIELDS if (value := chosen[field.name]) is not None}
    return given if chosen["kind"] is None else {"kind": chosen["kind"], **given}


def changes_of_file(file: Path) -> dict[str, str]:
    """The fields that a JSON file names, by path; it may be what `profile show --json` printed.

    Raises:
        Failure: It is no JSON object, or names what a profile does not have: all of it is named.
    """
    try:
        content = json.loads(sys.stdin.read() if file == _STANDARD_INPUT else file.read_text())
    except (OSError, ValueError) as error:
        raise WrongInput(f"{file} is no JSON file ({error})") from None
    if not isinstance(content, dict):
        raise WrongInput(f"{file} holds no JSON object", 'Write for example {"pec": "a@pec.example"}')
    address = content.pop("address", {})
    flat = {**content, **{f"{_ADDRESS}{name}": value for name, value in _object(file, address).items()}}
    for given_by_the_server in ("revision", "body"):
        flat.pop(given_by_the_server, None)
    if "kind" in flat:
        flat["kind"] = str(flat["kind"]).removeprefix("CUSTOMER_KIND_").lower()
    _refuse_unknown(file, flat)
    return flat


def apply(profile: common_pb2.BillingParty, changes: Mapping[str, str]) -> None:
    """Change a profile."""
    if "kind" in changes:
        profile.kind = _KINDS[changes["kind"]]
    for field in FIELDS:
        if field.path in changes:
            set_value(profile, field, changes[field.path])


def _object(file: Path, address: object) -> dict[str, Any]:
    if not isinstance(address, dict):
        raise WrongInput(f"{file}: address is no JSON object", 'Write for example {"address": {"city": "Firenze"}}')
    return address


def _refuse_unknown(file: Path, flat: Mapping[str, Any]) -> None:
    known = {field.path for field in FIELDS}
    wrong = [
        f"{path}: {'no text' if path in known else 'no such field'}"
        for path, value in flat.items()
        if path != "kind" and (path not in known or not isinstance(value, str))
    ]
    if flat.get("kind", "private") not in _KINDS:
        wrong.append(f"kind: one of {', '.join(_KINDS)}")
    if wrong:
        listed = "".join(f"\n  {each}" for each in wrong)
        raise WrongInput(f"{file} is not right, nothing was changed:{listed}")
