"""What strangers can do before the login: find addresses out, have mail sent, fill Temporal, hold others' logins up.

No clock of the machine decides: compared is what was said, what was asked of the database, how much work it was, and
what stood still.
"""

import asyncio
import random
import statistics
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import grpc
import pytest
import pytest_asyncio
from sqlalchemy import event

from casella.trial.v1 import trial_pb2 as pb
from services.kit import password_hashes
from services.kit.password_hashes import PasswordHashes
from services.trial.domain.addresses import EmailAddress
from services.trial.service import sign_ups
from services.trial.store import counts
from services.trial.traces import Trace, Traces
from tests.fixtures.postgres import TestDatabases
from tests.hostile.calling import Ended
from tests.hostile.strangers import (
    MAILS_PER_IP,
    MAILS_PER_NETWORK,
    MOST_IN_REVIEW,
    REFUSED_PER_IP,
    REFUSED_PER_NETWORK,
    Strangers,
    address,
    strangers,
    told,
)
from tests.support.room import TestRoom, request_id
from tests.trial.clients import PASSWORD, client

pytestmark = pytest.mark.asyncio(loop_scope="module")
LIMITED = "REASON_RATE_LIMITED"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(databases: TestDatabases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Strangers]:
    async with strangers(databases, tmp_path_factory.mktemp("trial")) as standing:
        yield standing


@pytest_asyncio.fixture(loop_scope="module")
async def them(opened: Strangers) -> Strangers:
    """The strangers, so long after the test before that none of its traces counts."""
    opened.room.clock.advance(days=40)
    await opened.room.empty_outbox()
    return opened


@contextmanager
def statements(room: TestRoom) -> Iterator[list[str]]:
    """What is asked of the database, without the values."""
    found: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        found.append(statement)

    engine = room.core.database.autocommit.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


async def test_no_form_tells_what_an_address_is(them: Strangers) -> None:
    of_each = await them.of_each_kind()
    for number, ask in enumerate((them.log_in, them.resend, them.sign_up)):
        answers = {what: told(await ask(email, f"10.77.{number}.1")) for what, email in of_each.items()}
        assert len(set(answers.values())) == 1, answers


async def test_a_login_asks_the_same_of_the_database_whatever_the_address_is(them: Strangers) -> None:
    asked = {}
    for number, (what, email) in enumerate((await them.of_each_kind()).items()):
        with statements(them.room) as found:
            await them.log_in(email, f"10.78.{number}.1")
        asked[what] = tuple(found)
    assert len(set(asked.values())) == 1, asked
    assert asked["unknown"]


async def test_a_login_is_as_much_work_for_an_unknown_address(them: Strangers) -> None:
    emails = await them.of_each_kind()
    work: dict[str, list[float]] = {"registered": [], "unknown": []}
    for number in range(10):
        for what in random.sample(sorted(work), 2):
            them.room.clock.advance(minutes=16)
            began = time.process_time()
            await them.log_in(emails[what], f"10.79.{number}.1")
            work[what].append(time.process_time() - began)
    ratio = statistics.median(work["registered"]) / statistics.median(work["unknown"])
    assert 2 / 3 < ratio < 3 / 2, work  # the hash is most of it: without one, a tenth


async def test_no_form_answers_before_its_time_whatever_it_has_found(
    them: Strangers, monkeypatch: pytest.MonkeyPatch
) -> None:
    emails, ready, time_has_come = (await them.of_each_kind()).values(), 0, asyncio.Event()

    @asynccontextmanager
    async def held(milliseconds: int) -> AsyncIterator[None]:
        nonlocal ready
        yield
        ready += 1
        await time_has_come.wait()

    monkeypatch.setattr(sign_ups, "even_pace", held)
    asked = [asyncio.create_task(them.sign_up(email)) for email in emails]
    asked += [asyncio.create_task(them.resend(email, "10.76.1.1")) for email in emails]
    async with asyncio.timeout(20):
        while ready < len(asked):
            assert not [task for task in asked if task.done()]
            await asyncio.sleep(0.01)
        time_has_come.set()
        assert {(await task).code for task in asked} == {grpc.StatusCode.OK}


async def test_no_link_tells_why_it_is_none(them: Strangers) -> None:
    used = await them.visitors.token(email=address("used"))
    await them.visitors.confirm(used)
    lapsed = await them.visitors.token(email=address("lapsed"))
    them.room.clock.advance(days=4)
    heard = set()
    for token in (used, lapsed, "A" * 43, used[:-1], f"{used}x", used.swapcase(), "é" * 43):
        request = pb.ConfirmEmailRequest(
            request_id=request_id(), token=token, password="a password like any", client=client("10.75.1.1")
        )
        heard.add(told(await them.hear("ConfirmEmail", request)))
    assert len(heard) == 1
    assert heard.pop()[2] == "REASON_LINK_NOT_VALID"


async def test_a_source_causes_so_many_emails_a_day_whomever_it_names(them: Strangers) -> None:
    emails = await them.waiting(3)
    registered = address("registered")
    await them.visitors.confirmed(email=registered)
    await them.room.empty_outbox()

    async def ask(ip: str) -> int:
        before = len(await them.emails())
        for email in emails:
            assert (await them.resend(email, ip)).code is grpc.StatusCode.OK
        assert (await them.resend(registered, ip)).code is grpc.StatusCode.OK
        assert (await them.sign_up(registered, ip)).code is grpc.StatusCode.OK
        assert (await them.sign_up(address("new"), ip)).code is grpc.StatusCode.OK
        return len(await them.emails()) - before

    assert await ask("10.74.1.1") == MAILS_PER_IP
    assert await ask("10.74.1.2") == MAILS_PER_NETWORK - MAILS_PER_IP
    assert await ask("2001:db8:74:1::1") == MAILS_PER_IP
    assert await ask("2001:db8:74:1:ffff::1") == 0
    them.room.clock.advance(hours=24)
    emails = await them.waiting(3)
    assert await ask("10.74.1.1") == MAILS_PER_IP


async def test_wishes_at_once_cause_no_more_emails_than_one_after_the_other(them: Strangers) -> None:
    emails = await them.waiting(12)
    await asyncio.gather(*(them.resend(email, "10.73.1.1") for email in emails))
    assert len(await them.emails()) == MAILS_PER_IP


async def test_an_address_gets_at_most_15_emails_in_30_days_whoever_asks(them: Strangers) -> None:
    [victim] = await them.waiting(1)
    them.room.clock.advance(days=30)
    for day in range(5):
        for n in range(6):
            assert (await them.sign_up(victim, f"10.{70 + n}.{day}.1")).code is grpc.StatusCode.OK
        them.room.clock.advance(days=1)
    assert await them.emails() == [victim] * 15
    them.room.clock.advance(days=27)
    await them.sign_up(victim)
    assert await them.emails() == [victim] * 16


async def fill(them: Strangers, ip: str, number: int) -> list[str]:
    """Sign up so often from one source, each with an address and a domain of its own; the reasons of the refusals."""
    return [(await them.sign_up(address("fill"), ip)).reason for _ in range(number)]


async def test_a_source_starts_so_many_workflows_a_day_and_is_then_refused(them: Strangers) -> None:
    registered = address("registered")
    await them.visitors.confirmed(email=registered)
    await them.room.empty_outbox()
    assert await fill(them, "10.60.1.1", REFUSED_PER_IP) == [""] * REFUSED_PER_IP
    assert len(await them.room.wakes()) == REFUSED_PER_IP - 3
    assert len(await them.emails()) == 3
    kept = len(await them.room.rows("sign_ups"))
    refused = {told(await them.sign_up(email, "10.60.1.1")) for email in (registered, address("new"))}
    assert [reason for _, _, reason, _, _ in refused] == [LIMITED]
    rest = REFUSED_PER_NETWORK - REFUSED_PER_IP
    assert await fill(them, "10.60.1.2", rest + 2) == [""] * rest + [LIMITED] * 2
    assert len(await them.room.rows("sign_ups")) == kept + rest
    assert await fill(them, "10.60.2.1", 1) == [""]
    them.room.clock.advance(hours=24)
    assert await fill(them, "10.60.1.1", 1) == [""]


async def test_a_source_that_wishes_for_links_too_often_is_refused_whomever_it_names(them: Strangers) -> None:
    emails = await them.of_each_kind()
    for _ in range(REFUSED_PER_IP):
        assert (await them.resend(address("anybody"), "10.62.1.1")).code is grpc.StatusCode.OK
    kept = len(await them.room.rows("requests"))
    refused = {told(await them.resend(email, "10.62.1.1")) for email in emails.values()}
    assert [reason for _, _, reason, _, _ in refused] == [LIMITED]
    assert len(await them.room.rows("requests")) == kept
    for n in range(REFUSED_PER_NETWORK - REFUSED_PER_IP):
        assert (await them.resend(emails["waiting"], f"10.62.1.{n + 2}")).code is grpc.StatusCode.OK
    assert (await them.resend(emails["waiting"], "10.62.1.99")).reason == LIMITED
    assert (await them.resend(emails["waiting"], "10.62.2.1")).code is grpc.StatusCode.OK
    them.room.clock.advance(hours=24)
    assert (await them.resend(emails["waiting"], "10.62.1.1")).code is grpc.StatusCode.OK


@pytest.mark.parametrize("ask", [Strangers.resend, Strangers.sign_up])
async def test_sixty_at_once_for_one_address_keep_nobody_else_out(
    them: Strangers, ask: Callable[[Strangers, str, str], Awaitable[Ended]]
) -> None:
    [victim] = await them.waiting(1)
    database, traces = them.room.core.database, Traces(them.room.core.settings.fingerprint_key)
    person = traces.hash(Trace.TRIAL, EmailAddress.parse(victim).person)
    async with database.transaction() as slow:
        await counts.lock(slow, [person])
        asked = [asyncio.ensure_future(ask(them, victim, f"10.{n}.63.1")) for n in range(60)]
        async with asyncio.timeout(30):
            while not any(task.done() and task.result().reason == LIMITED for task in asked):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert (await them.log_in(address("another"), "10.63.1.1")).reason == "REASON_LOGIN_REFUSED"
        assert (await them.sign_up(address("another"))).code is grpc.StatusCode.OK
    await asyncio.wait(asked)


async def test_however_many_sources_there_are_so_many_sign_ups_wait_for_an_operator(them: Strangers) -> None:
    answers: set[tuple[Any, ...]] = set()
    for network in range(6):
        for _ in range(REFUSED_PER_IP):
            answers.add(told(await them.sign_up(address("many"), f"10.61.{network}.1")))
    assert len(answers) == 1
    assert len(await them.room.wakes()) == MOST_IN_REVIEW
    states = [row["state"] for row in await them.room.rows("sign_ups") if "@many-" in (row["email"] or "")]
    assert states.count("in_review") == MOST_IN_REVIEW
    assert states.count("lapsed") == 6 * (REFUSED_PER_IP - 3) - MOST_IN_REVIEW
    them.room.clock.advance(hours=72)
    await them.room.empty_outbox()
    await fill(them, "10.61.9.1", 4)
    assert len(await them.room.wakes()) == 1


async def test_forty_logins_at_once_hold_nobody_else_up(them: Strangers, monkeypatch: pytest.MonkeyPatch) -> None:
    registered = address("registered")
    customer = await them.visitors.confirmed(email=registered)
    session = (await them.visitors.log_in(registered, ip="10.50.1.1")).session
    released, began = threading.Event(), 0
    verify, matches = PasswordHashes.verify, PasswordHashes._matches

    async def counted(self: PasswordHashes, stored: str | None, password: str) -> bool:
        nonlocal began
        began += 1
        return await verify(self, stored, password)

    def held(self: PasswordHashes, stored: str, password: str) -> bool:
        if not released.wait(10):
            released.set()  # it holds the loop up, which would never set it
        return matches(self, stored, password)

    monkeypatch.setattr(PasswordHashes, "verify", counted)
    monkeypatch.setattr(PasswordHashes, "_matches", held)
    logins = [asyncio.create_task(them.log_in(registered, f"10.51.{n}.1")) for n in range(40)]
    async with asyncio.timeout(20):
        while began < len(logins):  # noqa: ASYNC110  each waits for its turn to be hashed
            await asyncio.sleep(0.01)
        assert (await customer.trial()).account_id == customer.id
        refresh = pb.RefreshSessionRequest(refresh_token=session.refresh_token)
        assert (await them.hear("RefreshSession", refresh)).code is grpc.StatusCode.OK
        assert (await them.sign_up(address("meanwhile"))).code is grpc.StatusCode.OK
    assert not [task for task in logins if task.done()]
    released.set()
    assert {(await task).reason for task in logins} == {"REASON_LOGIN_REFUSED"}


async def test_who_would_wait_too_long_for_a_login_is_sent_away_before_the_attempt_counts(
    them: Strangers, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered, released = address("registered"), threading.Event()
    await them.visitors.confirmed(email=registered)
    matches = PasswordHashes._matches

    def held(self: PasswordHashes, stored: str, password: str) -> bool:
        released.wait(10)
        return matches(self, stored, password)

    monkeypatch.setattr(PasswordHashes, "_matches", held)
    monkeypatch.setattr(password_hashes, "_MOST_IN_LINE", 8)
    logins = [asyncio.create_task(them.log_in(registered, f"10.52.{n}.1")) for n in range(20)]
    done: set[asyncio.Task[Ended]] = set()
    async with asyncio.timeout(20):
        while len(done) < 12:
            done = {task for task in logins if task.done()}
            await asyncio.sleep(0.01)
    link = pb.ConfirmEmailRequest(request_id=request_id(), password=PASSWORD, client=client("10.53.1.1"))
    link.token = await them.visitors.token(email=address("new"))
    late = await them.hear("ConfirmEmail", link)
    released.set()
    rest = {await task for task in logins if task not in done}
    assert {(ended.code, ended.reason, ended.retry_seconds) for ended in [*map(asyncio.Task.result, done), late]} == {
        (grpc.StatusCode.RESOURCE_EXHAUSTED, LIMITED, 2)
    }
    assert [ended.reason for ended in rest] == ["REASON_LOGIN_REFUSED"] * 8
    attempts, now = await them.room.rows("login_attempts"), them.room.clock.now()
    counted = [row["attempts"] for row in attempts if row["window_ends_at"] > now]
    assert max(counted) == 8
    assert (await them.hear("ConfirmEmail", link)).code is grpc.StatusCode.OK  # the link was not used up


async def test_who_is_over_a_limit_takes_no_place_in_the_line_of_passwords(
    them: Strangers, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = address("tried")
    for n in range(10):
        assert (await them.log_in(email, f"10.55.1.{n}")).reason == "REASON_LOGIN_REFUSED"
    monkeypatch.setattr(password_hashes, "_MOST_IN_LINE", 0)
    spent, free = await them.log_in(email, "10.55.1.1"), await them.log_in(email, "10.55.2.1")
    assert (spent.reason, spent.retry_seconds) == (LIMITED, 15 * 60)
    assert (free.reason, free.retry_seconds) == (LIMITED, 2)


async def test_one_network_does_not_fill_the_line_of_passwords(
    them: Strangers, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, matches = threading.Event(), PasswordHashes._matches

    def held(self: PasswordHashes, stored: str, password: str) -> bool:
        released.wait(10)
        return matches(self, stored, password)

    monkeypatch.setattr(PasswordHashes, "_matches", held)
    monkeypatch.setattr(password_hashes, "_MOST_OF_ONE", 3)
    crowd = [asyncio.create_task(them.log_in(address(f"c{n}"), f"10.56.1.{n}")) for n in range(10)]
    async with asyncio.timeout(20):
        while sum(task.done() for task in crowd) < 7:  # noqa: ASYNC110  the others stand in line
            await asyncio.sleep(0.01)
    elsewhere = asyncio.create_task(them.log_in(address("elsewhere"), "10.56.2.1"))
    released.set()
    assert sorted([(await task).reason for task in crowd]) == ["REASON_LOGIN_REFUSED"] * 3 + [LIMITED] * 7
    assert (await elsewhere).reason == "REASON_LOGIN_REFUSED"


async def test_hashing_leaves_the_loop_free(them: Strangers) -> None:
    with PasswordHashes() as hashes:
        hashing, turns = asyncio.create_task(hashes.hash("perché no, domani?")), 0
        while not hashing.done():
            turns += 1
            await asyncio.sleep(0)
    assert turns > 20  # one that held the interpreter would leave one or two
