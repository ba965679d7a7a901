"""The whole way over real SMTP and IMAP: our channel against the stand-ins of the SdI and of the mailbox's provider.

The stand-in has controls of its own, written apart from ours: it is a second judge of what we send.
"""

import json
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from casella.common.v1 import common_pb2
from casella.invoicing.v1 import invoicing_pb2 as pb
from services.invoicing.room import build
from services.invoicing.sdi.channel import ChannelUnavailableError, OutgoingFile, Position
from services.invoicing.sdi.pec import PecChannel
from services.invoicing.settings import InvoicingSettings
from services.kit.core import Core
from services.kit.server import Room
from tests.fixtures.postgres import RoomDatabase
from tests.invoicing.builders import association, company, invoice_request, person
from tests.invoicing.clients import Stub, stub
from tests.standins.inbox import open_inbox, wait_for
from tests.standins.processes import OPERATOR_SECRET, Process, free_address, mailsink_environment
from tests.support.room import TestRoom, running_room

POLL = pb.PollReceiptsRequest()
ANSWERS = 3
"""Accettazione, avvenuta consegna, and the receipt."""


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Process, Process]]:
    folder = tmp_path_factory.mktemp("sdi")
    (folder / "callers.json").write_text(json.dumps({"operator": OPERATOR_SECRET}))
    common = {"CASELLA_CALLER_SECRETS_FILE": str(folder / "callers.json")}
    common["CASELLA_CLOCK_FILE"] = str(folder / "clock.json")
    sink = Process("mailsink", common | mailsink_environment(folder), folder / "mailsink.log")
    doors = {f"CASELLA_SDI_{door}_LISTEN": free_address() for door in ("SMTP", "PAGE", "CLOCK")}
    own = {"CASELLA_SDI_MAIL_SMTP": sink.environment["CASELLA_MAILSINK_SMTP_LISTEN"]}
    own["CASELLA_SDI_FOLDER"] = str(folder / "sdi")
    sdi = Process("sdi", common | doors | own, folder / "sdi.log")
    try:
        sink.wait_until_healthy("CASELLA_MAILSINK_CLOCK_LISTEN")
        sdi.wait_until_healthy("CASELLA_SDI_CLOCK_LISTEN")
        yield sdi, sink
    finally:
        sdi.stop()
        sink.stop()


@pytest.fixture
def settings(stand_ins: tuple[Process, Process]) -> dict[str, Any]:
    sdi, sink = stand_ins
    return {
        "pec_address": f"fatture.{uuid4().hex}@pec.casella.example",
        "pec_password_file": Path(sink.environment["CASELLA_MAILSINK_PASSWORD_FILE"]),
        "pec_smtp_port": sdi.port("CASELLA_SDI_SMTP_LISTEN"),
        "pec_imap_port": sink.port("CASELLA_MAILSINK_IMAP_LISTEN"),
    }


@pytest.fixture
async def mail_room(room_database: RoomDatabase, tmp_path: Path, settings: dict[str, Any]) -> AsyncIterator[TestRoom]:
    def assemble(core: Core) -> Room:
        assert isinstance(core.settings, InvoicingSettings)
        return build(core, core.settings, PecChannel(core.settings.pec_account))

    url = room_database("invoicing")
    async with running_room(
        "invoicing", url, assemble, tmp_path, settings_class=InvoicingSettings, **settings
    ) as running:
        yield running


def arrived(stand_ins: tuple[Process, Process], settings: dict[str, Any], messages: int) -> None:
    with open_inbox(stand_ins[1], settings["pec_address"]) as box:
        wait_for(box, messages)


def order(stand_ins: tuple[Process, Process], **fields: object) -> None:
    url = f"http://{stand_ins[0].environment['CASELLA_SDI_PAGE_LISTEN']}/orders"
    request = urllib.request.Request(url, json.dumps(fields).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request):  # noqa: S310  our own address
        pass


async def send(worker: Stub, party: common_pb2.BillingParty) -> pb.Transmission:
    invoice = (await worker.IssueInvoice(invoice_request(party=party))).document
    request = pb.TransmitInvoiceRequest(invoice_id=invoice.document_id)
    return (await worker.TransmitInvoice(request, timeout=20)).transmission


async def test_every_kind_of_customer_ends_as_it_should(
    mail_room: TestRoom, stand_ins: tuple[Process, Process], settings: dict[str, Any]
) -> None:
    worker = stub(mail_room, "worker")
    parties = [
        (person(), pb.TRANSMISSION_STATE_UNDELIVERABLE),
        (association(), pb.TRANSMISSION_STATE_UNDELIVERABLE),
        (company(), pb.TRANSMISSION_STATE_DELIVERED),
        (company(recipient_code="", pec="officine@pec.example.it"), pb.TRANSMISSION_STATE_DELIVERED),
    ]
    sent = [await send(worker, party) for party, _ in parties]
    arrived(stand_ins, settings, ANSWERS * len(parties))
    read = await worker.PollReceipts(POLL, timeout=30)
    assert (read.messages, read.receipts, read.unknown) == (ANSWERS * len(parties), len(parties), 0)
    for transmission, (_, state) in zip(sent, parties, strict=True):
        after = await worker.GetTransmission(pb.GetTransmissionRequest(invoice_id=transmission.invoice_id))
        assert after.transmission.state == state
        assert after.transmission.sdi_identifier
    assert await worker.PollReceipts(POLL) == pb.PollReceiptsResponse()
    await _rejected_then_sent_again(mail_room, stand_ins, settings, ANSWERS * len(parties))


async def _rejected_then_sent_again(
    mail_room: TestRoom, stand_ins: tuple[Process, Process], settings: dict[str, Any], before: int
) -> None:
    """The stand-in knows our numbers now, so what follows belongs to the same story."""
    worker = stub(mail_room, "worker")
    order(stand_ins, action="reject", code="00306")
    sent = await send(worker, person())
    arrived(stand_ins, settings, before + ANSWERS)
    await worker.PollReceipts(POLL)
    asked = pb.GetTransmissionRequest(invoice_id=sent.invoice_id)
    rejected = (await worker.GetTransmission(asked)).transmission
    assert (rejected.state, list(rejected.error_codes)) == (pb.TRANSMISSION_STATE_REJECTED, ["00306"])
    prepare = pb.PrepareResendRequest(request_id=str(uuid4()), invoice_id=sent.invoice_id)
    prepare.steering.CopyFrom(common_pb2.Steering(actor="operator", reason_code="fixed", source="update:1"))
    await worker.PrepareResend(prepare)
    order(stand_ins, action="lost_answer")
    again = (
        await worker.TransmitInvoice(pb.TransmitInvoiceRequest(invoice_id=sent.invoice_id), timeout=20)
    ).transmission
    assert again.file_name != sent.file_name
    # Taken, but the answer was lost: sent once more under its name, refused as a copy, and accepted all the same.
    arrived(stand_ins, settings, before + 3 * ANSWERS)
    await worker.PollReceipts(POLL)
    after = (await worker.GetTransmission(asked)).transmission
    assert after.state == pb.TRANSMISSION_STATE_UNDELIVERABLE
    with open_inbox(stand_ins[1], settings["pec_address"]) as box:
        assert all("\\Seen" not in message.flags for message in box.fetch(mark_seen=False))


async def test_servers_that_are_away_say_so(tmp_path: Path) -> None:
    closed = int(free_address().rpartition(":")[2])
    settings = InvoicingSettings(
        database_url="postgresql://x",
        listen="127.0.0.1:0",
        caller_secrets_file=tmp_path,
        token_public_key_file=tmp_path,
        fingerprint_key_file=tmp_path,
        pec_smtp_port=closed,
        pec_imap_port=closed,
    )
    channel = PecChannel(settings.pec_account)
    with pytest.raises(ChannelUnavailableError):
        await channel.send(
            OutgoingFile("IT07123450483_00001.xml", b"<x/>", "<1@casella.example>"), "sdi01@pec.fatturapa.it"
        )
    with pytest.raises(ChannelUnavailableError):
        await channel.receive(Position(0, 0), 10)


async def test_a_wrong_password_is_no_reading(
    stand_ins: tuple[Process, Process], settings: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("wrong")
    made = InvoicingSettings(
        database_url="postgresql://x",
        listen="127.0.0.1:0",
        caller_secrets_file=tmp_path,
        token_public_key_file=tmp_path,
        fingerprint_key_file=tmp_path,
        **{**settings, "pec_password_file": tmp_path / "password"},
    )
    with pytest.raises(ChannelUnavailableError, match="Login"):
        await PecChannel(made.pec_account).receive(Position(0, 0), 10)
