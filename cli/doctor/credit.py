"""Whether accounts that buy nothing any more have credit, which then stays owed until an operator pays it out."""

import asyncio
from collections.abc import Sequence

from casella.payments.v1 import payments_pb2
from casella.trial.v1 import trial_pb2
from cli import words
from cli.doctor.findings import Finding, named, wrong
from cli.rooms import Rooms

_AT_ONCE = 10


async def stranded(rooms: Rooms, healthy: Sequence[str]) -> list[Finding]:
    """The credit of accounts that trial has closed, erased, or never had."""
    if not {"payments", "trial"} <= set(healthy):
        return []
    asked = payments_pb2.ListAccountCreditsRequest()
    found: list[payments_pb2.AccountCredit] = await rooms.ask_all(rooms.payments.ListAccountCredits, asked, "credits")
    bound = asyncio.Semaphore(_AT_ONCE)

    async def has_ended(account_id: str) -> bool:
        async with bound:
            answer = await rooms.ask_for(rooms.trial.GetTrial, trial_pb2.GetTrialRequest(account_id=account_id))
        return answer is None or answer.trial.state == trial_pb2.TRIAL_STATE_CLOSED

    ended = await asyncio.gather(*(has_ended(each.account_id) for each in found))
    return judge([each for each, over in zip(found, ended, strict=True) if over])


def judge(stranded: Sequence[payments_pb2.AccountCredit]) -> list[Finding]:
    """What is still owed to accounts that have ended."""
    if not stranded:
        return []
    told = named([f"{words.money(each.credit)} ({each.account_id})" for each in stranded])
    remedy = "`casella refund credit` with the account pays it out, where wanted to another IBAN"
    return [wrong(f"credit of accounts that have ended, or that there are not: {len(stranded)}: {told}", remedy)]
