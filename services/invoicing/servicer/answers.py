"""Translates what goes out: this room's domain to protobuf."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.domain.advances import DeductedAdvance
from services.invoicing.domain.credits import (
    Credit,
    CreditNoteInfo,
    CreditReason,
    RefundMethod,
    RefundPart,
    ServedDays,
    remitted_left,
)
from services.invoicing.domain.documents import Document, DocumentKind, credit_used, shortfall, stamp_duty
from services.invoicing.domain.files import FileInfo, FileKind, StoredFile
from services.invoicing.domain.sums import Line
from services.invoicing.domain.transmissions import FINAL, SdiError, State
from services.invoicing.messages import FINDINGS
from services.invoicing.sdi.error_meanings import MEANINGS
from services.invoicing.service.profiles import ProfileFinding
from services.invoicing.service.reading import Shown
from services.invoicing.servicer.requests import TREATMENTS
from services.invoicing.store.given_up import GivenUp
from services.invoicing.store.transmissions import Transmission
from services.kit.cause_fields import order_id_of, period_of
from services.kit.enums import EnumTable
from services.kit.money import Money, total
from services.kit.wire import to_date, to_duration, to_language, to_money, to_timestamp

DOCUMENT_KINDS = EnumTable(
    {
        DocumentKind.PROFORMA: pb.DOCUMENT_KIND_PROFORMA,
        DocumentKind.INVOICE: pb.DOCUMENT_KIND_INVOICE,
        DocumentKind.ADVANCE_INVOICE: pb.DOCUMENT_KIND_ADVANCE_INVOICE,
        DocumentKind.CREDIT_NOTE: pb.DOCUMENT_KIND_CREDIT_NOTE,
    }
)
CREDIT_REASONS = EnumTable(
    {
        CreditReason.WITHDRAWAL: pb.CREDIT_REASON_WITHDRAWAL,
        CreditReason.CONTRACT: pb.CREDIT_REASON_CONTRACT,
        CreditReason.DISPUTE: pb.CREDIT_REASON_DISPUTE,
        CreditReason.AGREEMENT: pb.CREDIT_REASON_AGREEMENT,
        CreditReason.CORRECTION: pb.CREDIT_REASON_CORRECTION,
    }
)
REFUND_METHODS = EnumTable(
    {
        RefundMethod.BANK_TRANSFER: pb.REFUND_METHOD_BANK_TRANSFER,
        RefundMethod.ONLINE: pb.REFUND_METHOD_ONLINE,
        RefundMethod.ACCOUNT_CREDIT: pb.REFUND_METHOD_ACCOUNT_CREDIT,
        RefundMethod.RETURNED: pb.REFUND_METHOD_RETURNED,
    }
)
STATES = EnumTable(
    {
        State.PENDING: pb.TRANSMISSION_STATE_PENDING,
        State.SENT: pb.TRANSMISSION_STATE_SENT,
        State.DELIVERED: pb.TRANSMISSION_STATE_DELIVERED,
        State.UNDELIVERABLE: pb.TRANSMISSION_STATE_UNDELIVERABLE,
        State.REJECTED: pb.TRANSMISSION_STATE_REJECTED,
        State.GIVEN_UP: pb.TRANSMISSION_STATE_GIVEN_UP,
    }
)
_FILE_KINDS = {
    FileKind.PDF: pb.FILE_KIND_PDF,
    FileKind.XML: pb.FILE_KIND_XML,
    FileKind.RECEIPT: pb.FILE_KIND_RECEIPT,
}


def document_message(shown: Shown) -> pb.Document:
    """A document with its files; without its lines where it comes from a list."""
    heading = shown.heading
    sums = heading.totals
    return pb.Document(
        document_id=str(heading.document_id),
        kind=DOCUMENT_KINDS[heading.kind],
        number=heading.number,
        date=to_date(heading.date),
        account_id=str(heading.account_id),
        order_id=order_id_of(heading.cause),
        period=period_of(heading.cause),
        lines=[] if shown.document is None else _lines(shown.document),
        totals=common_pb2.Totals(net=to_money(sums.net), vat=to_money(sums.vat), gross=to_money(sums.gross)),
        issued_at=to_timestamp(heading.issued_at),
        transmission_state=pb.TRANSMISSION_STATE_UNSPECIFIED if shown.state is None else STATES[shown.state],
        files=[file_message(file) for file in shown.files],
        language=to_language(heading.language),
        tax_treatment=TREATMENTS[heading.treatment],
        stamp_duty=_stamp_duty(shown.document),
        credit=None if heading.credit is None else _credit(heading.credit),
        credit_notes=[_credit_note(note) for note in shown.credit_notes],
        credited=_credited(shown),
        money_entry_id=str(heading.money_entry_id or ""),
        deducted_by=str(shown.deducted_by or ""),
        advances=[_deducted(advance) for advance in shown.advances],
        due_on=None if heading.due_on is None else to_date(heading.due_on),
        paid_on=None if heading.paid_on is None else to_date(heading.paid_on),
        credit_used=None if shown.document is None else to_money(credit_used(shown.document)),
        shortfall=None if shown.document is None else to_money(_shortfall_left(shown.document, shown.credit_notes)),
    )


def _shortfall_left(document: Document, notes: Sequence[CreditNoteInfo]) -> Money:
    """What of an accepted shortfall is invoiced still; nothing for other documents."""
    found = shortfall(document)
    return remitted_left(found, notes) if document.kind.is_invoice else found - found


def _deducted(advance: DeductedAdvance) -> pb.DeductedAdvance:
    return pb.DeductedAdvance(
        document_id=str(advance.document_id),
        number=advance.number,
        date=to_date(advance.date),
        gross=to_money(advance.gross),
    )


def _credit(credit: Credit) -> pb.Credit:
    return pb.Credit(
        invoice_id=str(credit.invoice_id),
        invoice_number=credit.invoice_number,
        invoice_date=to_date(credit.invoice_date),
        reason=CREDIT_REASONS[credit.reason],
        cause_date=to_date(credit.cause_date),
        refund_method=REFUND_METHODS[credit.refund_method] if credit.refund_method else None,
        served=None if credit.served is None else _served(credit.served),
        other_refund=None if credit.other_refund is None else _refund_part(credit.other_refund),
        remitted=None if credit.remitted is None else to_money(credit.remitted),
    )


def _refund_part(part: RefundPart) -> pb.RefundPart:
    return pb.RefundPart(method=REFUND_METHODS[part.method], amount=to_money(part.amount))


def _served(served: ServedDays) -> pb.ServedDays:
    return pb.ServedDays(
        first_day=to_date(served.first_day), last_day=to_date(served.last_day), days_of_term=served.days_of_term
    )


def _credit_note(note: CreditNoteInfo) -> pb.CreditNoteInfo:
    return pb.CreditNoteInfo(
        document_id=str(note.document_id),
        number=note.number,
        date=to_date(note.date),
        gross=to_money(note.gross),
        remitted=None if note.remitted is None else to_money(note.remitted),
        reason=CREDIT_REASONS[note.reason],
    )


def _credited(shown: Shown) -> common_pb2.Money | None:
    """What was credited of an invoice; None for any other document."""
    if not shown.heading.kind.is_invoice:
        return None
    return to_money(total((note.gross for note in shown.credit_notes), shown.heading.totals.gross.currency))


def file_message(file: FileInfo) -> pb.FileInfo:
    """A file as it is listed."""
    return pb.FileInfo(
        file_id=str(file.file_id),
        kind=_FILE_KINDS[file.kind],
        name=file.name,
        sha256=file.sha256.hex(),
        size=file.size,
        attempt=file.attempt,
    )


def file_answer(file: StoredFile) -> pb.GetDocumentFileResponse:
    """A file with its bytes."""
    return pb.GetDocumentFileResponse(
        info=file_message(file.info), content=file.content, media_type=file.info.media_type
    )


def transmission_message(transmission: Transmission, now: datetime, *, with_texts: bool) -> pb.Transmission:
    """Where a transmission stands, by the service's clock, with or without what the last receipt says."""
    current, dates = transmission.current, transmission.dates
    how, refund = transmission.refund or (None, None)
    alert_in = max(timedelta(), dates.alert_at - now) if dates.alert_at is not None else None
    return pb.Transmission(
        invoice_id=str(transmission.invoice_id),
        kind=DOCUMENT_KINDS[transmission.kind],
        number=transmission.number,
        state=STATES[transmission.state],
        attempt=current.attempt.number,
        file_name=current.file_name,
        sent_at=None if current.sent_at is None else to_timestamp(current.sent_at),
        sdi_identifier=transmission.sdi_identifier,
        error_codes=transmission.error_codes,
        deadline=to_timestamp(dates.deadline),
        alert_in=None if alert_in is None else to_duration(alert_in),
        account_id=str(transmission.account_id),
        order_id=order_id_of(transmission.cause),
        period=period_of(transmission.cause),
        errors=[_error(error, with_texts=with_texts) for error in transmission.errors],
        abroad=transmission.abroad,
        overdue=now > dates.deadline and transmission.state not in FINAL,
        refund=None if refund is None else to_money(refund),
        refund_method=None if how is None else REFUND_METHODS[how],
    )


def given_up_message(given_up: GivenUp) -> pb.GivenUpInvoice:
    """An invoice or credit note that was given up, with who did it and why."""
    entry = given_up.deed.entry
    return pb.GivenUpInvoice(
        invoice_id=str(given_up.invoice_id),
        kind=DOCUMENT_KINDS[given_up.kind],
        number=given_up.number,
        date=to_date(given_up.date),
        error_codes=given_up.error_codes,
        given_up_at=to_timestamp(given_up.deed.at),
        steering=common_pb2.Steering(
            actor=entry.actor,
            reason_code=entry.reason_code,
            ticket_id=str(entry.ticket_id or ""),
            source=entry.source,
        ),
    )


def _error(error: SdiError, *, with_texts: bool) -> pb.TransmissionError:
    told = pb.TransmissionError(code=error.code, meaning=MEANINGS.get(error.code, ""))
    if with_texts:
        told.description, told.advice = error.description, error.advice
    return told


def finding_message(finding: ProfileFinding) -> pb.ProfileFinding:
    """A finding of the dry run in both languages."""
    texts = FINDINGS.get(finding.key, FINDINGS["00200"])
    return pb.ProfileFinding(field=finding.field, code=finding.code, message_it=texts["it"], message_en=texts["en"])


def _stamp_duty(document: Document | None) -> common_pb2.Money | None:
    if document is None or document.kind is DocumentKind.PROFORMA:
        return None
    paid = stamp_duty(document)
    return None if paid is None else to_money(paid)


def _lines(document: Document) -> list[common_pb2.Line]:
    return [_line(line) for line in document.lines]


def _line(line: Line) -> common_pb2.Line:
    return common_pb2.Line(
        description=line.description,
        quantity=line.quantity,
        unit_price=to_money(line.unit_price),
        net=to_money(line.net),
        vat_rate=f"{line.vat_rate:.2f}",
        nature=line.natura or "",
        period_start=None if line.period_start is None else to_date(line.period_start),
        period_end=None if line.period_end is None else to_date(line.period_end),
    )
