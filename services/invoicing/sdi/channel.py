"""Decides what Casella needs of a way to the Sistema di Interscambio, whichever it is.

The channel built now is certified mail (PEC); SDICoop or an intermediary's API would implement the same protocol.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """An invoice file on its way.

    Attributes:
        name: File name, for example "IT01234567897_00001.xml".
        content: The XML.
        message_id: Identity of the sending, equal for every repetition, for example "<…@casella.example>".
    """

    name: str
    content: bytes
    message_id: str


@dataclass(frozen=True, slots=True)
class Position:
    """How far a mailbox was read: its generation (UIDVALIDITY) and the last UID. Both 0 before the first reading."""

    generation: int
    last: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message of the mailbox: where it stands and its bytes."""

    position: Position
    raw: bytes


class ChannelUnavailableError(Exception):
    """The channel does not answer, or refused; the same call may succeed later. Names only the cause's class."""


class SdiChannel(Protocol):
    """A way to the SdI and back."""

    async def send(self, file: OutgoingFile, recipient: str) -> None:
        """Hands a file over; returns once the channel has taken it.

        Args:
            file: What to send.
            recipient: The SdI's address on this channel.

        Raises:
            ChannelUnavailableError: It was not taken, as far as we know.
        """
        ...

    async def receive(self, after: Position, limit: int) -> list[Incoming]:
        """Reads what came in, oldest first, without changing the mailbox.

        Args:
            after: The position of the last message known. With another generation everything is read anew.
            limit: How many messages at the most.

        Raises:
            ChannelUnavailableError: The mailbox cannot be read.
        """
        ...
