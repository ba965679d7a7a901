"""A trial room before which strangers stand, with limits that are soon reached, and what one of them can hear of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.message import Message

from casella.common.v1.common_pb2 import ClientContext
from casella.trial.v1 import trial_pb2 as pb
from services.kit.ids import new_id
from services.trial.policy import Policy, TrialPolicy
from tests.fixtures.postgres import TestDatabases
from tests.hostile.calling import Caller, Ended, process
from tests.hostile.contracts import rpcs_of
from tests.hostile.stages.trial import trial
from tests.support.room import TestRoom, request_id
from tests.trial.clients import Visitors, client
from tests.trial.conftest import POLICY

REFUSED_PER_IP, REFUSED_PER_NETWORK, MOST_IN_REVIEW = 8, 12, 12
MAILS_PER_IP, MAILS_PER_NETWORK = 4, 6
RPCS = {rpc.name: rpc for rpc in rpcs_of("trial")}


def _policy() -> Policy:
    limits = {
        "answer_milliseconds": 0,
        "refused_per_ip_day": REFUSED_PER_IP,
        "refused_per_network_day": REFUSED_PER_NETWORK,
        "most_in_review": MOST_IN_REVIEW,
        "mails_per_ip_day": MAILS_PER_IP,
        "mails_per_network_day": MAILS_PER_NETWORK,
    }
    own = {**POLICY.trial.model_dump(), "sign_ups": limits}
    return POLICY.model_copy(update={"trial": TrialPolicy.model_validate(own)})


@dataclass
class Strangers:
    """People who know addresses and have no account."""

    room: TestRoom
    visitors: Visitors
    caller: Caller

    async def hear(self, rpc: str, request: Message) -> Ended:
        """Call as the gateway does for a visitor."""
        return await self.caller.call(RPCS[rpc], request, process("gateway"))

    async def sign_up(self, email: str, ip: str | None = None) -> Ended:
        """Fill the form in, from a network of one's own unless a test says otherwise."""
        usual = self.visitors.form(email=email)
        return await self.hear("SignUp", pb.SignUpRequest.FromString(_with_ip(usual, ip).SerializeToString()))

    async def resend(self, email: str, ip: str) -> Ended:
        """Wish for another link."""
        asked = pb.ResendConfirmationRequest(request_id=request_id(), email=email, client=client(ip))
        return await self.hear("ResendConfirmation", asked)

    async def log_in(self, email: str, ip: str) -> Ended:
        """Try a wrong password."""
        return await self.hear("LogIn", pb.LogInRequest(email=email, password="not the password", client=client(ip)))

    async def waiting(self, number: int) -> list[str]:
        """Addresses that have signed up and not confirmed, each from a network of its own, two days ago."""
        made = [address(f"w{n}") for n in range(number)]
        for email in made:
            await self.visitors.sign_up(email=email)
        self.room.clock.advance(days=2)
        await self.room.empty_outbox()
        return made

    async def of_each_kind(self) -> dict[str, str]:
        """What a stranger would like to tell apart, by what it is: two days later, when no limit is near."""
        made = {what: address(what) for what in ("registered", "waiting", "held", "closed", "unknown")}
        await self.visitors.confirmed(email=made["registered"])
        await self.visitors.sign_up(email=made["waiting"])
        for _ in range(4):  # of which the fourth is too many from one device
            await self.visitors.sign_up(email=made["held"], client=client("10.99.1.1"))
        await (await self.visitors.confirmed(email=made["closed"])).close_login()
        self.room.clock.advance(days=2)
        await self.room.empty_outbox()
        return made

    async def emails(self) -> list[str]:
        """To whom emails wait to leave."""
        return [message.recipient for message in await self.room.mails()]


def address(name: str) -> str:
    """An address at a domain that no other test has."""
    return f"anna@{name}-{new_id().hex}.demo.example"


def told(ended: Ended) -> tuple[Any, ...]:
    """What a caller can compare: the answer without its ids, or the refusal's words."""
    answer = ended.answer
    shape = None if answer is None else tuple((f.name, len(str(value))) for f, value in answer.ListFields())
    return ended.code, ended.details, ended.reason, ended.fields, shape


@asynccontextmanager
async def strangers(databases: TestDatabases, folder: Path) -> AsyncIterator[Strangers]:
    """Open the room until the block ends."""
    async with trial(databases.fresh("trial"), folder, _policy()) as stage:
        caller = Caller(stage.room.address)
        yield Strangers(stage.room, Visitors(stage.room), caller)
        await caller.close()


def _with_ip(form: pb.SignUpRequest, ip: str | None) -> pb.SignUpRequest:
    if ip is not None:
        form.client.CopyFrom(ClientContext(ip=ip, user_agent=form.client.user_agent))
    return form
