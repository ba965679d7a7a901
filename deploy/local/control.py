"""Decides how a program steers a launcher that it started: one JSON object a line, in and out.

In: `{"id": 1, "do": "kill", "name": "payments"}`; `do` is `processes`, `wait`, `kill`, `hold` or `release` (with
`environment`). Out: `{"say": "…"}` at any time, `{"ready": {…}}` once (what run.json holds), and for each order
`{"id": 1, "answer": …}` or `{"id": 1, "error": "…"}`. The end of the input ends the launcher.
"""

import asyncio
import json
import sys
from typing import Any

from deploy.local.failure import LaunchError
from deploy.local.launcher import Launcher

_LONGEST_ORDER = 1_000_000


def tell(event: dict[str, Any]) -> None:
    """Writes an event to whoever started the launcher."""
    print(json.dumps(event), flush=True)


async def obey(launcher: Launcher) -> None:
    """Does what comes on standard input, several orders at once, until it ends."""
    reader = asyncio.StreamReader(limit=_LONGEST_ORDER)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with asyncio.TaskGroup() as orders:
        async for line in reader:
            orders.create_task(_answer(launcher, json.loads(line)))


async def _answer(launcher: Launcher, order: dict[str, Any]) -> None:
    try:
        tell({"id": order["id"], "answer": await _do(launcher, order)})
    except LaunchError as error:
        tell({"id": order["id"], "error": str(error)})


async def _do(launcher: Launcher, order: dict[str, Any]) -> dict[str, int] | None:
    if order.get("name", "worker") not in launcher.names:
        raise LaunchError(f"there is no process called {order['name']!r}", f"say one of {', '.join(launcher.names)}")
    match order["do"]:
        case "processes":
            return launcher.pids()
        case "wait":
            await launcher.wait_ready(order["name"])
        case "kill":
            await launcher.kill(order["name"])
        case "hold":
            await launcher.hold(order["name"], kill=order["kill"])
        case "release":
            await launcher.release(order["name"], order["environment"])
        case other:
            raise LaunchError(f"the launcher knows no order {other!r}", "see deploy/local/control.py")
    return None
