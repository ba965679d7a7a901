"""When the simulator delivers its events, how often and in which order: by itself at once, otherwise as ordered.

The signature is the real one (`Stripe-Signature`, scheme v1) and its time is the machine's, because receivers judge
its age by real time even while the simulated calendar runs ahead.
"""

import asyncio
import json
import logging

import aiohttp
from stripe import WebhookSignature

from deploy.local.stripe.checkout import Checkout
from deploy.local.stripe.state import Object, State

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_QUIET_LOOK = 2.0  # seconds between looks for sessions whose time is over
_ANSWER_WITHIN = 20.0
_TAKEN = 2  # any status of the 200s

logger = logging.getLogger(__name__)


class Deliverer:
    """One task that sends what has not been taken yet; a receiver that is away is asked again."""

    def __init__(self, state: State, checkout: Checkout, url: str, secret: str) -> None:
        """Take where to deliver (empty: nowhere) and the endpoint's secret (`whsec_…`)."""
        self._state = state
        self._checkout = checkout
        self._url = url
        self._secret = secret
        self._bell = asyncio.Event()
        self._pause = _FIRST_PAUSE
        checkout.on_event = self.ring

    def ring(self) -> None:
        """Say that there is something to deliver."""
        self._pause = _FIRST_PAUSE
        self._bell.set()

    def waiting(self) -> list[Object]:
        """What is to be delivered, in the order in which it will be."""
        faults = self._state.faults()
        if faults.get("hold") or not self._url:
            return []
        due = [event for event, delivered, _, dropped in self._state.deliveries() if not (delivered or dropped)]
        return due[::-1] if faults.get("reverse") else due

    async def resend(self, event_id: str) -> None:
        """Deliver one event now, whatever became of it before."""
        event = next(event for event in self._state.events() if event["id"] == event_id)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_WITHIN)) as http:
            await self._deliver(http, event)

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_WITHIN)) as http:
            while True:
                self._bell.clear()
                self._checkout.expire_overdue()
                taken = [await self._deliver(http, event) for event in self.waiting()]
                pause = _QUIET_LOOK if all(taken) else self._pause
                self._pause = min(self._pause * 2, _LONGEST_PAUSE) if not all(taken) else _FIRST_PAUSE
                try:
                    await asyncio.wait_for(self._bell.wait(), pause)
                except TimeoutError:
                    continue

    async def _deliver(self, http: aiohttp.ClientSession, event: Object) -> bool:
        times = 2 if self._state.faults().get("duplicate") else 1
        answers = await asyncio.gather(*(self._send(http, event) for _ in range(times)))
        taken = all(answer // 100 == _TAKEN for answer in answers)
        self._state.attempted(event["id"], delivered=taken)
        logger.info(
            "simulator: event sent", extra={"ids": {"event": event["id"], "type": event["type"], "answers": answers}}
        )
        return taken

    async def _send(self, http: aiohttp.ClientSession, event: Object) -> int:
        body = json.dumps(event, indent=2)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": WebhookSignature.generate_signature_header(body, self._secret),
            "User-Agent": "Casella-Stripe-Simulator/1.0",
        }
        try:
            async with http.post(self._url, data=body.encode(), headers=headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0
