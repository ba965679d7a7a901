"""What a customer is told before the deletion of the profile is asked for, and when it is refused.

Sources: GDPR art. 17 (erasure), art. 12(4) (reasons of a refusal, complaint, judicial remedy), Civil Code art. 2220 and
DPR 633/1972 art. 39 (ten years for fiscal documents).
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from services.support.erasures.domain import Refusal

NOTICE: Final[Mapping[str, str]] = {
    "it": (
        "Con la cancellazione del profilo eliminiamo subito e per sempre i tuoi domini, le tue caselle con tutti i "
        "messaggi e l’accesso al pannello di controllo: nulla può essere recuperato. Scarica prima quello che vuoi "
        "conservare.\n\n"
        "Un ordine non pagato viene annullato. Un abbonamento pagato finisce subito: la parte già pagata e non ancora "
        "goduta non viene rimborsata. Se vuoi usarla, disdici l’abbonamento e chiedi la cancellazione alla fine; se "
        "hai ancora il diritto di recesso, esercitalo prima: in quel caso rimborsiamo quanto ti spetta.\n\n"
        "Il denaro in viaggio o in attesa viene prima sistemato. Poi cancelliamo i tuoi dati personali da tutti i "
        "nostri servizi e te lo confermiamo con un’ultima email. Fatture e note di credito, con i dati che contengono, "
        "restano conservate per 10 anni come vuole la legge.\n\n"
        "Rispondiamo entro un mese. Finché non abbiamo deciso puoi ritirare la richiesta chiudendola."
    ),
    "en": (
        "Deleting your profile removes at once and for good your domains, your mailboxes with all messages, and the "
        "access to the control panel: nothing can be restored. First download what you want to keep.\n\n"
        "An unpaid order is cancelled. A paid subscription ends at once: what you have paid and not yet used is not "
        "paid back. To use it, cancel the subscription and ask for the deletion at its end; if you still have the "
        "right of withdrawal, use that first: we then pay back what is due to you.\n\n"
        "Money on its way or waiting is settled first. Then we erase your personal data from all our services and "
        "confirm it by a last email. Invoices and credit notes, with the data in them, are kept for 10 years, as the "
        "law requires.\n\n"
        "We answer within one month. Until we have decided, you can take the request back by closing it."
    ),
}

NOTICE_HASH: Final = hashlib.sha256("\x1f".join(NOTICE[language] for language in sorted(NOTICE)).encode()).hexdigest()
"""What a request names, so that it is known which text the customer has confirmed."""

_REASONS: Final[Mapping[Refusal, Mapping[str, str]]] = {
    Refusal.IDENTITY_NOT_CONFIRMED: {
        "it": "non abbiamo potuto accertare che la richiesta venga da te (GDPR, art. 12, par. 2 e 6)",
        "en": "we could not make sure that the request comes from you (GDPR, art. 12(2) and (6))",
    },
    Refusal.LEGAL_CLAIM: {
        "it": "i dati servono per accertare, esercitare o difendere un diritto in giudizio (GDPR, art. 17, par. 3, "
        "lett. e), per esempio per un importo che non è stato pagato",
        "en": "the data are needed for the establishment, exercise or defence of legal claims (GDPR, art. 17(3)(e)), "
        "for example for an amount that has not been paid",
    },
    Refusal.LEGAL_OBLIGATION: {
        "it": "un obbligo di legge ci impone di conservare i dati (GDPR, art. 17, par. 3, lett. b)",
        "en": "a legal obligation requires us to keep the data (GDPR, art. 17(3)(b))",
    },
    Refusal.CONTRACT_GOES_ON: {
        "it": "i dati servono per un contratto che continua (GDPR, art. 17, par. 1, lett. a): disdici prima "
        "l’abbonamento",
        "en": "the data are needed for a contract that goes on (GDPR, art. 17(1)(a)): cancel the subscription first",
    },
    Refusal.UNFOUNDED: {
        "it": "la richiesta è manifestamente infondata o eccessiva (GDPR, art. 12, par. 5)",
        "en": "the request is manifestly unfounded or excessive (GDPR, art. 12(5))",
    },
}

_REFUSED: Final[Mapping[str, str]] = {
    "it": (
        "Non possiamo cancellare il profilo: {reason}.\n\n"
        "Se non sei d’accordo puoi rispondere a questa richiesta, proporre reclamo al Garante per la protezione dei "
        "dati personali (www.garanteprivacy.it) o ricorrere all’autorità giudiziaria."
    ),
    "en": (
        "We cannot delete the profile: {reason}.\n\n"
        "If you do not agree you can reply to this request, lodge a complaint with the Italian data protection "
        "authority (Garante per la protezione dei dati personali, www.garanteprivacy.it) or go to court."
    ),
}


def refusal(why: Refusal, language: str) -> str:
    """The answer to a refused request, with its reason and what can be done about it."""
    return _REFUSED[language].format(reason=_REASONS[why][language])
