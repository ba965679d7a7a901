"""How items and totals look in protobuf, of quotes, orders, subscriptions and withdrawals alike."""

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from services.kit.wire import to_money
from services.ordering.domain.items import Item
from services.ordering.domain.quote import QuoteTotals
from services.ordering.enums import SIZES


def item_message(item: Item) -> ordering_pb2.MailboxItem:
    """Mailboxes of one size with their options."""
    return ordering_pb2.MailboxItem(size=SIZES[item.size_gb], quantity=item.quantity, options=item.options)


def totals_message(totals: QuoteTotals) -> common_pb2.Totals:
    """Net, VAT and gross."""
    return common_pb2.Totals(net=to_money(totals.net), vat=to_money(totals.vat), gross=to_money(totals.gross))
