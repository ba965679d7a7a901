"""What the law wants a consumer to read before ordering, in Italian and English.

Sources: consumer code (d.lgs. 206/2005) art. 49(1)(h) and (l) (right of withdrawal and its cost), art. 51(8) (express
request to start), art. 57(3) (what is owed after a withdrawal).
"""

from collections.abc import Mapping
from typing import Literal

Language = Literal["it", "en"]
LANGUAGES: tuple[Language, ...] = ("it", "en")

WITHDRAWAL_INFORMATION: Mapping[str, str] = {
    "it": (
        "Chi acquista come consumatore può recedere dal contratto senza indicarne il motivo fino alla fine del 14° "
        "giorno dopo l’ordine (ora italiana) o, se quel giorno è un sabato o un festivo, del primo giorno lavorativo "
        "successivo, con una qualsiasi dichiarazione esplicita. In quel caso rimborsiamo "
        "quanto pagato entro 14 giorni, con lo stesso mezzo di pagamento. Se è stato chiesto di iniziare subito il "
        "servizio, è dovuta la parte del prezzo per i giorni in cui il servizio è stato attivo; senza questa "
        "richiesta non è dovuto nulla."
    ),
    "en": (
        "Whoever buys as a consumer may withdraw from the contract without giving a reason until the end of the 14th "
        "day after the order (Italian time) or, where that is a Saturday, a Sunday or a public holiday, of the next "
        "working day, by any clear statement. We then refund what was paid within 14 days, by "
        "the same means of payment. If you asked us to start the service at once, you owe the part of the price for "
        "the days on which the service was active; without that request you owe nothing."
    ),
}

START_AT_ONCE_LABEL: Mapping[str, str] = {
    "it": (
        "Chiedo che il servizio inizi subito, prima della fine del periodo di recesso, e so che in caso di recesso "
        "pagherò i giorni in cui è stato attivo"
    ),
    "en": (
        "I ask that the service start at once, before the withdrawal period ends, and I know that if I withdraw I will "
        "pay for the days on which it was active"
    ),
}
