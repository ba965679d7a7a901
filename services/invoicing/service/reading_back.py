"""Reads back, after a restore, which invoices had left: from the notices that the certified mailbox keeps of them.

The provider's notice of delivery brings the sent message along, with the file in it; its notice of acceptance names the
file. So a number that was given out after the instant of the rows is known, is used, and is never given out again. What
the rows will ask for again takes its number over (`service.issuing`); the rest a person enters by hand.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.documents import DocumentKind
from services.invoicing.domain.issuer import Issuer
from services.invoicing.domain.transmissions import State, dates_of_sent
from services.invoicing.fatturapa.composing import compose_invoice
from services.invoicing.fatturapa.file_names import progressive
from services.invoicing.fatturapa.own_files import NotOurs, OwnFile, read_own_file
from services.invoicing.fatturapa.writing import write_invoice
from services.invoicing.sdi.envelopes import EnvelopeKind, open_envelope
from services.invoicing.service.receiving import Receiving
from services.invoicing.store import documents, outside, transmissions
from services.invoicing.store.outside import OutsideDocument, Used
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.recovery import Found, Read, Recovery

_ACCEPTED, _DELIVERED = "accettazione", "avvenuta-consegna"
_BASE = 36
_SKIPPED_PROFORMAS = 1_000
"""Proformas may have gaps, and customers write their numbers on transfers: none that left is given to somebody else."""


@dataclass(slots=True)
class _Left:
    """What the notices tell: files that left by name, with the instant, and the documents in those that came along."""

    names: dict[str, datetime] = field(default_factory=dict)
    documents: dict[str, OutsideDocument] = field(default_factory=dict)


class ReadingBack:
    """Reads the certified mailbox back."""

    def __init__(self, database: Database, clock: Clock, issuer: Issuer, receiving: Receiving) -> None:
        """Takes where documents are kept, whose they are and who reads the mailbox."""
        self._database = database
        self._clock = clock
        self._issuer = issuer
        self._receiving = receiving
        self._prefix = f"IT{issuer.codice_fiscale}_"

    async def read(self, recovery: Recovery) -> Read:
        """Reads the mailbox to its end and enters what had left.

        Raises:
            ChannelUnavailable: The mailbox cannot be read.
        """
        counts = await self._receiving.poll()
        async with self._database.transaction() as conn:
            kept = await outside.kept_messages(conn, recovery.reads_since)
            left = await asyncio.to_thread(self._left, kept, recovery)
            found, sent = await self._enter(conn, left)
            await self._raise(conn, left)
            if recovery.read_at is None:
                await outside.skip_proformas(conn, _SKIPPED_PROFORMAS)
            used = await outside.waiting(conn)
            asked = await self._asked(conn) if used else []
        taken = _taken_over(used, asked)
        applied = [
            f"messages of the certified mailbox looked at: {len(kept)}",
            f"receipts of the SdI newly applied: {counts.receipts}",
            f"files newly found to have left that the rows did not know as sent: {sent}",
            *(f"{each.number} will be taken over by the order or period that it is of" for each in taken),
        ]
        return Read(applied, [*found, *(_finding(each) for each in used if each not in taken)])

    def _left(self, messages: Sequence[bytes], recovery: Recovery) -> _Left:
        left, ours = _Left(), self._issuer.pec.lower()
        for raw in messages:
            envelope = open_envelope(raw, lambda sender: sender == ours)
            if envelope.kind is not EnvelopeKind.PROVIDER_NOTICE or envelope.sender != ours:
                continue
            if envelope.notice not in {_ACCEPTED, _DELIVERED}:
                continue
            at = envelope.at or recovery.rows_of
            if envelope.about.startswith(self._prefix):
                left.names.setdefault(envelope.about, at)
            for name, content in envelope.attachments:
                if not name.startswith(self._prefix):
                    continue
                try:
                    file = read_own_file(content, self._issuer.vat_number)
                except NotOurs:
                    continue
                left.names.setdefault(name, at)
                left.documents.setdefault(name, OutsideDocument(file, name, content, at))
        return left

    async def _enter(self, conn: AsyncConnection, left: _Left) -> tuple[list[Found], int]:
        """Enters each file: as sent where the rows have it, as a number used outside, or as what to look for."""
        found, sent, now = [], 0, self._clock.now()
        for name, at in left.names.items():
            invoice_id = await transmissions.invoice_of_file(conn, name)
            document = left.documents.get(name)
            if invoice_id is not None:
                known = await transmissions.read(conn, invoice_id, lock=True)
                if known is not None and known.state is State.PENDING and known.current.file_name == name:
                    dates = dates_of_sent(known.dates.deadline, now)
                    await transmissions.mark_sent(conn, invoice_id, known.current.attempt.number, dates, at)
                    sent += 1
            elif document is None:
                found.append(_not_come_back(name, at))
            elif await outside.number_is_known(conn, self._issuer.vat_number, document.file.number):
                found.append(_sent_again(name, document.file.number))
            else:
                sent += await outside.keep(conn, document, self._issuer.vat_number, now)
        return found, sent

    async def _raise(self, conn: AsyncConnection, left: _Left) -> None:
        highest: dict[int, int] = {}
        for document in left.documents.values():
            file = document.file
            highest[file.year] = max(highest.get(file.year, 0), file.sequence)
        await outside.raise_numbers(conn, self._issuer.vat_number, highest, self._clock.now())
        counts = [_count(name.removeprefix(self._prefix)) for name in left.names]
        if counts:
            await outside.raise_file_numbers(conn, max(counts))

    async def _asked(self, conn: AsyncConnection) -> list[OwnFile]:
        """What the orders and periods that have no invoice yet will ask for."""
        asked = []
        for proforma_id in await outside.open_proformas(conn):
            proforma = await documents.by_id(conn, proforma_id)
            if proforma is not None:
                invoice = replace(proforma, kind=DocumentKind.INVOICE, number=f"{proforma.date.year}/1")
                written = write_invoice(compose_invoice(invoice, self._issuer, progressive(1)))
                asked.append(read_own_file(written, self._issuer.vat_number))
        return asked


def _taken_over(used: Sequence[Used], asked: Sequence[OwnFile]) -> list[Used]:
    """What will be taken over: what was paid as somebody asks for it, then of the same content the first ones."""
    open_ones, taken = list(asked), set[str]()
    for surely in (True, False):
        for each in used:
            left = each.left
            if left is None or each.number in taken:
                continue
            for ask in open_ones:
                paid_alike = not left.paid_by.isdisjoint(ask.paid_by) if surely else left.may_be(ask.paid_by)
                if ask.essence == left.essence and paid_alike:
                    open_ones.remove(ask)
                    taken.add(each.number)
                    break
    return [each for each in used if each.number in taken]


def _count(name: str) -> int:
    """The counter in a file's name, without the transmitter: "0000A.xml" is 10; 0 where another program named it."""
    try:
        return int(name.partition(".")[0], _BASE)
    except ValueError:
        return 0


def _finding(used: Used) -> Found:
    if used.kind is None:
        return Found("number_unaccounted", used.number, f"{outside.sentence(used)}: look for it at the tax agency")
    told = (
        f"{outside.sentence(used)}: nothing in the rows asks for it yet. A renewal or a withdrawal that does so soon "
        "takes it over; if `casella audit` names it then, enter it in the books by hand"
    )
    return Found("document_to_enter", used.number, f"{told}; its file is at the tax agency")


def _not_come_back(name: str, at: datetime) -> Found:
    told = f"left on {at:%Y-%m-%d} and what it holds did not come back: look for it at the tax agency"
    return Found("file_to_find", name, f"{told}, and enter its document by hand")


def _sent_again(name: str, number: str) -> Found:
    told = f"is a file of {number} that the rows do not know, sent after a rejection or a silence"
    return Found("file_sent_again", name, f"{told}: see at the tax agency which one was accepted")
