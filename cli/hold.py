"""`casella hold`: a legal hold stops any deletion of an account's data."""

import click

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from cli import accounts, screen
from cli.rooms import open_rooms, run
from cli.steering import steered
from services.kit.ids import new_id


@click.group(short_help="Set or lift a legal hold.")
def hold() -> None:
    """Set or lift a legal hold: while it stands nothing of the account is deleted."""


@hold.command("set")
@click.argument("account")
@steered
def hold_set(account: str, steering: common_pb2.Steering) -> None:
    """Stop every deletion of ACCOUNT (id or email)."""
    run(_set(account, steering, hold=True))


@hold.command("release")
@click.argument("account")
@steered
def hold_release(account: str, steering: common_pb2.Steering) -> None:
    """Lift the hold of ACCOUNT (id or email); a purge that waits for it goes on."""
    run(_set(account, steering, hold=False))


async def _set(name: str, steering: common_pb2.Steering, *, hold: bool) -> None:
    async with open_rooms() as rooms:
        account_id = await accounts.id_of(rooms, name)
        request = ordering_pb2.SetLegalHoldRequest(
            request_id=str(new_id()), account_id=account_id, hold=hold, steering=steering
        )
        stands = (await rooms.ask(rooms.ordering.SetLegalHold, request)).hold
    screen.say(
        f"A legal hold stands on account {account_id}: nothing of it is deleted."
        if stands
        else f"No legal hold stands on account {account_id}."
    )
