"""`make soak`: months of random customers, judged at each month's end. The same SEED makes the same choices again."""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.life import lived

_SPREAD_DAYS_A_MONTH = 10


async def _soak(months: int, customers: int, seed: int, var: Path) -> int:
    begun, wrong = time.monotonic(), False
    async with lived(var, seed, customers, _SPREAD_DAYS_A_MONTH * months) as life:
        try:
            for number in range(1, months + 1):
                month = await life.month()
                figures = "  ".join(f"{name} {value}" for name, value in month.figures.items())
                print(f"month {number:2d}  {time.monotonic() - begun:6.0f} s  {figures}", flush=True)
                for finding in month.findings:
                    wrong = True
                    print(f"   WRONG  {finding}", flush=True)
        finally:
            (var / "soak.log").write_text("\n".join(life.deeds) + "\n")
        print(f"decisions: {dict(life.operator.decisions)}")
    print(
        f"{'WRONG' if wrong else 'all true'}: {months} months, {customers} customers, SEED={seed}, {var / 'soak.log'}"
    )
    return int(wrong)


def main() -> int:
    """1 where something was not true."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--customers", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--var", type=Path, help="a folder to keep; else a new one that is removed")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="casella-soak-") as folder:
        return asyncio.run(_soak(chosen.months, chosen.customers, chosen.seed, chosen.var or Path(folder) / "var"))


if __name__ == "__main__":
    sys.exit(main())
