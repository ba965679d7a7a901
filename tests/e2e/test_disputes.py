"""A payer disputes a payment by card: won, it is as if nothing had been; lost, an operator decides in the Temporal UI.

The simulator leads the disputes: these stories prove Casella's handling, not Stripe's or a bank's.
"""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.mailboxes.v1 import mailboxes_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.demo.customer import Customer
from deploy.local.demo.inbox import text_of
from services.kit.errors import Refused
from tests.cli.running import Terminal
from tests.e2e.levers import dispute, stripe_does
from tests.e2e.operator_desk import OPERATOR, Desk, at_the_desk, refused
from tests.e2e.waiting import until
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("disputes")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with at_the_desk(tmp_path_factory.mktemp("disputes") / "var") as desk:
        yield desk


async def bought(desk: Desk) -> tuple[Customer, ordering_pb2.Order]:
    """A customer with a year's contract that was paid by card, and invoiced."""
    customer, order = await desk.play.buyer(common.PAYMENT_METHOD_ONLINE)
    await desk.play.pay_by_card(customer)
    return customer, await desk.play.fulfilled(customer, order.order_id)


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
    _, order = await bought(desk)
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


async def subscription_of(desk: Desk, customer: Customer) -> ordering_pb2.Subscription:
    asked = ordering_pb2.GetSubscriptionRequest(account_id=customer.account_id)
    return (await desk.play.operator.ordering.GetSubscription(asked)).subscription


async def test_a_lost_dispute_ends_the_contract_at_once_and_then_the_invoice_by_an_operators_word(desk: Desk) -> None:
    customer, order = await bought(desk)
    number, money = await dispute(desk, order.order_id)
    await stripe_does(desk, f"disputes/{number}/lose")
    await until(lambda: told(desk, money, "and the invoice stands: decide"), "the loss in the details")
    assert (
        "lost disputes and money taken back that wait for your decision: 1"
        in (await terminal(desk).casella("doctor")).out
    )
    assert (await desk.update(money, "claim", {"reason_code": "service_was_given"})).result == "it waits as a claim"
    await desk.stands(money, "Claim")
    credit = {"cause": "dispute", "reason_code": "customer_was_right"}
    refusal = (await desk.update(money, "credit_note", credit)).refusal
    assert "the service goes on, and with this cause the note says that it has ended: `terminate` first" in refusal
    invoice = ("invoice", "credit", order.invoice_id, "--cause", "dispute", "--reason", "chargeback", "--yes")
    (await terminal(desk).casella(*invoice)).badly(1, "goes on, and with this cause the note says that it has ended")
    ended = await desk.update(money, "terminate", {"reason_code": "chargeback"})
    assert str(ended.result).startswith("ended the contract: the service ends now, at 20"), ended.refusal
    renewal = names.renewal_id((await subscription_of(desk, customer)).subscription_id, 2)
    await desk.stands(renewal, "Closing")
    subscription = await subscription_of(desk, customer)
    assert (subscription.state, subscription.end) == (
        ordering_pb2.SUBSCRIPTION_STATE_CLOSING, ordering_pb2.SUBSCRIPTION_END_TERMINATED,
    )  # fmt: skip
    asked_of = mailboxes_pb2.GetAllowanceRequest(account_id=customer.account_id)
    allowed = await desk.play.operator.mailboxes.GetAllowance(asked_of)
    assert allowed.allowance.state == mailboxes_pb2.ACCESS_STATE_SUSPENDED
    mail = await desk.play.inbox.wait_for(customer.email, lambda mail: "terminato" in str(mail["Subject"]), "the end")
    assert "è stato stornato" in text_of(mail)
    await desk.shows(money, "because the contract has ended with it")
    assert (await desk.update(renewal, "keep_subscription", {"reason_code": "customer_asked"})).refusal
    keep = ordering_pb2.KeepSubscriptionRequest(
        request_id=str(uuid4()), subscription_id=subscription.subscription_id,
        steering=common.Steering(actor=OPERATOR, reason_code="customer_asked"),
    )  # fmt: skip
    with pytest.raises(Refused):
        await desk.play.operator.ordering.KeepSubscription(keep)
    await desk.update(money, "credit_note", credit)
    await desk.stands(money, "CreditNote")
    (after,) = await disputes_of(desk, order)
    asked = invoicing_pb2.GetInvoicingDocumentRequest(document_id=after.credit_note_id)
    note = (await desk.play.operator.invoicing.GetInvoicingDocument(asked)).document
    assert (note.credit.invoice_id, note.credit.reason) == (order.invoice_id, invoicing_pb2.CREDIT_REASON_DISPUTE)
    assert note.totals.gross == after.withdrawn == order.totals.gross
    assert await desk.audited("payments", money.removeprefix("money:")) == [
        (OPERATOR, "decide_dispute", "service_was_given"), (OPERATOR, "decide_dispute", "customer_was_right"),
    ]  # fmt: skip
    proved = (await terminal(desk).casella("audit")).well().out
    for words in ("Refunds and credit notes: each tied", "what the provider charged for disputes"):
        assert words in proved
    assert number[:8] in (await terminal(desk).casella("show", "money", money.removeprefix("money:"))).well().out
    await prove(desk)


async def given_back(desk: Desk, customer: Customer, order: ordering_pb2.Order) -> list[tuple[int, int]]:
    """How much went back, each with its means; the invoice has one credit note over just that."""
    asked = payments_pb2.ListRefundsRequest(account_id=customer.account_id)
    refunds = (await desk.play.operator.payments.ListRefunds(asked)).refunds
    assert {each.state for each in refunds} == {payments_pb2.REFUND_STATE_DONE}
    of = invoicing_pb2.GetInvoicingDocumentRequest(document_id=order.invoice_id)
    notes = (await desk.play.operator.invoicing.GetInvoicingDocument(of)).document.credit_notes
    [settled] = (await customer.withdrawal(order.order_id)).withdrawal.refunds
    assert settled.owed.minor
    assert [(each.document_id, each.gross) for each in notes] == [(settled.credit_note_id, settled.amount)]
    return [(each.means, each.amount.minor) for each in refunds]


async def test_a_dispute_that_is_lost_beside_a_withdrawal_is_its_refund_and_the_rest_is_decided(desk: Desk) -> None:
    customer, order = await bought(desk)
    number, money = await dispute(desk, order.order_id)
    withdrawal = names.withdrawal_id(order.order_id)
    await customer.withdraw(order.order_id)
    await desk.stands(withdrawal, "Refunding")
    await desk.shows(withdrawal, f"taken by the dispute that `{money}` follows")
    await desk.shows(money, "accept the dispute in the provider's dashboard")
    await stripe_does(desk, f"disputes/{number}/lose")
    await desk.stands(withdrawal, "Closing")
    [(means, minor)] = await given_back(desk, customer, order)
    assert (means, minor) == (payments_pb2.REFUND_MEANS_CHARGEBACK, order.totals.gross.minor - 5)
    await desk.shows(money, "it took EUR 0.05 more, which the customer still owes")
    credit = {"cause": "dispute", "reason_code": "customer_was_right"}
    await refused(desk, money, "credit_note", credit, f"`{withdrawal}` gives back the rest and issues the credit note")
    await desk.update(money, "set_aside", {"reason_code": "written_off"})
    await desk.stands(money, "SetAside")
    (await terminal(desk).casella("audit")).well()
    await prove(desk)


async def test_a_dispute_that_is_won_beside_a_withdrawal_lets_the_refund_leave_by_card(desk: Desk) -> None:
    customer, order = await bought(desk)
    await customer.withdraw(order.order_id)
    withdrawal = names.withdrawal_id(order.order_id)
    await desk.stands(withdrawal, "Closing")
    number, money = await dispute(desk, order.order_id)  # after the refund
    await stripe_does(desk, f"disputes/{number}/win")
    await desk.stands(money, "Kept")
    other, second = await bought(desk)
    number, money = await dispute(desk, second.order_id)
    await other.withdraw(second.order_id)
    await desk.stands(names.withdrawal_id(second.order_id), "Refunding")
    await stripe_does(desk, f"disputes/{number}/win")
    await desk.stands(money, "Kept")
    await desk.stands(names.withdrawal_id(second.order_id), "Closing")
    for who, what in ((customer, order), (other, second)):
        [(means, _)] = await given_back(desk, who, what)
        assert means == payments_pb2.REFUND_MEANS_STRIPE
    await prove(desk)


async def test_the_audit_finds_a_note_that_says_a_dispute_has_ended_what_is_served(desk: Desk) -> None:
    _, order = await bought(desk)
    await desk.play.operator.invoicing.IssueCreditNote(
        invoicing_pb2.IssueCreditNoteRequest(
            credit_id=str(uuid4()), invoice_id=order.invoice_id, reason=invoicing_pb2.CREDIT_REASON_DISPUTE,
            gross=order.totals.gross, cause_date=order.available_on,
            steering=common.Steering(actor=OPERATOR, reason_code="chargeback", source=f"test/{uuid4()}"),
        )
    )  # fmt: skip
    found = (await terminal(desk).casella("audit")).badly(
        1, "Credit notes after a lost dispute: OF WHAT IS STILL SERVED"
    )
    assert f"says that a dispute has ended it, but the service of account {order.account_id} goes on" in found.out
