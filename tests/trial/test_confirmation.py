"""The moment at which a sign-up becomes an account with a trial: once, with a valid link and a good password."""

import asyncio
from datetime import timedelta
from hashlib import sha256

import pytest

from casella.common.v1 import errors_pb2
from casella.trial.v1 import trial_pb2 as pb
from services.kit.calendar import add_days
from services.kit.errors import Refused
from services.kit.wire import from_timestamp
from tests.support.post import delivered, tables_holding, texts_of
from tests.support.refusals import refused_as
from tests.support.room import TestRoom, request_id
from tests.trial.clients import PASSWORD, STEERING, Customer, Visitors, client, stub


async def test_a_confirmed_address_has_an_account_a_trial_of_30_days_and_a_welcome_email(
    visitors: Visitors, room: TestRoom
) -> None:
    customer = await visitors.confirmed(email="Anna@v.demo.example")
    account = await customer.account()
    now = room.clock.now()
    assert (account.first_name, account.last_name, account.email) == ("Anna", "Rossi", "Anna@v.demo.example")
    assert account.trial.state == pb.TRIAL_STATE_ACTIVE
    assert from_timestamp(account.trial.started_at) == now
    assert from_timestamp(account.trial.ends_at) == add_days(now, 30)
    assert from_timestamp(account.trial.purge_at) == add_days(now, 45)
    assert (account.trial.days_left, account.trial.days_until_purge) == (30, 45)
    assert [key for key, _, _ in await room.mail_params()][1:] == [f"welcome:{customer.id}"]
    assert [(wake.workflow, wake.workflow_id) for wake in await room.wakes()] == [("Trial", f"trial:{customer.id}")]


async def test_the_welcome_email_tells_days_limits_and_guides(visitors: Visitors, room: TestRoom) -> None:
    await visitors.confirmed()
    text = (await room.mails())[-1].eml.decode().replace("=\r\n", "")
    for part in ("30 giorni", "5 domini", "25 caselle", "8 GB", "25 messaggi", "https://guide.example/"):
        assert part in text


async def test_after_the_confirmation_the_persons_data_stand_in_the_account_alone(
    visitors: Visitors, room: TestRoom
) -> None:
    await visitors.confirmed()
    [row] = await room.rows("sign_ups")
    assert [row[name] for name in ("first_name", "last_name", "email", "email_key", "country")] == [None] * 5
    assert row["state"] == "confirmed"
    assert await room.rows("confirmation_links") == []


async def test_a_link_works_once(visitors: Visitors, room: TestRoom) -> None:
    token = await visitors.token()
    await visitors.confirm(token)
    with refused_as(errors_pb2.REASON_LINK_NOT_VALID):
        await visitors.confirm(token, "another password, longer")
    assert len(await room.rows("accounts")) == 1


async def test_a_confirmation_repeated_gets_its_answer_again_and_changes_nothing(
    visitors: Visitors, room: TestRoom
) -> None:
    token, used = await visitors.token(email="anna@v.demo.example"), request_id()
    first = await visitors.confirm(token, again=used)
    again = await visitors.confirm(token, "another password, longer", again=used)
    assert again.id == first.id
    assert len(await room.rows("accounts")) == len(await room.rows("trials")) == 1
    assert [name for _, name, _ in await room.mail_params()] == ["confirmation", "welcome"]
    assert (await visitors.log_in("anna@v.demo.example")).account_id == first.id


async def test_a_confirmation_sent_many_times_at_once_gets_one_answer(visitors: Visitors, room: TestRoom) -> None:
    token, used = await visitors.token(), request_id()
    answers = await asyncio.gather(*(visitors.confirm(token, again=used) for _ in range(4)))
    assert len({customer.id for customer in answers}) == len(await room.rows("accounts")) == 1


async def test_a_confirmations_request_id_is_good_for_its_link_alone(visitors: Visitors, room: TestRoom) -> None:
    used = request_id()
    await visitors.confirm(await visitors.token(email="anna@v.demo.example"), again=used)
    other = await visitors.token(email="bea@w.demo.example")
    with refused_as(errors_pb2.REASON_REQUEST_ID_REUSED):
        await visitors.confirm(other, again=used)
    assert len(await room.rows("accounts")) == 1


async def test_of_many_confirmations_at_once_exactly_one_makes_the_account(visitors: Visitors, room: TestRoom) -> None:
    first = await visitors.token(email="anna@v.demo.example")
    second = await visitors.token(email="anna@v.demo.example")
    attempts = [visitors.confirm(token) for token in (first, second) * 4]
    ends = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(end, Customer) for end in ends) == 1
    assert sum(isinstance(end, Refused) for end in ends) == 7
    assert len(await room.rows("accounts")) == len(await room.rows("trials")) == 1
    assert len([template for _, template, _ in await room.mail_params() if template == "welcome"]) == 1


async def test_a_confirmation_ends_the_other_sign_ups_of_the_address(visitors: Visitors, room: TestRoom) -> None:
    home = client("203.0.113.7")
    for _ in range(3):
        await visitors.sign_up(client=home)
    held = await visitors.sign_up(email="anna@v.demo.example", client=home)
    old = await visitors.token(email="anna@v.demo.example")
    await visitors.confirm(await visitors.token(email="anna@v.demo.example"))
    with refused_as(errors_pb2.REASON_LINK_NOT_VALID):
        await visitors.confirm(old)
    assert (await visitors.state(held)).state == pb.SIGN_UP_STATE_LAPSED
    assert f"signup:{held}" in [wake.workflow_id for wake in await room.wakes()]


async def test_once_the_link_has_left_no_row_holds_its_token(visitors: Visitors, room: TestRoom) -> None:
    token = await visitors.token()
    assert await tables_holding(room, token) == ["outbox"]
    [message] = await delivered(room)
    assert any(f"/confirm/{token}" in part for part in texts_of(message))
    assert await tables_holding(room, token) == []
    [kept] = await room.rows("mails")
    assert any("Conferma e imposta la password: ***" in part for part in texts_of(kept["eml"]))
    assert kept["sha256"] == sha256(message).digest()
    assert (await visitors.confirm(token)).id


async def test_a_link_ends_after_72_hours(visitors: Visitors, room: TestRoom) -> None:
    token = await visitors.token()
    room.clock.advance(hours=72)
    with refused_as(errors_pb2.REASON_LINK_NOT_VALID):
        await visitors.confirm(token)
    assert await room.rows("accounts") == []


async def test_a_link_is_valid_until_just_before(visitors: Visitors, room: TestRoom) -> None:
    token = await visitors.token()
    room.clock.at += timedelta(hours=72) - timedelta(microseconds=1)
    await visitors.confirm(token)


async def test_a_link_of_a_denied_sign_up_does_not_exist(visitors: Visitors, room: TestRoom) -> None:
    sign_up_id = await visitors.sign_up(email="anna@broken.example")
    request = pb.DecideSignUpRequest(request_id=request_id(), sign_up_id=sign_up_id, allow=False, steering=STEERING)
    await stub(room, "worker").DecideSignUp(request)
    assert await room.rows("confirmation_links") == []


@pytest.mark.parametrize(
    ("token", "password", "bad"),
    [
        ("", "", {"token", "password"}),
        ("x" * 101, PASSWORD, {"token"}),
        ("tok\x00en", "short", {"token", "password"}),
        ("x" * 43, "y" * 201, {"password"}),
        ("x" * 43, "tab\there-and-more", {"password"}),
        ("x" * 43, "Password1234", {"password"}),
    ],
)
async def test_bad_fields_are_named_before_the_link_is_looked_at(
    visitors: Visitors, room: TestRoom, token: str, password: str, bad: set[str]
) -> None:
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as caught:
        await visitors.confirm(token, password)
    assert {violation.field for violation in caught.value.violations} == bad
    assert await room.rows("accounts") == []


async def test_an_unknown_link_is_refused(visitors: Visitors) -> None:
    with refused_as(errors_pb2.REASON_LINK_NOT_VALID):
        await visitors.confirm("x" * 43)


async def test_a_password_made_of_the_persons_own_name_is_refused_and_the_link_stays_valid(visitors: Visitors) -> None:
    token = await visitors.token(first_name="Alessandrina", last_name="Rossi")
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as caught:
        await visitors.confirm(token, "alessandrinarossi1")
    assert [violation.field for violation in caught.value.violations] == ["password"]
    await visitors.confirm(token)


async def test_the_password_is_stored_as_argon2id_only(visitors: Visitors, room: TestRoom) -> None:
    await visitors.confirmed()
    [account] = await room.rows("accounts")
    assert account["password_hash"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    for table in ("accounts", "sign_ups", "outbox", "requests", "mails"):
        assert PASSWORD not in repr(await room.rows(table))
