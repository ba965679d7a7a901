"""Requests for the deletion of a profile: asked for by a ticket, decided once, told, proved; support's own erasure."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import grpc
import pytest
from sqlalchemy import text

from casella.common.v1 import common_pb2, erasure_pb2, errors_pb2
from casella.common.v1.erasure_pb2_grpc import ErasureServiceStub
from casella.support.v1 import erasures_pb2 as pb
from casella.support.v1 import support_pb2
from casella.support.v1.erasures_pb2_grpc import ErasuresServiceStub
from services.kit import recovery
from services.kit.ids import new_id
from services.kit.reconciler import WatchedRows
from services.kit.wire import from_timestamp, to_timestamp
from services.support.erasures.domain import Dates, Refusal
from services.support.erasures.texts import NOTICE, NOTICE_HASH, refusal
from tests.support.asking import fields_of
from tests.support.refusals import refused_as
from tests.support.room import START, TestRoom, request_id
from tests.support_room.clients import ANNA, JOHN, Customer, Operator
from workflows.erasure_steps import REFUSALS

WAITING, APPROVED, REFUSED = pb.ERASURE_STATE_WAITING, pb.ERASURE_STATE_APPROVED, pb.ERASURE_STATE_REFUSED
WITHDRAWN, ERASED = pb.ERASURE_STATE_WITHDRAWN, pb.ERASURE_STATE_ERASED
DELETION = support_pb2.TICKET_KIND_PROFILE_DELETION


class Worker:
    """The workflow, as support hears it."""

    def __init__(self, room: TestRoom) -> None:
        self.room = room
        self.calls: Any = ErasuresServiceStub(room.channel("worker"))
        self.erasing: Any = ErasureServiceStub(room.channel("worker"))

    async def erasure(self, account_id: str) -> pb.Erasure:
        found: pb.Erasure = (await self.calls.GetErasure(pb.GetErasureRequest(account_id=account_id))).erasure
        return found

    def decide(self, erasure: pb.Erasure, code: str = "customer_asked", **fields: Any) -> Any:
        usual: dict[str, Any] = {
            "request_id": request_id(),
            "erasure_id": erasure.erasure_id,
            "account_id": erasure.account_id,
            "approve": True,
            "steering": common_pb2.Steering(actor="giulia", reason_code=code, source=f"approve/{new_id()}"),
        }
        return self.calls.DecideErasure(pb.DecideErasureRequest(**{**usual, **fields}))

    def confirm(self, erasure: pb.Erasure, recipient: common_pb2.Recipient | None = ANNA, **more: Any) -> Any:
        return self.calls.ConfirmErasure(
            pb.ConfirmErasureRequest(
                erasure_id=erasure.erasure_id, account_id=erasure.account_id, recipient=recipient, **more
            )
        )

    async def erase(self, account_id: str) -> erasure_pb2.ErasedData:
        request = erasure_pb2.ErasePersonalDataRequest(account_id=account_id, room="support")
        erased: erasure_pb2.ErasedData = (await self.erasing.ErasePersonalData(request)).erased
        return erased

    async def deliver(self) -> None:
        """The relay has sent every mail."""
        async with self.room.core.database.reading() as conn:
            await conn.execute(
                text(
                    "UPDATE mails SET message_id = key || '@casella', eml = 'Anna'::bytea, "
                    "sha256 = sha256('x'::bytea), sent_at = created_at WHERE sent_at IS NULL"
                )
            )
            await conn.execute(text("DELETE FROM outbox WHERE kind = 'mail'"))


@pytest.fixture
def worker(room: TestRoom) -> Worker:
    return Worker(room)


async def asked(customer: Customer, **fields: Any) -> support_pb2.Ticket:
    """A ticket that asks for the deletion of the profile."""
    return await customer.open(**{"kind": DELETION, "erasure_notice_hash": NOTICE_HASH, **fields})


async def approved(customer: Customer, worker: Worker) -> pb.Erasure:
    """An approved erasure, with nothing in the outbox."""
    await asked(customer)
    await worker.decide(await worker.erasure(customer.id))
    await worker.room.empty_outbox()
    return await worker.erasure(customer.id)


async def test_a_ticket_of_that_kind_begins_an_erasure_and_wakes_its_workflow(
    room: TestRoom, customer: Customer, worker: Worker
) -> None:
    ticket = await asked(customer)
    erasure = await worker.erasure(customer.id)
    assert (erasure.state, erasure.cause, erasure.ticket_id) == (WAITING, pb.ERASURE_CAUSE_ASKED, ticket.ticket_id)
    assert erasure.notice_hash == NOTICE_HASH
    assert from_timestamp(erasure.requested_at) == START
    assert from_timestamp(erasure.warn_at) == START + timedelta(days=25)
    [wake] = await room.wakes()
    assert (wake.workflow_id, wake.signal) == (f"erasure:{customer.id}", "erasure_changed")
    await customer.open()
    assert len(await room.wakes()) == 1


@pytest.mark.parametrize(
    ("requested", "last"),
    [
        (datetime(2026, 3, 2, 9, 30, tzinfo=UTC), datetime(2026, 4, 2, 21, 59, 59, 999999, tzinfo=UTC)),
        (datetime(2026, 1, 31, 9, tzinfo=UTC), datetime(2026, 2, 28, 22, 59, 59, 999999, tzinfo=UTC)),
    ],
)
def test_the_answer_is_due_by_the_end_of_the_day_one_month_later(requested: datetime, last: datetime) -> None:
    assert Dates.of(requested).answer_by == last


async def test_the_customer_must_have_confirmed_the_present_notice(room: TestRoom, customer: Customer) -> None:
    answer = await ErasuresServiceStub(room.channel("gateway")).GetErasureNotice(pb.GetErasureNoticeRequest())
    assert answer.hash == NOTICE_HASH
    assert {notice.text for notice in answer.notices} == set(NOTICE.values())
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as missing:
        await customer.open(kind=DELETION)
    assert fields_of(missing.value) == ["erasure_notice_hash"]
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as needless:
        await customer.open(erasure_notice_hash=NOTICE_HASH)
    assert fields_of(needless.value) == ["erasure_notice_hash"]
    with refused_as(errors_pb2.REASON_CONSENT_MISMATCH):
        await asked(customer, erasure_notice_hash="0" * 64)
    for table in ("tickets", "erasure_requests", "outbox"):
        assert await room.rows(table) == []


async def test_of_two_requests_at_once_one_is_taken(room: TestRoom, customer: Customer) -> None:
    answers = await asyncio.gather(*(asked(customer) for _ in range(2)), return_exceptions=True)
    assert sorted(type(answer) is support_pb2.Ticket for answer in answers) == [False, True]
    [refused] = [answer for answer in answers if isinstance(answer, BaseException)]
    assert refused.reason == errors_pb2.REASON_ERASURE_STATE  # type: ignore[attr-defined]
    assert len(await room.rows("tickets")) == len(await room.rows("erasure_requests")) == 1


async def test_no_number_of_other_tickets_stands_in_the_way_of_a_deletion(customer: Customer) -> None:
    for _ in range(20):
        await customer.open()
    with refused_as(errors_pb2.REASON_RATE_LIMITED):
        await customer.open()
    await customer.close(await asked(customer))
    for _ in range(19):
        await customer.close(await asked(customer))
    with refused_as(errors_pb2.REASON_RATE_LIMITED):
        await asked(customer)


async def test_the_same_request_twice_is_one(room: TestRoom, customer: Customer) -> None:
    once = request_id()
    first, second = [await asked(customer, request_id=once) for _ in range(2)]
    assert first == second
    assert len(await room.rows("erasure_requests")) == 1


async def test_an_approval_wakes_the_workflow_and_is_audited_once(
    room: TestRoom, customer: Customer, worker: Worker
) -> None:
    ticket = await asked(customer)
    erasure = await worker.erasure(customer.id)
    await room.empty_outbox()
    once = request_id()
    for _ in range(2):
        answer = await worker.decide(erasure, request_id=once)
        assert answer.erasure.state == APPROVED
    [entry] = await room.rows("audit")
    assert (entry["action"], str(entry["subject_id"]), str(entry["ticket_id"])) == (
        "approve_erasure",
        customer.id,
        ticket.ticket_id,
    )
    assert [wake.workflow_id for wake in await room.wakes()] == [f"erasure:{customer.id}"]
    assert await room.mails() == []


@pytest.mark.parametrize("recipient", [ANNA, JOHN], ids=["it", "en"])
async def test_a_refusal_answers_the_ticket_with_its_reason_and_by_email(
    room: TestRoom, customer: Customer, worker: Worker, recipient: common_pb2.Recipient
) -> None:
    ticket = await asked(customer)
    await worker.decide(await worker.erasure(customer.id), "legal_claim", approve=False, recipient=recipient)
    assert (await worker.erasure(customer.id)).state == REFUSED
    seen = await customer.get(ticket)
    assert seen.state == support_pb2.TICKET_STATE_ANSWERED
    language = "it" if recipient is ANNA else "en"
    assert seen.messages[-1].text == refusal(Refusal.LEGAL_CLAIM, language)
    assert "art. 17" in seen.messages[-1].text
    assert "Garante" in seen.messages[-1].text
    [mail] = await room.mail_params()
    assert mail[1] == "ticket_answered"
    assert mail[2]["text"] == seen.messages[-1].text
    await asked(customer)  # another request may follow
    assert (await worker.erasure(customer.id)).state == WAITING


async def test_the_decision_has_the_last_place_in_a_full_ticket(
    room: TestRoom, customer: Customer, worker: Worker
) -> None:
    ticket = await asked(customer)
    async with room.core.database.transaction() as conn:
        await conn.exec_driver_sql("UPDATE tickets SET message_count = 198")
        await conn.exec_driver_sql(
            "INSERT INTO messages SELECT gen_random_uuid(), id, n, false, 'Allora?', opened_at"
            " FROM tickets, generate_series(2, 198) n"
        )
    await customer.answer(ticket, "Allora?")
    with refused_as(errors_pb2.REASON_RATE_LIMITED):
        await customer.answer(ticket, "Allora?")
    await worker.decide(await worker.erasure(customer.id), "legal_claim", approve=False, recipient=ANNA)
    seen = await customer.get(ticket)
    assert (len(seen.messages), seen.messages[-1].text) == (200, refusal(Refusal.LEGAL_CLAIM, "it"))


def test_workflow_and_room_know_the_same_reasons_of_a_refusal() -> None:
    assert set(REFUSALS) == set(Refusal)


async def test_a_refusal_takes_a_known_reason_and_somebody_to_tell(
    room: TestRoom, customer: Customer, worker: Worker
) -> None:
    await asked(customer)
    await room.empty_outbox()
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as wrong:
        await worker.decide(await worker.erasure(customer.id), "no_time", approve=False)
    assert sorted(fields_of(wrong.value)) == [
        "recipient.email", "recipient.language", "recipient.name", "steering.reason_code",
    ]  # fmt: skip
    assert (await worker.erasure(customer.id)).state == WAITING
    assert await room.rows("audit") == await room.rows("outbox") == []


async def test_of_two_decisions_at_once_the_first_stays(customer: Customer, worker: Worker, room: TestRoom) -> None:
    await asked(customer)
    erasure = await worker.erasure(customer.id)
    answers = await asyncio.gather(
        worker.decide(erasure),
        worker.decide(erasure, "legal_claim", approve=False, recipient=ANNA),
        return_exceptions=True,
    )
    [refused] = [answer for answer in answers if isinstance(answer, BaseException)]
    assert refused.reason == errors_pb2.REASON_ERASURE_STATE  # type: ignore[attr-defined]
    assert len(await room.rows("audit")) == 1


async def test_the_customer_takes_the_request_back_by_closing_it_until_it_is_approved(
    room: TestRoom, customer: Customer, operator: Operator, worker: Worker
) -> None:
    ticket = await asked(customer)
    with refused_as(errors_pb2.REASON_ERASURE_STATE):
        await operator.close(ticket)
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await Customer(room).close(ticket)
    assert (await worker.erasure(customer.id)).state == WAITING
    await room.empty_outbox()
    await customer.close(ticket)
    assert (await worker.erasure(customer.id)).state == WITHDRAWN
    assert [wake.workflow_id for wake in await room.wakes()] == [f"erasure:{customer.id}"]
    with refused_as(errors_pb2.REASON_ERASURE_STATE):
        await worker.decide(await worker.erasure(customer.id))
    again = await asked(customer)
    await worker.decide(await worker.erasure(customer.id))
    with refused_as(errors_pb2.REASON_ERASURE_STATE):
        await customer.close(again)
    assert (await customer.get(again)).state == support_pb2.TICKET_STATE_OPEN


async def test_closing_and_approving_at_once_end_in_one_of_the_two(customer: Customer, worker: Worker) -> None:
    ticket = await asked(customer)
    erasure = await worker.erasure(customer.id)
    refusing = worker.decide(erasure, "legal_claim", approve=False, recipient=ANNA)
    answers: Sequence[Any] = await asyncio.gather(customer.close(ticket), refusing, return_exceptions=True)
    closed, decided = answers
    state = (await worker.erasure(customer.id)).state
    assert state in {WITHDRAWN, REFUSED}
    assert isinstance(decided, BaseException) == (state == WITHDRAWN)
    assert not isinstance(closed, BaseException)


async def test_the_last_email_is_proved_before_it_counts(room: TestRoom, customer: Customer, worker: Worker) -> None:
    erasure = await approved(customer, worker)
    for _ in range(2):
        with pytest.raises(grpc.aio.AioRpcError) as not_yet:
            await worker.confirm(erasure, invoices_kept=True)
        assert not_yet.value.code() is grpc.StatusCode.UNAVAILABLE
    [mail] = [message_from_bytes(each.eml, policy=default) for each in await room.mails()]
    assert str(mail["Subject"]) == "Il tuo profilo è stato cancellato"
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert erasure.erasure_id in plain.get_content()
    assert "10 anni" in plain.get_content()
    assert not (await worker.erasure(customer.id)).HasField("told_at")
    await worker.deliver()
    told = (await worker.confirm(erasure)).erasure
    assert (from_timestamp(told.told_at), told.told_message_id) == (
        START, f"erasure-confirmed:{erasure.erasure_id}@casella",
    )  # fmt: skip
    assert (await worker.confirm(erasure, None)).erasure == told
    assert await room.mails() == []


async def test_an_email_that_cannot_be_sent_is_left_out_by_an_operator(
    room: TestRoom, customer: Customer, worker: Worker
) -> None:
    erasure = await approved(customer, worker)
    with pytest.raises(grpc.aio.AioRpcError):
        await worker.confirm(erasure)
    steering = common_pb2.Steering(actor="giulia", reason_code="address_gone", source="erase_without_email/1")
    request = pb.SkipErasureEmailRequest(request_id=request_id(), erasure_id=erasure.erasure_id, steering=steering)
    for _ in range(2):
        assert (await worker.calls.SkipErasureEmail(request)).erasure.email_skipped
    assert (await worker.confirm(erasure)).erasure.email_skipped
    assert await room.mails() == []
    assert [entry["action"] for entry in await room.rows("audit")] == ["approve_erasure", "skip_erasure_email"]


async def test_where_nobody_is_left_to_be_told_no_email_is_sent(
    room: TestRoom, customer: Customer, worker: Worker
) -> None:
    erasure = await approved(customer, worker)
    assert (await worker.confirm(erasure, None)).erasure.email_skipped
    assert await room.mails() == []


async def test_the_end_keeps_what_every_service_has_erased_and_tells_it_once(
    room: TestRoom, customer: Customer, worker: Worker
) -> None:
    erasure = await approved(customer, worker)
    proof = [
        erasure_pb2.ErasedData(
            room=name, erased_at=to_timestamp(START), rows=[erasure_pb2.ErasedRows(what="mails", rows=3)]
        )
        for name in ("support", "trial")
    ]
    request = pb.RecordErasedRequest(erasure_id=erasure.erasure_id, proof=proof)
    first = (await worker.calls.RecordErased(request)).erasure
    assert (first.state, list(first.proof)) == (ERASED, proof)
    room.clock.advance(days=1)
    again = pb.RecordErasedRequest(erasure_id=erasure.erasure_id, proof=proof[:1])
    assert (await worker.calls.RecordErased(again)).erasure == first
    assert [(event["type"], event["state"]) for event in await room.events()] == [("account.erased", "asked")]
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as empty:
        await worker.calls.RecordErased(pb.RecordErasedRequest(erasure_id=erasure.erasure_id))
    assert fields_of(empty.value) == ["proof"]
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as twice:
        await worker.calls.RecordErased(pb.RecordErasedRequest(erasure_id=erasure.erasure_id, proof=proof + proof[:1]))
    assert fields_of(twice.value) == ["proof[2].room"]


async def test_what_nobody_asked_for_needs_no_decision_and_is_begun_once(worker: Worker) -> None:
    account = str(new_id())
    begun = [
        (await worker.calls.BeginDueErasure(pb.BeginDueErasureRequest(account_id=account))).erasure for _ in range(2)
    ]
    assert begun[0] == begun[1]
    assert (begun[0].state, begun[0].cause, begun[0].email_skipped) == (APPROVED, pb.ERASURE_CAUSE_NEVER_PAID, True)


async def test_who_was_erased_before_a_restore_is_erased_again_without_decision_and_email(
    room: TestRoom, customer: Customer, worker: Worker
) -> None:
    operator, account = ErasuresServiceStub(room.channel("operator")), str(new_id())
    waited, gone = [
        pb.RepeatErasureRequest(account_id=each, steering=common_pb2.Steering(
            actor="giulia", reason_code="rows_restored", source=f"recover/{new_id()}"
        )) for each in (customer.id, account)
    ]  # fmt: skip
    with refused_as(errors_pb2.REASON_RECOVERY_STATE):
        await operator.RepeatErasure(gone)
    await asked(customer)
    async with room.core.database.transaction() as conn:
        await conn.execute(text(recovery.BEGIN), {"id": new_id(), "now": room.clock.now()})
    await room.empty_outbox()
    begun = [(await operator.RepeatErasure(gone)).erasure for _ in range(2)]
    assert begun[0] == begun[1]
    assert (begun[0].state, begun[0].cause, begun[0].email_skipped) == (APPROVED, pb.ERASURE_CAUSE_RESTORED, True)
    approved = (await operator.RepeatErasure(waited)).erasure
    assert (approved.state, approved.cause, approved.email_skipped) == (APPROVED, pb.ERASURE_CAUSE_ASKED, True)
    assert {wake.workflow_id for wake in await room.wakes()} == {f"erasure:{each}" for each in (customer.id, account)}


async def test_open_erasures_are_listed_and_watched(room: TestRoom, worker: Worker) -> None:
    customers = [Customer(room) for _ in range(3)]
    for each in customers:
        await asked(each)
    await worker.decide(await worker.erasure(customers[1].id))
    await worker.decide(await worker.erasure(customers[2].id), "unfounded", approve=False, recipient=ANNA)
    operator: Any = ErasuresServiceStub(room.channel("operator"))
    first = await operator.ListOpenErasures(pb.ListOpenErasuresRequest(page=common_pb2.PageRequest(page_size=1)))
    rest = await operator.ListOpenErasures(
        pb.ListOpenErasuresRequest(page=common_pb2.PageRequest(page_token=first.next_page_token))
    )
    assert [each.account_id for each in [*first.erasures, *rest.erasures]] == [each.id for each in customers[:2]]
    watched: WatchedRows = room.room.watched[0]
    async with room.core.database.reading() as conn:
        assert {wake.workflow_id for wake in await watched(conn, None)} == {
            f"erasure:{each.id}" for each in customers[:2]
        }
        assert await watched(conn, room.clock.now() + timedelta(days=6)) == []


async def test_support_erases_tickets_and_emails_of_the_account_alone(
    room: TestRoom, customer: Customer, operator: Operator, worker: Worker
) -> None:
    other, tickets = Customer(room), []
    for each in (customer, other):
        ticket = await each.open()
        tickets.append(ticket)
        await operator.answer(ticket, "Così.")
    await worker.deliver()
    for ticket in tickets:
        await operator.answer(ticket, "Oppure così.")
    facts = await worker.erasing.ListErasureFacts(
        erasure_pb2.ListErasureFactsRequest(account_id=customer.id, room="support")
    )
    assert [(fact.kind, fact.count, fact.holds) for fact in facts.facts] == [("tickets", 1, False)]
    first, second = await asyncio.gather(worker.erase(customer.id), worker.erase(customer.id))
    assert {row.what: row.rows for row in first.rows} == {
        "mails": 2, "messages": 3, "outbox": 1, "requests": 1, "tickets": 1,
    }  # fmt: skip
    assert first == second == await worker.erase(customer.id)
    asked_for = erasure_pb2.GetErasedDataRequest(account_id=customer.id)
    assert (await worker.erasing.GetErasedData(asked_for)).erased == first
    left = {table: await room.rows(table) for table in ("tickets", "mails")}
    assert {str(row["account_id"]) for row in left["tickets"]} == {other.id}
    assert {str(row["subject_id"]) for row in left["mails"]} == {other.id}
    assert len(await room.rows("messages")) == 3


async def test_an_erased_account_opens_no_ticket_with_the_token_that_lives_on(
    room: TestRoom, customer: Customer, worker: Worker
) -> None:
    await worker.erase(customer.id)
    for ticket in (customer.open(), asked(customer)):
        with refused_as(errors_pb2.REASON_ACCOUNT_CLOSED):
            await ticket
    assert await room.rows("tickets") == await room.rows("requests") == []
    await Customer(room).open()


async def test_a_ticket_and_an_erasure_at_once_leave_no_ticket_behind(
    room: TestRoom, customer: Customer, worker: Worker
) -> None:
    for _ in range(5):
        each = Customer(room)
        await asyncio.gather(each.open(), worker.erase(each.id), return_exceptions=True)
    assert await room.rows("tickets") == []


async def test_an_erasure_names_the_room_that_is_meant(worker: Worker, room: TestRoom) -> None:
    for wrong in ("", "trial"):
        with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
            await worker.erasing.ErasePersonalData(erasure_pb2.ErasePersonalDataRequest(account_id="x", room=wrong))
        assert fields_of(refused.value) == ["account_id", "room"]
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await worker.erasing.GetErasedData(erasure_pb2.GetErasedDataRequest(account_id=str(new_id())))
    assert await room.rows("erasures") == []


@pytest.mark.parametrize("caller", ["gateway", "operator", "ordering"])
async def test_only_the_worker_erases(room: TestRoom, caller: str) -> None:
    stub: Any = ErasureServiceStub(room.channel(caller))
    with pytest.raises(Exception) as refused:  # noqa: PT011  whichever refusal the interceptors give
        await stub.ErasePersonalData(erasure_pb2.ErasePersonalDataRequest(account_id=str(new_id()), room="support"))
    assert refused.value.reason == errors_pb2.REASON_CALLER_NOT_ALLOWED  # type: ignore[attr-defined]
