"""How the demo speaks."""

from io import StringIO

from rich.console import Console

from deploy.local.demo.telling import Teller


def test_a_heading_is_never_cut() -> None:
    told = StringIO()
    title = "Bottega Cipressi S.r.l., company: seven mailboxes month by month, by bank transfer, and more words"
    Teller(Console(file=told, width=80), "http://ui").chapter(title)
    assert told.getvalue().rstrip() == f"\n{title}"


def test_a_short_heading_is_ruled_to_the_end_of_the_line() -> None:
    told = StringIO()
    Teller(Console(file=told, width=20), "http://ui").chapter("Anna Rossi")
    assert told.getvalue() == "\nAnna Rossi ─────────\n"
