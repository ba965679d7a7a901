"""The commands that correct rows: the billing profile, the legal hold."""

from uuid import uuid4

import click
from google.protobuf.message import Message

from casella.ordering.v1 import ordering_pb2
from cli import printing
from cli.calling import Rooms, calls
from cli.finding import account_id
from cli.steering import why


@click.group()
def profile() -> None:
    """Show or correct a customer's billing profile."""


@profile.command("show")
@click.argument("named", metavar="ID|EMAIL")
@calls
async def show_profile(rooms: Rooms, named: str) -> None:
    """Show the billing profile."""
    known = await account_id(rooms, named)
    answer = await rooms.ordering.GetBillingProfile(ordering_pb2.GetBillingProfileRequest(account_id=known))
    printing.show({"billing profile": answer.profile})


@profile.command("edit")
@click.argument("named", metavar="ID|EMAIL")
@click.option(
    "--set",
    "changes",
    multiple=True,
    required=True,
    metavar="FIELD=VALUE",
    help="A field and its new value, for example recipient_code=M5UXCR1 or address.city=Firenze; may be repeated.",
)
@why
@calls
async def edit_profile(rooms: Rooms, named: str, changes: tuple[str, ...], reason: str, ticket: str) -> None:
    """Correct fields of the billing profile; all its rules are checked as for the customer.

    Issued documents keep what they say. A rejected e-invoice takes the corrected profile when its workflow is told to
    re-send with the current profile.
    """
    known = await account_id(rooms, named)
    answer = await rooms.ordering.GetBillingProfile(ordering_pb2.GetBillingProfileRequest(account_id=known))
    for change in changes:
        _apply(answer.profile, change)
    saved = await rooms.ordering.SaveBillingProfile(
        ordering_pb2.SaveBillingProfileRequest(
            request_id=str(uuid4()),
            account_id=known,
            profile=answer.profile,
            steering=rooms.steering(reason, ticket, "profile edit"),
        )
    )
    printing.show({"billing profile": saved.profile})


@click.group()
def hold() -> None:
    """Set or release the hold that stops every purge."""


@hold.command("set")
@click.argument("named", metavar="ID|EMAIL")
@why
@calls
async def set_hold(rooms: Rooms, named: str, reason: str, ticket: str) -> None:
    """Set the hold: nothing of the account is deleted while it stands."""
    await _hold(rooms, named, reason, ticket, hold=True)


@hold.command("release")
@click.argument("named", metavar="ID|EMAIL")
@why
@calls
async def release_hold(rooms: Rooms, named: str, reason: str, ticket: str) -> None:
    """Release the hold: a purge that waited goes on."""
    await _hold(rooms, named, reason, ticket, hold=False)


async def _hold(rooms: Rooms, named: str, reason: str, ticket: str, *, hold: bool) -> None:
    known = await account_id(rooms, named)
    answer = await rooms.ordering.SetLegalHold(
        ordering_pb2.SetLegalHoldRequest(
            request_id=str(uuid4()),
            account_id=known,
            hold=hold,
            steering=rooms.steering(reason, ticket, "hold set" if hold else "hold release"),
        )
    )
    printing.show({"legal hold": answer}) if printing.as_json() else printing.say(
        f"the legal hold on {known} {'stands' if answer.hold else 'is released'}"
    )


def _apply(message: Message, change: str) -> None:
    """Set one text field, inside of `address` too.

    Raises:
        click.ClickException: There is no such field, or it is no text.
    """
    path, equals, new = change.partition("=")
    *parents, name = path.split(".")
    inside: Message = message
    for parent in parents:
        inside = _sub_message(inside, parent)
    field = inside.DESCRIPTOR.fields_by_name.get(name)
    if not equals or field is None or field.type != field.TYPE_STRING:
        texts = [each.name for each in message.DESCRIPTOR.fields if each.type == each.TYPE_STRING]
        raise click.ClickException(f"--set {change}: write FIELD=VALUE with one of {', '.join(texts)}, address.…")
    setattr(inside, name, new.strip())


def _sub_message(message: Message, name: str) -> Message:
    field = message.DESCRIPTOR.fields_by_name.get(name)
    if field is None or field.message_type is None:
        raise click.ClickException(f"--set: {name} has no fields of its own")
    found: Message = getattr(message, name)
    return found
