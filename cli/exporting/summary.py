"""Decides what an export says of the whole period: sums, stamp duty by quarter, and what needs a person's hand.

What was given up counts as never issued: it has sums of its own and is in no balance. What the SdI has rejected, or has
not answered, is in the balance and is named: it keeps its number and date once it is sent again.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from casella.invoicing.v1 import invoicing_pb2 as pb
from cli import words
from cli.exporting.entries import KINDS, STATES, Row, bearer, counting
from cli.exporting.folder import cents

COLUMNS = (
    "sezione", "trimestre", "tipo", "aliquota", "natura", "a_carico", "stato", "divisa", "documenti", "imponibile",
    "imposta", "totale", "bollo", "numero", "data", "nota",
)  # fmt: skip
ISSUED, OPEN, GIVEN_UP = "emesso", "in corso", "rinunciato"
_STANDING = {
    pb.TRANSMISSION_STATE_DELIVERED: ISSUED,
    pb.TRANSMISSION_STATE_UNDELIVERABLE: ISSUED,
    pb.TRANSMISSION_STATE_GIVEN_UP: GIVEN_UP,
}
_MONTHS_OF_QUARTER = 3
_ISSUED_WITHIN = timedelta(days=12)


@dataclass
class Sum:
    """Documents, or parts of them, added up; in minor units."""

    documents: int = 0
    net: int = 0
    vat: int = 0

    def add(self, net: int, vat: int, sign: int = 1) -> None:
        """Add a document's part."""
        self.documents += 1
        self.net += sign * net
        self.vat += sign * vat

    @property
    def row(self) -> Row:
        """Its columns."""
        return {
            "documenti": str(self.documents),
            "imponibile": cents(self.net),
            "imposta": cents(self.vat),
            "totale": cents(self.net + self.vat),
        }


@dataclass
class Summary:
    """What was exported so far, added up.

    Attributes:
        documents: How many.
        shares: By kind, rate, nature, standing and currency.
        balance: By rate, nature and currency: invoices less credit notes, without those given up.
        whole: By kind, standing and currency, of the documents' own totals.
        duty: Stamp duty that is owed, by quarter, bearer, standing and currency, without what was given up.
        open: What is to be looked at, a row each.
        differing: Numbers whose rows do not add up to the document.
    """

    documents: int = 0
    shares: dict[tuple[str, str, str, str, str], Sum] = field(default_factory=lambda: defaultdict(Sum))
    balance: dict[tuple[str, str, str], Sum] = field(default_factory=lambda: defaultdict(Sum))
    whole: dict[tuple[str, str, str], Sum] = field(default_factory=lambda: defaultdict(Sum))
    duty: dict[tuple[str, str, str, str], Sum] = field(default_factory=lambda: defaultdict(Sum))
    open: list[Row] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)

    def add(self, entry: pb.FiscalDocument) -> None:
        """Add a document."""
        document = entry.document
        self.documents += 1
        kind, standing = KINDS[document.kind], _STANDING.get(document.transmission_state, OPEN)
        totals, currency = document.totals, document.totals.gross.currency
        sign = -1 if document.kind == pb.DOCUMENT_KIND_CREDIT_NOTE else 1
        self.whole[kind, standing, currency].add(totals.net.minor, totals.vat.minor)
        for share in entry.shares:
            parts = share.net.minor, share.vat.minor
            self.shares[kind, share.vat_rate, share.nature, standing, currency].add(*parts)
            if standing != GIVEN_UP:
                self.balance[share.vat_rate, share.nature, currency].add(*parts, sign)
        if document.HasField("stamp_duty") and standing != GIVEN_UP:
            self.duty[quarter_of(document), bearer(entry), standing, currency].add(document.stamp_duty.minor, 0)
        added = sum(share.net.minor for share in entry.shares), sum(share.vat.minor for share in entry.shares)
        if added != (totals.net.minor, totals.vat.minor) or sum(added) != totals.gross.minor:
            self.differing.append(document.number)
        self.open += [
            {"sezione": "da vedere", "tipo": kind, "numero": document.number, "data": words.day(document.date),
             "stato": STATES[document.transmission_state], "nota": note}
            for note in _notes(entry, standing)
        ]  # fmt: skip

    def rows(self) -> Iterator[Row]:
        """All of it, a section after the other."""
        for (kind, standing, currency), added in sorted(self.whole.items()):
            yield {"sezione": "documenti", "tipo": kind, "stato": standing, "divisa": currency, **added.row}
        for (kind, rate, nature, standing, currency), added in sorted(self.shares.items()):
            yield {
                "sezione": "iva per tipo", "tipo": kind, **_taxed(rate, nature), "stato": standing,
                "divisa": currency, **added.row,
            }  # fmt: skip
        for (rate, nature, currency), added in sorted(self.balance.items()):
            yield {"sezione": "saldo iva", **_taxed(rate, nature), "divisa": currency, **added.row}
        for (quarter, borne, standing, currency), owed in sorted(self.duty.items()):
            yield {
                "sezione": "bollo", "trimestre": quarter, "a_carico": borne, "stato": standing, "divisa": currency,
                "documenti": str(owed.documents), "bollo": cents(owed.net),
            }  # fmt: skip
        yield from self.open
        for number in self.differing:
            yield {"sezione": "errore", "numero": number, "nota": "le righe non danno i totali del documento"}

    def duty_of_quarters(self) -> dict[tuple[str, str], Sum]:
        """Stamp duty by quarter and currency, whoever bears it."""
        found: dict[tuple[str, str], Sum] = defaultdict(Sum)
        for (quarter, _, _, currency), owed in self.duty.items():
            found[quarter, currency].documents += owed.documents
            found[quarter, currency].net += owed.net
        return found


def closes(last: date, today: date) -> date | None:
    """Until when documents dated within a period may still come; None once it is over.

    An invoice is dated as of the day on which its money came, and is issued within 12 days of it (DPR 633/1972, art.
    21(4)).
    """
    end = last + _ISSUED_WITHIN
    return end if today <= end else None


def quarter_of(document: pb.Document) -> str:
    """The quarter of a document's date: ``2026-T1``."""
    return f"{document.date.year}-T{(document.date.month + _MONTHS_OF_QUARTER - 1) // _MONTHS_OF_QUARTER}"


def _taxed(rate: str, nature: str) -> Row:
    return {"aliquota": rate.replace(".", ","), "natura": nature}


def _notes(entry: pb.FiscalDocument, standing: str) -> Iterator[str]:
    """What a person has to look at; nothing of a document that is at its end with all its files."""
    codes = " ".join(entry.attempts[-1].error_codes)
    if standing == GIVEN_UP:
        yield f"mai emesso: conserva il numero{f'; ultimo scarto {codes}' if codes else ''}"
        return
    if standing == OPEN:
        yield f"da correggere e reinviare: {codes}" if codes else "non ancora accettato dallo SdI"
    made_when_sent = entry.document.transmission_state == pb.TRANSMISSION_STATE_PENDING
    for kind, name in ((pb.FILE_KIND_PDF, "PDF"), *([] if made_when_sent else [(pb.FILE_KIND_XML, "XML")])):
        if not any(file.kind == kind and file.attempt == counting(entry).attempt for file in entry.document.files):
            yield f"manca il file {name}"
    if standing == ISSUED and not any(file.kind == pb.FILE_KIND_RECEIPT for file in entry.document.files):
        yield "manca la ricevuta dello SdI"
