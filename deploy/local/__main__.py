"""`python -m deploy.local`: a whole Casella on this machine, until Ctrl-C."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from deploy.local import banner, control, ports, site
from deploy.local.failure import LaunchError
from deploy.local.launcher import Launcher
from deploy.local.leftovers import held_tree, stop_leftovers
from deploy.local.restarts import LONGEST_PAUSE
from deploy.local.site import Site
from services.kit.exiting import exit_after

_LIVE_KEYS = ("sk_live_", "rk_live_", "pk_live_")
_STEERED_PAUSE = 0.5
"""Seconds: whoever steers the launcher kills on purpose, and a process that is killed again and again is well."""

Say = Callable[[str], None]


def main() -> int:
    """Runs Casella; 1 when it cannot be run here, with one sentence that says why."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description="A whole Casella on this machine.")
    parser.add_argument("--control", action="store_true", help="obey standard input, with ports of its own")
    parser.add_argument("--environment", type=json.loads, default={}, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    begun = time.monotonic()
    say: Say = _tell_program if chosen.control else lambda line: print(f"  {time.monotonic() - begun:5.1f} s  {line}")
    os.umask(0o077)  # whatever is written from here on is its owner's only
    try:
        _refuse_beside_the_real()
        var = site.var_folder()
        with held_tree(), site.lock(var):
            site.prepare(var)
            stop_leftovers(var)
            with _ports(var, say, own=chosen.control) as numbers:
                asyncio.run(_live(Site(var, numbers), say, chosen.environment, controlled=chosen.control))
    except LaunchError as error:
        say(f"Casella: {error}")
        return 1
    return 0


async def _live(where: Site, tell: Say, more: Mapping[str, Mapping[str, str]], *, controlled: bool) -> None:
    def say(line: str) -> None:
        with contextlib.suppress(OSError):  # a closed terminal or a killed starter hears nothing; go on, and down
            tell(line)

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    launcher = Launcher(where, say, more, _STEERED_PAUSE if controlled else LONGEST_PAUSE)
    # The way up is a task of its own: whatever ends it, the way down is walked to its end.
    life = asyncio.create_task(_up_and_wait(launcher, say, controlled=controlled))
    asked = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({life, asked}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        say("stopping")
        life.cancel()
        asked.cancel()
        await asyncio.wait({life, asked})
        await launcher.down()
        where.run_file.unlink(missing_ok=True)
        say("stopped; nothing is left running")
    if not life.cancelled():
        life.result()


async def _up_and_wait(launcher: Launcher, say: Say, *, controlled: bool) -> None:
    await launcher.up()
    _show(launcher, say, controlled=controlled)
    await (control.obey(launcher) if controlled else asyncio.Event().wait())


def _show(launcher: Launcher, say: Say, *, controlled: bool) -> None:
    where = launcher.site
    facts = banner.run_facts(
        where,
        os.getpid(),
        launcher.temporal_address,
        own_temporal=launcher.temporal_address == where.listen("temporal"),
    )
    where.run_file.write_text(json.dumps(facts, indent=1))
    if controlled:
        control.tell({"ready": facts})
    else:
        say("everything is up")
        print(f"\n{banner.table(where, facts)}\n\n  Ctrl-C stops it; the state stays for the next time.\n", flush=True)


def _tell_program(line: str) -> None:
    control.tell({"say": line})


@contextlib.contextmanager
def _ports(var: Path, say: Say, *, own: bool) -> Iterator[dict[str, int]]:
    if own:
        with ports.own_block() as numbers:
            yield numbers
        return
    with ports.usual_ports(var / "ports.json") as (numbers, changed):
        if changed:
            say(changed)
        yield numbers


def _refuse_beside_the_real() -> None:
    """The simulators started here must never stand where real ones are meant."""
    if os.environ.get("CASELLA_MODE", "local") != "local":
        raise LaunchError("this launcher is for one machine and CASELLA_MODE says production", "unset it")
    for name, value in os.environ.items():
        if value.startswith(_LIVE_KEYS):
            raise LaunchError(f"{name} holds a live key and this launcher starts simulators", f"unset {name}")


if __name__ == "__main__":
    exit_after(main)
