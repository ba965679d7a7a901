"""`casella doctor`: what is wrong with an installation, in plain words, each with what to do about it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeAlias

import click
import grpc
from rich.markup import escape

from cli import printing
from cli.calling import Rooms, calls, in_words
from cli.findings import Finding, Kind
from cli.symptoms_places import check_files, check_launcher, check_processes
from cli.symptoms_work import check_backlogs, check_books, check_temporal, check_waiting
from services.kit.errors import Refused

Check: TypeAlias = Callable[[Rooms], AsyncIterator[Finding]]
PROBLEM = 1
STYLES = {Kind.GOOD: "green", Kind.NOTE: "yellow", Kind.PROBLEM: "bold red"}

# What stands first explains what fails after it.
CHECKS: Sequence[Check] = (
    check_files,
    check_processes,
    check_temporal,
    check_backlogs,
    check_waiting,
    check_books,
)


@click.command()
@calls
async def doctor(rooms: Rooms) -> None:
    """Say what is wrong and what to do about it; ends with 1 if something is."""
    findings = await _examine(rooms, check_launcher)
    # Where nothing runs, that nothing answers needs no further words.
    rest = (check_files,) if any(finding.kind is Kind.PROBLEM for finding in findings) else CHECKS
    for part in await asyncio.gather(*(_examine(rooms, check) for check in rest)):
        findings += part
    if printing.as_json():
        rows = [(finding.kind.value, finding.words, finding.remedy) for finding in findings]
        printing.table("Findings", ("kind", "words", "remedy"), rows, "none")
    else:
        for finding in findings:
            _tell(finding)
    if any(finding.kind is Kind.PROBLEM for finding in findings):
        raise click.exceptions.Exit(PROBLEM)


async def _examine(rooms: Rooms, check: Check) -> list[Finding]:
    """A check's findings; one that cannot be made is a finding too and hides no other."""
    findings = []
    try:
        async for finding in check(rooms):
            findings.append(finding)  # noqa: PERF401  what came before a failure counts
    except click.ClickException as problem:
        findings.append(Finding(Kind.PROBLEM, problem.message))
    except Refused as refused:
        findings.append(Finding(Kind.PROBLEM, f"a question was refused: {in_words(refused)}"))
    except grpc.aio.AioRpcError as error:
        words = f"a service did not answer a question ({error.code().name}: {error.details()})"
        findings.append(Finding(Kind.PROBLEM, words, "see the services above, and var/logs"))
    return findings


def _tell(finding: Finding) -> None:
    out = printing.console()
    out.print(f"[{STYLES[finding.kind]}]{finding.kind.value:>8}[/]  {escape(finding.words)}", soft_wrap=True)
    if finding.remedy:
        out.print(f"{'':>8}  → {escape(finding.remedy)}", soft_wrap=True)
