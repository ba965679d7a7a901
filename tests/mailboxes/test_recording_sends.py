"""RecordSend: the question of the mail server, in every state of the account."""

from datetime import timedelta

import pytest

from casella.common.v1 import errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from tests.mailboxes.clients import STEERING, Customer, send, stub, unlock
from tests.support.refusals import refused_as
from tests.support.room import START, TestRoom, request_id

INFO = "info@rossi.example"


@pytest.fixture
async def mailbox(customer: Customer) -> pb.Mailbox:
    return await customer.create_mailbox(INFO)


async def test_the_answer_says_what_is_left(room: TestRoom, mailbox: pb.Mailbox) -> None:
    answer = await send(room, "Info@Rossi.EXAMPLE", recipients=3)
    assert (answer.messages_left, answer.recipients_left) == (24, 97)


async def test_the_26th_message_is_refused_until_24_hours_after_the_first(room: TestRoom, mailbox: pb.Mailbox) -> None:
    for _ in range(25):
        await send(room, INFO)
        room.clock.advance(minutes=10)
    with refused_as(errors_pb2.REASON_MESSAGE_LIMIT) as refused:
        await send(room, INFO)
    frees_at = START + timedelta(hours=24)
    assert refused.value.metadata == {"limit": "messages", "value": "25", "frees_at": frees_at.isoformat()}
    assert refused.value.retry_after == frees_at - room.clock.now()
    room.clock.at = frees_at - timedelta(microseconds=1)
    with refused_as(errors_pb2.REASON_MESSAGE_LIMIT):
        await send(room, INFO)
    room.clock.at = frees_at
    await send(room, INFO)
    with refused_as(errors_pb2.REASON_MESSAGE_LIMIT):
        await send(room, INFO)


async def test_at_most_100_recipients_are_addressed_in_the_window(room: TestRoom, mailbox: pb.Mailbox) -> None:
    await send(room, INFO, recipients=60)
    room.clock.advance(hours=1)
    await send(room, INFO, recipients=40)
    with refused_as(errors_pb2.REASON_RECIPIENT_LIMIT) as refused:
        await send(room, INFO)
    assert refused.value.metadata["limit"] == "recipients"
    assert refused.value.metadata["value"] == "100"
    assert refused.value.retry_after == timedelta(hours=23)


async def test_a_message_to_more_than_100_recipients_can_never_leave(room: TestRoom, mailbox: pb.Mailbox) -> None:
    with refused_as(errors_pb2.REASON_RECIPIENT_LIMIT) as refused:
        await send(room, INFO, recipients=101)
    assert "frees_at" not in refused.value.metadata
    assert refused.value.retry_after is None
    assert await room.rows("sends") == []


async def test_mailboxes_have_windows_of_their_own(room: TestRoom, customer: Customer, mailbox: pb.Mailbox) -> None:
    await customer.create_mailbox("second@rossi.example")
    for _ in range(25):
        await send(room, INFO)
    await send(room, "second@rossi.example")


async def test_a_mailbox_that_is_made_anew_has_a_window_of_its_own_within_the_sum_of_all(
    room: TestRoom, customer: Customer, mailbox: pb.Mailbox
) -> None:
    for _ in range(25):
        await send(room, INFO)
    await customer.delete_mailbox(mailbox.mailbox_id)
    await customer.create_mailbox(INFO)
    await send(room, INFO)
    assert len({row["mailbox_id"] for row in await room.rows("sends")}) == 2
    assert len({row["account_id"] for row in await room.rows("sends")}) == 1


async def test_deleting_and_creating_mailboxes_does_not_send_without_end(
    room: TestRoom, customer: Customer, mailbox: pb.Mailbox
) -> None:
    # 625 = 25 mailboxes × 25 messages; reached here with four mailboxes' rows instead of 25 mailboxes in turn.
    for _ in range(25):
        await send(room, INFO)
    await customer.delete_mailbox(mailbox.mailbox_id)
    async with room.core.database.transaction() as conn:
        await conn.exec_driver_sql(
            "INSERT INTO sends SELECT gen_random_uuid(), account_id, mailbox_id, sent_at, 1"
            " FROM sends, generate_series(1, 24)"
        )
    await customer.create_mailbox(INFO)
    with refused_as(errors_pb2.REASON_MESSAGE_LIMIT) as refused:
        await send(room, INFO)
    assert (refused.value.metadata["limit"], refused.value.metadata["value"]) == ("account_messages", "625")
    assert refused.value.retry_after == timedelta(hours=24)
    room.clock.advance(hours=24)
    await send(room, INFO)


async def test_in_a_trial_deleted_mailboxes_free_no_recipients(
    room: TestRoom, customer: Customer, mailbox: pb.Mailbox
) -> None:
    # 2,500 = 25 mailboxes × 100 recipients; reached here with the rows of 25 mailboxes that are gone.
    await send(room, INFO, recipients=99)
    await customer.delete_mailbox(mailbox.mailbox_id)
    async with room.core.database.transaction() as conn:
        await conn.exec_driver_sql(
            "INSERT INTO sends SELECT gen_random_uuid(), account_id, gen_random_uuid(), sent_at, 100"
            " FROM sends, generate_series(1, 24)"
        )
    await customer.create_mailbox(INFO)
    await send(room, INFO)
    with refused_as(errors_pb2.REASON_RECIPIENT_LIMIT) as refused:
        await send(room, INFO)
    assert (refused.value.metadata["limit"], refused.value.metadata["value"]) == ("account_recipients", "2500")
    assert refused.value.retry_after == timedelta(hours=24)
    room.clock.advance(hours=24)
    await send(room, INFO)


async def test_in_a_paid_contract_deleted_mailboxes_free_neither_messages_nor_recipients(
    room: TestRoom, customer: Customer, mailbox: pb.Mailbox
) -> None:
    await unlock(room, customer, s8=1)
    await send(room, INFO, recipients=3000)
    await customer.delete_mailbox(mailbox.mailbox_id)
    again = await customer.create_mailbox(INFO)
    with refused_as(errors_pb2.REASON_RECIPIENT_LIMIT) as refused:
        await send(room, INFO)
    assert (refused.value.metadata["limit"], refused.value.metadata["value"]) == ("account_recipients", "3000")
    room.clock.advance(hours=24)
    await send(room, INFO)
    await customer.delete_mailbox(again.mailbox_id)
    async with room.core.database.transaction() as conn:
        await conn.exec_driver_sql(
            "INSERT INTO sends SELECT gen_random_uuid(), account_id, mailbox_id, sent_at, 1"
            " FROM sends, generate_series(1, 999) WHERE recipients = 1"
        )
    await customer.create_mailbox(INFO)
    with refused_as(errors_pb2.REASON_MESSAGE_LIMIT) as refused:
        await send(room, INFO)
    assert (refused.value.metadata["limit"], refused.value.metadata["value"]) == ("account_messages", "1000")


async def test_the_same_message_asked_again_is_counted_once(room: TestRoom, mailbox: pb.Mailbox) -> None:
    message = request_id()
    first = await send(room, INFO, 2, message)
    assert await send(room, INFO, 2, message) == first
    with refused_as(errors_pb2.REASON_REQUEST_ID_REUSED):
        await send(room, INFO, 3, message)


async def test_the_id_of_one_mailboxs_message_is_not_good_for_another(
    room: TestRoom, customer: Customer, mailbox: pb.Mailbox
) -> None:
    await customer.create_mailbox("second@rossi.example")
    message = request_id()
    await send(room, INFO, message=message)
    with refused_as(errors_pb2.REASON_REQUEST_ID_REUSED):
        await send(room, "second@rossi.example", message=message)


async def test_an_allowed_message_stays_allowed_when_the_limit_is_reached_meanwhile(
    room: TestRoom, mailbox: pb.Mailbox
) -> None:
    message = request_id()
    await send(room, INFO, message=message)
    for _ in range(24):
        await send(room, INFO)
    assert (await send(room, INFO, message=message)).messages_left == 0


async def test_unknown_and_deleted_addresses_do_not_send(
    room: TestRoom, customer: Customer, mailbox: pb.Mailbox
) -> None:
    await customer.delete_mailbox(mailbox.mailbox_id)
    for address in (INFO, "nobody@rossi.example"):
        with refused_as(errors_pb2.REASON_NOT_FOUND):
            await send(room, address)


async def test_a_mailbox_that_is_switched_off_does_not_send(
    room: TestRoom, customer: Customer, mailbox: pb.Mailbox
) -> None:
    await customer.update_mailbox(mailbox.mailbox_id, active=False)
    with refused_as(errors_pb2.REASON_ACCOUNT_RESTRICTED):
        await send(room, INFO)


async def test_sending_stops_with_the_trial_and_returns_with_the_unlock(
    room: TestRoom, customer: Customer, mailbox: pb.Mailbox
) -> None:
    for _ in range(25):
        await send(room, INFO)
    await stub(room, "worker").RestrictAccount(pb.RestrictAccountRequest(account_id=customer.id))
    with refused_as(errors_pb2.REASON_ACCOUNT_RESTRICTED):
        await send(room, INFO)
    await unlock(room, customer)
    answer = await send(room, INFO)
    assert answer.messages_left == 1000 - 26


async def test_the_operator_switches_sending_off_and_on(
    room: TestRoom, customer: Customer, mailbox: pb.Mailbox
) -> None:
    for off in (True, False):
        request = pb.SetFeatureRequest(
            request_id=request_id(), account_id=customer.id, feature=pb.FEATURE_SENDING, off=off, steering=STEERING
        )
        await stub(room, "operator").SetFeature(request)
        if off:
            with refused_as(errors_pb2.REASON_FEATURE_OFF):
                await send(room, INFO)
    await send(room, INFO)


async def test_the_daily_job_forgets_messages_that_no_window_reaches(room: TestRoom, mailbox: pb.Mailbox) -> None:
    await send(room, INFO)
    room.clock.advance(hours=47)
    await send(room, INFO)
    [job] = room.room.jobs
    assert await job.run(room.clock.advance(hours=2)) == 1
    assert len(await room.rows("sends")) == 1
