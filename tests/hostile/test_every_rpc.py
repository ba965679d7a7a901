"""Every RPC of every service, made from the contracts: bad input, every caller, another customer's rows.

`make test` tries a cross-section that is the same each time; `make hostile` tries all, as every caller, with the random
texts of SEED.
"""

import asyncio
import os
import random
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import grpc
import pytest
import pytest_asyncio

from services.kit.paging import page_token
from tests.fixtures.postgres import TestDatabases
from tests.hostile.access import ALLOWED, bad_authorizations, heard, visitors, with_authorization
from tests.hostile.bad import Case, Must, cases_of
from tests.hostile.calling import Ended, process
from tests.hostile.contracts import FILES, Rpc, all_services, is_id, rpcs_of
from tests.hostile.exceptions import NO_CONTENT, THE_SAME, UNREAD
from tests.hostile.found import FOUND
from tests.hostile.theatre import Theatre, playing
from tests.hostile.trying import Trial, apart, callers_of, for_many, tried_as
from tests.hostile.weighing import forget_peak, held, padded, peak
from tests.hostile.wellformed import caller_of, is_a_customers, metadata_of, wellformed
from tests.payments.standin import stripe_standin
from tests.stripe_standin.process import StripeProcess
from tests.support.room import START, request_id

__all__ = ["stripe_standin"]

pytestmark = pytest.mark.asyncio(loop_scope="module")
ALL = os.environ.get("HOSTILE") == "all"
SEED = int(os.environ.get("SEED", "1"))
_SAMPLE = 40
"""Cases a room in `make test`."""
_VISITORS = 3
"""Callers before each RPC there."""
SLOW = {"BeginRecovery"}
"""It answers once every process of the room knows of it."""
AT_ONCE, SENT, ROUNDS = 4, 48 * 1024 * 1024, 4
"""Requests side by side, and how many bytes and how often at least: half of them is more than an allocator keeps for
once (some 13 MB were seen), which is no leak."""
_WEIGHED = 4
"""RPCs in `make test`."""
PER_BYTE, NOISE = 6, 32 * 1024 * 1024
"""How many bytes each of a request may take while it is read, at both of its ends, which run in one process here; and
what a process takes and gives back for other reasons."""
OF_NOBODY = {"GetPriceList", "GetErasureNotice"}
"""Customers' RPCs that name no row."""
_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=list(FILES))
async def trial(
    request: pytest.FixtureRequest,
    databases: TestDatabases,
    stripe_standin: StripeProcess,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Trial]:
    """A room with rows, and how long its valid calls take."""
    room = request.param
    async with playing(room, databases, stripe_standin, tmp_path_factory.mktemp(room)) as theatre:
        opened = Trial(theatre)
        await opened.call_all(rpcs_of(room))
        yield opened


@pytest.fixture
def theatre(trial: Trial) -> Theatre:
    return trial.theatre


def rpcs(theatre: Theatre) -> list[Rpc]:
    return rpcs_of(theatre.stage.room.core.room)


def customers_rpcs(theatre: Theatre) -> list[Rpc]:
    return [rpc for rpc in rpcs(theatre) if is_a_customers(rpc) and rpc.name not in OF_NOBODY]


def dice(theatre: Theatre) -> random.Random:
    return random.Random(f"{SEED} {theatre.stage.room.core.room}")  # noqa: S311  no secret


def all_tries(trial: Trial) -> list[tuple[Rpc, str, Case]]:
    """Everything that can be tried in a room, as every caller or as the one with the least to say."""
    luck = dice(trial.theatre)
    return [
        (rpc, caller, case)
        for rpc in rpcs(trial.theatre)
        for caller in (callers_of(rpc) if ALL else [caller_of(rpc)])
        for case in tried_as(rpc, caller, luck)
    ]


async def test_every_service_of_the_contracts_is_tried() -> None:
    served = {rpc.path.split("/")[1] for room in FILES for rpc in rpcs_of(room)}
    assert all_services() - served == {"casella.common.v1.ClockService"}


async def test_what_was_found_once_is_still_tried() -> None:
    tried = {
        f"{rpc.name} {case}"
        for room in FILES
        for rpc in rpcs_of(room)
        for case in cases_of(rpc.request, random.Random(0))  # noqa: S311  no secret
    }
    assert tried >= FOUND


async def test_a_request_without_bad_fields_is_none_of_bad_input(trial: Trial) -> None:
    ends = trial.valid
    assert {str(rpc): ended.fields for rpc, ended in ends.items() if ended.fields} == {}
    fine = sum(ended.code is grpc.StatusCode.OK for ended in ends.values())
    assert fine > 0.7 * len(ends)  # so that most cases reach what a good request reaches


async def test_each_bad_field_is_refused_and_stores_nothing(trial: Trial) -> None:
    tries = all_tries(trial)
    again = [each for each in tries if f"{each[0].name} {each[2]}" in FOUND]
    for rpc, caller, case in tries if ALL else again + dice(trial.theatre).sample(tries, _SAMPLE):
        await trial.one(rpc, caller, case)
    print(f"\n{trial.theatre.stage.room.core.room}: {trial.tried} cases, {len(trial.faults)} faults")  # noqa: T201
    assert trial.faults == []
    if ALL:
        names = {rpc.name for rpc in rpcs(trial.theatre)}
        assert trial.excepted == {each for each in UNREAD if each.partition(" ")[0] in names}  # none that nothing needs


async def test_all_bad_fields_are_named_at_once(trial: Trial) -> None:
    trial.faults.clear()
    named: dict[tuple[Rpc, str], list[Case]] = {}
    tries = [each for each in all_tries(trial) if for_many(each[2])]
    dice(trial.theatre).shuffle(tries)
    for rpc, caller, case in tries:
        named.setdefault((rpc, caller), []).append(case)
    wanted = {key: chosen for key, cases in named.items() if len(chosen := apart(key[0], cases)) > 1}
    for (rpc, caller), cases in list(wanted.items())[: None if ALL else 4]:
        alone = [case for case in cases if await _named_alone(trial, rpc, caller, case)]
        if len(alone) > 1:
            await trial.at_once(rpc, caller, alone)
    assert trial.faults == []


async def test_a_request_id_again_with_another_content_is_refused(trial: Trial) -> None:
    faults = []
    for rpc in rpcs(trial.theatre):
        if "request_id" not in rpc.request.DESCRIPTOR.fields_by_name:
            continue
        caller = caller_of(rpc)
        for case in await _welcome(trial, rpc, caller):
            used = request_id()
            first = await trial.call(rpc, caller, request_id=used)
            again = await trial.call(rpc, caller, case, request_id=used)
            await trial.theatre.rows.put_back_if_changed()
            if first.code is grpc.StatusCode.OK and again.code is grpc.StatusCode.OK:
                faults.append(f"{rpc}: {case}")
    assert faults == []


async def test_the_largest_request_is_read_and_a_byte_more_is_not(trial: Trial) -> None:
    largest, faults = trial.theatre.stage.room.room.largest_request, []
    for rpc in weighed(trial.theatre):
        for more in (0, 1):
            ended = await _padded(trial, rpc, largest + more)
            refused = ended.code is grpc.StatusCode.RESOURCE_EXHAUSTED and "larger than max" in ended.details
            if refused != bool(more):
                faults.append(f"{rpc}: {largest + more} bytes: {ended.code.name} {ended.details}")
        await trial.theatre.rows.put_back_if_changed()
    assert faults == []


async def test_many_of_the_largest_requests_take_bounded_memory_and_leave_none_behind(trial: Trial) -> None:
    largest = trial.theatre.stage.room.room.largest_request
    bound = PER_BYTE * AT_ONCE * largest + NOISE

    async def more_held(rpc: Rpc) -> int:
        before = held()
        forget_peak()
        await asyncio.gather(*(_padded(trial, rpc, largest) for _ in range(AT_ONCE)))
        return peak() - before

    async def all_of_them() -> dict[str, int]:
        found = {rpc.name: await more_held(rpc) for rpc in asked}
        await trial.theatre.rows.put_back_if_changed()
        return found

    asked = weighed(trial.theatre)
    await all_of_them()  # what is loaded once, and kept by the allocator
    sent, rounds, before, most = 0, 0, held(), dict[str, int]()
    while sent < SENT or rounds < ROUNDS:
        now = await all_of_them()
        most = {name: max(more, most.get(name, 0)) for name, more in now.items()}
        sent, rounds = sent + len(asked) * AT_ONCE * largest, rounds + 1
    left = held() - before
    told = f"{sent >> 20} MB sent, at most {max(most.values()) >> 20} MB more held, {left >> 20} MB left"
    print(f"\n{trial.theatre.stage.room.core.room}: {told}")  # noqa: T201
    assert {name: more for name, more in most.items() if more >= bound} == {}
    assert left < sent / 2


def weighed(theatre: Theatre) -> list[Rpc]:
    """The RPCs whose requests are made as large as can be; in `make test` some of them."""
    found = [rpc for rpc in rpcs(theatre) if not rpc.streams and rpc.name not in SLOW]
    return found if ALL else dice(theatre).sample(found, _WEIGHED)


async def _padded(trial: Trial, rpc: Rpc, size: int) -> Ended:
    """How a request of just so many bytes ends."""
    caller, stage = caller_of(rpc), trial.theatre.stage
    request = padded(wellformed(rpc, stage, caller).SerializeToString(), size)
    return await trial.theatre.caller.call(rpc, request, metadata_of(rpc, stage, caller))


async def _named_alone(trial: Trial, rpc: Rpc, caller: str, case: Case) -> bool:
    """Whether a case is refused as bad input by itself: what nobody reads is not."""
    ended = await trial.call(rpc, caller, case)
    await trial.theatre.rows.put_back_if_changed()
    return ended.code is grpc.StatusCode.INVALID_ARGUMENT


async def _welcome(trial: Trial, rpc: Rpc, caller: str) -> list[Case]:
    """For each field one other content that is as welcome as the first."""
    luck, found = dice(trial.theatre), dict[str, Case]()
    cases = [case for case in tried_as(rpc, caller, luck) if case.must is Must.BE_ANSWERED]
    if not ALL:
        cases = luck.sample(cases, min(2, len(cases)))
    for case in cases:
        counts = not {"request_id", *NO_CONTENT} & set(case.path.split("."))
        same = f"{rpc.name} {case}" in THE_SAME or _says_the_same(trial, rpc, caller, case)
        if case.path in found or not counts or same:
            continue
        if (await trial.call(rpc, caller, case)).code is grpc.StatusCode.OK:
            found[case.path] = case
        await trial.theatre.rows.put_back_if_changed()
    return list(found.values())


def _says_the_same(trial: Trial, rpc: Rpc, caller: str, case: Case) -> bool:
    """Whether a case changes nothing in the request."""
    request = wellformed(rpc, trial.theatre.stage, caller)
    before = request.SerializeToString(deterministic=True)
    case.change(request)
    return request.SerializeToString(deterministic=True) == before


async def test_each_rpc_is_open_to_the_callers_that_its_contract_names_and_to_no_others(theatre: Theatre) -> None:
    stage, faults, tried = theatre.stage, [], 0
    for rpc in rpcs(theatre):
        request = wellformed(rpc, stage, caller_of(rpc))
        customer = stage.room.customer(stage.accounts.get(rpc.name, stage.account), "en")
        everybody = visitors(customer)
        for visitor in everybody if ALL else dice(theatre).sample(everybody, _VISITORS):
            must = visitor.must_hear(rpc)
            asked = rpc.request() if must == ALLOWED else request  # what becomes of it then, every other test tells
            ended = await theatre.caller.call(rpc, asked, visitor.metadata)
            stored = await theatre.rows.put_back_if_changed()
            tried += 1
            if heard(ended) != must or (stored and must != ALLOWED):
                faults.append(f"{rpc}: {visitor.name} must hear {must}, heard {heard(ended)}, stored: {stored}")
    print(f"\n{stage.room.core.room}: {tried} calls at the door")  # noqa: T201
    assert faults == []


async def test_another_customer_s_rows_are_not_found(theatre: Theatre) -> None:
    stage, faults = theatre.stage, []
    for rpc in customers_rpcs(theatre):
        request = wellformed(rpc, stage, "customer")
        ended = await theatre.caller.call(rpc, request, as_stranger(theatre))
        stored = await theatre.rows.put_back_if_changed()
        if ended.code is not grpc.StatusCode.NOT_FOUND or stored:
            faults.append(f"{rpc}: {ended.code.name} {ended.reason}, stored: {stored}")
    assert faults == []


async def test_rows_of_another_customer_are_not_found_beside_one_s_own_account(theatre: Theatre) -> None:
    stage, faults = theatre.stage, []
    for rpc in customers_rpcs(theatre):
        request = wellformed(rpc, stage, "customer")
        if "account_id" not in rpc.request.DESCRIPTOR.fields_by_name:
            continue
        request.account_id = str(stage.stranger)  # type: ignore[attr-defined]
        ended = await theatre.caller.call(rpc, request, as_stranger(theatre))
        stored = await theatre.rows.changed()
        if stored:
            await theatre.rows.put_back()
        answered = ended.answer is not None and ended.answer.ByteSize() > 0
        if answered and (named(request) or owners(theatre) & said(ended)):
            faults.append(f"{rpc}: {ended.answer}")
    assert faults == []


async def test_the_owner_is_let_in_where_the_stranger_is_not(theatre: Theatre) -> None:
    faults = []
    for rpc in customers_rpcs(theatre):
        ended = await theatre.caller.call(
            rpc, wellformed(rpc, theatre.stage, "customer"), metadata_of(rpc, theatre.stage, "customer")
        )
        await theatre.rows.put_back_if_changed()
        if ended.code is grpc.StatusCode.NOT_FOUND:
            faults.append(str(rpc))
    assert faults == []


async def test_a_page_token_of_another_customer_s_list_opens_nothing(theatre: Theatre) -> None:
    stage, faults = theatre.stage, []
    for rpc in customers_rpcs(theatre):
        if not {"page", "account_id"} <= set(rpc.request.DESCRIPTOR.fields_by_name):
            continue
        for after in (UUID(int=0), stage.account, (START - timedelta(days=999), stage.account), "0", 0):
            request = wellformed(rpc, stage, "customer")
            request.account_id = str(stage.stranger)  # type: ignore[attr-defined]
            request.page.page_token = page_token(after)  # type: ignore[attr-defined]
            ended = await theatre.caller.call(rpc, request, as_stranger(theatre))
            if owners(theatre) & said(ended):
                faults.append(f"{rpc}: {ended.answer}")
    assert faults == []


async def test_what_is_no_token_makes_nobody_a_customer(theatre: Theatre) -> None:
    stage, faults = theatre.stage, []
    [(_, bearer), *_] = stage.room.customer(stage.account)
    token = bearer.removeprefix("Bearer ")
    for rpc in customers_rpcs(theatre):
        values = bad_authorizations(token)
        for value in values if ALL else dice(theatre).sample(values, 1):
            ended = await theatre.caller.call(rpc, wellformed(rpc, stage, "customer"), with_authorization(value))
            if ended.code is not grpc.StatusCode.UNAUTHENTICATED:
                faults.append(f"{rpc}: {value[:20]!r}: {ended.code.name}")
    assert faults == []


def as_stranger(theatre: Theatre) -> tuple[tuple[str, str], ...]:
    """The gateway for a customer who has nothing here."""
    return (*process("gateway"), *theatre.stage.room.customer(theatre.stage.stranger, "en"))


def named(request: object) -> list[str]:
    """The ids of rows that a request names, beside the account's and its own."""
    return [
        field.name
        for field, _ in request.ListFields()  # type: ignore[attr-defined]
        if is_id(field) and field.name not in {"account_id", "request_id"}
    ]


def owners(theatre: Theatre) -> set[bytes]:
    """All ids with which the stage's customers and rows are named."""
    words = [str(word).encode() for word in theatre.stage.words.values() if isinstance(word, str)]
    return {word for word in words if _UUID.fullmatch(word)}


def said(ended: Ended) -> set[bytes]:
    """All ids in an answer."""
    return set(_UUID.findall(ended.answer.SerializeToString())) if ended.answer is not None else set()
