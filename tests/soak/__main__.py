"""`make soak`: months of random customers, judged at each month's end. The same SEED makes the same choices again."""

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.soak.life import lived

_WHOLE_MONTHS, _WHOLE_CUSTOMERS = 24, 200
"""A soak as long and as large has to have met everything."""


async def _soak(months: int, customers: int, seed: int, var: Path) -> str:
    """What is to be said at the end where not all is well; nothing where it is."""
    wrong, happened, this = False, dict[str, int](), asyncio.current_task()
    assert this is not None
    for stop in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(stop, this.cancel)
    async with lived(var, seed, customers, months) as life:
        try:
            for number in range(months + 1):  # the rest of the calendar month, and so many whole ones
                month = await life.month()
                figures = "  ".join(f"{name} {value}" for name, value in month.figures.items())
                print(f"month {number:2d}  {life.pace.seconds:6.0f} s  {figures}", flush=True)
                for finding in month.findings:
                    wrong = True
                    print(f"   WRONG  {finding}", flush=True)
                happened = month.happened
        except BaseException:
            print(f"BROKE OFF on {life.today}. It cannot go on from there: SEED={seed} begins it again.", flush=True)
            raise
        finally:
            (var / "soak.log").write_text("\n".join(life.deeds) + "\n")
        print(_told(happened))
        print(await life.pace.total(life.desk.play.world))
    return verdict(happened, wrong=wrong, whole=months >= _WHOLE_MONTHS and customers >= _WHOLE_CUSTOMERS)


def verdict(happened: Mapping[str, int], *, wrong: bool, whole: bool) -> str:
    """What is to be said where not all is well; nothing where it is.

    Args:
        happened: How often each thing has.
        wrong: Whether a month's end showed something wrong.
        whole: Whether the soak was so long and large that it has to have met everything.
    """
    never = [name for name, times in happened.items() if not times]
    if wrong:
        return "WRONG"
    return f"not all kinds happened ({', '.join(never)})" if never and whole else ""


def _told(happened: Mapping[str, int]) -> str:
    """The final table, and what it lacks."""
    lines = [f"   {times:6d}  {name}" for name, times in happened.items()]
    return "\n".join(["what happened, and how often:", *lines])


def main() -> int:
    """1 where something was not true, or a whole soak has not met everything."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--months", type=int, default=_WHOLE_MONTHS)
    parser.add_argument("--customers", type=int, default=_WHOLE_CUSTOMERS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--var", type=Path, help="a folder to keep; else a new one, removed where all was true")
    chosen = parser.parse_args()
    var: Path = chosen.var or Path(tempfile.mkdtemp(prefix="casella-soak-")) / "var"
    try:
        bad = asyncio.run(_soak(chosen.months, chosen.customers, chosen.seed, var))
    except asyncio.CancelledError:
        return 1
    which = f"{chosen.months} months, {chosen.customers} customers, SEED={chosen.seed}"
    if bad or chosen.var:
        which += f", {var / 'soak.log'}"
    else:
        shutil.rmtree(var.parent)
    print(f"{bad or 'all true'}: {which}")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
