"""The real Stripe stand-in as a process of its own, for tests that talk to it over HTTP."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import grpc
from google.protobuf.duration_pb2 import Duration
from grpc_health.v1 import health_pb2, health_pb2_grpc

from casella.common.v1 import clock_pb2, clock_pb2_grpc
from deploy.local.ports import free_port

KEY = "sk_test_casella_simulator"
WEBHOOK_SECRET = "whsec_casella_simulator"
_ROOT = Path(__file__).parents[2]
_READY_WITHIN = 30
_LOOK_SECONDS = 0.05


@dataclass
class StripeProcess:
    """A running stand-in."""

    process: subprocess.Popen[bytes]
    url: str
    clock: str
    log: Path
    webhook_url: str
    begin: Callable[[], "StripeProcess"]
    """Starts it once more, on other ports."""

    async def wait_ready(self) -> None:
        """Wait until everything listens; where another process took a port meanwhile, begin again on others."""
        while not await self._listens():
            assert "is in use" in self.log.read_text(), self.log.read_text()
            self.log.unlink()
            again = self.begin()
            self.process, self.url, self.clock = again.process, again.url, again.clock

    async def _listens(self) -> bool:
        """Whether it does, once it does or has ended."""
        async with grpc.aio.insecure_channel(self.clock) as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            call = stub.Check(health_pb2.HealthCheckRequest(), wait_for_ready=True, timeout=_READY_WITHIN)
            asked = asyncio.ensure_future(call)
            while not asked.done() and self.process.poll() is None:
                await asyncio.wait({asked}, timeout=_LOOK_SECONDS)
            if self.process.poll() is not None:
                asked.cancel()
                return False
            await asked
            return True

    async def move_clock(self, seconds: int) -> None:
        """Put the simulator's calendar so far ahead of real time."""
        async with grpc.aio.insecure_channel(self.clock) as channel:
            stub = clock_pb2_grpc.ClockServiceStub(channel)
            await stub.SetClockOffset(clock_pb2.SetClockOffsetRequest(offset=Duration(seconds=seconds)))

    async def offset(self) -> int:
        """How many seconds its calendar is ahead of real time."""
        async with grpc.aio.insecure_channel(self.clock) as channel:
            answer = await clock_pb2_grpc.ClockServiceStub(channel).GetClock(clock_pb2.GetClockRequest())
            return answer.offset.seconds

    async def forget(self) -> None:
        """Make it begin again with nothing; its calendar stays where it is."""
        async with aiohttp.ClientSession() as http, http.delete(f"{self.url}/_simulator/state") as answer:
            assert answer.status == 200, await answer.text()

    async def backlog(self) -> int:
        """How many events wait for delivery."""
        async with grpc.aio.insecure_channel(self.clock) as channel:
            answer = await clock_pb2_grpc.ClockServiceStub(channel).GetBacklog(clock_pb2.GetBacklogRequest())
            return answer.backlog.outbox_rows

    async def pay(self, page_url: str, choice: str = "card:succeeded") -> int:
        """Press a button of the hosted page; the status that the browser gets, redirects not followed."""
        async with (
            aiohttp.ClientSession() as http,
            http.post(page_url, data={"pay": choice}, allow_redirects=False) as answer,
        ):
            return answer.status

    async def faults(self, **ordered: Any) -> None:
        """Order faults; none ends them."""
        async with aiohttp.ClientSession() as http, http.put(f"{self.url}/_simulator/faults", json=ordered) as answer:
            assert answer.status == 200, await answer.text()

    async def state(self) -> dict[str, Any]:
        """Everything it knows."""
        async with aiohttp.ClientSession() as http, http.get(f"{self.url}/_simulator/state") as answer:
            return dict(await answer.json())

    async def settle(self, intent: str, *, succeeded: bool) -> None:
        """End a payment that was processing."""
        url = f"{self.url}/_simulator/payment_intents/{intent}/settle"
        async with aiohttp.ClientSession() as http, http.post(url, json={"succeeded": succeeded}) as answer:
            assert answer.status == 200, await answer.text()

    async def settle_refund(self, refund: str, *, succeeded: bool) -> None:
        """End a refund."""
        url = f"{self.url}/_simulator/refunds/{refund}/settle"
        async with aiohttp.ClientSession() as http, http.post(url, json={"succeeded": succeeded}) as answer:
            assert answer.status == 200, await answer.text()

    async def refund(self, intent: str, minor: int) -> None:
        """Refund by hand, as in the dashboard."""
        url = f"{self.url}/_simulator/payment_intents/{intent}/refund"
        async with aiohttp.ClientSession() as http, http.post(url, json={"amount": minor}) as answer:
            assert answer.status == 200, await answer.text()

    async def dispute(self, intent: str, **wanted: Any) -> str:
        """The payer disputes a payment; the dispute's id."""
        url = f"{self.url}/_simulator/payment_intents/{intent}/dispute"
        async with aiohttp.ClientSession() as http, http.post(url, json=wanted) as answer:
            assert answer.status == 200, await answer.text()
            return str((await answer.json())["id"])

    async def move_dispute(self, dispute: str, move: str, **wanted: Any) -> None:
        """Escalate an inquiry, answer a dispute, win or lose it, give back the money of one that was won."""
        url = f"{self.url}/_simulator/disputes/{dispute}/{move}"
        async with aiohttp.ClientSession() as http, http.post(url, json=wanted) as answer:
            assert answer.status == 200, await answer.text()

    async def lapse(self, mandate: str) -> None:
        """End a mandate without a word."""
        url = f"{self.url}/_simulator/mandates/{mandate}/lapse"
        async with aiohttp.ClientSession() as http, http.post(url) as answer:
            assert answer.status == 200, await answer.text()

    async def resend(self, event_id: str) -> None:
        """Deliver an event now."""
        url = f"{self.url}/_simulator/events/{event_id}/resend"
        async with aiohttp.ClientSession() as http, http.post(url) as answer:
            assert answer.status == 200, await answer.text()

    def stop(self) -> int:
        """End it by SIGTERM; its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=20)


def start(folder: Path, webhook_url: str = "", **environment: str) -> StripeProcess:
    """Start the stand-in with its state in a folder, on free ports."""
    (folder / "key").write_text(KEY)
    (folder / "webhook-secret").write_text(WEBHOOK_SECRET)
    port, clock = free_port(), free_port()
    variables = {
        **os.environ,
        "PYTHONPATH": f"{_ROOT}{os.pathsep}{_ROOT / 'protos'}",
        "CASELLA_STRIPE_LISTEN": f"127.0.0.1:{port}",
        "CASELLA_STRIPE_CLOCK_LISTEN": f"127.0.0.1:{clock}",
        "CASELLA_STRIPE_FILE": str(folder / "stripe.db"),
        "CASELLA_STRIPE_KEY_FILE": str(folder / "key"),
        "CASELLA_STRIPE_WEBHOOK_SECRET_FILE": str(folder / "webhook-secret"),
        "CASELLA_STRIPE_WEBHOOK_URL": webhook_url,
        **environment,
    }
    log = folder / "stripe.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local.stripe"], cwd=_ROOT, env=variables, stdout=out, stderr=out
        )
    begin = partial(start, folder, webhook_url, **environment)
    return StripeProcess(process, f"http://127.0.0.1:{port}", f"127.0.0.1:{clock}", log, webhook_url, begin)
