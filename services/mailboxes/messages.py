"""What a customer reads when a field of this room is wrong, in Italian and English, by key."""

from services.kit.messages import Catalogue

CATALOGUE: Catalogue = {
    "domain_syntax": {
        "it": "Il nome di dominio non è valido: scrivilo per intero, per esempio esempio.it.",
        "en": "This is not a valid domain name: write it in full, for example example.com.",
    },
    "domain_too_long": {
        "it": "Il nome di dominio supera i 253 caratteri.",
        "en": "The domain name is longer than 253 characters.",
    },
    "address_syntax": {
        "it": "L’indirizzo deve essere completo, per esempio info@esempio.it.",
        "en": "The address must be complete, for example info@example.com.",
    },
    "address_too_long": {
        "it": "L’indirizzo supera i 254 caratteri.",
        "en": "The address is longer than 254 characters.",
    },
    "local_part_syntax": {
        "it": "Prima della @ sono ammessi solo lettere senza accento, cifre, punto, trattino e trattino basso; "
        "il nome deve iniziare con una lettera o una cifra e non può finire con un punto.",
        "en": "Before the @ only unaccented letters, digits, dots, hyphens and underscores are allowed; "
        "the name must begin with a letter or digit and must not end with a dot.",
    },
    "local_part_too_long": {
        "it": "La parte prima della @ supera i 64 caratteri.",
        "en": "The part before the @ is longer than 64 characters.",
    },
    "too_many_days": {
        "it": "L’ultimo giorno può seguire il primo di {most} giorni al massimo, e non può precederlo.",
        "en": "The last day may follow the first by {most} days at the most, and must not be before it.",
    },
    "sizes_do_not_add_up": {
        "it": "Le caselle per dimensione devono corrispondere al numero di caselle ordinate.",
        "en": "The mailboxes by size must add up to the number of mailboxes ordered.",
    },
    "unknown_option": {
        "it": "Questa opzione non è nel listino.",
        "en": "This option is not in the price list.",
    },
    "option_not_sold": {
        "it": "Questa opzione non è in vendita: può tenerla solo una casella che l’ha già.",
        "en": "This option is not on sale: only a mailbox that has it already may keep it.",
    },
    "option_twice": {
        "it": "La stessa opzione è indicata più di una volta.",
        "en": "The same option is given more than once.",
    },
    "size_repeated": {
        "it": "La stessa dimensione è indicata più di una volta.",
        "en": "The same size is given more than once.",
    },
    "no_place_for_domain": {
        "it": "Un dominio senza caselle occupa uno dei posti del contratto annuale, e tutti ({places}) sono occupati. "
        "Elimina un dominio senza caselle o una casella, oppure ordina altre caselle.",
        "en": "A domain without mailboxes takes one of the annual contract’s places, and all ({places}) are taken. "
        "Delete a domain without mailboxes or a mailbox, or order more mailboxes.",
    },
    "new_contract_limit": {
        "it": "Un contratto mensile nuovo può avere al massimo {most} caselle, finché il secondo mese non è pagato. "
        "Se te ne servono di più prima di allora, scrivici con un ticket.",
        "en": "A new monthly contract may have at most {most} mailboxes until its second month is paid. If you need "
        "more before then, write to us with a ticket.",
    },
}
