"""What an entry of a camt file does to the balance, and whether a statement's entries explain its balances.

An entry that is missing, or read in the wrong direction, shows nowhere else before money is counted wrongly.
"""

from collections import Counter

from services.kit.money import Money
from services.payments.statements.amounts import minor_units
from services.payments.statements.xml import Element, child, child_text, children, path_text

_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
"""Opening booked balance, or the day before's closing one in its place; closing booked balance (ISO 20022)."""


def direction(element: Element) -> str:
    """CRDT where an entry or a balance is above zero for the account's owner, DBIT where below.

    Raises:
        ValueError: It says neither.
    """
    said = child_text(element, "CdtDbtInd")
    if said not in ("CRDT", "DBIT"):
        raise ValueError("CdtDbtInd is neither CRDT nor DBIT")
    return said


def amount_of(element: Element) -> tuple[int, str]:
    """Amount in minor units, not below zero, and currency.

    Raises:
        ValueError: There is none, or it cannot be read.
    """
    amount = child(element, "Amt")
    if amount is None:
        raise ValueError("no amount")
    currency = amount.get("Ccy") or ""
    return minor_units((amount.text or "").strip(), currency), currency


def is_booked(entry: Element) -> bool:
    """Whether an entry counts in the booked balance; a bank that says nothing of it tells booked ones only."""
    return (path_text(entry, "Sts", "Cd") or child_text(entry, "Sts") or "BOOK") == "BOOK"


def check_balances(statement: Element) -> None:
    """Refuse a statement whose booked entries do not add up to what its balances changed by.

    Nothing is judged where that cannot be said: a notification (camt.054) has no balances, a page of several has a part
    of the entries, and some banks leave out a balance or its direction.

    Raises:
        ValueError: They do not add up; its text tells by how much.
    """
    opening, closing = (_balance(statement, codes) for codes in (_OPENING, _CLOSING))
    if opening is None or closing is None or opening[1] != closing[1] or _is_page_of_several(statement):
        return
    currency, sums = opening[1], Counter[str]()
    for entry in children(statement, "Ntry"):
        if is_booked(entry):
            minor, entry_currency = amount_of(entry)
            sums[entry_currency] += _signed(minor, direction(entry))
    unexplained = closing[0] - opening[0] - sums[currency]
    if unexplained:
        told = f"{Money(abs(unexplained), currency).decimal} {currency}"
        raise ValueError(
            f"its entries do not add up to the change of its booked balance (OPBD, CLBD): {told} are "
            f"{'missing' if unexplained > 0 else 'too many'}; nothing was imported"
        )


def _balance(statement: Element, codes: tuple[str, ...]) -> tuple[int, str] | None:
    """The one balance of the first code that the statement has, below zero for a debit; None where none can be told."""
    for code in codes:
        found = [each for each in children(statement, "Bal") if path_text(each, "Tp", "CdOrPrtry", "Cd") == code]
        if len(found) == 1 and child_text(found[0], "CdtDbtInd"):
            minor, currency = amount_of(found[0])
            return _signed(minor, direction(found[0])), currency
    return None


def _is_page_of_several(statement: Element) -> bool:
    page = child(statement, "StmtPgntn")
    return page is not None and (child_text(page, "PgNb"), child_text(page, "LstPgInd")) not in {
        ("1", "true"),
        ("1", "1"),
    }


def _signed(minor: int, goes: str) -> int:
    return minor if goes == "CRDT" else -minor
