"""Accounts: who may read them, the evidence of their consents, and the end of their login."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casella.common.v1 import common_pb2, errors_pb2
from casella.trial.v1 import trial_pb2 as pb
from services.trial.store import accounts, sessions
from tests.support.refusals import refused_as
from tests.support.room import TestRoom, request_id
from tests.trial.clients import PASSWORD, Visitors, client, stub

EMAIL = "anna@v.demo.example"


async def test_a_contact_is_address_name_and_language(visitors: Visitors, room: TestRoom) -> None:
    customer = await visitors.confirmed(email="Anna@BÜCHER.demo.example", language=common_pb2.LANGUAGE_EN)
    answer = await customer.worker.GetContact(pb.GetContactRequest(account_id=customer.id))
    assert answer.recipient == common_pb2.Recipient(
        email="Anna@xn--bcher-kva.demo.example", name="Anna Rossi", language=common_pb2.LANGUAGE_EN
    )


async def test_the_evidence_of_the_consents_can_be_read_back(visitors: Visitors, room: TestRoom) -> None:
    customer = await visitors.confirmed(client=client("203.0.113.7"))
    request = pb.ListConsentsRequest(account_id=customer.id)
    consents = (await customer.calls.ListConsents(request, metadata=customer.metadata)).consents
    assert {(c.consent.kind, c.consent.document_version, c.consent.granted) for c in consents} == {
        (pb.CONSENT_KIND_TERMS, "2026-05", True),
        (pb.CONSENT_KIND_PRIVACY, "2026-04", True),
        (pb.CONSENT_KIND_PROMOTIONAL, "2026-03", False),
    }
    assert {c.client.ip for c in consents} == {"203.0.113.7"}
    assert {c.at.ToDatetime() for c in consents} == {room.clock.now().replace(tzinfo=None)}


async def test_ordering_reads_state_purge_date_and_address(visitors: Visitors, room: TestRoom) -> None:
    customer = await visitors.confirmed(email=EMAIL)
    account = (await stub(room, "ordering").GetAccount(pb.GetAccountRequest(account_id=customer.id))).account
    assert account.email == EMAIL
    assert account.trial.state == pb.TRIAL_STATE_ACTIVE
    assert account.trial.HasField("purge_at")


async def test_an_operator_finds_an_account_by_its_address(visitors: Visitors, room: TestRoom) -> None:
    customer = await visitors.confirmed(email=EMAIL)
    operator = stub(room, "operator")
    found = (await operator.FindAccount(pb.FindAccountRequest(email="ANNA@v.demo.example"))).account
    assert found.account_id == customer.id
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await operator.FindAccount(pb.FindAccountRequest(email="nobody@v.demo.example"))
    with refused_as(errors_pb2.REASON_INVALID_INPUT):
        await operator.FindAccount(pb.FindAccountRequest(email="anna"))


async def test_a_closed_login_ends_sessions_and_stays_closed(visitors: Visitors, room: TestRoom) -> None:
    customer = await visitors.confirmed(email=EMAIL)
    opened = [(await visitors.log_in(EMAIL)).session for _ in range(2)]
    assert [await customer.close_login() for _ in range(2)] == [2, 2]  # what is done already answers as the first time
    for session in opened:
        with refused_as(errors_pb2.REASON_UNAUTHENTICATED):
            await visitors.calls.RefreshSession(pb.RefreshSessionRequest(refresh_token=session.refresh_token))
    with refused_as(errors_pb2.REASON_LOGIN_REFUSED):
        await visitors.log_in(EMAIL)
    account = await customer.account()
    assert account.trial.state == pb.TRIAL_STATE_CLOSED
    assert (account.trial.days_left, account.trial.days_until_purge) == (0, 0)
    [row] = await room.rows("accounts")
    assert row["password_hash"] is None


async def test_a_login_at_the_moment_of_the_closing_waits_for_it_and_is_refused(
    visitors: Visitors, room: TestRoom
) -> None:
    customer = await visitors.confirmed(email=EMAIL)
    account_id, now = UUID(customer.id), room.clock.now()
    async with room.core.database.transaction() as conn:
        await accounts.close_login(conn, account_id, now)
        await sessions.end_all(conn, account_id, now)
        login = asyncio.create_task(visitors.log_in(EMAIL))
        while not login.done() and not await waits_for_a_row(room):
            await asyncio.wait([login], timeout=0.01)
    with refused_as(errors_pb2.REASON_LOGIN_REFUSED):
        await login
    assert await room.rows("sessions") == []


async def waits_for_a_row(room: TestRoom) -> bool:
    """Whether a statement of the room waits for another transaction's end."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with room.core.database.reading() as conn:
        return bool((await conn.execute(text(query))).scalar_one())


async def test_a_closed_address_may_sign_up_again_as_a_second_trial(visitors: Visitors) -> None:
    first = await visitors.confirmed(email=EMAIL)
    await first.close_login()
    status = await visitors.state(await visitors.sign_up(email=EMAIL))
    assert (status.state, list(status.reasons)) == (pb.SIGN_UP_STATE_IN_REVIEW, ["second_trial"])


async def test_another_customers_account_is_not_found(visitors: Visitors) -> None:
    anna, berta = await visitors.confirmed(), await visitors.confirmed()
    theirs: list[Awaitable[Any]] = [
        anna.calls.GetTrial(pb.GetTrialRequest(account_id=berta.id), metadata=anna.metadata),
        anna.calls.GetAccount(pb.GetAccountRequest(account_id=berta.id), metadata=anna.metadata),
        anna.calls.ListConsents(pb.ListConsentsRequest(account_id=berta.id), metadata=anna.metadata),
        anna.calls.EndTrial(pb.EndTrialRequest(request_id=request_id(), account_id=berta.id), metadata=anna.metadata),
    ]
    for call in theirs:
        with refused_as(errors_pb2.REASON_NOT_FOUND):
            await call
    assert (await berta.trial()).state == pb.TRIAL_STATE_ACTIVE


async def test_what_is_no_id_is_named(room: TestRoom) -> None:
    operator, worker = stub(room, "operator"), stub(room, "worker")
    for bad in ("", "42", "x" * 10_000, "'; DROP TABLE accounts; --", "00000000-0000-0000-0000-00000000000\n"):
        calls: list[Awaitable[Any]] = [
            operator.GetAccount(pb.GetAccountRequest(account_id=bad)),
            operator.GetTrial(pb.GetTrialRequest(account_id=bad)),
            operator.ListConsents(pb.ListConsentsRequest(account_id=bad)),
            worker.GetContact(pb.GetContactRequest(account_id=bad)),
            worker.CloseLogin(pb.CloseLoginRequest(account_id=bad)),
        ]
        for call in calls:
            with refused_as(errors_pb2.REASON_INVALID_INPUT) as caught:
                await call
            assert [violation.field for violation in caught.value.violations] == ["account_id"]


async def test_an_unknown_id_is_not_found(room: TestRoom) -> None:
    operator, worker, nobody = stub(room, "operator"), stub(room, "worker"), request_id()
    calls: list[Awaitable[Any]] = [
        operator.GetAccount(pb.GetAccountRequest(account_id=nobody)),
        operator.GetTrial(pb.GetTrialRequest(account_id=nobody)),
        operator.ListConsents(pb.ListConsentsRequest(account_id=nobody)),
        operator.GetSignUp(pb.GetSignUpRequest(sign_up_id=nobody)),
        worker.GetContact(pb.GetContactRequest(account_id=nobody)),
        worker.CloseLogin(pb.CloseLoginRequest(account_id=nobody)),
    ]
    for call in calls:
        with refused_as(errors_pb2.REASON_NOT_FOUND):
            await call


async def test_a_caller_that_an_rpc_does_not_name_is_refused(visitors: Visitors, room: TestRoom) -> None:
    customer = await visitors.confirmed()
    wrong: list[Awaitable[Any]] = [
        stub(room, "worker").LogIn(pb.LogInRequest(email=EMAIL, password=PASSWORD)),
        stub(room, "operator").SignUp(visitors.form()),
        stub(room, "gateway").CloseLogin(pb.CloseLoginRequest(account_id=customer.id)),
        stub(room, "gateway").ExtendTrial(pb.ExtendTrialRequest(account_id=customer.id, days=5)),
        stub(room, "ordering").GetContact(pb.GetContactRequest(account_id=customer.id)),
        stub(room, "mail_server").GetAccount(pb.GetAccountRequest(account_id=customer.id)),
        stub(room, "operator").DecideSignUp(pb.DecideSignUpRequest(sign_up_id=customer.id)),
    ]
    for call in wrong:
        with refused_as(errors_pb2.REASON_CALLER_NOT_ALLOWED):
            await call
    with refused_as(errors_pb2.REASON_UNAUTHENTICATED):
        await stub(room, "gateway").GetTrial(pb.GetTrialRequest(account_id=customer.id))
