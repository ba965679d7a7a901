"""A sign-up in review: what the operator sees and decides, and its end when nobody does."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.trial.v1 import trial_pb2 as pb
from services.kit.errors import Refused
from services.kit.wire import from_duration, from_timestamp
from services.trial.store import keeping
from tests.support.refusals import refused_as
from tests.support.room import TestRoom, request_id
from tests.trial.clients import STEERING, Visitors, stub


@pytest.fixture
async def held(visitors: Visitors) -> str:
    """A sign-up that waits for an operator."""
    return await visitors.sign_up(email="anna@broken.example")


async def decide(room: TestRoom, sign_up_id: str, *, allow: bool, request: str | None = None) -> pb.SignUpStatus:
    message = pb.DecideSignUpRequest(
        request_id=request or request_id(), sign_up_id=sign_up_id, allow=allow, steering=STEERING
    )
    return (await stub(room, "worker").DecideSignUp(message)).sign_up


async def lapse(room: TestRoom, sign_up_id: str) -> pb.SignUpStatus:
    """What the workflow asks for when nobody has decided."""
    message = pb.LapseSignUpRequest(sign_up_id=sign_up_id)
    return (await stub(room, "worker").LapseSignUp(message)).sign_up


async def test_an_allowed_sign_up_gets_its_email_and_72_hours(held: str, visitors: Visitors, room: TestRoom) -> None:
    room.clock.advance(hours=50)
    status = await decide(room, held, allow=True)
    assert status.state == pb.SIGN_UP_STATE_AWAITING_CONFIRMATION
    assert from_timestamp(status.lapses_at) == room.clock.now() + timedelta(hours=72)
    room.clock.advance(hours=71)
    await visitors.confirm(await visitors.emailed_token())


async def test_a_denied_sign_up_gets_no_email(held: str, room: TestRoom) -> None:
    assert (await decide(room, held, allow=False)).state == pb.SIGN_UP_STATE_DENIED
    assert await room.mails() == []


async def test_a_decision_is_taken_once_and_is_in_the_audit_trail(held: str, room: TestRoom) -> None:
    request = request_id()
    answers = await asyncio.gather(*(decide(room, held, allow=True, request=request) for _ in range(3)))
    assert {answer.state for answer in answers} == {pb.SIGN_UP_STATE_AWAITING_CONFIRMATION}
    with refused_as(errors_pb2.REASON_SIGN_UP_STATE):
        await decide(room, held, allow=False)
    [entry] = await room.rows("audit")
    assert (entry["action"], entry["subject_id"], entry["actor"]) == (
        "allow_sign_up",
        UUID(held),
        "operator@provider",
    )
    assert len(await room.mails()) == 1


async def test_of_two_operators_at_once_one_decides(held: str, room: TestRoom) -> None:
    ends = await asyncio.gather(decide(room, held, allow=True), decide(room, held, allow=False), return_exceptions=True)
    assert sum(isinstance(end, Refused) for end in ends) == 1
    [row] = await room.rows("sign_ups")
    assert len(await room.mails()) == (row["state"] == "awaiting_confirmation")


async def test_a_review_lapses_after_72_hours_and_not_before(held: str, visitors: Visitors, room: TestRoom) -> None:
    room.clock.advance(hours=71)
    early = await lapse(room, held)
    assert early.state == pb.SIGN_UP_STATE_IN_REVIEW
    assert from_duration(early.lapses_in) == timedelta(hours=1)
    room.clock.advance(hours=1)
    with refused_as(errors_pb2.REASON_SIGN_UP_STATE):
        await decide(room, held, allow=True)
    assert (await lapse(room, held)).state == pb.SIGN_UP_STATE_LAPSED
    assert (await lapse(room, held)).state == pb.SIGN_UP_STATE_LAPSED
    assert await room.mails() == []


async def test_a_lapse_changes_nothing_that_is_decided(held: str, room: TestRoom) -> None:
    await decide(room, held, allow=True)
    assert (await lapse(room, held)).state == pb.SIGN_UP_STATE_AWAITING_CONFIRMATION


async def test_the_operator_sees_who_waits_oldest_first_page_by_page(visitors: Visitors, room: TestRoom) -> None:
    for n in range(5):
        await visitors.sign_up(email=f"anna{n}@broken.example")
        room.clock.advance(minutes=1)
    operator, seen, token = stub(room, "operator"), [], ""
    while True:
        page = common_pb2.PageRequest(page_size=2, page_token=token)
        answer = await operator.ListSignUpsInReview(pb.ListSignUpsInReviewRequest(page=page))
        seen += [(entry.email, entry.name, entry.country) for entry in answer.sign_ups]
        token = answer.next_page_token
        if not token:
            break
    assert seen == [(f"anna{n}@broken.example", "Anna Rossi", "IT") for n in range(5)]


@pytest.mark.parametrize("token", ["x", "§", "MjAyNi0wMS0wMXw0Mg==", "A" * 300])
async def test_a_page_that_does_not_exist_is_refused(room: TestRoom, token: str) -> None:
    page = common_pb2.PageRequest(page_size=201, page_token=token)
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as caught:
        await stub(room, "operator").ListSignUpsInReview(pb.ListSignUpsInReviewRequest(page=page))
    assert {violation.field for violation in caught.value.violations} == {"page.page_size", "page.page_token"}


async def test_a_status_carries_no_personal_data(held: str, visitors: Visitors) -> None:
    text = str(await visitors.state(held))
    assert "anna" not in text.lower()
    assert "rossi" not in text.lower()


async def test_a_sign_up_in_review_is_watched_until_it_is_decided(held: str, room: TestRoom) -> None:
    async with room.core.database.reading() as conn:
        assert [w.workflow_id for w in await keeping.sign_ups_in_review(conn, None)] == [f"signup:{held}"]
        assert await keeping.sign_ups_in_review(conn, room.clock.now()) == []
    await decide(room, held, allow=False)
    async with room.core.database.reading() as conn:
        assert await keeping.sign_ups_in_review(conn, None) == []


@pytest.mark.parametrize("allow", [True, False])
async def test_every_bad_field_of_a_decision_is_named(held: str, room: TestRoom, *, allow: bool) -> None:
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as caught:
        await stub(room, "worker").DecideSignUp(pb.DecideSignUpRequest(sign_up_id="42", allow=allow))
    assert {violation.field for violation in caught.value.violations} == {
        "request_id",
        "sign_up_id",
        "steering.actor",
        "steering.reason_code",
        "steering.source",
    }
    assert await room.rows("audit") == []


async def test_an_operator_looks_a_decided_sign_up_up_with_the_person_until_it_is_deleted(
    held: str, room: TestRoom
) -> None:
    asked = pb.GetApplicantRequest(sign_up_id=held)
    operator = stub(room, "operator")
    assert (await operator.GetApplicant(asked)).sign_up.state == pb.SIGN_UP_STATE_IN_REVIEW
    await decide(room, held, allow=False)
    found = await operator.GetApplicant(asked)
    assert (found.email, found.name, found.country) == ("anna@broken.example", "Anna Rossi", "IT")
    assert (found.sign_up.state, found.account_id) == (pb.SIGN_UP_STATE_DENIED, "")
    room.clock.advance(hours=73)
    for job in room.room.jobs:
        await job.run(room.clock.now())
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await operator.GetApplicant(asked)


async def test_a_confirmed_sign_up_names_its_account_and_the_account_its_sign_up(
    held: str, visitors: Visitors, room: TestRoom
) -> None:
    await decide(room, held, allow=True)
    customer = await visitors.confirm(await visitors.emailed_token())
    found = await stub(room, "operator").GetApplicant(pb.GetApplicantRequest(sign_up_id=held))
    assert (found.sign_up.state, found.account_id, found.email) == (pb.SIGN_UP_STATE_CONFIRMED, customer.id, "")
    assert (await customer.account()).sign_up_id == held


async def test_nobody_but_an_operator_reads_the_person_of_a_sign_up(held: str, room: TestRoom) -> None:
    with refused_as(errors_pb2.REASON_CALLER_NOT_ALLOWED):
        await stub(room, "worker").GetApplicant(pb.GetApplicantRequest(sign_up_id=held))
