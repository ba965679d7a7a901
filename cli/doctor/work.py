"""What the doctor asks the services: their clocks, what does not leave them, what waits for a person, the books."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import grpc

from casella.common.v1 import clock_pb2, clock_pb2_grpc
from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import erasures_pb2
from casella.trial.v1 import trial_pb2
from cli import books, withdrawals, words
from cli.doctor.findings import Finding, fine, named, note, wrong
from cli.rooms import LONG_SECONDS, Rooms
from services.kit.calendar import rome_date
from services.kit.wire import from_date, from_duration, from_timestamp

OLD = timedelta(minutes=5)
"""A wake or an email normally leaves within a second; a restart of Temporal or the mail server takes less than this."""
LONGEST_WAITING = timedelta(days=1)
"""So long money may wait for an operator before that is trouble (docs/operating.md, "What to watch")."""
NEAR_INVOICE_DAY = timedelta(days=3)
"""So long before the last day for the invoice of money that waits a person looks, as for an e-invoice."""
_TOGETHER = timedelta(seconds=2)
_AT_ONCE = 10
_UNSENT = (invoicing_pb2.TRANSMISSION_STATE_PENDING, invoicing_pb2.TRANSMISSION_STATE_REJECTED)


@dataclass(frozen=True)
class RoomClock:
    """A room's time and backlog, where it tells them (local mode).

    Attributes:
        room: Its name.
        now: By its clock.
        offset: How far it is ahead of real time.
        waiting: Rows that have not left it.
        oldest: When the oldest of them was written, by its clock.
    """

    room: str
    now: datetime
    offset: timedelta
    waiting: int = 0
    oldest: datetime | None = None


async def read_clocks(rooms: Rooms, healthy: Sequence[str]) -> list[RoomClock]:
    """Ask the rooms that have a movable clock; production has none, and its metrics tell the backlog."""
    return [clock for clock in await asyncio.gather(*(_read(rooms, room) for room in healthy)) if clock]


def now(clocks: Sequence[RoomClock]) -> datetime:
    """The installation's time."""
    return clocks[0].now if clocks else datetime.now(UTC)


def judge_clocks(clocks: Sequence[RoomClock]) -> list[Finding]:
    """Whether the clocks go together, and whether they were moved."""
    if not clocks:
        return []
    ahead = max(clock.offset for clock in clocks)
    late = [clock.room for clock in clocks if ahead - clock.offset > _TOGETHER]
    if late:
        return [
            wrong(
                f"the clocks differ: {', '.join(late)} {'is' if len(late) == 1 else 'are'} behind the others",
                "`casella clock advance 1m` sets all of them together",
            )
        ]
    if ahead:
        return [
            note(
                f"the clock was moved: it is {_span(ahead)} ahead of real time, dates in mails and documents too",
                "That is as wanted in a demo; a fresh CASELLA_VAR folder begins at real time",
            )
        ]
    return []


def judge_backlogs(clocks: Sequence[RoomClock]) -> list[Finding]:
    """Whether emails and wakes leave the rooms."""
    found = [
        wrong(
            f"{clock.room} holds {clock.waiting} emails or wakes, the oldest for {_span(clock.now - clock.oldest)}",
            f"The mail server or Temporal refuses them or is away: see the log of {clock.room}",
        )
        for clock in clocks
        if clock.waiting and clock.oldest and clock.now - clock.oldest > OLD
    ]
    return found or ([fine("emails and wakes leave the services")] if clocks else [])


async def waiting(rooms: Rooms, healthy: Sequence[str], now: datetime) -> list[Finding]:
    """What waits for a person, by the services' clock."""
    found = []
    if "trial" in healthy:
        reviews = await rooms.ask(rooms.trial.ListSignUpsInReview, trial_pb2.ListSignUpsInReviewRequest())
        if reviews.sign_ups:
            count = _count(len(reviews.sign_ups), reviews.next_page_token)
            found.append(note(f"sign-ups that wait for your decision: {count}", "`casella signups` lists them"))
    if "ordering" in healthy:
        asked = ordering_pb2.ListResellersInReviewRequest()
        found += judge_resellers(await rooms.ask_all(rooms.ordering.ListResellersInReview, asked, "resellers"))
    if "payments" in healthy:
        money = await rooms.ask_all(rooms.payments.ListMoneyEntries, payments_pb2.ListMoneyEntriesRequest(), "entries")
        found += [*judge_money(money, now), *judge_invoice_days(money, now)]
    if "support" in healthy:
        open_ones = erasures_pb2.ListOpenErasuresRequest()
        found += judge_erasures(await rooms.ask_all(rooms.erasures.ListOpenErasures, open_ones, "erasures"), now)
    return found


def judge_erasures(erasures: Sequence[erasures_pb2.Erasure], now: datetime) -> list[Finding]:
    """Whether requests for the deletion of a profile wait, and whether the month for their answer is nearly over."""
    waiting = [each for each in erasures if each.state == erasures_pb2.ERASURE_STATE_WAITING]
    late = [each for each in waiting if now >= from_timestamp(each.warn_at)]
    found = []
    if late:
        told = [f"{each.account_id} (answer due by {words.instant(each.answer_by)})" for each in late]
        text = f"requests to delete a profile that must be answered soon or are overdue: {len(late)}: {named(told)}"
        found.append(wrong(text, "`casella show erasure` with the account shows where to approve or refuse it"))
    if len(waiting) > len(late):
        text = f"requests to delete a profile that wait for your decision: {len(waiting) - len(late)}"
        found.append(note(text, "`casella tickets list` shows them; each is decided in its Erasure workflow"))
    carried_out = len(erasures) - len(waiting)
    if carried_out:
        text = f"approved erasures that are not at their end: {carried_out}"
        found.append(note(text, "The details of their Erasure workflows say what holds them"))
    return found


def judge_resellers(resellers: Sequence[ordering_pb2.ResellerStatus]) -> list[Finding]:
    """Whether requests for the reseller status wait; of a failing status its run tells, which needs an operator."""
    requests = [each for each in resellers if each.state == ordering_pb2.RESELLER_STATE_REQUESTED]
    if not requests:
        return []
    text = f"requests for the reseller status that wait for your decision: {len(requests)}, the oldest since "
    text += words.instant(requests[0].requested_at)
    return [note(text, f"`casella show account {requests[0].account_id}` shows the oldest and where to steer it")]


def judge_money(money: Sequence[payments_pb2.MoneyEntry], now: datetime) -> list[Finding]:
    """Whether money waits, and for too long; the oldest comes first."""
    if not money:
        return []
    oldest = money[0].created_at
    text = (
        f"money that pays nothing by itself: {len(money)}, the oldest since {words.instant(oldest)} by Casella's clock"
    )
    remedy = "`casella show money` lists it with what it may be for"
    late = now - from_timestamp(oldest) > LONGEST_WAITING
    return [wrong(text, remedy) if late else note(text, remedy)]


def judge_invoice_days(money: Sequence[payments_pb2.MoneyEntry], now: datetime) -> list[Finding]:
    """Whether money that names an order waits until its last day for an invoice is near or past."""
    near = rome_date(now) + NEAR_INVOICE_DAY
    late = [each for each in money if each.HasField("invoice_by") and from_date(each.invoice_by) <= near]
    if not late:
        return []
    told = [
        f"{words.money(each.amount)} ({words.waiting_for(each)}, last day {words.day(each.invoice_by)}, "
        f"{each.money_entry_id})"
        for each in sorted(late, key=lambda each: from_date(each.invoice_by))
    ]
    return [
        wrong(
            f"waiting money that names an order, near or past its last day for an invoice: {len(late)}: {named(told)}",
            "`casella show money` lists it: give it to its order, or return it, and tell your accountant",
        )
    ]


async def refunds(rooms: Rooms, healthy: Sequence[str], now: datetime) -> list[Finding]:
    """What is owed to consumers who have withdrawn."""
    if "ordering" not in healthy:
        return []
    return judge_refunds(await withdrawals.open_withdrawals(rooms), now)


def judge_refunds(open_ones: Sequence[ordering_pb2.Withdrawal], now: datetime) -> list[Finding]:
    """Whether money is owed after a withdrawal, and for longer than the law allows."""
    owed, late = withdrawals.owed(open_ones), withdrawals.late(open_ones, rome_date(now))
    remedy = "`casella show order` with the id shows how far it is and where to steer it"
    if late:
        told = named([withdrawals.sentence(each) for each in late])
        return [wrong(f"refunds after a withdrawal owed for more than 14 days: {len(late)}: {told}", remedy)]
    if owed:
        return [note(f"refunds after a withdrawal that are owed: {len(owed)}: {withdrawals.sentence(owed[0])}", remedy)]
    return []


async def e_invoices(rooms: Rooms, healthy: Sequence[str], open_ones: Sequence[str]) -> list[Finding]:
    """Which e-invoices are not with the SdI though a person must look by now."""
    if "invoicing" not in healthy:
        return []
    bound = asyncio.Semaphore(_AT_ONCE)

    async def read(invoice_id: str) -> invoicing_pb2.Transmission | None:
        async with bound:
            request = invoicing_pb2.GetTransmissionRequest(invoice_id=invoice_id)
            answer = await rooms.ask_for(rooms.invoicing.GetTransmission, request)
        return answer.transmission if answer else None

    return judge_e_invoices([each for each in await asyncio.gather(*map(read, open_ones)) if each])


def judge_e_invoices(transmissions: Sequence[invoicing_pb2.Transmission]) -> list[Finding]:
    """Whether a person must look at e-invoices that the SdI does not have; when, is invoicing's to say."""
    late = [each for each in transmissions if each.state in _UNSENT and not each.alert_in.ToTimedelta()]
    if not late:
        return []
    told = [
        f"{each.number} ({words.choice(each, 'state')}, last day {words.instant(each.deadline)}, {each.invoice_id})"
        for each in sorted(late, key=lambda each: each.deadline.ToNanoseconds())
    ]
    return [
        wrong(
            f"e-invoices that the SdI does not have, rejected or near their last day: {len(late)}: {named(told)}",
            "`casella show invoice` with the id shows why and where to steer it",
        )
    ]


async def given_up(rooms: Rooms, healthy: Sequence[str]) -> list[Finding]:
    """Which invoices and credit notes were given up: for ever a fact that an accountant has to know of."""
    if "invoicing" not in healthy:
        return []
    asked = invoicing_pb2.ListGivenUpInvoicesRequest()
    found = await rooms.ask_all(rooms.invoicing.ListGivenUpInvoices, asked, "invoices")
    if not found:
        return []
    text = f"e-invoices given up, which the SdI has never accepted: {len(found)}: {named([i.number for i in found])}"
    return [note(text, "`casella audit` says who gave them up, when and why")]


async def prove(rooms: Rooms, healthy: Sequence[str]) -> list[Finding]:
    """Whether the books can be proved, as `casella audit` does; with invoicing away the ledger alone."""
    if "payments" not in healthy:
        return []
    if "invoicing" not in healthy:
        return judge_ledger(
            await rooms.ask(rooms.payments.ProveLedger, payments_pb2.ProveLedgerRequest(), LONG_SECONDS)
        )
    found = await books.read(rooms, year=0)
    return [*judge_ledger(found.ledger), *judge_invoices(found.numbering.violations, found.ties.findings)]


def judge_invoices(violations: Sequence[str], mismatches: Sequence[str]) -> list[Finding]:
    """Whether invoice numbers are proved, and payments and invoices tied to each other."""
    kinds = (
        (violations, "violations of numbering, dating or sending of invoices"),
        (mismatches, "mismatches between payments and invoices"),
    )
    remedy = "`casella audit` names all of them: your accountant has to know"
    return [
        wrong(f"{kind}: {len(found)}, the first: {found[0].rstrip('.')}", remedy) for found, kind in kinds if found
    ] or [fine("invoice numbers are proved, payments and invoices tied to each other")]


def judge_ledger(ledger: payments_pb2.ProveLedgerResponse) -> list[Finding]:
    """Whether it is balanced, and whether the bank has told of all that was recorded by hand."""
    proof = "`casella audit` shows the whole proof"
    unconfirmed = _judge_unconfirmed(ledger.unconfirmed_transfers)
    if ledger.balanced:
        return [fine(f"the ledger is balanced ({ledger.transactions} transactions)"), *unconfirmed]
    return [*(wrong(text.rstrip("."), proof) for text in ledger.discrepancies), *unconfirmed]


def _judge_unconfirmed(records: Sequence[payments_pb2.UnconfirmedTransfer]) -> list[Finding]:
    if not records:
        return []
    told = [
        f"{words.money(each.amount)} for {words.thing(each)} ({each.proforma_number or 'no proforma'})"
        for each in records
    ]
    return [
        wrong(
            f"transfers recorded by hand that no statement has told of for 5 days: {len(records)}: {named(told)}",
            "Look at the account whether the money came, and import its statement; `casella show money` lists them",
        )
    ]


async def _read(rooms: Rooms, room: str) -> RoomClock | None:
    stub: clock_pb2_grpc.ClockServiceAsyncStub = clock_pb2_grpc.ClockServiceStub(rooms.channel(room))
    try:
        clock = await stub.GetClock(clock_pb2.GetClockRequest())
        backlog = (await stub.GetBacklog(clock_pb2.GetBacklogRequest())).backlog
    except grpc.aio.AioRpcError:
        return None
    oldest = from_timestamp(backlog.oldest) if backlog.HasField("oldest") else None
    return RoomClock(room, from_timestamp(clock.now), from_duration(clock.offset), backlog.outbox_rows, oldest)


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    parts = ((days, "day"), (hours, "hour"), (minutes % 60, "minute"))
    return " ".join(f"{count} {unit}{'s' * (count > 1)}" for count, unit in parts if count) or "less than a minute"


def _count(shown: int, more: str) -> str:
    return f"more than {shown}" if more else str(shown)
