"""`casella up`, `demo` and `clock`: the local Casella of `deploy.local`, as a program that takes this one's place."""

import os
import sys
from typing import NoReturn

import click

from cli.installation import ROOT, look_into, var_folder


def become(module: str, *arguments: str, **more: str) -> NoReturn:
    """Run `python -m module` instead of this process: Ctrl-C and exit codes are then simply its own.

    Args:
        module: Which.
        arguments: Its own.
        more: What its environment has beside this one's.
    """
    look_into(var_folder())
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", **more}
    if var := environment.get("CASELLA_VAR"):
        environment["CASELLA_VAR"] = os.path.abspath(var)  # noqa: PTH100  resolve() would follow links
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(sys.executable, [sys.executable, "-m", module, *arguments], environment)  # noqa: S606  no shell is meant


@click.command(short_help="Start a whole Casella on this machine, as `make run` does.")
def up() -> None:
    """Start a whole Casella on this machine, until Ctrl-C; the state stays for the next time. So does `make run`."""
    become("deploy.local")


@click.command(short_help="Play some customers' stories, as `make demo` does.")
@click.option("--only", metavar="NAME", help="One story, for example `bottega`; a wrong name lists all.")
def demo(only: str | None) -> None:
    """Play some customers' stories, with time moved forward, and check that everything is there."""
    become("deploy.local.demo", *(["--only", only] if only else []))


@click.group(short_help="Tell or move the local calendar.")
def clock() -> None:
    """Tell or move the calendar of the local Casella; production has no movable clock."""


@clock.command("show")
def clock_show() -> None:
    """Tell the time, and how far it is ahead of real time."""
    become("deploy.local.clock", "show")


@clock.command("advance")
@click.argument("by", metavar="DURATION")
def clock_advance(by: str) -> None:
    """Move services, simulators and workflows forward together: 30d, 12h, 1d12h, 90m.

    Everything that falls due on the way is done. There is no way back.
    """
    become("deploy.local.clock", "advance", "--", by)
