"""Whether what waits at payments is money, and how ordering is told of it, which knows of withdrawn contracts.

Histories get it without from where it came and whom to write to: that activities add (`with_payer`).
"""

from collections.abc import Iterable

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2

TAKES_BACK = (payments_pb2.MONEY_ENTRY_REASON_REVERSED, payments_pb2.MONEY_ENTRY_REASON_DISPUTED)
"""Why an entry is no money that came, but money that was taken back: it pays nothing, and nothing of it is refunded."""
_SHOWN_OF_IBAN = 4
"""Characters by which its holder knows an account; payments shows customers as many."""


def has_arrived(entry: payments_pb2.MoneyEntry) -> bool:
    """Whether bank or provider tell of money; answers from before payments said so know of records by hand only."""
    return entry.arrived or entry.money_source != payments_pb2.MONEY_SOURCE_ANNOUNCED


def may_be_payout(entry: payments_pb2.MoneyEntry) -> bool:
    """Whether it may be money that the payment provider paid out: it came by the bank and is for no payment request."""
    gone = entry.reason in TAKES_BACK or entry.taken_back_by
    return entry.money_source == payments_pb2.MONEY_SOURCE_BANK and not gone and not entry.named


def waiting_money(
    entry: payments_pb2.MoneyEntry, requests: Iterable[payments_pb2.PaymentRequest]
) -> ordering_pb2.WaitingMoney:
    """An entry of the queue, with the orders and periods that it names.

    Args:
        entry: As payments tells it.
        requests: Payment requests, those among them that it names.
    """
    named = [each for each in requests if each.payment_request_id in entry.named]
    return ordering_pb2.WaitingMoney(
        money_entry_id=entry.money_entry_id,
        amount=entry.amount,
        came_on=entry.available_on if entry.HasField("available_on") else None,
        order_ids=[each.order_id for each in named if each.order_id],
        period_ids=[each.period.period_id for each in named if each.HasField("period")],
    )


def with_payer(
    money: ordering_pb2.WaitingMoney, entry: payments_pb2.MoneyEntry, recipient: common_pb2.Recipient
) -> ordering_pb2.WaitingMoney:
    """The same with where it goes back, and who is told: nobody while it may be another transfer, told twice."""
    told = ordering_pb2.WaitingMoney()
    told.CopyFrom(money)
    told.by_card_or_paypal = entry.money_source == payments_pb2.MONEY_SOURCE_STRIPE
    told.iban_end = entry.payer_iban[-_SHOWN_OF_IBAN:]
    if not entry.perhaps_told_twice:
        told.recipient.CopyFrom(recipient)
    return told
