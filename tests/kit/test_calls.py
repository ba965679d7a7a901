"""What happens to a call on its way in: who may, in whose name, until when, and what an error looks like outside."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from sqlalchemy import text

from casella.common.v1 import access_pb2, errors_pb2
from services.kit.channels import open_channel
from services.kit.context import current_call, owner_filter
from services.kit.core import Core
from services.kit.errors import RULES, CasellaError, InvalidInput, NotReady, RateLimited, Refused
from services.kit.ids import new_id
from services.kit.interceptors.callers import CallersUnclear
from services.kit.logs import JsonFormatter
from services.kit.metadata import CORRELATION_ID, LANGUAGE
from services.kit.server import Room, Server
from services.kit.settings import RoomSettings
from services.kit.statuses import DETAILS_KEY, decode, encode
from services.kit.validation import Violations
from tests.kit.echo import Behaviour, Echo
from tests.support.room import CALLERS, TestRoom, caller_secret, room_settings, running_room

_CUSTOMER, _GATEWAY, _WORKER = access_pb2.CALLER_CUSTOMER, access_pb2.CALLER_GATEWAY, access_pb2.CALLER_WORKER
_SECRET = "Anna Rossi, RSSMRA85T10A562S"


class Methods:
    """What the test's service does."""

    def __init__(self) -> None:
        self.core: Core | None = None
        self.attempts = 0

    async def who(self, request: StringValue, context: Any) -> StringValue:
        call = current_call()
        told = {
            "caller": call.caller,
            "owner": str(owner_filter()),
            "language": call.language,
            "id": call.correlation_id,
        }
        return StringValue(value=json.dumps(told))

    async def refuse(self, request: StringValue, context: Any) -> StringValue:
        raise RateLimited(metadata={"limit": "3"}, retry_after=timedelta(seconds=90))

    async def validate(self, request: StringValue, context: Any) -> StringValue:
        violations = Violations()
        violations.text("name", "", 10)
        violations.email("contact.email", "nobody")
        violations.check()
        raise AssertionError

    async def crash(self, request: StringValue, context: Any) -> StringValue:
        raise ValueError(f"cannot read {request.value}")

    async def hang(self, request: StringValue, context: Any) -> StringValue:
        await asyncio.Event().wait()
        raise AssertionError

    async def abort(self, request: StringValue, context: Any) -> StringValue:
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, "by hand")
        raise AssertionError

    async def later(self, request: StringValue, context: Any) -> StringValue:
        self.attempts += 1
        if self.attempts < 3:
            raise NotReady
        return StringValue(value=str(self.attempts))

    async def never(self, request: StringValue, context: Any) -> StringValue:
        self.attempts += 1
        raise NotReady(retry_after=timedelta(seconds=5))

    async def lock(self, request: StringValue, context: Any) -> StringValue:
        assert self.core is not None
        async with self.core.database.transaction() as conn:
            await conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        raise AssertionError


@pytest.fixture
def methods() -> Methods:
    return Methods()


@pytest.fixture
def echo(methods: Methods) -> Echo:
    worker: dict[str, Behaviour] = {
        name.capitalize(): getattr(methods, name)
        for name in ("refuse", "validate", "crash", "hang", "abort", "later", "never", "lock")
    }
    return Echo(
        {
            "OnlyCustomer": ((_CUSTOMER,), methods.who),
            "CustomerOrWorker": ((_CUSTOMER, _WORKER), methods.who),
            "CustomerOrGateway": ((_CUSTOMER, _GATEWAY), methods.who),
            "OnlyGateway": ((_GATEWAY,), methods.who),
            "OnlyWorker": ((_WORKER,), methods.who),
            **{name: ((_WORKER,), behaviour) for name, behaviour in worker.items()},
        }
    )


@pytest.fixture
async def room(kit_url: str, tmp_path: Path, echo: Echo, methods: Methods) -> AsyncIterator[TestRoom]:
    def build(core: Core) -> Room:
        methods.core = core
        return Room(services=[(echo.add, methods)], templates=tmp_path, task_queue="kit")

    async with running_room("kit", kit_url, build, tmp_path) as running:
        yield running


async def _reason(call: Any) -> str:
    with pytest.raises(Refused) as refused:
        await call
    return errors_pb2.Reason.Name(refused.value.reason)


@pytest.mark.parametrize(
    ("method", "may"),
    [
        ("OnlyCustomer", {"gateway"}), ("CustomerOrWorker", {"gateway", "worker"}), ("CustomerOrGateway", {"gateway"}),
        ("OnlyGateway", {"gateway"}), ("OnlyWorker", {"worker"}),
    ],
)  # fmt: skip
async def test_only_the_callers_that_the_rpc_names_may_call_it(
    room: TestRoom, echo: Echo, method: str, may: set[str]
) -> None:
    for caller in CALLERS:
        call = echo.call(room.channel(caller), method, metadata=room.customer(new_id()))
        if caller in may:
            assert json.loads(await call)["caller"] == caller
        else:
            assert await _reason(call) == "REASON_CALLER_NOT_ALLOWED"


async def test_a_customers_call_belongs_to_the_tokens_account(room: TestRoom, echo: Echo) -> None:
    account = new_id()
    for method in ("OnlyCustomer", "CustomerOrWorker", "CustomerOrGateway"):
        told = await echo.call(room.channel(), method, metadata=room.customer(account))
        assert json.loads(told)["owner"] == str(account)


async def test_a_customers_rpc_needs_a_valid_token(room: TestRoom, echo: Echo) -> None:
    token = room.customer(new_id())
    assert await _reason(echo.call(room.channel(), "OnlyCustomer")) == "REASON_UNAUTHENTICATED"
    room.clock.advance(minutes=5)
    assert await _reason(echo.call(room.channel(), "OnlyCustomer", metadata=token)) == "REASON_UNAUTHENTICATED"
    for bad in ("Bearer x.y.z", "Basic abc", "Bearer", ""):
        call = echo.call(room.channel(), "CustomerOrGateway", metadata=(("authorization", bad),))
        assert await _reason(call) == "REASON_UNAUTHENTICATED"


async def test_a_customers_token_in_other_hands_is_worth_nothing(room: TestRoom, echo: Echo) -> None:
    told = await echo.call(room.channel("worker"), "CustomerOrWorker", metadata=room.customer(new_id()))
    assert json.loads(told)["owner"] == "None"


async def test_the_gateway_without_a_customer_owns_nothing(room: TestRoom, echo: Echo) -> None:
    assert json.loads(await echo.call(room.channel(), "CustomerOrGateway"))["owner"] == "None"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("en", "en"), ("it-IT,it;q=0.9,en;q=0.8", "it"), ("de, en-GB", "en"), ("de", "it"), ("", "it")],
)
async def test_the_first_of_our_languages_counts(room: TestRoom, echo: Echo, accepted: str, language: str) -> None:
    told = await echo.call(room.channel("worker"), "OnlyWorker", metadata=((LANGUAGE, accepted),))
    assert json.loads(told)["language"] == language


async def test_a_channels_language_counts_where_a_call_brings_none(room: TestRoom, echo: Echo) -> None:
    async with open_channel(room.address, caller_secret("worker"), language="en") as channel:
        by_itself = await echo.call(channel, "OnlyWorker")
        brought = await echo.call(channel, "OnlyWorker", metadata=((LANGUAGE, "it"),))
    assert [json.loads(told)["language"] for told in (by_itself, brought)] == ["en", "it"]


async def test_a_callers_correlation_id_is_kept_unless_it_has_another_form(room: TestRoom, echo: Echo) -> None:
    brought = str(new_id())
    told = await echo.call(room.channel("worker"), "OnlyWorker", metadata=((CORRELATION_ID, brought),))
    assert json.loads(told)["id"] == brought
    told = await echo.call(room.channel("worker"), "OnlyWorker", metadata=((CORRELATION_ID, "anna@example.it"),))
    assert "anna" not in told


async def test_a_refusal_carries_its_reason_metadata_and_delay(room: TestRoom, echo: Echo) -> None:
    with pytest.raises(Refused) as refused:
        await echo.call(room.channel("worker"), "Refuse")
    assert refused.value.reason == errors_pb2.REASON_RATE_LIMITED
    assert refused.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert refused.value.metadata == {"limit": "3"}
    assert refused.value.retry_after == timedelta(seconds=90)
    assert str(refused.value) == "RATE_LIMITED"


async def test_every_bad_field_is_named_in_the_callers_language(room: TestRoom, echo: Echo) -> None:
    with pytest.raises(Refused) as refused:
        await echo.call(room.channel("worker"), "Validate", metadata=((LANGUAGE, "en"),))
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert [(v.field, v.message, v.key) for v in refused.value.violations] == [
        ("name", "This field is required.", "required"),
        ("contact.email", "This is not a valid email address.", "not_an_email"),
    ]


def test_more_bad_fields_than_an_answer_holds_are_named_as_far_as_it_does() -> None:
    violations = Violations("en")
    for number in range(10_000):
        violations.add(f"lines[{number}].unit_price.currency", "required")
    with pytest.raises(InvalidInput) as refused:
        violations.check()
    status = encode(refused.value)
    assert status.ByteSize() < 8 * 1024
    named = decode(((DETAILS_KEY, status.SerializeToString()),))
    assert named is not None
    assert len(named.violations) > 40


async def test_an_unexpected_error_tells_the_client_an_incident_and_nothing_else(
    room: TestRoom, echo: Echo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await echo.call(room.channel("worker"), "Crash", _SECRET)
    assert failed.value.code() is grpc.StatusCode.INTERNAL
    assert "Anna" not in repr(failed.value)
    lines = [json.loads(JsonFormatter("kit").format(record)) for record in caplog.records]
    [incident] = [line for line in lines if line["message"] == "unexpected error"]
    assert incident["incident"] in str(failed.value.details())
    assert incident["exception"]["class"] == "builtins.ValueError"
    assert any("test_calls.py" in frame for frame in incident["exception"]["frames"])


async def test_the_access_log_has_ids_and_no_content(
    room: TestRoom, echo: Echo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    account = new_id()
    await echo.call(room.channel(), "OnlyCustomer", _SECRET, metadata=room.customer(account))
    await _reason(echo.call(room.channel("worker"), "Refuse", _SECRET))

    def logged() -> list[dict[str, Any]]:
        return [json.loads(JsonFormatter("kit").format(r)) for r in caplog.records if r.message == "call"]

    async with asyncio.timeout(10):
        while len(logged()) < 2:  # noqa: ASYNC110  the client may have its answer before the line is written
            await asyncio.sleep(0.01)
    lines = logged()
    assert [(line["method"].rpartition("/")[2], line["caller"], line["code"]) for line in lines] == [
        ("OnlyCustomer", "gateway", "OK"),
        ("Refuse", "worker", "RESOURCE_EXHAUSTED"),
    ]
    assert lines[0]["account"] == str(account)
    assert lines[1]["reason"] == "RATE_LIMITED"
    assert "Anna" not in json.dumps(lines, ensure_ascii=False)


async def test_the_server_says_why_it_ran_out_of_time_before_the_client_gives_up(room: TestRoom, echo: Echo) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await echo.call(room.channel("worker"), "Hang", timeout=0.5)
    assert failed.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert failed.value.details() == "The deadline ran out before the work was done."


async def test_a_servicers_own_abort_passes(room: TestRoom, echo: Echo) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await echo.call(room.channel("worker"), "Abort")
    assert (failed.value.code(), failed.value.details()) == (grpc.StatusCode.FAILED_PRECONDITION, "by hand")


async def test_the_channel_tries_again_while_something_is_not_ready(
    room: TestRoom, echo: Echo, methods: Methods
) -> None:
    assert await echo.call(room.channel("worker"), "Later") == "3"


async def test_the_channel_gives_up_after_four_attempts_and_leaves_unavailability_a_grpc_error(
    room: TestRoom, echo: Echo, methods: Methods
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await echo.call(room.channel("worker"), "Never")
    assert failed.value.code() is grpc.StatusCode.UNAVAILABLE
    assert methods.attempts == 4


async def test_a_lost_database_connection_is_unavailable_and_no_incident(room: TestRoom, echo: Echo) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await echo.call(room.channel("worker"), "Lock")
    assert failed.value.code() is grpc.StatusCode.UNAVAILABLE
    await room.core.database.ping()


async def test_a_service_that_is_away_is_unavailable_within_the_deadline() -> None:
    async with open_channel("127.0.0.1:1", caller_secret("worker")) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await Echo({"X": ((_WORKER,), Methods().who)}).call(channel, "X")
    assert failed.value.code() is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("callers", [(), (access_pb2.CALLER_UNSPECIFIED,)])
async def test_a_server_with_an_rpc_that_names_no_caller_does_not_start(
    kit_url: str, tmp_path: Path, methods: Methods, callers: tuple[access_pb2.Caller, ...]
) -> None:
    echo = Echo({"Open": (callers, methods.who)})
    core = Core.of("kit", RoomSettings(**room_settings(kit_url, tmp_path)))
    with pytest.raises(CallersUnclear, match="Open"):
        Server(core, Room(services=[(echo.add, methods)], templates=tmp_path, task_queue="kit"))


@pytest.mark.parametrize(
    "callers", [{"stranger": "0123456789abcdef"}, {"gateway": "short"}, {"gateway": "0" * 16, "worker": "0" * 16}]
)
async def test_a_server_with_unclear_secrets_does_not_start(
    kit_url: str, tmp_path: Path, callers: dict[str, str]
) -> None:
    settings = RoomSettings(**room_settings(kit_url, tmp_path))
    (tmp_path / "callers.json").write_text(json.dumps(callers))
    with pytest.raises(CallersUnclear):
        Server(Core.of("kit", settings), Room(services=[], templates=tmp_path, task_queue="kit"))


def test_every_reason_has_one_row_and_the_code_that_its_comment_states() -> None:
    proto = (Path(__file__).parents[2] / "protos/casella/common/v1/errors.proto").read_text()
    stated: dict[str, str] = {}
    comment = ""
    for line in map(str.strip, proto.splitlines()):
        if line.startswith("//"):
            comment = line
        elif line.startswith("REASON_"):
            stated[line.partition(" ")[0]] = comment.rstrip(".").rpartition(" ")[2]
    stated.pop("REASON_UNSPECIFIED")
    assert {errors_pb2.Reason.Name(reason): rule.code.name for reason, rule in RULES.items()} == stated


def test_every_error_of_every_room_names_a_reason_with_a_row() -> None:
    for module in sorted((Path(__file__).parents[2] / "services").glob("*/errors.py")):
        import_module(f"services.{module.parent.name}.errors")

    def all_of(kind: type[CasellaError]) -> list[type[CasellaError]]:
        return [kind, *(deeper for below in kind.__subclasses__() for deeper in all_of(below))]

    without = [kind.__qualname__ for kind in all_of(CasellaError)[1:] if getattr(kind, "reason", None) not in RULES]
    assert without == []
