"""Shows an account's erasure: who asked and when, what there is now, what was decided, the proof of what was erased."""

from functools import partial

from casella.common.v1 import erasure_pb2, trail_pb2
from casella.support.v1 import erasures_pb2
from cli import accounts, screen, trail, words
from cli.away import Away
from cli.failures import Failure
from cli.installation import ROOMS
from cli.rooms import Rooms, open_rooms
from workflows import names

_OPEN = (erasures_pb2.ERASURE_STATE_WAITING, erasures_pb2.ERASURE_STATE_APPROVED)
FACT_COLUMNS = ("service", "what", "how many", "amount", "holds the erasure", "id")
COLUMNS = ("service", "erased", "what", "rows")


async def show_erasure(name: str, *, as_json: bool) -> None:
    """Show the newest erasure of the account with this id, or with this email address while it is known."""
    async with open_rooms() as rooms:
        account_id, _ = await accounts.known_ids(rooms, name)
        asked = erasures_pb2.GetErasureRequest(account_id=account_id)
        found = await rooms.ask_for(rooms.erasures.GetErasure, asked)
        if found is None:
            raise Failure(
                f"no erasure of account {account_id} was ever asked for or due",
                "A customer asks for one by a ticket about the deletion of the profile",
            )
        away = Away()
        there = await _there(rooms, account_id, away) if found.erasure.state in _OPEN else None
        deeds = await trail.read(rooms, trail_pb2.ListTrailRequest(subject_ids=[account_id]), away)
        if as_json:
            shown = {"erasure": found.erasure, "trail": [entry for _, entry in deeds]}
            screen.show_json(shown if there is None else {**shown, "there_is": [fact for _, fact in there]})
        else:
            _show(rooms, found.erasure)
            if there is not None:
                rows = [_fact(*each) for each in there]
                screen.show_table("There is now", FACT_COLUMNS, rows, "nothing but the person")
            screen.show_table("Steered", trail.COLUMNS, [trail.row(*deed) for deed in deeds], "by nobody")
        away.say()


async def _there(rooms: Rooms, account_id: str, away: Away) -> list[tuple[str, erasure_pb2.ErasureFact]]:
    """What every service has of the account at this moment; what one that is away has, is not known."""

    async def ask(room: str) -> list[erasure_pb2.ErasureFact]:
        asked = erasure_pb2.ListErasureFactsRequest(account_id=account_id, room=room)
        return list((await rooms.ask(rooms.erasure_in(room).ListErasureFacts, asked, room=room)).facts)

    none: list[erasure_pb2.ErasureFact] = []
    return [(room, fact) for room in ROOMS for fact in await away.part(partial(ask, room), none)]


def _fact(room: str, fact: erasure_pb2.ErasureFact) -> tuple[str, ...]:
    return (
        room,
        fact.kind.replace("_", " "),
        str(fact.count) if fact.count else "",
        words.money(fact.amount) if fact.HasField("amount") else "",
        words.yes(fact.holds),
        fact.id,
    )


def _show(rooms: Rooms, erasure: erasures_pb2.Erasure) -> None:
    told = f"{words.instant(erasure.told_at)}, {erasure.told_message_id}" if erasure.told_message_id else ""
    waiting = erasure.state == erasures_pb2.ERASURE_STATE_WAITING
    screen.show_facts(
        f"Erasure {erasure.erasure_id} of account {erasure.account_id}",
        [
            ("state", words.choice(erasure, "state")),
            ("because", words.choice(erasure, "cause")),
            ("ticket", erasure.ticket_id),
            ("notice confirmed", erasure.notice_hash),
            ("asked for", words.instant(erasure.requested_at)),
            ("answer due by", words.instant(erasure.answer_by) if waiting else ""),
            ("decided", words.if_any(words.instant(erasure.decided_at))),
            ("reason", erasure.reason_code),
            ("last email", told or ("left out" if erasure.email_skipped else "")),
            ("erased", words.if_any(words.instant(erasure.erased_at))),
            ("its page", rooms.where.workflow_link(names.erasure_id(erasure.account_id)) or ""),
        ],
    )
    rows = [
        (part.room, words.instant(part.erased_at), what, count)
        for part in erasure.proof
        for what, count in [(row.what, str(row.rows)) for row in part.rows] or [("nothing was left", "0")]
    ]
    screen.show_table("Erased", COLUMNS, rows, "nothing yet")
