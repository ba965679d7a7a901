"""An export of a period holds each document once, with its files, adds up by hand, and is there whole or not at all."""

import csv
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import grpc
import pytest
from sqlalchemy import text

from casella.invoicing.v1 import invoicing_pb2 as pb
from cli.exporting.command import export
from cli.exporting.folder import Unfinished, cents, typed
from cli.failures import Unreachable, WrongInput
from cli.installation import Installation
from cli.rooms import Rooms
from services.kit.settings import ProcessSettings
from tests.cli.running import written
from tests.invoicing import conftest as invoicing
from tests.invoicing.builders import company, credit_request, day, invoice_request, line, steering, totals, untaxed
from tests.invoicing.clients import Stub
from tests.invoicing.sdi_in_memory import SdiInMemory
from tests.invoicing.test_advance_invoices import final, part
from tests.support.room import TestRoom, request_id

sdi, room, worker = invoicing.sdi, invoicing.room, invoicing.worker
PERIOD = date(2026, 3, 2), date(2026, 6, 30)
TODAY = date(2026, 7, 13)
"""Thirteen days after the period: nothing of it may still come."""
Rows = list[dict[str, str]]


class Unseen:
    def update(self, status: str) -> None:
        """Nobody looks."""


class InvoicingAlone(Rooms):
    """The rooms of an operator, of which only invoicing runs."""

    def __init__(self, room: TestRoom, var: Path) -> None:
        super().__init__(Installation(var, {}, ProcessSettings(invoicing_address=room.address)))
        self._room = room

    def channel(self, room: str) -> grpc.aio.Channel:
        return self._room.channel("operator")


@pytest.fixture
def rooms(room: TestRoom, tmp_path: Path) -> Rooms:
    return InvoicingAlone(room, tmp_path)


async def sent(worker: Stub, sdi: SdiInMemory, document: pb.Document, *codes: str, kind: str = "RC") -> None:
    asked = pb.TransmitInvoiceRequest(invoice_id=document.document_id)
    sdi.answer(kind, (await worker.TransmitInvoice(asked)).transmission.file_name, *codes)
    await worker.PollReceipts(pb.PollReceiptsRequest())


@pytest.fixture
async def issued(worker: Stub, sdi: SdiInMemory) -> list[pb.Document]:
    """Six documents of 2 March: two at 22 %, one of them with a second rate too, a German one with stamp duty, one
    whose customer is charged it, one given up, and a credit note on the first. One more is of the day before.
    """
    first = (await worker.IssueInvoice(invoice_request(party=company(company_name="=Rossi;S.r.l.")))).document
    lines = [line(7, 150), line(3, 333, rate="10.00")]
    mixed = (await worker.IssueInvoice(invoice_request(lines=lines, totals=totals(2049, 331)))).document
    german = (await worker.IssueInvoice(invoice_request(**untaxed()))).document
    charged_lines = [line(70, rate="0.00", nature="N2.1"), line(1, 200, "0.00", "Imposta di bollo", "N1")]
    charged = invoice_request(**untaxed(lines=charged_lines, totals=totals(10700, 0)))
    billed = (await worker.IssueInvoice(charged)).document
    given_up = (await worker.IssueInvoice(invoice_request())).document
    note = (await worker.IssueCreditNote(credit_request(first, 610))).document
    for document in (first, mixed, note):
        await sent(worker, sdi, document)
    await sent(worker, sdi, german, kind="MC")
    await sent(worker, sdi, given_up, "00427", kind="NS")
    await worker.GiveUpTransmission(
        pb.GiveUpTransmissionRequest(
            request_id=request_id(), invoice_id=given_up.document_id, steering=steering("give_up:1")
        )
    )
    await worker.IssueInvoice(invoice_request(date=day(2026, 3, 1)))
    return [first, mixed, german, billed, given_up, note]


def table(file: Path) -> Rows:
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines(), delimiter=";"))


def section(rows: Rows, name: str, *columns: str) -> list[tuple[str, ...]]:
    return [tuple(row[column] for column in columns) for row in rows if row["sezione"] == name]


async def test_the_index_has_a_row_for_each_document_and_rate(
    rooms: Rooms, issued: list[pb.Document], tmp_path: Path
) -> None:
    assert await export(rooms, PERIOD, TODAY, tmp_path / "export", Unseen())
    rows = table(tmp_path / "export" / "documenti.csv")
    columns = ("numero", "tipo", "riga", "aliquota", "natura", "imponibile", "imposta", "totale_documento")
    assert [tuple(row[column] for column in columns) for row in rows] == [
        ("2026/1", "TD01", "1", "22,00", "", "10,50", "2,31", "12,81"),
        ("2026/2", "TD01", "1", "22,00", "", "10,50", "2,31", "23,80"),
        ("2026/2", "TD01", "2", "10,00", "", "9,99", "1,00", ""),
        ("2026/3", "TD01", "1", "0,00", "N2.1", "105,00", "0,00", "105,00"),
        ("2026/4", "TD01", "1", "0,00", "N2.1", "105,00", "0,00", "107,00"),
        ("2026/4", "TD01", "2", "0,00", "N1", "2,00", "0,00", ""),
        ("2026/5", "TD01", "1", "22,00", "", "10,50", "2,31", "12,81"),
        ("2026/6", "TD04", "1", "22,00", "", "5,00", "1,10", "6,10"),
    ]
    first, german, billed, note = rows[0], rows[3], rows[4], rows[-1]
    assert (first["cliente"], first["partita_iva"], first["paese"]) == ("'=Rossi;S.r.l.", "IT01234567897", "IT")
    assert (first["stato_sdi"], first["identificativo_sdi"], first["pagato_il"]) == (
        "consegnato",
        "7249991",
        "2026-03-02",
    )
    assert (german["partita_iva"], german["bollo"], german["bollo_a_carico"]) == ("DE136695976", "2,00", "emittente")
    assert (billed["bollo"], billed["bollo_a_carico"], rows[5]["bollo"]) == ("2,00", "cliente", "")
    assert note["documento_collegato"] == "2026/1 del 2026-03-02"


async def test_the_sums_are_those_of_the_hand_and_of_the_database(
    room: TestRoom, rooms: Rooms, issued: list[pb.Document], tmp_path: Path
) -> None:
    await export(rooms, PERIOD, TODAY, tmp_path / "export", Unseen())
    rows = table(tmp_path / "export" / "riepilogo.csv")
    # 10.50 + 10.50 - 5.00 at 22 %: the given up one is in no balance
    assert section(rows, "saldo iva", "aliquota", "natura", "documenti", "imponibile", "imposta", "totale") == [
        ("0,00", "N1", "1", "2,00", "0,00", "2,00"),
        ("0,00", "N2.1", "2", "210,00", "0,00", "210,00"),
        ("10,00", "", "1", "9,99", "1,00", "10,99"),
        ("22,00", "", "3", "16,00", "3,52", "19,52"),
    ]
    assert section(rows, "documenti", "tipo", "stato", "documenti", "totale") == [
        ("TD01", "emesso", "3", "141,61"),
        ("TD01", "in corso", "1", "107,00"),
        ("TD01", "rinunciato", "1", "12,81"),
        ("TD04", "emesso", "1", "6,10"),
    ]
    assert section(rows, "bollo", "trimestre", "a_carico", "stato", "documenti", "bollo") == [
        ("2026-T1", "cliente", "in corso", "1", "2,00"),
        ("2026-T1", "emittente", "emesso", "1", "2,00"),
    ]
    assert section(rows, "da vedere", "numero", "stato", "nota") == [
        ("2026/4", "da inviare", "non ancora accettato dallo SdI"),
        ("2026/5", "rinunciato", "mai emesso: conserva il numero; ultimo scarto 00427"),
    ]
    async with room.core.database.reading() as conn:
        query = text("""SELECT sum(gross) FROM documents WHERE kind <> 'proforma' AND date BETWEEN :first AND :last""")
        stored = (await conn.execute(query, {"first": PERIOD[0], "last": PERIOD[1]})).scalar_one()
    index = table(tmp_path / "export" / "documenti.csv")
    assert (
        sum(int(row["totale"].replace(",", "")) for row in index) == stored == 1281 + 2380 + 10500 + 10700 + 1281 + 610
    )


@pytest.mark.parametrize(("today", "open_until"), [(date(2026, 7, 12), ["2026-07-12"]), (TODAY, [])])
async def test_a_period_of_which_documents_may_still_come_says_until_when(
    rooms: Rooms, tmp_path: Path, today: date, open_until: list[str]
) -> None:
    assert await export(rooms, PERIOD, today, tmp_path / "export", Unseen())
    rows = table(tmp_path / "export" / "riepilogo.csv")
    assert section(rows, "periodo", "data", "nota") == [("2026-03-02/2026-06-30", f"esportato il {today}")]
    assert section(rows, "da vedere", "data", "nota") == [
        (
            "2026-03-02/2026-06-30",
            f"documenti di questo periodo possono venire fino al {until}: esportare di nuovo dopo",
        )
        for until in open_until
    ]


async def test_an_invoice_that_deducts_a_part_payment_has_the_rest_and_names_it(
    rooms: Rooms, worker: Stub, tmp_path: Path
) -> None:
    await final(worker, await part(worker, 500), date=day(2026, 3, 2))
    await export(rooms, (date(2026, 3, 1), date(2026, 3, 2)), TODAY, tmp_path / "export", Unseen())
    columns = ("tipo", "imponibile", "imposta", "totale", "documento_collegato")
    # 10.50 + 2.31 less 4.10 + 0.90
    assert [tuple(row[column] for column in columns) for row in table(tmp_path / "export" / "documenti.csv")] == [
        ("TD02", "4,10", "0,90", "5,00", ""),
        ("TD01", "6,40", "1,41", "7,81", "2026/1 del 2026-03-01"),
    ]


async def test_every_file_is_there_under_its_hash_and_for_its_owner_alone(
    rooms: Rooms, issued: list[pb.Document], tmp_path: Path
) -> None:
    place = tmp_path / "export"
    await export(rooms, PERIOD, TODAY, place, Unseen())
    files = table(place / "file.csv")
    assert [row["genere"] for row in files if row["numero"] == "2026/5"] == ["pdf", "ricevuta", "xml"]
    for row in files:
        content = (place / row["file"]).read_bytes()
        assert (sha256(content).hexdigest(), str(len(content))) == (row["sha256"], row["byte"])
    (rejected,) = [row for row in files if row["numero"] == "2026/5" and row["genere"] == "xml"]
    assert (rejected["esito"], rejected["codici_scarto"], rejected["valido"]) == ("scartato", "00427", "no")
    there = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
    assert there == {row["file"] for row in files} | {"documenti.csv", "file.csv", "riepilogo.csv"}
    assert {path.stat().st_mode & 0o777 for path in place.rglob("*") if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in [place, *place.rglob("*")] if path.is_dir()} == {0o700}


async def test_a_number_that_is_missing_is_named_and_the_export_ends_with_a_finding(
    room: TestRoom, rooms: Rooms, issued: list[pb.Document], tmp_path: Path
) -> None:
    async with room.core.database.reading() as conn:
        await conn.execute(text("UPDATE numbering SET last = last + 1 WHERE series = 'invoice'"))
    await room.core.database.autocommit.dispose()
    assert await export(rooms, PERIOD, TODAY, tmp_path / "export", Unseen()) is False
    rows = table(tmp_path / "export" / "riepilogo.csv")
    assert section(rows, "verifica", "nota") == [("counter of 2026 is 8, highest number 7",)]


async def test_rows_that_do_not_add_up_to_their_document_are_named(
    room: TestRoom, rooms: Rooms, issued: list[pb.Document], tmp_path: Path
) -> None:
    async with room.core.database.transaction() as conn:
        await conn.execute(text("ALTER TABLE documents DISABLE TRIGGER documents_stay"))
        await conn.execute(text("UPDATE documents SET net = net + 1, gross = gross + 1 WHERE number = '2026/2'"))
    assert await export(rooms, PERIOD, TODAY, tmp_path / "export", Unseen()) is False
    rows = table(tmp_path / "export" / "riepilogo.csv")
    assert section(rows, "errore", "numero") == [("2026/2",)]


async def test_what_breaks_off_leaves_no_folder_and_goes_on_with_what_came(
    rooms: Rooms, issued: list[pb.Document], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, asked = tmp_path / "export", list[str]()
    whole = Rooms.ask

    async def away_after_four(self: Rooms, method: Any, request: Any, *more: Any) -> Any:
        if isinstance(request, pb.GetDocumentFileRequest):
            asked.append(request.file_id)
            if len(asked) == 5:
                raise Unreachable("invoicing does not answer")
        return await whole(self, method, request, *more)

    monkeypatch.setattr(Rooms, "ask", away_after_four)
    with pytest.raises(Unreachable) as away:
        await export(rooms, PERIOD, TODAY, place, Unseen())
    assert "goes on" in away.value.remedy
    assert not place.exists()
    (tmp_path / "export.part" / "2025-9").mkdir()
    (tmp_path / "export.part" / "2025-9" / "of-another-period.pdf").write_bytes(b"stray")
    damaged = next((tmp_path / "export.part" / "2026-1").glob("*.xml"))
    damaged.write_bytes(b"half")
    assert await export(rooms, PERIOD, TODAY, place, Unseen())
    assert len(asked) == len(set(asked)) + 2  # the one that did not come, and the damaged one
    assert not (tmp_path / "export.part").exists()
    assert not (place / "2025-9").exists()
    assert damaged.name in {path.name for path in (place / "2026-1").iterdir()}
    fresh = tmp_path / "again"
    await export(rooms, PERIOD, TODAY, fresh, Unseen())
    assert {str(p.relative_to(place)): p.read_bytes() for p in place.rglob("*") if p.is_file()} == {
        str(p.relative_to(fresh)): p.read_bytes() for p in fresh.rglob("*") if p.is_file()
    }


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    with pytest.raises(WrongInput, match="is there already"):
        Unfinished(tmp_path / "export")
    late = Unfinished(tmp_path / "later")
    (tmp_path / "later").mkdir()
    with pytest.raises(WrongInput, match="is there already"):
        late.finish()


def test_another_ones_folder_is_not_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "export.part").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WrongInput, match="is not yours"):
        Unfinished(tmp_path / "export")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("2026-04-01", "2026-03-31", "export"), "before it begins"),
        (("2026-01-01", "31/03/2026", "export"), "no day"),
        (("2026-01-01",), "Missing argument"),
    ],
)
def test_a_period_that_is_none_is_refused_before_anything_is_asked(arguments: tuple[str, ...], words: str) -> None:
    written("invoice", "export", *arguments).badly(2, words)


@pytest.mark.parametrize(
    ("text_", "cell"),
    [
        ("Rossi S.r.l.", "Rossi S.r.l."),
        ("=1+1", "'=1+1"),
        (" @SUM(A1)", "' @SUM(A1)"),
        ("Due\nrighe\t", "Due righe "),
        ("", ""),
    ],
)
def test_no_cell_of_a_customers_words_is_computed_by_a_spreadsheet(text_: str, cell: str) -> None:
    assert typed(text_) == cell


@pytest.mark.parametrize(("minor", "shown"), [(123456, "1234,56"), (5, "0,05"), (-5, "-0,05"), (0, "0,00")])
def test_amounts_are_written_as_an_italian_spreadsheet_reads_them(minor: int, shown: str) -> None:
    assert cents(minor) == shown
