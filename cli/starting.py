"""The commands that start other programs: a local Casella, its demo, its calendar."""

import os
import sys
from typing import NoReturn

import click

from cli.place import ROOT


@click.command()
def up() -> None:
    """Start a whole Casella on this machine, until Ctrl-C."""
    _run("deploy.local")


@click.command()
def demo() -> None:
    """Play the story of three customers and check it."""
    _run("deploy.local.demo")


@click.group()
def clock() -> None:
    """Tell or move the local calendar of everything."""


@clock.command("show")
def show_clock() -> None:
    """Tell the time by Casella's calendar."""
    _run("deploy.local.clock", "show")


@clock.command()
@click.argument("by", metavar="DURATION")
def advance(by: str) -> None:
    """Move everything forward by DURATION, for example 30d, 12h or 1d12h; local mode only."""
    _run("deploy.local.clock", "advance", by)


def _run(module: str, *arguments: str) -> NoReturn:
    """Become a program of the tree: signals reach it and nobody else, its exit code is the command's."""
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606  our own program
