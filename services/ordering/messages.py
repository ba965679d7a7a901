"""What a customer reads when an answer breaks one of ordering's own rules, in Italian and English, by key."""

from services.kit.messages import Catalogue

CATALOGUE: Catalogue = {
    "reseller_monthly_only": {
        "it": "Per i rivenditori è prevista solo la fatturazione mensile.",
        "en": "Resellers can only be billed monthly.",
    },
    "minimum_monthly": {
        "it": "Con la fatturazione mensile si ordinano almeno {least} caselle in tutto.",
        "en": "Monthly billing starts at {least} mailboxes in all.",
    },
    "minimum_annual": {
        "it": "Con la fatturazione annuale le caselle da ordinare sono almeno {least}.",
        "en": "Annual billing starts at {least} mailbox(es).",
    },
    "largest_order": {
        "it": "Un ordine può comprendere al massimo {most} caselle: per quantità maggiori contattare l’assistenza.",
        "en": "An order may have at most {most} mailboxes: for more, please contact us.",
    },
    "unknown_option": {
        "it": "Questa opzione non è nel listino.",
        "en": "This option is not in the price list.",
    },
    "option_twice": {
        "it": "Ogni opzione può essere indicata una volta sola.",
        "en": "Each option may be named only once.",
    },
    "resale_not_declared": {
        "it": "Per richiedere la qualifica di rivenditore occorre dichiarare di rivendere il servizio a terzi.",
        "en": "To ask for the reseller status you must declare that you resell the service to third parties.",
    },
    "declaration_not_shown": {
        "it": "Questo testo della dichiarazione non è quello attuale: mostrare quello attuale e riprovare.",
        "en": "This is not the present text of the declaration: show the present one and try again.",
    },
    "not_a_reference": {
        "it": "Il riferimento della prova dice dove è archiviata: lettere senza accenti, cifre e ./_- senza spazi.",
        "en": "A proof’s reference says where it is filed: letters without accents, digits and ./_- without spaces.",
    },
    "not_a_hash": {
        "it": "Serve un’impronta SHA-256: 64 cifre esadecimali minuscole.",
        "en": "This must be a SHA-256: 64 lower-case hexadecimal digits.",
    },
    "not_a_postal_code": {
        "it": "Il CAP deve avere cinque cifre.",
        "en": "The postal code (CAP) must have five digits.",
    },
    "not_a_province": {
        "it": "La sigla della provincia non esiste: servono due lettere, per esempio FI.",
        "en": "There is no such province: two letters, for example FI.",
    },
    "not_a_recipient_code": {
        "it": "Il codice destinatario ha sette caratteri tra lettere e cifre.",
        "en": "The recipient code (codice destinatario) has seven letters and digits.",
    },
    "not_a_pec": {"it": "L’indirizzo PEC non è valido.", "en": "This is not a valid PEC address."},
    "code_or_pec": {
        "it": "Per ricevere la fattura elettronica serve il codice destinatario oppure un indirizzo PEC.",
        "en": "The electronic invoice needs a recipient code (codice destinatario) or a PEC address.",
    },
    "company_or_names": {
        "it": "Indicare la denominazione, oppure nome e cognome per i liberi professionisti.",
        "en": "Enter the company name, or first and last name for a freelancer.",
    },
    "body_code": {
        "it": "Il codice fiscale di un ente ha 11 cifre.",
        "en": "The codice fiscale of a body has 11 digits.",
    },
    "items_too_few": {
        "it": "L’ordine deve comprendere tutte le caselle esistenti, ciascuna della sua dimensione o maggiore; "
        "un dominio senza caselle conta come una casella della dimensione minima.",
        "en": "The order must include all existing mailboxes, each of its size or larger; a domain without mailboxes "
        "counts as one of the smallest.",
    },
    "not_served_public_body": {
        "it": "Il codice di sei caratteri è di un ufficio pubblico: non vendiamo alla pubblica amministrazione, "
        "perché le sue fatture richiedono firma e scissione dei pagamenti.",
        "en": "A code of six characters belongs to a public office: we do not sell to public bodies, because their "
        "invoices need a signature and split payment.",
    },
    "not_served_split_payment": {
        "it": "Non vendiamo a clienti soggetti alla scissione dei pagamenti (art. 17-ter DPR 633/1972).",
        "en": "We do not sell to customers under split payment (DPR 633/1972, art. 17-ter).",
    },
    "not_served_private_abroad": {
        "it": "Come privato può ordinare solo chi è residente in Italia.",
        "en": "Only residents of Italy can order as a private person.",
    },
    "not_a_postal_code_there": {
        "it": "In questo paese il codice postale ha la forma {example}.",
        "en": "In this country a postal code has the form {example}.",
    },
    "postal_code_of_the_town": {
        "it": "Il codice postale di questo comune è {code}.",
        "en": "The postal code of this town is {code}.",
    },
    "province_of_the_town": {
        "it": "Questo comune è in provincia di {province}: indicare {province}, oppure correggere il comune.",
        "en": "This town is in the province {province}: write {province}, or correct the town.",
    },
    "postal_code_of_another_town": {
        "it": "Questo codice postale è di un luogo fuori dal territorio IVA, per esempio {town}: indicare il suo "
        "comune, oppure correggere il codice.",
        "en": "This postal code belongs to a place outside the territory of VAT, such as {town}: name its town, or "
        "correct the code.",
    },
    "vat_country_of_the_address": {
        "it": "La partita IVA deve essere del paese in cui ha sede l’azienda.",
        "en": "The VAT number must be of the country in which the business is established.",
    },
    "not_an_eu_vat_number": {
        "it": "Non è una partita IVA comunitaria valida per questo paese (prefisso {prefix}).",
        "en": "This is not a VAT number of this country (prefix {prefix}).",
    },
    "not_a_foreign_tax_id": {
        "it": "L’identificativo fiscale ha da 2 a 28 caratteri, lettere e cifre senza accenti.",
        "en": "The tax id has 2 to 28 characters, letters and digits without accents.",
    },
    "vat_number_not_valid": {
        "it": "Secondo il VIES la partita IVA {vat_id} non è valida per operazioni intracomunitarie. Verificare di "
        "averla scritta bene; se è giusta, chiedere l’iscrizione al VIES alla propria amministrazione fiscale, "
        "poi riprovare.",
        "en": "According to VIES the VAT number {vat_id} is not valid for trade within the EU. Please check that it is "
        "written correctly; if it is, ask your tax office to have it entered in VIES, then try again.",
    },
}
