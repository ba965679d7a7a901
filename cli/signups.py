"""`casella signups`: the sign-ups that the security checks held for an operator's decision."""

from typing import Any

import click

from casella.trial.v1 import trial_pb2
from cli import screen, words
from cli.rooms import Rooms, open_rooms, run
from workflows import names

_MEANINGS = {
    "mx_unknown": "the mail domain could not be looked up",
    "ip_rate": "many sign-ups from this IP address",
    "network_rate": "many sign-ups from this network",
    "domain_rate": "many sign-ups of this mail domain",
    "second_trial": "this person had a trial already",
}


@click.command(short_help="List sign-ups that wait for a decision.")
@screen.json_option
def signups(*, as_json: bool) -> None:
    """List the sign-ups that wait for a decision, and say how to decide; `casella show signup` shows a decided one."""
    run(_signups(as_json=as_json))


async def _signups(*, as_json: bool) -> None:
    async with open_rooms() as rooms:
        waiting = await rooms.ask_all(
            rooms.trial.ListSignUpsInReview, trial_pb2.ListSignUpsInReviewRequest(), "sign_ups"
        )
        if as_json:
            screen.show_json([{"link": _link(rooms, entry), "sign_up": entry} for entry in waiting])
            return
        if not waiting:
            screen.say("No sign-up waits for a decision.")
            return
        for entry in waiting:
            _show(rooms, entry)
        screen.say(
            "To decide, open the link in the Temporal UI, choose “Send an Update”, the update `allow` (sends the "
            "confirmation email) or `deny` (ends it without an email), and give as input:\n"
            '  {"reason_code": "phone_confirmed", "ticket_id": ""}'
        )


def reasons(sign_up: trial_pb2.SignUpStatus) -> str:
    """Why the checks hold or held it."""
    return ", ".join(_MEANINGS.get(reason, reason) for reason in sign_up.reasons)


def _show(rooms: Rooms, entry: Any) -> None:
    sign_up = entry.sign_up
    screen.show_facts(
        f"Sign-up {sign_up.sign_up_id}",
        [
            ("name", entry.name),
            ("email", entry.email),
            ("country", entry.country),
            ("held because", reasons(sign_up)),
            ("came", words.instant(sign_up.created_at)),
            ("lapses", words.instant(sign_up.lapses_at)),
            ("decide at", _link(rooms, entry)),
        ],
    )


def _link(rooms: Rooms, entry: Any) -> str:
    return rooms.where.workflow_link(names.sign_up_id(entry.sign_up.sign_up_id))
