"""What a customer reads when a field breaks one of this room's own rules, in Italian and English."""

from services.kit.messages import Catalogue

CATALOGUE: Catalogue = {
    "not_a_name": {
        "it": "Sono ammesse solo lettere, spazi, apostrofi e trattini.",
        "en": "Only letters, spaces, apostrophes and hyphens are allowed.",
    },
    "consent_twice": {"it": "Questo consenso compare due volte.", "en": "This consent appears twice."},
    "consent_missing": {
        "it": "Per proseguire è necessario accettare i termini di servizio e l’informativa sulla privacy.",
        "en": "You need to accept the terms of service and the privacy policy to continue.",
    },
    "password_guessable": {
        "it": "Questa password è troppo facile da indovinare.",
        "en": "This password is too easy to guess.",
    },
}
