"""Decides how a rejection is worded: the SdI's official codes with what each means, in our own words.

Source of the codes: Agenzia delle Entrate, Elenco dei controlli, version 2.0 of 31/01/2025.
"""

from dataclasses import dataclass

MEANINGS = {
    "00001": ("nome del file non valido", "usare IT<codice fiscale>_<da 1 a 5 caratteri alfanumerici>.xml"),
    "00002": ("nome del file già usato", "inviare il file con un nome nuovo"),
    "00003": ("file più grande di 5 MB", "ridurre gli allegati"),
    "00106": ("file vuoto o non leggibile", "inviare un file xml non firmato"),
    "00200": ("file non conforme al formato", "controllare il file con lo schema XSD"),
    "00201": ("troppi errori di formato", "controllare il file con lo schema XSD"),
    "00300": ("identificativo del trasmittente non valido", "controllare 1.1.1.2"),
    "00301": ("partita IVA del cedente non valida", "controllare 1.2.1.1.2"),
    "00302": ("codice fiscale del cedente non valido", "controllare 1.2.1.2"),
    "00305": ("partita IVA del cessionario non valida", "controllare 1.4.1.1.2"),
    "00306": ("codice fiscale del cessionario non valido", "controllare 1.4.1.2"),
    "00311": ("codice destinatario inesistente", "controllare 1.1.4"),
    "00312": ("codice destinatario non attivo", "controllare 1.1.4"),
    "00313": ("codice XXXXXXX senza identificativo IVA estero", "controllare 1.1.4 e 1.4.1.1"),
    "00330": ("la PEC del destinatario è una casella dello SdI", "controllare 1.1.6"),
    "00400": ("riga con aliquota zero senza natura", "indicare 2.2.1.14"),
    "00401": ("riga con natura e aliquota diversa da zero", "togliere 2.2.1.14"),
    "00403": ("data della fattura successiva alla ricezione", "controllare 2.1.1.3"),
    "00404": ("fattura già inviata", "stesso cedente, anno e numero di una fattura accettata"),
    "00409": ("fattura ripetuta nel file", "controllare 2.1.1.4"),
    "00417": ("cessionario senza partita IVA e senza codice fiscale", "indicare 1.4.1.1 o 1.4.1.2"),
    "00419": ("manca un riepilogo per aliquota", "aggiungere 2.2.2"),
    "00421": ("imposta non calcolata secondo le regole", "controllare 2.2.2.6"),
    "00422": ("imponibile non calcolato secondo le regole", "controllare 2.2.2.5"),
    "00423": ("prezzo totale non calcolato secondo le regole", "controllare 2.2.1.11"),
    "00424": ("aliquota tra zero e uno", "scrivere 22.00 e non 0.22"),
    "00425": ("numero della fattura senza cifre", "controllare 2.1.1.4"),
    "00427": ("codice destinatario e formato non coerenti", "sette caratteri per FPR12"),
    "00428": ("formato e versione non coerenti", "controllare 1.1.3"),
    "00429": ("riepilogo con aliquota zero senza natura", "indicare 2.2.2.2"),
    "00430": ("riepilogo con natura e aliquota diversa da zero", "togliere 2.2.2.2"),
    "00443": ("aliquota di una riga senza riepilogo", "aggiungere 2.2.2"),
    "00444": ("natura di una riga senza riepilogo", "aggiungere 2.2.2"),
    "00445": ("natura generica non più ammessa", "usare il codice di dettaglio"),
    "00471": ("cedente e cessionario coincidono", "controllare 1.2 e 1.4"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason of a rejection."""

    code: str
    description: str
    hint: str


def finding(code: str, detail: str = "") -> Finding:
    """A reason with its usual words; a code that is not listed here is sent as it is."""
    meaning, hint = MEANINGS.get(code, ("scarto ordinato dal simulatore", "nessuno"))
    return Finding(code, f"{meaning}: {detail}" if detail else meaning, hint)
