"""The webhook's address answers 200 only once payments has committed, 400 to forgeries, 503 while payments is away."""

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

import aiohttp
import pytest
from stripe import WebhookSignature

from deploy.local.ports import free_port
from tests.payments.world import World
from tests.stripe_standin.events import event_of_nothing
from tests.stripe_standin.process import WEBHOOK_SECRET
from tests.support.room import caller_secret

ROOT = Path(__file__).parents[2]


def forged() -> str:
    """A signature of now under no secret of ours."""
    return f"t={int(time.time())},v1=00"


async def post(url: str, body: str | bytes, signature: str | None) -> tuple[int, str]:
    headers = {} if signature is None else {"Stripe-Signature": signature}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{url}/webhooks/stripe", data=body, headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def test_a_genuine_event_is_stored_before_it_is_answered(world: World) -> None:
    body = event_of_nothing()
    signature = WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET)
    assert (await post(world.url, body, signature))[0] == 200
    assert [row["event_id"] for row in await world.room.rows("provider_events")] == [json.loads(body)["id"]]
    assert (await post(world.url, body, signature))[0] == 200


@pytest.mark.parametrize("signature", [None, "", "t=1,v1=00", forged(), "x" * 3_000])
async def test_a_forged_event_is_refused(world: World, signature: str | None) -> None:
    status, text = await post(world.url, event_of_nothing(), signature)
    assert status == 400
    assert "evt_" not in text
    assert await world.room.rows("provider_events") == []


async def test_a_signature_of_bytes_that_are_no_text_is_a_forgery(world: World) -> None:
    body = event_of_nothing().encode()
    host, _, port = world.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /webhooks/stripe HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
    writer.write(head.encode() + b"Stripe-Signature: t=1,v1=\xff\r\n\r\n" + body)
    async with asyncio.timeout(10):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"WEBHOOK_SIGNATURE" in answer
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"\xff\x00", 400), (b"x" * (256 * 1024 + 1), 413)])
async def test_a_body_that_is_no_event_is_refused(world: World, body: bytes, status: int) -> None:
    assert (await post(world.url, body, forged()))[0] == status


async def test_the_process_starts_answers_503_while_payments_is_away_and_stops_cleanly(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(caller_secret("gateway"))
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'protos'}",
        "CASELLA_LISTEN": f"127.0.0.1:{port}",
        "CASELLA_PAYMENTS_ADDRESS": f"127.0.0.1:{free_port()}",
        "CASELLA_CALLER_SECRET_FILE": str(tmp_path / "secret"),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", cwd=ROOT, env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}"
        await _answers(url)
        assert (await post(url, event_of_nothing(), forged()))[0] == 503
        async with aiohttp.ClientSession() as http, http.get(f"{url}/pay/{'A' * 43}") as answer:
            assert answer.status == 503
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0


async def _answers(url: str) -> None:
    """Wait until the process answers."""
    async with asyncio.timeout(20), aiohttp.ClientSession() as http:
        answered = False
        while not answered:
            try:
                async with http.get(f"{url}/healthz") as answer:
                    answered = answer.status == 200
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)
