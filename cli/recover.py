"""`casella recover`: after a restore or a lost Temporal, from the hold to its end (docs/operating.md, "A restore")."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from casella.common.v1 import common_pb2
from casella.common.v1 import recovery_pb2 as pb
from casella.invoicing.v1.invoicing_pb2 import AuditNumberingRequest
from cli import recover_erasures, recover_refunds, recover_runs, recover_standing, screen, words
from cli.accounts import AccountName
from cli.doctor.clocks import read_clocks
from cli.failures import EXIT_REFUSED, Failure, WrongInput
from cli.installation import ROOMS
from cli.local import become
from cli.recover_standing import asked, kind, missing, of, told, under_way
from cli.rooms import LONG_SECONDS, Rooms, open_rooms, run
from cli.steering import Minute, Uuid, steered
from services.kit.message_ids import ours_in
from services.kit.wire import from_timestamp, to_timestamp

_AT_ONCE = 2_000
_READING_SECONDS = 30.0
"""For one question; a room that reads for longer goes on by itself, and is asked again."""


@click.group(short_help="After a restore or a lost Temporal: hold, read back, wake, decide, end.")
def recover() -> None:
    """After a restore: nothing is numbered, sent, charged or deleted until what had left is read back.

    \b
    1. casella recover restore FILE   (or mark URL, after a restore by other means)
    2. casella recover read           what left the house after the rows' instant
    3. casella recover mails FILE     emails that left, from the mail server's log
    4. casella recover refunds FILE   refunds that left, from the files for the bank
    5. casella recover erasures       who was erased is erased again
    6. casella recover wake --end-runs
    7. casella recover status, confirm
    8. casella recover end

    After a lost Temporal alone: casella recover wake.
    """  # noqa: D301  click takes the character itself for "do not wrap this paragraph"


@recover.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put a backup in the place of the stopped local Casella's rows; it stands still until `recover end`."""
    become("deploy.backup.restore", str(file.resolve()))


@recover.command("mark")
@click.argument("database", metavar="URL")
def mark(database: str) -> None:
    """Mark the rows in your own PostgreSQL as restored, before any service starts on them.

    The password stands in PGPASSWORD or ~/.pgpass.
    """
    become("deploy.backup.hold", database)


@recover.command("begin")
@click.option(
    "--rows-of", type=Minute(), required=True,
    help='When the backup was made, in Rome: "2026-11-24 03:00". Rather too early.',
)  # fmt: skip
@steered
def begin(rows_of: datetime, steering: common_pb2.Steering) -> None:
    """Hold all services that run from now on; after a restore rather `mark` the rows before they start.

    Once more with an earlier time, where the first was too late: what had left is to be read back again.
    """
    run(_begin(rows_of, steering))


@recover.command("read")
def read() -> None:
    """Read back what left after the instant of the rows: certified mail, the payment provider; repeat it at will."""
    run(_read())


@recover.command("mails")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--none", "nothing_left", is_flag=True, help="No email can have left after the backup.")
def mails(files: Sequence[Path], *, nothing_left: bool) -> None:
    """Note the emails that have left, so that none goes twice: every Message-ID of ours in FILES (the mail server's log
    of the time since the backup, or a folder of sent messages). Nothing else of these is read.
    """
    if bool(files) == nothing_left:
        raise WrongInput("name the files in which the Message-IDs stand, or say --none")
    found = sorted({found for each in files for found in _message_ids(each)})
    if files and not found:
        raise WrongInput("no Message-ID of ours stands there", "If no email can have left after the backup, say --none")
    run(_mails(found))


@recover.command("refunds")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--refused", metavar="REFUND", multiple=True, type=Uuid(), help="The bank refused it: it has not left.")
@steered
def refunds(files: Sequence[Path], refused: Sequence[str], steering: common_pb2.Steering) -> None:
    """Take in the FILES of refunds (pain.001) that were handed to the bank after the backup, so that no refund of them
    leaves twice; the same file twice changes nothing.
    """
    if refused and len(files) > 1:
        raise WrongInput(
            "--refused is said of one file", "Name the file of that refund alone, and the others before or after"
        )
    run(recover_refunds.take_in(files, refused, steering))


@recover.command("erasures")
@click.argument("named", metavar="[ACCOUNT]...", nargs=-1, type=AccountName())
@steered
def erasures(named: Sequence[str], steering: common_pb2.Steering) -> None:
    """Erase again who was erased after the backup: whom Temporal tells, and each ACCOUNT (id, email address, or -)."""
    run(_erasures(named, steering))


@recover.command("wake")
@click.option("--end-runs", is_flag=True, help="End every run first: after a restore.")
def wake(*, end_runs: bool) -> None:
    """Start or signal the workflow of every row that is not final: in a new, a lost or the same Temporal."""
    run(_wake(end_runs=end_runs))


@recover.command("status")
@screen.json_option
def status(*, as_json: bool) -> None:
    """Tell how the recovery stands and what you must decide; exit code 1 while it is under way."""
    if run(recover_standing.show(as_json=as_json)):
        raise SystemExit(EXIT_REFUSED)


@recover.command("confirm")
@click.argument("finding", type=Uuid())
@steered
def confirm(finding: str, steering: common_pb2.Steering) -> None:
    """Say that you have decided about FINDING (its id, from `casella recover status`)."""
    run(_confirm(finding, steering))


@recover.command("end")
@steered
def end(steering: common_pb2.Steering) -> None:
    """End the recovery: numbering, sending, charging and deleting go on.

    Refused while something is undecided, or a run goes on from before the rows were restored.
    """
    run(_end(steering))


async def _begin(rows_of: datetime, steering: common_pb2.Steering) -> None:
    request = pb.BeginRecoveryRequest(steering=steering, rows_of=to_timestamp(rows_of))
    later = False
    async with open_rooms() as rooms:
        for room in ROOMS:
            answer = await rooms.ask(of(rooms, room).BeginRecovery, request, room=room)
            found = answer.recovery
            screen.say(f"{room}: held since {words.instant(found.begun_at)}, rows of {words.instant(found.rows_of)}")
            later |= from_timestamp(found.rows_of) < rows_of
    if later:
        screen.say("The earlier time stands: what is read back is never made less.")


async def _read() -> None:
    async with open_rooms() as rooms:
        for room in ROOMS:
            with screen.working(f"reading back {room}"):
                answer = await asked(rooms, room, "ReadBack", pb.ReadBackRequest(), _READING_SECONDS)
                while not answer.finished:
                    answer = await asked(rooms, room, "ReadBack", pb.ReadBackRequest(), _READING_SECONDS)
            for line in answer.applied:
                screen.say(f"{room}: {line}")
            if answer.undecided:
                screen.say(f"{room}: {answer.undecided} to decide, see `casella recover status`")


async def _mails(found: Sequence[str]) -> None:
    async with open_rooms() as rooms:
        for room in ROOMS:
            # Which room sent an email is not in its id: each room is told all, and knows its own.
            for begin_at in range(0, max(len(found), 1), _AT_ONCE):
                some = pb.RecordSentMailsRequest(message_ids=found[begin_at : begin_at + _AT_ONCE])
                await asked(rooms, room, "RecordSentMails", some)
        screen.say(f"{len(found)} Message-IDs of emails that have left are noted; none of these is sent again.")


async def _erasures(named: Sequence[str], steering: common_pb2.Steering) -> None:
    async with open_rooms() as rooms:
        await recover_erasures.repeat(rooms, named, steering)


async def _wake(*, end_runs: bool) -> None:
    async with open_rooms() as rooms:
        if end_runs:
            ended = await recover_runs.end_all(rooms)
            screen.say(f"{ended} runs were ended")
        for room in ROOMS:
            answer = await asked(rooms, room, "WakeRows", pb.WakeRowsRequest(), LONG_SECONDS)
            if answer.woken:
                screen.say(f"{room}: {answer.woken} rows that are not final were woken")


async def _confirm(finding: str, steering: common_pb2.Steering) -> None:
    request = pb.ConfirmFindingRequest(finding_id=finding, steering=steering)
    async with open_rooms() as rooms:
        for room in ROOMS:
            answer = await rooms.ask_for(of(rooms, room).ConfirmFinding, request)
            if answer is not None:
                found = answer.finding
                screen.say(f"{room}: decided: {kind(found)}, {found.subject}: {found.detail}.")
                return
    raise Failure(f"no finding has the id {finding}", "`casella recover status` tells their ids")


async def _end(steering: common_pb2.Steering) -> None:
    async with open_rooms() as rooms:
        answers = await told(rooms)
        # All or none: a room that went on while another one stands still would do half of what belongs together.
        for room, answer in answers.items():
            if under_way(answer) and (why := missing(answer)):
                raise Failure(
                    f"the recovery of {room} cannot be ended: {why}",
                    "`casella recover read` reads, `mails` takes the emails, `status` shows, `confirm` decides",
                )
        held = [room for room, answer in answers.items() if under_way(answer)]
        if not held:
            raise Failure("no recovery is under way")
        await _no_old_run(rooms, min(from_timestamp(answers[room].recovery.begun_at) for room in held))
        for room in held:
            await asked(rooms, room, "EndRecovery", pb.EndRecoveryRequest(steering=steering))
        numbering = await rooms.ask(rooms.invoicing.AuditNumbering, AuditNumberingRequest(), LONG_SECONDS)
    for text in numbering.used_outside:
        screen.say(f"{text}. Unless an order or period takes it over soon, enter it in the books by hand.")
    screen.say("The recovery has ended: numbering, sending, charging and deleting go on.")


async def _no_old_run(rooms: Rooms, begun_at: datetime) -> None:
    """Refuse where a run goes on that knows what the rows no longer do: it would not do again what was undone."""
    ahead = max((clock.offset for clock in await read_clocks(rooms, ROOMS)), default=timedelta())
    old = await recover_runs.one_from_before(rooms, begun_at - ahead)
    if old is not None:
        raise Failure(
            f"the recovery cannot be ended: workflow {old} still runs as it did before the rows were restored",
            "`casella recover wake --end-runs` ends all such runs, and begins one for each row that is not final",
        )


def _message_ids(place: Path) -> set[str]:
    files = [place] if place.is_file() else sorted(each for each in place.rglob("*") if each.is_file())
    return {found for file in files for found in ours_in(file.read_bytes())}
