"""`casella debit`: an account's automatic debit is set up by a link for the customer, and switched off."""

import click

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2
from cli import accounts, screen, words
from cli.accounts import AccountName
from cli.rooms import open_rooms, run
from cli.steering import steered
from services.kit.ids import new_id

_INSTEAD = {
    "link": common_pb2.PAYMENT_METHOD_ONLINE,
    "transfer": common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
}


@click.group(short_help="Set automatic debit up or switch it off.")
def debit() -> None:
    """Set automatic debit up or switch it off; `casella show account` tells how it stands."""


@debit.command("link")
@click.argument("account", type=AccountName())
def debit_link(account: str) -> None:
    """Make a link on which ACCOUNT (id or email) sets automatic debit up at PayPal, without paying anything."""
    run(_link(account))


@debit.command("off")
@click.argument("account", type=AccountName())
@click.option("--instead", type=click.Choice(list(_INSTEAD)), default="link", help="How later periods are paid.")
@steered
def debit_off(account: str, instead: str, steering: common_pb2.Steering) -> None:
    """Switch automatic debit of ACCOUNT (id or email) off; the customer is told."""
    run(_off(account, instead, steering))


async def _link(name: str) -> None:
    async with open_rooms() as rooms:
        account_id = await accounts.id_of(rooms, name)
        request = payments_pb2.SetUpAutomaticDebitRequest(request_id=str(new_id()), account_id=account_id)
        answer = await rooms.ask(rooms.payments.SetUpAutomaticDebit, request)
    screen.say(f"For the customer, until {words.instant(answer.expires_at)}: {answer.checkout_url}")


async def _off(name: str, instead: str, steering: common_pb2.Steering) -> None:
    async with open_rooms() as rooms:
        account_id = await accounts.id_of(rooms, name)
        request = payments_pb2.SwitchOffAutomaticDebitRequest(
            request_id=str(new_id()), account_id=account_id, method_instead=_INSTEAD[instead], steering=steering
        )
        mandate = (await rooms.ask(rooms.payments.SwitchOffAutomaticDebit, request)).mandate
    if not mandate.mandate_id:
        screen.say(f"Account {account_id} never had automatic debit; its later periods are paid by a link.")
        return
    screen.say(
        f"Automatic debit of account {account_id} is off since {words.instant(mandate.ended_at)} "
        f"(by {words.choice(mandate, 'end')}); later periods are paid by {words.choice(mandate, 'method_instead')}."
    )
