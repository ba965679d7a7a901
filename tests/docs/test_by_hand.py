"""What the README has a newcomer paste into a shell does what it says, on a real Casella, and where none runs."""

import asyncio
import json
import os
import re
import shutil
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from google.rpc import error_details_pb2  # type: ignore[import-untyped]

from deploy.local.demo import by_hand
from deploy.local.world import World
from services.payments.domain.payees import fault_of_account
from services.payments.settings import EXAMPLE_IBAN
from services.payments.statements import camt
from tests.docs.pages import ROOT, page

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("docs")]
_SECONDS = 120
PAY_AGAIN = """
call payments PaymentsService/GetPaymentRequest '{"order_id": "'$order'"}' -H "$me"
by_hand pay "$(field paymentRequest.payUrl)" || true
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with World.start(tmp_path_factory.mktemp("by hand") / "var") as running:
        yield running


def blocks() -> list[str]:
    return page("README.md").blocks("sh", "Sign up by hand")


async def pasted(var: Path, lines: list[str], *flags: str) -> tuple[int | None, str]:
    """Exit code and all that is shown when these lines are pasted into a shell."""
    if shutil.which("bash") is None:
        pytest.skip("this machine has no bash, which plays the newcomer's shell")
    shell = await asyncio.create_subprocess_exec(
        "bash",
        *flags,
        "-c",
        "\n".join(lines),
        cwd=ROOT,
        env={**os.environ, "CASELLA_VAR": str(var)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(shell.communicate(), _SECONDS)
    return shell.returncode, output.decode()


async def test_the_blocks_of_signing_up_by_hand_end_with_a_paid_order(world: World) -> None:
    code, said = await pasted(world.site.var, [*blocks(), PAY_AGAIN], "-eu")
    assert code == 0, said
    assert "leads to no page on which to pay: its page says: " in said
    assert '"trial": {' in said
    assert '"address": "info@ada-' in said
    assert "ORDER_STATE_FULFILLED" in said
    assert '"kind": "DOCUMENT_KIND_INVOICE"' in said
    assert "steer at" in said
    kept = [world.site.var / name for name in ("answer.json", "refusal.json")]
    assert [path for path in kept if path.stat().st_mode & 0o077] == []  # a session's tokens stood in there


async def test_the_withdrawal_of_the_integrating_page_is_taken(world: World) -> None:
    signing_up = [block.replace("ada", "eva").replace("203.0.113.7", "203.0.113.10") for block in blocks()]
    withdrawing = page("docs/integrating.md").blocks("sh", "Withdrawal")
    code, said = await pasted(world.site.var, [*signing_up, *withdrawing], "-eu")
    assert code == 0, said
    assert '"withdrawal": {' in said


async def test_a_refused_call_names_each_wrong_field_in_words(world: World) -> None:
    call = """call trial TrialService/SignUp '{"email": "ada", "country": "IT"}'"""
    code, said = await pasted(world.site.var, [blocks()[0], call])
    assert code == 1
    assert said.startswith("Casella: the call was refused, these fields are wrong (INVALID_INPUT)\n"), said
    assert "\n  email: This is not a valid email address. (NOT_AN_EMAIL)\n" in said
    assert "\n  first_name: This field is required. (REQUIRED)\n" in said


async def test_a_refused_call_without_wrong_fields_says_its_reason(world: World) -> None:
    who = '"password": "Tramontana-4-Cipressi", "client": {"ip": "203.0.113.7"}'
    calls = [
        f"""call trial TrialService/ConfirmEmail '{{"request_id": "'$(uuid)'", "token": "none", {who}}}'""",
        "call trial TrialService/NoSuchRpc '{}'",
        'account=$(field accountId); by_hand pay "$(field paymentRequest.payUrl)"',
    ]
    _, said = await pasted(world.site.var, [blocks()[0], *calls])
    assert "Casella: the call was refused, the link was used, has expired or never existed (LINK_NOT_VALID)" in said
    assert "Casella: the call failed: " in said
    assert "there is no answer to take accountId from" in said
    assert "leads to no page on which to pay" in said
    assert "Traceback" not in said


async def test_a_refused_call_names_the_limit_that_it_met(tmp_path: Path) -> None:
    info = error_details_pb2.ErrorInfo(reason="DOMAIN_LIMIT", metadata={"value": "2", "limit": "places"})
    detail = {"type": "google.rpc.ErrorInfo", "value": b64encode(info.SerializeToString()).decode()}
    (tmp_path / "refusal.json").write_text(json.dumps({"message": "No place is left.", "details": [detail]}))
    said = by_hand.refusal(tmp_path)
    assert said == "the call was refused, no place is left (DOMAIN_LIMIT, limit=places, value=2)"


async def test_a_field_of_another_answer_is_missed_in_one_sentence_with_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text('{"account": "a", "offer": {"pages": [{"hash": "it"}]}}')
    for name, said in {
        "order.orderId": "in place of order it has account, offer",
        "offer.hash": "in place of hash it has pages",
        "offer.pages.hash": "in place of hash it has 0",
        "offer.pages.1.hash": "in place of 1 it has 0",
        "account.id": "in place of id it has nothing",
    }.items():
        _, shown = await pasted(tmp_path, [blocks()[0], f"field {name}"])
        assert shown == f"Casella: the last answer has no {name}: {said}.\n"


async def test_a_field_within_a_list_is_named_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text('{"offer": {"pages": [{"hash": "it"}, {"hash": "en"}]}}')
    assert await pasted(tmp_path, [blocks()[0], "field offer.pages.1.hash"]) == (0, "en\n")


@pytest.mark.parametrize("reason", ["NOT_READY", "NOT_FOUND"])
async def test_what_is_not_ready_or_not_found_yet_is_tried_again_until_it_is(tmp_path: Path, reason: str) -> None:
    tries = f"""tried() {{ echo >> {tmp_path}/tries; [ "$(wc -l < {tmp_path}/tries)" -ge 3 ] && echo there && return
        echo 'Casella: the call was refused, not there yet ({reason})' >&2; return 1; }}"""
    code, said = await pasted(tmp_path, [blocks()[0], "sleep() { :; }", tries, "again tried"], "-eu")
    assert (code, said) == (0, "there\n")


async def test_a_call_that_is_refused_for_good_is_not_tried_again(tmp_path: Path) -> None:
    tries = f"""tried() {{ echo >> {tmp_path}/tries
        echo 'Casella: the call was refused, log in (UNAUTHENTICATED)' >&2; return 1; }}"""
    code, said = await pasted(tmp_path, [blocks()[0], tries, "again tried"])
    assert (code, said) == (1, "Casella: the call was refused, log in (UNAUTHENTICATED)\n")
    assert (tmp_path / "tries").read_text() == "\n"


async def test_an_email_that_does_not_come_is_said_with_where_the_sign_up_may_wait(world: World) -> None:
    _, said = await pasted(world.site.var, [blocks()[0], "by_hand token nobody@try.demo.example"])
    assert said == (
        "Casella: no email with a link has come to 'nobody@try.demo.example' yet: the sign-up may wait for an operator"
        f" (`./casella signups`); all emails are in the inbox ({world.site.url('mail_page')}).\n"
    )


async def test_an_address_that_is_registered_already_gets_no_token(world: World) -> None:
    sign_up = blocks()[1].replace("ada@", "twice@").replace("203.0.113.7", "203.0.113.8")
    confirm = """call trial TrialService/ConfirmEmail '{"request_id": "'$(uuid)'",
        "token": "'$(by_hand token "$email")'",
        "password": "Tramontana-4-Cipressi", "client": {"ip": "203.0.113.8"}}'"""
    code, said = await pasted(world.site.var, [blocks()[0], sign_up, confirm, sign_up, "by_hand token $email"])
    assert code == 1
    assert said.endswith(
        "Casella: 'twice@try.demo.example' is registered already: take another address, from the sign-up on.\n"
    ), said


async def test_a_business_abroad_as_the_readme_describes_it_is_quoted_reverse_charge(world: World) -> None:
    (number,) = set(re.findall(r"\b[A-Z]{2}\d{9}\b", page("README.md").section("Sign up by hand")))
    profile = f""""profile": {{"kind": "CUSTOMER_KIND_COMPANY", "company_name": "Hans GmbH", "vat_number": "{number}",
        "phone": "+493012345678", "address": {{"street": "Lange Straße 5", "postal_code": "10115", "city": "Berlin",
        "country": "DE"}}}}"""
    trial = [block.replace("ada@", "hans@").replace("203.0.113.7", "203.0.113.9") for block in blocks()[1:4]]
    ready, quote = blocks()[4].splitlines()[0], blocks()[5].partition("quote=")[0]
    quote = re.sub(r'"profile": \{.+?\}\}', profile, quote, flags=re.DOTALL).replace("KIND_PRIVATE", "KIND_COMPANY")
    code, said = await pasted(world.site.var, [blocks()[0], *trial, ready, quote], "-eu")
    assert code == 0, said
    assert '"taxTreatment": "TAX_TREATMENT_REVERSE_CHARGE"' in said


async def test_a_statement_with_one_credit_is_written_and_imported(world: World) -> None:
    lines = [*blocks()[:1], 'by_hand statement "7,50" P1999/1', './casella bank import "$VAR"/statement-*.xml']
    code, said = await pasted(world.site.var, lines, "-eu")
    assert code == 0, said
    assert re.search(r"credit entries *1\b", said), said
    assert re.search(r"into the operator's queue as they came *1\b", said), said
    code, said = await pasted(world.site.var, [*blocks()[:1], "by_hand statement ten P1999/1"])
    assert (code, "'ten' is no amount" in said) == (1, True), said


async def test_a_statement_names_an_account_of_its_payer_to_which_money_can_be_refunded(tmp_path: Path) -> None:
    file = by_hand.statement(tmp_path, "7.50", "?")
    assert file.stat().st_mode & 0o077 == 0
    (found,) = camt.read(file.read_bytes())
    (credit,) = found.credits
    assert credit.debtor_name == "By hand"
    assert fault_of_account(credit.debtor_iban or "", credit.debtor_name, EXAMPLE_IBAN) == ""


async def test_where_nothing_runs_every_line_that_the_blocks_show_is_a_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text('{"accountId": "of an earlier day"}')
    _, said = await pasted(tmp_path, ["sleep() { :; }", *blocks()])
    lines = said.splitlines()
    assert f"Casella: no Casella runs from {tmp_path}: start one with `make run` in another terminal." in lines
    assert "Casella: there is no answer to take accountId from: the last call did not succeed." in lines
    assert [line for line in lines if not line.startswith(("Casella: ", "casella: ", "  "))] == []
