"""Whatever the auditor looks at, spoilt alone: it names each, and nothing where nothing is spoilt."""

import contextlib

from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.domain.transmissions import RESENDING_DAYS, SENDING_DAYS
from services.invoicing.store.auditing import audit
from tests.invoicing.builders import credit_request, invoice_request, steering, unpaid_request
from tests.invoicing.clients import Stub
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.invoicing.test_advance_invoices import final, part
from tests.support.room import TestRoom, request_id

INVOICE, NOTE, PART, FINAL, SENT, AGAIN, PREPARED, UNPAID = (f"2026/{n}" for n in range(1, 9))
"""The documents of `all_kinds`, by number."""
DOCUMENT = "UPDATE documents SET {} WHERE number = '{}'"
OF = "(SELECT id FROM documents WHERE number = '{}')"
ATTEMPT, UNFILED = f"UPDATE attempts SET {{}} WHERE invoice_id = {OF}", f"DELETE FROM attempts WHERE invoice_id = {OF}"
SENT_AT = f"UPDATE transmissions SET first_sent_at = '{{}}' WHERE invoice_id = {OF}"
PLANTS = (
    (DOCUMENT.format("sequence = 12, number = '2026/12'", UNPAID), "numbers missing in 2026: 8 to 11"),
    (DOCUMENT.format("sequence = 9, number = '2026/9'", INVOICE), "numbers missing in 2026: 1 to 1"),
    ("UPDATE numbering SET last = 17 WHERE series = 'invoice'", "counter of 2026 is 17, highest number 8"),
    (DOCUMENT.format("number = '2027/1'", INVOICE), "2027/1 bears the date 2026-03-02"),
    (
        f"{UNFILED.format(INVOICE)}; DELETE FROM transmissions WHERE invoice_id = {OF.format(INVOICE)}",
        f"{INVOICE} has no transmission",
    ),
    (UNFILED.format(INVOICE), f"{INVOICE} has no file for each of its attempts"),
    (f"{UNFILED.format(AGAIN)} AND attempt = 1", f"{AGAIN} has no file for each of its attempts"),
    (
        f"DELETE FROM credit_notes WHERE document_id = {OF.format(NOTE)}",
        f"{NOTE} has no invoice that it credits",
    ),
    (
        "UPDATE lines SET advance_id = NULL WHERE advance_id IS NOT NULL; DELETE FROM advance_invoices",
        f"{PART} has no money of which it is",
    ),
    (
        f"DELETE FROM lines WHERE document_id = {OF.format(INVOICE)}",
        f"{INVOICE} says net 10.50 and VAT 2.31, its lines net 0.00 and VAT 0.00",
    ),
    (
        DOCUMENT.format("vat = vat + 5, gross = gross + 5", SENT),
        f"{SENT} says net 10.50 and VAT 2.36, its lines net 10.50 and VAT 2.31",
    ),
    (
        DOCUMENT.format("net = net + 5, gross = gross + 5", FINAL),
        f"{FINAL} says net 6.45 and VAT 1.41, its lines net 6.40 and VAT 1.41",
    ),
    (
        DOCUMENT.format("net = net + 1, gross = gross + 1", NOTE),
        f"{INVOICE}: more was credited than it came to",
    ),
    (
        DOCUMENT.format("net = net - 1, vat = vat + 1", NOTE),
        f"{INVOICE}: more was credited than it came to",
    ),
    (
        DOCUMENT.format("date = date - 1", NOTE),
        f"{NOTE} of 2026-03-01 credits {INVOICE}, which is of a later day, 2026-03-02",
    ),
    (
        DOCUMENT.format("date = '2026-02-28'", FINAL),
        f"{PART}, a part payment that {FINAL} deducts: that one is older",
    ),
    (
        f"UPDATE transmissions SET state = 'given_up', next_at = NULL WHERE invoice_id = {OF.format(PART)}",
        f"{PART}, a part payment that {FINAL} deducts: it was given up",
    ),
    (
        DOCUMENT.format("net = net + 1, gross = gross + 1", PART),
        f"{PART}, a part payment that {FINAL} deducts: not all of it is deducted or credited, or more",
    ),
    (
        DOCUMENT.format("order_id = gen_random_uuid()", FINAL),
        f"{PART}, a part payment that {FINAL} deducts: that one is of another sale",
    ),
    (SENT_AT.format("2026-03-14 23:30+00", SENT), f"{SENT} of 2026-03-02 was sent late"),
    (
        SENT_AT.format("2026-03-15 23:30+00", UNPAID),
        f"{UNPAID} of 2026-03-02, of what has accrued abroad, has not left by the 15th",
    ),
    (
        ATTEMPT.format("answered_at = '2026-02-20 12:00+00'", PREPARED),
        f"{PREPARED} of 2026-03-02 was rejected on 2026-02-20 and not sent again in time",
    ),
    (
        ATTEMPT.format("answered_at = '2026-02-20 12:00+00', sent_at = '2026-02-25 23:30+00'", AGAIN),
        f"{AGAIN} of 2026-03-02 was rejected on 2026-02-20 and sent again late, on 2026-02-26",
    ),
)
"""How it is spoilt, and the violation that is found then."""


async def all_kinds(worker: Stub, sdi: SdiInMemory) -> None:
    """A document of each kind, numbered in this order, and each way to the SdI."""
    invoice = (await worker.IssueInvoice(invoice_request())).document
    await worker.IssueCreditNote(credit_request(invoice))
    await final(worker, await part(worker))
    sent, again, prepared = [(await worker.IssueInvoice(invoice_request())).document for _ in range(3)]
    await worker.IssueInvoice(unpaid_request())
    await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=sent.document_id))
    for each in (again, prepared):
        asked = pb.TransmitInvoiceRequest(invoice_id=each.document_id)
        sdi.answer("NS", (await worker.TransmitInvoice(asked)).transmission.file_name, "00305")
    await worker.PollReceipts(pb.PollReceiptsRequest())
    for each in (again, prepared):
        await worker.PrepareResend(
            pb.PrepareResendRequest(request_id=request_id(), invoice_id=each.document_id, steering=steering())
        )
    await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=again.document_id))


class _Undone(Exception):
    """Undoes what was spoilt."""


async def found_where(room: TestRoom, spoilt: str) -> tuple[str, ...]:
    """What the auditor finds where something is spoilt, which then is whole again."""
    found: tuple[str, ...] = ()
    with contextlib.suppress(_Undone):
        async with room.core.database.transaction() as conn:
            for table in ("documents", "lines", "credit_notes", "advance_invoices"):
                await conn.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for statement in spoilt.split(";"):
                assert (await conn.exec_driver_sql(statement)).rowcount, f"nothing was there for {statement}"
            found = (await audit(conn, 2026, room.clock.now(), SENDING_DAYS, RESENDING_DAYS)).violations
            raise _Undone
    return found


async def test_the_auditor_names_whatever_should_never_be(
    room: TestRoom, worker: Stub, operator: Stub, sdi: SdiInMemory
) -> None:
    await all_kinds(worker, sdi)
    assert not (await operator.AuditNumbering(pb.AuditNumberingRequest())).violations
    found = {(spoilt, violation): await found_where(room, spoilt) for spoilt, violation in PLANTS}
    assert {each: violations for each, violations in found.items() if each[1] not in violations} == {}
    assert not (await operator.AuditNumbering(pb.AuditNumberingRequest())).violations
