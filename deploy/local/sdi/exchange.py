"""Decides how the SdI answers a message: the two PEC notices, then for each file its receipt, unless ordered otherwise.

The usual end: a seven-character code or a PEC address is delivered; `0000000` without PEC and `XXXXXXX` cannot be, and
the invoice is issued all the same; whatever the controls find is rejected with all its codes.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from deploy.local.sdi.controls import BY_PEC, FOREIGN, Read, read_file
from deploy.local.sdi.findings import Finding, finding
from deploy.local.sdi.ledger import FIRST_IDENTIFIER, Answer, Ledger, Order
from deploy.local.sdi.pec import Letter, PecProvider
from deploy.local.sdi.receipts import DELIVERED, REJECTED, UNDELIVERABLE, Received, delivered, file_name, rejected
from deploy.local.sdi.receipts import undeliverable as undeliverable_receipt
from deploy.local.sdi.schema import Schema
from services.kit.calendar import ROME
from services.kit.clock import Clock

FIRST_CONTACT = "sdi01@pec.fatturapa.it"
ACTIONS = frozenset({"reject", "silent", "twice", "reversed", "delay", "undeliverable", "lost_answer"})
USUAL = Order("usual")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attached:
    """A file as it came with a message."""

    name: str
    content: bytes


class Exchange:
    """Takes messages in and owes their answers."""

    def __init__(self, ledger: Ledger, provider: PecProvider, schema: Schema, clock: Clock) -> None:
        self._ledger = ledger
        self._provider = provider
        self._schema = schema
        self._clock = clock

    def knows(self, recipient: str) -> bool:
        """Whether mail to this address is the SdI's."""
        address = recipient.lower()
        return address == FIRST_CONTACT or self._ledger.is_assigned(address)

    def take(self, letter: Letter, files: list[Attached]) -> bool:
        """Keep a message's files and owe all answers to it.

        Returns:
            Whether the sender may hear that the message was taken; an order can withhold that.
        """
        now = self._clock.now()
        with self._ledger.transaction():
            notices = [
                Answer("accettazione", now, letter.sender, self._provider.acceptance(letter, now)),
                Answer("consegna", now, letter.sender, self._provider.delivery(letter, now)),
            ]
            order = (self._ledger.take_order() if files else None) or USUAL
            receipts = [receipt for each in files for receipt in self._receive(letter, each, order, now)]
            if order.action == "reversed":
                notices.reverse()
                queue: list[tuple[int | None, Answer]] = [*receipts, *((None, notice) for notice in notices)]
            else:
                queue = [*((None, notice) for notice in notices), *receipts]
            for file_id, answer in queue:
                self._ledger.owe(file_id, answer)
        return order.action != "lost_answer"

    def _receive(
        self, letter: Letter, attached: Attached, order: Order, now: datetime
    ) -> Iterator[tuple[int | None, Answer]]:
        duplicate_name = self._ledger.seen(attached.name)
        read = read_file(attached.name, attached.content, self._schema, now.astimezone(ROME).date())
        findings = [finding("00002", attached.name[:50])] if duplicate_name else list(read.findings)
        if not findings:
            findings = [finding("00404", each.number) for each in read.invoices if self._ledger.accepted(each.key)]
        if not findings and order.action == "reject":
            findings = [finding(order.code)]
        told = self._ledger.assigned(letter.sender)
        strayed = letter.recipient == FIRST_CONTACT and told is not None
        remark = f"sent to {FIRST_CONTACT} although {told} was assigned" if strayed else ""
        file_id = self._ledger.add_file(attached.name, letter.sender, now, attached.content, remark)
        received = Received(FIRST_IDENTIFIER + file_id, attached.name, attached.content, now, letter.message_id)
        kind = _outcome(read, findings, order)
        keys = [] if findings else [invoice.key for invoice in read.invoices]
        self._ledger.decide(file_id, kind, [each.code for each in findings], keys)
        logger.info("file received", extra={"ids": {"file": file_id, "outcome": kind}})
        if order.action == "silent":
            return
        when = now + timedelta(seconds=order.seconds if order.action == "delay" else 0)
        receipt = self._receipt(kind, received, read, findings, when)
        message = self._envelope(letter.sender, file_name(received, kind), receipt, when)
        for _ in range(2 if order.action == "twice" else 1):
            yield file_id, Answer(kind, when, letter.sender, message)

    def _receipt(self, kind: str, received: Received, read: Read, findings: list[Finding], when: datetime) -> bytes:
        match kind:
            case "NS":
                return rejected(received, findings)
            case "MC":
                return undeliverable_receipt(received, when)
            case _:
                return delivered(received, when, read.recipient, read.pec)

    def _envelope(self, sender: str, name: str, receipt: bytes, when: datetime) -> bytes:
        own = self._ledger.assign(sender)
        inner = EmailMessage(policy=SMTP)
        inner["From"] = own
        inner["To"] = sender
        inner["Subject"] = f"Ricevuta {name}"
        inner["Date"] = format_datetime(when.astimezone(ROME))
        inner["Message-ID"] = make_msgid(domain="pec.fatturapa.it")
        inner.set_content(
            "Messaggio del simulatore del Sistema di Interscambio.\n"
            f"I prossimi invii vanno indirizzati a {own}.\nIn allegato la ricevuta {name}.\n"
        )
        inner.add_attachment(receipt, maintype="application", subtype="xml", filename=name)
        letter = Letter(own, sender, inner["Subject"], inner["Message-ID"], inner.as_bytes())
        return self._provider.transport(letter, when)


def _outcome(read: Read, findings: list[Finding], order: Order) -> str:
    if findings:
        return REJECTED
    out_of_reach = read.recipient == FOREIGN or (read.recipient == BY_PEC and not read.pec)
    return UNDELIVERABLE if out_of_reach or order.action == "undeliverable" else DELIVERED
