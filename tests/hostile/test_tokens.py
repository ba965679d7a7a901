"""Tokens at a running server's door: forged in every known way, in other hands, after the logout, too large."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
import pytest_asyncio

from casella.trial.v1 import trial_pb2 as pb
from services.kit.logs import JsonFormatter
from services.kit.metadata import AUTHORIZATION, CALLER_SECRET
from tests.fixtures.postgres import TestDatabases
from tests.hostile import http2
from tests.hostile.calling import Caller, Ended, process
from tests.hostile.contracts import rpcs_of
from tests.hostile.forging import Forger
from tests.hostile.stages.stage import Stage
from tests.hostile.stages.trial import EMAIL, trial
from tests.support.room import caller_secret, token_key
from tests.trial.clients import PASSWORD, client

pytestmark = pytest.mark.asyncio(loop_scope="module")
RPCS = {rpc.name: rpc for rpc in rpcs_of("trial")}
OK = grpc.StatusCode.OK


class Door:
    """The trial room with a customer, and the gateway before it."""

    def __init__(self, stage: Stage, caller: Caller) -> None:
        self.room, self.account, self._caller = stage.room, stage.account, caller

    @property
    def forger(self) -> Forger:
        """Who begins at the room's present moment."""
        return Forger(token_key(), self.account, self.room.clock.now())

    async def read(self, *metadata: tuple[str, str], caller: str = "gateway") -> Ended:
        """Ask for the customer's trial, with this beside the caller's secret."""
        asked = pb.GetTrialRequest(account_id=str(self.account))
        return await self._caller.call(RPCS["GetTrial"], asked, (*process(caller), *metadata))

    async def with_token(self, token: str) -> Ended:
        return await self.read((AUTHORIZATION, f"Bearer {token}"))

    async def say(self, rpc: str, request: Any) -> Ended:
        """Call as the gateway for nobody."""
        return await self._caller.call(RPCS[rpc], request, process("gateway"))

    async def log_in(self) -> pb.Session:
        """A new session of the customer's."""
        self.room.clock.advance(minutes=16)
        request = pb.LogInRequest(email=EMAIL, password=PASSWORD, client=client("10.40.1.1"))
        answer: Any = (await self.say("LogIn", request)).answer
        return pb.Session.FromString(answer.session.SerializeToString())

    async def refresh(self, token: str) -> Ended:
        return await self.say("RefreshSession", pb.RefreshSessionRequest(refresh_token=token))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(databases: TestDatabases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    async with trial(databases.fresh("trial"), tmp_path_factory.mktemp("trial")) as stage:
        caller = Caller(stage.room.address)
        yield Door(stage, caller)
        await caller.close()


def shut(ended: Ended) -> bool:
    """Whether somebody is nobody here."""
    return (ended.code, ended.reason) == (grpc.StatusCode.UNAUTHENTICATED, "REASON_UNAUTHENTICATED")


async def test_a_forged_token_opens_nothing_and_hears_nothing_of_its_fault(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    forger = door.forger
    ends = {name: await door.with_token(token) for name, token in forger.all().items()}
    assert {name: (ended.code, ended.reason) for name, ended in ends.items() if not shut(ended)} == {}
    assert len({ended.details for ended in ends.values()}) == 1
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []  # no incident for an operator
    assert (await door.with_token(forger.good)).code is OK


@pytest.mark.parametrize("scheme", ["", "Basic ", "Bearer", "Bearer  ", "Token ", "bearer:"])
async def test_a_genuine_token_without_its_scheme_is_none(door: Door, scheme: str) -> None:
    assert shut(await door.read((AUTHORIZATION, f"{scheme}{door.forger.good}")))


async def test_whoever_proves_to_be_two_is_nobody(door: Door) -> None:
    forger, secret = door.forger, (CALLER_SECRET, caller_secret("worker"))
    own, another = ((AUTHORIZATION, f"Bearer {token}") for token in (forger.good, forger.good_of_another()))
    for pair in ((own, another), (another, own), (own, own), (own, (AUTHORIZATION, ""))):
        assert shut(await door.read(*pair))
    assert shut(await door.read(own, secret))
    assert shut(await door.read(secret, caller="worker"))
    assert (await door.read(own)).code is OK


async def test_other_secrets_are_no_customer_s_token(door: Door) -> None:
    session = await door.log_in()
    for secret in (
        session.refresh_token,
        *session.refresh_token.split("."),
        *map(caller_secret, ("gateway", "operator")),
    ):
        assert shut(await door.with_token(secret))


async def test_a_customer_s_token_makes_no_process_of_anybody(door: Door) -> None:
    token = door.forger.good
    asked = pb.GetTrialRequest(account_id=str(door.account))
    for metadata in (
        ((AUTHORIZATION, f"Bearer {token}"),),
        ((CALLER_SECRET, token),),
        ((CALLER_SECRET, f"Bearer {token}"),),
    ):
        assert shut(await door._caller.call(RPCS["GetTrial"], asked, metadata))
    steering = await door._caller.call(
        RPCS["ExtendTrial"], pb.ExtendTrialRequest(), (*process("gateway"), (AUTHORIZATION, f"Bearer {token}"))
    )
    assert steering.reason == "REASON_CALLER_NOT_ALLOWED"


async def test_an_access_token_outlives_the_logout_by_five_minutes_and_the_refresh_token_by_nothing(door: Door) -> None:
    session = await door.log_in()
    await door.say("LogOut", pb.LogOutRequest(refresh_token=session.refresh_token))
    assert shut(await door.refresh(session.refresh_token))
    door.room.clock.advance(minutes=4, seconds=59)
    assert (await door.with_token(session.access_token)).code is OK
    door.room.clock.advance(seconds=1)
    assert shut(await door.with_token(session.access_token))


async def test_parts_of_two_sessions_are_no_refresh_token_and_end_the_one_whose_first_half_was_tried(
    door: Door,
) -> None:
    (one, two) = [(await door.log_in()).refresh_token for _ in range(2)]
    (first, secret), (_, others) = one.split("."), two.split(".")
    for bad in (secret, first, f"{secret}.{first}", f".{secret}", one.swapcase(), f"{one}\u200b"):
        assert shut(await door.refresh(bad))
    assert shut(await door.refresh(f"{first}.{others}"))
    assert shut(await door.refresh(one))
    assert (await door.refresh(two)).code is OK


async def test_metadata_without_end_is_refused_and_holds_nobody_up(door: Door) -> None:
    token = (AUTHORIZATION, f"Bearer {door.forger.good}")
    for size in (17_000, 100_000, 1_000_000):
        ended = await door.read((AUTHORIZATION, "Bearer " + "x" * size))
        assert ended.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert (await door.read(token)).code is OK
    many = [(f"x-{number}", "y" * 50) for number in range(2_000)]
    assert (await door.read(token, *many)).code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert (await door.read(token)).code is OK


async def test_bytes_that_are_no_text_are_a_forgery_and_stand_in_no_log(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    asked = pb.GetTrialRequest(account_id=str(door.account)).SerializeToString()
    secret = (CALLER_SECRET.encode(), caller_secret("gateway").encode())
    for value in (b"zzcanary\xff\xfe", "zzcanaryé".encode(), b"zzcanary\0\x01", b"zzcanary\r\nx: y"):
        metadata = [secret, (AUTHORIZATION.encode(), b"Bearer " + value)]
        status = await http2.call(door.room.address, RPCS["GetTrial"].path, metadata, asked)
        assert status == grpc.StatusCode.UNAUTHENTICATED.value[0]
    lines = [json.loads(JsonFormatter("trial").format(record)) for record in caplog.records]
    assert [line for line in lines if line["logger"].startswith("grpc")]
    assert "zzcanary" not in json.dumps(lines)
    genuine = [secret, (AUTHORIZATION.encode(), f"Bearer {door.forger.good}".encode())]
    assert await http2.call(door.room.address, RPCS["GetTrial"].path, genuine, asked) == 0
