"""Tries cases against a room, each from the same rows, and collects what is wrong."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

import grpc

from services.kit.limits import LARGEST_REQUEST
from tests.hostile.bad import Case, Must, cases_of
from tests.hostile.calling import Ended
from tests.hostile.contracts import PROCESSES, Rpc
from tests.hostile.exceptions import counted, unread, waits
from tests.hostile.judging import wrong
from tests.hostile.theatre import Theatre
from tests.hostile.wellformed import caller_of, is_a_customers, metadata_of, wellformed

TIMES = 20
"""How many times as long as the slowest valid call of its room a case may take: the machine may be busy elsewhere."""


@dataclass
class Trial:
    """What was tried in one room.

    Attributes:
        theatre: The room.
        valid: How the valid call of each RPC ended.
        soon: Seconds of processor time that a case may take.
        tried: How many cases.
        faults: What was wrong, a line each.
        excepted: The exceptions that something needed.
    """

    theatre: Theatre
    valid: dict[Rpc, Ended] = field(default_factory=dict)
    soon: float = 0.0
    tried: int = 0
    faults: list[str] = field(default_factory=list)
    excepted: set[str] = field(default_factory=set)

    async def call(self, rpc: Rpc, caller: str, *cases: Case, request_id: str = "") -> Ended:
        """Make a request that is fine but for these cases."""
        stage = self.theatre.stage
        request = wellformed(rpc, stage, caller)
        for case in cases:
            case.change(request)
        if request_id:
            request.request_id = request_id  # type: ignore[attr-defined]
        return await self.theatre.caller.call(rpc, request, metadata_of(rpc, stage, caller))

    async def call_all(self, rpcs: Iterable[Rpc]) -> None:
        """Call every RPC as it should be; how long the slowest took is the measure of the rest."""
        for rpc in rpcs:
            self.valid[rpc] = await self.call(rpc, caller_of(rpc))
            await self.theatre.rows.put_back_if_changed()
        self.soon = TIMES * max(ended.seconds for ended in self.valid.values())

    async def one(self, rpc: Rpc, caller: str, case: Case) -> Ended:
        """Try one case."""
        ended = await self.call(rpc, caller, case)
        stored = await self.theatre.rows.changed()
        if not waits(ended) and not _too_large(ended):
            found = wrong(rpc, case, ended, stored=stored and not counted(rpc), soon=self.soon)
            if found and (exception := unread(rpc, case)):
                self.excepted.add(exception)
                found = []
            tables = await self.theatre.rows.changes() if stored and found else []
            self.faults += [f"{rpc} as {caller}: {case}: {each} {' '.join(tables)}" for each in found]
        if stored:
            await self.theatre.rows.put_back()
        self.tried += 1
        return ended

    async def at_once(self, rpc: Rpc, caller: str, cases: list[Case]) -> None:
        """Try several fields at once: each that is named alone must be named among others."""
        ended = await self.call(rpc, caller, *cases)
        self.tried += 1
        missing = [case.path for case in cases if not any(_same(case.path, path) for path in ended.paths)]
        if ended.code is not grpc.StatusCode.INVALID_ARGUMENT or missing:
            what = ", ".join(map(str, cases))
            self.faults.append(f"{rpc} as {caller}: {what} at once: {ended.code.name} without {missing}")
        if await self.theatre.rows.put_back_if_changed():
            self.faults.append(f"{rpc} as {caller}: stored something of a request with many bad fields")


def callers_of(rpc: Rpc) -> list[str]:
    """All as whom an RPC may be called."""
    processes = [name for name, caller in PROCESSES.items() if caller in rpc.callers]
    return (["customer"] if is_a_customers(rpc) else []) + processes


def tried_as(rpc: Rpc, caller: str, dice: random.Random) -> list[Case]:
    """The cases of an RPC as somebody calls it: what is no customer's to say is left out where a customer calls."""
    hidden = ("steering", "recipient") if caller == "customer" else ()
    return [case for case in cases_of(rpc.request, dice) if case.path.partition(".")[0] not in hidden]


def apart(rpc: Rpc, named: list[Case]) -> list[Case]:
    """One case a field, and only one of fields inside of one another or of which a request may set one."""
    chosen: dict[str, Case] = {}
    for case in named:
        first, _, rest = case.path.partition(".")
        choice = rpc.request.DESCRIPTOR.fields_by_name[first].containing_oneof
        place = f"{choice.name}.{rest}" if choice is not None else case.path
        if not any(_inside(place, other) or _inside(other, place) for other in chosen):
            chosen[place] = case
    return list(chosen.values())


def for_many(case: Case) -> bool:
    """Whether a case may stand beside others: together they must not be more than a request may hold."""
    return case.must is Must.BE_NAMED and not case.what.startswith(("huge", "10,000"))


def _inside(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}.")


def _same(path: str, named: str) -> bool:
    plain = "".join(part.partition("]")[2] if at else part for at, part in enumerate(named.split("[")))
    return _inside(path, plain) or _inside(plain, path)


def _too_large(ended: Ended) -> bool:
    """Whether gRPC has refused the request before anybody read it."""
    too_large = f"vs. {LARGEST_REQUEST})"
    return ended.code is grpc.StatusCode.RESOURCE_EXHAUSTED and ended.details.endswith(too_large)
