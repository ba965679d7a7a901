"""What waits for a person, and for too long: decisions, money, e-invoices that the SdI does not have."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from casella.invoicing.v1 import invoicing_pb2
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from casella.support.v1 import erasures_pb2
from casella.trial.v1 import trial_pb2
from cli import words
from cli.doctor.findings import Finding, named, note, wrong
from cli.doctor.refunds import LONGEST_KEPT
from cli.rooms import Rooms
from services.kit.calendar import rome_date
from services.kit.trouble import MONEY_WAITING
from services.kit.wire import from_date, from_timestamp
from workflows import wording

NEAR_INVOICE_DAY = timedelta(days=3)
"""So long before the last day for the invoice of money that waits a person looks, as for an e-invoice."""
NEAR_EVIDENCE_DAY = timedelta(days=3)
"""So long before evidence is due at the provider a dispute that has none is trouble."""
_INQUIRY = payments_pb2.DISPUTE_STATE_INQUIRY
_EVIDENCE = (_INQUIRY, payments_pb2.DISPUTE_STATE_NEEDS_RESPONSE)
_AT_ONCE = 10
_UNSENT = (invoicing_pb2.TRANSMISSION_STATE_PENDING, invoicing_pb2.TRANSMISSION_STATE_REJECTED)


async def decisions(rooms: Rooms, healthy: Sequence[str], now: datetime) -> list[Finding]:
    """What waits for an operator's decision, by the services' clock."""
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
        disputed = [each for each in money if each.HasField("dispute")]
        waiting = [each for each in money if not each.HasField("dispute")]
        found += [*judge_money(waiting, now), *judge_invoice_days(waiting, now), *judge_paid_twice(waiting, now)]
        found += judge_told_twice(waiting, now)
        found += judge_disputes(disputed, now)
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
    late = now - from_timestamp(oldest) > MONEY_WAITING
    return [wrong(text, remedy, "CasellaMoneyWaits") if late else note(text, remedy)]


def _wanted_by(dispute: payments_pb2.Dispute, now: datetime) -> str:
    """``85.40 EUR by 20 Jan 2027 23:59``, of an inquiry and of a day that has passed with these words."""
    inquiry = " (inquiry)" if dispute.state == _INQUIRY else ""
    over = ", which has passed" if from_timestamp(dispute.evidence_by) <= now else ""
    return f"{words.money(dispute.amount)}{inquiry} by {words.instant(dispute.evidence_by)}{over}"


def judge_disputes(disputed: Sequence[payments_pb2.MoneyEntry], now: datetime) -> list[Finding]:
    """Whether evidence is wanted at the provider, what was lost and not decided, and what is claimed."""
    disputes = [each.dispute for each in disputed]
    asked = [each for each in disputes if each.state in _EVIDENCE]
    refunded = [each for each in asked if each.state == _INQUIRY and each.refunded.minor >= each.amount.minor]
    wanted = sorted((each for each in asked if each not in refunded), key=lambda each: each.evidence_by.seconds)
    lost = [each for each in disputes if each.state == payments_pb2.DISPUTE_STATE_LOST]
    undecided = [each for each in lost if not each.decision]
    claims = [each for each in lost if each.decision == payments_pb2.DISPUTE_DECISION_CLAIM]
    found = []
    if wanted:
        told = named([_wanted_by(each, now) for each in wanted])
        near = from_timestamp(wanted[0].evidence_by) - now <= NEAR_EVIDENCE_DAY
        text = f"disputes for which evidence is wanted: {len(wanted)}: {told}"
        found.append(
            (wrong if near else note)(
                text, "Give it in the provider's dashboard; without it a dispute is lost. An inquiry may be refunded"
            )
        )
    if refunded:
        text = f"inquiries whose payment is refunded: {len(refunded)}"
        found.append(note(text, "Nothing is to be done: the provider tells of their end"))
    if undecided:
        late = now - min(from_timestamp(each.closed_at) for each in undecided) > MONEY_WAITING
        text = f"lost disputes and money taken back that wait for your decision: {len(undecided)}: "
        text += named([_to_decide(each) for each in undecided])
        found.append(
            (wrong if late else note)(text, "`casella show money` lists them; each is decided in its workflow")
        )
    if len(asked) + len(lost) < len(disputes):
        text = f"disputes that the payers' banks decide: {len(disputes) - len(asked) - len(lost)}"
        found.append(note(text, "`casella show money` lists them"))
    if claims:
        text = f"claims after disputes and reversals: {len(claims)}: {named([_to_decide(each) for each in claims])}"
        found.append(
            note(
                text,
                "Once one is paid anew: `credit` of that money, then of the claim; `casella show money` lists them",
            )
        )
    return found


def _to_decide(dispute: payments_pb2.Dispute) -> str:
    return words.money(wording.beyond_refunds(dispute))


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


def judge_paid_twice(money: Sequence[payments_pb2.MoneyEntry], now: datetime) -> list[Finding]:
    """Whether money that came for what is paid already should be back with its payer by now, or be cleared up."""
    kept = [each for each in money if now - from_timestamp(each.created_at) > LONGEST_KEPT]
    paid = [each for each in kept if each.names_only_paid and not each.perhaps_told_twice]
    twice = [each for each in paid if each.reason != payments_pb2.MONEY_ENTRY_REASON_AMOUNT_DIFFERS]
    differing = [each for each in paid if each not in twice]
    found = []
    if twice:
        text = f"money for what is paid already, kept for more than {LONGEST_KEPT.days} days: {_dated(twice)}"
        remedy = "Return it with `refund` in its workflow, or make it credit; `casella show money` lists it"
        found.append(wrong(text, remedy))
    if differing:
        text = f"transfers of which bank and record by hand name different amounts: {_dated(differing)}"
        remedy = "Most likely each is the only payment: return nothing before you have compared with the bank"
        found.append(wrong(text, remedy))
    return found


def judge_told_twice(money: Sequence[payments_pb2.MoneyEntry], now: datetime) -> list[Finding]:
    """Whether money waits that perhaps came once and was told twice, and for too long; the oldest comes first."""
    twice = [each for each in money if each.perhaps_told_twice]
    if not twice:
        return []
    text = f"money that perhaps came once and was told by two files: {_dated(twice)}"
    remedy = "Compare with the bank before any of it is returned; what did not come, `set_aside` in its workflow"
    late = now - from_timestamp(twice[0].created_at) > MONEY_WAITING
    return [wrong(text, remedy) if late else note(text, remedy)]


def _dated(money: Sequence[payments_pb2.MoneyEntry]) -> str:
    told = [f"{words.money(each.amount)} ({words.day(each.available_on)}, {each.money_entry_id})" for each in money]
    return f"{len(money)}: {named(told)}"


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
            "CasellaEInvoicesLate",
        )
    ]


def _count(shown: int, more: str) -> str:
    return f"more than {shown}" if more else str(shown)
