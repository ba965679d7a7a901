"""One invoice for each kind of customer and way of paying: what every check of the XML goes through."""

from dataclasses import replace
from datetime import date
from typing import Any

from services.invoicing.domain.credits import CreditReason, RefundMethod, ServedDays
from services.invoicing.domain.customers import Address, Customer, CustomerKind
from services.invoicing.domain.documents import Document, Language, Payment, PaymentMethod
from services.invoicing.domain.tax import Natura, TaxTreatment
from services.invoicing.fatturapa.composing import compose_invoice
from services.invoicing.fatturapa.writing import write_invoice
from tests.invoicing.documents import (
    ISSUER,
    TRANSFER,
    business_abroad,
    credit_note,
    customer,
    in_livigno,
    invoice,
    less,
    line,
    part_payment,
    private_person,
    untaxed,
)

ASSOCIATION = private_person(
    body=True, first_name="", last_name="", company_name="Associazione Amici della Posta", codice_fiscale="94012340488"
)
FREELANCER = customer(
    company_name="Studio Łukasz Błaszczykowski — “Posta & C.” €",
    codice_fiscale="RSSNNA80A41D612P",
    recipient_code="",
    pec="studio@pec.example.it",
)
_CARD = Payment(method=PaymentMethod.ONLINE, reference="pi_3PabcDEFghi", proforma_number="P2026/2")
_UNNAMED = Payment(method=PaymentMethod.ONLINE, reference="", proforma_number="P2026/3")

_UNPAID = Payment(
    method=PaymentMethod.BANK_TRANSFER,
    transfer=TRANSFER,
    proforma_number="P2026/4",
    due_on=date(2026, 2, 11),
)

GREEK = business_abroad(
    "GR", "094259216", company_name="Παπαδόπουλος Α.Ε.", address=Address("Οδός Ερμού 15", "105 63", "Αθήνα", "", "GR")
)
AMERICAN = business_abroad(
    "US",
    "123456789",
    company_name="Acme Mail, Inc.",
    address=Address("1209 North Orange Street, Suite 4100, Corporate Trust Center", "19801", "Wilmington", "", "US"),
)
_CHEAP = (line(1, 51, 150, "0", natura=Natura.NOT_SUBJECT), line(2, 1, 97, "0", natura=Natura.NOT_SUBJECT))
"""77.47 in all: the last sum without stamp duty."""
_STAMPED = (
    line(1, 70, 150, "0", natura=Natura.NOT_SUBJECT),
    line(2, 1, 200, "0", natura=Natura.EXCLUDED, description="Imposta di bollo"),
)


def _address(buyer: Customer, country: str) -> Customer:
    return replace(buyer, address=replace(buyer.address, country=country))


def _with_periods(**changes: object) -> Document:
    period: dict[str, Any] = {"period_start": date(2026, 3, 2), "period_end": date(2027, 3, 1)}
    lines = (line(1, 7, 1999, **period), line(2, 1, 1, "10", description="Opzione €"), line(3, 3, 3333, **period))
    return invoice(lines=lines, **changes)


KINDS = {
    "person": invoice(customer=private_person()),
    "person by card": invoice(customer=private_person(), payment=_CARD),
    "person, in part with account credit": invoice(customer=private_person(), payment=replace(_CARD, credit_minor=100)),
    "person with PEC": invoice(customer=private_person(pec="anna@pec.example.it")),
    "association": invoice(customer=ASSOCIATION),
    "company": invoice(),
    "company online, without a reference": invoice(payment=_UNNAMED),
    "reseller": invoice(customer=customer(kind=CustomerKind.RESELLER)),
    "freelancer with PEC": invoice(customer=FREELANCER),
    "company without channel": invoice(customer=customer(recipient_code="", pec="")),
    "many rates and periods": _with_periods(),
    "reverse charge": untaxed(TaxTreatment.REVERSE_CHARGE, business_abroad()),
    "reverse charge below the stamp duty": untaxed(TaxTreatment.REVERSE_CHARGE, business_abroad(), lines=_CHEAP),
    "reverse charge, stamp duty charged": untaxed(TaxTreatment.REVERSE_CHARGE, business_abroad(), lines=_STAMPED),
    "Greece": untaxed(TaxTreatment.REVERSE_CHARGE, GREEK, language=Language.EN, payment=_CARD),
    "Monaco": untaxed(TaxTreatment.REVERSE_CHARGE, _address(business_abroad("FR", "83404833048"), "MC")),
    "outside the EU": untaxed(TaxTreatment.OUTSIDE_EU, AMERICAN, language=Language.EN),
    "outside the EU with a short tax id": untaxed(TaxTreatment.OUTSIDE_EU, business_abroad("HK", "12")),
    "Northern Ireland": untaxed(TaxTreatment.OUTSIDE_EU, _address(business_abroad("XI", "110305878"), "GB")),
    "reverse charge, unpaid": untaxed(
        TaxTreatment.REVERSE_CHARGE, business_abroad(), payment=_UNPAID, language=Language.EN
    ),
    "reverse charge, unpaid, in part with account credit": untaxed(
        TaxTreatment.REVERSE_CHARGE, business_abroad(), payment=replace(_UNPAID, credit_minor=1000)
    ),
    "outside the EU, unpaid by link": untaxed(
        TaxTreatment.OUTSIDE_EU, AMERICAN, payment=replace(_UNNAMED, due_on=date(2026, 2, 11)), language=Language.EN
    ),
    "Livigno": untaxed(TaxTreatment.OUTSIDE_VAT_TERRITORY, in_livigno()),
    "person in Livigno": untaxed(TaxTreatment.OUTSIDE_VAT_TERRITORY, private_person(address=in_livigno().address)),
    "EU business taxed in Italy": invoice(customer=business_abroad()),
    "300 lines": invoice(lines=tuple(line(number, number, number) for number in range(1, 301))),
}


_WITHDRAWN = ServedDays(date(2026, 3, 2), date(2026, 3, 5), 31)
KINDS |= {
    "credit note, whole": credit_note(KINDS["company"]),
    "credit note, of a withdrawal": credit_note(
        KINDS["person by card"], 1116, served=_WITHDRAWN, refund_method=RefundMethod.ONLINE
    ),
    "credit note, a cent": credit_note(KINDS["company"], 1),
    "credit note, by agreement, to the account": credit_note(
        KINDS["association"], 500, reason=CreditReason.AGREEMENT, refund_method=RefundMethod.ACCOUNT_CREDIT
    ),
    "credit note, many rates": credit_note(
        KINDS["many rates and periods"], 12345, reason=CreditReason.CONTRACT, refund_method=RefundMethod.BANK_TRANSFER
    ),
    "credit note, reverse charge": credit_note(KINDS["reverse charge"], reason=CreditReason.CORRECTION),
    "credit note, below the stamp duty": credit_note(KINDS["reverse charge"], 7747, reason=CreditReason.CORRECTION),
    "credit note, stamp duty charged": credit_note(KINDS["reverse charge, stamp duty charged"]),
    "credit note, outside the EU": credit_note(KINDS["outside the EU"], 9000, reason=CreditReason.DISPUTE),
    "credit note, Livigno": credit_note(KINDS["Livigno"]),
}


def _less(kind: str, gross: int) -> Document:
    return less(KINDS[kind], part_payment(KINDS[kind], gross))


KINDS |= {
    "part payment": part_payment(KINDS["person"], 500),
    "part payment, a cent": part_payment(KINDS["company"], 1),
    "part payment, many rates": part_payment(KINDS["many rates and periods"], 12345),
    "part payment, reverse charge": part_payment(KINDS["reverse charge"], 8000),
    "part payment below the stamp duty": part_payment(KINDS["outside the EU"], 7747),
    "part payment of 300 lines": part_payment(KINDS["300 lines"], 100_00),
    "less a part payment": _less("person", 500),
    "less all but a cent": _less("company", 1280),
    "less a part payment, many rates": _less("many rates and periods", 12345),
    "less a part payment, in part with account credit": _less("person, in part with account credit", 500),
    "less a part payment, reverse charge": _less("reverse charge", 8000),
    "less a part payment, with stamp duty left": _less("outside the EU", 1000),
    "less a part payment, stamp duty charged": _less("reverse charge, stamp duty charged", 6000),
    "part payment, stamp duty charged": part_payment(KINDS["reverse charge, stamp duty charged"], 9000),
    "less a part payment that has the stamp duty": _less("reverse charge, stamp duty charged", 9000),
    "unpaid, less a part payment": _less("reverse charge, unpaid", 4000),
    "unpaid, less all but account credit": _less("reverse charge, unpaid, in part with account credit", 9500),
    "less all": _less("company", 1281),
    "credit note on an invoice less a part payment": credit_note(
        KINDS["company"], advances=_less("company", 500).advances
    ),
}


def xml_of(document: Document, progressive: str = "00001") -> bytes:
    return write_invoice(compose_invoice(document, ISSUER, progressive))


def xml_to(buyer: Customer) -> bytes:
    return xml_of(invoice(customer=buyer))
