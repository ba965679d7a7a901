"""Refunds that wait for a person, have failed, are in no statement, or are owed after a withdrawal."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from cli import withdrawals, words
from cli.doctor.findings import Finding, named, note, wrong
from cli.refunds import in_state
from cli.rooms import Rooms
from services.kit.calendar import rome_date
from services.kit.wire import from_date, from_timestamp

LONGEST_KEPT = timedelta(days=7)
"""So long money that was paid twice may stay before its return is asked for, and a refund wait for a person here."""


async def waiting(rooms: Rooms, healthy: Sequence[str], now: datetime) -> list[Finding]:
    """What is owed after a withdrawal, and refunds that wait for a person, have failed or are in no statement."""
    found = []
    if "payments" in healthy:
        wait = [payments_pb2.REFUND_STATE_REQUESTED, payments_pb2.REFUND_STATE_APPROVED]
        found += judge_waiting_refunds([each for state in wait for each in await in_state(rooms, state)], now)
        found += judge_failed_refunds(await in_state(rooms, payments_pb2.REFUND_STATE_FAILED))
        sent = await in_state(rooms, payments_pb2.REFUND_STATE_SENT)
        found += judge_unseen_refunds(sent, now)
        found += judge_refunds_of_nothing(sent)
    if "ordering" in healthy:
        found += judge_refunds(await withdrawals.open_withdrawals(rooms), now)
    return found


def judge_failed_refunds(failed: Sequence[payments_pb2.Refund]) -> list[Finding]:
    """Whether refunds have failed of which no workflow Money tells: of withdrawals, of what was paid, of credit."""
    alone = [each for each in failed if not each.money_entry_id]
    if not alone:
        return []
    told = named([f"{words.money(each.amount)} ({each.failure}, {each.refund_id})" for each in alone])
    remedy = (
        "`casella refund retry` tries one again, where wanted to another IBAN (taken_back: once it is decided what the "
        "bank took back); `casella refund list` shows all"
    )
    return [wrong(f"refunds that have failed, whose money is still owed: {len(alone)}: {told}", remedy)]


def judge_waiting_refunds(waiting: Sequence[payments_pb2.Refund], now: datetime) -> list[Finding]:
    """Whether transfers wait for an operator's approval or for a file, and for too long: nothing else sends them."""
    kept = [each for each in waiting if each.means == payments_pb2.REFUND_MEANS_BANK_TRANSFER]
    if not kept:
        return []
    told = named([f"{words.money(each.amount)} ({each.refund_id})" for each in kept])
    text = f"refunds by transfer that wait for you: {len(kept)}: {told}"
    remedy = "`casella refund approve` with the ids, then `casella refund export FILE`; `casella refund list` shows all"
    late = any(now - from_timestamp(each.requested_at) > LONGEST_KEPT for each in kept)
    return [wrong(text, remedy) if late else note(text, remedy)]


def judge_unseen_refunds(sent: Sequence[payments_pb2.Refund], now: datetime) -> list[Finding]:
    """Whether a statement should have had the debit of a refund by now: the bank may not have made the transfer."""
    today = rome_date(now)
    unseen = [each for each in sent if each.HasField("statement_by") and from_date(each.statement_by) < today]
    if not unseen:
        return []
    told = named([
        f"{words.money(each.amount)} (file {each.message_id}, expected by {words.day(each.statement_by)}, "
        f"{each.refund_id})"
        for each in unseen
    ])  # fmt: skip
    return [
        wrong(
            f"refunds by transfer that are in no statement: {len(unseen)}: {told}",
            "Import the statements since then; note one that your bank does not have with `casella refund fail`",
        )
    ]


def judge_refunds_of_nothing(sent: Sequence[payments_pb2.Refund]) -> list[Finding]:
    """Whether refunds are with bank or provider whose money was taken back meanwhile: it would leave twice."""
    lost = [each for each in sent if each.taken_back_by]
    if not lost:
        return []
    told = named([
        f"{words.money(each.amount)} (file {words.if_any(each.message_id)}, {each.reference}, {each.refund_id})"
        for each in lost
    ])  # fmt: skip
    return [
        wrong(
            f"refunds on their way whose money the bank took back: {len(lost)}: {told}",
            "Keep the bank from executing them, then `casella refund fail` with the id; `casella refund cancel` then "
            "gives up one of money that had paid nothing, any other follows what is decided about the reversal",
        )
    ]


def judge_refunds(open_ones: Sequence[ordering_pb2.Withdrawal], now: datetime) -> list[Finding]:
    """Whether money is owed after a withdrawal, and for longer than the law allows."""
    owed, late = withdrawals.owed(open_ones), withdrawals.late(open_ones, rome_date(now))
    remedy = "`casella show order` with the id shows how far it is and where to steer it"
    found = []
    if late:
        told = named([withdrawals.sentence(each) for each in late])
        found.append(wrong(f"refunds after a withdrawal owed for more than 14 days: {len(late)}: {told}", remedy))
    if in_time := owed[len(late) :]:  # the most urgent come first
        told = named([withdrawals.sentence(each) for each in in_time])
        found.append(note(f"refunds after a withdrawal that are owed: {len(in_time)}: {told}", remedy))
    return found
