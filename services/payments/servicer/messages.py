"""How a payment request, the operator's queue and the ledger look on the wire."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from casella.common.v1 import common_pb2
from casella.payments.v1 import payments_pb2
from services.kit.calendar import rome_date
from services.kit.cause_fields import order_id_of, period_of
from services.kit.clock import Clock
from services.kit.enums import EnumTable
from services.kit.money import Money
from services.kit.wire import to_date, to_duration, to_money, to_timestamp
from services.payments.domain.disputes import Dispute
from services.payments.domain.matching import QueueReason
from services.payments.domain.money_emails import CreditEmail, MoneyEmail
from services.payments.domain.pay_links import PayLinks
from services.payments.domain.payment_requests import (
    AttemptState,
    ChargeRefusal,
    CloseReason,
    Debit,
    Method,
    PaymentRequest,
    RequestState,
)
from services.payments.domain.receipts import Advance, MoneyEntry, Settlement, Source
from services.payments.domain.refunds import TRANSFERS, Means, Plan, Received
from services.payments.domain.transfer import BankAccount, epc_payload
from services.payments.service.statements import IgnoredDebit
from services.payments.servicer.dispute_messages import dispute_message
from services.payments.servicer.ledger_messages import unconfirmed_transfer
from services.payments.store.recorded import RecordedTransfer

STATES = {
    RequestState.OPEN: payments_pb2.PAYMENT_REQUEST_STATE_OPEN,
    RequestState.PAID: payments_pb2.PAYMENT_REQUEST_STATE_PAID,
    RequestState.CLOSED: payments_pb2.PAYMENT_REQUEST_STATE_CLOSED,
}
METHODS = EnumTable(
    {
        Method.BANK_TRANSFER: common_pb2.PAYMENT_METHOD_BANK_TRANSFER,
        Method.ONLINE: common_pb2.PAYMENT_METHOD_ONLINE,
        Method.AUTOMATIC_DEBIT: common_pb2.PAYMENT_METHOD_AUTOMATIC_DEBIT,
    }
)
REFUSALS = EnumTable(
    {
        ChargeRefusal.AUTHENTICATION: payments_pb2.CHARGE_REFUSAL_AUTHENTICATION,
        ChargeRefusal.MANDATE_GONE: payments_pb2.CHARGE_REFUSAL_MANDATE_GONE,
        ChargeRefusal.DECLINED: payments_pb2.CHARGE_REFUSAL_DECLINED,
        ChargeRefusal.NO_ANSWER: payments_pb2.CHARGE_REFUSAL_NO_ANSWER,
    }
)
CLOSE_REASONS = EnumTable(
    {
        CloseReason.EXPIRED: payments_pb2.CLOSE_REASON_EXPIRED,
        CloseReason.CANCELLED: payments_pb2.CLOSE_REASON_CANCELLED,
    }
)
QUEUE_REASONS = {
    QueueReason.SHORT: payments_pb2.MONEY_ENTRY_REASON_SHORT,
    QueueReason.OVER: payments_pb2.MONEY_ENTRY_REASON_OVER,
    QueueReason.LATE: payments_pb2.MONEY_ENTRY_REASON_LATE,
    QueueReason.TWICE: payments_pb2.MONEY_ENTRY_REASON_TWICE,
    QueueReason.UNKNOWN: payments_pb2.MONEY_ENTRY_REASON_UNKNOWN,
    QueueReason.WRONG_CURRENCY: payments_pb2.MONEY_ENTRY_REASON_CURRENCY,
    QueueReason.UNDATED: payments_pb2.MONEY_ENTRY_REASON_UNDATED,
    QueueReason.DATE: payments_pb2.MONEY_ENTRY_REASON_DATE,
    QueueReason.REVERSED: payments_pb2.MONEY_ENTRY_REASON_REVERSED,
    QueueReason.DISPUTED: payments_pb2.MONEY_ENTRY_REASON_DISPUTED,
    QueueReason.AMOUNT_DIFFERS: payments_pb2.MONEY_ENTRY_REASON_AMOUNT_DIFFERS,
}
SOURCES = {
    Source.BANK: payments_pb2.MONEY_SOURCE_BANK,
    Source.STRIPE: payments_pb2.MONEY_SOURCE_STRIPE,
    Source.ANNOUNCED: payments_pb2.MONEY_SOURCE_ANNOUNCED,
}
SETTLEMENTS = {
    Settlement.ASSIGNED: payments_pb2.MONEY_SETTLEMENT_ASSIGNED,
    Settlement.CREDITED: payments_pb2.MONEY_SETTLEMENT_CREDITED,
    Settlement.REFUNDED: payments_pb2.MONEY_SETTLEMENT_REFUNDED,
    Settlement.SET_ASIDE: payments_pb2.MONEY_SETTLEMENT_SET_ASIDE,
    Settlement.WITHDRAWN: payments_pb2.MONEY_SETTLEMENT_WITHDRAWN,
    Settlement.KEPT: payments_pb2.MONEY_SETTLEMENT_KEPT,
    Settlement.CREDIT_NOTE: payments_pb2.MONEY_SETTLEMENT_CREDIT_NOTE,
    Settlement.TAKEN_BACK: payments_pb2.MONEY_SETTLEMENT_TAKEN_BACK,
    Settlement.PAYOUT: payments_pb2.MONEY_SETTLEMENT_PAYOUT,
}


class Messages:
    """Turns this room's rows into messages."""

    def __init__(self, account: BankAccount, links: PayLinks, clock: Clock) -> None:
        """Take the bank account and the links that a request's message carries, and the clock by which others wait."""
        self._account = account
        self._links = links
        self._clock = clock

    def payment_request(self, request: PaymentRequest) -> payments_pb2.PaymentRequest:
        """A payment request, with how to pay it by the method chosen."""
        message = without_ways_to_pay(request)
        if not request.amount:
            return message  # account credit covers it
        if request.debit is not None:
            message.debit.CopyFrom(_debit(request.debit, self._clock.now()))
        if request.method.by_link:
            message.pay_url = self._links.url(request.request_id)
        else:
            message.transfer.CopyFrom(self._transfer(request, request.amount))
        return message

    def money_entry(self, entry: MoneyEntry, unconfirmed: Sequence[RecordedTransfer] = ()) -> payments_pb2.MoneyEntry:
        """An entry of the operator's queue, with the records by hand that it may confirm."""
        message = payments_pb2.MoneyEntry(
            money_entry_id=str(entry.entry_id),
            reason=QUEUE_REASONS[entry.reason],
            amount=to_money(entry.amount),
            source=entry.source,
            money_source=SOURCES[entry.source],
            source_reference=entry.shown_reference,
            remittance=entry.remittance,
            payer_name=entry.payer_name,
            suggestions=[str(suggestion) for suggestion in entry.suggestions],
            created_at=to_timestamp(entry.created_at),
            unconfirmed=map(unconfirmed_transfer, unconfirmed),
            payer_iban=entry.payer_iban,
            names_only_paid=entry.names_only_paid,
            named=[str(request_id) for request_id in entry.named],
            taken_back_by=str(entry.taken_back_by or ""),
            takes_back=str(entry.takes_back or ""),
            lowers_no_credit=entry.lowers_no_credit,
            perhaps_told_twice=entry.told_twice,
            arrived=entry.arrived,
            perhaps_gone_back_by=entry.perhaps_gone_back_by,
        )
        if entry.available_on is not None:
            message.available_on.CopyFrom(to_date(entry.available_on))
        if entry.recorded is not None:
            message.recorded_amount.CopyFrom(to_money(entry.recorded))
        if entry.dispute is not None:
            message.dispute.CopyFrom(self.dispute(entry.dispute))
        if entry.invoice_by is not None:
            message.invoice_by.CopyFrom(to_date(entry.invoice_by))
        if entry.settled_at is not None and entry.settled_as is not None:
            message.settled_at.CopyFrom(to_timestamp(entry.settled_at))
            message.settlement = SETTLEMENTS[entry.settled_as]
            message.settled_to = str(entry.settled_to or "")
        if entry.advance is not None:
            message.advance.CopyFrom(_advance(entry.advance, self._clock.now()))
        return message

    def rest(self, request: PaymentRequest, missing: Money) -> payments_pb2.Rest:
        """What is still missing of a request, with how to transfer just that."""
        return payments_pb2.Rest(missing=to_money(missing), transfer=self._transfer(request, missing))

    def dispute(self, dispute: Dispute) -> payments_pb2.Dispute:
        """A dispute as it stands now."""
        message = dispute_message(dispute, self._clock.now())
        if dispute.settled_as:
            message.settlement = SETTLEMENTS[Settlement(dispute.settled_as)]
        return message

    def _transfer(self, request: PaymentRequest, amount: Money) -> payments_pb2.TransferInstructions:
        return payments_pb2.TransferInstructions(
            holder=self._account.holder,
            iban=self._account.iban,
            bic=self._account.bic,
            reference=request.reference.value,
            epc_payload=epc_payload(self._account, request.reference, amount.minor),
        )


def received(request: PaymentRequest, came: Sequence[Received]) -> list[payments_pb2.ReceivedMoney]:
    """The money that paid a request, by its means: what came through Stripe by the request's way, where it has one."""
    sums: dict[bool, Money] = {}
    for each in came:
        if each.source is not None:
            by_transfer = each.source in TRANSFERS
            sums[by_transfer] = sums.get(by_transfer, Money(0, each.left.currency)) + each.left
    return [
        _by_one_means(request, amount, by_transfer=by_transfer)
        for by_transfer, amount in sorted(sums.items(), reverse=True)
        if amount
    ]


def refundable_money(request: PaymentRequest, most: Plan) -> payments_pb2.ReceivedMoney | None:
    """What one refund of a request gives back as money at the most; None where that is nothing."""
    by_transfer = most.means is Means.BANK_TRANSFER
    return _by_one_means(request, most.money, by_transfer=by_transfer) if most.money else None


def _by_one_means(request: PaymentRequest, amount: Money, *, by_transfer: bool) -> payments_pb2.ReceivedMoney:
    by_link = METHODS[request.method if request.method.by_link else Method.ONLINE]
    return payments_pb2.ReceivedMoney(
        method=METHODS[Method.BANK_TRANSFER] if by_transfer else by_link,
        amount=to_money(amount),
        reference=request.reference.value if by_transfer else "",
    )


def money_email(due: MoneyEmail | CreditEmail) -> payments_pb2.MoneyEmail:
    """An email that is due about money that pays nothing by itself."""
    if isinstance(due, CreditEmail):
        return payments_pb2.MoneyEmail(credited=to_money(due.credited), credited_account_id=str(due.account_id))
    missing = None if due.missing is None else to_money(due.missing)
    gone = None if due.taken_back is None else to_money(due.taken_back)
    return payments_pb2.MoneyEmail(payment_request_id=str(due.request.request_id), missing=missing, taken_back=gone)


def _advance(advance: Advance, now: datetime) -> payments_pb2.Advance:
    message = payments_pb2.Advance(payment_request_id=str(advance.request_id), due_at=to_timestamp(advance.due_at))
    if advance.decided_at is None or advance.amount is None:
        message.wait.CopyFrom(to_duration(max(advance.due_at - now, timedelta())))
        return message
    message.decided_at.CopyFrom(to_timestamp(advance.decided_at))
    message.amount.CopyFrom(to_money(advance.amount))
    if advance.credited_at is not None:
        message.credited_at.CopyFrom(to_timestamp(advance.credited_at))
    return message


def _debit(debit: Debit, now: datetime) -> payments_pb2.Debit:
    message = payments_pb2.Debit(
        charge_on=to_date(debit.charge_on),
        declined=debit.declined,
        email_due=debit.email_due,
        mandate_active=debit.mandate_active,
    )
    if debit.charge_at is not None:
        message.charge_at.CopyFrom(to_timestamp(debit.charge_at))
        message.wait.CopyFrom(to_duration(max(debit.charge_at - now, timedelta())))
    if debit.refusal is not None and debit.refused_at is not None:
        message.refusal = REFUSALS[debit.refusal]
        message.refused_at.CopyFrom(to_timestamp(debit.refused_at))
    return message


def without_ways_to_pay(request: PaymentRequest) -> payments_pb2.PaymentRequest:
    """A payment request as a list tells it: its link would open the payment to whoever reads the list."""
    message = payments_pb2.PaymentRequest(
        payment_request_id=str(request.request_id),
        order_id=order_id_of(request.cause),
        period=period_of(request.cause),
        account_id=str(request.account_id),
        amount=to_money(request.amount),
        total=to_money(request.total),
        credit_used=to_money(request.credit),
        method=METHODS[request.method],
        state=STATES[request.state],
        proforma_number=request.proforma_number or "",
        processing=request.live is not None and request.live.state is AttemptState.PROCESSING,
        created_on=to_date(rome_date(request.created_at)),
    )
    if request.paid_at is not None:
        message.paid_at.CopyFrom(to_timestamp(request.paid_at))
    if request.available_on is not None:
        message.available_on.CopyFrom(to_date(request.available_on))
    if request.closed_at is not None and request.close_reason is not None:
        message.closed_at.CopyFrom(to_timestamp(request.closed_at))
        message.close_reason = CLOSE_REASONS[request.close_reason]
    return message


def ignored_debit(debit: IgnoredDebit) -> payments_pb2.IgnoredDebit:
    """A debit that an import passed over."""
    message = payments_pb2.IgnoredDebit(reference=debit.reference, amount=to_money(debit.amount), text=debit.text)
    if debit.booked_on is not None:
        message.booked_on.CopyFrom(to_date(debit.booked_on))
    return message
