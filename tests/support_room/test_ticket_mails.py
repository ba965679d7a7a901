"""The customer's emails about tickets, in both languages, each once."""

import email
from email.message import EmailMessage
from email.policy import default

import pytest

from casella.common.v1 import common_pb2
from casella.support.v1 import support_pb2 as pb
from tests.support.room import TestRoom, request_id
from tests.support_room.clients import ANNA, JOHN, Customer, Operator


async def mails(room: TestRoom) -> list[EmailMessage]:
    return [email.message_from_bytes(message.eml, policy=default) for message in await room.mails()]


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


async def test_a_customers_call_sends_no_email_whatever_address_an_old_client_names(
    room: TestRoom, customer: Customer
) -> None:
    named = pb.AnswerTicketRequest(recipient=JOHN).recipient.SerializeToString()
    unknown = bytes((6 << 3 | 2, len(named))) + named  # field 6, as it was before
    request = pb.OpenTicketRequest.FromString(
        pb.OpenTicketRequest(
            request_id=request_id(), account_id=customer.id, kind=pb.TICKET_KIND_QUESTION, subject="S", text="T"
        ).SerializeToString()
        + unknown
    )
    await customer.calls.OpenTicket(request, metadata=customer.metadata)
    assert len(await room.rows("tickets")) == 1
    assert await mails(room) == []


@pytest.mark.parametrize(
    ("recipient", "subjects"),
    [
        (ANNA, ["Risposta alla tua richiesta", "La tua richiesta"]),
        (JOHN, ["Answer to your request", "Your request"]),
    ],
    ids=["it", "en"],
)
async def test_the_customer_hears_of_each_answer_and_of_the_closing_once(
    room: TestRoom, customer: Customer, operator: Operator, recipient: common_pb2.Recipient, subjects: list[str]
) -> None:
    ticket = await customer.open()
    once, twice = request_id(), request_id()
    for _ in range(2):
        await operator.answer(ticket, "Aprire *Impostazioni* <b>qui</b>.", recipient=recipient, request_id=once)
    room.clock.advance(minutes=1)
    for _ in range(2):
        await operator.close(ticket, recipient=recipient, request_id=twice)
    answered, closed = await mails(room)
    assert str(answered["Subject"]).startswith(subjects[0])
    assert "Aprire *Impostazioni* <b>qui</b>." in text_of(answered)
    assert str(closed["Subject"]).startswith(subjects[1])
    html = answered.get_body(("html",))
    assert html is not None
    assert "<b>qui</b>" not in html.get_content()


async def test_the_lines_and_paragraphs_of_an_answer_are_kept(
    room: TestRoom, customer: Customer, operator: Operator
) -> None:
    await operator.answer(await customer.open(), "Buongiorno,\n\nprima riga\nseconda riga")
    [mail] = await mails(room)
    lines = [line.strip() for line in text_of(mail).splitlines()]
    start = lines.index("Buongiorno,")
    assert lines[start : start + 4] == ["Buongiorno,", "", "prima riga", "seconda riga"]


async def test_a_customers_own_words_are_not_mailed_to_them(room: TestRoom, customer: Customer) -> None:
    ticket = await customer.open()
    await customer.answer(ticket)
    await customer.close(ticket)
    assert await mails(room) == []
