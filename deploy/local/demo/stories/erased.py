"""Somebody who asks for the deletion of the profile: notice, ticket, an operator's approval, and nothing is left."""

from collections.abc import AsyncIterator
from typing import Any

from casella.common.v1 import common_pb2 as common
from casella.support.v1 import erasures_pb2
from deploy.local.demo.checking_rows import check_nothing_is_left
from deploy.local.demo.stage import Stage, until
from deploy.local.demo.story import Expected, Pause, Results, Story
from deploy.local.demo.tale import Tale
from deploy.local.demo.trying import begin_trial, see, use_trial
from services.kit.wire import from_timestamp
from workflows import names

_DAYS_UNTIL_THE_TICKET, _DAYS_UNTIL_THE_DECISION = 5, 1


async def _play(stage: Stage, tale: Tale) -> AsyncIterator[Pause]:
    customer = tale.customer
    await begin_trial(stage, tale)
    await use_trial(stage, tale, "luca")
    yield Pause(stage.in_days(_DAYS_UNTIL_THE_TICKET))
    await customer.ask_for_deletion("Vi prego di cancellare il mio profilo.")
    stage.tell("reads what will be lost, confirms it, and asks for the deletion of the profile in a ticket")
    see(stage, tale, "Erasure", names.erasure_id(customer.account_id))
    yield Pause(stage.in_days(_DAYS_UNTIL_THE_DECISION))
    told = await stage.steer(names.erasure_id(customer.account_id), "approve", {"reason_code": "customer_asked"})
    stage.tell(f"an operator decides in the Temporal UI: {told}")

    async def erased() -> erasures_pb2.Erasure | None:
        found = await _erasure(stage, customer.account_id)
        return found if found.state == erasures_pb2.ERASURE_STATE_ERASED else None

    done = await until(erased, "the erasure")
    tale.became("profile", "ERASED", from_timestamp(done.erased_at))
    stage.tell("closed, purged, told by a last email, and erased in every service, each with its proof")


async def _erasure(stage: Stage, account_id: str) -> erasures_pb2.Erasure:
    asked = erasures_pb2.GetErasureRequest(account_id=account_id)
    return (await stage.operator.erasures.GetErasure(asked)).erasure


async def _check(stage: Stage, customer: dict[str, Any]) -> Results:
    done = await _erasure(stage, customer["ids"]["account"])
    yield done.state == erasures_pb2.ERASURE_STATE_ERASED, "the profile is erased"
    rooms = {proof.room for proof in done.proof}
    wanted = {"trial", "mailboxes", "ordering", "payments", "invoicing", "support"}
    yield rooms == wanted, f"{len(rooms)} services have proved it"
    async for result in check_nothing_is_left(stage, customer):
        yield result


async def _expects(_: Stage, __: dict[str, Any]) -> Expected:
    return Expected(["Conferma il tuo indirizzo", "Benvenut", "Il tuo profilo è stato cancellato"])


STORY = Story(
    "luca", "Luca Ferri", "who has his profile deleted",
    "Luca", "Ferri", common.LANGUAGE_IT, _play, _check, _expects,
)  # fmt: skip
