"""What ordering makes of answers that VIES should not give: nothing but an answer about the number is a verdict."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from services.kit.vat_ids import VatId
from services.ordering.domain.tax_waiting import Finding
from services.ordering.vies import Vies

GERMAN = VatId("DE", "123456788")
RIGHT = '{"countryCode": "DE", "vatNumber": "123456788", "valid": true, "requestIdentifier": "WAPI1"}'


@dataclass
class Answers:
    """A server that says what a test wants, in pieces of a length where it is given."""

    body: str = RIGHT
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""
    piece: int | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self.piece is None:
            return web.Response(text=self.body, status=self.status, headers=self.headers)
        response = web.StreamResponse()
        await response.prepare(request)
        for start in range(0, len(self.body), self.piece):
            await response.write(self.body[start : start + self.piece].encode())
            await asyncio.sleep(0)  # the client reads meanwhile
        return response


@pytest.fixture
async def answers() -> AsyncIterator[Answers]:
    said = Answers()
    app = web.Application()
    app.router.add_post("/check-vat-number", said.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    said.url = "http://{}:{}".format(*runner.addresses[0][:2])
    yield said
    await runner.cleanup()


@pytest.fixture
async def vies(answers: Answers) -> AsyncIterator[Vies]:
    client = Vies(answers.url, VatId("IT", "07123450483"))
    yield client
    await client.close()


async def test_an_answer_about_the_number_counts_whatever_the_status_says(vies: Vies, answers: Answers) -> None:
    assert (await vies.ask(GERMAN)).finding is Finding.VALID
    answers.body = RIGHT.replace("true", "false")
    assert (await vies.ask(GERMAN)).finding is Finding.NOT_VALID


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", "UNREADABLE_ANSWER"),
        ("<html>maintenance</html>", "UNREADABLE_ANSWER"),
        ("[]", "UNREADABLE_ANSWER"),
        ("{}", "UNREADABLE_ANSWER"),
        (RIGHT.replace("true", '"yes"'), "UNREADABLE_ANSWER"),
        (RIGHT.replace("123456788", "111111117"), "UNREADABLE_ANSWER"),
        (RIGHT.replace("DE", "AT"), "UNREADABLE_ANSWER"),
        ('{"actionSucceed": false, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]}', "MS_UNAVAILABLE"),
        ('{"actionSucceed": false, "errorWrappers": [{}]}', "UNREADABLE_ANSWER"),
        ('{"valid": false, "errorWrappers": "broken"}', "UNREADABLE_ANSWER"),
        ('{"errorWrappers": [{"error": "\\ud800"}]}', "?"),
        pytest.param("[" * 90_000, "UNREADABLE_ANSWER", id="nested-deeply"),
        pytest.param(RIGHT + " " * 100_000, "UNREADABLE_ANSWER", id="large"),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 500])
async def test_everything_else_is_no_answer(vies: Vies, answers: Answers, body: str, error: str, status: int) -> None:
    answers.body, answers.status = body, status
    answer = await vies.ask(GERMAN)
    assert (answer.finding, answer.error, answer.consultation_number) == (Finding.NO_ANSWER, error, "")


async def test_an_answer_in_pieces_is_read_to_its_end(vies: Vies, answers: Answers) -> None:
    answers.piece = 10
    assert (await vies.ask(GERMAN)).finding is Finding.VALID


async def test_a_redirect_is_not_followed(vies: Vies, answers: Answers) -> None:
    answers.body, answers.status, answers.headers = "", 307, {"Location": "https://elsewhere.example/"}
    assert (await vies.ask(GERMAN)).finding is Finding.NO_ANSWER


async def test_texts_of_the_register_are_kept_short_and_without_what_a_row_cannot_hold(
    vies: Vies, answers: Answers
) -> None:
    answers.body = RIGHT[:-1] + ', "name": "' + "A\\u0000\\ud800" * 2000 + '", "address": "---"}'
    answer = await vies.ask(GERMAN)
    assert answer.finding is Finding.VALID
    assert (answer.name, answer.address) == ("A?" * 500, "")
