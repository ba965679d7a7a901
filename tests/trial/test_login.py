"""Login and sessions: who gets in, how long, and what a copied refresh token is worth."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from casella.common.v1 import errors_pb2
from casella.trial.v1 import trial_pb2 as pb
from services.kit import recovery
from services.kit.ids import new_id
from services.kit.metadata import bearer
from services.kit.wire import from_timestamp
from tests.support.refusals import refused_as
from tests.support.room import TestRoom
from tests.trial.clients import Customer, Visitors, client

EMAIL = "anna@v.demo.example"


@pytest.fixture
async def anna(visitors: Visitors) -> Customer:
    return await visitors.confirmed(email=EMAIL)


async def refresh(visitors: Visitors, token: str) -> pb.Session:
    return (await visitors.calls.RefreshSession(pb.RefreshSessionRequest(refresh_token=token))).session


async def log_out(visitors: Visitors, token: str) -> None:
    await visitors.calls.LogOut(pb.LogOutRequest(refresh_token=token))


async def read_trial(visitors: Visitors, account_id: str, access_token: str) -> pb.Trial:
    request = pb.GetTrialRequest(account_id=account_id)
    return (await visitors.calls.GetTrial(request, metadata=(bearer(access_token),))).trial


async def test_address_and_password_open_a_session(anna: Customer, visitors: Visitors, room: TestRoom) -> None:
    answer = await visitors.log_in("Anna@V.demo.example")
    assert answer.account_id == anna.id
    assert from_timestamp(answer.session.access_expires_at) == room.clock.now() + timedelta(minutes=5)
    assert (await read_trial(visitors, anna.id, answer.session.access_token)).account_id == anna.id


async def test_an_access_token_ends_after_5_minutes(anna: Customer, visitors: Visitors, room: TestRoom) -> None:
    session = (await visitors.log_in(EMAIL)).session
    room.clock.advance(minutes=5)
    with refused_as(errors_pb2.REASON_UNAUTHENTICATED):
        await read_trial(visitors, anna.id, session.access_token)


@pytest.mark.parametrize("email", [EMAIL, "nobody@v.demo.example"])
async def test_a_wrong_password_and_an_unknown_address_hear_the_same(
    anna: Customer, visitors: Visitors, room: TestRoom, email: str
) -> None:
    with refused_as(errors_pb2.REASON_LOGIN_REFUSED) as caught:
        await visitors.log_in(email, "not the password")
    assert caught.value.message == "Address or password are wrong."
    assert await room.rows("sessions") == []


async def test_an_address_that_is_not_confirmed_cannot_log_in(visitors: Visitors) -> None:
    await visitors.sign_up(email=EMAIL)
    with refused_as(errors_pb2.REASON_LOGIN_REFUSED):
        await visitors.log_in(EMAIL)


async def test_a_refresh_token_works_once_and_gives_the_next(
    anna: Customer, visitors: Visitors, room: TestRoom
) -> None:
    first = (await visitors.log_in(EMAIL)).session
    room.clock.advance(days=29)
    second = await refresh(visitors, first.refresh_token)
    assert from_timestamp(second.refresh_expires_at) == room.clock.now() + timedelta(days=30)
    assert (await read_trial(visitors, anna.id, second.access_token)).account_id == anna.id
    third = await refresh(visitors, second.refresh_token)
    assert len({s.refresh_token for s in (first, second, third)}) == 3


async def test_a_refresh_token_used_again_ends_the_session_for_the_thief_and_the_customer(
    anna: Customer, visitors: Visitors
) -> None:
    stolen = (await visitors.log_in(EMAIL)).session.refresh_token
    present = (await refresh(visitors, stolen)).refresh_token
    for token in (stolen, present):
        with refused_as(errors_pb2.REASON_UNAUTHENTICATED):
            await refresh(visitors, token)


async def test_of_two_refreshes_at_once_one_wins_and_the_session_ends(anna: Customer, visitors: Visitors) -> None:
    token = (await visitors.log_in(EMAIL)).session.refresh_token
    ends = await asyncio.gather(*(refresh(visitors, token) for _ in range(4)), return_exceptions=True)
    won = [end for end in ends if isinstance(end, pb.Session)]
    assert len(won) == 1
    with refused_as(errors_pb2.REASON_UNAUTHENTICATED):
        await refresh(visitors, won[0].refresh_token)


async def test_after_the_logout_a_refresh_token_is_worth_nothing(anna: Customer, visitors: Visitors) -> None:
    token = (await visitors.log_in(EMAIL)).session.refresh_token
    other = (await visitors.log_in(EMAIL)).session.refresh_token
    await log_out(visitors, token)
    await log_out(visitors, token)
    with refused_as(errors_pb2.REASON_UNAUTHENTICATED):
        await refresh(visitors, token)
    await refresh(visitors, other)


async def test_a_session_from_before_a_restore_is_over_because_the_rows_do_not_know_who_has_logged_out_since(
    anna: Customer, visitors: Visitors, room: TestRoom
) -> None:
    session = (await visitors.log_in(EMAIL)).session
    async with room.core.database.transaction() as conn:
        await conn.execute(text(recovery.BEGIN), {"id": new_id(), "now": room.clock.advance(seconds=1)})
    with refused_as(errors_pb2.REASON_UNAUTHENTICATED):
        await refresh(visitors, session.refresh_token)
    room.clock.advance(seconds=1)
    assert (await refresh(visitors, (await visitors.log_in(EMAIL)).session.refresh_token)).access_token


async def test_a_session_that_is_not_used_ends_after_30_days(
    anna: Customer, visitors: Visitors, room: TestRoom
) -> None:
    token = (await visitors.log_in(EMAIL)).session.refresh_token
    room.clock.advance(days=30)
    with refused_as(errors_pb2.REASON_UNAUTHENTICATED):
        await refresh(visitors, token)


async def test_refresh_tokens_are_stored_hashed(anna: Customer, visitors: Visitors, room: TestRoom) -> None:
    token = (await visitors.log_in(EMAIL)).session.refresh_token
    family, _, secret = token.partition(".")
    stored = repr(await room.rows("sessions"))
    assert family not in stored
    assert secret not in stored


@pytest.mark.parametrize("token", ["made-up", "x" * 43 + "." + "y" * 43, "."])
async def test_a_made_up_refresh_token_is_refused(visitors: Visitors, token: str) -> None:
    await log_out(visitors, token)
    with refused_as(errors_pb2.REASON_UNAUTHENTICATED):
        await refresh(visitors, token)


@pytest.mark.parametrize("token", ["", "x" * 101, "tok\nen"])
async def test_a_refresh_token_of_a_wrong_form_is_named(visitors: Visitors, token: str) -> None:
    for call in (refresh, log_out):
        with refused_as(errors_pb2.REASON_INVALID_INPUT) as caught:
            await call(visitors, token)
        assert [violation.field for violation in caught.value.violations] == ["refresh_token"]


async def test_every_bad_field_of_a_login_is_named_and_nothing_counted(visitors: Visitors, room: TestRoom) -> None:
    for request in (pb.LogInRequest(), pb.LogInRequest(email="anna", password="x" * 201, client=client("nowhere"))):
        with refused_as(errors_pb2.REASON_INVALID_INPUT) as caught:
            await visitors.calls.LogIn(request)
        assert {violation.field for violation in caught.value.violations} == {"email", "password", "client.ip"}
    assert await room.rows("login_attempts") == []


async def test_a_forged_access_token_is_refused(anna: Customer, visitors: Visitors) -> None:
    token = (await visitors.log_in(EMAIL)).session.access_token
    head, body, signature = token.split(".")
    for forged in (f"{head}.{body}.{signature[:-4]}AAAA", f"{head}.{body}.", "no token"):
        with refused_as(errors_pb2.REASON_UNAUTHENTICATED):
            await read_trial(visitors, anna.id, forged)
