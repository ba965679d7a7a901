"""What a caller reads when a field of this room's requests is wrong, beside kit's common texts, and in a dry run."""

from collections.abc import Mapping

from services.kit.messages import Catalogue

CATALOGUE: Catalogue = {
    "wrong_sum": {
        "it": "Il totale non corrisponde alle righe.",
        "en": "The total is not that of the lines.",
    },
    "wrong_line": {
        "it": "L’imponibile della riga non è quantità per prezzo unitario.",
        "en": "The line’s net amount is not quantity times unit price.",
    },
    "both_or_none": {
        "it": "Il periodo ha un inizio e una fine, oppure nessuno dei due.",
        "en": "A period has a first and a last day, or neither.",
    },
    "backwards": {
        "it": "Il periodo finisce prima di iniziare.",
        "en": "The period ends before it begins.",
    },
    "one_currency": {
        "it": "Tutti gli importi devono essere nella stessa valuta.",
        "en": "All amounts must be in one currency.",
    },
    "in_the_future": {
        "it": "La data non può essere futura.",
        "en": "The date cannot lie in the future.",
    },
}

# Key of a finding of the dry run → its text in both languages.
FINDINGS: Mapping[str, Mapping[str, str]] = {
    "00200": {
        "it": "Questo dato non è nella forma che la fattura elettronica richiede.",
        "en": "This is not in the form that the electronic invoice requires.",
    },
    "00305": {
        "it": "La partita IVA non è valida: verificare di averla copiata bene.",
        "en": "The VAT number is not valid: please check that it was copied correctly.",
    },
    "00306": {
        "it": "Il codice fiscale non è valido: verificare di averlo copiato bene.",
        "en": "The codice fiscale is not valid: please check that it was copied correctly.",
    },
    "00330": {
        "it": "Questo indirizzo PEC è del Sistema di Interscambio: serve quello del cliente.",
        "en": "This certified address belongs to the exchange system: the customer’s own is needed.",
    },
    "00417": {
        "it": "Serve la partita IVA oppure il codice fiscale.",
        "en": "A VAT number or a codice fiscale is needed.",
    },
    "00427": {
        "it": "Il codice destinatario deve avere 7 caratteri.",
        "en": "The recipient code must have 7 characters.",
    },
    "00471": {
        "it": "Il cliente non può essere chi emette la fattura.",
        "en": "The customer cannot be the issuer of the invoice.",
    },
    "not_latin": {
        "it": "Sono ammessi solo caratteri latini: la fattura elettronica non ne prevede altri.",
        "en": "Only Latin characters are allowed: the electronic invoice knows no others.",
    },
    "italy_only": {
        "it": "Per ora si emettono fatture solo a clienti residenti in Italia.",
        "en": "For now invoices are issued to customers in Italy only.",
    },
    "required": {
        "it": "Questo campo è obbligatorio.",
        "en": "This field is required.",
    },
}
