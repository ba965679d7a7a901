"""Decides what a document is: snapshot of the customer, lines, and how they are paid.

Everything that a document says is in these values: its PDF and its XML are pure functions of them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from services.invoicing.domain.advances import DeductedAdvance
from services.invoicing.domain.credits import Credit
from services.invoicing.domain.customers import FIRST_REVISION, Customer, CustomerKind
from services.invoicing.domain.sums import Line, Totals, totals
from services.invoicing.domain.tax import Natura, TaxTreatment
from services.invoicing.domain.transmissions import State
from services.kit.calendar import rome_date
from services.kit.causes import Cause, PeriodCause
from services.kit.money import Money, total
from services.kit.stamp_duty import STAMP_DUTY, STAMP_DUTY_ABOVE

Day = date
"""The type's name where a document's own `date` hides it."""


class DocumentKind(StrEnum):
    """What a document is."""

    PROFORMA = "proforma"
    INVOICE = "invoice"
    ADVANCE_INVOICE = "advance_invoice"
    """Invoice of a part payment, which the final invoice deducts."""
    CREDIT_NOTE = "credit_note"

    @property
    def is_invoice(self) -> bool:
        """Whether it invoices something: a credit note can be issued on it."""
        return self in {DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE}

    @property
    def for_the_sdi(self) -> bool:
        """Whether it is a fiscal document: numbered in the one series of these, and sent to the SdI."""
        return self is not DocumentKind.PROFORMA


class Language(StrEnum):
    """Language of a document and of its email."""

    IT = "it"
    EN = "en"


class PaymentMethod(StrEnum):
    """How a document is paid."""

    BANK_TRANSFER = "bank_transfer"
    ONLINE = "online"
    AUTOMATIC_DEBIT = "automatic_debit"

    @property
    def by_transfer(self) -> bool:
        """Whether the customer is told an account and a reference; otherwise a link leads to a page of the provider."""
        match self:
            case PaymentMethod.BANK_TRANSFER:
                return True
            case PaymentMethod.ONLINE | PaymentMethod.AUTOMATIC_DEBIT:
                return False
            case _:
                assert_never(self)


@dataclass(frozen=True, slots=True)
class Transfer:
    """How to pay by bank transfer. `epc_payload` is the text of the EPC069-12 QR code; empty where none is drawn."""

    holder: str
    iban: str
    bic: str
    reference: str
    epc_payload: str


@dataclass(frozen=True, slots=True)
class RestToPay:
    """What is left to pay after part payments, and how."""

    amount: Money
    transfer: Transfer


@dataclass(frozen=True, slots=True)
class PaidPart:
    """A part of an invoice, in the currency's minor unit, and by which means it was paid.

    `reference` is the transfer's RF reference or the provider's id of the payment; it may be empty.
    """

    method: PaymentMethod
    minor: int
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """How a document is to be paid (proforma, invoice issued unpaid), or was (a credit note says it of its invoice).

    Attributes:
        method: How.
        transfer: Instructions for a transfer; of what is to be paid only.
        payable_until: The last moment at which the order or period can be paid; proformas only, None until they are
            sent.
        reference: RF reference of the transfer or the provider's id of the payment; invoices only.
        proforma_number: The proforma that asked for it; invoices only.
        credit_minor: What account credit covers of it, in the currency's minor unit.
        due_on: The last day for paying an invoice that is issued unpaid; None for every other document.
        parts: By which means it was paid beside account credit; none where all was paid by `method` (`paid_parts`).
        shortfall_minor: What of it was remitted, because an operator accepted less; invoices only.
    """

    method: PaymentMethod
    transfer: Transfer | None = None
    payable_until: datetime | None = None
    reference: str = ""
    proforma_number: str = ""
    credit_minor: int = 0
    due_on: date | None = None
    parts: tuple[PaidPart, ...] = ()
    shortfall_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A proforma, which only asks for money, an invoice, one of a part payment, or a credit note.

    `date` is a day in Rome: the day of issue of a proforma or credit note, the tax point (`Data`) of an invoice, which
    is the day on which the money was available, or the day of issue where it is issued unpaid; `settled_on` is then the
    day on which it was paid. `cause` is what it was sold with: an order, or a period of a subscription; a credit note
    has that of its invoice, and `credit` says what it credits and why. `treatment` agrees with the lines' rates.
    `money_entry_id` is the money of a part payment, as payments names it; `advances` are the invoices of part payments
    that an invoice deducts, or that the one deducts which a credit note credits. `customer_revision` says which of the
    customer's data it bears: those of its issue, or later ones (`service.transmitting`).
    """

    document_id: UUID
    kind: DocumentKind
    cause: Cause
    account_id: UUID
    number: str
    date: date
    language: Language
    treatment: TaxTreatment
    customer: Customer
    lines: tuple[Line, ...]
    payment: Payment
    issued_at: datetime
    credit: Credit | None = None
    money_entry_id: UUID | None = None
    advances: tuple[DeductedAdvance, ...] = ()
    settled_on: Day | None = None
    customer_revision: int = FIRST_REVISION

    @property
    def paid_on(self) -> Day | None:
        """The day on which an invoice's money was available; None while it is unpaid, and for other kinds."""
        return paid_on(self.kind, self.date, self.payment.due_on, self.settled_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A document as it stands in a list: without its lines and customer."""

    document_id: UUID
    kind: DocumentKind
    cause: Cause
    account_id: UUID
    number: str
    date: date
    language: Language
    treatment: TaxTreatment
    totals: Totals
    issued_at: datetime
    credit: Credit | None = None
    money_entry_id: UUID | None = None
    due_on: Day | None = None
    paid_on: Day | None = None


def paid_on(kind: DocumentKind, day: date, due_on: date | None, settled_on: date | None) -> date | None:
    """The day on which a document's money was available: an invoice's own day, unless it was issued unpaid.

    Args:
        kind: What it is; only invoices are paid.
        day: Its date.
        due_on: Until when it was to be paid, where it was issued unpaid.
        settled_on: When that was done.
    """
    if not kind.is_invoice:
        return None
    return day if due_on is None else settled_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which documents of an account a list shall show; None for no limit. The days are both included."""

    account_id: UUID
    kind: DocumentKind | None = None
    state: State | None = None
    from_date: date | None = None
    to_date: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a period, both included."""

    first: date
    last: date


def keeps_treatment(document: Document, corrected: Customer) -> bool:
    """Whether a corrected customer is still taxed as the document says, whose amounts no correction changes."""
    before, after = document.customer.address, corrected.address
    if document.treatment is TaxTreatment.DOMESTIC:
        return document.customer.abroad == corrected.abroad
    in_same_town = before.postal_code == after.postal_code
    return before.country == after.country and (
        in_same_town or document.treatment is not TaxTreatment.OUTSIDE_VAT_TERRITORY
    )


def credit_used(document: Document) -> Money:
    """What account credit covers of a proforma, or has paid of an invoice."""
    return Money(document.payment.credit_minor, totals(document.lines).gross.currency)


def shortfall(document: Document) -> Money:
    """What of an invoice was remitted: nobody has paid it, and nobody owes it."""
    return Money(document.payment.shortfall_minor, totals(document.lines).gross.currency)


def is_overdue(document: Document) -> bool:
    """Whether the last day for paying what a document asks for had passed on the document's own day.

    So it is where an invoice is issued unpaid, and where days are asked for anew whose money was owed before.
    """
    until, due_on = document.payment.payable_until, document.payment.due_on
    last = rome_date(until) if until is not None else due_on
    return last is not None and last < document.date


def may_come_unpaid(proforma: Document) -> bool:
    """Whether the invoice of what a proforma asks for comes once that has accrued, though nobody has paid it.

    So it is of periods of a business taxed abroad (DPR 633/1972, art. 6(6), 21(4)(c) and (d)); an order is paid first.
    """
    business = proforma.customer.kind is not CustomerKind.PRIVATE
    return business and proforma.treatment.supplied_abroad and isinstance(proforma.cause, PeriodCause)


def to_pay(document: Document) -> Money:
    """What account credit leaves to pay of a proforma, or it and an accepted shortfall left of an invoice."""
    return totals(document.lines).gross - credit_used(document) - shortfall(document)


def paid_parts(document: Document) -> tuple[PaidPart, ...]:
    """By which means an invoice was paid beside account credit, or one issued unpaid is to be; none where none was."""
    payment, rest = document.payment, to_pay(document)
    if payment.parts or not rest:
        return payment.parts
    reference = payment.transfer.reference if payment.transfer else payment.reference
    return (PaidPart(payment.method, rest.minor, reference),)


def stamp_duty(document: Document) -> Money | None:
    """The stamp duty that a document pays, whoever bears it; None where it pays none.

    By its own lines without VAT. An invoice on which the customer is charged for it pays it however small those are:
    what part payments leave of a sale that owes it may not, and nobody keeps what was taken for a tax.
    """
    without_vat = _net_of(document, Natura.NOT_SUBJECT)
    charged = document.kind.is_invoice and _net_of(document, Natura.EXCLUDED).minor > 0
    return STAMP_DUTY if charged or without_vat > STAMP_DUTY_ABOVE else None


def _net_of(document: Document, natura: Natura) -> Money:
    return total(line.net for line in document.lines if line.natura is natura)
