"""Finds the account that an operator names, by its id or by the customer's email address."""

import uuid
from typing import Any

import click

from casella.trial.v1 import trial_pb2
from cli.failures import Failure, WrongInput
from cli.rooms import Rooms


class AccountName(click.ParamType[str]):
    """An id or email address; `-` asks for it, since whoever is on the machine reads the command line of others."""

    name = "account"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Ask at the terminal, or take the next line that is piped in."""
        return str(click.prompt("Account (id or email)", err=True) if value == "-" else value)


async def account_named(rooms: Rooms, name: str) -> trial_pb2.Account:
    """The account with this id or email address.

    Raises:
        Failure: It is neither, or there is none.
    """
    trial = rooms.trial
    answer: trial_pb2.FindAccountResponse | trial_pb2.GetAccountResponse | None
    if "@" in name:
        answer = await rooms.ask_for(trial.FindAccount, trial_pb2.FindAccountRequest(email=name))
    else:
        answer = await rooms.ask_for(trial.GetAccount, trial_pb2.GetAccountRequest(account_id=_id(name)))
    if answer is None:
        raise Failure(
            f"there is no account {name}",
            "Accounts begin with the confirmation of the address; `casella signups` lists sign-ups that wait for you",
        )
    return answer.account


async def id_of(rooms: Rooms, name: str) -> str:
    """The id of the account with this id or email address.

    Raises:
        Failure: It is neither, or there is none.
    """
    return (await account_named(rooms, name)).account_id


async def known_ids(rooms: Rooms, name: str) -> tuple[str, str]:
    """An account's id and that of its sign-up; of an account that trial has forgotten since, the id alone.

    Raises:
        Failure: There is no account with this email address, or it is neither id nor address.
    """
    if "@" not in name:
        answer = await rooms.ask_for(rooms.trial.GetAccount, trial_pb2.GetAccountRequest(account_id=_id(name)))
        return (_id(name), answer.account.sign_up_id) if answer else (_id(name), "")
    account = await account_named(rooms, name)
    return account.account_id, account.sign_up_id


def _id(name: str) -> str:
    try:
        return str(uuid.UUID(name))
    except ValueError:
        raise WrongInput(
            f"{name!r} is neither an account's id nor an email address",
            "Ids look like 01939f4e-7c1a-7d55-9f3b-0242ac120002",
        ) from None
