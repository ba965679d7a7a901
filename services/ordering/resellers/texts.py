"""What a customer declares who asks for the reseller status, and what would meet each of its requirements."""

from collections.abc import Mapping

from services.ordering.domain.reseller import Checked, Requirement

DECLARATION_VERSION = "2026-11"
"""Names the declaration's text in both languages: a changed text gets another one."""

DECLARATION: Mapping[str, str] = {
    "it": "Dichiaro di rivendere il servizio di posta elettronica a terzi.",
    "en": "I declare that I resell the email service to third parties.",
}

_REMEDIES: Mapping[Requirement, Mapping[str, str]] = {
    Requirement.MAILBOXES: {
        "it": "Nel pannello servono almeno {wanted} caselle, comprese quelle non attive: ora sono {found}.",
        "en": "The panel must have at least {wanted} mailboxes, inactive ones included: there are {found} now.",
    },
    Requirement.OTHER_DOMAINS: {
        "it": "Nel pannello servono domini diversi dal proprio, almeno {wanted}: ora sono {found}. È proprio il "
        "dominio dell’indirizzo di accesso o della PEC; se nel pannello non c’è, quello inserito per primo.",
        "en": "The panel must have domains other than your own, at least {wanted}: there are {found} now. Your own is "
        "the domain of your login’s or PEC address; if the panel has none of these, the one that was added first.",
    },
    Requirement.RESALE: {
        "it": "Serve la dichiarazione di rivendere il servizio a terzi, che si fa con la richiesta.",
        "en": "It takes the declaration that you resell the service to third parties, which comes with the request.",
    },
    Requirement.TRAINING: {
        "it": "Serve la formazione sui nostri strumenti: ci metteremo d’accordo dopo la richiesta.",
        "en": "It takes the training on our tools: after your request we will agree on a date.",
    },
}


def remedy(checked: Checked, language: str) -> str:
    """What would meet a requirement, in a language; empty where it is met."""
    if checked.met:
        return ""
    return _REMEDIES[checked.requirement][language].format(found=checked.found, wanted=checked.wanted)
