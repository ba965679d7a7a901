"""How the SdI stand-in answers by PEC, seen from the mailbox of the provider that sends the invoices."""

import json
import smtplib
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from itertools import count
from pathlib import Path
from shutil import which
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from imap_tools import AND
from lxml import etree

from casella.common.v1 import clock_pb2, clock_pb2_grpc
from services.kit.clock import write_offset
from tests.standins.inbox import open_inbox, wait_for
from tests.standins.processes import OPERATOR_SECRET, Process, Start, free_address
from tests.standins.sdi.invoice import TO_CODE, TO_PEC, invoice

FIRST_CONTACT = "sdi01@pec.fatturapa.it"
NAMESPACE = "{http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fattura/messaggi/v1.0}"
XSD = Path(__file__).parents[4] / "shared" / "fatturapa" / "xsd"

numbers = count(1)


@dataclass
class Answer:
    """A message in the provider's PEC mailbox."""

    kind: str
    message: EmailMessage
    certificate: etree._Element
    inside: EmailMessage | None

    @property
    def receipt(self) -> etree._Element:
        return etree.fromstring(self.receipt_file()[1])

    def receipt_file(self) -> tuple[str, bytes]:
        assert self.inside is not None
        (part,) = [each for each in self.inside.iter_attachments() if each.get_filename()]
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        return part.get_filename() or "", content

    def codes(self) -> list[str]:
        return [str(element.text) for element in self.receipt.iter("Codice")]


class Sender:
    """A provider with a PEC mailbox of its own."""

    def __init__(self, sdi: Process, sink: Process) -> None:
        self.address = f"fatture.{uuid4().hex}@pec.provider.example"
        self.sdi, self.sink = sdi, sink

    def send(self, content: bytes, name: str | None = None, to: str = FIRST_CONTACT) -> str:
        name = name or f"IT01234567897_{next(numbers):05d}.xml"
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.address, to, f"Invio {name}"
        message["Message-ID"] = f"<{uuid4().hex}@pec.provider.example>"
        message.set_content("In allegato.")
        message.add_attachment(content, maintype="application", subtype="xml", filename=name)
        with smtplib.SMTP("127.0.0.1", self.sdi.port("CASELLA_SDI_SMTP_LISTEN")) as client:
            client.send_message(message)
        return name

    def answers(self, wanted: int) -> list[Answer]:
        with open_inbox(self.sink, self.address) as box:
            wait_for(box, wanted)
            return [_answer(found.obj.as_bytes()) for found in box.fetch(AND(all=True))]


def _answer(content: bytes) -> Answer:
    message = BytesParser(EmailMessage, policy=default).parsebytes(content)
    certificate = next(part for part in message.walk() if part.get_filename() == "daticert.xml")
    inside = next((part for part in message.walk() if part.get_filename() == "postacert.eml"), None)
    data = certificate.get_payload(decode=True)
    assert isinstance(data, bytes)
    root = etree.fromstring(data)
    kind = root.get("tipo") or ""
    if kind == "posta-certificata":
        kind = "receipt"
    return Answer(kind, message, root, inside.get_content() if inside is not None else None)


@pytest.fixture(scope="module")
def sdi(start: Start, sink: Process, folder: Path) -> Process:
    listen = {f"CASELLA_SDI_{door}_LISTEN": free_address() for door in ("SMTP", "PAGE", "CLOCK")}
    mail = {"CASELLA_SDI_MAIL_SMTP": sink.environment["CASELLA_MAILSINK_SMTP_LISTEN"]}
    return start("sdi", listen | mail | {"CASELLA_SDI_FOLDER": str(folder / "sdi")})


@pytest.fixture
def sender(sdi: Process, sink: Process) -> Sender:
    return Sender(sdi, sink)


@pytest.fixture
def number() -> str:
    return f"2026/{next(numbers)}"


@pytest.fixture
def order(sdi: Process) -> Callable[..., Any]:
    def go(**fields: Any) -> Any:
        url = f"http://{sdi.environment['CASELLA_SDI_PAGE_LISTEN']}/orders"
        body = json.dumps(fields).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own address
            return json.load(answer)

    return go


def test_the_notices_of_certified_mail_come_first_and_are_no_receipts(sender: Sender, number: str) -> None:
    sender.send(invoice(TO_CODE, number=number))
    accepted, handed_over, receipt = sender.answers(3)
    assert [accepted.kind, handed_over.kind, receipt.kind] == ["accettazione", "avvenuta-consegna", "receipt"]
    assert accepted.inside is None
    assert handed_over.inside is not None
    assert handed_over.inside["Subject"].startswith("Invio IT01234567897_")
    assert handed_over.message["X-Riferimento-Message-ID"].strip() == handed_over.inside["Message-ID"]


@pytest.mark.parametrize(
    ("change", "name", "suffix"),
    [
        (TO_CODE, "RicevutaConsegna", "RC"),
        (TO_PEC, "RicevutaConsegna", "RC"),
        (None, "RicevutaImpossibilitaRecapito", "MC"),
        (("<Imposta>8.80<", "<Imposta>9.80<"), "RicevutaScarto", "NS"),
    ],
)
def test_each_kind_of_recipient_has_its_usual_end(
    sender: Sender, number: str, change: tuple[str, str] | None, name: str, suffix: str
) -> None:
    file = sender.send(invoice(*([change] if change else []), number=number))
    receipt = sender.answers(3)[2]
    assert receipt.receipt.tag == NAMESPACE + name
    assert receipt.receipt.findtext("NomeFile") == file
    assert receipt.receipt_file()[0] == f"{file[:-4]}_{suffix}_001.xml"
    assert receipt.codes() == (["ABC1234"] if change == TO_CODE else receipt.codes())
    if suffix == "NS":
        assert receipt.codes() == ["00421"]


def test_the_first_answer_assigns_the_address_of_all_later_sends(sender: Sender) -> None:
    sender.send(invoice(number=f"2026/{next(numbers)}"))
    receipt = sender.answers(3)[2]
    assigned = receipt.certificate.findtext("intestazione/mittente")
    assert assigned is not None
    assert assigned != FIRST_CONTACT
    assert receipt.inside is not None
    assert assigned in receipt.inside.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    sender.send(invoice(number=f"2026/{next(numbers)}"), to=assigned)
    assert sender.answers(6)[5].certificate.findtext("intestazione/mittente") == assigned


@pytest.mark.parametrize("recipient", ["sdi98@pec.fatturapa.it", "someone@example.it"])
def test_an_address_that_is_not_the_sdi_s_is_refused(sender: Sender, recipient: str) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        sender.send(invoice(), to=recipient)


def test_a_file_name_is_never_taken_twice(sender: Sender) -> None:
    name = sender.send(invoice(number=f"2026/{next(numbers)}"))
    sender.send(invoice(number=f"2026/{next(numbers)}"), name)
    assert sender.answers(6)[5].codes() == ["00002"]


def test_an_accepted_invoice_is_never_taken_twice(sender: Sender, number: str) -> None:
    sender.send(invoice(number=number))
    sender.send(invoice(number=number))
    assert sender.answers(6)[5].codes() == ["00404"]


def test_a_rejected_invoice_may_come_again_under_a_new_name(sender: Sender, number: str) -> None:
    sender.send(invoice(("<Imposta>8.80<", "<Imposta>9.80<"), number=number))
    sender.send(invoice(number=number))
    assert sender.answers(6)[5].receipt.tag == NAMESPACE + "RicevutaImpossibilitaRecapito"


def test_a_rejection_can_be_ordered_with_its_code(sender: Sender, number: str, order: Callable[..., Any]) -> None:
    order(action="reject", code="00311")
    sender.send(invoice(number=number))
    sender.send(invoice(number=number))
    answers = sender.answers(6)
    assert answers[2].codes() == ["00311"]
    assert answers[5].receipt.tag == NAMESPACE + "RicevutaImpossibilitaRecapito"


def test_silence_double_and_reversed_answers_can_be_ordered(sender: Sender, order: Callable[..., Any]) -> None:
    for action in ("silent", "twice", "reversed"):
        order(action=action)
    for _ in range(3):
        sender.send(invoice(TO_CODE, number=f"2026/{next(numbers)}"))
    notices = ["accettazione", "avvenuta-consegna"]
    kinds = [answer.kind for answer in sender.answers(9)]
    assert kinds == [*notices, *notices, "receipt", "receipt", "receipt", *reversed(notices)]


def test_an_undeliverable_end_can_be_ordered(sender: Sender, number: str, order: Callable[..., Any]) -> None:
    order(action="undeliverable")
    sender.send(invoice(TO_CODE, number=number))
    assert sender.answers(3)[2].receipt.tag == NAMESPACE + "RicevutaImpossibilitaRecapito"


def test_a_lost_answer_leaves_the_sender_in_doubt_and_the_invoice_taken(
    sender: Sender, number: str, order: Callable[..., Any]
) -> None:
    order(action="lost_answer")
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        sender.send(invoice(number=number))
    assert sender.answers(3)[2].receipt.tag == NAMESPACE + "RicevutaImpossibilitaRecapito"


def test_a_delay_ends_when_the_clock_is_moved(
    sdi: Process, sender: Sender, number: str, order: Callable[..., Any]
) -> None:
    order(action="delay", seconds=5 * 86400)
    sender.send(invoice(number=number))
    assert [answer.kind for answer in sender.answers(2)] == ["accettazione", "avvenuta-consegna"]
    write_offset(Path(sdi.environment["CASELLA_CLOCK_FILE"]), timedelta(days=6))
    with grpc.insecure_channel(sdi.environment["CASELLA_SDI_CLOCK_LISTEN"]) as channel:
        clock = clock_pb2_grpc.ClockServiceStub(channel)
        request = clock_pb2.SetClockOffsetRequest(offset=Duration(seconds=6 * 86400))
        clock.SetClockOffset(request, metadata=(("casella-caller-secret", OPERATOR_SECRET),))
    receipt = sender.answers(3)[2].receipt
    received, posted = receipt.findtext("DataOraRicezione"), receipt.findtext("DataMessaADisposizione")
    assert received is not None
    assert posted is not None
    assert posted > received[:10]


@pytest.mark.parametrize(
    "fields", [{}, {"action": "explode"}, {"action": "reject", "code": "1"}, {"action": "delay", "seconds": -1}]
)
def test_an_order_that_means_nothing_is_refused(order: Callable[..., Any], fields: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400"):
        order(**fields)


def test_the_control_page_says_that_this_is_a_simulator_and_lists_the_files(sdi: Process, sender: Sender) -> None:
    name = sender.send(invoice(number=f"2026/{next(numbers)}"))
    sender.answers(3)
    with urllib.request.urlopen(f"http://{sdi.environment['CASELLA_SDI_PAGE_LISTEN']}/") as answer:
        page = answer.read().decode()
    assert "Simulator:" in page
    assert name in page
    assert "issued, undeliverable" in page


@pytest.mark.skipif(not XSD.exists(), reason="the receipts' schemas are not part of this repository")
def test_receipts_are_valid_against_their_schema(sender: Sender) -> None:
    signature = XSD / "xmldsig-core-schema.xsd"

    class Beside(etree.Resolver):
        def resolve(self, system_url: Any, public_id: Any, context: Any) -> Any:
            return self.resolve_filename(str(signature), context) if "xmldsig" in system_url else None

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Beside())
    schema = etree.XMLSchema(etree.parse(XSD / "MessaggiFatturaTypes_v1.0.xsd", parser))
    for change in ([TO_CODE], [], [("<Imposta>8.80<", "<Imposta>9.80<")]):
        sender.send(invoice(*change, number=f"2026/{next(numbers)}"))
    receipts = [answer.receipt for answer in sender.answers(9) if answer.kind == "receipt"]
    assert len(receipts) == 3
    for receipt in receipts:
        schema.assertValid(receipt)


@pytest.mark.skipif(which("openssl") is None, reason="openssl is not installed")
def test_certified_mail_carries_a_signature_that_verifies(sender: Sender, number: str, tmp_path: Path) -> None:
    sender.send(invoice(number=number))
    sender.answers(3)
    with open_inbox(sender.sink, sender.address) as box:
        raw = [box.client.uid("FETCH", uid, "(BODY.PEEK[])")[1][0][1] for uid in box.uids()]
    for content in raw:
        signed = tmp_path / "signed.eml"
        signed.write_bytes(content)
        verify = ["openssl", "cms", "-verify", "-noverify", "-in", str(signed), "-out", str(tmp_path / "out")]
        subprocess.run(verify, check=True, capture_output=True)


def test_memory_and_owed_answers_survive_a_restart(
    start: Start, sdi: Process, sink: Process, sender: Sender, number: str
) -> None:
    assert sink.stop() == 0
    name = sender.send(invoice(number=number))
    assert sdi.stop() == 0
    again = Sender(start("sdi", sdi.environment), start("mailsink", sink.environment))
    again.address = sender.address
    again.send(invoice(number=number), name)
    assert [answer.kind for answer in again.answers(6)].count("receipt") == 2
    assert again.answers(6)[5].codes() == ["00002"]
