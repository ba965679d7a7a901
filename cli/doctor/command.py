"""`casella doctor`: what is wrong with an installation, the cause before its consequences."""

import asyncio

import click

from cli import screen
from cli.doctor import (
    clocks,
    credit,
    endpoints,
    machine,
    measures,
    places,
    proofs,
    recovery,
    refunds,
    temporal,
    waiting,
)
from cli.doctor.findings import Finding, Level, wrong
from cli.failures import EXIT_REFUSED, Unreachable
from cli.installation import ROOMS
from cli.rooms import Rooms, open_rooms, run

_MARKS = {Level.FINE: "  ok  ", Level.NOTE: " note ", Level.WRONG: "WRONG "}


@click.command(short_help="Say what is wrong with this installation.")
@screen.json_option
def doctor(*, as_json: bool) -> None:
    """Say in plain words what is wrong with this installation; exit code 1 where something is."""
    findings = run(_examine())
    if as_json:
        screen.show_json(
            [{"level": f.level.value, "text": f.text, "remedy": f.remedy, "alert": f.alert} for f in findings]
        )
    else:
        for finding in findings:
            screen.say(f"{_MARKS[finding.level]} {finding.text}.")
            if finding.remedy:
                screen.say(f"       → {finding.remedy}.")
            if finding.alert:
                screen.say(f'       docs/operating.md, "The alerts": {finding.alert}.')
    if any(finding.level is Level.WRONG for finding in findings):
        raise SystemExit(EXIT_REFUSED)


async def _examine() -> list[Finding]:
    async with open_rooms() as rooms:
        where = rooms.where
        launcher = machine.launcher(where)
        findings = [*launcher, *machine.files(where)]
        if any(finding.level is Level.WRONG for finding in launcher):
            return findings  # where nothing runs, that nothing answers needs no further words
        with screen.working("examining the installation"):
            healths, known, stand_ins, flow = await asyncio.gather(
                places.healths(rooms), places.secret(rooms), places.stand_ins(where), temporal.examine(where)
            )
            healthy = [room for room in ROOMS if room in healths.healthy]
            findings += [*healths.findings, *stand_ins, *known.findings, *flow.findings]
            if known.accepted:
                try:
                    findings += await _look_inside(rooms, healthy, flow.e_invoices)
                except Unreachable as away:  # most often its database, which has a log of its own
                    findings.append(wrong(away.message, places.log_of(where, "postgres")))
        return findings


async def _look_inside(rooms: Rooms, healthy: list[str], e_invoices: list[str]) -> list[Finding]:
    """What healthy rooms tell an operator whom they know."""
    read = await clocks.read_clocks(rooms, healthy)
    now = clocks.now(read)
    measured = await measures.measured(rooms, healthy)
    return [
        *(await recovery.under_way_in(rooms, healthy)),
        *clocks.judge_clocks(read),
        *measures.judge_outboxes(measured),
        *measures.judge_regular(measured, moved=clocks.moved(read)),
        *(await waiting.decisions(rooms, healthy, now)),
        *(await refunds.waiting(rooms, healthy, now)),
        *(await credit.stranded(rooms, healthy)),
        *(await waiting.e_invoices(rooms, healthy, e_invoices)),
        *(await endpoints.webhooks(rooms, healthy, now)),
        *(await proofs.given_up(rooms, healthy)),
        *(await proofs.prove(rooms, healthy)),
    ]
