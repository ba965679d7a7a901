"""What the gateway counts of its visitors: patterns of addresses, never a token."""

import aiohttp
from prometheus_client import generate_latest

from tests.payments.world import World
from tests.support.scraping import Scrape


async def test_answers_are_counted_by_the_address_pattern_and_status(
    world: World, browser: aiohttp.ClientSession
) -> None:
    for path in ("/pay/a-token-of-nobody", "/pay/another-token", "/no/such/page", "/also/none"):
        async with browser.get(path) as answer:
            assert answer.status == 404
    found = Scrape(generate_latest(world.gateway_metrics.registry).decode())
    assert found.value("casella_http_requests_total", address="/pay/{token}", status="404") == 2
    assert found.value("casella_http_requests_total", address="none", status="404") == 2
    assert not [labels for labels in found.labels if "token-of-nobody" in str(labels)]
