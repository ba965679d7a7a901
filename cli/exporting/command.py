"""`casella invoice export`: the documents of a period, with their files and an index, for an accountant."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

import click

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from cli import document_files, screen, words
from cli.doctor import clocks
from cli.exporting import entries, summary
from cli.exporting.folder import Sheet, Unfinished
from cli.exporting.summary import Summary
from cli.failures import EXIT_REFUSED, Failure, Unreachable, WrongInput
from cli.rooms import LONG_SECONDS, Rooms, open_rooms, run
from cli.steering import Day
from services.kit.wire import to_date

_PAGE = 50
"""Documents asked for at once: what an answer and the service hold of them stays small, however many there are."""


class Status(Protocol):
    """Where is shown how far it is."""

    def update(self, status: str) -> None:
        """Show it."""


@dataclass
class _Export:
    """An export under way."""

    rooms: Rooms
    folder: Unfinished
    documents: Sheet
    files: Sheet
    closes: date | None
    summary: Summary = field(default_factory=Summary)
    written: int = 0
    folders: set[str] = field(default_factory=set)


@click.command("export")
@click.argument("first", metavar="FROM", type=Day())
@click.argument("last", metavar="TO", type=Day())
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
def invoice_export(first: date, last: date, folder: Path) -> None:
    """Write the invoices and credit notes dated FROM to TO (both included) into the new FOLDER for your accountant.

    Each with its XML as sent to the SdI, the PDF and the SdI's receipts; with an index, sums by VAT rate or Natura,
    stamp duty by quarter, what is not at its end with the SdI, and what the audit of the numbers finds. Exit code 1
    where something does not agree. What breaks off goes on with the same command.
    """
    if last < first:
        raise WrongInput(f"the period ends on {last}, before it begins on {first}", "Write FROM first, then TO")
    if not run(_export(first, last, folder)):
        raise SystemExit(EXIT_REFUSED)


async def _export(first: date, last: date, place: Path) -> bool:
    async with open_rooms() as rooms:
        if last > (today := await clocks.today(rooms, "invoicing")):
            raise WrongInput(f"{last} is still to come: today is {today}", "Export a period that has begun to its end")
        with screen.working("exporting") as status:
            return await export(rooms, (first, last), today, place, status)


async def export(rooms: Rooms, period: tuple[date, date], today: date, place: Path, status: Status) -> bool:
    """Export a period.

    Args:
        rooms: Invoicing is asked.
        period: Its first and last day.
        today: By invoicing's clock.
        place: The new folder.
        status: Where is shown how far it is.

    Returns:
        Whether all that was compared agrees.

    Raises:
        WrongInput: There is something at its place, or nothing can be written there.
        Failure: A file is not what it was.
        Unreachable: Invoicing is away; what was written stays beside the place.
    """
    try:
        folder = Unfinished(place)
        try:
            made, numbering = await _write(rooms, period, today, folder, status)
        except Unreachable as away:
            raise Unreachable(away.message, f"{folder.beside} has what came: the same command goes on there") from None
        folder.finish()
    except OSError as error:
        raise WrongInput(f"{place} cannot be written ({error.strerror})") from None
    _show(place, period, made, numbering)
    return not made.summary.differing and not numbering.violations


async def _write(
    rooms: Rooms, period: tuple[date, date], today: date, folder: Unfinished, status: Status
) -> tuple[_Export, pb.AuditNumberingResponse]:
    first, last = period
    documents = Sheet(folder.open(Path("documenti.csv")), entries.DOCUMENTS)
    files = Sheet(folder.open(Path("file.csv")), entries.FILES)
    made = _Export(rooms, folder, documents, files, closes=summary.closes(last, today))
    asked = pb.ListFiscalDocumentsRequest(from_date=to_date(first), to_date=to_date(last))
    try:
        async for answer in rooms.pages(rooms.invoicing.ListFiscalDocuments, asked, LONG_SECONDS, size=_PAGE):
            for entry in answer.documents:
                await _add(made, entry)
                status.update(f"exporting: {made.summary.documents} documents, up to {entry.document.number} …")
    finally:
        documents.close()
        files.close()
    status.update("proving the numbers …")
    # After the documents: what was listed was numbered before.
    year = first.year if first.year == last.year else 0
    audited = await rooms.ask(rooms.invoicing.AuditNumbering, pb.AuditNumberingRequest(year=year), LONG_SECONDS)
    totals = Sheet(folder.open(Path("riepilogo.csv")), summary.COLUMNS)
    totals.add({
        "sezione": "periodo", "data": f"{first}/{last}", "documenti": str(made.summary.documents),
        "nota": f"esportato il {today}",
    })  # fmt: skip
    if made.closes:
        nota = f"documenti di questo periodo possono venire fino al {made.closes}: esportare di nuovo dopo"
        totals.add({"sezione": "da vedere", "data": f"{first}/{last}", "nota": nota})
    for row in made.summary.rows():
        totals.add(row)
    for text in audited.violations:
        totals.add({"sezione": "verifica", "nota": text})
    for text in audited.used_outside:
        totals.add({"sezione": "da registrare a mano", "nota": text})
    if not audited.violations:
        nota = f"{year or 'tutti gli anni'}: nessun numero mancante o doppio"
        totals.add({"sezione": "verifica", "nota": nota})
    totals.close()
    return made, audited


async def _add(made: _Export, entry: pb.FiscalDocument) -> None:
    """Write a document's files and rows; files that an earlier export has left are not asked for again."""
    document = entry.document
    if not entry.shares or not entry.attempts or document.kind not in entries.KINDS:
        raise Failure(f"{document.number} is newer than this command", "Use the command of the same version")
    within = entries.folder_of(document)
    if within in made.folders:  # of two issuers, each with its own numbers
        within = f"{within}-{document.document_id}"
    made.folders.add(within)
    for file in document.files:
        path = Path(within) / document_files.name_of(document, file)
        if not made.folder.has(path, file.sha256):
            made.folder.write(path, await document_files.content_of(made.rooms, document, file))
        made.files.add(entries.file_row(entry, file, str(path)))
        made.written += 1
    for row in entries.document_rows(entry, within):
        made.documents.add(row)
    made.summary.add(entry)


def _show(place: Path, period: tuple[date, date], made: _Export, numbering: pb.AuditNumberingResponse) -> None:
    found = made.summary
    in_hand = len({row["numero"] for row in found.open})
    screen.show_facts(
        f"{place}: invoices and credit notes of {period[0]} to {period[1]}",
        [
            (
                "not closed",
                f"documents of it may come until {made.closes}: export anew after it" if made.closes else "",
            ),
            ("documents", str(found.documents)),
            ("files", str(made.written)),
            *(
                (f"{nature or f'{rate} %'}, less credit notes", _written(added, currency))
                for (rate, nature, currency), added in sorted(found.balance.items())
            ),
            *(
                (f"stamp duty {quarter}", f"{words.money(_money(owed.net, currency))}, {owed.documents} documents")
                for (quarter, currency), owed in sorted(found.duty_of_quarters().items())
            ),
            ("to be looked at", f"{in_hand} documents: `da vedere` in riepilogo.csv" if in_hand else ""),
            *(("MISMATCH", f"{number}: its rows do not add up to its totals") for number in found.differing),
            ("numbers", "VIOLATED" if numbering.violations else "no gap, no repeat, dated and sent in time"),
            *(("violation", text) for text in numbering.violations),
            *(("used outside, to be entered by hand", text) for text in numbering.used_outside),
        ],
    )


def _written(added: summary.Sum, currency: str) -> str:
    net, vat = (words.money(_money(minor, currency)) for minor in (added.net, added.vat))
    return f"{net} + VAT {vat}, {added.documents} documents"


def _money(minor: int, currency: str) -> common_pb2.Money:
    return common_pb2.Money(minor=minor, currency=currency)
