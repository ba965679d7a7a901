"""`casella hold`: a legal hold stops any deletion of an account's data; what is gone already is said."""

import click

from casella.common.v1 import common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.trial.v1 import trial_pb2
from cli import accounts, screen, words
from cli.failures import Failure
from cli.rooms import Rooms, open_rooms, run
from cli.steering import steered
from services.kit.errors import Refused
from services.kit.ids import new_id


@click.group(short_help="Set or lift a legal hold.")
def hold() -> None:
    """Set or lift a legal hold: while it stands nothing of the account is deleted."""


@hold.command("set")
@click.argument("account")
@steered
def hold_set(account: str, steering: common_pb2.Steering) -> None:
    """Stop every deletion of ACCOUNT (id or email)."""
    run(_set(account, steering))


@hold.command("release")
@click.argument("account")
@steered
def hold_release(account: str, steering: common_pb2.Steering) -> None:
    """Lift the hold of ACCOUNT (id or email); a purge that waits for it goes on."""
    run(_release(account, steering))


async def _set(name: str, steering: common_pb2.Steering) -> None:
    async with open_rooms() as rooms:
        account_id = await accounts.id_of(rooms, name)
        try:
            answer = await _ask(rooms, account_id, steering, hold=True)
        except Refused as refused:
            if refused.reason != errors_pb2.REASON_ACCOUNT_PURGED:
                raise
            raise await _too_late(rooms, account_id) from None
        stands = f"A legal hold stands on account {account_id}"
        if not answer.HasField("closure"):
            screen.say(f"{stands}: nothing of it is deleted.")
            return
        gone = ", ".join(await _gone(rooms, account_id)) or "nothing"
        screen.say(
            f"{stands}, but its purge has been under way since {words.instant(answer.closure.closed_at)}: the step "
            f"that runs now may still complete, and no further one begins. Gone already: {gone}."
        )


async def _release(name: str, steering: common_pb2.Steering) -> None:
    async with open_rooms() as rooms:
        account_id = await accounts.id_of(rooms, name)
        await _ask(rooms, account_id, steering, hold=False)
    screen.say(f"No legal hold stands on account {account_id}.")


async def _ask(
    rooms: Rooms, account_id: str, steering: common_pb2.Steering, *, hold: bool
) -> ordering_pb2.SetLegalHoldResponse:
    request = ordering_pb2.SetLegalHoldRequest(
        request_id=str(new_id()), account_id=account_id, hold=hold, steering=steering
    )
    return await rooms.ask(rooms.ordering.SetLegalHold, request)


async def _too_late(rooms: Rooms, account_id: str) -> Failure:
    asked = ordering_pb2.GetClosureRequest(account_id=account_id)
    purged_at = (await rooms.ask(rooms.ordering.GetClosure, asked)).closure.purged_at
    return Failure(
        f"account {account_id} was already purged on {words.instant(purged_at)}: domains, mailboxes and login are "
        "gone, and no hold was set",
        "Invoices are kept in any case; `casella show account` shows what is left",
    )


async def _gone(rooms: Rooms, account_id: str) -> list[str]:
    """What the purge has deleted so far."""
    asked = mailboxes_pb2.GetAllowanceRequest(account_id=account_id)
    mail = await rooms.ask_for(rooms.mailboxes.GetAllowance, asked)
    login = await rooms.ask(rooms.trial.GetTrial, trial_pb2.GetTrialRequest(account_id=account_id))
    gone = []
    if mail and mail.allowance.state == mailboxes_pb2.ACCESS_STATE_PURGED:
        gone.append("domains and mailboxes")
    if login.trial.state == trial_pb2.TRIAL_STATE_CLOSED:
        gone.append("the login")
    return gone
