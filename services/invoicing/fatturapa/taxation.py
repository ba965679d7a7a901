"""Decides how an e-invoice says why its lines have no VAT: legal references, the sentences the law prescribes, codes.

Sources: DPR 633/1972, art. 21(6-bis) for the sentences, art. 7 to 7-octies for the references; the tax agency's guide
to filling in e-invoices for N2.1 and INVCONT. In Italian, whatever the customer's language: the tax agency reads them.
"""

from typing import assert_never

from services.invoicing.domain.credit_texts import cause_text
from services.invoicing.domain.customers import CustomerKind
from services.invoicing.domain.documents import Document, Language, shortfall
from services.invoicing.domain.tax import Natura, TaxTreatment
from services.kit.money import Money

_NOT_PAID = "{amount} EUR non incassati e non più dovuti: al pagamento è stata accettata una differenza"
_NOT_RETURNED = "{amount} EUR non erano stati pagati (differenza accettata al pagamento): nulla da restituire per essi"
_STAMP_DUTY_CHARGED = "Imposta di bollo, esclusa art. 15, c. 1, n. 3 DPR 633/1972"
_REVERSE_CHARGE = "Non soggetta art. 7-ter DPR 633/1972, inversione contabile art. 196 dir. 2006/112/CE"
_OUTSIDE_EU = "Operazione non soggetta art. 7-ter DPR 633/1972"
_BUSINESS_OUTSIDE_TERRITORY = "Operazione non soggetta artt. 7, c. 1, lett. a) e 7-ter DPR 633/1972"
_CONSUMER_OUTSIDE_TERRITORY = "Operazione non soggetta artt. 7, c. 1, lett. a) e 7-octies DPR 633/1972"

REVERSE_CHARGE_DATA = "INVCONT"
"""`TipoDato` of a line whose VAT a business in another member state owes."""


def causes_of(document: Document) -> tuple[str, ...]:
    """What the document has to say of itself (`Causale`): why there is no VAT, why a credit note credits, what of it
    nobody has paid.
    """
    causes, credit = _causes_without_vat(document.treatment), document.credit
    if credit is None:
        return (*causes, *_remitted(_NOT_PAID, shortfall(document)))
    with_vat = document.treatment is TaxTreatment.DOMESTIC
    return (*causes, cause_text(credit, Language.IT, with_vat=with_vat), *_remitted(_NOT_RETURNED, credit.remitted))


def legal_reference(document: Document, natura: Natura | None) -> str:
    """Why a natura's lines have no VAT (`RiferimentoNormativo`); empty for lines with it."""
    if natura is None:
        return ""
    if natura is Natura.EXCLUDED:
        return _STAMP_DUTY_CHARGED
    match document.treatment:
        case TaxTreatment.REVERSE_CHARGE:
            return _REVERSE_CHARGE
        case TaxTreatment.OUTSIDE_VAT_TERRITORY:
            consumer = document.customer.kind is CustomerKind.PRIVATE
            return _CONSUMER_OUTSIDE_TERRITORY if consumer else _BUSINESS_OUTSIDE_TERRITORY
        case TaxTreatment.OUTSIDE_EU:
            return _OUTSIDE_EU
        case TaxTreatment.DOMESTIC:
            raise AssertionError("every line of an Italian sale has VAT")
        case _:
            assert_never(document.treatment)


def data_of(document: Document, natura: Natura | None) -> str:
    """The `TipoDato` of a line's `AltriDatiGestionali`; empty for lines without."""
    owed_by_customer = document.treatment is TaxTreatment.REVERSE_CHARGE and natura is Natura.NOT_SUBJECT
    return REVERSE_CHARGE_DATA if owed_by_customer else ""


def _remitted(text: str, amount: Money | None) -> tuple[str, ...]:
    return (text.format(amount=f"{amount.decimal}".replace(".", ",")),) if amount else ()


def _causes_without_vat(treatment: TaxTreatment) -> tuple[str, ...]:
    match treatment:
        case TaxTreatment.DOMESTIC:
            return ()
        case TaxTreatment.REVERSE_CHARGE:
            return ("inversione contabile",)
        case TaxTreatment.OUTSIDE_EU | TaxTreatment.OUTSIDE_VAT_TERRITORY:
            return ("operazione non soggetta",)
        case _:
            assert_never(treatment)
