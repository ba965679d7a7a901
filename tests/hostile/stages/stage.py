"""A room with rows in it, and the words with which a request names them."""

from dataclasses import dataclass, field
from uuid import UUID

from services.kit.ids import new_id
from tests.support.room import TestRoom


@dataclass
class Stage:
    """A running room with one customer of whom it has one of everything.

    Attributes:
        room: The room.
        account: The customer's.
        words: What a request says, by the name of a field, or by RPC and path where one RPC means something else
            (`RecordBankTransfer.amount.minor`). None leaves the field out; what can be called makes a value each time.
        accounts: Whose token a customer's RPC is called with, where it is not `account`.
    """

    room: TestRoom
    account: UUID
    words: dict[str, object] = field(default_factory=dict)
    accounts: dict[str, UUID] = field(default_factory=dict)
    stranger: UUID = field(default_factory=new_id)

    def of(self, rpc: str, account: UUID, **words: object) -> None:
        """Say what one RPC says, and as whom."""
        self.accounts[rpc] = account
        self.words.update({f"{rpc}.{path.replace('__', '.')}": word for path, word in words.items()})
        self.words.setdefault(f"{rpc}.account_id", str(account))
