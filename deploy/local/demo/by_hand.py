"""`python -m deploy.local.demo.by_hand`: what the README's blocks need beside `buf curl`, on the Casella that runs.

Each command prints one thing; what is not there is one sentence on standard error, and exit code 1. The blocks leave
the last answer in `answer.json` of the state's folder, or in `refusal.json` what `buf curl` said of a call that failed.
It starts in a moment, since a block calls it several times: of what is installed it loads only protobuf.
"""

import argparse
import base64
import json
import os
import re
import sys
import time
import urllib.request
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from google.rpc import error_details_pb2  # type: ignore[import-untyped]

from deploy.local.failure import LaunchError
from deploy.local.processes import runs
from services.kit.calendar import rome_date
from services.kit.clock import read_offset
from services.kit.exiting import exit_after

_ROOT = Path(__file__).resolve().parents[3]
_PAGE_SECONDS = 30.0
_HEADING = re.compile(r"<h1>([^<]+)</h1>")
_MAIL_SECONDS = 20.0
_POLL_SECONDS = 0.5
_BUTTON = re.compile(r'name="pay" value="(\w+:succeeded)"')
_PAYER, _PAYER_IBAN = "By hand", "DE89370400440532013000"
"""Who pays in a statement: nobody of the demo, from the account that registries of IBANs show as Germany's example."""


def address(var: Path, service: str) -> str:
    """`host:port` of a service.

    Raises:
        LaunchError: No Casella runs, or it has no such service.
    """
    rooms = _run(var)["rooms"]
    if service not in rooms:
        raise LaunchError(f"there is no service {service!r}", f"name one of {', '.join(rooms)}")
    return str(rooms[service])


def field(var: Path, name: str) -> str:
    """A field of the last answer, for example `order.orderId`; of a list by number, `offer.pages.0.statementHash`.

    Raises:
        LaunchError: There is no answer, or it has no such field.
    """
    try:
        part = json.loads((var / "answer.json").read_text())
    except (FileNotFoundError, ValueError):
        raise LaunchError(f"there is no answer to take {name} from", "the last call did not succeed") from None
    for key in name.split("."):
        inside = _inside(part)
        if key not in inside:
            there = ", ".join(inside) or "nothing"
            raise LaunchError(f"the last answer has no {name}", f"in place of {key} it has {there}")
        part = inside[key]
    return str(part)


def _inside(part: Any) -> dict[str, Any]:
    """What can be named next: the keys of an object, the numbers of a list, nothing of a text or a number."""
    if isinstance(part, list):
        return {str(number): each for number, each in enumerate(part)}
    return part if isinstance(part, dict) else {}


def refusal(var: Path) -> str:
    """What went wrong with the last call, in words; `buf curl` leaves an error's details as they were on the wire."""
    said = (var / "refusal.json").read_text()
    try:
        error: dict[str, Any] = json.loads(said)
    except ValueError:
        return f"the call failed: {said.strip()}"
    details = {each["type"]: base64.b64decode(each["value"] + "==") for each in error.get("details", ())}
    info = error_details_pb2.ErrorInfo.FromString(details.get("google.rpc.ErrorInfo", b""))
    bad = error_details_pb2.BadRequest.FromString(details.get("google.rpc.BadRequest", b"")).field_violations
    fields = "".join(f"\n  {each.field}: {each.description} ({each.reason})" for each in bad)
    text = "these fields are wrong" if bad else error.get("message", "").rstrip(".")
    facts = (f"{key}={value}" for key, value in sorted(info.metadata.items()))
    named = ", ".join([info.reason or str(error.get("code")), *facts])
    return f"the call was refused, {text[:1].lower()}{text[1:]} ({named}){fields}"


def token(var: Path, email: str) -> str:
    """The token at the end of the newest email's link, which confirms the address.

    Raises:
        LaunchError: No Casella runs, no such email has come, or the address is registered already.
    """
    inbox = _run(var)["inbox"]
    end = time.monotonic() + _MAIL_SECONDS
    subject = ""
    while time.monotonic() < end:
        subject, text = _newest(inbox, email)
        if found := re.search(r"/confirm/([\w-]+)", text):
            return found[1]
        if subject in _subjects_of_registered():
            raise LaunchError(f"{email!r} is registered already", "take another address, from the sign-up on")
        time.sleep(_POLL_SECONDS)
    come = f"; the newest is “{subject}”: an address that is registered already gets no link" if subject else ""
    raise LaunchError(
        f"no email with a link has come to {email!r} yet{come}",
        f"the sign-up may wait for an operator (`./casella signups`); all emails are in the inbox ({inbox})",
    )


def _newest(inbox: str, email: str) -> tuple[str, str]:
    """Subject and text of the newest email to an address; nothing where none has come."""
    listing = f"{inbox}/api/messages?address={quote(email)}"
    with urllib.request.urlopen(listing, timeout=_PAGE_SECONDS) as shown:  # noqa: S310  run.json names the page
        messages = json.load(shown)["messages"]
    if not messages:
        return "", ""
    newest = max(messages, key=lambda message: int(message["uid"]))
    page = f"{inbox}/mailboxes/{quote(email)}/{newest['uid']}?view=text"
    with urllib.request.urlopen(page, timeout=_PAGE_SECONDS) as shown:  # noqa: S310
        return newest["subject"], shown.read().decode()


def _subjects_of_registered() -> set[str]:
    """The subject of the email that an address with an account gets in place of the link, in each language."""
    templates = (_ROOT / "services" / "trial" / "templates").glob("*/already_registered.md.j2")
    return {template.read_text(encoding="utf-8").partition("\n")[0].removeprefix("Subject: ") for template in templates}


def pay(link: str) -> str:
    """Follows a pay link, presses the first button that pays, and answers where that ends.

    Raises:
        LaunchError: The link is none, a page does not answer, or there is nothing to pay: what the link's page says.
    """
    try:
        with urllib.request.urlopen(link, timeout=_PAGE_SECONDS) as shown:  # noqa: S310  the operator's own link
            hosted, page = shown.url, shown.read().decode()
        button = _BUTTON.search(page)
        if button is None:
            heading = _HEADING.search(page)
            told = f"its page says: {unescape(heading[1])}" if heading else "ask for the link again"
            raise LaunchError(f"{link!r} leads to no page on which to pay", told)
        pressed = urlencode({"pay": button[1]}).encode()
        with urllib.request.urlopen(hosted, pressed, timeout=_PAGE_SECONDS) as end:  # noqa: S310  where that led
            return str(end.url)
    except (OSError, ValueError) as error:
        raise LaunchError(f"{link!r} leads to no page on which to pay ({error})", "ask for the link again") from None


def statement(var: Path, amount: str, reference: str) -> Path:
    """Writes a statement of the example account with one credit of today, for `casella bank import`.

    It names an account of the payer, so that the money can be refunded.

    Args:
        var: Folder of the state, where it is written, and whose calendar says which day it is.
        amount: Euro and cents, for example `19.76`.
        reference: What the payer wrote: creditor reference, proforma's number or any text; may be empty.

    Raises:
        LaunchError: The amount is none.
    """
    # They load much, which no other command needs.
    from casella.common.v1 import common_pb2  # noqa: PLC0415
    from deploy.local.demo import paying  # noqa: PLC0415
    from services.payments.settings import EXAMPLE_IBAN  # noqa: PLC0415

    written = re.fullmatch(r"([0-9]{1,7})[.,]([0-9]{2})", amount)
    minor = 0 if written is None else int(written[1] + written[2])
    if not minor:
        raise LaunchError(f"{amount!r} is no amount", "write euro and cents, for example 19.76")
    now = datetime.now(UTC) + read_offset(var / "clock.json")
    money = common_pb2.Money(currency="EUR", minor=minor)
    transfer = paying.Transfer(money, rome_date(now), text=reference, payer=_PAYER, payer_iban=_PAYER_IBAN)
    file = var / f"statement-{now:%Y%m%d-%H%M%S}.xml"
    file.touch(mode=0o600)
    file.write_bytes(paying.statement(EXAMPLE_IBAN, [transfer]))
    return file


def _run(var: Path) -> dict[str, Any]:
    try:
        run: dict[str, Any] = json.loads((var / "run.json").read_text())
    except FileNotFoundError:
        run = {"launcher": 0}
    if not runs(run["launcher"], "deploy.local"):
        raise LaunchError(f"no Casella runs from {var}", "start one with `make run` in another terminal")
    return run


def main() -> int:
    """Does one thing; 1 where it cannot, with one sentence that says why."""
    parser = argparse.ArgumentParser(prog="by_hand", description=__doc__)
    parser.add_argument("command", choices=("address", "field", "pay", "refusal", "statement", "token"))
    parser.add_argument("about", nargs="?", default="")
    parser.add_argument("reference", nargs="?", default="", help="of a transfer, beside its amount")
    chosen = parser.parse_args()
    var = Path(os.environ.get("CASELLA_VAR") or _ROOT / "var").resolve()
    try:
        match chosen.command:
            case "address":
                print(address(var, chosen.about))
            case "field":
                print(field(var, chosen.about))
            case "token":
                print(token(var, chosen.about))
            case "pay":
                print(pay(chosen.about))
            case "statement":
                print(statement(var, chosen.about, chosen.reference))
            case _:
                print(f"Casella: {refusal(var)}", file=sys.stderr)
                return 1
    except LaunchError as problem:
        print(f"Casella: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    exit_after(main)
