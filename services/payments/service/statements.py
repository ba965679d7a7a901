"""Which entries of a bank statement pay what: matched by reference, then by proforma number, exact or queued."""

import asyncio
import hashlib
import logging
from collections import Counter, defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.money import Money
from services.payments.domain.matching import QueueReason, date_fault, fault_of, target_of
from services.payments.domain.payment_requests import PaymentRequest
from services.payments.domain.proforma_numbers import candidate_keys, key_of, names, perhaps_meant
from services.payments.domain.receipts import Fate, Receipt, Source, reversal_ref
from services.payments.domain.references import references_in
from services.payments.domain.refunds import refund_meant
from services.payments.errors import StatementUnreadable
from services.payments.policy import TransferPolicy
from services.payments.service import taking_back
from services.payments.service.refund_entries import RefundEntries
from services.payments.statements import camt
from services.payments.statements.entries import Entry, Statement
from services.payments.store import bank, books, queue, receipts, requests, waking, watching
from services.payments.store.books import between

MOST_SUGGESTIONS = 5
MOST_DEBITS_TOLD = 100
_SHOWN_CHARACTERS = 16
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IgnoredDebit:
    """Money that left us and takes back nothing that we know of."""

    reference: str
    amount: Money
    booked_on: date | None
    text: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file's entries."""

    credits: int
    known: int
    paid: int
    queued: int
    confirmed: int
    ignored: int
    refunds_done: int
    refunds_returned: int
    taken_back: int
    refunds_stopped: int
    ignored_debits: tuple[IgnoredDebit, ...]


@dataclass(frozen=True, slots=True)
class _Match:
    """What a credit is for, as far as its text says."""

    target: PaymentRequest | None
    named: tuple[PaymentRequest, ...]
    suggestions: tuple[PaymentRequest, ...]


class Statements:
    """Imports camt.053 and camt.054 files."""

    def __init__(
        self, database: Database, clock: Clock, our_iban: str, refunds: RefundEntries, policy: TransferPolicy
    ) -> None:
        """Take the parts of the room, the account whose statements are ours, who knows refunds in them, the policy."""
        self._refunds = refunds
        self._policy = policy
        self._database = database
        self._clock = clock
        self._our_iban = our_iban

    async def take_in(self, file: bytes) -> Imported:
        """Import a file. Each entry is a transaction of its own, so a file that broke off is simply imported again.

        Raises:
            StatementUnreadable: Not a statement, not of our account, or with an entry that cannot be read; then
                nothing of it was taken.
        """
        try:
            statements = await asyncio.to_thread(camt.read, file)
        except camt.UnreadableStatementError as error:
            raise StatementUnreadable(str(error)) from None
        if any(statement.account != self._our_iban for statement in statements):
            raise StatementUnreadable("the file has a statement of another account than ours")
        sha256 = hashlib.sha256(file).digest()
        fates: Counter[Fate] = Counter()
        told = _amounts_by_reference(statements)
        # Refunds first, as a file may tell of one and of its return; what is taken back last, likewise of credits.
        debits = [entry for statement in statements for entry in statement.debits]
        reversals = [entry for statement in statements for entry in statement.reversals]
        left = {entry.identity: await self._refunds.leaves(entry) for entry in (*debits, *reversals)}
        for statement in statements:
            for entry in statement.returns:
                fates[await self._refunds.comes_back(entry, statement.statement_id, sha256)] += 1
            for credit in (*statement.credits, *statement.reversed_debits):
                fates[await self._take_credit(credit, statement.statement_id, sha256, told)] += 1
        taken_back: Counter[Fate] = Counter(fate for fate in left.values() if fate is not None)
        ignored: list[Entry] = []
        stopped = 0
        for entry in (*reversals, *debits):
            if left[entry.identity] is not None:
                continue
            marked = entry.reverses or refund_meant(entry.end_to_end) is not None
            fate, refunds_of_it = await self._take_back(entry, marked=marked)
            taken_back[fate] += 1
            stopped += refunds_of_it
            if fate is Fate.IGNORED:
                ignored.append(entry)
        async with self._database.single() as conn:
            await watching.succeeded(conn, "statement", self._clock.now())
        result = _summary(statements, fates, taken_back, stopped, ignored)
        _LOG.info("statement imported", extra={"ids": {"credits": result.credits, "queued": result.queued}})
        return result

    async def _take_credit(
        self, credit: Entry, statement_id: str, sha256: bytes, told: Mapping[str, AbstractSet[Money]]
    ) -> Fate:
        """Take money that came: a refund of ours that is back, a payment, or an undone debit for a person to see."""
        now = self._clock.now()
        if refund_meant(credit.end_to_end) is not None:
            fate = await self._refunds.comes_back(credit, statement_id, sha256)
            if fate is not Fate.IGNORED:
                return fate
        async with self._database.transaction() as conn:
            if not await bank.insert_entry(conn, credit, statement_id, sha256, now):
                return Fate.KNOWN
            match = await self._match(conn, credit)
            receipt = Receipt(
                source=Source.BANK,
                source_ref=credit.identity.hex(),
                amount=Money(credit.minor, credit.currency),
                available_on=credit.booking_date,
                received_at=now,
                shown_reference=_shown(credit),
                remittance=credit.remittance,
                payer_name=credit.debtor_name or "",
                payer_iban=credit.debtor_iban or "",
                suggestions=tuple(request.request_id for request in match.suggestions),
                named=tuple(request.request_id for request in match.named) if not credit.reverses else (),
                advance_days=self._policy.advance_days,
            )
            if credit.reverses:
                fate = (await receipts.take_in(conn, receipt, None, QueueReason.UNKNOWN)).fate
            else:
                fate = await self._decide(conn, credit, receipt, match.target, told)
        return fate

    async def _take_back(self, entry: Entry, *, marked: bool) -> tuple[Fate, int]:
        """Take a credit that the bank takes back out of the ledger's bank, once; what it had paid stays paid.

        Returns:
            What became of it, and how many refunds of that money were stopped.
        """
        async with self._database.transaction() as conn:
            credit = await bank.known_credit(conn, entry)
            if not marked and credit is None:
                return Fate.IGNORED, 0
            match = await self._match(conn, entry)
            of_credit = () if credit is None or credit.request_id is None else (credit.request_id,)
            meant = tuple(dict.fromkeys((*of_credit, *(request.request_id for request in match.named))))
            receipt = Receipt(
                source=Source.BANK,
                source_ref=reversal_ref(entry.identity) if marked else f"debit:{entry.identity.hex()}",
                amount=Money(entry.minor, entry.currency),
                available_on=entry.booking_date,
                received_at=self._clock.now(),
                shown_reference=_shown(entry),
                remittance=entry.remittance,
                payer_name=entry.debtor_name or "",
                payer_iban=entry.debtor_iban or "",
                suggestions=meant[:MOST_SUGGESTIONS],
            )
            of = await queue.like(conn, receipt, meant) if credit is None else credit.entry_id
            return await taking_back.take_back(conn, receipt, of, meant)

    async def _decide(
        self,
        conn: AsyncConnection,
        credit: Entry,
        receipt: Receipt,
        target: PaymentRequest | None,
        told: Mapping[str, AbstractSet[Money]],
    ) -> Fate:
        confirmed = await bank.confirm(conn, credit, target.request_id if target else None)
        if confirmed is not None:
            header = receipts.header_of("confirmation", receipt, confirmed)
            lines = between(Source.BANK, Source.ANNOUNCED, receipt.amount)
            await books.post(conn, header, receipt.amount.currency, *lines)
            await waking.wake_named(conn, (confirmed,), receipt.received_at)  # it can go back now
            return Fate.CONFIRMED
        reversal = await bank.reversal_before(conn, credit, receipt.named)
        if reversal is not None:
            return await taking_back.take_in_gone(conn, receipt, reversal)
        beside = told.get(credit.bank_reference or "", set()) | told.get(credit.end_to_end or "", set())
        record = await bank.contradicted(conn, credit, beside)
        if record is not None:
            receipt = _contradicting(receipt, *record)
        if target is None:
            return (await receipts.take_in(conn, receipt, record and record[1], QueueReason.UNKNOWN)).fate
        fault = fault_of(receipt.amount, target.amount)
        fault = fault or date_fault(receipt.available_on, target.created_at, receipt.received_at)
        return (await receipts.take_in(conn, receipt, target.request_id, fault)).fate

    async def _match(self, conn: AsyncConnection, credit: Entry) -> _Match:
        """Find what a credit is for; a batch that the bank does not split is for nothing that we could know."""
        text = credit.searchable()
        by_reference = await requests.by_references(conn, references_in(text))
        by_number: list[PaymentRequest] = []
        if not by_reference:
            found = await requests.by_proforma_keys(conn, candidate_keys(text))
            by_number = [request for request in found if names(text, request.proforma_number or "")]
        target_id = None if credit.unsplit else target_of(by_reference, by_number)
        named = by_reference or by_number
        target = next((request for request in named if request.request_id == target_id), None)
        if target is not None:
            return _Match(target, (target,), (target,))
        return _Match(None, tuple(named), tuple(named[:MOST_SUGGESTIONS]) or await self._guess(conn, credit))

    async def _guess(self, conn: AsyncConnection, credit: Entry) -> tuple[PaymentRequest, ...]:
        """What a credit that names nothing may be for: numbers that it nearly writes, then requests of its amount."""
        keys = perhaps_meant(credit.searchable())
        meant = {key_of(found.proforma_number or ""): found for found in await requests.by_proforma_keys(conn, keys)}
        same_amount = await requests.open_of_amount(conn, Money(credit.minor, credit.currency), MOST_SUGGESTIONS)
        guessed = [*(meant[key] for key in keys if key in meant), *same_amount]
        return tuple({found.request_id: found for found in guessed}.values())[:MOST_SUGGESTIONS]


def _shown(entry: Entry) -> str:
    """The name by which an operator says what an entry is for; one of ours where the bank gives none."""
    return entry.bank_reference or entry.end_to_end or entry.identity.hex()[:_SHOWN_CHARACTERS]


def _amounts_by_reference(statements: tuple[Statement, ...]) -> Mapping[str, AbstractSet[Money]]:
    """What a file tells under each reference of bank or payer; several amounts where one stands for a batch."""
    told: defaultdict[str, set[Money]] = defaultdict(set)
    for statement in statements:
        for credit in statement.credits:
            for reference in (credit.bank_reference, credit.end_to_end):
                if reference:
                    told[reference].add(Money(credit.minor, credit.currency))
    return told


def _contradicting(receipt: Receipt, transfer_id: UUID, request_id: UUID) -> Receipt:
    """Money to which a record by hand, of another amount, gives its request."""
    return replace(
        receipt,
        contradicts=transfer_id,
        named=tuple(dict.fromkeys((*receipt.named, request_id))),
        suggestions=tuple(dict.fromkeys((request_id, *receipt.suggestions)))[:MOST_SUGGESTIONS],
    )


def _ignored_debit(entry: Entry) -> IgnoredDebit:
    reference = entry.bank_reference or entry.end_to_end or ""
    return IgnoredDebit(reference, Money(entry.minor, entry.currency), entry.booking_date, entry.remittance)


def _summary(
    statements: tuple[Statement, ...],
    fates: Counter[Fate],
    taken_back: Counter[Fate],
    refunds_stopped: int,
    ignored: list[Entry],
) -> Imported:
    passed_over = sum(statement.passed_over + statement.pending for statement in statements)
    return Imported(
        credits=sum(
            len(statement.credits) + len(statement.returns) + len(statement.reversed_debits) for statement in statements
        ),
        known=fates[Fate.KNOWN] + taken_back[Fate.KNOWN],
        paid=fates[Fate.PAID],
        queued=fates[Fate.QUEUED] + taken_back[Fate.QUEUED],
        confirmed=fates[Fate.CONFIRMED],
        refunds_done=taken_back[Fate.REFUNDED],
        refunds_returned=fates[Fate.RETURNED],
        taken_back=fates[Fate.TAKEN_BACK] + taken_back[Fate.TAKEN_BACK],
        refunds_stopped=refunds_stopped,
        ignored=taken_back[Fate.IGNORED] + fates[Fate.IGNORED] + passed_over,
        ignored_debits=tuple(map(_ignored_debit, ignored[:MOST_DEBITS_TOLD])),
    )
