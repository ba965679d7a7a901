"""Decides what a FatturaPA invoice (FPR12) of Casella consists of: the typed content, before it is written as XML.

Names are English, each field says the Italian element it becomes. Amounts are `Decimal` with two decimals, in the
document's currency. Only what Casella needs is here.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from services.invoicing.domain.tax import Natura


class DocumentType(StrEnum):
    """`TipoDocumento` (2.1.1.1)."""

    INVOICE = "TD01"
    ADVANCE = "TD02"
    CREDIT_NOTE = "TD04"


class PaymentMeans(StrEnum):
    """`ModalitaPagamento` (2.4.2.2). PayPal has no code of its own and counts as card."""

    TRANSFER = "MP05"
    CARD = "MP08"
    ACCOUNT_CREDIT = "MP22"


@dataclass(frozen=True, slots=True)
class TaxId:
    """`IdFiscaleType`: country and code, for example IT and 01234567897."""

    country: str
    code: str


@dataclass(frozen=True, slots=True)
class PersonName:
    """`Nome` and `Cognome` of a natural person."""

    given: str
    family: str


@dataclass(frozen=True, slots=True)
class CompanyName:
    """`Denominazione` of a business or body."""

    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """`IndirizzoType`. `province` only in Italy; abroad `postal_code` is 00000."""

    street: str
    postal_code: str
    city: str
    province: str
    country: str


@dataclass(frozen=True, slots=True)
class Registration:
    """`IscrizioneREA` (1.2.4): entry in the register of companies, with capital and liquidation state."""

    office: str
    number: str
    capital: Decimal | None
    sole_shareholder: bool | None
    in_liquidation: bool


@dataclass(frozen=True, slots=True)
class Seller:
    """`CedentePrestatore` (1.2)."""

    vat: TaxId
    codice_fiscale: str
    name: PersonName | CompanyName
    tax_regime: str
    place: Place
    registration: Registration | None
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """`CessionarioCommittente` (1.4): at least one of `vat` and `codice_fiscale` (00417)."""

    vat: TaxId | None
    codice_fiscale: str
    name: PersonName | CompanyName
    place: Place


@dataclass(frozen=True, slots=True)
class Transmission:
    """`DatiTrasmissione` (1.1). `progressive` is that of the file's name; `pec` only with recipient 0000000."""

    transmitter: TaxId
    progressive: str
    recipient_code: str
    pec: str


@dataclass(frozen=True, slots=True)
class Line:
    """`DettaglioLinee` (2.2.1). `natura` exactly where the rate is zero (00400, 00401).

    `data` is the `TipoDato` of its `AltriDatiGestionali`, empty for none.
    """

    number: int
    description: str
    quantity: Decimal
    unit_price: Decimal
    total: Decimal
    vat_rate: Decimal
    natura: Natura | None = None
    data: str = ""
    period_start: date | None = None
    period_end: date | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """`DatiRiepilogo` (2.2.2): one for each rate, or natura where the rate is zero.

    `exigibility` is I, D or S, and empty without VAT; `legal_reference` says why there is none.
    """

    vat_rate: Decimal
    taxable: Decimal
    tax: Decimal
    natura: Natura | None = None
    exigibility: str = ""
    legal_reference: str = ""


@dataclass(frozen=True, slots=True)
class RelatedDocument:
    """`DatiFattureCollegate` (2.1.6): number and date of an earlier document."""

    number: str
    date: date


@dataclass(frozen=True, slots=True)
class Payment:
    """One `DettaglioPagamento` (2.4.2), in one go (TP02); `due_on` is the day on which it is due, or was paid.

    None where the day is not known yet.
    """

    means: PaymentMeans
    amount: Decimal
    due_on: date | None
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectronicInvoice:
    """One `FatturaElettronica` with one body. `stamp_duty` is that of `DatiBollo` (2.1.1.6), paid electronically."""

    transmission: Transmission
    seller: Seller
    buyer: Buyer
    document_type: DocumentType
    currency: str
    date: date
    number: str
    total: Decimal
    lines: tuple[Line, ...]
    summaries: tuple[Summary, ...]
    payments: tuple[Payment, ...]
    stamp_duty: Decimal | None = None
    causes: tuple[str, ...] = ()
    related: tuple[RelatedDocument, ...] = ()
