"""A private person who withdraws from the contract on the fourth day: refund, credit note, closing days, purge."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from casella.common.v1 import common_pb2 as common
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from deploy.local.demo import buying, paying, people
from deploy.local.demo.checking_rows import check_nothing_is_left
from deploy.local.demo.closing import purge_is_proved
from deploy.local.demo.stage import Stage, until
from deploy.local.demo.story import Expected, Pause, Results, Story
from deploy.local.demo.tale import Tale, money
from deploy.local.demo.trying import begin_trial, see, use_trial
from services.kit.wire import from_date, from_timestamp
from workflows import names

_DAYS_UNTIL_THE_WITHDRAWAL = 3
_A_MOMENT = timedelta(hours=1)


async def _play(stage: Stage, tale: Tale) -> AsyncIterator[Pause]:
    customer = tale.customer
    await begin_trial(stage, tale)
    await use_trial(stage, tale, "giulia")
    await customer.save_profile(people.private_person(customer.first_name, customer.last_name))
    quote = await customer.quote(common.CUSTOMER_KIND_PRIVATE, common.BILLING_PERIOD_ANNUAL, 1)
    await buying.order(stage, tale, quote, common.PAYMENT_METHOD_ONLINE)
    await paying.pay_online(stage.site.url("gateway"), await buying.proforma_email(stage, tale))
    await buying.see_it_through(stage, tale)
    yield Pause(stage.in_days(_DAYS_UNTIL_THE_WITHDRAWAL))
    await _withdraws(stage, tale)
    await _is_refunded(stage, tale)
    asked = ordering_pb2.GetSubscriptionRequest(account_id=customer.account_id)
    ended = (await stage.operator.ordering.GetSubscription(asked)).subscription
    yield Pause(from_timestamp(ended.purge_at) + _A_MOMENT)
    await purge_is_proved(stage, tale)


async def _withdraws(stage: Stage, tale: Tale) -> None:
    customer, order_id = tale.customer, tale.ids["order"]
    offer = (await customer.withdrawal(order_id)).offer
    page = next(each for each in offer.pages if each.language == customer.language)
    stage.tell(f"presses «{page.withdraw_label}»: {page.consequences}")
    await customer.withdraw(order_id)
    owed, paid = money(offer.owed), money(offer.paid)
    stage.tell(
        f"and «{page.confirm_label}»: {owed} of {paid} are owed for {offer.days_owed} of {offer.days_of_term} days"
    )
    see(stage, tale, "Withdrawal", names.withdrawal_id(order_id))


async def _is_refunded(stage: Stage, tale: Tale) -> None:
    async def closing() -> ordering_pb2.Withdrawal | None:
        found = await _withdrawal(stage, tale.ids["order"])
        return found if found.state == ordering_pb2.WITHDRAWAL_STATE_CLOSING else None

    withdrawal = await until(closing, "the refund and the credit note")
    (refund,) = withdrawal.refunds
    tale.ids["credit_note"] = refund.credit_note_id
    tale.became("contract", "WITHDRAWN", from_timestamp(withdrawal.noticed_at))
    tale.became("refund", "DONE", from_timestamp(refund.refunded_at))
    note = await buying.document(stage, refund.credit_note_id)
    tale.ids["credit_note_number"] = note.number
    last = from_date(withdrawal.refund_by)
    stage.tell(
        f"{money(refund.amount)} went back to the card (until {last:%d %b} there was time): credit note {note.number}"
    )
    await buying.e_invoice_ends(stage, tale, refund.credit_note_id)


async def _withdrawal(stage: Stage, order_id: str) -> ordering_pb2.Withdrawal:
    asked = ordering_pb2.GetWithdrawalRequest(order_id=order_id)
    return (await stage.operator.ordering.GetWithdrawal(asked)).withdrawal


async def _check(stage: Stage, customer: dict[str, Any]) -> Results:
    withdrawal = await _withdrawal(stage, customer["ids"]["order"])
    yield withdrawal.state == ordering_pb2.WITHDRAWAL_STATE_DONE, "nothing is left to be done of the withdrawal"
    (refund,) = withdrawal.refunds
    yield (
        refund.amount.minor == refund.paid.minor - refund.owed.minor > 0,
        "refunded is what was paid less what is owed",
    )
    note = await buying.document(stage, refund.credit_note_id)
    yield note.kind == invoicing_pb2.DOCUMENT_KIND_CREDIT_NOTE, f"{note.number} is a credit note"
    yield note.totals.gross == refund.amount, "the credit note is on the amount that was refunded"
    yield note.credit.invoice_number == customer["ids"]["invoice_number"], "and names the invoice"
    async for result in check_nothing_is_left(stage, customer):
        yield result


async def _expects(_: Stage, customer: dict[str, Any]) -> Expected:
    later = ["Abbiamo ricevuto il tuo recesso", f"Nota di credito {customer['ids']['credit_note_number']}"]
    return Expected([*buying.subjects(customer), *later], proformas=1, invoices=1, credit_notes=1)


STORY = Story(
    "giulia", "Giulia Bianchi", "private person: orders by card and withdraws on the fourth day",
    "Giulia", "Bianchi", common.LANGUAGE_IT, _play, _check, _expects,
)  # fmt: skip
