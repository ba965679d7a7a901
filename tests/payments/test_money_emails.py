"""What customers are told of money that pays nothing by itself: the rest and how to pay it, or that it is late."""

import asyncio
from typing import Any

import pytest

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2 as pb
from services.kit.localized import groups_of_four
from services.kit.wire import to_timestamp
from services.payments.settings import EXAMPLE_IBAN
from tests.invoicing import mails
from tests.payments.debit import RECIPIENT, due_period
from tests.payments.statement import Entry, statement
from tests.payments.test_advances import credit, decide, read, short
from tests.payments.test_settling import arrives, assign, set_aside
from tests.payments.world import GROSS, World
from tests.support.refusals import bad_fields, refused_as
from tests.support.room import request_id

ITALIAN = common_pb2.Recipient(name="Anna Rossi", email="anna@example.it", language=common_pb2.LANGUAGE_IT)
_numbers = iter(range(100, 10**9))


async def asked(world: World, **changed: Any) -> pb.PaymentRequest:
    """A request, by transfer unless said otherwise, whose proforma is sent."""
    request = await world.request(**{"method": common_pb2.PAYMENT_METHOD_BANK_TRANSFER, **changed})
    number = f"P2026/{next(_numbers)}"
    noted = await world.stub().RecordProforma(
        pb.RecordProformaRequest(payment_request_id=request.payment_request_id, proforma_number=number)
    )
    found: pb.PaymentRequest = noted.payment_request
    return found


async def tell(world: World, entry: pb.MoneyEntry, **changed: Any) -> pb.SendMoneyEmailResponse:
    """Ask for the email, as the workflow does."""
    fields = {"money_entry_id": entry.money_entry_id, "recipient": RECIPIENT, **changed}
    answer: pb.SendMoneyEmailResponse = await world.stub().SendMoneyEmail(pb.SendMoneyEmailRequest(**fields))
    return answer


async def rest_of(world: World, request: pb.PaymentRequest, caller: str = "worker") -> pb.Rest | None:
    by_id = pb.GetPaymentRequestRequest(payment_request_id=request.payment_request_id)
    answer: pb.GetPaymentRequestResponse = await world.stub(caller).GetPaymentRequest(by_id)
    return answer.rest if answer.HasField("rest") else None


async def taken_back(world: World, request: pb.PaymentRequest, part: pb.MoneyEntry, number: str) -> pb.MoneyEntry:
    """The bank takes a part back: the reversal's entry."""
    back = Entry(
        part.amount.minor, reference=request.transfer.reference, bank_reference=number, direction="DBIT", reversal=True
    )
    assert (await world.import_file(statement(back, number=f"BACK-{number}"))).taken_back == 1
    by = (await read(world, part)).taken_back_by
    return await read(world, pb.MoneyEntry(money_entry_id=by))


async def texts(world: World) -> list[tuple[str, str]]:
    """Subject and plain text of what was written, oldest first, with spaces as they are typed."""
    messages = [mails.read(message) for message in await world.room.mails()]
    return [
        (str(message["Subject"]).replace("\xa0", " "), mails.text_of(message).replace("\xa0", " "))
        for message in messages
    ]


@pytest.mark.parametrize("recipient", [RECIPIENT, ITALIAN])
async def test_who_pays_too_little_is_told_the_rest_and_how_to_pay_it_once(
    world: World, recipient: common_pb2.Recipient
) -> None:
    request = await asked(world)
    entry = await short(world, request, 10_000)
    due = (await read(world, entry)).email_due
    assert (due.payment_request_id, due.missing.minor) == (request.payment_request_id, GROSS - 10_000)
    until = to_timestamp(world.room.clock.now().replace(year=2040, month=2, day=8, hour=12))
    answers = [await tell(world, entry, recipient=recipient, payable_until=until) for _ in range(2)]
    assert [answer.written for answer in answers] == [True, False]
    [(subject, text)] = await texts(world)
    expected = {
        common_pb2.LANGUAGE_EN: [
            f"Proforma {request.proforma_number}: €46.40 is still missing", "€100.00", "€146.40", "Amount: €46.40",
            "by 8 February 2040", "its QR code asks for the whole amount", "answer this email",
        ],
        common_pb2.LANGUAGE_IT: [
            f"Proforma {request.proforma_number}: mancano ancora 46,40 €", "100,00 €", "146,40 €", "Importo: 46,40 €",
            "entro l’8 febbraio 2040", "il suo codice QR chiede invece l’intero importo", "rispondi a questa email",
        ],
    }[recipient.language]  # fmt: skip
    assert subject == expected[0]
    for said in (*expected[1:], groups_of_four(EXAMPLE_IBAN), groups_of_four(request.transfer.reference)):
        assert said in text
    assert "With what had come before" not in text
    assert not (await read(world, entry)).HasField("email_due")


async def test_of_several_short_payments_each_email_names_what_is_missing_with_all_of_them(world: World) -> None:
    request = await asked(world)
    over = await short(world, request, GROSS + 1, "over")
    assert over.reason == pb.MONEY_ENTRY_REASON_OVER
    first = await short(world, request, 4_000, "one")
    assert (await tell(world, first)).written
    second = await short(world, request, 10_000, "two")
    assert (await tell(world, second)).written
    assert [text.count("€106.40") > 0 for _, text in await texts(world)] == [True, False]
    assert "With what had come before, that is €140.00. €6.40 is still missing" in (await texts(world))[1][1]
    rest = await rest_of(world, request)
    assert rest is not None
    assert (rest.missing.minor, rest.transfer.reference) == (640, request.transfer.reference)
    assert "EUR6.40" in rest.transfer.epc_payload.splitlines()


async def test_nothing_is_said_to_be_missing_where_short_money_is_the_whole_or_more(world: World) -> None:
    request = await asked(world)
    entries = [await short(world, request, GROSS - 100, number) for number in ("one", "two")]
    assert await rest_of(world, request) is None
    for entry in entries:
        assert not (await read(world, entry)).HasField("email_due")
        assert not (await tell(world, entry)).written
    await credit(world, entries[0], request)
    assert (await read(world, entries[1])).email_due.missing.minor == 100


async def test_nobody_is_told_of_a_cent_that_a_stranger_pays_or_of_a_rest_while_it_is_not_known_what_was_taken_back(
    world: World,
) -> None:
    request = await asked(world)
    assert not (await read(world, await short(world, request, 99, "one"))).HasField("email_due")
    enough = await short(world, request, 100, "two")
    assert (await read(world, enough)).email_due.missing.minor == GROSS - 199
    back = Entry(77, reference=request.transfer.reference, direction="DBIT", reversal=True)
    await world.import_file(statement(back, number="three"))
    assert not (await read(world, enough)).HasField("email_due")
    assert not (await tell(world, enough)).written
    assert await rest_of(world, request) is None


async def test_nobody_is_told_of_money_that_was_taken_back_and_waits_only_because_it_was_invoiced(world: World) -> None:
    request = await asked(world)
    entry = await short(world, request, 10_000, "one")
    await world.advance(days=11)
    assert (await decide(world, entry)).advance.HasField("decided_at")
    back = Entry(
        10_000, reference=request.transfer.reference, bank_reference="one", direction="DBIT", reversal=True,
        day=world.today(),
    )  # fmt: skip
    await world.import_file(statement(back, number="two"))
    (reversal,) = [each for each in await world.queue() if each.amount.minor < 0]
    await set_aside(world, reversal)
    other = await short(world, request, 4_000, "three")
    assert (await read(world, other)).email_due.missing.minor == GROSS - 4_000
    told = await read(world, entry)
    assert (bool(told.taken_back_by), bool(told.settlement), told.HasField("email_due")) == (True, False, False)
    assert not (await tell(world, entry)).written


async def test_who_pays_after_the_end_is_told_that_a_person_looks_at_it(world: World) -> None:
    for recipient, said in (
        (RECIPIENT, ("came too late", "a person looks at it", "Please do not pay this proforma any more")),
        (ITALIAN, ("troppo tardi", "una persona lo esamina", "Non pagare più questa proforma")),
    ):
        request = await asked(world)
        await world.close(request, pb.CLOSE_REASON_EXPIRED)
        entry = await short(world, request, GROSS, request.proforma_number)
        due = (await read(world, entry)).email_due
        assert (due.payment_request_id, due.HasField("missing")) == (request.payment_request_id, False)
        assert [(await tell(world, entry, recipient=recipient)).written for _ in range(2)] == [True, False]
        subject, text = (await texts(world))[-1]
        assert request.proforma_number in subject
        for each in said:
            assert each in subject + text
        assert request.transfer.reference[:4] not in text


async def test_other_money_that_waits_is_told_to_nobody(world: World) -> None:
    one, other, paid = [await asked(world) for _ in range(3)]
    without_proforma = await world.transfer_request()
    exact = Entry(GROSS, reference=paid.transfer.reference, bank_reference="exact", day=world.today())
    both = f"{one.transfer.reference} {other.transfer.reference}"
    await world.import_file(
        statement(
            exact,
            Entry(1_000, reference=paid.transfer.reference, bank_reference="twice"),
            Entry(GROSS + 1, reference=one.transfer.reference, bank_reference="over"),
            Entry(1_000, text=both, bank_reference="both"),
            Entry(1_000, text="nothing that we know", bank_reference="unknown"),
            Entry(1_000, reference=one.transfer.reference, bank_reference="dollars", currency="USD"),
            Entry(1_000, reference=without_proforma.transfer.reference, bank_reference="early"),
        )
    )
    waiting = await world.queue()
    assert len(waiting) == 6
    for entry in waiting:
        assert not (await read(world, entry)).HasField("email_due"), entry.source_reference
        assert not (await tell(world, entry)).written
    assert await world.room.mails() == []


@pytest.mark.parametrize("recipient", [RECIPIENT, ITALIAN])
@pytest.mark.parametrize("why", ["over", "late", "twice"])
async def test_who_gets_credit_of_their_money_by_an_operators_decision_is_told_why_and_what_becomes_of_it_once(
    world: World, why: str, recipient: common_pb2.Recipient
) -> None:
    request = await asked(world)
    if why == "late":
        await world.close(request, pb.CLOSE_REASON_EXPIRED)
    if why == "twice":
        await short(world, request, 1, "first cent")
        await world.import_file(
            statement(Entry(GROSS - 1, reference=request.transfer.reference, bank_reference="B", day=world.today()))
        )
    entry = await short(world, request, GROSS + 1, "too much")
    await tell(world, entry)
    before = len(await texts(world))
    await credit(world, entry, request)
    due = (await read(world, entry)).email_due
    assert (due.credited.minor, due.credited_account_id) == (GROSS + 1, request.account_id)
    assert [(await tell(world, entry, recipient=recipient)).written for _ in range(2)] == [True, False]
    [(subject, text)] = (await texts(world))[before:]
    said = {
        common_pb2.LANGUAGE_EN: {
            "over": "more than was asked for", "late": "came too late to pay that",
            "twice": "had been paid already",
            "amount": "€146.41", "used": "your next proforma uses the credit", "back": "have the money back, answer",
        },
        common_pb2.LANGUAGE_IT: {
            "over": "più di quanto richiesto", "late": "quando non si poteva più pagare", "twice": "Era già pagata",
            "amount": "146,41 €", "used": "la tua prossima proforma usa il credito", "back": "rispondi a questa email",
        },
    }[recipient.language]  # fmt: skip
    assert said["amount"] in subject
    for each in (said[why], said["amount"], said["used"], said["back"], request.proforma_number):
        assert each in text
    assert not (await read(world, entry)).HasField("email_due")


async def test_who_pays_too_much_is_told_that_the_rest_became_credit_and_only_that(world: World) -> None:
    request = await asked(world)
    entry = await short(world, request, GROSS + 250, "over")
    await assign(world, entry, request)
    due = (await read(world, entry)).email_due
    assert (due.credited.minor, due.credited_account_id) == (250, request.account_id)
    assert [(await tell(world, entry)).written for _ in range(2)] == [True, False]
    [(subject, text)] = await texts(world)
    assert subject == "€2.50 of your payment is credit of your account now"
    assert f"received €148.90 for proforma no. {request.proforma_number}" in text
    assert "the proforma is paid, and €2.50 is credit" in text
    [row] = await world.room.rows("mails")
    assert str(row["subject_id"]) == request.account_id


async def test_of_credit_that_is_no_new_credit_or_whose_account_is_erased_or_closed_nobody_is_told(
    world: World,
) -> None:
    exact, other = await asked(world), await asked(world)
    (paid,) = await arrives(world, Entry(GROSS, text="?", day=world.today()))
    await assign(world, paid, exact)
    assert not (await read(world, paid)).HasField("email_due"), "nothing was left over"
    for changed in ({"recipient": common_pb2.Recipient(erased=True)}, {"recipient": None, "account_closed": True}):
        entry = await short(world, other, GROSS + 1, f"over-{len(changed)}")
        await credit(world, entry, other)
        assert not (await tell(world, entry, **changed)).written
        assert not (await read(world, entry)).HasField("email_due")
    assert await world.room.mails() == []


async def test_money_that_is_settled_or_whose_request_has_ended_meanwhile_is_told_to_nobody(world: World) -> None:
    request, ended = await asked(world), await asked(world)
    entry, _ = [await short(world, request, number=number) for number in ("settled", "waits")]
    await world.close(ended, pb.CLOSE_REASON_EXPIRED)
    late = await short(world, ended, number="late")
    for settled in (entry, late):
        await set_aside(world, settled)
        assert not (await tell(world, settled)).written
    other = await asked(world)
    waits = await short(world, other, number="S2")
    await world.close(other, pb.CLOSE_REASON_CANCELLED)
    assert not (await tell(world, waits)).written
    assert await rest_of(world, other) is None
    assert await world.room.mails() == []


async def test_nobody_is_asked_for_a_rest_while_the_whole_is_charged(world: World) -> None:
    due = await due_period(world)
    number = (await due.now()).proforma_number
    await world.import_file(statement(Entry(1_000, text=number, bank_reference="N", day=world.today())))
    [entry] = await world.queue()
    assert entry.reason == pb.MONEY_ENTRY_REASON_SHORT
    assert not (await tell(world, entry)).written
    assert await rest_of(world, due.request) is None


async def test_nobody_is_asked_for_a_rest_while_a_payment_of_the_whole_is_processed(world: World) -> None:
    request = await asked(world, method=common_pb2.PAYMENT_METHOD_ONLINE)
    await world.stripe.pay(await world.start(request), "paypal:processing")
    await world.deliver()
    await world.import_file(
        statement(Entry(1_000, text=request.proforma_number, bank_reference="N", day=world.today()))
    )
    [entry] = await world.queue()
    assert entry.reason == pb.MONEY_ENTRY_REASON_SHORT
    assert not (await tell(world, entry)).written
    assert await rest_of(world, request) is None


@pytest.mark.parametrize("recipient", [RECIPIENT, ITALIAN])
async def test_who_was_told_of_a_part_is_told_once_when_the_bank_takes_it_back_and_what_is_to_be_paid_now(
    world: World, recipient: common_pb2.Recipient
) -> None:
    request = await asked(world)
    part, other = await short(world, request, 10_000, "one"), await short(world, request, 1_000, "two")
    await tell(world, part, recipient=recipient)
    reversal = await taken_back(world, request, part, "one")
    due = (await read(world, reversal)).email_due
    assert (due.missing.minor, due.taken_back.minor) == (GROSS - 1_000, 10_000)
    assert [(await tell(world, reversal, recipient=recipient)).written for _ in range(2)] == [True, False]
    subject, text = (await texts(world))[-1]
    expected = {
        common_pb2.LANGUAGE_EN: [
            f"Proforma {request.proforma_number}: your payment was taken back, €136.40 is to be paid",
            "received €100.00", "Of €146.40 €136.40 is to be paid now: of what else has come, €10.00 is counted",
            "Amount: €136.40",
        ],
        common_pb2.LANGUAGE_IT: [
            f"Proforma {request.proforma_number}: il tuo pagamento è stato stornato, restano da pagare 136,40 €",
            "aver ricevuto 100,00 €", "restano ora da pagare 136,40 €: di quanto altro è arrivato contiamo 10,00 €",
            "Importo: 136,40 €",
        ],
    }[recipient.language]  # fmt: skip
    assert subject == expected[0]
    assert all(said in text for said in (*expected[1:], groups_of_four(request.transfer.reference))), text
    assert not (await read(world, reversal)).HasField("email_due")
    assert (await read(world, other)).email_due.missing.minor == GROSS - 1_000


async def test_who_was_not_told_of_money_or_owes_nothing_is_not_told_that_it_was_taken_back(world: World) -> None:
    request = await asked(world)
    part = await short(world, request, 10_000, "one")
    reversal = await taken_back(world, request, part, "one")
    assert not (await read(world, reversal)).HasField("email_due"), "nobody had told them of it"
    told = await short(world, request, 10_000, "two")
    await tell(world, told)
    reversal = await taken_back(world, request, told, "two")
    await world.close(request)
    assert not (await read(world, reversal)).HasField("email_due"), "nothing is asked for any more"
    assert not (await tell(world, reversal)).written


async def test_who_pays_by_link_is_given_it_for_the_rest(world: World) -> None:
    request = await asked(world, method=common_pb2.PAYMENT_METHOD_ONLINE)
    number = Entry(1_000, text=request.proforma_number, bank_reference="N", day=world.today())
    await world.import_file(statement(number))
    [entry] = await world.queue()
    assert (await tell(world, entry)).written
    [(_, text)] = await texts(world)
    assert "Please pay exactly the rest, either with this link" in text
    assert request.pay_url in text
    rest = await rest_of(world, request)
    assert rest is not None
    assert rest.transfer.reference
    assert groups_of_four(rest.transfer.reference) in text


async def test_a_day_that_has_passed_is_not_named(world: World) -> None:
    entry = await short(world, await asked(world))
    assert (await tell(world, entry, payable_until=to_timestamp(world.room.clock.now()))).written
    [(_, text)] = await texts(world)
    assert "by bank transfer, and write" in text


@pytest.mark.parametrize(
    "changed", [{"recipient": common_pb2.Recipient(erased=True)}, {"recipient": None, "account_closed": True}]
)
async def test_an_erased_address_and_a_closed_account_are_not_written_to_now_or_later(
    world: World, changed: dict[str, Any]
) -> None:
    entry = await short(world, await asked(world))
    answer = await tell(world, entry, **changed)
    assert (answer.written, answer.erased) == (False, "account_closed" not in changed)
    assert not (await read(world, entry)).HasField("email_due")
    assert not (await tell(world, entry)).written
    assert await world.room.mails() == []


async def test_workers_that_tell_of_one_entry_at_once_write_one_email(world: World) -> None:
    for number in range(5):
        entry = await short(world, await asked(world), number=f"S{number}")
        answers = await asyncio.gather(*(tell(world, entry) for _ in range(4)))
        assert sum(answer.written for answer in answers) == 1
    assert len(await world.room.mails()) == 5


async def test_the_email_belongs_to_the_account_for_a_later_erasure(world: World) -> None:
    request = await asked(world)
    await tell(world, await short(world, request))
    [row] = await world.room.rows("mails")
    assert str(row["subject_id"]) == request.account_id


async def test_every_bad_field_is_named_and_nothing_is_written(world: World) -> None:
    bad = common_pb2.Recipient(email="a@", name="", language=common_pb2.LANGUAGE_UNSPECIFIED)
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await world.stub().SendMoneyEmail(pb.SendMoneyEmailRequest(money_entry_id="17", recipient=bad))
    assert set(bad_fields(refused.value)) == {
        "money_entry_id", "recipient.email", "recipient.name", "recipient.language",
    }  # fmt: skip
    entry = await short(world, await asked(world))
    with refused_as(errors_pb2.REASON_INVALID_INPUT) as refused:
        await tell(world, entry, account_closed=True)
    assert bad_fields(refused.value) == {"recipient": "must_be_empty"}
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await world.stub().SendMoneyEmail(pb.SendMoneyEmailRequest(money_entry_id=request_id(), recipient=RECIPIENT))
    assert (await read(world, entry)).HasField("email_due")
    assert await world.room.mails() == []
