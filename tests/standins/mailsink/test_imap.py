"""What a reader of an inbox gets over IMAP, by imap-tools, as the product reads its PEC mailbox."""

import imaplib
import smtplib
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from imap_tools import AND, NOT, OR, H, MailboxLoginError

from tests.standins.inbox import letter, open_inbox, send
from tests.standins.processes import Process, Start


@pytest.fixture
def address() -> str:
    return f"{uuid4().hex}@famiglia.example"


def test_a_message_is_read_back_as_it_was_sent(sink: Process, address: str) -> None:
    send(sink, letter("Il tuo ordine è confermato", address, "Grazie.\n.\n..due punti\nPerché no?"))
    with open_inbox(sink, address) as box:
        (found,) = box.fetch()
    assert found.subject == "Il tuo ordine è confermato"
    assert found.text.replace("\r\n", "\n") == "Grazie.\n.\n..due punti\nPerché no?\n"
    assert found.uid == "1"
    assert found.headers["delivered-to"] == (address,)


def test_every_address_has_its_own_inbox_whatever_its_case(sink: Process, address: str) -> None:
    send(sink, letter("a", address.upper()), letter("b", f"other-{address}"))
    with open_inbox(sink, address) as box:
        assert [found.subject for found in box.fetch()] == ["a"]


def test_a_wrong_password_opens_no_inbox(sink: Process, address: str) -> None:
    with pytest.raises(MailboxLoginError):
        open_inbox(sink, address, "guess")


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (AND(subject="proforma"), ["1"]),
        (AND(from_="casella.example", text="saluti"), ["2"]),
        (OR(subject="proforma", body="saluti"), ["1", "2"]),
        (NOT(AND(subject="proforma")), ["2", "3"]),
        (AND(header=H("X-Ricevuta", "accettazione")), ["3"]),
        (AND(uid="2:*"), ["2", "3"]),
        (AND(uid=["1", "3"]), ["1", "3"]),
        (AND(seen=True), []),
        (AND(seen=False), ["1", "2", "3"]),
        (AND(sent_date=date(2026, 11, 24)), ["1", "2", "3"]),
        (AND(sent_date_lt=date(2026, 11, 24)), []),
        (AND(size_gt=100000), []),
        ('SUBJECT "Proforma 12"', ["1"]),
    ],
)
def test_a_search_finds_what_it_asks_for(sink: Process, address: str, criteria: Any, expected: list[str]) -> None:
    receipt = letter("ACCETTAZIONE", address)
    receipt["X-Ricevuta"] = "accettazione"
    send(sink, letter("Proforma 12", address), letter("Benvenuta", address, "Cordiali saluti"), receipt)
    with open_inbox(sink, address) as box:
        assert box.uids(criteria) == expected


def test_reading_marks_as_seen_and_peeking_does_not(sink: Process, address: str) -> None:
    send(sink, letter("1", address), letter("2", address))
    with open_inbox(sink, address) as box:
        list(box.fetch(AND(uid="1")))
        list(box.fetch(AND(uid="2"), mark_seen=False))
        assert box.uids(AND(seen=True)) == ["1"]


def test_many_messages_come_in_one_answer(sink: Process, address: str) -> None:
    send(sink, *(letter(str(number), address) for number in range(20)))
    with open_inbox(sink, address) as box:
        assert [found.subject for found in box.fetch(bulk=True)] == [str(number) for number in range(20)]


def test_idle_tells_of_new_mail(sink: Process, address: str) -> None:
    with open_inbox(sink, address) as box, ThreadPoolExecutor(1) as pool:
        box.idle.start()  # type: ignore[no-untyped-call]
        waiting = pool.submit(box.idle.poll, 20)
        send(sink, letter("news", address))
        assert b"* 1 EXISTS" in waiting.result()
        box.idle.stop()  # type: ignore[no-untyped-call]
        assert [found.subject for found in box.fetch()] == ["news"]


def test_an_unknown_command_gets_bad_and_the_session_goes_on(sink: Process, address: str) -> None:
    send(sink, letter("1", address))
    with open_inbox(sink, address) as box:
        with pytest.raises(imaplib.IMAP4.error, match="BODYSTRUCTURE"):
            box.client.uid("FETCH", "1", "(BODYSTRUCTURE)")
        with pytest.raises(imaplib.IMAP4.error, match="not known here"):
            box.client.uid("SEARCH", "MODSEQ 5")
        assert box.uids() == ["1"]


def test_a_message_over_the_limit_is_refused_before_it_is_stored(sink: Process, address: str) -> None:
    huge = letter("huge", address)
    huge.add_attachment(b"x" * (26 * 1024 * 1024), maintype="application", subtype="pdf")
    with pytest.raises((smtplib.SMTPException, ConnectionError)):
        send(sink, huge)
    with open_inbox(sink, address) as box:
        assert box.uids() == []


def test_uids_and_uidvalidity_survive_a_restart_and_a_deleted_last_message(
    start: Start, sink: Process, address: str, folder: Path
) -> None:
    send(sink, letter("1", address), letter("2", address), letter("3", address))
    with open_inbox(sink, address) as box:
        box.flag("1", "\\Flagged", value=True)
        box.delete("3")
        before = box.folder.status("INBOX")
    assert sink.stop() == 0
    again = start("mailsink", sink.environment)
    send(again, letter("4", address))
    with open_inbox(again, address) as box:
        after = box.folder.status("INBOX")
        messages = [(found.uid, found.subject, found.flags) for found in box.fetch(mark_seen=False)]
    assert after["UIDVALIDITY"] == before["UIDVALIDITY"]
    assert messages == [("1", "1", ("\\Flagged",)), ("2", "2", ()), ("4", "4", ())]
