"""Decides how an invoice goes to the SdI: checked first, its try written down before it leaves, sent by one at a time.

Crash or lost answer, at whatever moment: the file is sent again under its name, the SdI refuses the second copy
(00002), and the receipt of the first decides (see `domain.transmissions`).
"""

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.invoicing.domain.customers import Customer
from services.invoicing.domain.documents import Document, keeps_treatment
from services.invoicing.domain.files import StoredFile
from services.invoicing.domain.issuer import Issuer
from services.invoicing.domain.transmissions import (
    CORRECTABLE,
    State,
    dates_of_end,
    dates_of_resend,
    dates_of_sent,
)
from services.invoicing.errors import ChannelUnavailable, DocumentNotValid, ProfileUnchanged, WrongTransmissionState
from services.invoicing.fatturapa.checking import InvoiceChecker
from services.invoicing.fatturapa.file_names import file_name, progressive
from services.invoicing.messages import CATALOGUE
from services.invoicing.sdi.channel import ChannelUnavailableError, OutgoingFile, SdiChannel
from services.invoicing.service.events import moved_event
from services.invoicing.service.making import FileMaker
from services.invoicing.store import advances, credit_notes, documents, given_up, mailbox, transmissions
from services.invoicing.store.given_up import GivenUp
from services.invoicing.store.transmissions import SentFile, Transmission
from services.kit import audit, events, requests
from services.kit.audit import AuditEntry
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.ids import derive
from services.kit.requests import Call
from services.kit.validation import Violations

# Where an invoice goes before the SdI has assigned an address of its own to us.
FIRST_ADDRESS = "sdi01@pec.fatturapa.it"

# The row's lock is held while the file leaves: longer, and PostgreSQL would end the transaction under us.
_SENDING_SECONDS = 25


@dataclass(frozen=True, slots=True)
class Correction:
    """What an operator asks for: who and why, and the corrected customer if there is one."""

    call: Call
    entry: AuditEntry
    customer: Customer | None = None


class Transmitting:
    """Sends invoices to the SdI."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        issuer: Issuer,
        maker: FileMaker,
        checker: InvoiceChecker,
        channel: SdiChannel,
    ) -> None:
        """Takes where transmissions are kept, who makes and checks files, and the way to the SdI."""
        self._database = database
        self._clock = clock
        self._issuer = issuer
        self._maker = maker
        self._checker = checker
        self._channel = channel

    async def read(self, invoice_id: UUID) -> Transmission:
        """Reads where an invoice stands.

        Raises:
            NotFound: There is no such invoice.
        """
        async with self._database.reading() as conn:
            found = await transmissions.read(conn, invoice_id)
        if found is None:
            raise NotFound
        return found

    async def transmit(self, invoice_id: UUID) -> Transmission:
        """Sends an invoice unless that was done already.

        Raises:
            NotFound: There is no such invoice.
            DocumentNotValid: The SdI would reject it; the metadata names the codes.
            ChannelUnavailable: The channel did not take it.
        """
        found = await self.read(invoice_id)
        if found.state is not State.PENDING:
            return found
        xml = await self._checked(found)
        sending = found.current
        async with self._database.single() as conn:
            await transmissions.count_try(conn, invoice_id, sending.attempt.number)
            recipient = await mailbox.sdi_address(conn) or FIRST_ADDRESS
        await self._send(found, sending, OutgoingFile(xml.info.name, xml.content, self._message_id(sending)), recipient)
        return await self.read(invoice_id)

    async def prepare_resend(self, invoice_id: UUID, correction: Correction) -> Transmission:
        """Makes another attempt ready: same number and date, new file name, the corrected customer if there is one.

        The courtesy copy is made anew, so that it says and carries what will be sent.

        Raises:
            NotFound: There is no such invoice.
            WrongTransmissionState: It has ended well, or was given up.
            ProfileUnchanged: The corrected customer is the one that was sent last.
            InvalidInput: The corrected customer would be taxed in another way than the document says.
            RequestIdReused: The request id was used for something else.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await requests.claim(conn, correction.call, invoice_id) is None:
                found = await self._locked_open(conn, invoice_id)
                revision = found.current.customer_revision
                if correction.customer is not None:
                    await self._check_changed(conn, found, correction.customer)
                    revision = await documents.last_revision(conn, invoice_id) + 1
                    await documents.insert_customer(conn, invoice_id, revision, correction.customer, now)
                attempt = found.current.attempt.number + 1
                count = await transmissions.next_file_number(conn)
                file = (progressive(count), file_name(self._issuer.codice_fiscale, count))
                await transmissions.insert_attempt(conn, invoice_id, attempt, revision, file, now)
                await transmissions.prepare_next(conn, invoice_id, attempt, dates_of_resend(found.dates.deadline, now))
                await audit.record(conn, correction.entry, now, account_id=found.account_id)
        prepared = await self.read(invoice_id)
        await self._maker.invoice_pdf(await self._invoice(invoice_id), prepared.current)
        return prepared

    async def give_up(self, invoice_id: UUID, correction: Correction) -> Transmission:
        """Ends a transmission by an admin's decision; the invoice or credit note keeps its number.

        Raises:
            NotFound: There is no such invoice or credit note.
            WrongTransmissionState: It has ended already, or it is an invoice with credit notes, or of a part payment
                that is deducted: given up, it would count as never issued, and nothing would be credited or deducted.
            RequestIdReused: The request id was used for something else.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await requests.claim(conn, correction.call, invoice_id) is None:
                await self._hold_credits(conn, invoice_id)
                found = await self._locked_open(conn, invoice_id)
                await transmissions.move(
                    conn, invoice_id, State.GIVEN_UP, dates_of_end(found.dates.deadline), found.error_codes
                )
                await audit.record(conn, correction.entry, now, account_id=found.account_id)
                await events.tell(conn, moved_event(found, State.GIVEN_UP), now)
        return await self.read(invoice_id)

    async def _hold_credits(self, conn: AsyncConnection, invoice_id: UUID) -> None:
        """Lets nobody credit or deduct meanwhile: what is given up changes what there is to credit and to deduct."""
        found = await transmissions.read(conn, invoice_id)
        if found is None:
            raise NotFound
        await documents.lock_invoice(conn, found.credited_id or invoice_id)
        notes = await credit_notes.notes_on(conn, [invoice_id])
        if notes:
            numbers = ", ".join(note.number for note in notes)
            raise WrongTransmissionState(
                "The invoice has credit notes, which would credit nothing: give these up first.",
                metadata={"credit_notes": numbers},
            )
        for advance in await advances.deducting(conn, [invoice_id]):
            raise WrongTransmissionState(
                "An invoice deducts this part payment: it would deduct nothing.",
                metadata={"deducted_by": str(advance.invoice_id)},
            )

    async def given_up(self, after: UUID | None, limit: int) -> list[GivenUp]:
        """Reads the invoices and credit notes whose transmission was given up after one, by id."""
        async with self._database.reading() as conn:
            return await given_up.page(conn, after, limit)

    async def _check_changed(self, conn: AsyncConnection, found: Transmission, corrected: Customer) -> None:
        """Refuses a correction that corrects nothing, or that would want another tax than the document's."""
        sent = await documents.by_id(conn, found.invoice_id, revision=found.current.customer_revision)
        if sent is None:
            return
        if replace(sent.customer, revision=corrected.revision) == corrected:
            raise ProfileUnchanged  # the SdI would reject it again, and the days run
        if not keeps_treatment(sent, corrected):
            violations = Violations(catalogue=CATALOGUE)
            violations.add("party.address", "taxed_elsewhere")
            violations.check()

    async def _checked(self, found: Transmission) -> StoredFile:
        """The attempt's file, if the SdI would take it."""
        xml = await self._maker.invoice_xml(await self._invoice(found.invoice_id), found.current)
        findings = self._checker.check(xml.info.name, xml.content, rome_date(self._clock.now()))
        if findings:
            codes = ",".join(sorted({finding.code for finding in findings}))
            elements = ",".join(sorted({finding.element for finding in findings if finding.element}))
            raise DocumentNotValid(metadata={"codes": codes, "elements": elements})
        return xml

    async def _invoice(self, invoice_id: UUID) -> Document:
        async with self._database.reading() as conn:
            invoice = await documents.by_id(conn, invoice_id)
        if invoice is None:
            raise NotFound
        return invoice

    async def _send(self, found: Transmission, sending: SentFile, file: OutgoingFile, recipient: str) -> None:
        """Sends under the row's lock, so that an overlapping twin waits and then finds it sent."""
        async with self._database.transaction() as conn:
            locked = await transmissions.read(conn, found.invoice_id, lock=True)
            if locked is None or locked.state is not State.PENDING or locked.current.file_name != sending.file_name:
                return
            try:
                async with asyncio.timeout(_SENDING_SECONDS):
                    await self._channel.send(file, recipient)
            except (ChannelUnavailableError, TimeoutError) as error:
                raise ChannelUnavailable from error
            now = self._clock.now()
            dates = dates_of_sent(locked.dates.deadline, now)
            await transmissions.mark_sent(conn, found.invoice_id, sending.attempt.number, dates, now)

    async def _locked_open(self, conn: AsyncConnection, invoice_id: UUID) -> Transmission:
        found = await transmissions.read(conn, invoice_id, lock=True)
        if found is None:
            raise NotFound
        if found.state not in CORRECTABLE:
            raise WrongTransmissionState(metadata={"state": found.state})
        return found

    def _message_id(self, sending: SentFile) -> str:
        """Equal for every repetition of a sending, so that whoever gets both can tell."""
        return f"<{derive('transmission', sending.file_name)}@{self._issuer.pec.rpartition('@')[2]}>"
