"""How money that waits is given to a payment request, and what is left over to the request's account.

Short money stays in the queue until the rest has come: what is then exactly the whole pays by itself, any other sum as
an operator says. Money that was taken back pays nothing, whoever says so.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import audit
from services.kit.audit import AuditEntry
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import NotFound, NotReady, reason_name
from services.kit.money import Money
from services.kit.requests import Call, claim
from services.kit.validation import Violations
from services.payments.domain.matching import date_fault, exactly
from services.payments.domain.payment_requests import AttemptState, PaymentRequest, RequestState
from services.payments.domain.proforma_numbers import key_of
from services.payments.domain.receipts import MoneyEntry, Settlement, last_invoice_day, paid_as_of
from services.payments.errors import (
    AmountMismatch,
    InvoiceLate,
    MoneySettled,
    PaymentProcessing,
    PaymentRequestClosed,
    PaymentRequestPaid,
)
from services.payments.messages import CATALOGUE
from services.payments.policy import TransferPolicy
from services.payments.service.taking_back import check_is_here
from services.payments.store import books, credit, paying, queue, requests, settling, short_money, twins, waking
from services.payments.store.books import CREDIT, Header, Line
from services.payments.store.credit import CreditCause

_ASK_AGAIN = timedelta(minutes=1)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Money for a payment request, as an operator says it.

    Attributes:
        entry_id: The money.
        request_id: The payment request; None where its proforma is named.
        proforma_number: Of the payment request, as a person writes it.
        accept_shortfall: Whether less than is asked for pays all the same.
        accept_late: Whether it pays although the last day for its invoice has passed.
        accept_other: Whether it pays although it names another request that is open, or another account's.
        booked_on: When the money was available, where the bank does not say.
    """

    entry_id: UUID
    request_id: UUID | None
    proforma_number: str
    accept_shortfall: bool
    accept_late: bool
    booked_on: date | None
    accept_other: bool = False


@dataclass(frozen=True, slots=True)
class Assigned:
    """What became of assigned money: the request that it paid, by which entries, and what was left over."""

    request: PaymentRequest
    entry_ids: tuple[UUID, ...]
    credited: Money


class Assigning:
    """Lets money that waits pay."""

    def __init__(self, database: Database, clock: Clock, policy: TransferPolicy) -> None:
        """Take the parts of the room, and what the operator's policy says of transfers."""
        self._database = database
        self._clock = clock
        self._policy = policy

    async def assign(self, call: Call, wish: Assignment, by: AuditEntry) -> Assigned:
        """Let money that waits pay an open request, with the short money that waits for it; the rest becomes credit.

        Raises:
            NotFound: No such entry or payment request.
            MoneySettled: The entry is settled, was taken back, or names another request, and that is not accepted.
            PaymentRequestPaid: Somebody has paid it.
            PaymentRequestClosed: It is closed.
            PaymentProcessing: A charge for it is being processed.
            AmountMismatch: It is too little, or in another currency.
            InvoiceLate: The last day for its invoice has passed, and that is not accepted.
            InvalidInput: The money has no day and none is given, or its day lies in the future.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            if await claim(conn, call, wish.entry_id) is None:
                request = await self._target(conn, wish)
                used = await _usable(conn, wish.entry_id, request)
                if not wish.accept_other:
                    await _check_named(conn, used[0], request)
                # Entries first, then the request: as everywhere, so that two operators wait and do not lock each other.
                request = await _open(conn, request.request_id)
                await audit.record(conn, by, now, account_id=request.account_id)
                await self._pay(conn, wish, request, used, now)
        async with self._database.reading() as conn:
            entry = await queue.by_id(conn, wish.entry_id)
            paid = None if entry is None or entry.settled_to is None else await requests.by_id(conn, entry.settled_to)
            if paid is None:
                raise NotFound
            entry_ids = await queue.assigned_to(conn, paid.request_id)
            left_over = await paying.left_over(conn, paid.request_id)
        others = [each for each in entry_ids if each != wish.entry_id]
        return Assigned(paid, (wish.entry_id, *others), left_over)

    async def pay_whole(self, only: UUID | None = None) -> int:
        """Let short money pay that is together exactly what its request asks for; how many requests it has paid.

        All are looked at, or `only` one. What needs a person's word, such as a date on which it cannot have paid this,
        an invoice that would be late or a transfer that may have been told twice, goes on waiting, and so does what
        somebody settles, pays, charges or closes in this moment, and all while it is not known what of it was taken
        back.
        """
        async with self._database.reading() as conn:
            found = await short_money.perhaps_whole(conn, only)
        whole = [(each, exactly(parts, asked)) for each, asked, parts in found]
        return sum([await self._pay_whole(each, [part.entry_id for part in parts]) for each, parts in whole if parts])

    async def pay_by_what_came(self, conn: AsyncConnection, request: PaymentRequest, now: datetime) -> bool:
        """Let money pay a new request for which it had come before the rows were restored to a time without it.

        What is not exactly what is asked for, or would be invoiced late, goes on waiting for an operator.

        Returns:
            Whether it is paid.
        """
        came = await queue.came_before(conn, request.request_id)
        for entry in await queue.held(conn, came) if came else ():
            wish = Assignment(
                entry.entry_id, request.request_id, "", accept_shortfall=False, accept_late=False, booked_on=None
            )
            if entry.amount == request.amount and entry.available_on is not None:
                try:
                    await self._pay(conn, wish, request, [entry], now)
                except InvoiceLate:
                    return False
                return True
        return False

    async def _pay_whole(self, request_id: UUID, entry_ids: Sequence[UUID]) -> bool:
        now, entry_id = self._clock.now(), entry_ids[-1]
        wish = Assignment(entry_id, request_id, "", accept_shortfall=False, accept_late=False, booked_on=None)
        try:
            async with self._database.transaction() as conn:
                used = await queue.held(conn, entry_ids)
                if any(entry.settled_at is not None or entry.is_gone for entry in used):
                    return False
                request = await _open(conn, request_id)
                exact = sum(entry.amount.minor for entry in used) == request.amount.minor
                if not exact or any(date_fault(entry.available_on, request.created_at, now) for entry in used):
                    return False
                if await queue.taken_back(conn, request_id) or await _told_twice(conn, used):
                    return False
                await self._pay(conn, wish, request, used, now)
        except (
            MoneySettled,
            PaymentRequestPaid,
            PaymentRequestClosed,
            PaymentProcessing,
            InvoiceLate,
            NotReady,
        ) as why:
            _LOG.info(
                "short money that is whole waits",
                extra={"ids": {"entry": str(entry_id), "reason": reason_name(why.reason)}},
            )
            return False
        return True

    async def _target(self, conn: AsyncConnection, wish: Assignment) -> PaymentRequest:
        if wish.request_id is not None:
            request = await requests.by_id(conn, wish.request_id)
        else:
            request = next(iter(await requests.by_proforma_keys(conn, [key_of(wish.proforma_number)])), None)
        if request is None:
            raise NotFound("no payment request has this proforma number or id: `casella show account` lists them")
        return request

    async def _pay(
        self,
        conn: AsyncConnection,
        wish: Assignment,
        request: PaymentRequest,
        used: Sequence[MoneyEntry],
        now: datetime,
    ) -> None:
        days = [_day(entry, wish, now) for entry in used]
        paid_on = _paid_on(used, days, request.request_id)
        currency = request.amount.currency
        missing = request.amount.minor - sum(entry.amount.minor for entry in used)
        most = self._policy.largest_shortfall(request.amount)
        if missing > 0 and not (wish.accept_shortfall and missing <= most.minor):
            policy = self._policy
            raise AmountMismatch(
                f"{Money(missing, currency).decimal} {currency} are missing; of {request.amount.decimal} {currency} a "
                f"shortfall of up to {most.decimal} {currency} may be accepted (the lower of "
                f"{Money(policy.shortfall_cents, currency).decimal} {currency} and {policy.shortfall_percent} %)",
                metadata={"missing": str(missing), "tolerance": str(most.minor)},
            )
        if not wish.accept_late:
            _check_invoice_in_time(paid_on, rome_date(now))
        if not await paying.pay(conn, request.request_id, request.amount, paid_on, now):
            raise NotReady(retry_after=_ASK_AGAIN)
        rest = request.amount.minor
        for place, (entry, day) in enumerate(zip(used, days, strict=True)):
            part = min(rest, entry.amount.minor)
            rest -= part
            left_over = entry.amount.minor - part
            lacking = max(missing, 0) if place == len(used) - 1 else 0
            await settling.settle_entry(conn, entry.entry_id, Settlement.ASSIGNED, request.request_id, now)
            await books.post(
                conn,
                Header("assignment", entry.source, entry.source_ref, now, request.request_id, day),
                currency,
                Line("suspense", entry.amount.minor),
                Line("shortfall", lacking),
                Line("receivable", -part - lacking),
                Line(CREDIT, -left_over, request.account_id),
            )
            if left_over:
                await credit.give(conn, request.account_id, Money(left_over, currency), CreditCause.MONEY, now)
        named = {request_id for entry in used for request_id in entry.named}
        await waking.wake_named(conn, sorted(named), now)


async def _usable(conn: AsyncConnection, entry_id: UUID, request: PaymentRequest) -> list[MoneyEntry]:
    """The money that pays a request, held: the entry, then as much of the short money that waits for it as it needs."""
    short = await short_money.short_for(conn, request.request_id, entry_id)
    held = {entry.entry_id: entry for entry in await queue.held(conn, [entry_id, *short])}
    if entry_id not in held:
        raise NotFound("no such money entry")
    first = held[entry_id]
    if first.settled_at is not None or first.taken_back:
        raise MoneySettled
    check_is_here(first)
    if first.amount.currency != request.amount.currency:
        raise AmountMismatch
    used, come = [first], first.amount.minor
    for other in (held[each] for each in short):
        if come >= request.amount.minor:
            break
        if other.settled_at is None and not other.is_gone and other.amount.currency == request.amount.currency:
            used.append(other)
            come += other.amount.minor
    return used


async def _check_named(conn: AsyncConnection, entry: MoneyEntry, target: PaymentRequest) -> None:
    """Refuse money for what it does not name: with one wrong digit it would pay a stranger's order, for good.

    Raises:
        MoneySettled: It names another request that is open, or only such of other accounts.
    """
    named = await requests.by_ids(conn, entry.named)
    if any(each.request_id == target.request_id for each in named):
        return
    others = [each for each in named if each.state is RequestState.OPEN]
    if not others and all(each.account_id != target.account_id for each in named):
        others = named
    if others:
        meant = ", ".join(_shown(each) for each in others)
        raise MoneySettled(
            f"the money names {meant} and not {_shown(target)}: compare the two; if it is for {_shown(target)} all the "
            'same, send it again with "accept_other": true',
            metadata={"named": meant},
        )


def _shown(request: PaymentRequest) -> str:
    return request.proforma_number or str(request.request_id)


async def _told_twice(conn: AsyncConnection, used: Sequence[MoneyEntry]) -> bool:
    """Whether two of these entries may be one transfer that two files tell."""
    ids = {entry.entry_id for entry in used}
    return any(other in ids for _, other in await twins.told_twice(conn, used))


async def _open(conn: AsyncConnection, request_id: UUID) -> PaymentRequest:
    """A request that takes money, held."""
    await requests.lock(conn, request_id)
    request = await requests.by_id(conn, request_id)
    match request:
        case None:
            raise NotFound
        case PaymentRequest(state=RequestState.PAID):
            raise PaymentRequestPaid
        case PaymentRequest(state=RequestState.CLOSED):
            raise PaymentRequestClosed
    if request.live is not None and request.live.state is AttemptState.PROCESSING:
        raise PaymentProcessing(retry_after=_ASK_AGAIN)
    return request


def _day(entry: MoneyEntry, wish: Assignment, now: datetime) -> date:
    """The day on which money was available: the bank's own, else the operator's for the entry that was named."""
    day = entry.available_on or (wish.booked_on if entry.entry_id == wish.entry_id else None)
    bad = Violations(catalogue=CATALOGUE)
    if day is None:
        bad.add("booked_on", "required")
    elif day > rome_date(now):
        bad.add("booked_on", "booked_in_future")
    bad.check()
    return day or rome_date(now)


def _paid_on(used: Sequence[MoneyEntry], days: Sequence[date], request_id: UUID) -> date:
    """The day as of which money pays a request; parts of it that have an invoice of their own are deducted."""
    parts = [(entry.invoiced_as_part_of(request_id), day) for entry, day in zip(used, days, strict=True)]
    return paid_as_of([day for invoiced, day in parts if not invoiced], [day for invoiced, day in parts if invoiced])


def _check_invoice_in_time(day: date, today: date) -> None:
    """Refuse money whose invoice can no longer be in time: its date and its number's year are those of the money.

    Raises:
        InvoiceLate: With all that an operator must know before they accept it.
    """
    last_day = last_invoice_day(day)
    days_late = (today - last_day).days
    if days_late > 0:
        raise InvoiceLate(
            f"an invoice that is still to be made would be dated {day}, take a number of {day.year} and be {days_late} "
            f"day{'s' * (days_late > 1)} late for good, as its last day was {last_day}: return the money, or accept it "
            'with "accept_late": true and tell your accountant',
            metadata={"dated": day.isoformat(), "series": str(day.year), "days_late": str(days_late)},
        )
