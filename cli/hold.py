"""`casella hold`: a legal hold stops any deletion of an account's data; what is gone already is said."""

import click

from casella.common.v1 import common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.trial.v1 import trial_pb2
from cli import accounts, screen, words
from cli.accounts import AccountName
from cli.failures import Failure, Unreachable
from cli.rooms import Rooms, open_rooms, run
from cli.steering import steered
from services.kit.errors import Refused
from services.kit.ids import new_id


@click.group(short_help="Set or lift a legal hold.")
def hold() -> None:
    """Set or lift a legal hold: while it stands nothing of the account is deleted."""


@hold.command("set")
@click.argument("account", type=AccountName())
@steered
def hold_set(account: str, steering: common_pb2.Steering) -> None:
    """Stop every deletion of ACCOUNT (id or email)."""
    run(_set(account, steering))


@hold.command("release")
@click.argument("account", type=AccountName())
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
            if refused.reason == errors_pb2.REASON_ACCOUNT_PURGED:
                raise await _too_late(rooms, account_id) from None
            if refused.reason == errors_pb2.REASON_LEGAL_HOLD_STANDS:
                raise await _stands_already(rooms, account_id) from None
            raise
        stands = f"A legal hold stands on account {account_id}"
        if not answer.HasField("closure"):
            screen.say(f"{stands}: nothing of it is deleted.")
            return
        screen.say(
            f"{stands}, but its purge has been under way since {words.instant(answer.closure.closed_at)}: the step "
            "that runs now may still complete, and no further one begins."
        )
        await _say_what_is_gone(rooms, account_id)


async def _release(name: str, steering: common_pb2.Steering) -> None:
    async with open_rooms() as rooms:
        account_id = await accounts.id_of(rooms, name)
        answer = await _ask(rooms, account_id, steering, hold=False)
    if answer.changed:
        screen.say(f"The legal hold on account {account_id} was lifted.")
    else:
        screen.say(f"No legal hold stood on account {account_id}: there was none to lift.")


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


async def _stands_already(rooms: Rooms, account_id: str) -> Failure:
    asked = ordering_pb2.GetStandingRequest(account_id=account_id)
    standing = await rooms.ask(rooms.ordering.GetStanding, asked)
    return Failure(
        f"a legal hold stands on account {account_id} already: {words.hold(standing.hold)}; a second one would take "
        "its place, and one release would lift both, so nothing was changed",
        "Name both cases in one ticket and set the hold anew with it: `casella hold release`, then `casella hold set "
        "--ticket`; or leave it as it is until both cases are closed",
    )


async def _say_what_is_gone(rooms: Rooms, account_id: str) -> None:
    """What the purge has deleted so far; the hold stands already, so a room that is away is said and no failure."""
    gone, untold = [], []
    for part, is_gone in (("domains and mailboxes", _mail_is_gone), ("the login", _login_is_gone)):
        try:
            if await is_gone(rooms, account_id):
                gone.append(part)
        except Unreachable as away:
            untold.append(f"Not known now: {part}, because {away.message}.")
    told = "" if untold and not gone else f"Gone already: {', '.join(gone) or 'nothing'}."
    screen.say(" ".join(filter(None, [told, *untold])))


async def _mail_is_gone(rooms: Rooms, account_id: str) -> bool:
    asked = mailboxes_pb2.GetAllowanceRequest(account_id=account_id)
    mail = await rooms.ask_for(rooms.mailboxes.GetAllowance, asked)
    return mail is not None and mail.allowance.state == mailboxes_pb2.ACCESS_STATE_PURGED


async def _login_is_gone(rooms: Rooms, account_id: str) -> bool:
    login = await rooms.ask(rooms.trial.GetTrial, trial_pb2.GetTrialRequest(account_id=account_id))
    return login.trial.state == trial_pb2.TRIAL_STATE_CLOSED
