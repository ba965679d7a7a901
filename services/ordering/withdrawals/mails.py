"""What ordering writes to a consumer who has withdrawn: the receipt on a durable medium, which is kept.

Directive 2011/83, art. 11a(4): it holds the statement with the day and the time at which it was sent.
"""

from datetime import date

from casella.common.v1 import common_pb2
from services.kit.outbox import Mail
from services.kit.wire import from_language
from services.ordering.orders.rows import OrderRow
from services.ordering.withdrawals.consequences import Sums, consequences
from services.ordering.withdrawals.rows import WaitingMoney, WithdrawalRow


class WithdrawalMails:
    """Makes the emails; who calls puts them into the outbox."""

    def __init__(self, public_url: str) -> None:
        """Take the address of the pages."""
        self._panel_url = f"{public_url}/subscription"

    def receipt(self, withdrawal: WithdrawalRow, order: OrderRow, sums: Sums, recipient: common_pb2.Recipient) -> Mail:
        """The receipt: one a withdrawal."""
        params = {
            "order_id": str(order.order_id),
            "placed_at": order.placed_at,
            "statement": withdrawal.statement,
            "noticed_at": withdrawal.noticed_at,
            "noticed_on": withdrawal.noticed_on,
            "recorded": withdrawal.recorded,
            "consequences": consequences(sums, from_language(recipient.language)),
            "refunds": bool(sums.refund),
            "paid": sums.bought,
            "panel_url": self._panel_url,
        }
        return Mail.to_recipient(
            recipient, key=f"withdrawal_receipt:{order.order_id}", template="withdrawal_receipt", params=params,
            subject_id=order.account_id,
        )  # fmt: skip

    def money(
        self, withdrawal: WithdrawalRow, money: WaitingMoney, refund_by: date, recipient: common_pb2.Recipient
    ) -> Mail:
        """That money which came after the receipt goes back: what, why, where to and by when; one for each entry."""
        params = {
            "order_id": str(withdrawal.order_id),
            "noticed_on": withdrawal.noticed_on,
            "received": money.amount,
            "came_on": money.came_on,
            "by_card_or_paypal": money.by_card_or_paypal,
            "iban_end": money.iban_end,
            "refund_by": refund_by,
        }
        return Mail.to_recipient(
            recipient, key=f"withdrawn_money:{money.entry_id}", template="withdrawn_money", params=params,
            subject_id=withdrawal.account_id,
        )  # fmt: skip
