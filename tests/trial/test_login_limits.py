"""How many attempts to log in are answered: for an address, from a device, from a network."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from casella.common.v1 import errors_pb2
from services.kit.errors import Refused
from services.trial.service.sessions import Sessions
from tests.support.refusals import refused_as
from tests.support.room import TestRoom
from tests.trial.clients import Customer, Visitors

EMAIL = "anna@v.demo.example"
REFUSED, LIMITED = errors_pb2.REASON_LOGIN_REFUSED, errors_pb2.REASON_RATE_LIMITED


@pytest.fixture
async def anna(visitors: Visitors) -> Customer:
    return await visitors.confirmed(email=EMAIL)


async def test_after_ten_attempts_for_an_address_from_a_network_even_the_right_password_waits(
    anna: Customer, visitors: Visitors, room: TestRoom
) -> None:
    for n in range(10):
        with refused_as(REFUSED):
            await visitors.log_in(EMAIL, "not the password", ip=f"10.1.1.{n}")
    room.clock.advance(minutes=5)
    with refused_as(LIMITED) as caught:
        await visitors.log_in(EMAIL, ip="10.1.1.99")
    assert caught.value.retry_after == timedelta(minutes=10)
    room.clock.advance(minutes=10)
    assert (await visitors.log_in(EMAIL, ip="10.1.1.99")).account_id == anna.id


@pytest.mark.parametrize("strange", ["10.1.1.{}", "2001:db8:1:{}::7"], ids=["ipv4", "ipv6"])
async def test_a_stranger_in_one_network_locks_no_customer_out_elsewhere(
    anna: Customer, visitors: Visitors, strange: str
) -> None:
    for n in range(110):
        with refused_as(REFUSED if n < 10 else LIMITED):
            await visitors.log_in(EMAIL, "not the password", ip=strange.format(n))
    assert (await visitors.log_in(EMAIL, ip="10.1.2.1")).account_id == anna.id


async def test_an_address_is_tried_at_most_100_times_from_everywhere(anna: Customer, visitors: Visitors) -> None:
    for n in range(100):
        with refused_as(REFUSED):
            await visitors.log_in(EMAIL, "not the password", ip=f"10.1.{n}.1")
    with refused_as(LIMITED):
        await visitors.log_in(EMAIL, ip="10.2.1.1")


async def test_unknown_addresses_are_throttled_alike(visitors: Visitors) -> None:
    for _ in range(10):
        with refused_as(REFUSED):
            await visitors.log_in("nobody@v.demo.example")
    with refused_as(LIMITED):
        await visitors.log_in("nobody@v.demo.example")


async def test_twenty_attempts_at_once_are_answered_ten_times_at_most(
    anna: Customer, visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, look = asyncio.Barrier(20), Sessions._limits

    async def together(sessions: Sessions, counts: Any) -> Any:
        limits = await look(sessions, counts)
        await looked.wait()  # none is counted yet, and each was let through
        return limits

    monkeypatch.setattr(Sessions, "_limits", together)
    attempts = [visitors.log_in(EMAIL, "not the password", ip=f"10.1.1.{n}", timeout=60) for n in range(20)]
    ends = await asyncio.gather(*attempts, return_exceptions=True)
    reasons = [end.reason for end in ends if isinstance(end, Refused)]
    assert set(reasons) == {REFUSED, LIMITED}
    assert reasons.count(REFUSED) <= 10  # fewer where a loaded machine lets one wait for too long


async def test_one_ip_address_cannot_try_many_accounts(visitors: Visitors) -> None:
    for n in range(50):
        with refused_as(REFUSED):
            await visitors.log_in(f"person{n}@v.demo.example")
    with refused_as(LIMITED):
        await visitors.log_in("person50@v.demo.example")


async def test_ipv6_addresses_of_one_link_count_as_one(visitors: Visitors) -> None:
    for n in range(50):
        with refused_as(REFUSED):
            await visitors.log_in(f"person{n}@v.demo.example", ip=f"2001:db8:1:1::{n + 1:x}")
    with refused_as(LIMITED):
        await visitors.log_in("person50@v.demo.example", ip="2001:db8:1:1:ffff::1")
    with refused_as(REFUSED):
        await visitors.log_in("person50@v.demo.example", ip="2001:db8:1:2::1")


@pytest.mark.parametrize("address", ["10.1.1.{}", "2001:db8:1:{}::1"], ids=["ipv4", "ipv6"])
async def test_one_network_cannot_try_many_accounts(visitors: Visitors, address: str) -> None:
    for n in range(200):
        with refused_as(REFUSED):
            await visitors.log_in(f"person{n}@v.demo.example", ip=address.format(n))
    with refused_as(LIMITED):
        await visitors.log_in("person200@v.demo.example", ip=address.format(200))


async def test_a_right_password_forgives_earlier_attempts(anna: Customer, visitors: Visitors, room: TestRoom) -> None:
    for _ in range(3):
        for _ in range(9):
            with refused_as(REFUSED):
                await visitors.log_in(EMAIL, "not the password")
        await visitors.log_in(EMAIL)
    # What is left: the address everywhere before its first login, the device and its network; the address from here
    # began anew, each time.
    assert sorted(row["attempts"] for row in await room.rows("login_attempts")) == [9, 27, 27]


async def use_up_everywhere(visitors: Visitors, attempts: int = 100) -> None:
    """Ten wrong passwords from each of ten networks."""
    for n in range(attempts):
        with refused_as(REFUSED):
            await visitors.log_in(EMAIL, "not the password", ip=f"10.1.{n // 10}.{n % 10}")
    with refused_as(LIMITED):
        await visitors.log_in(EMAIL, ip="10.2.1.1")


@pytest.mark.parametrize(
    ("home", "later"), [("10.7.7.7", "10.7.7.99"), ("2001:db8:7:7::1", "2001:db8:7:7:ffff::2")], ids=["ipv4", "ipv6"]
)
async def test_who_has_logged_in_from_a_network_gets_in_from_it_whatever_is_tried_elsewhere(
    anna: Customer, visitors: Visitors, home: str, later: str
) -> None:
    await visitors.log_in(EMAIL, ip=home)
    await use_up_everywhere(visitors)
    assert (await visitors.log_in(EMAIL, ip=later)).account_id == anna.id


async def test_a_known_network_has_ten_attempts_of_its_own_and_the_next_house_none_of_them(
    anna: Customer, visitors: Visitors
) -> None:
    await visitors.log_in(EMAIL, ip="2001:db8:7:7::1")
    for n in range(11):
        with refused_as(REFUSED if n < 10 else LIMITED):
            await visitors.log_in(EMAIL, "not the password", ip=f"2001:db8:7:{n + 8:x}::1")
    for n in range(10):
        with refused_as(REFUSED):
            await visitors.log_in(EMAIL, "not the password", ip=f"2001:db8:7:7::{n + 1:x}")
    with refused_as(LIMITED):
        await visitors.log_in(EMAIL, ip="2001:db8:7:7::1")


async def test_a_network_is_known_for_90_days_after_the_last_login_from_it(
    anna: Customer, visitors: Visitors, room: TestRoom
) -> None:
    for days in (0, 89):
        room.clock.advance(days=days)
        await visitors.log_in(EMAIL, ip="10.7.7.7")
    room.clock.advance(days=89)
    await use_up_everywhere(visitors)
    assert (await visitors.log_in(EMAIL, ip="10.7.7.7")).account_id == anna.id
    room.clock.advance(days=90)
    await use_up_everywhere(visitors)
    with refused_as(LIMITED):
        await visitors.log_in(EMAIL, ip="10.7.7.7")


async def test_a_wrong_password_and_another_address_make_no_network_known(anna: Customer, visitors: Visitors) -> None:
    await visitors.confirmed(email="bruno@v.demo.example")
    await visitors.log_in("bruno@v.demo.example", ip="10.7.7.7")
    with refused_as(REFUSED):
        await visitors.log_in(EMAIL, "not the password", ip="10.7.7.7")
    await use_up_everywhere(visitors, 99)
    with refused_as(LIMITED):
        await visitors.log_in(EMAIL, ip="10.7.7.7")


async def test_a_closed_login_leaves_no_network_behind(anna: Customer, visitors: Visitors, room: TestRoom) -> None:
    await visitors.log_in(EMAIL)
    assert len(await room.rows("login_networks")) == 1
    await anna.close_login()
    assert await room.rows("login_networks") == []
