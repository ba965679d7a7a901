"""How the ledger's proof looks on the wire, with the transfers that were recorded by hand."""

from decimal import Decimal
from typing import TypeVar

from casella.payments.v1 import payments_pb2
from services.kit.calendar import rome_date
from services.kit.cause_fields import order_id_of, period_of
from services.kit.causes import Cause, OrderCause, PeriodCause
from services.kit.money import Money
from services.kit.wire import to_date, to_money, to_timestamp
from services.payments.store.ledger import Proof
from services.payments.store.recorded import RecordedTransfer

_ByHand = TypeVar("_ByHand", payments_pb2.UnconfirmedTransfer, payments_pb2.ConfirmedTransfer)


def proof(found: Proof) -> payments_pb2.ProveLedgerResponse:
    """The ledger's proof."""

    def balance(account: str, amount: Money) -> payments_pb2.LedgerBalance:
        return payments_pb2.LedgerBalance(ledger_account=account, balance=to_money(amount))

    return payments_pb2.ProveLedgerResponse(
        balanced=not found.faults,
        transactions=found.transactions,
        balances=[balance(account, amount) for account, amount in found.balances],
        discrepancies=found.faults,
        unconfirmed=map(_sentence, found.unconfirmed),
        unconfirmed_transfers=map(unconfirmed_transfer, found.unconfirmed),
        other_days=map(_confirmed, found.other_days),
        of_earlier_months=found.of_earlier_months,
    )


def unconfirmed_transfer(transfer: RecordedTransfer) -> payments_pb2.UnconfirmedTransfer:
    """One that no statement has told of."""
    message = _by_hand(payments_pb2.UnconfirmedTransfer, transfer)
    message.recorded_at.CopyFrom(to_timestamp(transfer.recorded_at))
    return message


def _confirmed(transfer: RecordedTransfer) -> payments_pb2.ConfirmedTransfer:
    message = _by_hand(payments_pb2.ConfirmedTransfer, transfer)
    if transfer.bank_booked_on is not None:
        message.bank_booked_on.CopyFrom(to_date(transfer.bank_booked_on))
    return message


def _by_hand(message: type[_ByHand], transfer: RecordedTransfer) -> _ByHand:
    """What is told of a transfer that was recorded by hand, whether the bank has told of it or not."""
    return message(
        transfer_id=str(transfer.transfer_id),
        payment_request_id=str(transfer.request_id),
        order_id=order_id_of(transfer.cause),
        period=period_of(transfer.cause),
        proforma_number=transfer.proforma_number,
        bank_reference=transfer.bank_reference,
        amount=to_money(transfer.amount),
        booked_on=to_date(transfer.booked_on),
    )


def _sentence(transfer: RecordedTransfer) -> str:
    amount, day = transfer.amount, rome_date(transfer.recorded_at)
    proforma = f" (proforma {transfer.proforma_number})" if transfer.proforma_number else ""
    return (
        f"transfer {transfer.bank_reference!r} of {Decimal(amount.minor).scaleb(-2)} {amount.currency} for "
        f"{_named(transfer.cause)}{proforma}, recorded by hand on {day}: no statement has told of it"
    )


def _named(cause: Cause) -> str:
    match cause:
        case OrderCause():
            return f"order {cause.order_id}"
        case PeriodCause():
            return f"period {cause.number} of subscription {cause.subscription_id}"
