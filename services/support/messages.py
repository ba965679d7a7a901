"""What this room says of a bad field, beside the common messages."""

from services.kit.messages import Catalogue

CATALOGUE: Catalogue = {
    "room_twice": {"it": "Questo servizio compare due volte.", "en": "This service appears twice."},
    "not_a_url": {
        "it": "Non è un indirizzo web: per esempio https://example.it/casella.",
        "en": "This is not a web address: for example https://example.it/casella.",
    },
    "url_without_user": {
        "it": "L’indirizzo non può contenere nome utente, password o frammento (#).",
        "en": "The address may hold no user name, password or fragment (#).",
    },
    "url_needs_https": {"it": "L’indirizzo deve iniziare con https://.", "en": "The address must begin with https://."},
    "url_not_public": {
        "it": "L’indirizzo non è raggiungibile da Internet: le reti private non sono ammesse.",
        "en": "The address is not in the public internet: private networks are not allowed.",
    },
}
