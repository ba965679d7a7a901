"""What ordering writes to customers: the order's confirmation, payment reminders, and the news of its end.

A consumer reads gross totals only; a business reads net, VAT and gross. The confirmation is the durable medium of
consumer code art. 51(7): it carries what art. 49(1) asks for, the withdrawal form included.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from casella.common.v1 import common_pb2
from services.kit.localized import groups_of_four
from services.kit.money import Money
from services.kit.outbox import Mail
from services.kit.wire import from_language
from services.ordering import texts
from services.ordering.domain.dates import Reminder
from services.ordering.domain.kinds import PaymentMethod
from services.ordering.domain.states import OrderEmail
from services.ordering.domain.tax import TaxTreatment
from services.ordering.orders.rows import OrderRow
from services.ordering.tax_texts import without_vat

_REMINDER = "payment_reminder"


@dataclass(frozen=True, slots=True)
class PaymentHints:
    """How to pay, for a reminder: account and RF reference of a bank transfer, or the link for paying online.

    Attributes:
        holder: The account's holder; payers' banks compare it.
        to_pay: What must come as money, without the account credit that is used; None where that is the total.
        rest: What is left of that once a part has come, to be paid by bank transfer or the link; None where no
            part has, or nobody is asked for a rest.
        end_held: Whether money that waits for an operator, however little, keeps a subscription from closing.
        older_rest: The rest of the older period that has suspended sending; None as there.
        older_end_held: Whether money that names that older period waits.
    """

    iban: str
    reference: str
    pay_url: str
    holder: str = ""
    bic: str = ""
    to_pay: Money | None = None
    rest: Money | None = None
    end_held: bool = False
    older_rest: Money | None = None
    older_end_held: bool = False

    @property
    def transfer(self) -> dict[str, str]:
        """The details of a bank transfer, as kit's part of emails names them."""
        return {
            "holder": self.holder,
            "iban": groups_of_four(self.iban),
            "bic": self.bic,
            "reference": groups_of_four(self.reference),
        }


class Mails:
    """Makes the emails; who calls puts them into the outbox."""

    def __init__(self, identity: Callable[[str], Sequence[str]], public_url: str) -> None:
        """Take who the customer contracts with, line by line in a language, and the address of the pages."""
        self._identity = identity
        self._panel_url = f"{public_url}/orders"

    def of_order(
        self, order: OrderRow, email: OrderEmail, recipient: common_pb2.Recipient, held: Sequence[Money]
    ) -> Mail:
        """One of the order's emails that is sent once a kind; the news of its end tells of money held."""
        params = {**self._contract(order, from_language(recipient.language)), "held": list(held)}
        return self._mail(order, f"{email}:{order.order_id}", email, recipient, params)

    def reminder(
        self, order: OrderRow, reminder: Reminder, recipient: common_pb2.Recipient, hints: PaymentHints
    ) -> Mail:
        """A payment reminder, once for each of its days."""
        params = {
            **hints.transfer,
            "pay_url": hints.pay_url,
            **({"gross": hints.to_pay} if hints.to_pay else {}),
        }
        key = f"{_REMINDER}_{reminder.days}:{order.order_id}"
        return self._mail(order, key, _REMINDER, recipient, params, secret_params=("pay_url",))

    def _mail(
        self, order: OrderRow, key: str, template: str, recipient: common_pb2.Recipient, params: dict[str, Any],
        secret_params: Sequence[str] = (),
    ) -> Mail:  # fmt: skip
        totals = order.totals or order.quote.totals
        if_charged = order.quote.totals_if_charged
        treatment = order.tax_treatment or order.quote.tax.treatment
        common = {
            "order_id": str(order.order_id),
            "placed_at": order.placed_at,
            "consumer": order.party.profile.consumer,
            "net": totals.net,
            "vat": totals.vat,
            "vat_rate": order.quote.rate_of(treatment).removesuffix(".00"),
            "gross": totals.gross,
            "taxed": treatment is TaxTreatment.DOMESTIC,
            "gross_with_vat": if_charged.gross if if_charged else None,
            "vat_id": order.quote.tax.vat_id,
            "outside_eu": order.quote.tax.treatment is TaxTreatment.OUTSIDE_EU,
            "proforma_number": order.proforma_number,
            "expires_at": order.expires_at,
            "transfer": order.payment_method.by_transfer,
            "debit": order.payment_method is PaymentMethod.AUTOMATIC_DEBIT,
            "panel_url": self._panel_url,
        }
        return Mail.to_recipient(
            recipient, key=key, template=template, params={**common, **params}, subject_id=order.account_id,
            secret_params=secret_params,
        )  # fmt: skip

    def _contract(self, order: OrderRow, language: str) -> dict[str, Any]:
        quote = order.quote
        treatment = order.tax_treatment or quote.tax.treatment
        return {
            "lines": [
                {
                    "text": line.text_it if language == "it" else line.text_en,
                    "quantity": line.quantity,
                    "net": Money(line.net_minor, quote.currency),
                }
                for line in quote.lines_of(treatment)
            ],
            "tax_note": without_vat(treatment, language),
            "annual": quote.billing.months > 1,
            "addition_until": quote.addition.days.last if quote.addition else None,
            "withdrawal_until": order.withdrawal_until,
            "withdrawal_information": texts.WITHDRAWAL_INFORMATION[language],
            "start_at_once": order.start_at_once,
            "terms_hash": order.terms_hash,
            "identity": list(self._identity(language)),
        }
