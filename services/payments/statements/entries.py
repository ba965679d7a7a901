"""What a bank statement tells us, free of its XML: what came and what left, and how much was passed over."""

import hashlib
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Entry:
    """One booked transfer to our account or from it; which of them it is, its statement tells.

    Attributes:
        account: The IBAN (or other id) of the account the statement is about, without spaces.
        minor: The amount in the currency's minor unit, above zero.
        currency: ISO 4217, capital letters.
        booking_date: When the money was available by the bank's books; None when the bank gives no date.
        end_to_end: The payer's own reference; None for `NOTPROVIDED`.
        references: Structured creditor references, as written.
        text: All free text of the entry, joined by spaces.
        debtor_name: Who paid, as the bank writes it.
        debtor_iban: From where; needed for a refund.
        bank_reference: The servicer's reference of the entry; None when it gives none.
        unsplit: The entry is a batch whose single transfers the bank does not tell: it can pay nothing by itself.
        reverses: The bank marks it as undoing an earlier entry of the other direction (`RvslInd`).
        identity: What makes this entry the same one in the next delivery of the file (see `identify`).
    """

    account: str
    minor: int
    currency: str
    booking_date: date | None
    end_to_end: str | None
    references: tuple[str, ...]
    text: str
    debtor_name: str | None
    debtor_iban: str | None
    bank_reference: str | None
    unsplit: bool
    reverses: bool = False
    identity: bytes = b""

    @property
    def remittance(self) -> str:
        """What the payer wrote, for people."""
        return " ".join((*self.references, self.text)).strip()

    def searchable(self) -> str:
        """Everything in which a payer may have written our reference or number."""
        return " ".join((*self.references, self.text, self.end_to_end or ""))


@dataclass(frozen=True, slots=True)
class Statement:
    """One `Stmt` or `Ntfctn` of a file: its credits, and the entries that can never credit anything.

    Attributes:
        statement_id: Its own id.
        account: Whose statement it is.
        credits: What may pay something.
        reversals: Debits by which the bank undoes a credit (`RvslInd`).
        debits: Other money that left; one of them may take back a credit that is known.
        returns: Credits that the bank marks as transfers of ours coming back (`RtrInf`).
        reversed_debits: Credits by which the bank undoes a debit (`RvslInd`): money of ours that is here again.
        passed_over: How many parts are neither: debits inside a batch of credits, entries of nothing.
        pending: How many are not booked yet.
    """

    statement_id: str
    account: str
    credits: tuple[Entry, ...]
    reversals: tuple[Entry, ...] = ()
    debits: tuple[Entry, ...] = ()
    returns: tuple[Entry, ...] = ()
    reversed_debits: tuple[Entry, ...] = ()
    passed_over: int = 0
    pending: int = 0


def identify(entry: Entry, statement_id: str, ordinal: int) -> bytes:
    """The identity of an entry: equal for the same entry in a file that comes twice, different for a genuine twin.

    The bank's own reference and the content identify an entry across statements and notifications. A bank that gives
    no reference leaves only the statement's id to tell a repeat from a second transfer; then a repeat under another
    id reaches the operator as paid twice, or as short money that does not pay by itself (`store.twins.told_twice`),
    which is seen, while the other choice would lose real money unseen.

    Args:
        entry: It, still without its identity.
        statement_id: The statement's own id.
        ordinal: How many entries with the same content stand before it in the file: two equal transfers are two.
    """
    parts = (
        entry.account,
        f"ref:{entry.bank_reference}" if entry.bank_reference else f"stmt:{statement_id}",
        str(entry.minor),
        entry.currency,
        entry.booking_date.isoformat() if entry.booking_date else "",
        entry.end_to_end or "",
        entry.debtor_iban or "",
        " ".join(entry.references),
        entry.text,
        str(ordinal),
        *(("reverses",) if entry.reverses else ()),
    )
    # The length before each part keeps ("ab", "c") and ("a", "bc") apart.
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).digest()
