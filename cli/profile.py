"""`casella profile`: shows a billing profile and corrects it in the customer's place; every rule is ordering's."""

from pathlib import Path

import click

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2
from cli import accounts, profile_fields, screen
from cli.accounts import AccountName
from cli.failures import Failure, WrongInput, failure_of
from cli.rooms import Rooms, open_rooms, run
from cli.steering import steered
from services.kit.errors import Refused
from services.kit.ids import new_id

_PROOFS = {
    "tax_certificate": ordering_pb2.BUSINESS_PROOF_KIND_TAX_CERTIFICATE,
    "register_extract": ordering_pb2.BUSINESS_PROOF_KIND_REGISTER_EXTRACT,
    "number_checked": ordering_pb2.BUSINESS_PROOF_KIND_NUMBER_CHECKED,
}
_PROOF_OPTIONS = {"seen.reference": "--reference"}


@click.group()
def profile() -> None:
    """Show or correct a customer's billing profile."""


@profile.command("show")
@click.argument("account", type=AccountName())
@screen.json_option
def profile_show(account: str, *, as_json: bool) -> None:
    """Show the billing profile of ACCOUNT (id or email)."""
    run(_show(account, as_json=as_json))


@profile.command("correct")
@click.argument("account", type=AccountName())
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="JSON with the fields to change, as `profile show --json` prints them; - reads it from standard input.",
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


@profile.command("prove")
@click.argument("account", type=AccountName())
@click.option("--proof", type=click.Choice(sorted(_PROOFS)), required=True, help="What you have seen.")
@click.option("--reference", required=True, help="Where you have filed it: letters, digits and ./_- without spaces.")
@steered
def profile_prove(account: str, proof: str, reference: str, steering: common_pb2.Steering) -> None:
    """Keep a proof that ACCOUNT (id or email), outside the EU, is a business.

    It counts for the tax id and country of its billing profile: an order that waits for it goes on without Italian VAT,
    as do later orders and periods. What was charged already stays as it is.
    """
    run(_prove(account, ordering_pb2.SeenProof(kind=_PROOFS[proof], reference=reference), steering))


async def _prove(name: str, seen: ordering_pb2.SeenProof, steering: common_pb2.Steering) -> None:
    async with open_rooms() as rooms:
        account_id = await accounts.id_of(rooms, name)
        request = ordering_pb2.RecordBusinessProofRequest(
            request_id=str(new_id()), account_id=account_id, seen=seen, steering=steering
        )
        try:
            proof = (await rooms.ask(rooms.ordering.RecordBusinessProof, request)).proof
        except Refused as refused:
            if refused.reason == errors_pb2.REASON_TAX_STATE:
                raise Failure(
                    f"account {account_id} is not outside the EU by its billing profile: it needs no such proof",
                    f"`casella profile show {account_id}`",
                ) from None
            raise failure_of(refused, _PROOF_OPTIONS) from None
    screen.say(f"A proof of business is kept for {proof.country} {proof.tax_id} of account {account_id}.")


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
