"""Receipts of the SdI as published, where they lie on the machine, and envelopes of certified mail in other shapes."""

import os
import time
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from services.invoicing.sdi.envelopes import EnvelopeKind, open_envelope
from services.invoicing.sdi.receipts import IncomingInvoice, NotAReceipt, ReceiptKind, read_receipt
from tests.invoicing.sdi_in_memory import SDI, certificate, envelope, receipt

_SHARED = Path(os.environ.get("CASELLA_FATTURAPA_SAMPLES", Path(__file__).parents[3] / "shared" / "fatturapa"))
_NOTIFICATIONS = _SHARED / "notifications"
_NAME = "ITHVQWPH73P42H501Y_00022"

_SECONDS_AT_MOST = 2
"""Of the processor, for one message; the long header below takes the library more."""

samples = pytest.mark.skipif(
    not _NOTIFICATIONS.is_dir(), reason="the published SdI messages are not on this machine (CASELLA_FATTURAPA_SAMPLES)"
)


@samples
@pytest.mark.parametrize(
    ("kind", "expected", "codes"),
    [
        ("RC", ReceiptKind.DELIVERED, ()),
        ("MC", ReceiptKind.UNDELIVERABLE, ()),
        ("NS", ReceiptKind.REJECTED, ("00002",)),
    ],
)
def test_a_published_receipt_is_read(kind: str, expected: ReceiptKind, codes: tuple[str, ...]) -> None:
    found = read_receipt((_NOTIFICATIONS / "b2b" / f"{_NAME}_{kind}_001.xml").read_bytes())
    assert (found.kind, found.sdi_identifier, found.file_name) == (expected, "724999", f"{_NAME}.xml")
    assert found.error_codes == codes


@samples
def test_the_metadata_of_a_received_invoice_are_no_receipt() -> None:
    with pytest.raises(IncomingInvoice):
        read_receipt((_NOTIFICATIONS / "b2b" / f"{_NAME}_MT_001.xml").read_bytes())


@samples
def test_no_message_about_an_invoice_to_the_administration_is_taken_for_ours() -> None:
    files = [*(_NOTIFICATIONS / "pa").glob("*.xml"), *(_NOTIFICATIONS / "pa-signed").glob("*.xml")]
    assert len(files) > 10
    for file in files:
        with pytest.raises(NotAReceipt):
            read_receipt(file.read_bytes())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<x/>",
        b"<RicevutaConsegna/>",
        receipt("RC", ""),
        receipt("NS", "IT1_1.xml"),
        receipt("RC", "IT1_1.xml", namespace="http://www.fatturapa.gov.it/sdi/messaggi/v1.0"),
        receipt("RicevutaNuova", "IT1_1.xml"),
        b"<!DOCTYPE x>" + receipt("RC", "IT1_1.xml"),
    ],
)
def test_what_is_no_receipt_is_refused(content: bytes) -> None:
    with pytest.raises(NotAReceipt):
        read_receipt(content)


def _anybody(_: str) -> bool:
    return True


def _parts(*, as_file: bool) -> bytes:
    original = EmailMessage(policy=SMTP)
    original["From"] = SDI
    original.set_content("ciao")
    original.add_attachment(
        receipt("RC", "IT1_1.xml"), maintype="application", subtype="octet-stream", filename="r.xml"
    )
    mixed = EmailMessage(policy=SMTP)
    mixed.set_content("busta")
    if as_file:
        mixed.add_attachment(bytes(original), maintype="application", subtype="octet-stream", filename="postacert.eml")
    else:
        mixed.add_attachment(original)
    mixed.add_attachment(certificate(SDI, "posta-certificata"), maintype="text", subtype="xml", filename="daticert.xml")
    return bytes(mixed)


@pytest.mark.parametrize("as_file", [True, False])
def test_envelopes_of_other_providers_are_opened_too(as_file: bool) -> None:  # noqa: FBT001
    """Without a signed container, the original as a file or as a message, the certificate after it."""
    envelope = open_envelope(_parts(as_file=as_file), _anybody)
    assert (envelope.kind, envelope.sender) == (EnvelopeKind.TRANSPORT, SDI)
    assert [name for name, _ in envelope.attachments] == ["r.xml"]


def test_a_file_name_in_encoded_words_is_read_and_one_that_cannot_be_decoded_is_kept_as_written() -> None:
    for written, read in (("=?utf-8?q?ricevuta=5F1.xml?=", "ricevuta_1.xml"), ("=?nowhere?q?a?=", "=?nowhere?q?a?=")):
        raw = envelope(SDI, ("receipt.xml", b"<x/>")).replace(b'"receipt.xml"', b'"%s"' % written.encode())
        assert [name for name, _ in open_envelope(raw, _anybody).attachments] == [read]


def test_a_certificate_inside_the_original_message_proves_nothing() -> None:
    inner = EmailMessage(policy=SMTP)
    inner.set_content("ciao")
    inner.add_attachment(certificate(SDI, "posta-certificata"), maintype="text", subtype="xml", filename="daticert.xml")
    outer = EmailMessage(policy=SMTP)
    outer.set_content("anomalia")
    outer.add_attachment(inner, filename="postacert.eml")
    assert open_envelope(bytes(outer), _anybody).kind is EnvelopeKind.UNKNOWN


def test_the_files_of_a_sender_nobody_waits_for_are_not_opened() -> None:
    opened = open_envelope(envelope("anybody@pec.example", ("r.xml", b"<x/>")), SDI.__eq__)
    assert (opened.kind, opened.sender) == (EnvelopeKind.TRANSPORT, "anybody@pec.example")
    assert opened.attachments == ()
    assert open_envelope(envelope(SDI, ("r.xml", b"<x/>")), SDI.__eq__).attachments == (("r.xml", b"<x/>"),)


def _with_header(header: bytes) -> bytes:
    """An envelope whose attachment has another header than the one that names it."""
    raw = envelope(SDI, ("r.xml", b"<x/>"))
    named = b'Content-Disposition: attachment; filename="r.xml"'
    assert named in raw
    return raw.replace(named, header)


def _nested(depth: int) -> bytes:
    heads = (b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (each, each) for each in range(depth))
    return b"".join(heads) + b"\r\nciao\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(
            _with_header(b"Content-Disposition: attachment" + b"\r\n ".join([b";" * 900] * 500)), id="long-header"
        ),
        pytest.param(_with_header(b"Content-Disposition: x; filename*0=a; filename*=b"), id="mixed-name"),
        pytest.param(_nested(3000), id="nested-deeply"),
        pytest.param(envelope(SDI, *[("r.xml", b"<x/>")] * 40), id="many-parts"),
    ],
)
def test_a_message_made_to_break_the_reading_is_unknown_and_soon_read(raw: bytes) -> None:
    before = time.thread_time()
    assert open_envelope(raw, _anybody).kind is EnvelopeKind.UNKNOWN
    assert time.thread_time() - before < _SECONDS_AT_MOST


@pytest.mark.parametrize(("filling", "times"), [(b"\n", 600_000), (b"x", 34_000_000)])
def test_a_message_that_is_too_large_is_not_read(filling: bytes, times: int) -> None:
    assert open_envelope(_with_header(b"X: y") + filling * times, _anybody).kind is EnvelopeKind.UNKNOWN
