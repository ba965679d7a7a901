"""`casella contract`: ends the lower ceiling of mailboxes of a new monthly contract."""

import click

from casella.common.v1 import common_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from cli import accounts, screen
from cli.accounts import AccountName
from cli.rooms import open_rooms, run
from cli.steering import steered
from services.kit.ids import new_id


@click.group(short_help="Let a new monthly contract have more mailboxes.")
def contract() -> None:
    """Let a new monthly contract have more mailboxes."""


@contract.command("confirm")
@click.argument("account", type=AccountName())
@steered
def contract_confirm(account: str, steering: common_pb2.Steering) -> None:
    """End the lower ceiling of mailboxes of the new monthly contract of ACCOUNT (id or email).

    It ends by itself once the second month is paid. Until then nobody pays for what is used above the prepaid.
    """
    run(_confirm(account, steering))


async def _confirm(name: str, steering: common_pb2.Steering) -> None:
    async with open_rooms() as rooms:
        account_id = await accounts.id_of(rooms, name)
        asked = mailboxes_pb2.GetAllowanceRequest(account_id=account_id)
        was_new = (await rooms.ask(rooms.mailboxes.GetAllowance, asked)).allowance.new_contract
        request = mailboxes_pb2.ConfirmContractRequest(
            request_id=str(new_id()), account_id=account_id, steering=steering
        )
        allowance = (await rooms.ask(rooms.mailboxes.ConfirmContract, request)).allowance
    done = "confirmed" if was_new else "it is no new monthly contract, nothing changes"
    screen.say(f"Account {account_id}: {done}: {allowance.mailboxes} of at most {allowance.max_mailboxes} mailboxes.")
