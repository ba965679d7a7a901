"""What a caller reads when a field of this room's requests is wrong, beside kit's common texts, and in a dry run."""

from collections.abc import Mapping

from services.kit.messages import Catalogue

CATALOGUE: Catalogue = {
    "paid_first": {
        "it": "Prima del pagamento si fattura solo a imprese per le quali l’IVA è dovuta all’estero.",
        "en": "Only businesses that are taxed abroad are invoiced before the payment.",
    },
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
    "of_another_treatment": {
        "it": "L’aliquota non corrisponde al trattamento IVA del documento.",
        "en": "The rate does not agree with how the document is taxed.",
    },
    "same_method": {
        "it": "Le due parti tornano al cliente in due modi diversi: se il modo è uno solo, ometti questa parte.",
        "en": "The two parts go back in two ways: where there is one way, leave this part out.",
    },
    "returned_by_no_hand": {
        "it": "Che una banca ha già restituito l’importo lo dice solo la nota di un recesso.",
        "en": "Only a withdrawal's note says that a bank has returned the amount already.",
    },
    "not_a_part": {
        "it": "La parte deve essere minore dell’importo accreditato.",
        "en": "The part must be less than what is credited.",
    },
    "of_another_customer": {
        "it": "Questo trattamento IVA non è possibile per questo cliente.",
        "en": "This customer cannot be taxed in this way.",
    },
    "longer_than_the_term": {
        "it": "I giorni di servizio non possono essere più di quelli del periodo intero.",
        "en": "There cannot be more days of service than the whole term has.",
    },
    "taxed_elsewhere": {
        "it": "Con questo indirizzo l’IVA sarebbe diversa: serve una nota di credito e una nuova fattura.",
        "en": "At this address the VAT would be another: it takes a credit note and a new invoice.",
    },
    "before_the_invoice": {
        "it": "Il giorno della causa precede la fattura.",
        "en": "The day of the cause lies before the invoice.",
    },
    "of_another_sale": {
        "it": "Non è la fattura di un acconto su questo ordine o periodo.",
        "en": "This is no invoice of a part payment of this order or period.",
    },
    "more_than_paid": {
        "it": "Gli acconti superano quanto è stato pagato.",
        "en": "The part payments come to more than was paid.",
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
    "00313": {
        "it": "Serve il numero di identificazione fiscale del paese in cui il cliente è stabilito.",
        "en": "A tax number of the country in which the customer is established is needed.",
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
        "it": "La fattura elettronica prevede solo caratteri latini, e questi non hanno una trascrizione: "
        "scriverlo in lettere latine.",
        "en": "The electronic invoice knows Latin letters only, and these have no spelling in them: "
        "please write it in Latin letters.",
    },
    "long_in_latin": {
        "it": "Trascritto in lettere latine, come la fattura elettronica richiede, è troppo lungo: abbreviarlo.",
        "en": "Spelled in Latin letters, as the electronic invoice requires, it is too long: please shorten it.",
    },
    "taxed_otherwise": {
        "it": "In questo paese il trattamento IVA indicato non è possibile.",
        "en": "A customer in this country cannot be taxed in the way that was named.",
    },
    "of_another_country": {
        "it": "La partita IVA deve essere del paese dell’indirizzo.",
        "en": "The VAT number must be of the address’s country.",
    },
    "required": {
        "it": "Questo campo è obbligatorio.",
        "en": "This field is required.",
    },
}
