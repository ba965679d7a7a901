"""What an operator has to prove afterwards: holds, decisions, rejections, invoices given up, money recorded."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from casella.trial.v1 import trial_pb2
from deploy.local.demo import people
from deploy.local.demo.customer import Customer
from tests.cli.desk import Desk, furnished
from tests.e2e.levers import without_worker
from tests.e2e.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("cli")]

NOBODY = "01939f4e-7c1a-7d55-9f3b-0242ac120002"
TICKET = "01939f4e-7c1a-7d55-9f3b-0242ac120003"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with furnished(tmp_path_factory.mktemp("cases") / "var") as desk:
        yield desk


async def in_trial(desk: Desk, name: str) -> Customer:
    customer = desk.play.customer(name)
    await customer.begin_trial()
    return customer


async def close(desk: Desk, customer: Customer) -> None:
    """Close an account as its Trial does."""
    await desk.play.worker.ordering.CloseAccount(
        ordering_pb2.CloseAccountRequest(account_id=customer.account_id, reason=ordering_pb2.CLOSURE_REASON_TRIAL_ENDED)
    )


async def purged(desk: Desk, customer: Customer) -> None:
    """Come back once the purge of a closed account is complete."""
    asked = ordering_pb2.GetClosureRequest(account_id=customer.account_id)

    async def look() -> bool | None:
        closure = (await desk.play.operator.ordering.GetClosure(asked)).closure
        return True if closure.HasField("purged_at") else None

    await until(look, "the purge")


async def held_sign_up(desk: Desk) -> str:
    """A sign-up that waits for a decision, because too many came from its address."""
    ip = people.new_ip()
    for number in range(3):
        await Customer(desk.play.gateway, desk.play.inbox, people.new_address(f"other{number}"), ip=ip).sign_up()
    return await Customer(desk.play.gateway, desk.play.inbox, people.new_address("held"), ip=ip).sign_up()


async def test_a_hold_is_shown_with_who_when_why_and_the_trail_keeps_all_of_it(desk: Desk) -> None:
    name = desk.newcomer.email
    options = ("--reason", "court_order", "--ticket", TICKET, "--as", "carla")
    (await desk.terminal.casella("hold", "set", name, *options)).well()
    shown = (await desk.terminal.casella("show", "account", name)).well().out
    assert "set by carla (court_order, ticket " + TICKET in shown
    (await desk.terminal.casella("hold", "release", name, "--reason", "case_closed")).well()
    (await desk.terminal.casella("feature", "off", name, "sending", "--reason", "spam_reports")).well()
    ran = (await desk.terminal.casella("trail", name)).well()
    for words in ("set legal hold", "court_order", TICKET, "lift legal hold", "case_closed", "switch off sending"):
        assert words in ran.out
    by_id = (await desk.terminal.casella("trail", desk.newcomer.account_id, "--json")).well().json
    assert [(each["room"], each["entry"]["action"]) for each in by_id] == [
        ("ordering", "set_legal_hold"),
        ("ordering", "lift_legal_hold"),
        ("mailboxes", "switch_off_sending"),
    ]


async def test_the_trail_of_nobody_is_empty_or_said(desk: Desk) -> None:
    assert "none" in (await desk.terminal.casella("trail", NOBODY)).well().out
    (await desk.terminal.casella("trail", "nobody@demo.example")).badly(1, "there is no account")


async def test_a_hold_on_a_purged_account_is_refused_with_the_day(desk: Desk) -> None:
    customer = await in_trial(desk, "late")
    await close(desk, customer)
    await purged(desk, customer)
    ran = await desk.terminal.casella("hold", "set", customer.account_id, "--reason", "court_order")
    ran.badly(1, "was already purged on 2", "no hold was set")


async def test_a_hold_during_a_purge_says_what_is_gone_already(desk: Desk) -> None:
    customer = await in_trial(desk, "hurried")
    async with without_worker(desk.play):
        await close(desk, customer)
        ran = (await desk.terminal.casella("hold", "set", customer.email, "--reason", "court_order")).well()
        assert "its purge has been under way since" in ran.out
        assert "Gone already: nothing." in ran.out
        assert "nothing of it is deleted" not in ran.out
        await desk.play.worker.trial.CloseLogin(trial_pb2.CloseLoginRequest(account_id=customer.account_id))
        again = (await desk.terminal.casella("hold", "set", customer.account_id, "--reason", "court_order")).well()
        assert "Gone already: the login." in again.out


async def test_a_decided_sign_up_is_shown_with_the_person_and_who_decided(desk: Desk) -> None:
    sign_up_id = await held_sign_up(desk)
    await desk.play.worker.trial.DecideSignUp(
        trial_pb2.DecideSignUpRequest(
            request_id=str(uuid4()),
            sign_up_id=sign_up_id,
            allow=False,
            steering=common.Steering(actor="carla", reason_code="looks_abusive", source="deny/1"),
        )
    )
    ran = (await desk.terminal.casella("show", "signup", sign_up_id)).well()
    for words in ("denied", "held", "@", "many sign-ups", "carla", "looks_abusive", f"signup:{sign_up_id}"):
        assert words in ran.out
    (await desk.terminal.casella("show", "signup", NOBODY)).badly(1, "there is no sign-up")
