"""Shows a sign-up, decided or not, for as long as it is kept."""

from casella.common.v1 import trail_pb2
from casella.trial.v1 import trial_pb2
from cli import screen, signups, trail, words
from cli.away import Away
from cli.failures import Failure
from cli.rooms import Rooms, open_rooms
from workflows import names


async def show_signup(sign_up_id: str, *, as_json: bool) -> None:
    """Show the sign-up with this id."""
    async with open_rooms() as rooms:
        found = await rooms.ask_for(rooms.trial.GetApplicant, trial_pb2.GetApplicantRequest(sign_up_id=sign_up_id))
        if found is None:
            raise Failure(
                f"there is no sign-up {sign_up_id} (any more)",
                "Those that nobody confirmed in time are deleted within a day, denied and lapsed ones too",
            )
        away = Away()
        deeds = await trail.read(rooms, trail_pb2.ListTrailRequest(subject_ids=[sign_up_id]), away)
        if as_json:
            screen.show_json({"sign_up": found, "trail": [entry for _, entry in deeds]})
        else:
            screen.show_facts(f"Sign-up {sign_up_id}", _facts(found, rooms))
            screen.show_table("Decided", trail.COLUMNS, [trail.row(*deed) for deed in deeds], "by nobody")
        away.say()


def _facts(found: trial_pb2.GetApplicantResponse, rooms: Rooms) -> list[tuple[str, str]]:
    sign_up = found.sign_up
    held = sign_up.reasons and rooms.where.workflow_link(names.sign_up_id(sign_up.sign_up_id))
    return [
        ("state", words.choice(sign_up, "state")),
        ("name", found.name),
        ("email", found.email),
        ("country", found.country),
        ("account", f"{found.account_id} (`casella show account` shows the person)" if found.account_id else ""),
        ("held because", signups.reasons(sign_up)),
        ("came", words.instant(sign_up.created_at)),
        ("lapses", "" if found.account_id else words.instant(sign_up.lapses_at)),
        ("its page", held or ""),
    ]
