"""`python -m deploy.local.demo`: the main story of three customers, on a real Casella, with time moved forward."""

import asyncio
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import grpc
from rich.console import Console

from deploy.local import site
from deploy.local.demo import buying, leaving, renewing
from deploy.local.demo.checking import check
from deploy.local.demo.collecting import collect
from deploy.local.demo.inbox import NoSuchMail
from deploy.local.demo.running import running_casella
from deploy.local.demo.stage import NotInTime, Stage, open_stage
from deploy.local.demo.tale import Tale
from deploy.local.failure import LaunchError
from services.kit.errors import Refused
from services.kit.leaving import leave_after

FOLDER = "demo"


def main() -> int:
    """Play, collect and check; 1 where one thing is missing, with what it is."""
    console = Console(highlight=False)
    try:
        return asyncio.run(_main(console, site.var_folder()))
    except (LaunchError, NotInTime, NoSuchMail) as problem:
        console.print(f"[bold red]Casella:[/bold red] {problem}", soft_wrap=True)
    except Refused as refused:
        console.print(f"[bold red]Casella refused:[/bold red] {refused} {refused.message}", soft_wrap=True)
    except grpc.aio.AioRpcError as error:
        console.print(f"[bold red]Casella failed:[/bold red] {error.code().name} {error.details()}: see var/logs")
    except asyncio.CancelledError:
        console.print("Casella: the demo was interrupted; what it had started is stopped")
    return 1


async def _main(console: Console, var: Path) -> int:
    task = asyncio.current_task()
    if task is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    begun = time.monotonic()
    async with running_casella(var, lambda words: console.print(f"[dim]{words}[/dim]", soft_wrap=True)) as where:
        async with open_stage(where, console) as stage:
            tales = await play(stage, lambda: time.monotonic() - begun)
            report = await collect(stage, tales, var / FOLDER)
            stage.teller.chapter("Is everything there? Read back over gRPC, IMAP and from the files")
            missing = await check(stage, report)
        console.print()
        console.print(f"In {var / FOLDER}: every email, PDF, XML and receipt, and {report.name}", soft_wrap=True)
        console.print(
            "`make run` shows this world: Temporal behind the links above, and everybody's inbox", soft_wrap=True
        )
        console.print(f"{time.monotonic() - begun:.0f} s in all")
    return 1 if missing else 0


async def play(stage: Stage, seconds: Callable[[], float]) -> list[Tale]:
    """Tell the three stories, woven into one calendar."""
    anna = await buying.person_by_card(stage)
    stage.teller.note(f"(the first customer's story took {seconds():.0f} s from the start)")
    bottega = await buying.company_orders(stage)
    emma = await leaving.begins(stage)
    stage.teller.chapter(f"{bottega.name}: the money")
    await buying.company_pays(stage, bottega)
    stage.teller.chapter(f"{bottega.name}: the end of the month")
    await renewing.grow(stage, bottega)
    await renewing.first_month_end(stage, bottega)
    stage.teller.chapter(f"{emma.name}: the weeks go by")
    await leaving.ends(stage, emma, partial(renewing.live, stage, bottega))
    return [anna, bottega, emma]


if __name__ == "__main__":
    leave_after(main)
