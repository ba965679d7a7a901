"""What a person sees of the inboxes in a browser."""

import urllib.error
import urllib.request
from email.message import EmailMessage
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.standins.inbox import letter, send
from tests.standins.processes import Process


@pytest.fixture
def address() -> str:
    return f"{uuid4().hex}@famiglia.example"


def get(sink: Process, path: str) -> tuple[str, dict[str, str]]:
    with urllib.request.urlopen(f"http://{sink.environment['CASELLA_MAILSINK_PAGE_LISTEN']}{path}") as answer:
        return answer.read().decode("utf-8", "replace"), dict(answer.headers)


def hostile(address: str) -> EmailMessage:
    message = letter("<script>alert(1)</script>", address, "plain words")
    message.add_alternative(
        "<html><head></head><body><script>alert(1)</script>rich words</body></html>", subtype="html"
    )
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="proforma è.pdf")
    message.add_attachment(b"<x/>", maintype="text", subtype="html", filename="page.html")
    return message


def test_every_page_says_that_this_is_a_simulator(sink: Process, address: str) -> None:
    send(sink, letter("hello", address))
    for path in ("/", f"/mailboxes/{address}", f"/mailboxes/{address}/1", f"/mailboxes/{address}/1?view=source"):
        assert "Simulator:" in get(sink, path)[0]


def test_a_subject_is_text_and_never_markup(sink: Process, address: str) -> None:
    send(sink, hostile(address))
    for path in ("/", f"/mailboxes/{address}", f"/mailboxes/{address}/1"):
        page, _ = get(sink, path)
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>" not in page


def test_the_html_of_a_mail_is_sandboxed_and_runs_no_scripts(sink: Process, address: str) -> None:
    send(sink, hostile(address))
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in get(sink, f"/mailboxes/{address}/1")[0]
    page, headers = get(sink, f"/mailboxes/{address}/1/html")
    assert "rich words" in page
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy


def test_text_and_source_can_be_read(sink: Process, address: str) -> None:
    send(sink, hostile(address))
    assert "plain words" in get(sink, f"/mailboxes/{address}/1?view=text")[0]
    assert "Content-Transfer-Encoding" in get(sink, f"/mailboxes/{address}/1?view=source")[0]


def test_an_attachment_can_be_downloaded_and_only_harmless_kinds_open(sink: Process, address: str) -> None:
    send(sink, hostile(address))
    content, headers = get(sink, f"/mailboxes/{address}/1/attachments/1")
    assert content == "%PDF-1.7"
    assert headers["Content-Disposition"] == f"inline; filename*=UTF-8''{quote('proforma è.pdf')}"
    _, headers = get(sink, f"/mailboxes/{address}/1/attachments/2")
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["Content-Type"] == "application/octet-stream"


def test_a_repeated_message_id_is_shown_as_such(sink: Process, address: str) -> None:
    message = letter("twice", address)
    message["Message-ID"] = "<one@casella.example>"
    send(sink, message)
    assert "same Message-ID" not in get(sink, f"/mailboxes/{address}")[0]
    send(sink, message)
    assert get(sink, f"/mailboxes/{address}")[0].count("same Message-ID more than once") == 2


def test_an_unknown_inbox_is_not_found(sink: Process, address: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(sink, f"/mailboxes/{address}")
