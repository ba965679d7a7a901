"""Decides whether an e-invoice to a customer would be valid: a specimen is built, written and checked as a real one.

So that no paid order meets an invalid invoice. Nothing is stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.invoicing.domain.customers import ITALY, Address, Customer, CustomerKind
from services.invoicing.domain.documents import Document, DocumentKind, Language, Payment, PaymentMethod
from services.invoicing.domain.issuer import Issuer
from services.invoicing.domain.sums import Line
from services.invoicing.domain.tax import Natura, TaxTreatment
from services.invoicing.fatturapa.checking import InvoiceChecker
from services.invoicing.fatturapa.composing import compose_invoice
from services.invoicing.fatturapa.file_names import file_name, progressive
from services.invoicing.fatturapa.findings import Finding
from services.invoicing.fatturapa.latin import UNKNOWN_LETTER, has_letter, to_latin1
from services.invoicing.fatturapa.writing import write_invoice
from services.kit.calendar import rome_date
from services.kit.causes import OrderCause
from services.kit.clock import Clock
from services.kit.money import Money

# The element in which a check found something → the field of the profile that fills it.
_FIELDS = {
    "Denominazione": "company_name",
    "Nome": "first_name",
    "Cognome": "last_name",
    "Indirizzo": "address.street",
    "CAP": "address.postal_code",
    "Comune": "address.city",
    "Provincia": "address.province",
    "Nazione": "address.country",
    "CodiceFiscale": "codice_fiscale",
    "IdFiscaleIVA": "vat_number",
    "IdCodice": "vat_number",
    "IdPaese": "vat_country",
    "CodiceDestinatario": "recipient_code",
    "PECDestinatario": "pec",
}

_LONGEST, _LONGEST_COMPANY = 60, 80
"""Characters of a name, street or town, and of a company name (FatturaPA: String60LatinType, String80LatinType)."""

_NOBODY = UUID(int=0)

# A customer about whom there is nothing to find; the codice fiscale has a right check character and no owner.
_NOBODY_IN_PARTICULAR = Customer(
    kind=CustomerKind.PRIVATE,
    body=False,
    first_name="Nessuno",
    last_name="Nessuno",
    company_name="",
    address=Address("Via Roma 1", "00100", "Roma", "RM", "IT"),
    contact_person="",
    codice_fiscale="NSSNSN80A01H501Y",
    vat_number="",
    vat_country="",
    recipient_code="",
    pec="",
    revision=1,
)


@dataclass(frozen=True, slots=True)
class ProfileFinding:
    """What is wrong with a field: the SdI's code where there is one, and the key of its text."""

    field: str
    code: str
    key: str


class InvalidIssuer(ValueError):
    """An e-invoice of this issuer would not be valid, whoever the customer is; the message names the elements."""


class ProfileCheck:
    """The dry run."""

    def __init__(self, clock: Clock, issuer: Issuer, checker: InvoiceChecker) -> None:
        """Takes who issues, and the checks that a real invoice passes."""
        self._clock = clock
        self._issuer = issuer
        self._checker = checker

    def check(self, customer: Customer, treatment: TaxTreatment) -> list[ProfileFinding]:
        """Lists what would make an e-invoice to this customer invalid; each field at most once."""
        now = self._clock.now()
        found = [*_beforehand(customer, treatment)]
        found += [_finding(finding, customer) for finding in self._specimen_findings(customer, treatment, now)]
        first: dict[str, ProfileFinding] = {}
        for finding in found:
            first.setdefault(finding.field, finding)
        return list(first.values())

    def refuse_bad_issuer(self) -> None:
        """Makes sure that whatever a dry run finds is the customer's.

        Raises:
            InvalidIssuer: The issuer's own data fail the checks.
        """
        findings = self._specimen_findings(_NOBODY_IN_PARTICULAR, TaxTreatment.DOMESTIC, self._clock.now())
        if findings:
            places = ", ".join(f"{finding.element} ({finding.code})" for finding in findings)
            raise InvalidIssuer(f"the CASELLA_ISSUER_… settings make no valid e-invoice: {places}")

    def _specimen_findings(self, customer: Customer, treatment: TaxTreatment, now: datetime) -> list[Finding]:
        name, specimen = file_name(self._issuer.codice_fiscale, 1), _specimen(customer, treatment, now)
        content = write_invoice(compose_invoice(specimen, self._issuer, progressive(1)))
        return self._checker.check(name, content, rome_date(now))


def _beforehand(customer: Customer, treatment: TaxTreatment) -> Iterator[ProfileFinding]:
    """What the XML would not show, or not so plainly: spellings, and customers who cannot be taxed so."""
    texts = {
        "first_name": customer.first_name if customer.is_person else "",
        "last_name": customer.last_name if customer.is_person else "",
        "company_name": "" if customer.is_person else customer.company_name,
        "address.street": customer.address.street,
        "address.city": customer.address.city,
    }
    for field, text in texts.items():
        spelled, longest = to_latin1(text), _LONGEST_COMPANY if field == "company_name" else _LONGEST
        if text and (not has_letter(spelled) or (UNKNOWN_LETTER in spelled and UNKNOWN_LETTER not in text)):
            yield ProfileFinding(field, "00200", "not_latin")
        elif len(text) <= longest < len(spelled):
            yield ProfileFinding(field, "00200", "long_in_latin")
    if customer.address.country and treatment is not TaxTreatment.DOMESTIC and treatment.abroad != customer.abroad:
        yield ProfileFinding("address.country", "", "taxed_otherwise")
    if customer.kind is CustomerKind.PRIVATE:
        if not customer.codice_fiscale:
            yield ProfileFinding("codice_fiscale", "00417", "required")
    elif not customer.vat_number:
        yield ProfileFinding("vat_number", "00417", "required")
    elif (customer.vat_country != ITALY) != customer.abroad:
        yield ProfileFinding("vat_country", "", "of_another_country")


def _finding(finding: Finding, customer: Customer) -> ProfileFinding:
    if customer.abroad and finding.element == "CodiceDestinatario":  # which is ours to fill in for them
        field = "vat_number"
    elif finding.element == "CessionarioCommittente":
        field = "codice_fiscale" if customer.kind is CustomerKind.PRIVATE else "vat_number"
    else:
        field = _FIELDS.get(finding.element, finding.element)
    return ProfileFinding(field, finding.code, finding.code)


def _specimen(customer: Customer, treatment: TaxTreatment, now: datetime) -> Document:
    day, price = rome_date(now), Money(100_00)
    domestic = treatment is TaxTreatment.DOMESTIC
    specimen = Line(
        position=1,
        description="Casella",
        quantity=1,
        unit_price=price,
        net=price,
        vat_rate=Decimal(22 if domestic else 0),
        natura=None if domestic else Natura.NOT_SUBJECT,
    )
    return Document(
        document_id=_NOBODY,
        kind=DocumentKind.INVOICE,
        cause=OrderCause(_NOBODY),
        account_id=_NOBODY,
        number=f"{day.year}/1",
        date=day,
        language=Language.IT,
        treatment=treatment,
        customer=customer,
        lines=(specimen,),
        payment=Payment(method=PaymentMethod.BANK_TRANSFER),
        issued_at=now,
    )
