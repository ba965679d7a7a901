"""What a customer reads about the tax of an order, in both languages: why no VAT is charged, and what is still open.

The sentences on documents are invoicing's; these stand on the order's page and in ordering's emails.
"""

from collections.abc import Mapping
from typing import assert_never

from services.kit import localized
from services.ordering.domain.quote import Quote
from services.ordering.domain.tax import TaxTreatment

_WITHOUT_VAT: Mapping[TaxTreatment, Mapping[str, str]] = {
    TaxTreatment.REVERSE_CHARGE: {
        "it": "Senza IVA italiana: inversione contabile (reverse charge), art. 7-ter DPR 633/1972. L’IVA è a carico "
        "del cliente nel suo paese.",
        "en": "Without Italian VAT: reverse charge (art. 44 and 196 of directive 2006/112/EC). You account for the VAT "
        "in your country.",
    },
    TaxTreatment.OUTSIDE_EU: {
        "it": "Senza IVA italiana: operazione non soggetta, art. 7-ter DPR 633/1972.",
        "en": "Without Italian VAT: not subject (art. 7-ter of DPR 633/1972).",
    },
    TaxTreatment.OUTSIDE_VAT_TERRITORY: {
        "it": "Senza IVA: Livigno e Campione d’Italia sono fuori dal territorio IVA (art. 7 DPR 633/1972).",
        "en": "Without VAT: Livigno and Campione d’Italia are outside the territory of VAT (art. 7 of DPR 633/1972).",
    },
}

_OPEN: Mapping[TaxTreatment, Mapping[str, str]] = {
    TaxTreatment.REVERSE_CHARGE: {
        "it": "Il VIES, il registro europeo delle partite IVA, al momento non conferma la partita IVA {vat_id}: non "
        "risponde, oppure la attribuisce a un nome diverso dai tuoi dati di fatturazione. Controlla lì nome e partita "
        "IVA e, se sono sbagliati, correggili e riprova. Se sono giusti, l’ordine può essere inviato: la fattura "
        "proforma arriva quando la partita IVA è confermata, e il totale è allora {gross}, senza IVA italiana (reverse "
        "charge). Se non è confermata, l’ordine non prosegue, oppure il totale è {gross_with_vat}, con IVA italiana.",
        "en": "VIES, the EU’s register of VAT numbers, does not confirm the VAT number {vat_id} at the moment: it does "
        "not answer, or it has another name for it than your billing data. Please check name and number there; if they "
        "are wrong, correct them and try again. If they are right, you can place the order: the proforma invoice comes "
        "once the VAT number is confirmed, and the total is then {gross}, without Italian VAT (reverse charge). If it "
        "is not confirmed, the order does not go on, or the total is {gross_with_vat}, with Italian VAT.",
    },
    TaxTreatment.OUTSIDE_EU: {
        "it": "Senza IVA italiana vendiamo fuori dall’UE solo a chi è un’impresa, e ne serve una prova: un certificato "
        "della tua amministrazione fiscale, un estratto del registro delle imprese o il tuo numero fiscale, che un "
        "registro ufficiale confermi. L’ordine può essere inviato: la fattura proforma arriva quando abbiamo visto la "
        "prova, e il totale è allora {gross}, senza IVA italiana. Senza la prova l’ordine non prosegue, oppure il "
        "totale è {gross_with_vat}, IVA italiana inclusa.",
        "en": "Outside the EU we sell without Italian VAT to businesses only, and need a proof that you are one: a "
        "certificate of your tax authority, an extract of your register of businesses, or your tax number where an "
        "official register confirms it. You can place the order: the proforma invoice comes once we have seen the "
        "proof, and the total is then {gross}, without Italian VAT. Without it the order does not go on, or the total "
        "is {gross_with_vat}, with Italian VAT.",
    },
}


def without_vat(treatment: TaxTreatment, language: str) -> str:
    """Why no VAT is charged; empty where it is."""
    match treatment:
        case TaxTreatment.DOMESTIC:
            return ""
        case TaxTreatment.REVERSE_CHARGE | TaxTreatment.OUTSIDE_EU | TaxTreatment.OUTSIDE_VAT_TERRITORY:
            return _WITHOUT_VAT[treatment][language]
        case _:
            assert_never(treatment)


def tax_notice(quote: Quote, language: str) -> str:
    """What the page that takes the order says about its tax; empty for an Italian sale."""
    charged = quote.totals_if_charged
    if charged is None:
        return without_vat(quote.tax.treatment, language)
    return _OPEN[quote.tax.treatment][language].format(
        vat_id=quote.tax.vat_id,
        gross=localized.money(quote.totals.gross, language),
        gross_with_vat=localized.money(charged.gross, language),
    )
