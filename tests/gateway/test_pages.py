"""What a customer sees of the gateway: the way to the payment page, and plain words in their language."""

import aiohttp
import pytest

from casella.payments.v1 import payments_pb2
from gateway.web import SITE_PAGES
from tests.payments.world import World


def path_of(request: payments_pb2.PaymentRequest) -> str:
    """The pay link's path."""
    return "/pay/" + request.pay_url.rpartition("/")[2]


async def test_the_link_leads_to_the_payment_page_and_back(world: World, browser: aiohttp.ClientSession) -> None:
    request = await world.request()
    async with browser.get(path_of(request), allow_redirects=False) as answer:
        assert answer.status == 303
        page = answer.headers["Location"]
    async with browser.get(page) as hosted:
        assert "SIMULATOR" in await hosted.text()
        assert "146.40 EUR" in await hosted.text()
    async with browser.post(page, data={"pay": "card:succeeded"}) as thanks:
        assert thanks.url.path == f"{path_of(request)}/done"
        assert "Grazie" in await thanks.text()
    await world.deliver()
    async with browser.get(path_of(request), allow_redirects=False) as answer:
        assert answer.status == 200
        assert "già ricevuto" in await answer.text()


async def test_the_page_of_thanks_marks_nothing_as_paid(world: World, browser: aiohttp.ClientSession) -> None:
    request = await world.request()
    async with browser.get(f"{path_of(request)}/done") as thanks:
        assert thanks.status == 200
    assert (await world.get(request)).state == payments_pb2.PAYMENT_REQUEST_STATE_OPEN


async def test_who_leaves_without_paying_is_told_so_and_may_try_again(
    world: World, browser: aiohttp.ClientSession
) -> None:
    path = path_of(await world.request())
    async with browser.get(f"{path}/back") as answer:
        text = await answer.text()
    assert "non è stato completato" in text
    assert f'<a href="{path}">' in text


async def test_a_closed_request_says_so(world: World, browser: aiohttp.ClientSession) -> None:
    request = await world.request()
    await world.close(request)
    async with browser.get(path_of(request), allow_redirects=False) as answer:
        assert (answer.status, "chiusa" in await answer.text()) == (200, True)


async def test_money_on_its_way_says_so(world: World, browser: aiohttp.ClientSession) -> None:
    request = await world.request()
    await world.stripe.pay(await world.start(request), "paypal:processing")
    await world.deliver()
    async with browser.get(path_of(request), allow_redirects=False) as answer:
        assert (answer.status, "in corso di elaborazione" in await answer.text()) == (200, True)


async def test_a_bank_transfer_says_where_the_instructions_are(world: World, browser: aiohttp.ClientSession) -> None:
    request = await world.request()
    async with world.room.core.database.transaction() as conn:
        await conn.exec_driver_sql("UPDATE payment_requests SET method = 'bank_transfer'")
    async with browser.get(path_of(request), allow_redirects=False) as answer:
        assert (answer.status, "bonifico" in await answer.text()) == (200, True)


async def test_while_the_provider_is_away_the_page_says_so_and_the_link_stays(
    world: World, browser: aiohttp.ClientSession
) -> None:
    request = await world.request()
    await world.stripe.faults(away=True)
    async with browser.get(path_of(request), allow_redirects=False) as answer:
        assert answer.status == 503
        assert "link resta valido" in await answer.text()
    await world.stripe.faults()
    async with browser.get(path_of(request), allow_redirects=False) as answer:
        assert answer.status == 303


@pytest.mark.parametrize(
    "path", [f"/pay/{'A' * 43}", "/pay/short", "/pay/a%00b", "/pay/%3Cscript%3E", "/", "/pay/", "/x/y"]
)
async def test_an_unknown_address_gets_a_plain_page(browser: aiohttp.ClientSession, path: str) -> None:
    async with browser.get(path, allow_redirects=False) as answer:
        assert answer.status == 404
        assert "Link non valido" in await answer.text()
        assert "<script>" not in await answer.text()


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
async def test_only_a_visit_opens_a_payment_page(world: World, browser: aiohttp.ClientSession, method: str) -> None:
    request = await world.request()
    async with browser.request(method, path_of(request), allow_redirects=False) as answer:
        assert answer.status == 405
    assert await world.room.rows("checkout_attempts") == []


@pytest.mark.parametrize(
    ("accepts", "title"),
    [
        ("en", "Thank you"),
        ("en-GB,en;q=0.9,it;q=0.1", "Thank you"),
        ("de,en;q=0.4,it;q=0.7", "Grazie"),
        ("fr", "Grazie"),
        ("", "Grazie"),
        (",;q=x,=;;", "Grazie"),
        ("it;q=0,en;q=0.1", "Thank you"),
    ],
)
async def test_a_page_speaks_the_visitors_language(world: World, accepts: str, title: str) -> None:
    headers = {"Accept-Language": accepts}
    async with aiohttp.ClientSession() as http, http.get(f"{world.url}/pay/{'A' * 43}/done", headers=headers) as answer:
        assert title in await answer.text()
        assert answer.headers["Content-Language"] == ("en" if title == "Thank you" else "it")


@pytest.mark.parametrize("path", [f"/pay/{'A' * 43}", f"/pay/{'A' * 43}/done", "/confirm/abc", "/nowhere", "/healthz"])
async def test_every_answer_carries_the_security_headers(browser: aiohttp.ClientSession, path: str) -> None:
    async with browser.get(path) as answer:
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "Python" not in answer.headers.get("Server", "")


async def test_the_link_of_the_sign_up_explains_itself_and_is_not_used_up(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/confirm/some-token") as answer:
        text = await answer.text()
        assert answer.status == 200
    assert "scegliere la password" in text
    assert "some-token" not in text


@pytest.mark.parametrize("name", SITE_PAGES)
async def test_a_link_to_the_providers_own_site_says_that_its_page_is_there(
    browser: aiohttp.ClientSession, name: str
) -> None:
    for language, words in (("it", "Il sito del fornitore mostra qui"), ("en", "The provider’s website shows here")):
        async with browser.get(f"/{name}", headers={"Accept-Language": language}) as answer:
            assert answer.status == 200
            assert words in await answer.text()
