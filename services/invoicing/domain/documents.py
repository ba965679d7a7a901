"""Decides what a document is: snapshot of the customer, lines, sums and how they are paid.

Everything that a document says is in these values: its PDF and its XML are pure functions of them. A sum is never
stored by hand: it is one function over the lines, with the VAT computed once per rate on the summed net.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from services.invoicing.domain.credits import Credit
from services.invoicing.domain.tax import STAMP_DUTY, STAMP_DUTY_ABOVE, Natura, TaxTreatment
from services.invoicing.domain.transmissions import State
from services.kit.causes import Cause
from services.kit.money import Money, total, vat

ITALY = "IT"

FIRST_REVISION = 1
"""Of a document's customer: as it was issued. A correction after a rejection is a further revision."""


class DocumentKind(StrEnum):
    """What a document is."""

    PROFORMA = "proforma"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"

    @property
    def for_the_sdi(self) -> bool:
        """Whether it is a fiscal document: numbered in the one series of these, and sent to the SdI."""
        return self is not DocumentKind.PROFORMA


class Language(StrEnum):
    """Language of a document and of its email."""

    IT = "it"
    EN = "en"


class CustomerKind(StrEnum):
    """How a customer is classified for tax."""

    PRIVATE = "private"
    COMPANY = "company"
    RESELLER = "reseller"


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
class Address:
    """Postal address; `country` is ISO 3166-1 alpha-2, `province` two letters in Italy and empty elsewhere."""

    street: str
    postal_code: str
    city: str
    province: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """The billing profile as it stood when the document was made.

    A person has first and last name, and so has a freelancer, a business without a company name; everybody else has a
    company name. `body` marks a body with an 11-digit code under PRIVATE. `vat_number` is without the country, and any
    tax id outside the EU. `vat_country` is ISO 3166-1 alpha-2, or XI. `revision` is the profile's, from 1.
    """

    kind: CustomerKind
    body: bool
    first_name: str
    last_name: str
    company_name: str
    address: Address
    phone: str
    contact_person: str
    codice_fiscale: str
    vat_number: str
    vat_country: str
    recipient_code: str
    pec: str
    revision: int

    @property
    def is_person(self) -> bool:
        """Whether the customer is named by first and last name."""
        if self.kind is CustomerKind.PRIVATE:
            return not self.body
        return not self.company_name and bool(self.first_name or self.last_name)

    @property
    def abroad(self) -> bool:
        """Whether the customer is established in another country: its printed document is then the invoice itself."""
        return self.address.country != ITALY

    @property
    def name(self) -> str:
        """The name as it stands on a letter."""
        return f"{self.first_name} {self.last_name}" if self.is_person else self.company_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line; `net` is quantity × unit price. `vat_rate` in percent. The period has both ends or none.

    `natura` says why there is no VAT: exactly where the rate is zero. `tax` is what a credit note gives back of the
    invoice's VAT (see `crediting`); None on every other line: the VAT is computed once a rate.
    """

    position: int
    description: str
    quantity: int
    unit_price: Money
    net: Money
    vat_rate: Decimal
    natura: Natura | None = None
    period_start: date | None = None
    period_end: date | None = None
    tax: Money | None = None


@dataclass(frozen=True, slots=True)
class VatShare:
    """Net and VAT of all lines of one rate, or without VAT of one natura."""

    rate: Decimal
    natura: Natura | None
    taxable: Money
    tax: Money

    @property
    def gross(self) -> Money:
        """Net and VAT together."""
        return self.taxable + self.tax


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a document; gross = net + VAT."""

    net: Money
    vat: Money
    gross: Money


@dataclass(frozen=True, slots=True)
class Transfer:
    """How to pay by bank transfer. `epc_payload` is the text of the EPC069-12 QR code."""

    holder: str
    iban: str
    bic: str
    reference: str
    epc_payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """How a document is to be paid (proforma), or was (invoice; a credit note says it of its invoice).

    Attributes:
        method: How.
        transfer: Instructions for a transfer; proformas only.
        payable_until: The last moment at which the order can be paid; proformas only, None until they are sent.
        reference: RF reference of the transfer or the provider's id of the payment; invoices only.
        proforma_number: The proforma that asked for it; invoices only.
        credit_minor: What account credit covers of it, in the currency's minor unit.
    """

    method: PaymentMethod
    transfer: Transfer | None = None
    payable_until: datetime | None = None
    reference: str = ""
    proforma_number: str = ""
    credit_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A proforma, which only asks for money, a paid invoice, or a credit note.

    `date` is a day in Rome: the day of issue of a proforma or credit note, the tax point (`Data`) of an invoice, which
    is the day on which the money was available. `cause` is what it was sold with: an order, or a period of a
    subscription; a credit note has that of its invoice, and `credit` says what it credits and why. `treatment` agrees
    with the lines' rates.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which documents of an account a list shall show; None for no limit. The days are both included."""

    account_id: UUID
    kind: DocumentKind | None = None
    state: State | None = None
    from_date: date | None = None
    to_date: date | None = None


def vat_shares(lines: Iterable[Line]) -> tuple[VatShare, ...]:
    """Sums the lines per VAT rate, highest rate first, and those without VAT per natura.

    The VAT is the rate's share of the summed net, rounded half up once (SdI code 00421 asks for the same); on a credit
    note it is what the lines give back.

    Raises:
        ValueError: There is no line: a document without lines has no currency and no sum.
    """
    nets: dict[tuple[Decimal, Natura | None], Money] = {}
    given_back: dict[tuple[Decimal, Natura | None], Money] = {}
    for line in lines:
        key = line.vat_rate, line.natura
        nets[key] = nets[key] + line.net if key in nets else line.net
        if line.tax is not None:
            given_back[key] = given_back[key] + line.tax if key in given_back else line.tax
    if not nets:
        raise ValueError("a document has at least one line")
    shares = (
        VatShare(rate, natura, net, given_back.get((rate, natura), vat(net, rate)))
        for (rate, natura), net in nets.items()
    )
    return tuple(sorted(shares, key=lambda share: share.rate, reverse=True))


def totals(lines: Iterable[Line]) -> Totals:
    """Adds a document up.

    Raises:
        ValueError: There is no line.
    """
    shares = vat_shares(lines)
    net, tax = shares[0].taxable, shares[0].tax
    for share in shares[1:]:
        net, tax = net + share.taxable, tax + share.tax
    return Totals(net=net, vat=tax, gross=net + tax)


def keeps_treatment(document: Document, corrected: Customer) -> bool:
    """Whether a corrected customer is still taxed as the document says, whose amounts no correction changes."""
    before, after = document.customer.address, corrected.address
    if document.treatment is TaxTreatment.DOMESTIC:
        return document.customer.abroad == corrected.abroad
    in_same_town = before.postal_code == after.postal_code
    return before.country == after.country and (
        in_same_town or document.treatment is not TaxTreatment.OUTSIDE_VAT_TERRITORY
    )


def stamp_duty(lines: Iterable[Line]) -> Money | None:
    """The stamp duty that a document owes, whoever bears it; None where it owes none."""
    without_vat = total(line.net for line in lines if line.natura is Natura.NOT_SUBJECT)
    return STAMP_DUTY if without_vat > STAMP_DUTY_ABOVE else None


def credit_used(document: Document) -> Money:
    """What account credit covers of a proforma, or has paid of an invoice."""
    return Money(document.payment.credit_minor, totals(document.lines).gross.currency)


def to_pay(document: Document) -> Money:
    """What account credit leaves to pay of a proforma, or left of an invoice."""
    return totals(document.lines).gross - credit_used(document)
