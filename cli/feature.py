"""`casella feature`: switches a feature of one account off or on, against abuse."""

import click

from casella.common.v1 import common_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from cli import accounts, screen, words
from cli.accounts import AccountName
from cli.rooms import open_rooms, run
from cli.steering import steered
from services.kit.ids import new_id

_FEATURES = {
    "sending": mailboxes_pb2.FEATURE_SENDING,
    "domains": mailboxes_pb2.FEATURE_DOMAINS,
    "mailboxes": mailboxes_pb2.FEATURE_MAILBOXES,
}


@click.group(short_help="Switch a feature of an account off or on.")
def feature() -> None:
    """Switch a feature of an account off or on: sending, adding domains, creating mailboxes."""


@feature.command("off")
@click.argument("account", type=AccountName())
@click.argument("name", metavar="FEATURE", type=click.Choice(list(_FEATURES)))
@steered
def feature_off(account: str, name: str, steering: common_pb2.Steering) -> None:
    """Switch FEATURE (sending, domains, mailboxes) of ACCOUNT (id or email) off."""
    run(_switch(account, name, steering, off=True))


@feature.command("on")
@click.argument("account", type=AccountName())
@click.argument("name", metavar="FEATURE", type=click.Choice(list(_FEATURES)))
@steered
def feature_on(account: str, name: str, steering: common_pb2.Steering) -> None:
    """Switch FEATURE (sending, domains, mailboxes) of ACCOUNT (id or email) on again."""
    run(_switch(account, name, steering, off=False))


async def _switch(name: str, feature_name: str, steering: common_pb2.Steering, *, off: bool) -> None:
    async with open_rooms() as rooms:
        account_id = await accounts.id_of(rooms, name)
        request = mailboxes_pb2.SetFeatureRequest(
            request_id=str(new_id()),
            account_id=account_id,
            feature=_FEATURES[feature_name],
            off=off,
            steering=steering,
        )
        allowance = (await rooms.ask(rooms.mailboxes.SetFeature, request)).allowance
    switched_off = ", ".join(words.one_of(mailboxes_pb2.Feature, each) for each in allowance.features_off)
    screen.say(f"Account {account_id}: switched off: {switched_off or 'nothing'}.")
