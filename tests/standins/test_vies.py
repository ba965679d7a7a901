"""The VIES stand-in, as ordering's client and a program with its levers meet it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import grpc
import pytest
from google.protobuf.duration_pb2 import Duration

from casella.common.v1 import clock_pb2, clock_pb2_grpc
from deploy.local.vies.api import PATH
from deploy.local.vies.register import ERRORS, Register, RegisterNotValid
from services.kit.vat_ids import VatId
from services.ordering.domain.tax_waiting import Finding
from services.ordering.vies import Vies
from tests.standins.processes import OPERATOR_SECRET, Process, Start, free_address

OURS = VatId("IT", "07123450483")
GERMAN = VatId("DE", "123456788")


@pytest.fixture(scope="module")
def server(start: Start) -> Process:
    return start("vies", {"CASELLA_VIES_LISTEN": free_address(), "CASELLA_VIES_CLOCK_LISTEN": free_address()})


@pytest.fixture
def url(server: Process) -> str:
    return f"http://{server.environment['CASELLA_VIES_LISTEN']}"


@pytest.fixture
async def vies(url: str) -> AsyncIterator[Vies]:
    client = Vies(f"{url}{PATH.removesuffix('/check-vat-number')}", OURS)
    yield client
    await client.close()


async def move(url: str, lever: str, **wanted: str) -> int:
    async with aiohttp.ClientSession() as session, session.put(f"{url}/_simulator/{lever}", json=wanted) as answer:
        return answer.status


async def get(url: str) -> tuple[str, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.text(), answer.headers["X-Simulator"]


async def ask(url: str, **question: Any) -> Any:
    async with aiohttp.ClientSession() as session, session.post(f"{url}{PATH}", json=question) as answer:
        return await answer.json()


async def test_a_valid_number_is_answered_with_a_consultation_number(vies: Vies) -> None:
    answer = await vies.ask(VatId("FR", "11123456782"))
    assert (answer.finding, answer.name, answer.error) == (Finding.VALID, "EXEMPLE SAS", "")
    assert answer.address == "1 RUE DE L'EXEMPLE\n75001 PARIS"
    assert answer.consultation_number.startswith("WAPI")


async def test_what_a_state_does_not_tell_is_empty(vies: Vies) -> None:
    answer = await vies.ask(GERMAN)
    assert (answer.finding, answer.name, answer.address) == (Finding.VALID, "", "")


async def test_greece_is_asked_for_as_el(vies: Vies) -> None:
    assert (await vies.ask(VatId("GR", "123456783"))).finding is Finding.VALID


async def test_an_unknown_number_is_not_valid_and_that_too_has_its_proof(vies: Vies) -> None:
    answer = await vies.ask(VatId("DE", "136695976"))
    assert (answer.finding, bool(answer.consultation_number)) == (Finding.NOT_VALID, True)


@pytest.mark.parametrize("error", sorted(ERRORS))
async def test_an_error_is_never_a_verdict(vies: Vies, url: str, error: str) -> None:
    await move(url, "away", error=error)
    answer = await vies.ask(GERMAN)
    await move(url, "away", error="")
    assert (answer.finding, answer.error, answer.consultation_number) == (Finding.NO_ANSWER, error, "")
    assert (await vies.ask(GERMAN)).finding is Finding.VALID


async def test_a_slow_register_is_given_up_after_five_seconds(vies: Vies) -> None:
    before = asyncio.get_running_loop().time()
    answer = await vies.ask(VatId("DE", "555555551"))
    assert (answer.finding, answer.error) == (Finding.NO_ANSWER, "NO_CONNECTION")
    assert 4 < asyncio.get_running_loop().time() - before < 8


async def test_nobody_there_is_no_answer() -> None:
    client = Vies(f"http://{free_address()}", OURS)
    answer = await client.ask(GERMAN)
    await client.close()
    assert (answer.finding, answer.error) == (Finding.NO_ANSWER, "NO_CONNECTION")


async def test_a_lever_changes_one_number(vies: Vies, url: str) -> None:
    assert await move(url, "numbers/DE123456788", answer="invalid") == 200
    assert (await vies.ask(GERMAN)).finding is Finding.NOT_VALID
    await move(url, "numbers/DE123456788", answer="valid")
    assert (await vies.ask(GERMAN)).finding is Finding.VALID


async def test_a_lever_lets_another_name_be_told_or_none(vies: Vies, url: str) -> None:
    await move(url, "numbers/DE123456788", answer="valid", name="Andere AG")
    assert (await vies.ask(GERMAN)).name == "Andere AG"
    await move(url, "numbers/DE123456788", answer="valid")
    assert (await vies.ask(GERMAN)).name == "Andere AG"
    await move(url, "numbers/DE123456788", answer="valid", name="")
    assert (await vies.ask(GERMAN)).name == ""


async def test_a_lever_takes_only_what_vies_can_say(url: str) -> None:
    assert await move(url, "numbers/DE123456788", answer="perhaps") == 400
    assert await move(url, "away", error="BROKEN") == 400


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ({"countryCode": "GR", "vatNumber": "123456783"}, "INVALID_INPUT"),
        ({"countryCode": "DE", "vatNumber": "1"}, "INVALID_INPUT"),
        ({"countryCode": "DE", "vatNumber": "123456788", "requesterMemberStateCode": "US", "requesterNumber": "12"},
            "INVALID_REQUESTER_INFO"),
    ],
)  # fmt: skip
async def test_a_bad_question_gets_the_errors_of_vies(url: str, question: dict[str, str], error: str) -> None:
    assert await ask(url, **question) == {"actionSucceed": False, "errorWrappers": [{"error": error}]}


async def test_without_a_requester_there_is_no_consultation_number(url: str) -> None:
    answer = await ask(url, countryCode="DE", vatNumber="123456788")
    assert (answer["valid"], answer["requestIdentifier"]) == (True, "")


async def test_page_and_answers_say_that_this_is_a_simulator(vies: Vies, url: str) -> None:
    await vies.ask(GERMAN)
    page, header = await get(url)
    assert "Simulator: this is not VIES" in page
    assert "DE123456788" in page
    assert "simulator" in header
    told = json.loads((await get(f"{url}/_simulator/questions"))[0])
    assert told["questions"][-1]["requester"] == "IT07123450483"


async def test_questions_are_dated_by_the_moved_clock(vies: Vies, url: str, server: Process) -> None:
    async with _clock(server) as channel:
        stub: Any = clock_pb2_grpc.ClockServiceStub(channel)
        moved = clock_pb2.SetClockOffsetRequest(offset=Duration(seconds=10 * 365 * 86400))
        now = (await stub.SetClockOffset(moved, metadata=(("casella-caller-secret", OPERATOR_SECRET),))).now
    await vies.ask(GERMAN)
    told = json.loads((await get(f"{url}/_simulator/questions"))[0])
    assert told["questions"][-1]["asked_at"][:4] == str(now.ToDatetime().year)


def test_a_register_that_is_not_understood_names_the_number(tmp_path: Path) -> None:
    file = tmp_path / "register.yaml"
    file.write_text("DE123456788: { answer: perhaps }\n")
    with pytest.raises(RegisterNotValid, match="DE123456788"):
        Register.read(file)


def _clock(server: Process) -> Any:
    return grpc.aio.insecure_channel(server.environment["CASELLA_VIES_CLOCK_LISTEN"])
