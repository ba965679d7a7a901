"""Decides what the messages of the certified mailbox change: receipts of the SdI, and nothing else, move invoices.

Each message is one transaction: kept, applied, read position advanced. One that is not understood is kept and counted
as unknown; it never stops the ones behind it.
"""

import asyncio
import logging
import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.files import receipt_file
from services.invoicing.domain.transmissions import (
    FINAL,
    Dates,
    Outcome,
    State,
    dates_of_end,
    dates_of_rejected,
    meaning,
    outcome_after,
    state_after,
)
from services.invoicing.errors import ChannelUnavailable
from services.invoicing.sdi.channel import ChannelUnavailableError, Incoming, SdiChannel
from services.invoicing.sdi.envelopes import Envelope, EnvelopeKind, open_envelope
from services.invoicing.sdi.receipts import IncomingInvoice, NotAReceipt, Receipt, ReceiptKind, read_receipt
from services.invoicing.service.events import moved_event
from services.invoicing.store import files, mailbox, outside, transmissions
from services.invoicing.store.mailbox import Verdict
from services.invoicing.store.transmissions import SentFile, Transmission
from services.kit import events, outbox
from services.kit.clock import Clock
from services.kit.database import Database, is_transient
from services.kit.logs import class_name
from services.kit.wakes import e_invoice_wake
from workflows import names

_LOG = logging.getLogger(__name__)

# The SdI's own mailboxes (interchange specification 1.8.4, section on certified mail).
_SDI_SENDER = re.compile(r"sdi\d{1,4}@pec\.fatturapa\.it")

# Name of a receipt: that of our file, its kind, a number.
_RECEIPT_NAME = re.compile(r"[A-Za-z0-9]{4,30}_[A-Za-z0-9]{1,5}_(RC|MC|NS)_[A-Za-z0-9]{1,3}\.xml")
_SHORT = {ReceiptKind.DELIVERED: "RC", ReceiptKind.UNDELIVERABLE: "MC", ReceiptKind.REJECTED: "NS"}

_BATCH = 50


@dataclass(slots=True)
class Counts:
    """What one reading found: messages for the first time, receipts applied, messages not understood."""

    messages: int = 0
    receipts: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    """A receipt with its file as it was attached."""

    receipt: Receipt
    name: str
    content: bytes

    def safe_name(self, file: SentFile) -> str:
        """The attachment's name if it has the SdI's form, else one made after it."""
        if _RECEIPT_NAME.fullmatch(self.name):
            return self.name
        return f"{file.file_name.removesuffix('.xml')}_{_SHORT[self.receipt.kind]}_001.xml"


class Receiving:
    """Reads the certified mailbox."""

    def __init__(self, database: Database, clock: Clock, channel: SdiChannel) -> None:
        """Takes where messages are kept and where they come from."""
        self._database = database
        self._clock = clock
        self._channel = channel

    async def poll(self) -> Counts:
        """Reads what is new, in batches, until nothing is left.

        Raises:
            ChannelUnavailable: The mailbox cannot be read.
        """
        counts = Counts()
        while True:
            async with self._database.reading() as conn:
                position = await mailbox.position(conn)
            try:
                batch = await self._channel.receive(position, _BATCH)
            except ChannelUnavailableError as error:
                raise ChannelUnavailable from error
            for message in batch:
                await self._take(message, counts)
            if len(batch) < _BATCH:
                await self._match_kept(counts)
                async with self._database.single() as conn:
                    await mailbox.mark_read(conn, self._clock.now())
                return counts

    async def _take(self, message: Incoming, counts: Counts) -> None:
        try:
            verdict = await self._apply(message)
        except Exception as error:
            if is_transient(error):
                raise
            # A fault of ours on one message must not hide the receipts behind it: kept, reported, read on.
            _LOG.exception("message not applied", extra={"ids": {"uid": message.position.last}})
            verdict = await self._keep_only(message, Verdict("unknown", class_name(error)))
        if verdict is None:
            return
        counts.messages += 1
        counts.receipts += verdict.outcome == "receipt"
        if verdict.outcome in {"unknown", "unknown_file"}:
            counts.unknown += 1
            ids = {"uid": message.position.last, "detail": verdict.detail}
            _LOG.warning("message of the certified mailbox not understood", extra={"ids": ids})

    async def _apply(self, message: Incoming) -> Verdict | None:
        """Keeps a message and does what it says; None if it was kept before."""
        envelope = await _open(message.raw)
        async with self._database.transaction() as conn:
            verdict, found = await self._judge(conn, envelope)
            new = await mailbox.keep(conn, message, verdict, self._clock.now())
            await mailbox.advance(conn, message.position)
            if not new:
                return None
            if envelope.kind is EnvelopeKind.TRANSPORT and _is_sdi(envelope.sender):
                await mailbox.assign_address(conn, envelope.sender)
            if found is not None and verdict.invoice_id is not None:
                await self._apply_receipt(conn, verdict.invoice_id, found)
        return verdict

    async def _match_kept(self, counts: Counts) -> None:
        """Applies receipts that came, after a restore, before their document was there again."""
        async with self._database.reading() as conn:
            kept = await outside.unmatched_receipts(conn)
        for message_id, raw in kept:
            envelope = await _open(raw)
            async with self._database.transaction() as conn:
                verdict, found = await self._judge(conn, envelope)
                if found is not None and verdict.invoice_id is not None:
                    await outside.match(conn, message_id, verdict.invoice_id, verdict.detail)
                    await self._apply_receipt(conn, verdict.invoice_id, found)
                    counts.receipts += 1

    async def _keep_only(self, message: Incoming, verdict: Verdict) -> Verdict | None:
        async with self._database.transaction() as conn:
            new = await mailbox.keep(conn, message, verdict, self._clock.now())
            await mailbox.advance(conn, message.position)
        return verdict if new else None

    async def _judge(self, conn: AsyncConnection, envelope: Envelope) -> tuple[Verdict, _Found | None]:
        """Finds out what a message is, and the receipt in it."""
        if envelope.kind is EnvelopeKind.PROVIDER_NOTICE:
            return Verdict("provider_notice", envelope.notice), None
        if envelope.kind is EnvelopeKind.UNKNOWN:
            return Verdict("unknown", "no envelope of certified mail"), None
        if not _is_sdi(envelope.sender):
            return Verdict("unknown", "certified sender is not the SdI"), None
        return await self._judge_files(conn, envelope)

    async def _judge_files(self, conn: AsyncConnection, envelope: Envelope) -> tuple[Verdict, _Found | None]:
        """Looks for the receipt among the files that the SdI attached."""
        reasons: list[str] = []
        for name, content in envelope.attachments:
            try:
                receipt = read_receipt(content)
            except IncomingInvoice:
                return Verdict("incoming_invoice"), None
            except NotAReceipt as reason:
                reasons.append(str(reason))
                continue
            invoice_id = await transmissions.invoice_of_file(conn, receipt.file_name)
            if invoice_id is None:
                return Verdict("unknown_file", "a receipt for a file that is not ours"), None
            return Verdict("receipt", receipt.kind, invoice_id), _Found(receipt, name, content)
        return Verdict("unknown", "; ".join(reasons) or "nothing attached"), None

    async def _apply_receipt(self, conn: AsyncConnection, invoice_id: UUID, found: _Found) -> None:
        now, receipt = self._clock.now(), found.receipt
        transmission = await transmissions.read(conn, invoice_id, lock=True)
        if transmission is None:
            return
        file = _file_of(transmission, receipt)
        attempt = file.attempt
        await files.keep(conn, receipt_file(invoice_id, attempt.number, found.safe_name(file), found.content), now)
        others = [other.attempt for other in transmission.files if other is not file]
        outcome = meaning(Outcome(receipt.kind), receipt.error_codes, attempt, others)
        if outcome is None:
            return
        if outcome_after(attempt.outcome, outcome) is not attempt.outcome:
            said = (receipt.sdi_identifier, receipt.errors)
            await transmissions.answer(conn, invoice_id, attempt.number, outcome, said, now)
        state = state_after(transmission.state, transmission.current.attempt.number, attempt.number, outcome)
        if state is not transmission.state:
            await transmissions.move(conn, invoice_id, state, self._dates(transmission, state), receipt.error_codes)
            await outbox.wake(conn, e_invoice_wake(invoice_id, transmission.number, names.RECEIPT_ARRIVED), now)
            await events.tell(conn, moved_event(transmission, state), now)

    def _dates(self, found: Transmission, state: State) -> Dates:
        return dates_of_end(found.dates.deadline) if state in FINAL else dates_of_rejected(self._clock.now())


async def _open(raw: bytes) -> Envelope:
    """Opens a message in a thread: a stranger's may take its time, and the room answers others meanwhile."""
    return await asyncio.to_thread(open_envelope, raw, _is_sdi)


def _is_sdi(sender: str) -> bool:
    return _SDI_SENDER.fullmatch(sender) is not None


def _file_of(found: Transmission, receipt: Receipt) -> SentFile:
    name = receipt.file_name.lower().removesuffix(".p7m")
    return next(file for file in found.files if file.file_name.lower() == name)
