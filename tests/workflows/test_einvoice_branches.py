"""What an e-invoice does once the SdI has spoken, led by a script on the real Temporal server."""

import asyncio

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.client import WorkflowUpdateFailedError

from casella.common.v1 import common_pb2, errors_pb2
from casella.invoicing.v1 import invoicing_pb2 as invoicing
from casella.payments.v1 import payments_pb2 as payments
from casella.trial.v1 import trial_pb2
from tests.fixtures.temporal import TestNamespace
from tests.workflows.script import Answer, Script, refuse, running
from workflows import names


def transmitted(
    state: invoicing.TransmissionState,
    attempt: int,
    kind: invoicing.DocumentKind = invoicing.DOCUMENT_KIND_INVOICE,
    **changes: Answer,
) -> Script:
    """An e-invoice that has come to its end with this attempt."""
    transmission = invoicing.Transmission(
        state=state, attempt=attempt, number="2026/1", file_name="IT1_00001.xml", kind=kind
    )
    document = invoicing.Document(account_id="018f3c1e-0000-7000-8000-000000000002")
    answers: dict[str, Answer] = {
        "GetTransmission": lambda _: invoicing.GetTransmissionResponse(transmission=transmission),
        "TransmitInvoice": lambda _: invoicing.TransmitInvoiceResponse(transmission=transmission),
        "GetInvoicingDocument": lambda _: invoicing.GetInvoicingDocumentResponse(document=document),
        "GetContact": lambda _: trial_pb2.GetContactResponse(recipient=common_pb2.Recipient(email="a@demo.example")),
        "SendCorrectedInvoice": lambda _: invoicing.SendCorrectedInvoiceResponse(due=True),
        "SendCreditNote": lambda _: invoicing.SendCreditNoteResponse(),
        "SendInvoice": lambda _: invoicing.SendInvoiceResponse(),
    }
    return Script(answers | changes)


@pytest.mark.parametrize(
    ("state", "attempt", "asked"),
    [
        (invoicing.TRANSMISSION_STATE_DELIVERED, 1, False),
        (invoicing.TRANSMISSION_STATE_DELIVERED, 2, True),
        (invoicing.TRANSMISSION_STATE_UNDELIVERABLE, 3, True),
        (invoicing.TRANSMISSION_STATE_GIVEN_UP, 2, False),
    ],
)
async def test_only_an_accepted_e_invoice_that_was_sent_again_brings_another_courtesy_copy(
    temporal: TestNamespace, state: invoicing.TransmissionState, attempt: int, *, asked: bool
) -> None:
    script = transmitted(state, attempt)
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        await run.end()
        told = await run.details("What happened")
    assert len(script.requests("SendCorrectedInvoice")) == asked
    assert ("courtesy invoice with the corrected data" in told) == asked


async def test_a_copy_that_cannot_be_sent_parks_an_accepted_e_invoice_and_offers_no_sending(
    temporal: TestNamespace,
) -> None:
    script = transmitted(
        invoicing.TRANSMISSION_STATE_DELIVERED, 2, SendCorrectedInvoice=lambda _: refuse(errors_pb2.REASON_NOT_FOUND)
    )
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        shown = await run.details("NeedsOperator")
        assert "`retry`" in shown
        assert "give_up" not in shown
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await run.handle.execute_update("give_up", {"reason_code": "agreed_with_accountant"})
        assert "accepted the e-invoice" in str(refused.value.cause)


async def test_the_email_of_a_part_payments_invoice_carries_the_rest_which_stays_out_of_the_history(
    temporal: TestNamespace,
) -> None:
    kind = invoicing.DOCUMENT_KIND_ADVANCE_INVOICE
    document = invoicing.Document(kind=kind, account_id="018f3c1e-0000-7000-8000-000000000002", order_id="an order")
    missing = common_pb2.Money(minor=5_000, currency="EUR")
    how = payments.TransferInstructions(
        holder="Casella", iban="IT60X0542811101000000123456", reference="RF18539007547034"
    )
    rest = payments.Rest(missing=missing, transfer=how)
    script = transmitted(
        invoicing.TRANSMISSION_STATE_DELIVERED, 1, kind,
        GetInvoicingDocument=lambda _: invoicing.GetInvoicingDocumentResponse(document=document),
        GetPaymentRequest=lambda _: payments.GetPaymentRequestResponse(rest=rest),
    )  # fmt: skip
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        await run.end()
        assert how.reference not in str(await run.handle.fetch_history())
    (asked,) = script.requests("GetPaymentRequest")
    assert asked.order_id == "an order"
    (sent,) = script.requests("SendInvoice")
    assert (sent.rest.amount, sent.rest.iban, sent.rest.reference) == (missing, how.iban, how.reference)


async def test_a_rejection_says_what_its_codes_mean_and_an_unknown_code_stands_alone(temporal: TestNamespace) -> None:
    script = transmitted(invoicing.TRANSMISSION_STATE_REJECTED, 1)
    rejected = script.answers["TransmitInvoice"](None).transmission
    rejected.error_codes.extend(["00305", "09999"])
    rejected.errors.add(code="00305", meaning="the customer's VAT number is not valid")
    rejected.errors.add(code="09999")
    script = transmitted(
        invoicing.TRANSMISSION_STATE_REJECTED,
        1,
        TransmitInvoice=lambda _: invoicing.TransmitInvoiceResponse(transmission=rejected),
        PrepareResend=lambda _: refuse(errors_pb2.REASON_PROFILE_UNCHANGED),
    )
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        shown = await run.details("NeedsOperator")
        assert "rejected it with 00305 (the customer's VAT number is not valid), 09999, so" in shown
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("retry_transmission", {"reason_code": "channel_mended"})
        await run.details("an update was refused")
        asked = len(script.requests("TransmitInvoice"))
        await run.handle.signal(names.LOOK_AGAIN)
        while len(script.requests("TransmitInvoice")) == asked:  # noqa: ASYNC110  the script says so
            await asyncio.sleep(0.01)
        assert (await run.details("NeedsOperator")).count("attempt 1 rejected by the SdI with") == 1


async def test_a_rejection_whose_last_day_has_passed_says_so(temporal: TestNamespace) -> None:
    late = invoicing.Transmission(
        state=invoicing.TRANSMISSION_STATE_REJECTED,
        attempt=1,
        number="2026/1",
        error_codes=["00305"],
        deadline=Timestamp(seconds=1_801_695_599),
        overdue=True,
    )
    script = transmitted(
        invoicing.TRANSMISSION_STATE_REJECTED,
        1,
        TransmitInvoice=lambda _: invoicing.TransmitInvoiceResponse(transmission=late),
    )
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        shown = await run.details("NeedsOperator")
    assert "the last day, 2027-02-03, has passed: send it again all the same and tell your accountant" in shown


async def test_a_copy_refused_as_sent_before_says_why_the_invoice_counts_as_issued(temporal: TestNamespace) -> None:
    known = invoicing.Transmission(
        state=invoicing.TRANSMISSION_STATE_UNDELIVERABLE, attempt=2, number="2026/1", error_codes=["00404"]
    )
    script = transmitted(
        invoicing.TRANSMISSION_STATE_UNDELIVERABLE,
        2,
        TransmitInvoice=lambda _: invoicing.TransmitInvoiceResponse(transmission=known),
    )
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        await run.end()
        shown = await run.details("### Undeliverable")
    assert "refused the copy as sent before (00404), so the first sending counts as issued" in shown


async def test_an_e_invoice_that_does_not_get_through_names_its_number_and_last_day(temporal: TestNamespace) -> None:
    pending = invoicing.Transmission(
        state=invoicing.TRANSMISSION_STATE_PENDING,
        attempt=1,
        number="2026/1",
        deadline=Timestamp(seconds=1_801_695_599),
    )
    delivered = invoicing.Transmission(state=invoicing.TRANSMISSION_STATE_DELIVERED, attempt=1, number="2026/1")
    through = [False]

    def transmit(_: object) -> invoicing.TransmitInvoiceResponse:
        if not through[0]:
            raise grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata(), "away")
        return invoicing.TransmitInvoiceResponse(transmission=delivered)

    script = transmitted(
        invoicing.TRANSMISSION_STATE_PENDING,
        1,
        GetTransmission=lambda _: invoicing.GetTransmissionResponse(transmission=pending),
        TransmitInvoice=transmit,
    )
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        shown = await run.details("to be sent by")
        assert "### Transmitting" in shown
        assert "invoice 2026/1, attempt 1" in shown
        assert "2027-02-03 22:59 UTC" in shown
        through[0] = True
        await run.end()


@pytest.mark.parametrize(
    ("kind", "emailed", "word"),
    [
        (invoicing.DOCUMENT_KIND_CREDIT_NOTE, "SendCreditNote", "credit note 2026/1, attempt 1"),
        (invoicing.DOCUMENT_KIND_ADVANCE_INVOICE, "SendInvoice", "invoice of a part payment 2026/1, attempt 1"),
        (invoicing.DOCUMENT_KIND_INVOICE, "", "invoice 2026/1, attempt 1"),
    ],
)
async def test_credit_notes_and_part_payments_are_emailed_once_they_were_sent_and_an_invoice_is_not(
    temporal: TestNamespace, kind: invoicing.DocumentKind, emailed: str, word: str
) -> None:
    script = transmitted(invoicing.TRANSMISSION_STATE_DELIVERED, 1, kind)
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        await run.end()
        shown = await run.details("2026/1")
    steps = script.order_of("TransmitInvoice", "SendCreditNote", "SendInvoice")
    assert steps == ["TransmitInvoice", *([emailed] if emailed else [])]
    assert word in shown


def promising(state: invoicing.TransmissionState, method: invoicing.RefundMethod, **changes: Answer) -> Script:
    """The e-invoice of an operator's credit note of 3.00 that promises a refund."""
    note = invoicing.Transmission(
        state=state, attempt=1, number="2026/2", kind=invoicing.DOCUMENT_KIND_CREDIT_NOTE, order_id="o1",
        refund=common_pb2.Money(minor=300, currency="EUR"), refund_method=method,
    )  # fmt: skip
    paid = payments.PaymentRequest(payment_request_id="r1")
    answers: dict[str, Answer] = {
        "GetTransmission": lambda _: invoicing.GetTransmissionResponse(transmission=note),
        "TransmitInvoice": lambda _: invoicing.TransmitInvoiceResponse(transmission=note),
        "GetPaymentRequest": lambda _: payments.GetPaymentRequestResponse(payment_request=paid),
        "RequestRefund": lambda asked: payments.RequestRefundResponse(
            refund=payments.Refund(refund_id=asked.refund_id, state=payments.REFUND_STATE_DONE)
        ),
    }
    return Script({**transmitted(state, 1).answers, **answers, **changes})


@pytest.mark.parametrize(
    ("method", "as_credit"),
    [(invoicing.REFUND_METHOD_ACCOUNT_CREDIT, True), (invoicing.REFUND_METHOD_BANK_TRANSFER, False)],
)
async def test_what_an_operators_credit_note_promises_is_refunded_under_its_id_before_it_is_emailed(
    temporal: TestNamespace, method: invoicing.RefundMethod, *, as_credit: bool
) -> None:
    script = promising(invoicing.TRANSMISSION_STATE_DELIVERED, method)
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        await run.end()
    assert script.order_of("RequestRefund", "SendCreditNote") == ["RequestRefund", "SendCreditNote"]
    [asked] = script.requests("RequestRefund")
    assert asked.refund_id == script.requests("TransmitInvoice")[0].invoice_id
    assert (asked.payment_request_id, asked.amount.minor, asked.as_account_credit) == ("r1", 300, as_credit)


async def test_a_credit_note_whose_refund_is_refused_is_not_emailed_and_waits_for_an_operator(
    temporal: TestNamespace,
) -> None:
    script = promising(
        invoicing.TRANSMISSION_STATE_DELIVERED,
        invoicing.REFUND_METHOD_ACCOUNT_CREDIT,
        RequestRefund=lambda _: refuse(errors_pb2.REASON_REFUND_TOO_MUCH),
    )
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        assert "`retry`" in await run.details("NeedsOperator")
    assert script.requests("SendCreditNote") == []


async def test_a_credit_note_that_was_given_up_refunds_nothing(temporal: TestNamespace) -> None:
    script = promising(invoicing.TRANSMISSION_STATE_GIVEN_UP, invoicing.REFUND_METHOD_ACCOUNT_CREDIT)
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        await run.end()
    assert script.requests("RequestRefund") == []


async def test_a_credit_note_to_an_erased_customer_goes_to_the_sdi_all_the_same(temporal: TestNamespace) -> None:
    script = transmitted(
        invoicing.TRANSMISSION_STATE_DELIVERED,
        1,
        invoicing.DOCUMENT_KIND_CREDIT_NOTE,
        GetContact=lambda _: refuse(errors_pb2.REASON_NOT_FOUND),
        SendCreditNote=lambda request: invoicing.SendCreditNoteResponse(erased=request.recipient.erased),
    )
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        assert await run.end() == "delivered"
        shown = await run.details("nobody to write to any more: the customer's address is erased")
    assert "gets the credit note by email" not in shown
    [asked] = script.requests("SendCreditNote")
    assert (asked.recipient.erased, asked.recipient.email) == (True, "")


@pytest.mark.parametrize(
    ("abroad", "told"),
    [(True, "the customer abroad has the invoice by email"), (False, "the customer finds it in the reserved area")],
)
async def test_an_undeliverable_e_invoice_ends_without_an_operator_and_says_where_its_customer_has_it(
    temporal: TestNamespace, *, abroad: bool, told: str
) -> None:
    sent = invoicing.Transmission(
        state=invoicing.TRANSMISSION_STATE_UNDELIVERABLE, attempt=1, number="2026/1", abroad=abroad
    )
    script = transmitted(
        invoicing.TRANSMISSION_STATE_UNDELIVERABLE,
        1,
        TransmitInvoice=lambda _: invoicing.TransmitInvoiceResponse(transmission=sent),
    )
    async with running(temporal, names.E_INVOICE, names.INVOICE_ISSUED, script) as run:
        assert await run.end() == "undeliverable"
        details = await run.details("What happened")
    assert told in details
    assert "NeedsOperator" not in details
