"""The RPC that lists the invoices and credit notes of a period as an accountant enters them, and its answer."""

from collections.abc import Iterator

from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.domain.documents import Span
from services.invoicing.domain.sums import VatShare, vat_shares
from services.invoicing.domain.transmissions import Outcome
from services.invoicing.messages import CATALOGUE
from services.invoicing.service.reading import Fiscal
from services.invoicing.servicer.answers import document_message
from services.invoicing.servicer.parties import party_of
from services.invoicing.servicer.parts import Parts
from services.invoicing.store.transmissions import SentFile, Transmission
from services.kit.paging import page_by_id
from services.kit.validation import Violations
from services.kit.wire import to_money, to_timestamp

_OUTCOMES = {
    Outcome.DELIVERED: pb.TRANSMISSION_STATE_DELIVERED,
    Outcome.UNDELIVERABLE: pb.TRANSMISSION_STATE_UNDELIVERABLE,
    Outcome.REJECTED: pb.TRANSMISSION_STATE_REJECTED,
}


class FiscalRpcs:
    """The part of `InvoicingService` that is for the accountant."""

    _parts: Parts

    async def ListFiscalDocuments(
        self, request: pb.ListFiscalDocumentsRequest, context: object
    ) -> pb.ListFiscalDocumentsResponse:
        """Lists the invoices and credit notes dated within a period, by number."""
        found = Violations(catalogue=CATALOGUE)
        span = Span(found.day("from_date", request.from_date), found.day("to_date", request.to_date))
        if not found and span.last < span.first:
            found.add("to_date", "backwards")
        page = page_by_id(found, request.page)
        found.check()
        read = await self._parts.reading.fiscal(span, page.after, page.limit)
        shown, token = page.cut(read, lambda fiscal: fiscal.document.document_id)
        return pb.ListFiscalDocumentsResponse(documents=map(fiscal_message, shown), next_page_token=token)


def fiscal_message(fiscal: Fiscal) -> pb.FiscalDocument:
    """A document as it is entered: its lines stand for themselves in their sums by rate and nature."""
    told = document_message(fiscal.shown)
    del told.lines[:]
    return pb.FiscalDocument(
        document=told,
        party=party_of(fiscal.document.customer),
        shares=[_share(share) for share in vat_shares(fiscal.document.lines)],
        attempts=_attempts(fiscal.transmission),
    )


def _share(share: VatShare) -> pb.VatShare:
    return pb.VatShare(
        vat_rate=f"{share.rate:.2f}",
        nature=share.natura or "",
        net=to_money(share.taxable),
        vat=to_money(share.tax),
    )


def _attempts(transmission: Transmission) -> Iterator[pb.SentFile]:
    for file in transmission.files:
        yield _attempt(file, accepted=file is transmission.accepted)


def _attempt(file: SentFile, *, accepted: bool) -> pb.SentFile:
    outcome = file.attempt.outcome
    return pb.SentFile(
        attempt=file.attempt.number,
        file_name=file.file_name,
        sent_at=None if file.sent_at is None else to_timestamp(file.sent_at),
        outcome=None if outcome is None else _OUTCOMES[outcome],
        sdi_identifier=file.sdi_identifier,
        error_codes=file.attempt.codes,
        answered_at=None if file.answered_at is None else to_timestamp(file.answered_at),
        accepted=accepted,
    )
