"""Which entries of a camt.053 or camt.054 file are credits that may pay something.

Read by local names, so that versions 2 to 8 and the Italian CBI wrapper (`CBIBdyBkToCstmrStmtReq`) are one case.
`CdtDbtInd` alone says whether an entry raises or lowers the balance; `RvslInd` says only that it undoes an earlier one
(ISO 20022, ReversalIndicator: CRDT with it undoes a debit, DBIT with it a credit). A debit never credits (it is told,
as it may take a credit back), a pending entry does not yet; a returned transfer of our own and a debit that the bank
undoes are no payments, and told by themselves.
Batches are split into their transfers when these add up to what was booked. Where a statement has its opening and
closing booked balance, its entries must add up to their difference.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from services.payments.statements.balances import amount_of, check_balances, direction, is_booked
from services.payments.statements.entries import Entry, Statement, identify
from services.payments.statements.xml import Element, child, child_text, children, path_text, root_of, texts

_NO_REFERENCE = {"", "NONREF", "NOTPROVIDED", "NOT PROVIDED"}
_WRAPPERS = ("Stmt", "Ntfctn")
MAX_ENTRIES = 20_000
_MAX_STATEMENTS = MAX_ENTRIES
"""A notification may have one entry each; more of them are no bank's file, and would keep a processor busy."""
_LONGEST_COUNT = 15


class UnreadableStatementError(ValueError):
    """The file is not a statement that can be trusted; its text names entry and field, never what stands there."""


def read(content: bytes) -> tuple[Statement, ...]:
    """Read every statement of a file.

    Args:
        content: The file as the bank delivered it.

    Raises:
        UnreadableStatementError: Not XML, with a DOCTYPE, without a statement, or with an entry that cannot be read.
            Nothing of such a file is taken: half a file would look imported.
    """
    try:
        root = root_of(content)
    except ValueError as error:
        raise UnreadableStatementError(str(error)) from error
    statements = tuple(_statements(root))
    if not statements:
        raise UnreadableStatementError("neither a camt.053 statement (Stmt) nor a camt.054 notification (Ntfctn)")
    return _identified(statements)


def _statements(root: Element) -> Iterator[Statement]:
    entries_seen = 0
    for number, element in enumerate(root.iter(*(f"{{*}}{name}" for name in _WRAPPERS)), 1):
        if number > _MAX_STATEMENTS:
            raise UnreadableStatementError(f"more than {_MAX_STATEMENTS} statements")
        account = child(element, "Acct")
        held = path_text(account, "Id", "IBAN") or path_text(account, "Id", "Othr", "Id") or ""
        statement = Statement(child_text(element, "Id") or "", _compact(held), ())
        for entry in children(element, "Ntry"):
            entries_seen += 1
            if entries_seen > MAX_ENTRIES:
                raise UnreadableStatementError(f"more than {MAX_ENTRIES} entries")
            try:
                statement = _with_entry(statement, entry)
            except ValueError as error:
                raise UnreadableStatementError(f"entry {entries_seen}: {error}") from error
        try:
            check_balances(element)
        except ValueError as error:
            raise UnreadableStatementError(f"the statement that ends with entry {entries_seen}: {error}") from error
        yield statement


def _with_entry(statement: Statement, entry: Element) -> Statement:
    lowers = direction(entry) == "DBIT"
    if not is_booked(entry):
        return replace(statement, pending=statement.pending + 1)
    reverses = child_text(entry, "RvslInd") in ("true", "1")
    if lowers:
        if amount_of(entry)[0] == 0:
            return replace(statement, passed_over=statement.passed_over + 1)
        if reverses:
            undone = replace(_whole(entry, statement.account), reverses=True)
            return replace(statement, reversals=(*statement.reversals, undone))
        return replace(statement, debits=(*statement.debits, *_debits(entry, statement.account)))
    for part, returned in _parts(entry, statement.account):
        if part is None:
            statement = replace(statement, passed_over=statement.passed_over + 1)
        elif reverses:
            here_again = replace(part, reverses=True)
            statement = replace(statement, reversed_debits=(*statement.reversed_debits, here_again))
        elif returned:
            statement = replace(statement, returns=(*statement.returns, part))
        else:
            statement = replace(statement, credits=(*statement.credits, part))
    return statement


def _debits(entry: Element, account: str) -> list[Entry]:
    """The debits of a booked entry: a batch of ours is split where its parts add up, so that each is known again."""
    minor, currency = amount_of(entry)
    details = _details(entry)
    shares = [_share(part, entry, currency) for part in details]
    known = [share for share in shares if share and share > 0]
    if len(details) <= 1 or len(known) != len(details) or sum(known) != minor:
        return [_whole(entry, account)]
    return [
        _booked(entry, part, account, share, currency, unsplit=False)
        for part, share in zip(details, known, strict=True)
    ]


def _whole(entry: Element, account: str) -> Entry:
    """A booked entry as one, with its details where it has only one."""
    minor, currency = amount_of(entry)
    details = _details(entry)
    part = details[0] if len(details) == 1 else None
    return _booked(entry, part, account, minor, currency, unsplit=len(details) > 1)


def _details(entry: Element) -> list[Element]:
    return [part for detail in children(entry, "NtryDtls") for part in children(detail, "TxDtls")]


def _parts(entry: Element, account: str) -> Iterator[tuple[Entry | None, bool]]:
    """The credits of a booked entry, and whether each is a return; None stands for a debit in the batch."""
    minor, currency = amount_of(entry)
    details = _details(entry)
    if len(details) <= 1:
        part = details[0] if details else None
        batched = _transfers_in_batch(entry) > 1
        yield _booked(entry, part, account, minor, currency, unsplit=batched), _is_return(part)
        return
    shares = [_share(part, entry, currency) for part in details]
    if any(share is None for share in shares) or sum(share for share in shares if share) != minor:
        yield _booked(entry, None, account, minor, currency, unsplit=True), False
        return
    for part, share in zip(details, shares, strict=True):
        if not share or share < 0:
            yield None, False
        else:
            yield _booked(entry, part, account, share, currency, unsplit=False), _is_return(part)


def _transfers_in_batch(entry: Element) -> int:
    told = (path_text(detail, "Btch", "NbOfTxs") or "" for detail in children(entry, "NtryDtls"))
    return sum(_count(number) for number in told)


def _count(number: str) -> int:
    """How many transfers a bank says are in a batch; what is no number counts as untold.

    Raises:
        ValueError: It has more digits than any batch has transfers (the schema allows 15).
    """
    if not (number.isascii() and number.isdigit()):
        return 0
    if len(number) > _LONGEST_COUNT:
        raise ValueError("NbOfTxs is too large")
    return int(number)


def _share(part: Element, entry: Element, currency: str) -> int | None:
    """A transfer's share of its batch, below zero where it goes the other way; None when the bank does not tell it."""
    holder = part if child(part, "Amt") is not None else child(child(part, "AmtDtls"), "TxAmt")
    if holder is None:
        return None
    minor, share_currency = amount_of(holder)
    if share_currency != currency:
        return None
    goes = child_text(part, "CdtDbtInd")
    return minor if goes is None or goes == direction(entry) else -minor


def _is_return(part: Element | None) -> bool:
    """Whether a credit is our own transfer coming back (`RtrInf`): an operator's matter, not a customer's payment."""
    return child(part, "RtrInf") is not None


def _booked(entry: Element, part: Element | None, account: str, minor: int, currency: str, *, unsplit: bool) -> Entry:
    if minor == 0:
        raise ValueError("an amount of zero")
    parties, remittance, references = child(part, "RltdPties"), child(part, "RmtInf"), child(part, "Refs")
    structured = [path_text(item, "CdtrRefInf", "Ref") for item in children(remittance, "Strd")]
    free = (
        *texts(children(remittance, "Ustrd")),
        *texts(line for item in children(remittance, "Strd") for line in children(item, "AddtlRmtInf")),
        *texts(children(part, "AddtlTxInf")),
        *texts(children(entry, "AddtlNtryInf")),
    )
    debtor = child(parties, "Dbtr")
    iban = path_text(parties, "DbtrAcct", "Id", "IBAN")
    return Entry(
        account=account,
        minor=minor,
        currency=currency,
        booking_date=_booking_date(entry),
        end_to_end=_known(child_text(references, "EndToEndId")),
        references=tuple(reference for reference in structured if reference),
        text=" ".join(free),
        debtor_name=child_text(debtor, "Nm") or path_text(debtor, "Pty", "Nm"),
        debtor_iban=_compact(iban) if iban else None,
        bank_reference=_known(child_text(references, "AcctSvcrRef")) or _known(child_text(entry, "AcctSvcrRef")),
        unsplit=unsplit,
    )


def _booking_date(entry: Element) -> date | None:
    written = path_text(entry, "BookgDt", "Dt") or path_text(entry, "BookgDt", "DtTm")
    written = written or path_text(entry, "ValDt", "Dt") or path_text(entry, "ValDt", "DtTm")
    try:
        return date.fromisoformat(written[:10]) if written else None
    except ValueError:
        raise ValueError("BookgDt or ValDt is not a date") from None


def _known(reference: str | None) -> str | None:
    return None if reference is None or reference.upper() in _NO_REFERENCE else reference


def _compact(account: str) -> str:
    return "".join(account.split()).upper()


def _identified(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Give each entry its identity; twins inside one file are counted, so that two equal transfers stay two."""
    came, left = Counter[bytes](), Counter[bytes]()
    return tuple(
        replace(
            statement,
            credits=_named(statement.credits, statement.statement_id, came),
            returns=_named(statement.returns, statement.statement_id, came),
            reversed_debits=_named(statement.reversed_debits, statement.statement_id, came),
            debits=_named(statement.debits, statement.statement_id, left),
            reversals=_named(statement.reversals, statement.statement_id, left),
        )
        for statement in statements
    )


def _named(entries: tuple[Entry, ...], statement_id: str, seen: Counter[bytes]) -> tuple[Entry, ...]:
    named = []
    for entry in entries:
        content = identify(entry, statement_id, 0)
        named.append(replace(entry, identity=identify(entry, statement_id, seen[content])))
        seen[content] += 1
    return tuple(named)
