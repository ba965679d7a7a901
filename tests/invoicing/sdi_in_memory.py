"""The outside of the room in these tests: an SdI that answers as a test tells it to, in certified mail."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

from lxml import etree

from services.invoicing.sdi.channel import ChannelUnavailableError, Incoming, OutgoingFile, Position

SDI = "sdi07@pec.fatturapa.it"
NAMESPACE = "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fattura/messaggi/v1.0"
_ROOTS = {"RC": "RicevutaConsegna", "MC": "RicevutaImpossibilitaRecapito", "NS": "RicevutaScarto", "MT": "FileMetadati"}
WHEN = datetime(2026, 3, 2, 10, tzinfo=UTC).isoformat()


@dataclass
class SdiInMemory:
    """A channel whose mailbox a test fills.

    Attributes:
        meanwhile: What happens once while the next file has left and is not answered yet.
    """

    sent: list[tuple[OutgoingFile, str]] = field(default_factory=list)
    mailbox: list[bytes] = field(default_factory=list)
    generation: int = 1
    away: bool = False
    loses_answer: bool = False
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def send(self, file: OutgoingFile, recipient: str) -> None:
        if self.away:
            raise ChannelUnavailableError("ConnectionRefusedError")
        self.sent.append((file, recipient))
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        if self.loses_answer:
            self.loses_answer = False
            raise ChannelUnavailableError("SMTPReadTimeoutError")

    async def receive(self, after: Position, limit: int) -> list[Incoming]:
        if self.away:
            raise ChannelUnavailableError("ConnectionRefusedError")
        last = after.last if after.generation == self.generation else 0
        new = [(uid, raw) for uid, raw in enumerate(self.mailbox, 1) if uid > last]
        return [Incoming(Position(self.generation, uid), raw) for uid, raw in new[:limit]]

    def answer(self, kind: str, file_name: str, *codes: str, number: str = "1") -> None:
        """Puts a receipt into the mailbox."""
        name = f"{file_name.removesuffix('.xml')}_{kind}_001.xml"
        self.mailbox.append(envelope(SDI, (name, receipt(kind, file_name, *codes, number=number))))


def receipt(kind: str, file_name: str, *codes: str, number: str = "1", namespace: str = NAMESPACE) -> bytes:
    """A receipt's XML."""
    root = etree.Element(f"{{{namespace}}}{_ROOTS.get(kind, kind)}", versione="1.0", nsmap={"ns3": namespace})
    for name, text in (
        ("IdentificativoSdI", "7249991"),
        ("NomeFile", file_name),
        ("Hash", "00"),
        ("DataOraRicezione", WHEN),
    ):
        etree.SubElement(root, name).text = text
    if codes:
        errors = etree.SubElement(root, "ListaErrori")
        for code in codes:
            error = etree.SubElement(errors, "Errore")
            etree.SubElement(error, "Codice").text = code
            etree.SubElement(error, "Descrizione").text = "descrizione"
            etree.SubElement(error, "Suggerimento").text = "suggerimento"
    etree.SubElement(root, "MessageId").text = number
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def envelope(sender: str, *attachments: tuple[str, bytes], kind: str = "posta-certificata") -> bytes:
    """A message as a provider of certified mail delivers it: signed container, certificate, the original inside."""
    original = EmailMessage(policy=SMTP)
    original["From"] = sender
    original["To"] = "fatture@pec.casella.example"
    original["Subject"] = "Notifica"
    original.set_content("In allegato.")
    for name, content in attachments:
        original.add_attachment(content, maintype="application", subtype="xml", filename=name)
    mixed = EmailMessage(policy=SMTP)
    mixed.set_content("Messaggio di posta certificata")
    mixed.add_attachment(certificate(sender, kind), maintype="application", subtype="xml", filename="daticert.xml")
    mixed.add_attachment(original, filename="postacert.eml")
    boundary = "=_signed"
    head = (
        "From: posta-certificata@pec.example\r\nTo: fatture@pec.casella.example\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; boundary="{boundary}"\r\n\r\n'
        f"--{boundary}\r\n"
    )
    tail = (
        f'\r\n--{boundary}\r\nContent-Type: application/x-pkcs7-signature; name="smime.p7s"\r\n\r\nAA==\r\n'
        f"--{boundary}--\r\n"
    )
    return head.encode() + mixed.as_bytes(policy=SMTP) + tail.encode()


def certificate(sender: str, kind: str) -> bytes:
    """The provider's `daticert.xml`."""
    root = etree.Element("postacert", tipo=kind, errore="nessuno")
    etree.SubElement(etree.SubElement(root, "intestazione"), "mittente").text = sender
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
