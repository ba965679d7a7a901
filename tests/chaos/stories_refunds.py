"""Stories of money that goes back in more than one step, and of parts that are invoiced or taken back."""

from uuid import UUID, uuid4

from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.demo.customer import Customer
from tests.chaos.acting import STEERING, pay_by_link, pay_order, record_transfer, stands, steer, transfer
from tests.chaos.money import approve, export, has_left, refund_at_stripe, refunds, stripe_does, waiting, waits
from tests.chaos.proving import documented, proved
from tests.chaos.terms import look_again, set_back
from tests.e2e.ends import count, payment_of
from tests.e2e.play import Play
from tests.e2e.stories import run, stripe
from tests.e2e.waiting import until
from workflows import names

_ONLINE, _TRANSFER = common.PAYMENT_METHOD_ONLINE, common.PAYMENT_METHOD_BANK_TRANSFER
_ADDED = 3


async def withdraws_in_between(play: Play) -> None:
    """Withdraws after a part was paid; the bank refuses to send it back, then does; what comes later goes back, too."""
    customer, order = await play.buyer(_TRANSFER)
    money = await waits(play, 500, text=order.proforma_number)
    await customer.withdraw(order.order_id)
    withdrawal = names.withdrawal_id(order.order_id)
    await stands(play, money, "Refunding")
    refund = await _asked(play, customer)
    await approve(play, refund)
    [refused] = await export(play)
    failing = payments_pb2.FailRefundRequest(request_id=str(uuid4()), refund_id=refund.refund_id, steering=STEERING)
    await play.operator.payments.FailRefund(failing)
    retrying = payments_pb2.RetryRefundRequest(request_id=str(uuid4()), refund_id=refund.refund_id, steering=STEERING)
    await play.operator.payments.RetryRefund(retrying)
    [sent] = await export(play)
    assert sent != refused
    await has_left(play, 500, sent)
    await stands(play, money, "Refunded")
    await stands(play, withdrawal, "Done")
    await transfer(play, 700, text=order.proforma_number, payer_iban="DE89370400440532013000")
    later = await _asked(play, customer, refund)
    await approve(play, later)
    [sent] = await export(play)
    await has_left(play, 700, sent)
    await stands(play, names.money_id(later.money_entry_id), "Refunded")
    await stands(play, withdrawal, "Done")
    await documented(play, customer)


async def is_refunded_again(play: Play) -> None:
    """A refund by card takes long, is made and comes back; given up, it is asked for anew."""
    customer, order = await play.buyer(_ONLINE)
    await pay_order(play, customer, order.order_id)
    await play.fulfilled(customer, order.order_id)
    withdrawal = names.withdrawal_id(order.order_id)
    await stripe(play, {"refund": "pending"})
    await customer.withdraw(order.order_id)
    refund = await _asked(play, customer)
    await _refund_is(play, customer, refund, payments_pb2.REFUND_STATE_SENT)
    await stripe(play, {})
    long_ago = "refunds SET asked_at = asked_at - interval '2 hours' WHERE id = $1"
    await set_back(play, "payments", long_ago, UUID(refund.refund_id))
    await run(play, names.PUSH_REFUNDS)
    number = await refund_at_stripe(play, refund)
    await stripe_does(play, f"refunds/{number}/settle", succeeded=True)
    await stands(play, withdrawal, "Closing")
    await stripe_does(play, f"refunds/{number}/settle", succeeded=False)
    await stands(play, withdrawal, "NeedsOperator")
    giving_up = payments_pb2.CancelRefundRequest(request_id=str(uuid4()), refund_id=refund.refund_id, steering=STEERING)
    await play.operator.payments.CancelRefund(giving_up)
    await steer(play, withdrawal, "refund_again")
    await _refund_is(play, customer, await _asked(play, customer, refund), payments_pb2.REFUND_STATE_DONE)
    await stands(play, withdrawal, "Closing")
    await proved(play, customer, invoices=1, notes=1)


async def pays_only_a_part(play: Play) -> None:
    """A part payment that stands too long is invoiced; the order is cancelled, and what became credit is credited."""
    customer, order = await play.buyer(_TRANSFER)
    money = await waits(play, 1_500, text=order.proforma_number)
    entry = UUID(money.partition(":")[2])
    await set_back(play, "payments", "money_entries SET advance_at = now() WHERE id = $1", entry)
    await look_again(play, money)
    invoiced = "documents WHERE account_id = $1 AND kind = 'advance_invoice'"

    async def issued() -> bool | None:
        return await count(play, "invoicing", invoiced, UUID(customer.account_id)) == 1 or None

    await until(issued, "the invoice of the part payment")
    await steer(play, names.order_id(order.order_id), "cancel_order")
    await play.order_when(customer, order.order_id, lambda it: it.state == ordering_pb2.ORDER_STATE_CANCELLED)
    await steer(play, money, "credit", account_id=customer.account_id)
    await stands(play, money, "Credited")
    await documented(play, customer, notes=1, advances=1)


async def is_seen_by_mistake(play: Play) -> None:
    """A transfer that an operator records was never there, and is taken back; the customer cancels."""
    customer, order = await play.buyer(_TRANSFER)
    order_id = names.order_id(order.order_id)
    reference = await record_transfer(play, order_id, order.quote.totals.gross.minor // 2)
    [entry_id] = await waiting(play)
    withdrawing = payments_pb2.WithdrawBankTransferRequest(
        request_id=str(uuid4()), payment_request_id=(await payment_of(play, order.order_id)).payment_request_id,
        bank_reference=reference, steering=STEERING,
    )  # fmt: skip
    await play.operator.payments.WithdrawBankTransfer(withdrawing)
    await stands(play, names.money_id(entry_id), "Withdrawn")
    await customer.cancel(order.order_id)
    await play.order_when(customer, order.order_id, lambda it: it.state == ordering_pb2.ORDER_STATE_CANCELLED)
    await documented(play, customer)


async def adds_too_many(play: Play) -> None:
    """Adds mailboxes to a year's contract and withdraws from the addition alone."""
    customer, first = await play.buyer(_ONLINE)
    await pay_order(play, customer, first.order_id)
    await play.fulfilled(customer, first.order_id)
    quote = await customer.quote(common.CUSTOMER_KIND_PRIVATE, common.BILLING_PERIOD_ANNUAL, _ADDED)
    placed = await customer.place_order(quote, _ONLINE)
    added = await play.order_when(customer, placed.order_id, lambda it: bool(it.proforma_number))
    payment = await payment_of(play, added.order_id)
    await pay_by_link(play, customer, payment.payment_request_id, added.proforma_number)
    await play.fulfilled(customer, added.order_id)
    assert (await customer.allowance()).max_mailboxes == 1 + _ADDED
    await customer.withdraw(added.order_id)
    await stands(play, names.withdrawal_id(added.order_id), "Done")
    assert (await customer.allowance()).max_mailboxes == 1
    await documented(play, customer, "Conferma del tuo ordine", invoices=2, notes=1)


async def _asked(play: Play, customer: Customer, *before: payments_pb2.Refund) -> payments_pb2.Refund:
    """The customer's refund that was asked for after those."""
    known = {each.refund_id for each in before}

    async def look() -> payments_pb2.Refund | None:
        new = [each for each in await refunds(play, customer) if each.refund_id not in known]
        return new[0] if new else None

    return await until(look, "the refund")


async def _refund_is(
    play: Play, customer: Customer, refund: payments_pb2.Refund, state: payments_pb2.RefundState
) -> None:
    async def look() -> bool | None:
        found = {each.refund_id: each.state for each in await refunds(play, customer)}
        return found[refund.refund_id] == state or None

    await until(look, f"the refund in state {payments_pb2.RefundState.Name(state)}")


REFUNDS = (withdraws_in_between, is_refunded_again, pays_only_a_part, is_seen_by_mistake, adds_too_many)
