"""What must be true at the end of a story, whoever died in it."""

from uuid import UUID

from deploy.local.demo.customer import Customer
from tests.chaos.money import waiting
from tests.e2e.ends import all_delivered, books_balance, count, each_email_once, numbers_without_gap
from tests.e2e.play import Play
from tests.e2e.waiting import until


async def settled(play: Play) -> None:
    """Come back once nothing is left to deliver."""
    await until(lambda: all_delivered(play), "empty outboxes")


async def proved(play: Play, customer: Customer, *twice: str, invoices: int, notes: int = 0) -> None:
    """Unlocked once, and ended as it must with so many documents and those subjects of two emails each."""
    await documented(play, customer, *twice, invoices=invoices, notes=notes)
    assert await count(play, "mailboxes", "unlocks WHERE account_id = $1", UUID(customer.account_id)) == 1


async def documented(
    play: Play, customer: Customer, *twice: str, invoices: int = 0, notes: int = 0, advances: int = 0
) -> None:
    """So many documents, each email once, numbers without a gap, books that balance, no money that waits.

    Args:
        play: Where.
        customer: Who.
        twice: Subjects of which there are two emails.
        invoices: Of the whole.
        notes: Credit notes.
        advances: Invoices of part payments.
    """
    await settled(play)
    for kind, wanted in (("invoice", invoices), ("credit_note", notes), ("advance_invoice", advances)):
        of_kind = "documents WHERE account_id = $1 AND kind = $2"
        assert await count(play, "invoicing", of_kind, UUID(customer.account_id), kind) == wanted, kind
    assert await waiting(play) == set()
    await books_balance(play)
    await numbers_without_gap(play)
    await each_email_once(play, customer, *twice)
