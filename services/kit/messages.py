"""What a customer reads when a field is wrong, in Italian and English, by key.

A room's own rules have a catalogue of the same shape in ``services/<room>/messages.py``, handed to ``Violations``.
"""

from collections.abc import Mapping

Catalogue = Mapping[str, Mapping[str, str]]
"""Key → language (``it``, ``en``) → text; ``{name}`` is filled in by ``Violations.add``."""

CATALOGUE: Catalogue = {
    "required": {"it": "Questo campo è obbligatorio.", "en": "This field is required."},
    "must_be_empty": {"it": "Questo campo deve restare vuoto.", "en": "This field must be left empty."},
    "too_long": {"it": "Al massimo {limit} caratteri.", "en": "At most {limit} characters."},
    "too_short": {"it": "Almeno {limit} caratteri.", "en": "At least {limit} characters."},
    "too_many": {"it": "Al massimo {limit} elementi.", "en": "At most {limit} entries."},
    "out_of_range": {
        "it": "Il valore deve essere compreso tra {least} e {most}.",
        "en": "The value must be between {least} and {most}.",
    },
    "control_characters": {
        "it": "Il testo contiene caratteri non ammessi (caratteri di controllo).",
        "en": "The text contains characters that are not allowed (control characters).",
    },
    "not_latin": {
        "it": "Sono ammessi solo caratteri latini: la fattura elettronica non ne prevede altri.",
        "en": "Only Latin characters are allowed: the electronic invoice knows no others.",
    },
    "not_a_uuid": {"it": "Non è un identificativo UUID valido.", "en": "This is not a valid UUID."},
    "not_an_email": {"it": "L’indirizzo email non è valido.", "en": "This is not a valid email address."},
    "not_an_ip": {"it": "L’indirizzo IP non è valido.", "en": "This is not a valid IP address."},
    "not_a_phone": {
        "it": "Il numero di telefono va indicato in forma internazionale, per esempio +390551234567.",
        "en": "The phone number must be in international form, for example +390551234567.",
    },
    "not_a_country": {
        "it": "Il codice del paese non esiste: servono due lettere, per esempio IT.",
        "en": "There is no such country code: two letters, for example IT.",
    },
    "not_a_date": {"it": "La data non esiste.", "en": "There is no such date."},
    "instant_in_future": {"it": "Questo momento è nel futuro.", "en": "This time lies in the future."},
    "not_an_amount": {"it": "L’importo non è valido.", "en": "This is not a valid amount."},
    "not_a_choice": {"it": "Il valore non è tra quelli previsti.", "en": "This is not one of the possible values."},
    "not_a_page_token": {
        "it": "Il segno di pagina non è valido: ripartire dalla prima pagina.",
        "en": "The page token is not valid: begin again with the first page.",
    },
    "not_a_codice_fiscale": {
        "it": "Il codice fiscale deve avere 16 caratteri, oppure 11 cifre per gli enti.",
        "en": "The codice fiscale must have 16 characters, or 11 digits for bodies.",
    },
    "not_a_vat_number": {
        "it": "La partita IVA deve avere 11 cifre.",
        "en": "The Italian VAT number must have 11 digits.",
    },
    "bad_checksum": {
        "it": "Il carattere di controllo non torna: verificare di aver copiato bene il codice.",
        "en": "The check character does not match: please check that the code was copied correctly.",
    },
    "not_a_reason_code": {
        "it": "Il motivo è un codice di lettere minuscole, cifre e trattini bassi, per esempio phone_confirmed.",
        "en": "The reason is a code of lower-case letters, digits and underscores, for example phone_confirmed.",
    },
    "bad_format": {"it": "Il formato non è valido.", "en": "The format is not valid."},
    "clock_moves_back": {"it": "L’orologio non torna indietro.", "en": "The clock does not move back."},
    "order_or_period": {
        "it": "Va indicato l’ordine oppure il periodo dell’abbonamento: uno dei due, non entrambi.",
        "en": "Give either the order or the subscription’s period: one of the two, not both.",
    },
    "not_this_period": {
        "it": "L’identificativo non è quello di questo periodo dell’abbonamento.",
        "en": "This is not the id of this period of the subscription.",
    },
    "must_accept": {"it": "Per proseguire è necessario accettare.", "en": "You need to accept this to continue."},
}
