"""Who may call what, from the contracts' own words, and what everybody else must hear."""

from dataclasses import dataclass

from casella.common.v1 import access_pb2
from services.kit.metadata import AUTHORIZATION, CALLER_SECRET
from tests.hostile.calling import Ended, process
from tests.hostile.contracts import PROCESSES, Rpc
from tests.support.room import Metadata

ALLOWED, STRANGER, NOT_THEIRS = "allowed", "REASON_UNAUTHENTICATED", "REASON_CALLER_NOT_ALLOWED"


@dataclass(frozen=True)
class Visitor:
    """Somebody at the door, with all that they bring."""

    name: str
    metadata: Metadata
    process: str = ""
    token: bool = False

    def must_hear(self, rpc: Rpc) -> str:
        """`ALLOWED`, or the reason of the refusal."""
        if not self.process:
            return STRANGER
        if self.process != "gateway":
            return ALLOWED if PROCESSES[self.process] in rpc.callers else NOT_THEIRS
        theirs = access_pb2.CALLER_CUSTOMER in rpc.callers
        if access_pb2.CALLER_GATEWAY in rpc.callers or (theirs and self.token):
            return ALLOWED
        return STRANGER if theirs else NOT_THEIRS


def visitors(customer: Metadata) -> list[Visitor]:
    """Every kind of caller, with and without a customer's token."""
    found = [
        Visitor("nobody", ()),
        Visitor("nobody with a customer's token", customer),
        Visitor("a wrong secret", ((CALLER_SECRET, "x" * 40), *customer)),
        Visitor("an empty secret", ((CALLER_SECRET, ""), *customer)),
        Visitor("the gateway for a customer", (*process("gateway"), *customer), "gateway", token=True),
    ]
    found += [Visitor(name, process(name), name) for name in PROCESSES]
    found += [
        Visitor(f"{name} with a customer's token", (*process(name), *customer), name)
        for name in PROCESSES
        if name != "gateway"
    ]
    return found


def heard(ended: Ended) -> str:
    """What the door said; whatever is said inside of it counts as allowed."""
    return ended.reason if ended.reason in {STRANGER, NOT_THEIRS} else ALLOWED


def bad_authorizations(token: str) -> list[str]:
    """Values of the metadata `authorization` that are no customer's."""
    twice, longer = f"Bearer {token} {token}", f"Bearer {token}x"
    return ["", "Bearer", "Bearer ", f"Basic {token}", token, twice, longer, "Bearer null"]


def with_authorization(value: str) -> Metadata:
    """The gateway, which brings this."""
    return (*process("gateway"), (AUTHORIZATION, value))
