"""A refund as it is asked for, which of those there are it is, and the one that pays out what it has made credit."""

from dataclasses import dataclass
from uuid import UUID

from services.kit.audit import AuditEntry
from services.kit.ids import derive
from services.kit.money import Money
from services.payments.domain.refunds import Means, Received, Refund


@dataclass(frozen=True, slots=True)
class RefundWish:
    """A refund as it is asked for; exactly one of the first three after the id is set.

    Attributes:
        refund_id: Chosen by the caller.
        request_id: The payment request whose money goes back.
        entry_id: The money entry that is refunded.
        credit_of: The account whose credit is paid out.
        amount: How much; None for the whole of an entry.
        reason_code: Why.
        withdrawal_order_id: Whose workflow is told; then nothing of it stays credit.
        iban: Where an operator wants it transferred to; empty for where it came from.
        holder: Of that account.
        by: The operator who asks and why; None where a workflow asks by itself.
        as_credit: All of it becomes the account's credit, by whatever means the money came.
        by_provider: The payments by card or PayPal to which credit goes back that had come so.
        accept_taken_back: An entry goes back although other money of what it names was taken back.
    """

    refund_id: UUID
    request_id: UUID | None
    entry_id: UUID | None
    credit_of: UUID | None
    amount: Money | None
    reason_code: str
    withdrawal_order_id: UUID | None
    iban: str
    holder: str
    by: AuditEntry | None
    as_credit: bool = False
    by_provider: tuple[Received, ...] = ()
    accept_taken_back: bool = False

    @property
    def gives_money(self) -> bool:
        """Whether nothing of it may stay credit."""
        return self.withdrawal_order_id is not None and not self.as_credit

    def is_of(self, refund: Refund) -> bool:
        """Whether a refund of this id was asked for in these words; an account given later does not count."""
        of_credit = None if refund.request_id or refund.entry_id else refund.account_id
        asked = (refund.request_id, refund.entry_id, of_credit, refund.reason_code, refund.withdrawal_order_id)
        if self.as_credit and refund.means is not Means.ACCOUNT_CREDIT:
            return False
        return self.amount in {None, refund.amount} and asked == (
            self.request_id, self.entry_id, self.credit_of, self.reason_code, self.withdrawal_order_id
        )  # fmt: skip

    def payout_of(self, refund: Refund, to: tuple[Received, ...]) -> "RefundWish":
        """The refund of what this one, as it was written down, has made credit; to which payments what came so."""
        return RefundWish(
            refund_id=payout_id(refund.refund_id),
            request_id=None,
            entry_id=None,
            credit_of=refund.account_id,
            amount=refund.credited,
            reason_code=self.reason_code,
            withdrawal_order_id=self.withdrawal_order_id,
            iban="",
            holder="",
            by=self.by,
            by_provider=to,
        )


def payout_id(refund_id: UUID) -> UUID:
    """The id of the refund that pays out what another one has made credit."""
    return derive("credit_payout", str(refund_id))
