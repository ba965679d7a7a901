"""Decides which account, order or document is meant: by id, by address, by number as people write it."""

from uuid import UUID

from casella.trial.v1 import trial_pb2
from cli.calling import Rooms


def is_uuid(text: str) -> bool:
    """Whether this is an id."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def account_id(rooms: Rooms, named: str) -> str:
    """The account of an id or an email address.

    Raises:
        Refused: There is none with this address.
    """
    if is_uuid(named):
        return named
    return (await rooms.trial.FindAccount(trial_pb2.FindAccountRequest(email=named))).account.account_id
