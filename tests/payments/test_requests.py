"""Payment requests: one an order, readable by its owner only; every bad field is named, and nothing is stored."""

import asyncio
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from casella.common.v1 import common_pb2, errors_pb2
from casella.payments.v1 import payments_pb2, payments_pb2_grpc
from services.kit.cause_fields import period_of
from services.kit.causes import PeriodCause
from services.kit.channels import open_channel
from services.kit.errors import Refused
from services.kit.ids import new_id
from services.kit.validation import LONGEST_PAGE
from tests.payments.statement import Entry, statement
from tests.payments.world import GROSS, World, uuid_of

ANY = str(new_id())
PERIOD = PeriodCause(new_id(), 1)
EURO = common_pb2.Money(minor=GROSS, currency="EUR")
ONLINE = common_pb2.PAYMENT_METHOD_ONLINE


async def test_an_order_has_one_request_however_often_it_is_asked_for(world: World) -> None:
    order, account = str(new_id()), str(new_id())
    made = await asyncio.gather(*(world.request(order_id=order, account_id=account) for _ in range(10)))
    assert all(request == made[0] for request in made)
    assert len(await world.room.rows("payment_requests")) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": common_pb2.Money(minor=GROSS + 1, currency="EUR")},
        {"method": common_pb2.PAYMENT_METHOD_BANK_TRANSFER},
        {"account_id": ANY},
    ],
)
async def test_the_same_order_with_other_content_is_refused(world: World, changed: dict[str, Any]) -> None:
    first = await world.request()
    with pytest.raises(Refused) as refused:
        await world.request(**{"order_id": first.order_id, "account_id": first.account_id, **changed})
    assert refused.value.reason == errors_pb2.REASON_AMOUNT_MISMATCH


async def test_a_taken_reference_is_replaced_by_the_next(world: World) -> None:
    first = await world.transfer_request()
    async with world.room.core.database.transaction() as conn:
        await conn.exec_driver_sql("UPDATE payment_requests SET order_id = $1", (new_id(),))
        await conn.exec_driver_sql("UPDATE payment_requests SET id = $1, pay_token_hash = $2", (new_id(), b"x" * 32))
    again = await world.transfer_request(order_id=first.order_id, account_id=first.account_id)
    assert again.payment_request_id == first.payment_request_id
    assert again.transfer.reference != first.transfer.reference


async def test_a_transfer_request_says_how_to_pay_it(world: World) -> None:
    transfer = (await world.transfer_request()).transfer
    assert transfer.iban == "IT60X0542811101000000123456"
    assert transfer.holder == "Casella Esempio S.r.l."
    lines = transfer.epc_payload.split("\n")
    assert (lines[5], lines[6], lines[7], lines[9]) == (transfer.holder, transfer.iban, "EUR146.40", transfer.reference)


async def test_the_owner_reads_it_and_nobody_else_finds_it(world: World) -> None:
    request = await world.request()
    asked = payments_pb2.GetPaymentRequestRequest(order_id=request.order_id)
    stub = world.stub("gateway")
    account = uuid_of(payments_pb2.PaymentRequest(payment_request_id=request.account_id))
    own = await stub.GetPaymentRequest(asked, metadata=world.room.customer(account))
    assert own.payment_request == request
    with pytest.raises(Refused) as refused:
        await stub.GetPaymentRequest(asked, metadata=world.room.customer(new_id()))
    assert refused.value.code is grpc.StatusCode.NOT_FOUND


async def test_a_proforma_number_is_noted_once(world: World) -> None:
    first, second = await world.request(), await world.request()

    async def note(request: payments_pb2.PaymentRequest, number: str) -> str:
        asked = payments_pb2.RecordProformaRequest(
            payment_request_id=request.payment_request_id, proforma_number=number
        )
        return str((await world.stub().RecordProforma(asked)).payment_request.proforma_number)

    assert await note(first, "P2026/17") == await note(first, "P2026/17") == "P2026/17"
    for request, number in ((first, "P2026/18"), (second, "P2026/17"), (second, "p 2026-17")):
        with pytest.raises(Refused) as refused:
            await note(request, number)
        assert refused.value.code is grpc.StatusCode.ALREADY_EXISTS


BAD: list[tuple[str, str, Message, set[str]]] = [
    (
        "worker",
        "CreatePaymentRequest",
        payments_pb2.CreatePaymentRequestRequest(),
        {"order_id", "period", "account_id", "amount.currency", "amount.minor", "method"},
    ),
    (
        "worker",
        "CreatePaymentRequest",
        payments_pb2.CreatePaymentRequestRequest(
            order_id="x",
            account_id="' OR 1=1",
            amount=common_pb2.Money(minor=-1, currency="EUR"),
            method=99,  # type: ignore[arg-type]  # none of the known
        ),
        {"order_id", "account_id", "amount.minor", "method"},
    ),
    (
        "worker",
        "CreatePaymentRequest",
        payments_pb2.CreatePaymentRequestRequest(
            order_id=ANY, account_id=ANY, amount=common_pb2.Money(minor=2**62, currency="eur"), method=ONLINE
        ),
        {"amount.currency", "amount.minor"},
    ),
    (
        "worker",
        "CreatePaymentRequest",
        payments_pb2.CreatePaymentRequestRequest(
            order_id=ANY, period=period_of(PERIOD), account_id=ANY, amount=EURO, method=ONLINE
        ),
        {"order_id", "period"},
    ),
    (
        "worker",
        "CreatePaymentRequest",
        payments_pb2.CreatePaymentRequestRequest(
            period=common_pb2.PeriodRef(period_id=ANY, subscription_id=str(PERIOD.subscription_id), number=2),
            account_id=ANY,
            amount=EURO,
        ),
        {"period.period_id", "method"},
    ),
    ("operator", "GetPaymentRequest", payments_pb2.GetPaymentRequestRequest(period_id="1"), {"period_id"}),
    ("worker", "RecordProforma", payments_pb2.RecordProformaRequest(), {"payment_request_id", "proforma_number"}),
    (
        "worker",
        "RecordProforma",
        payments_pb2.RecordProformaRequest(payment_request_id=ANY, proforma_number="P\x002026/17"),
        {"proforma_number"},
    ),
    (
        "worker",
        "RecordProforma",
        payments_pb2.RecordProformaRequest(payment_request_id=ANY, proforma_number="no digits"),
        {"proforma_number"},
    ),
    (
        "worker",
        "RecordProforma",
        payments_pb2.RecordProformaRequest(payment_request_id=ANY, proforma_number="1" * 41),
        {"proforma_number"},
    ),
    ("worker", "GetPaymentRequest", payments_pb2.GetPaymentRequestRequest(), {"payment_request_id"}),
    ("operator", "GetPaymentRequest", payments_pb2.GetPaymentRequestRequest(order_id="1"), {"order_id"}),
    ("worker", "ClosePaymentRequest", payments_pb2.ClosePaymentRequestRequest(), {"payment_request_id", "reason"}),
    ("worker", "GetWaitingMoney", payments_pb2.GetWaitingMoneyRequest(account_id="1"), {"account_id"}),
    ("gateway", "StartCheckout", payments_pb2.StartCheckoutRequest(), {"token"}),
    ("gateway", "StartCheckout", payments_pb2.StartCheckoutRequest(token="a" * 201), {"token"}),
    ("gateway", "StartCheckout", payments_pb2.StartCheckoutRequest(token="a\x07b"), {"token"}),
    ("gateway", "HandleWebhook", payments_pb2.HandleWebhookRequest(), {"body"}),
    (
        "gateway",
        "HandleWebhook",
        payments_pb2.HandleWebhookRequest(body=b"x" * (256 * 1024 + 1), signature="a\nb"),
        {"body", "signature"},
    ),
    ("operator", "ImportStatement", payments_pb2.ImportStatementRequest(), {"file"}),
    ("operator", "ImportStatement", payments_pb2.ImportStatementRequest(file=b" " * (3 * 1024 * 1024 + 1)), {"file"}),
    (
        "operator",
        "ListMoneyEntries",
        payments_pb2.ListMoneyEntriesRequest(page=common_pb2.PageRequest(page_size=LONGEST_PAGE + 1, page_token="%%%")),
        {"page.page_size", "page.page_token"},
    ),
    (
        "operator",
        "ListMoneyEntries",
        payments_pb2.ListMoneyEntriesRequest(page=common_pb2.PageRequest(page_size=-1, page_token="e30=")),
        {"page.page_size", "page.page_token"},
    ),
]


@pytest.mark.parametrize(("caller", "method", "message", "fields"), BAD)
async def test_every_bad_field_is_named_and_nothing_is_stored(
    world: World, caller: str, method: str, message: Message, fields: set[str]
) -> None:
    with pytest.raises(Refused) as refused:
        await getattr(world.stub(caller), method)(message)
    assert refused.value.reason == errors_pb2.REASON_INVALID_INPUT
    assert {violation.field for violation in refused.value.violations} == fields
    for table in ("payment_requests", "provider_events", "bank_entries", "money_entries", "ledger_transactions"):
        assert await world.room.rows(table) == []


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("RecordProforma", payments_pb2.RecordProformaRequest(payment_request_id=ANY, proforma_number="P2026/17")),
        ("GetPaymentRequest", payments_pb2.GetPaymentRequestRequest(payment_request_id=ANY)),
        ("GetPaymentRequest", payments_pb2.GetPaymentRequestRequest(order_id=ANY)),
        ("GetPaymentRequest", payments_pb2.GetPaymentRequestRequest(period_id=ANY)),
        (
            "ClosePaymentRequest",
            payments_pb2.ClosePaymentRequestRequest(payment_request_id=ANY, reason=payments_pb2.CLOSE_REASON_EXPIRED),
        ),
    ],
)
async def test_what_does_not_exist_is_not_found(world: World, method: str, message: Message) -> None:
    with pytest.raises(Refused) as refused:
        await getattr(world.stub("worker"), method)(message)
    assert refused.value.code is grpc.StatusCode.NOT_FOUND


async def test_what_is_paid_is_listed_whole_page_by_page_and_without_its_links(world: World) -> None:
    requests = [await world.request() for _ in range(5)]
    for request in requests[1:]:
        await world.stripe.pay(await world.start(request))
    await world.deliver()
    asked = payments_pb2.ListPaidRequestsRequest()
    asked.page.page_size = 3
    found: list[payments_pb2.PaymentRequest] = []
    while True:
        answer = await world.stub("operator").ListPaidRequests(asked)
        found += answer.payment_requests
        asked.page.page_token = answer.next_page_token
        if not answer.next_page_token:
            break
    paid = [await world.get(request) for request in requests[1:]]
    for each in paid:
        assert each.state == payments_pb2.PAYMENT_REQUEST_STATE_PAID
        each.ClearField("pay_url")
    assert found == sorted(paid, key=lambda each: each.payment_request_id)


@pytest.mark.parametrize(
    ("caller", "method"),
    [
        ("gateway", "CreatePaymentRequest"),
        ("gateway", "ClosePaymentRequest"),
        ("operator", "ClosePaymentRequest"),
        ("gateway", "ImportStatement"),
        ("worker", "ImportStatement"),
        ("worker", "HandleWebhook"),
        ("worker", "StartCheckout"),
        ("gateway", "ListMoneyEntries"),
        ("gateway", "GetWaitingMoney"),
        ("gateway", "ListPaidRequests"),
        ("worker", "ListPaidRequests"),
        ("ordering", "GetPaymentRequest"),
        ("mail_server", "RecordBankTransfer"),
    ],
)
async def test_a_caller_that_may_not_is_refused(world: World, caller: str, method: str) -> None:
    stub = world.stub(caller)
    message = getattr(payments_pb2, f"{method}Request")()
    with pytest.raises(Refused) as refused:
        await getattr(stub, method)(message)
    assert refused.value.code is grpc.StatusCode.PERMISSION_DENIED


async def test_a_stranger_without_a_secret_is_refused(world: World) -> None:
    async with open_channel(world.room.address, "wrong") as channel:
        outside = payments_pb2_grpc.PaymentsServiceStub(channel)
        with pytest.raises(Refused) as refused:
            await outside.ProveLedger(payments_pb2.ProveLedgerRequest())
    assert refused.value.code is grpc.StatusCode.UNAUTHENTICATED


async def test_logs_hold_no_name_account_or_token(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    request = await world.request()
    await world.stripe.pay(await world.start(request))
    await world.deliver()
    await world.import_file(statement(Entry(5, text="segreto", debtor="Canarino Giallo")))
    ours = [record for record in caplog.records if record.name.startswith(("services", "gateway"))]
    said = "\n".join(str(record.__dict__) for record in ours)
    assert said
    for secret in ("Canarino", "segreto", "IT02L1234512345123456789012", request.pay_url.rpartition("/")[2]):
        assert secret not in said


async def test_an_operator_finds_a_request_by_what_a_payer_writes(world: World) -> None:
    request = await world.transfer_request()
    asked = payments_pb2.RecordProformaRequest(payment_request_id=request.payment_request_id, proforma_number="P2027/7")
    await world.stub().RecordProforma(asked)
    operator, plain = world.stub("operator"), request.transfer.reference
    printed = " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))
    for by in ({"reference": printed.lower()}, {"proforma_number": "p 2027 - 7"}):
        found = await operator.GetPaymentRequest(payments_pb2.GetPaymentRequestRequest(**by))
        assert found.payment_request.payment_request_id == request.payment_request_id


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        ({"reference": "RF18539007547034"}, errors_pb2.REASON_NOT_FOUND),
        ({"reference": "RF19539007547034"}, errors_pb2.REASON_INVALID_INPUT),
        ({"reference": ""}, errors_pb2.REASON_INVALID_INPUT),
        ({"proforma_number": "P2027/8"}, errors_pb2.REASON_NOT_FOUND),
        ({"proforma_number": "Anna"}, errors_pb2.REASON_INVALID_INPUT),
    ],
)
async def test_a_name_that_no_request_has_is_said(world: World, by: dict[str, str], reason: int) -> None:
    with pytest.raises(Refused) as refused:
        await world.stub("operator").GetPaymentRequest(payments_pb2.GetPaymentRequestRequest(**by))
    assert refused.value.reason == reason
