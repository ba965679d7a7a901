"""How withdrawals look in protobuf."""

from casella.ordering.v1 import ordering_pb2
from services.kit.wire import to_date, to_duration, to_language, to_money, to_timestamp
from services.ordering.domain.withdrawal import LABELS, is_near
from services.ordering.enums import GROUNDS, REFUSALS, STATES, WITHDRAWAL_NEXTS
from services.ordering.profiles.wire import party_message
from services.ordering.subscriptions.wire import subscription_message
from services.ordering.texts import LANGUAGES
from services.ordering.wire import item_message
from services.ordering.withdrawals.advancing import Advanced
from services.ordering.withdrawals.consequences import consequences
from services.ordering.withdrawals.rows import RefundRow, WithdrawalRow, WithdrawalState
from services.ordering.withdrawals.service import Found, Offer
from services.ordering.withdrawals.statements import name_of, statement, statement_hash, why

_STATES = {
    WithdrawalState.NOTICED: ordering_pb2.WITHDRAWAL_STATE_NOTICED,
    WithdrawalState.REFUNDING: ordering_pb2.WITHDRAWAL_STATE_REFUNDING,
    WithdrawalState.CLOSING: ordering_pb2.WITHDRAWAL_STATE_CLOSING,
    WithdrawalState.DONE: ordering_pb2.WITHDRAWAL_STATE_DONE,
}


def found_message(found: Found) -> ordering_pb2.GetWithdrawalResponse:
    """Whether the consumer may withdraw, and the withdrawal made."""
    return ordering_pb2.GetWithdrawalResponse(
        refusal=REFUSALS[found.refusal] if found.refusal else ordering_pb2.WITHDRAWAL_REFUSAL_UNSPECIFIED,
        offer=_offer(found.offer) if found.offer else None,
        withdrawal=withdrawal_message(found.withdrawal) if found.withdrawal else None,
    )


def withdrawal_message(withdrawal: WithdrawalRow) -> ordering_pb2.Withdrawal:
    """A withdrawal with its refunds."""
    message = ordering_pb2.Withdrawal(
        order_id=str(withdrawal.order_id),
        account_id=str(withdrawal.account_id),
        state=_STATES[withdrawal.state],
        noticed_at=to_timestamp(withdrawal.noticed_at),
        noticed_on=to_date(withdrawal.noticed_on),
        recorded_by_operator=withdrawal.recorded,
        refund_by=to_date(withdrawal.refund_by),
        ground=GROUNDS[withdrawal.ground],
        refunds=[_refund(each) for each in withdrawal.refunds],
    )
    for name in ("receipt_at", "ended_at"):
        instant = getattr(withdrawal, name)
        if instant is not None:
            getattr(message, name).CopyFrom(to_timestamp(instant))
    return message


def advanced_message(advanced: Advanced) -> ordering_pb2.AdvanceWithdrawalResponse:
    """What comes next on a withdrawal."""
    step = advanced.step
    return ordering_pb2.AdvanceWithdrawalResponse(
        withdrawal=withdrawal_message(advanced.withdrawal),
        next=WITHDRAWAL_NEXTS[step.next],
        wait=to_duration(advanced.wait) if advanced.wait is not None else None,
        due=step.due,
        due_at=to_timestamp(step.due_at) if step.due_at is not None else None,
        subscription=subscription_message(advanced.subscription) if advanced.subscription else None,
        order_state=STATES[advanced.order.state],
        added_items=map(item_message, advanced.order.quote.items) if advanced.order.quote.addition else (),
        refund_late_at=to_timestamp(advanced.late_at),
        refund_late_in=to_duration(advanced.late_in),
        refund_near=is_near(advanced.late_in),
    )


def _offer(offer: Offer) -> ordering_pb2.WithdrawalOffer:
    sums, party = offer.sums, party_message(offer.order.party)
    return ordering_pb2.WithdrawalOffer(
        order_id=str(offer.order.order_id),
        until=to_timestamp(offer.basis.until),
        name=name_of(offer.order.party.profile),
        address=party.address,
        email=offer.email,
        paid=to_money(sums.paid),
        owed=to_money(sums.owed),
        refund=to_money(sums.refund),
        refund_by=to_date(sums.refund_by) if sums.refund else None,
        days_owed=sums.days,
        days_of_term=sums.term,
        pages=[_page(offer, language) for language in LANGUAGES],
        ground=GROUNDS[offer.basis.ground],
    )


def _page(offer: Offer, language: str) -> ordering_pb2.WithdrawalPage:
    withdraw, confirm = LABELS[language]
    text = statement(offer.order, offer.basis, language)
    return ordering_pb2.WithdrawalPage(
        language=to_language(language),
        withdraw_label=withdraw,
        confirm_label=confirm,
        statement=text,
        statement_hash=statement_hash(text),
        consequences=f"{why(offer.basis, language)}{consequences(offer.sums, language)}",
    )


def _refund(refund: RefundRow) -> ordering_pb2.WithdrawalRefund:
    payment = refund.payment
    message = ordering_pb2.WithdrawalRefund(
        refund_id=str(refund.refund_id),
        order_id="" if payment.is_period or payment.is_money else str(payment.key),
        money_entry_id=str(payment.key) if payment.is_money else "",
        invoice_id=str(payment.invoice_id or ""),
        period_id=str(payment.key) if payment.is_period else "",
        paid=to_money(payment.paid),
        owed=to_money(payment.owed),
        amount=to_money(payment.refund),
        remitted=to_money(payment.remitted),
        refunded_at=to_timestamp(refund.refunded_at) if refund.refunded_at else None,
        credit_note_id=str(refund.credit_note_id or ""),
        credit_id="" if payment.is_money else str(refund.credit_id),
        made_outside=refund.made_outside,
        credit_waived=refund.credit_waived,
        settled_otherwise=refund.settled_otherwise,
        refund_by=to_date(refund.refund_by),
    )
    if payment.served is not None:
        message.served_from.CopyFrom(to_date(payment.served.days.first))
        message.served_to.CopyFrom(to_date(payment.served.days.last))
        message.days_of_term = payment.served.days_of_term
    return message
