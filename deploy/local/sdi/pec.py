"""Decides how certified mail (PEC) looks: envelope, `daticert.xml` and signature (DPR 68/2005 and its technical rules).

Accettazione and avvenuta consegna only say that a message travelled; what the SdI itself has to say comes inside the
`postacert.eml` of a transport envelope. The signature is a real S/MIME one by a key that nobody trusts.
"""

import base64
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID
from lxml import etree

from services.kit.calendar import ROME

PROVIDER = "Gestore PEC simulato"
SDI_DOMAIN = "pec.fatturapa.it"
YEARS_VALID = 30


@dataclass(frozen=True, slots=True)
class Letter:
    """The message that a PEC envelope is about."""

    sender: str
    recipient: str
    subject: str
    message_id: str
    content: bytes


class PecProvider:
    """Makes the three kinds of PEC message and signs them."""

    def __init__(self, key_file: Path) -> None:
        self._key = _load_key(key_file)
        self._certificate = _certificate(self._key)

    def acceptance(self, letter: Letter, when: datetime) -> bytes:
        """The sender's provider took the message."""
        words = f"Il messaggio è stato accettato dal sistema ed inoltrato a {letter.recipient}."
        return self._notice(letter, when, "accettazione", "ACCETTAZIONE", words, inner=None)

    def delivery(self, letter: Letter, when: datetime) -> bytes:
        """The recipient's provider put the message into the mailbox; the message comes along, whole."""
        words = f"Il messaggio è stato consegnato nella casella di destinazione {letter.recipient}."
        return self._notice(letter, when, "avvenuta-consegna", "CONSEGNA", words, inner=letter.content)

    def transport(self, letter: Letter, when: datetime) -> bytes:
        """A message on its way: the envelope in which everything from another PEC mailbox arrives."""
        message = _headers(
            f'"Per conto di: {letter.sender}" <posta-certificata@{SDI_DOMAIN}>',
            letter.recipient,
            f"POSTA CERTIFICATA: {letter.subject}",
            when,
        )
        message["Reply-To"] = letter.sender
        message["X-Trasporto"] = "posta-certificata"
        message["X-Riferimento-Message-ID"] = letter.message_id
        words = f"Messaggio di posta certificata (simulatore) da {letter.sender}, in allegato come postacert.eml."
        certificate = _daticert(letter, when, "posta-certificata", message["Message-ID"])
        return self._sign(message, _mixed(words, certificate, letter.content))

    def _notice(
        self, letter: Letter, when: datetime, kind: str, subject: str, words: str, inner: bytes | None
    ) -> bytes:
        provider = f"posta-certificata@{letter.sender.rpartition('@')[2]}"
        message = _headers(provider, letter.sender, f"{subject}: {letter.subject}", when)
        message["X-Ricevuta"] = kind
        message["X-Riferimento-Message-ID"] = letter.message_id
        if inner is not None:
            message["X-TipoRicevuta"] = "completa"
        certificate = _daticert(letter, when, kind, message["Message-ID"])
        return self._sign(message, _mixed(f"{words} (simulatore)", certificate, inner))

    def _sign(self, message: EmailMessage, inner: EmailMessage) -> bytes:
        signed = inner.as_bytes(policy=SMTP)
        signature = (
            pkcs7.PKCS7SignatureBuilder()
            .set_data(signed)
            .add_signer(self._certificate, self._key, hashes.SHA256())
            .sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])
        )
        encoded = "\r\n".join(textwrap.wrap(base64.b64encode(signature).decode(), 76))
        boundary = f"pec-{message['Message-ID'].strip('<>').partition('@')[0]}"
        head = message.as_bytes(policy=SMTP).partition(b"\r\n\r\n")[0]
        kind = (
            'MIME-Version: 1.0\r\nContent-Type: multipart/signed; protocol="application/x-pkcs7-signature";\r\n'
            f' micalg=sha-256; boundary="{boundary}"\r\n\r\nQuesto messaggio è firmato.\r\n--{boundary}\r\n'
        )
        tail = (
            f'\r\n--{boundary}\r\nContent-Type: application/x-pkcs7-signature; name="smime.p7s"\r\n'
            'Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="smime.p7s"\r\n\r\n'
            f"{encoded}\r\n--{boundary}--\r\n"
        )
        return head + b"\r\n" + kind.encode("ascii", "replace") + signed + tail.encode()


def _headers(sender: str, recipient: str, subject: str, when: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(when.astimezone(ROME))
    message["Message-ID"] = make_msgid(domain="pec-simulata.example")
    return message


def _mixed(words: str, certificate: bytes, inner: bytes | None) -> EmailMessage:
    mixed = EmailMessage(policy=SMTP)
    mixed.set_content(words, cte="quoted-printable")
    mixed.add_attachment(certificate, maintype="application", subtype="xml", filename="daticert.xml")
    if inner is not None:
        original = BytesParser(EmailMessage, policy=SMTP).parsebytes(inner)
        mixed.add_attachment(original, filename="postacert.eml")
    return mixed


def _daticert(letter: Letter, when: datetime, kind: str, identifier: str) -> bytes:
    root = etree.Element("postacert", {"tipo": kind, "errore": "nessuno"})
    heading = etree.SubElement(root, "intestazione")
    etree.SubElement(heading, "mittente").text = letter.sender
    etree.SubElement(heading, "destinatari", {"tipo": "certificato"}).text = letter.recipient
    etree.SubElement(heading, "risposte").text = letter.sender
    etree.SubElement(heading, "oggetto").text = letter.subject
    facts = etree.SubElement(root, "dati")
    etree.SubElement(facts, "gestore-emittente").text = PROVIDER
    local = when.astimezone(ROME)
    moment = etree.SubElement(facts, "data", {"zona": local.strftime("%z")})
    etree.SubElement(moment, "giorno").text = local.strftime("%d/%m/%Y")
    etree.SubElement(moment, "ora").text = local.strftime("%H:%M:%S")
    etree.SubElement(facts, "identificativo").text = identifier.strip("<>")
    etree.SubElement(facts, "msgid").text = letter.message_id
    if kind == "avvenuta-consegna":
        etree.SubElement(facts, "ricevuta", {"tipo": "completa"})
        etree.SubElement(facts, "consegna").text = letter.recipient
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    if path.exists():
        kept = serialization.load_pem_private_key(path.read_bytes(), None)
        if isinstance(kept, ec.EllipticCurvePrivateKey):
            return kept
    key = ec.generate_private_key(ec.SECP256R1())
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return key


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{PROVIDER} (simulatore)")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(start)
    return builder.not_valid_after(start + timedelta(days=365 * YEARS_VALID)).sign(key, hashes.SHA256())
