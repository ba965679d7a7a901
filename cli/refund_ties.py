"""Ties refunds to credit notes, both ways: money that goes back lowers an invoiced sale, and a note says so.

DPR 633/1972, art. 26. Payments knows the refunds and what disputes took, invoicing the notes.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from cli import words
from cli.ties import cause_id
from services.kit.wire import from_date
from workflows import wording

Sum = tuple[str, int]
"""Currency and minor units: what a refund and its credit note have in common."""


@dataclass(frozen=True)
class RefundTies:
    """What was tied.

    Attributes:
        refunds: Refunds of paid payment requests looked at, given up ones left out.
        credit_notes: Credit notes looked at, given up ones left out.
        in_progress: Refunds and notes of today whose other half is still to come.
        findings: What does not agree, in plain words with the ids.
        notes: What differs and is right all the same, likewise.
        alone: UUIDs of the credit notes among the findings.
    """

    refunds: int
    credit_notes: int
    in_progress: int
    findings: Sequence[str]
    notes: Sequence[str] = ()
    alone: Sequence[str] = ()


def tie_refunds(
    paid: Iterable[payments_pb2.PaymentRequest],
    invoices: Iterable[invoicing_pb2.Document],
    refunds: Iterable[payments_pb2.Refund],
    disputes: Iterable[payments_pb2.Dispute],
    today: date,
    *,
    given_up: Collection[str] = (),
    outside: Collection[str] = (),
) -> RefundTies:
    """Ties each refund that was made to a credit note of the same sum on its invoice, and each note to its refund.

    A refund to the account's credit is one, too. What a lost dispute took stands for a refund. What the customer had
    never paid, because a shortfall was accepted, goes back to nobody: the rest of such a note is tied.

    Args:
        paid: All paid payment requests.
        invoices: All invoices with their credit notes, read before refunds and disputes; part payments are tied to
            their money (`part_payments`).
        refunds: All refunds.
        disputes: All disputes.
        today: The day on which they were read: for so long the other half may be still to come.
        given_up: UUIDs of the invoices that count as never issued, of which nothing is credited.
        outside: UUIDs of credit notes whose money went back outside of Casella, by an operator's word.
    """
    refunds = list(refunds)
    back, under_way = _by_request(refunds), {each.refund_id for each in refunds if not each.HasField("done_on")}
    lost = _taken(disputes)
    finals = (each for each in invoices if each.kind != invoicing_pb2.DOCUMENT_KIND_ADVANCE_INVOICE)
    by_cause = {cause_id(invoice): invoice for invoice in finals}
    found = _Found(under_way)
    for request in paid:
        invoice = by_cause.get(cause_id(request))
        if invoice is None or invoice.document_id in given_up:
            continue  # the tie of payments to invoices tells of the first; nothing is credited on the second
        found.refunds += len(back.get(request.payment_request_id, ()))
        found.credit_notes += len(invoice.credit_notes)
        left = Counter(map(_returned, invoice.credit_notes))
        for refund in back.get(request.payment_request_id, ()):
            if left[_sum(refund.amount)]:
                left[_sum(refund.amount)] -= 1
            else:
                found.without_note(request, refund, today)
        for dispute in lost.get(request.payment_request_id, ()):
            taken = _sum(wording.beyond_refunds(dispute))
            left[taken] -= 1 if left[taken] else 0
        for note in reversed(invoice.credit_notes):
            if left[_returned(note)]:
                left[_returned(note)] -= 1
                found.without_refund(invoice, note, today, outside)
    return found.ties()


class _Found:
    """What has been found so far."""

    def __init__(self, under_way: Collection[str]) -> None:
        self.under_way = under_way
        self.refunds = self.credit_notes = self.in_progress = 0
        self.findings: list[str] = []
        self.notes: list[str] = []
        self.alone: list[str] = []

    def without_note(self, request: payments_pb2.PaymentRequest, refund: payments_pb2.Refund, today: date) -> None:
        """A refund that no credit note stands beside; one that has not been made yet, in all its parts, needs none."""
        if not refund.HasField("done_on") or refund.paid_out_by in self.under_way:
            return
        told = (
            f"{words.thing(request)}: refund {refund.refund_id} of {words.money(refund.amount)}, made on "
            f"{words.day(refund.done_on)} ({refund.reason_code}): no credit note of that sum"
        )
        if not refund.withdrawal_order_id:
            self.notes.append(f"{told}; one may be due, within a year of the invoice where it was agreed")
        elif from_date(refund.done_on) >= today:
            self.in_progress += 1
        else:
            self.findings.append(told)

    def without_refund(
        self,
        invoice: invoicing_pb2.Document,
        note: invoicing_pb2.CreditNoteInfo,
        today: date,
        outside: Collection[str],
    ) -> None:
        """A credit note by which no money has gone back, nor is to."""
        told = (
            f"{words.thing(invoice)}: credit note {note.number} ({note.document_id}) of {words.money(note.gross)} on "
            f"invoice {invoice.number}{_never_paid(note)}"
        )
        if note.document_id in outside:
            self.notes.append(f"{told}: the money went back outside of Casella, by an operator's word")
        elif from_date(note.date) >= today:
            self.in_progress += 1
        else:
            self.findings.append(f"{told}: no refund, credit or lost dispute of that sum")
            self.alone.append(note.document_id)

    def ties(self) -> RefundTies:
        return RefundTies(self.refunds, self.credit_notes, self.in_progress, self.findings, self.notes, self.alone)


def _by_request(refunds: Iterable[payments_pb2.Refund]) -> Mapping[str, list[payments_pb2.Refund]]:
    """The refunds of payment requests, those made first: they are sure to need their notes."""
    found: dict[str, list[payments_pb2.Refund]] = {}
    for refund in sorted(refunds, key=lambda each: not each.HasField("done_on")):
        if refund.payment_request_id and refund.state != payments_pb2.REFUND_STATE_CANCELLED:
            found.setdefault(refund.payment_request_id, []).append(refund)
    return found


def _taken(disputes: Iterable[payments_pb2.Dispute]) -> Mapping[str, list[payments_pb2.Dispute]]:
    """Lost disputes by the payment request whose money they took: credited, or still claimed."""
    found: dict[str, list[payments_pb2.Dispute]] = {}
    for dispute in disputes:
        if dispute.payment_request_id and wording.beyond_refunds(dispute).minor > 0:
            found.setdefault(dispute.payment_request_id, []).append(dispute)
    return found


def _never_paid(note: invoicing_pb2.CreditNoteInfo) -> str:
    """That not all of it goes back."""
    return f", of which {words.money(note.remitted)} were never paid" if note.remitted.minor else ""


def _returned(note: invoicing_pb2.CreditNoteInfo) -> Sum:
    """What of a credit note goes back."""
    return note.gross.currency, note.gross.minor - note.remitted.minor


def _sum(money: common_pb2.Money) -> Sum:
    return money.currency, money.minor
