"""Decides what is told of a story that cannot go on: whose it is, why, and what the reader can do.

Its Casella may be stopped by the time the sentence is read, and a story has no second beginning: the remedies of the
clock or of an operator lead nowhere here.
"""

from collections.abc import Sequence

import aiohttp
import grpc
from temporalio.service import RPCError

from deploy.local.demo.asking import told
from deploy.local.demo.inbox import NoSuchMail
from deploy.local.demo.stage import NotInTime
from deploy.local.demo.tale import Tale
from deploy.local.failure import LaunchError
from services.kit.errors import Refused

TROUBLE = (
    LaunchError,
    NotInTime,
    NoSuchMail,
    Refused,
    grpc.aio.AioRpcError,
    RPCError,
    aiohttp.ClientError,
    OSError,
)
"""What can happen to a story on a busy machine, or to one that is not as its Casella was meant to be."""
BEGIN_AGAIN = (
    "The stories cannot go on from there: `make demo` begins again, with new customers, and "
    "`CASELLA_VAR=/some/folder make demo` in a world of its own. `make run` shows how far these came, in the Temporal "
    "UI and everybody's inbox; the services' logs are in var/logs."
)


class BrokenOff(Exception):
    """A story could not go on, and with it none of them.

    Attributes:
        tales: Of all stories, as far as they came.
    """

    def __init__(self, tale: Tale, tales: Sequence[Tale], trouble: Exception) -> None:
        super().__init__(f"the story of {tale.name} broke off: {words_of(trouble)}")
        self.tales = tales


def words_of(trouble: Exception) -> str:
    """What happened, without a full stop and without another's remedy."""
    if isinstance(trouble, LaunchError):
        return trouble.problem
    if isinstance(trouble, grpc.aio.AioRpcError):
        return told(trouble)
    if isinstance(trouble, Refused):
        return f"Casella refused, {trouble.message.rstrip('.')} ({trouble})"
    return str(trouble).rstrip(".") or type(trouble).__name__
