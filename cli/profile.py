"""`casella profile`: shows a billing profile and corrects it in the customer's place; every rule is ordering's."""

from pathlib import Path

import click

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from cli import accounts, profile_fields, screen
from cli.failures import Failure, WrongInput, failure_of
from cli.rooms import Rooms, open_rooms, run
from cli.steering import steered
from services.kit.errors import Refused
from services.kit.ids import new_id


@click.group()
def profile() -> None:
    """Show or correct a customer's billing profile."""


@profile.command("show")
@click.argument("account")
@screen.json_option
def profile_show(account: str, *, as_json: bool) -> None:
    """Show the billing profile of ACCOUNT (id or email)."""
    run(_show(account, as_json=as_json))


@profile.command("correct")
@click.argument("account")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON with the fields to change, as `profile show --json` prints them.",
)
@profile_fields.options
@steered
def profile_correct(account: str, file: Path | None, steering: common_pb2.Steering, **chosen: str | None) -> None:
    """Correct the billing profile of ACCOUNT (id or email).

    Fields that are not named stay as they are; options win over the file; --pec "" empties a field. Issued documents
    never change: a rejected e-invoice takes the corrected profile by its update `resend_with_current_profile`.
    """
    changes = {**(profile_fields.changes_of_file(file) if file else {}), **profile_fields.changes_of_options(chosen)}
    if not changes:
        raise WrongInput("nothing is to be changed", "Name a field, for example --pec, or a --file")
    run(_correct(account, changes, steering))


async def _show(name: str, *, as_json: bool) -> None:
    async with open_rooms() as rooms:
        account_id = await accounts.id_of(rooms, name)
        found = await _profile(rooms, account_id)
    if found is None:
        raise Failure(f"account {account_id} has no billing profile yet", "`casella profile correct` makes one")
    if as_json:
        screen.show_json(found)
    else:
        screen.show_facts(f"Billing profile of account {account_id}", profile_fields.facts(found))


async def _correct(name: str, changes: dict[str, str], steering: common_pb2.Steering) -> None:
    async with open_rooms() as rooms:
        account_id = await accounts.id_of(rooms, name)
        corrected = await _profile(rooms, account_id) or common_pb2.BillingParty()
        profile_fields.apply(corrected, changes)
        request = ordering_pb2.SaveBillingProfileRequest(
            request_id=str(new_id()), account_id=account_id, profile=corrected, steering=steering
        )
        try:
            saved = (await rooms.ask(rooms.ordering.SaveBillingProfile, request)).profile
        except Refused as refused:
            raise failure_of(refused, profile_fields.OPTIONS) from None
    screen.show_facts(f"Billing profile of account {account_id}: saved", profile_fields.facts(saved))


async def _profile(rooms: Rooms, account_id: str) -> common_pb2.BillingParty | None:
    request = ordering_pb2.GetBillingProfileRequest(account_id=account_id)
    answer = await rooms.ask_for(rooms.ordering.GetBillingProfile, request)
    return answer.profile if answer else None
