"""A payer disputes a payment by card: won, it is as if nothing had been; lost, an operator decides in the Temporal UI.

The simulator leads the disputes: these stories prove Casella's handling, not Stripe's or a bank's.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from tests.cli.running import Terminal
from tests.e2e.levers import dispute, stripe_does
from tests.e2e.operator_desk import OPERATOR, Desk, at_the_desk
from tests.e2e.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("disputes")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with at_the_desk(tmp_path_factory.mktemp("disputes") / "var") as desk:
        yield desk


async def paid(desk: Desk) -> ordering_pb2.Order:
    """An order that was paid by card, and invoiced."""
    customer, order = await desk.play.buyer(common.PAYMENT_METHOD_ONLINE)
    await desk.play.pay_by_card(customer)
    return await desk.play.fulfilled(customer, order.order_id)


def terminal(desk: Desk) -> Terminal:
    return Terminal({"CASELLA_VAR": str(desk.play.world.site.var)})


async def disputes_of(desk: Desk, order: ordering_pb2.Order) -> list[payments_pb2.Dispute]:
    asked = payments_pb2.GetPaymentRequestRequest(order_id=order.order_id)
    answer = await desk.play.operator.payments.GetPaymentRequest(asked)
    assert answer.payment_request.state == payments_pb2.PAYMENT_REQUEST_STATE_PAID
    return list(answer.disputes)


async def prove(desk: Desk) -> None:
    proof = await desk.play.operator.payments.ProveLedger(payments_pb2.ProveLedgerRequest())
    assert proof.balanced, list(proof.discrepancies)


async def test_a_dispute_that_is_won_ends_by_itself_with_the_money_here(desk: Desk) -> None:
    order = await paid(desk)
    number, money = await dispute(desk, order.order_id)
    shown = await until(lambda: told(desk, money, order.invoice_id), "the invoice in the details")
    assert "evidence in the provider's dashboard" in shown
    assert (await desk.update(money, "claim", {"reason_code": "too_early"})).refusal.startswith("the dispute is not")
    await stripe_does(desk, f"disputes/{number}/answer")
    await desk.stands(money, "Disputed")
    await stripe_does(desk, f"disputes/{number}/win")
    await desk.stands(money, "Kept")
    (after,) = await disputes_of(desk, order)
    assert (after.state, after.withdrawn.minor) == (payments_pb2.DISPUTE_STATE_WON, 0)
    for named in (("order", order.order_id), ("account", order.account_id)):
        assert number[:8] in (await terminal(desk).casella("show", *named)).well().out
    await prove(desk)


async def told(desk: Desk, workflow_id: str, text: str) -> str | None:
    shown = await desk.details(workflow_id)
    return shown if text in shown else None


async def test_a_lost_dispute_ends_contract_and_invoice_by_an_operators_word(desk: Desk) -> None:
    order = await paid(desk)
    number, money = await dispute(desk, order.order_id)
    await stripe_does(desk, f"disputes/{number}/lose")
    await until(lambda: told(desk, money, "and the invoice stands: decide"), "the loss in the details")
    assert "lost disputes that wait for your decision: 1" in (await terminal(desk).casella("doctor")).out
    assert (await desk.update(money, "claim", {"reason_code": "service_was_given"})).result == "it waits as a claim"
    await desk.stands(money, "Claim")
    assert "cancelled" in str((await desk.update(money, "terminate", {"reason_code": "chargeback"})).result)
    await desk.update(money, "credit_note", {"cause": "dispute", "reason_code": "customer_was_right"})
    await desk.stands(money, "CreditNote")
    (after,) = await disputes_of(desk, order)
    asked = invoicing_pb2.GetInvoicingDocumentRequest(document_id=after.credit_note_id)
    note = (await desk.play.operator.invoicing.GetInvoicingDocument(asked)).document
    assert (note.credit.invoice_id, note.credit.reason) == (order.invoice_id, invoicing_pb2.CREDIT_REASON_DISPUTE)
    assert note.totals.gross == after.withdrawn == order.totals.gross
    entry_id = money.partition(":")[2]
    assert await desk.audited("payments", entry_id) == [
        (OPERATOR, "decide_dispute", "service_was_given"), (OPERATOR, "decide_dispute", "customer_was_right"),
    ]  # fmt: skip
    proved = (await terminal(desk).casella("audit")).well().out
    for words in ("Refunds and credit notes: each tied", "what the provider charged for disputes"):
        assert words in proved
    assert number[:8] in (await terminal(desk).casella("show", "money", entry_id)).well().out
    await prove(desk)
