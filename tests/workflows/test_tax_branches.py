"""The ways of an order or period whose tax rests on a VAT number, led by a script on the real Temporal server."""

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.client import WorkflowUpdateFailedError

from casella.common.v1 import common_pb2, errors_pb2
from casella.ordering.v1 import ordering_pb2 as pb
from casella.payments.v1 import payments_pb2
from tests.fixtures.temporal import TestNamespace
from tests.workflows.orders import LONG, MOMENT, a_payment, an_order, ordering
from tests.workflows.script import Answer, refuse, running
from tests.workflows.test_renewal_branches import Told
from workflows import names, wording

SOON = Duration(nanos=50_000_000)
WHY = {"reason_code": "register_extract"}
PROOF = {"proof": "register_extract", "reference": "proofs/2026-0042", "reason_code": "proof_seen"}
OTHER_PROOF, REFUSE, CHARGE_VAT, BUSINESS_PROOF = (
    pb.TAX_DECISION_OTHER_PROOF,
    pb.TAX_DECISION_REFUSE,
    pb.TAX_DECISION_CHARGE_VAT,
    pb.TAX_DECISION_BUSINESS_PROOF,
)


def open_order() -> pb.Order:
    """An order of a German business that was placed while VIES was away."""
    order = an_order()
    for field in ("totals", "tax_treatment", "tax_settled_at"):
        order.ClearField(field)
    order.quote.kind = common_pb2.CUSTOMER_KIND_COMPANY
    order.quote.tax_open = True
    order.quote.vat_id = "DE123456788"
    order.quote.totals_with_vat.gross.CopyFrom(common_pb2.Money(minor=2411, currency="EUR"))
    return order


def settle(order: pb.Order) -> pb.SettleTaxResponse:
    """Ordering has settled it."""
    order.totals.CopyFrom(order.quote.totals)
    order.tax_treatment = common_pb2.TAX_TREATMENT_REVERSE_CHARGE
    order.tax_settled_at.CopyFrom(MOMENT)
    return pb.SettleTaxResponse(order=order, next=pb.TAX_NEXT_SETTLED, finding=pb.VAT_FINDING_VALID)


def away(order: pb.Order, wait: Duration = LONG) -> pb.SettleTaxResponse:
    """VIES gives no answer."""
    return pb.SettleTaxResponse(
        order=order,
        next=pb.TAX_NEXT_ASK_AGAIN,
        wait=wait,
        ask_at=MOMENT,
        decide_at=MOMENT,
        finding=pb.VAT_FINDING_NO_ANSWER,
        vies_error="MS_UNAVAILABLE",
    )


def undecided(order: pb.Order, *offered: pb.TaxDecision) -> pb.SettleTaxResponse:
    """VIES does not know the number."""
    return pb.SettleTaxResponse(
        order=order,
        next=pb.TAX_NEXT_NEEDS_OPERATOR,
        wait=LONG,
        ask_at=MOMENT,
        finding=pb.VAT_FINDING_NOT_VALID,
        offered=offered,
    )


def one_after_the_other(*said: pb.SettleTaxResponse) -> Answer:
    """Ordering says these about the order's tax; the last one stays."""
    answers = list(said)
    return lambda _: answers.pop(0) if len(answers) > 1 else answers[0]


async def test_nothing_asks_for_money_while_vies_is_away_and_the_customer_is_told_once(
    temporal: TestNamespace,
) -> None:
    order, payment = open_order(), a_payment()
    answer = one_after_the_other(away(order, SOON), away(order, SOON), away(order))
    script = ordering(payment, order, SettleTax=answer)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        shown = await run.details("### AwaitingTax")
        assert "MS_UNAVAILABLE" in shown
        assert "EUR 19.76, or EUR 24.11 with VAT" in shown
        while len(script.requests("SettleTax")) < 3:
            await run.details("VIES gives no answer")
        assert script.requests("CreatePaymentRequest") == script.requests("IssueProforma") == []
        assert [mail.email for mail in script.requests("SendOrderEmail")] == [pb.ORDER_EMAIL_TAX_OPEN]
        history = str(await run.handle.fetch_history())
        assert "DE123456788" not in history


async def test_once_the_tax_is_settled_the_order_asks_for_its_money(temporal: TestNamespace) -> None:
    order, payment = open_order(), a_payment()
    script = ordering(payment, order, SettleTax=first_away_then_settled(order))
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        await run.details("### AwaitingPayment")
    (asked,) = script.requests("CreatePaymentRequest")
    assert asked.amount.minor == 1976
    (proforma,) = script.requests("IssueProforma")
    assert proforma.tax_treatment == common_pb2.TAX_TREATMENT_REVERSE_CHARGE


def first_away_then_settled(order: pb.Order) -> Answer:
    asked: list[object] = []

    def answer(request: pb.SettleTaxRequest) -> pb.SettleTaxResponse:
        asked.append(request)
        return away(order, SOON) if len(asked) == 1 else settle(order)

    return answer


async def test_an_operator_s_word_is_taken_only_where_it_is_offered(temporal: TestNamespace) -> None:
    order, payment = open_order(), a_payment()

    def decide(_: pb.DecideTaxRequest) -> pb.DecideTaxResponse:
        asked.CopyFrom(settle(order))
        return pb.DecideTaxResponse(order=order)

    asked = undecided(order, OTHER_PROOF, REFUSE)
    script = ordering(payment, order, SettleTax=lambda _: asked, DecideTax=decide)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        shown = await run.details("NeedsOperator")
        assert "`accept_other_proof`" in shown
        assert "`refuse_order`" in shown
        assert "charge_vat" not in shown
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("charge_vat", WHY)
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("accept_other_proof", {"reason_code": "Mr Rossi called"})
        assert script.requests("DecideTax") == []
        await run.handle.execute_update("accept_other_proof", WHY)
        await run.details("### AwaitingPayment")
    (decided,) = script.requests("DecideTax")
    assert (decided.decision, decided.steering.reason_code) == (OTHER_PROOF, "register_extract")


def named_otherwise(order: pb.Order, *offered: pb.TaxDecision) -> pb.SettleTaxResponse:
    """VIES knows the number as somebody else's."""
    answer = undecided(order, *offered)
    answer.finding = pb.VAT_FINDING_OTHER_NAME
    return answer


async def test_where_vies_names_somebody_else_the_page_says_so_without_a_name_and_one_update_goes_on(
    temporal: TestNamespace,
) -> None:
    order, payment = open_order(), a_payment()
    order.party.company_name = "Hans Huber privat"
    order.hold_until.CopyFrom(MOMENT)
    expires = f"VIES is asked again. Undecided, the order expires at {wording.day(order.hold_until)}"

    def decide(_: pb.DecideTaxRequest) -> pb.DecideTaxResponse:
        asked.CopyFrom(settle(order))
        return pb.DecideTaxResponse(order=order)

    asked = named_otherwise(order, OTHER_PROOF, REFUSE)
    script = ordering(payment, order, SettleTax=lambda _: asked, DecideTax=decide)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        shown = await run.details("### NeedsOperator")
        named = "names somebody else than the billing profile"
        for words in (named, "`casella show`", "`accept_other_proof`", expires):
            assert words in shown, words
        assert "Huber" not in shown
        assert [mail.email for mail in script.requests("SendOrderEmail")] == [pb.ORDER_EMAIL_TAX_OPEN]
        assert script.requests("IssueProforma") == []
        await run.handle.execute_update("accept_other_proof", {"reason_code": "same_business"})
        await run.details("### AwaitingPayment")
    (decided,) = script.requests("DecideTax")
    assert (decided.decision, decided.steering.reason_code) == (OTHER_PROOF, "same_business")


async def test_before_the_invoice_another_name_in_vies_parks_after_the_unlock(temporal: TestNamespace) -> None:
    order, payment = open_order(), a_payment()
    order.hold_until.CopyFrom(MOMENT)
    settle(order)
    paid(order, payment)

    def decide(_: pb.DecideTaxRequest) -> pb.DecideTaxResponse:
        asked.CopyFrom(settle(order))
        return pb.DecideTaxResponse(order=order)

    asked = named_otherwise(order, OTHER_PROOF)
    script = ordering(payment, order, SettleTax=lambda _: asked, DecideTax=decide)
    async with running(temporal, names.ORDER, names.PAYMENT_COMPLETED, script, order.order_id) as run:
        shown = await run.details("### NeedsOperator")
        assert "The invoice waits" in shown
        assert "the order expires" not in shown
        assert len(script.requests("UnlockAccount")) == 1
        assert script.requests("IssueInvoice") == []
        await run.handle.execute_update("accept_other_proof", {"reason_code": "same_business"})
        assert await run.end() == "fulfilled"


async def test_while_vies_may_still_answer_no_decision_and_no_transfer_is_taken(temporal: TestNamespace) -> None:
    order, payment = open_order(), a_payment()
    script = ordering(payment, order, SettleTax=lambda _: away(order))
    transfer = {"amount": "19.76", "booked_on": "2026-11-24", "bank_reference": "CRO 1", "reason_code": "seen_here"}
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        await run.details("### AwaitingTax")
        for update, data in (("accept_other_proof", WHY), ("refuse_order", WHY), ("record_bank_transfer", transfer)):
            with pytest.raises(WorkflowUpdateFailedError):
                await run.handle.execute_update(update, data)
    assert script.requests("DecideTax") == script.requests("RecordBankTransfer") == []


async def test_a_refused_order_ends_and_the_customer_is_told_why(temporal: TestNamespace) -> None:
    order, payment = open_order(), a_payment()

    def decide(_: pb.DecideTaxRequest) -> pb.DecideTaxResponse:
        order.state, order.tax_decision = pb.ORDER_STATE_CANCELLED, REFUSE
        return pb.DecideTaxResponse(order=order)

    script = ordering(payment, order, SettleTax=undecided_until_it_ends(order), DecideTax=decide)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        await run.details("NeedsOperator")
        await run.handle.execute_update("refuse_order", WHY)
        assert await run.end() == "cancelled"
    assert script.requests("SendOrderEmail")[-1].email == pb.ORDER_EMAIL_REFUSED
    assert script.requests("CreatePaymentRequest") == []


def undecided_until_it_ends(order: pb.Order) -> Answer:
    def answer(_: pb.SettleTaxRequest) -> pb.SettleTaxResponse:
        if order.state != pb.ORDER_STATE_OPEN:
            return pb.SettleTaxResponse(order=order, next=pb.TAX_NEXT_NOT_OPEN)
        return undecided(order, REFUSE)

    return answer


@pytest.mark.parametrize(
    ("comes", "outcome", "end"),
    [
        (pb.TAX_NEXT_CANCEL_REQUESTED, pb.OUTCOME_CANCELLED, "cancelled"),
        (pb.TAX_NEXT_EXPIRY_DUE, pb.OUTCOME_EXPIRED, "expired"),
    ],
)
async def test_an_order_whose_tax_is_open_ends_without_asking_payments(
    temporal: TestNamespace, comes: pb.TaxNext, outcome: pb.Outcome, end: str
) -> None:
    order, payment = open_order(), a_payment()
    script = ordering(payment, order, SettleTax=lambda _: pb.SettleTaxResponse(order=order, next=comes))
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        assert await run.end() == end
    assert [request.outcome for request in script.requests("RecordOutcome")] == [outcome]
    for asked in ("CreatePaymentRequest", "GetPaymentRequest", "ClosePaymentRequest"):
        assert script.requests(asked) == []


def paid(order: pb.Order, payment: payments_pb2.PaymentRequest) -> None:
    settle(order)
    order.state = pb.ORDER_STATE_PAID
    payment.state = payments_pb2.PAYMENT_REQUEST_STATE_PAID


async def test_before_the_invoice_a_definite_no_parks_after_the_unlock(temporal: TestNamespace) -> None:
    order, payment = open_order(), a_payment()
    paid(order, payment)
    confirmed: list[bool] = []

    def decide(_: pb.DecideTaxRequest) -> pb.DecideTaxResponse:
        confirmed.append(True)
        return pb.DecideTaxResponse(order=order)

    def answer(_: pb.SettleTaxRequest) -> pb.SettleTaxResponse:
        if confirmed:
            return pb.SettleTaxResponse(order=order, next=pb.TAX_NEXT_SETTLED)
        return undecided(order, OTHER_PROOF)

    script = ordering(payment, order, SettleTax=answer, DecideTax=decide)
    async with running(temporal, names.ORDER, names.PAYMENT_COMPLETED, script, order.order_id) as run:
        shown = await run.details("NeedsOperator")
        assert "the invoice waits" in shown
        assert "cancel_order" not in shown
        assert script.requests("IssueInvoice") == []
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("refuse_order", WHY)
        await run.handle.execute_update("accept_other_proof", WHY)
        assert await run.end() == "fulfilled"
    assert script.order_of("UnlockAccount", "IssueInvoice") == ["UnlockAccount", "IssueInvoice"]


async def test_before_the_invoice_an_earlier_proof_stands_and_this_is_noted(temporal: TestNamespace) -> None:
    order, payment = open_order(), a_payment()
    paid(order, payment)
    stands = pb.SettleTaxResponse(
        order=order, next=pb.TAX_NEXT_SETTLED, finding=pb.VAT_FINDING_NO_ANSWER, vies_error="TIMEOUT"
    )
    script = ordering(payment, order, SettleTax=lambda _: stands)
    async with running(temporal, names.ORDER, names.PAYMENT_COMPLETED, script, order.order_id) as run:
        assert await run.end() == "fulfilled"
        assert "VIES gives no answer (TIMEOUT); the earlier proof stands" in await run.details("### Fulfilled")


async def test_a_domestic_order_passes_without_a_step(temporal: TestNamespace) -> None:
    order, payment = an_order(), a_payment()
    payment.state = payments_pb2.PAYMENT_REQUEST_STATE_PAID
    script = ordering(payment, order)
    async with running(temporal, names.ORDER, names.PAYMENT_COMPLETED, script, order.order_id) as run:
        assert await run.end() == "fulfilled"
    assert script.requests("SettleTax") == []


def paid_period() -> Told:
    """The period of a German business that was suspended and is paid."""
    told = Told(resume_due=True)
    told.period.tax_treatment = common_pb2.TAX_TREATMENT_REVERSE_CHARGE
    told.payment.state = payments_pb2.PAYMENT_REQUEST_STATE_PAID
    return told


async def test_before_a_period_s_invoice_vies_is_asked_again(temporal: TestNamespace) -> None:
    told = paid_period()
    valid = pb.SettleTaxResponse(next=pb.TAX_NEXT_SETTLED, finding=pb.VAT_FINDING_VALID)
    script = told.script(SettleTax=lambda _: valid)
    async with running(temporal, names.RENEWAL, names.PAYMENT_COMPLETED, script) as run:
        assert await run.end() == "invoiced"
        assert "VIES confirms the VAT number" in await run.details("### Invoiced")
    (asked,) = script.requests("SettleTax")
    assert (asked.order_id, bool(asked.period_id)) == ("", True)
    assert script.order_of("SettleTax", "IssueInvoice") == ["SettleTax", "IssueInvoice"]


async def test_before_a_period_s_invoice_an_earlier_proof_stands_and_this_is_noted(temporal: TestNamespace) -> None:
    told = paid_period()
    stands = pb.SettleTaxResponse(
        next=pb.TAX_NEXT_SETTLED, finding=pb.VAT_FINDING_NO_ANSWER, vies_error="MS_UNAVAILABLE"
    )
    script = told.script(SettleTax=lambda _: stands)
    async with running(temporal, names.RENEWAL, names.PAYMENT_COMPLETED, script) as run:
        assert await run.end() == "invoiced"
        assert "VIES gives no answer (MS_UNAVAILABLE); the earlier proof stands" in await run.details("### Invoiced")


async def test_before_a_period_s_invoice_a_definite_no_parks_after_sending_was_restored(
    temporal: TestNamespace,
) -> None:
    told = paid_period()
    confirmed: list[bool] = []

    def decide(_: pb.DecideTaxRequest) -> pb.DecideTaxResponse:
        confirmed.append(True)
        return pb.DecideTaxResponse(period=told.period)

    def answer(_: pb.SettleTaxRequest) -> pb.SettleTaxResponse:
        if confirmed:
            return pb.SettleTaxResponse(next=pb.TAX_NEXT_SETTLED)
        return undecided(pb.Order(), OTHER_PROOF)

    script = told.script(SettleTax=answer, DecideTax=decide)
    async with running(temporal, names.RENEWAL, names.PAYMENT_COMPLETED, script) as run:
        shown = await run.details("NeedsOperator")
        assert "the invoice waits" in shown
        assert "`accept_other_proof`" in shown
        assert "charge_vat" not in shown
        assert len(script.requests("ResumeAccount")) == len(script.requests("ResumeSubscription")) == 1
        assert script.requests("IssueInvoice") == []
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("charge_vat", WHY)
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("accept_other_proof", {"reason_code": "Mr Rossi called"})
        assert script.requests("DecideTax") == []
        await run.handle.execute_update("accept_other_proof", WHY)
        assert await run.end() == "invoiced"
    (decided,) = script.requests("DecideTax")
    assert (decided.order_id, decided.decision, decided.steering.reason_code) == ("", OTHER_PROOF, "register_extract")


async def test_while_a_period_s_invoice_waits_vies_is_asked_again_without_an_operator(temporal: TestNamespace) -> None:
    told = paid_period()
    no = undecided(pb.Order(), OTHER_PROOF)
    no.wait.CopyFrom(SOON)
    answer = one_after_the_other(no, no, pb.SettleTaxResponse(next=pb.TAX_NEXT_SETTLED))
    script = told.script(SettleTax=answer)
    async with running(temporal, names.RENEWAL, names.PAYMENT_COMPLETED, script) as run:
        assert await run.end() == "invoiced"
    assert len(script.requests("SettleTax")) == 3
    assert script.requests("DecideTax") == []


async def test_an_italian_s_period_passes_without_a_step(temporal: TestNamespace) -> None:
    told = paid_period()
    told.period.tax_treatment = common_pb2.TAX_TREATMENT_DOMESTIC
    script = told.script()
    async with running(temporal, names.RENEWAL, names.PAYMENT_COMPLETED, script) as run:
        assert await run.end() == "invoiced"
    assert script.requests("SettleTax") == []


def order_outside_the_eu() -> pb.Order:
    """An order of an American business of which nothing proves that it is one."""
    order = open_order()
    order.quote.tax_treatment = common_pb2.TAX_TREATMENT_OUTSIDE_EU
    order.quote.vat_id = ""
    order.hold_until.FromJsonString("2026-12-24T09:30:00Z")
    return order


def unproved(order: pb.Order, wait: Duration = LONG) -> pb.SettleTaxResponse:
    """No proof of business is kept."""
    return pb.SettleTaxResponse(
        order=order,
        next=pb.TAX_NEXT_NEEDS_OPERATOR,
        wait=wait,
        ask_at=MOMENT,
        offered=[BUSINESS_PROOF, REFUSE, CHARGE_VAT],
    )


def settle_outside(order: pb.Order, treatment: common_pb2.TaxTreatment) -> pb.SettleTaxResponse:
    order.totals.CopyFrom(order.quote.totals)
    order.tax_treatment = treatment
    order.tax_settled_at.CopyFrom(MOMENT)
    return pb.SettleTaxResponse(order=order, next=pb.TAX_NEXT_SETTLED)


async def test_outside_the_eu_the_page_says_what_to_look_at_and_until_when(temporal: TestNamespace) -> None:
    order, payment = order_outside_the_eu(), a_payment()
    script = ordering(payment, order, SettleTax=one_after_the_other(unproved(order, SOON), unproved(order)))
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        shown = await run.details("### NeedsOperator")
        for words in (
            "certificate of its tax authority",
            "extract of its register",
            "2026-12-24 09:30 UTC",
            "`accept_business_proof`",
            "`refuse_order`",
            "`charge_vat`",
            "`cancel_order`",
            "EUR 19.76, or EUR 24.11 with VAT",
        ):
            assert words in shown, words
        assert "VIES" not in shown
        assert "accept_other_proof" not in shown
        while len(script.requests("SettleTax")) < 2:
            await run.details("### NeedsOperator")
    assert script.requests("CreatePaymentRequest") == script.requests("IssueProforma") == []
    assert [mail.email for mail in script.requests("SendOrderEmail")] == [pb.ORDER_EMAIL_TAX_OPEN]


async def test_outside_the_eu_an_order_goes_on_with_a_proof_that_names_what_was_seen(temporal: TestNamespace) -> None:
    order, payment = order_outside_the_eu(), a_payment()

    def decide(_: pb.DecideTaxRequest) -> pb.DecideTaxResponse:
        asked.CopyFrom(settle_outside(order, common_pb2.TAX_TREATMENT_OUTSIDE_EU))
        return pb.DecideTaxResponse(order=order)

    asked = unproved(order)
    script = ordering(payment, order, SettleTax=lambda _: asked, DecideTax=decide)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        await run.details("### NeedsOperator")
        for update, data in (
            ("accept_business_proof", WHY),
            ("accept_business_proof", {**PROOF, "proof": "phone_call"}),
            ("accept_business_proof", {**PROOF, "reference": "Mr Rossi called"}),
            ("accept_business_proof", {**PROOF, "reference": "x" * 61}),
            ("accept_other_proof", WHY),
        ):
            with pytest.raises(WorkflowUpdateFailedError):
                await run.handle.execute_update(update, data)
        assert script.requests("DecideTax") == []
        await run.handle.execute_update("accept_business_proof", PROOF)
        shown = await run.details("### AwaitingPayment")
    assert "an operator accepted a proof of business, register_extract proofs/2026-0042 (proof_seen)" in shown
    (decided,) = script.requests("DecideTax")
    assert (decided.decision, decided.steering.reason_code) == (BUSINESS_PROOF, "proof_seen")
    seen = pb.SeenProof(kind=pb.BUSINESS_PROOF_KIND_REGISTER_EXTRACT, reference="proofs/2026-0042")
    assert decided.seen == seen
    (proforma,) = script.requests("IssueProforma")
    assert proforma.tax_treatment == common_pb2.TAX_TREATMENT_OUTSIDE_EU


async def test_outside_the_eu_an_order_without_a_proof_goes_on_with_italian_vat(temporal: TestNamespace) -> None:
    order, payment = order_outside_the_eu(), a_payment()

    def decide(_: pb.DecideTaxRequest) -> pb.DecideTaxResponse:
        asked.CopyFrom(settle_outside(order, common_pb2.TAX_TREATMENT_DOMESTIC))
        return pb.DecideTaxResponse(order=order)

    asked = unproved(order)
    script = ordering(payment, order, SettleTax=lambda _: asked, DecideTax=decide)
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        await run.details("### NeedsOperator")
        await run.handle.execute_update("charge_vat", {"reason_code": "no_proof"})
        await run.details("### AwaitingPayment")
    (decided,) = script.requests("DecideTax")
    assert (decided.decision, decided.HasField("seen")) == (CHARGE_VAT, False)
    (proforma,) = script.requests("IssueProforma")
    assert proforma.tax_treatment == common_pb2.TAX_TREATMENT_DOMESTIC


async def test_outside_the_eu_a_kept_proof_settles_without_an_operator_and_is_not_asked_again(
    temporal: TestNamespace,
) -> None:
    order, payment = order_outside_the_eu(), a_payment()
    payment.state = payments_pb2.PAYMENT_REQUEST_STATE_PAID

    def answer(_: pb.SettleTaxRequest) -> pb.SettleTaxResponse:
        return settle_outside(order, common_pb2.TAX_TREATMENT_OUTSIDE_EU)

    script = ordering(payment, order, SettleTax=answer)
    async with running(temporal, names.ORDER, names.PAYMENT_COMPLETED, script, order.order_id) as run:
        assert await run.end() == "fulfilled"
    assert len(script.requests("SettleTax")) == 1
    assert script.requests("DecideTax") == []
    assert pb.ORDER_EMAIL_TAX_OPEN not in [mail.email for mail in script.requests("SendOrderEmail")]


async def test_a_period_outside_the_eu_is_measured_by_the_proof_that_an_operator_has_seen(
    temporal: TestNamespace,
) -> None:
    told = Told(next=pb.PERIOD_NEXT_MEASURE_DUE)
    told.period.state = pb.PERIOD_STATE_SCHEDULED

    def measure(request: pb.MeasurePeriodRequest) -> object:
        return told.measured(request) if request.tax_decision else refuse(errors_pb2.REASON_BUSINESS_NOT_PROVED)

    script = told.script(MeasurePeriod=measure)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        shown = await run.details("### NeedsOperator")
        for words in ("certificate of its tax authority", "`accept_business_proof`", "`charge_vat`"):
            assert words in shown, words
        assert "VIES" not in shown
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("accept_other_proof", WHY)
        await run.handle.execute_update("accept_business_proof", PROOF)
        await run.details("### AwaitingPayment")
    decided = script.requests("MeasurePeriod")[-1]
    assert (decided.tax_decision, decided.seen.reference) == (BUSINESS_PROOF, "proofs/2026-0042")


async def test_outside_the_eu_a_vat_number_waits_for_vies_as_in_it_and_then_for_a_proof(
    temporal: TestNamespace,
) -> None:
    order, payment = order_outside_the_eu(), a_payment()
    no = unproved(order)
    no.finding = pb.VAT_FINDING_NOT_VALID
    script = ordering(payment, order, SettleTax=one_after_the_other(away(order, SOON), no))
    async with running(temporal, names.ORDER, names.ORDER_CHANGED, script, order.order_id) as run:
        shown = await run.details("### NeedsOperator")
    for words in ("MS_UNAVAILABLE", "VIES says that the VAT number is not valid", "`accept_business_proof`"):
        assert words in shown, words


async def test_a_period_whose_number_vies_gives_another_name_is_measured_by_an_operator_s_word(
    temporal: TestNamespace,
) -> None:
    told = Told(next=pb.PERIOD_NEXT_MEASURE_DUE)
    told.period.state = pb.PERIOD_STATE_SCHEDULED

    def measure(request: pb.MeasurePeriodRequest) -> object:
        return told.measured(request) if request.tax_decision else refuse(errors_pb2.REASON_VAT_NAME_DIFFERS)

    script = told.script(MeasurePeriod=measure)
    async with running(temporal, names.RENEWAL, names.PERIOD_CHANGED, script) as run:
        shown = await run.details("### NeedsOperator")
        for words in ("names somebody else", "The period is not measured", "`accept_other_proof`", "`charge_vat`"):
            assert words in shown, words
        with pytest.raises(WorkflowUpdateFailedError):
            await run.handle.execute_update("accept_business_proof", PROOF)
        await run.handle.execute_update("accept_other_proof", {"reason_code": "same_business"})
        await run.details("### AwaitingPayment")
    assert script.requests("MeasurePeriod")[-1].tax_decision == OTHER_PROOF
