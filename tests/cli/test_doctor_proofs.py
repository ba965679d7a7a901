"""The doctor says of the books what `casella audit` finds in them: nothing that makes the audit fail is left out."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest

from casella.invoicing.v1 import invoicing_pb2
from casella.payments.v1 import payments_pb2
from casella.payments.v1.payments_pb2_grpc import PaymentsServiceServicer, add_PaymentsServiceServicer_to_server
from cli import books
from cli.books import Books
from cli.doctor.findings import Level
from cli.doctor.proofs import judge_findings, prove
from cli.installation import Installation
from cli.refund_ties import RefundTies
from cli.rooms import Rooms
from cli.ties import Ties
from services.kit.settings import ProcessSettings

HEALTHY = ("ordering", "payments", "invoicing")
WELL = Books(
    numbering=invoicing_pb2.AuditNumberingResponse(),
    given_up=[],
    ledger=payments_pb2.ProveLedgerResponse(balanced=True),
    ties=Ties(0, 0, 0, 0, []),
    refund_ties=RefundTies(0, 0, 0, []),
    still_served=[],
    unpaid=[],
)
SPOILT: dict[str, Any] = {
    "numbering": invoicing_pb2.AuditNumberingResponse(violations=["2026/3 is missing."]),
    "ledger": payments_pb2.ProveLedgerResponse(discrepancies=["transaction a does not balance"]),
    "ties": Ties(0, 0, 0, 0, ["order a: the amounts differ"]),
    "refund_ties": RefundTies(0, 0, 0, ["order a: refund f1: no credit note"]),
    "still_served": ["order a: credit note 2026/2 says that a dispute has ended it"],
}
"""Whatever of the books can disagree, with one thing that does."""


@pytest.fixture
def rooms(tmp_path: Path) -> Rooms:
    return Rooms(Installation(tmp_path, {}, ProcessSettings()))


def as_read(monkeypatch: pytest.MonkeyPatch, found: Books) -> None:
    async def read(_rooms: Rooms, year: int) -> Books:
        assert year == 0
        return found

    monkeypatch.setattr(books, "read", read)


async def test_of_books_that_are_proved_all_is_fine(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    as_read(monkeypatch, WELL)
    assert WELL.proved
    assert {finding.level for finding in await prove(rooms, HEALTHY)} == {Level.FINE}


@pytest.mark.parametrize("part", SPOILT)
async def test_whatever_makes_the_audit_fail_is_wrong_for_the_doctor_too(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    found = replace(WELL, **{part: SPOILT[part]})
    as_read(monkeypatch, found)
    assert not found.proved
    (wrong,) = [finding for finding in await prove(rooms, HEALTHY) if finding.level is Level.WRONG]
    told = {"numbering": "2026/3 is missing", "ledger": "transaction a", "still_served": "credit note 2026/2 says"}
    assert told.get(part, "order a: ") in wrong.text
    assert "casella audit" in wrong.remedy


class Ledger(PaymentsServiceServicer):
    """Payments, as far as it is asked here."""

    async def ProveLedger(self, request: object, context: object) -> payments_pb2.ProveLedgerResponse:
        return payments_pb2.ProveLedgerResponse(balanced=True, transactions=7)


async def test_with_rooms_away_the_ledger_alone_is_proved_and_they_are_not_asked(tmp_path: Path) -> None:
    server = grpc.aio.server()
    add_PaymentsServiceServicer_to_server(Ledger(), server)  # type: ignore[abstract]  # it is asked for nothing else
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    secret = tmp_path / "secret"
    secret.write_text("payments asks for none here")
    known = ProcessSettings(payments_address=f"127.0.0.1:{port}", caller_secret_file=secret)
    rooms = Rooms(Installation(tmp_path, {}, known))
    try:
        for healthy in (("payments",), ("payments", "ordering"), ("payments", "invoicing")):
            (finding,) = await prove(rooms, healthy)
            assert (finding.level, finding.text) == (Level.FINE, "the ledger is balanced (7 transactions)")
    finally:
        await rooms.close()
        await server.stop(None)


def test_each_kind_of_finding_is_among_those_that_are_spoilt_here() -> None:
    assert all(replace(WELL, **SPOILT).findings.values())


def test_what_the_audit_would_find_is_counted_by_kind_with_the_first_of_each() -> None:
    late, untied = judge_findings(
        {"late": ["2026/1 was sent late.", "2026/3 is missing."], "none": [], "untied": ["a"]}
    )
    assert (late.text, untied.text) == ("late: 2, the first: 2026/1 was sent late", "untied: 1, the first: a")
    assert (late.level, untied.level) == (Level.WRONG, Level.WRONG)
