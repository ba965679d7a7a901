"""What is kept how long: the daily jobs of the room."""

from services.trial.service.keeping import Keeping
from tests.support.room import TestRoom
from tests.trial.clients import Customer, Visitors
from tests.trial.conftest import POLICY


def jobs(room: TestRoom) -> Keeping:
    return Keeping(room.core.database, POLICY.trial)


async def run_all(room: TestRoom) -> dict[str, int]:
    """Runs the day's jobs as the reconciler does; gives what each has deleted."""
    return {job.name: await job.run(room.clock.now()) for job in room.room.jobs}


async def test_an_unconfirmed_sign_up_is_deleted_after_72_hours_with_all_that_belongs_to_it(
    visitors: Visitors, room: TestRoom
) -> None:
    await visitors.sign_up()
    await visitors.sign_up(email="anna@broken.example")
    await visitors.confirmed()
    room.clock.advance(hours=71)
    assert await jobs(room).forget_unconfirmed(room.clock.now()) == 0
    room.clock.advance(hours=1)
    assert await jobs(room).forget_unconfirmed(room.clock.now()) == 2
    assert [row["state"] for row in await room.rows("sign_ups")] == ["confirmed"]
    assert len(await room.rows("consents")) == 3
    assert await room.rows("confirmation_links") == []
    assert len({row["subject_id"] for row in await room.rows("mails")}) == 1


async def test_a_sign_up_with_an_already_registered_address_is_deleted_too(
    customer: Customer, visitors: Visitors, room: TestRoom
) -> None:
    email = (await customer.account()).email
    await visitors.sign_up(email=email)
    room.clock.advance(hours=72)
    assert await jobs(room).forget_unconfirmed(room.clock.now()) == 1


async def test_traces_of_visitors_are_deleted_after_180_days(visitors: Visitors, room: TestRoom) -> None:
    await visitors.sign_up()
    room.clock.advance(days=179)
    assert await jobs(room).forget_traces(room.clock.now()) == 0
    room.clock.advance(days=1)
    assert await jobs(room).forget_traces(room.clock.now()) == 6
    assert await room.rows("abuse_signals") == []


async def test_ended_sessions_and_old_counts_are_deleted(visitors: Visitors, room: TestRoom) -> None:
    await visitors.confirmed(email="anna@v.demo.example")
    await visitors.log_in("anna@v.demo.example")
    room.clock.advance(days=29)
    assert await jobs(room).forget_logins(room.clock.now()) == 3  # device, network, the address from all networks
    room.clock.advance(days=1)
    assert await jobs(room).forget_logins(room.clock.now()) == 1
    assert await room.rows("sessions") == []
    room.clock.advance(days=59)
    assert await jobs(room).forget_logins(room.clock.now()) == 0
    room.clock.advance(days=1)
    assert await jobs(room).forget_logins(room.clock.now()) == 1  # the network
    assert await room.rows("login_networks") == []


async def test_all_jobs_may_run_again(visitors: Visitors, room: TestRoom) -> None:
    await visitors.sign_up()
    room.clock.advance(days=200)
    assert await run_all(room) == {
        "forget unconfirmed sign-ups": 1,
        "forget traces of visitors": 6,
        "forget ended sessions": 0,
    }
    assert set((await run_all(room)).values()) == {0}
