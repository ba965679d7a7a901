"""Plays the stories of some customers on a real Casella, with time moved forward, and checks that all is there."""

import argparse
import asyncio
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from deploy.local import site
from deploy.local.demo.breaking import BEGIN_AGAIN, TROUBLE, BrokenOff, words_of
from deploy.local.demo.checking import check
from deploy.local.demo.collecting import collect
from deploy.local.demo.conducting import conduct
from deploy.local.demo.repertoire import STORIES
from deploy.local.demo.running import running_casella
from deploy.local.demo.stage import Stage, open_stage
from deploy.local.demo.story import Story
from deploy.local.failure import LaunchError
from services.kit.exiting import exit_after

FOLDER = "demo"


def main() -> int:
    """Play, collect and check; 1 where one thing is missing, with what it is."""
    parser = argparse.ArgumentParser("casella demo", description=__doc__)
    told = "; ".join(f"{story.key}: {story.name}, {story.plan}" for story in STORIES)
    parser.add_argument("--only", choices=[story.key for story in STORIES], metavar="NAME", help=f"one story. {told}")
    stories = _chosen(parser.parse_args().only)
    console = Console(highlight=False)
    try:
        return asyncio.run(_main(console, site.var_folder(), stories))
    except LaunchError as problem:
        console.print(f"[bold red]Casella:[/bold red] {escape(str(problem))}", soft_wrap=True)
    except TROUBLE as trouble:
        console.print(f"[bold red]Casella:[/bold red] {escape(words_of(trouble))}.", soft_wrap=True)
    except asyncio.CancelledError:
        console.print("Casella: the demo was interrupted; what it had started is stopped")
    return 1


async def _main(console: Console, var: Path, stories: Sequence[Story]) -> int:
    task = asyncio.current_task()
    if task is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    begun = time.monotonic()
    async with running_casella(var, lambda words: console.print(f"[dim]{words}[/dim]", soft_wrap=True)) as where:
        console.print(
            f"Temporal UI {where.url('temporal_ui')}, everybody's inbox {where.url('mail_page')}", soft_wrap=True
        )
        async with open_stage(where, console) as stage:
            try:
                tales = await conduct(stage, stories)
            except BrokenOff as broken:
                await _tell(console, stage, broken, var / FOLDER)
                return 1
            report = await collect(stage, tales, var / FOLDER)
            stage.teller.chapter("Is everything there? Read back over gRPC, IMAP and from the files")
            missing = await check(stage, report, stories)
        console.print()
        console.print(f"In {var / FOLDER}: every email, PDF, XML and receipt, and {report.name}", soft_wrap=True)
        console.print(
            "`make run` shows this world: Temporal behind the links above, and everybody's inbox", soft_wrap=True
        )
        console.print(f"{time.monotonic() - begun:.0f} s in all")
    return 1 if missing else 0


async def _tell(console: Console, stage: Stage, broken: BrokenOff, folder: Path) -> None:
    """Say why it broke off and what can be done, and keep what has been played."""
    console.print(f"\n[bold red]Casella:[/bold red] {escape(str(broken))}.", soft_wrap=True)
    try:
        report = await collect(stage, broken.tales, folder, str(broken))
    except TROUBLE as trouble:
        console.print(f"What was played until then was not collected: {escape(words_of(trouble))}.", soft_wrap=True)
    else:
        console.print(f"In {folder}: what was played until then, and {report.name}.", soft_wrap=True)
    console.print(BEGIN_AGAIN, soft_wrap=True)


def _chosen(only: str | None) -> Sequence[Story]:
    return [story for story in STORIES if only in {None, story.key}]


if __name__ == "__main__":
    exit_after(main)
