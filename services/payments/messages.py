"""What this room says of a wrong field, beside kit's messages, in Italian and English."""

from services.kit.messages import Catalogue

CATALOGUE: Catalogue = {
    "booked_before_request": {
        "it": "Il giorno di contabilizzazione precede la richiesta di pagamento.",
        "en": "The booking date lies before the payment request was made.",
    },
    "in_the_future": {"it": "Il giorno è nel futuro.", "en": "The day lies in the future."},
    "iban_missing": {"it": "Manca l'IBAN.", "en": "The IBAN is missing."},
    "iban_not_valid": {"it": "L'IBAN non è valido.", "en": "The IBAN is not valid."},
    "iban_not_sepa": {
        "it": "L'IBAN è di un paese fuori dall'area SEPA.",
        "en": "The IBAN is of a country outside SEPA.",
    },
    "iban_ours": {
        "it": "È il nostro conto: un rimborso va al conto di chi ha pagato.",
        "en": "This is our own account: a refund goes to the account of who paid.",
    },
    "no_refund_file": {
        "it": "Non è un file intero dei nostri rimborsi: {why}.",
        "en": "This is no whole file of our refunds: {why}.",
    },
    "not_in_file": {"it": "Il file non ha questo rimborso.", "en": "The file does not have this refund."},
    "holder_missing": {"it": "Manca l'intestatario del conto.", "en": "The account's holder is missing."},
    "credit_of_what_was_paid": {
        "it": "Diventa credito solo il rimborso di una richiesta di pagamento, senza IBAN.",
        "en": "Only a refund of a payment request becomes credit, and without an IBAN.",
    },
    "booked_in_future": {
        "it": "La banca indica per questo accredito un giorno futuro: registrarlo da quel giorno in poi.",
        "en": "The bank has this credit on a day in the future: record it from that day on.",
    },
}
