"""Every way of paying has its own words on a proforma and on an invoice, in both languages."""

import json

import pytest

from services.invoicing.domain.documents import Language, Payment, PaymentMethod
from services.invoicing.pdf.view import invoice_view, proforma_view
from services.invoicing.pdf.writer import View
from tests.invoicing.documents import ISSUER, TRANSFER, invoice, proforma

SAID = {
    (PaymentMethod.BANK_TRANSFER, Language.IT): ("Come pagare con bonifico", "Pagata con bonifico bancario in data"),
    (PaymentMethod.BANK_TRANSFER, Language.EN): ("How to pay by bank transfer", "Paid by bank transfer on"),
    (PaymentMethod.ONLINE, Language.IT): ("Come pagare online", "Pagata con carta o PayPal in data"),
    (PaymentMethod.ONLINE, Language.EN): ("How to pay online", "Paid by card or PayPal on"),
    (PaymentMethod.AUTOMATIC_DEBIT, Language.IT): ("Addebito automatico PayPal", "Pagata con PayPal o carta in data"),
    (PaymentMethod.AUTOMATIC_DEBIT, Language.EN): ("Automatic debit by PayPal", "Paid by PayPal or card on"),
}
"""What a proforma and what an invoice says."""


def text_of(view: View) -> str:
    return json.dumps(view, ensure_ascii=False)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("method", PaymentMethod)
def test_a_proforma_and_an_invoice_name_the_way_of_paying(method: PaymentMethod, language: Language) -> None:
    asked, thanked = SAID[method, language]
    to_pay = Payment(method=method, transfer=TRANSFER if method.by_transfer else None)
    assert asked in text_of(proforma_view(proforma(language=language, payment=to_pay), ISSUER))
    paid = Payment(method=method, reference="RF18539007547034")
    said = text_of(invoice_view(invoice(language=language, payment=paid), ISSUER, "IT07123450483_00001.xml"))
    assert thanked in said
    assert ("RF18 5390 0754 7034" in said) == method.by_transfer
