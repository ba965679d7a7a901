"""Plays the stories of some customers on a real Casella, with time moved forward, and checks that all is there."""

import argparse
import asyncio
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import grpc
from rich.console import Console

from deploy.local import site
from deploy.local.demo.checking import check
from deploy.local.demo.collecting import collect
from deploy.local.demo.conducting import conduct
from deploy.local.demo.inbox import NoSuchMail
from deploy.local.demo.repertoire import STORIES
from deploy.local.demo.running import running_casella
from deploy.local.demo.stage import NotInTime, open_stage
from deploy.local.demo.story import Story
from deploy.local.failure import LaunchError
from services.kit.errors import Refused
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
    except (LaunchError, NotInTime, NoSuchMail) as problem:
        console.print(f"[bold red]Casella:[/bold red] {problem}", soft_wrap=True)
    except Refused as refused:
        console.print(f"[bold red]Casella refused:[/bold red] {refused} {refused.message}", soft_wrap=True)
    except grpc.aio.AioRpcError as error:
        console.print(f"[bold red]Casella failed:[/bold red] {error.code().name} {error.details()}: see var/logs")
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
        async with open_stage(where, console) as stage:
            tales = await conduct(stage, stories)
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


def _chosen(only: str | None) -> Sequence[Story]:
    return [story for story in STORIES if only in {None, story.key}]


if __name__ == "__main__":
    exit_after(main)
