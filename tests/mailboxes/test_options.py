"""Options of mailboxes: what an order brings, what a customer sets, what a contract covers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from casella.common.v1 import common_pb2, errors_pb2
from casella.mailboxes.v1 import mailboxes_pb2 as pb
from services.kit.errors import Refused
from services.kit.ids import new_id
from services.kit.operator_files import BadFile
from services.mailboxes.domain.accounts import Mailbox
from services.mailboxes.domain.options import Ordered, given, places_of, taken, together, without
from services.mailboxes.domain.sizes import BANDS_GB
from services.mailboxes.price_list import OptionList, load_option_list
from tests.fixtures.postgres import RoomDatabase
from tests.mailboxes.clients import PASSWORD, Customer, new_customer, stub, suspension
from tests.mailboxes.conftest import running_mailboxes
from tests.support.refusals import refused_as, refused_for
from tests.support.room import TestRoom, request_id

MONTHLY, ANNUAL = common_pb2.BILLING_PERIOD_MONTHLY, common_pb2.BILLING_PERIOD_ANNUAL
SIZE_8, SIZE_25 = pb.MAILBOX_SIZE_8_GB, pb.MAILBOX_SIZE_25_GB
GB = {8: SIZE_8, 25: SIZE_25, 50: pb.MAILBOX_SIZE_50_GB, 100: pb.MAILBOX_SIZE_100_GB}

SOLD = OptionList.model_validate(
    {
        "editions": [
            {"valid_from": date(2026, 1, 1), "options": [{"code": "archive"}, {"code": "fax"}]},
            # The room's clock begins on 2 March.
            {"valid_from": date(2026, 3, 5), "options": [{"code": "archive"}, {"code": "activesync"}]},
        ]
    }
)


@pytest.fixture
async def room(room_database: RoomDatabase, tmp_path: Path) -> AsyncIterator[TestRoom]:
    async with running_mailboxes(room_database("mailboxes"), tmp_path, SOLD) as running:
        yield running


def ordered(number: int, *options: str, gb: int = 8) -> pb.OrderedMailboxes:
    return pb.OrderedMailboxes(size=GB[gb], mailboxes=number, options=options)


def options(*codes: str) -> pb.MailboxOptions:
    return pb.MailboxOptions(codes=codes)


def order_of(
    customer: Customer, billing: common_pb2.BillingPeriod, *entries: pb.OrderedMailboxes, **more: Any
) -> pb.UnlockAccountRequest:
    """A paid order as the worker tells of it."""
    by_size = Counter[pb.MailboxSize]()
    for entry in entries:
        by_size[entry.size] += entry.mailboxes
    sizes = [pb.SizeCount(size=size, mailboxes=number) for size, number in by_size.items()]
    return pb.UnlockAccountRequest(
        account_id=customer.id,
        order_id=str(new_id()),
        billing=billing,
        mailboxes=sum(entry.mailboxes for entry in entries),
        sizes=sizes,
        ordered=entries,
        **more,
    )


async def bought(
    room: TestRoom, customer: Customer, billing: common_pb2.BillingPeriod, *entries: pb.OrderedMailboxes, **more: Any
) -> pb.UnlockAccountRequest:
    order = order_of(customer, billing, *entries, **more)
    await stub(room, "worker").UnlockAccount(order)
    return order


async def had(customer: Customer) -> dict[str, list[str]]:
    """The options of each mailbox, by the name before the @."""
    return {one.address.partition("@")[0]: list(one.options) for one in await customer.mailboxes()}


def numbers(counts: Sequence[pb.OptionCount]) -> dict[str, int]:
    return {count.code: count.mailboxes for count in counts}


async def test_under_a_monthly_contract_every_mailbox_may_have_every_option_that_is_sold(
    room: TestRoom, customer: Customer
) -> None:
    await bought(room, customer, MONTHLY, ordered(5))
    made = await customer.create_mailbox("anna@rossi.example", options=options("archive"))
    assert list(made.options) == ["archive"]
    changed = await customer.update_mailbox(made.mailbox_id, options=options("fax", "archive"))
    assert list(changed.options) == ["archive", "fax"]
    await customer.update_mailbox(made.mailbox_id, size=SIZE_25)
    assert await had(customer) == {"anna": ["archive", "fax"]}
    allowance = await customer.allowance()
    assert (numbers(allowance.options), numbers(allowance.option_places)) == ({"archive": 1, "fax": 1}, {})
    assert list((await customer.update_mailbox(made.mailbox_id, options=options())).options) == []
    assert numbers((await customer.allowance()).options) == {}


async def test_a_trial_has_no_options(room: TestRoom, customer: Customer) -> None:
    made = await customer.create_mailbox("anna@rossi.example")
    for change in (
        customer.update_mailbox(made.mailbox_id, options=options("archive")),
        customer.create_mailbox("bruno@rossi.example", options=options("archive")),
    ):
        refused = await refused_for(change, errors_pb2.REASON_OPTION_LIMIT)
        assert dict(refused.metadata) == {"limit": "options", "option": "archive", "value": "0"}
    assert await had(customer) == {"anna": []}


@pytest.mark.parametrize(
    ("codes", "bad"),
    [
        (["archive", "pigeon"], {"options.codes[1]": "unknown_option"}),
        ([""], {"options.codes[0]": "unknown_option"}),
        (["archive", "fax", "archive"], {"options.codes[2]": "option_twice"}),
        (["archive"] * 21, {"options.codes": "too_many"}),
    ],
)
async def test_codes_that_are_not_in_the_price_list_are_bad_fields_beside_all_others(
    room: TestRoom, customer: Customer, codes: list[str], bad: dict[str, str]
) -> None:
    await bought(room, customer, MONTHLY, ordered(5))
    made = await customer.create_mailbox("anna@rossi.example")
    expected = {**bad, "password": "too_short"}
    for change in (
        customer.update_mailbox(made.mailbox_id, options=options(*codes), password="short"),
        customer.create_mailbox("bruno@rossi.example", options=options(*codes), password="short"),
    ):
        refused = await refused_for(change, errors_pb2.REASON_INVALID_INPUT)
        assert {violation.field: violation.key.lower() for violation in refused.violations} == expected
    assert await had(customer) == {"anna": []}


async def test_an_option_that_is_withdrawn_stays_where_it_is_and_comes_to_no_mailbox_any_more(
    room: TestRoom, customer: Customer
) -> None:
    await bought(room, customer, MONTHLY, ordered(5))
    keeper = await customer.create_mailbox("anna@rossi.example", options=options("fax"))
    other = await customer.create_mailbox("bruno@rossi.example")
    early = await refused_for(
        customer.update_mailbox(other.mailbox_id, options=options("archive", "activesync")),
        errors_pb2.REASON_INVALID_INPUT,
    )
    assert [(bad.field, bad.key.lower()) for bad in early.violations] == [("options.codes[1]", "option_not_sold")]
    room.clock.at = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)  # already the 5th in Rome
    await customer.update_mailbox(keeper.mailbox_id, options=options("fax", "activesync"))
    for change in (
        customer.update_mailbox(other.mailbox_id, options=options("fax")),
        customer.create_mailbox("carla@rossi.example", options=options("fax")),
    ):
        refused = await refused_for(change, errors_pb2.REASON_INVALID_INPUT)
        assert [(bad.field, bad.key.lower()) for bad in refused.violations] == [("options.codes[0]", "option_not_sold")]
    assert await had(customer) == {"anna": ["activesync", "fax"], "bruno": []}
    await customer.update_mailbox(keeper.mailbox_id, options=options())
    await refused_for(
        customer.update_mailbox(keeper.mailbox_id, options=options("fax")), errors_pb2.REASON_INVALID_INPUT
    )


async def test_what_was_ordered_comes_to_the_mailboxes_there_are_and_then_to_those_that_are_made(
    room: TestRoom, customer: Customer
) -> None:
    await customer.create_mailbox("anna@rossi.example")
    order = await bought(room, customer, MONTHLY, ordered(2, "archive"), ordered(2, "activesync", "archive", gb=25))
    assert await had(customer) == {"anna": ["archive"]}
    await stub(room, "worker").UnlockAccount(order)
    await customer.create_mailbox("bruno@rossi.example", size=SIZE_25)
    await customer.create_mailbox("carla@rossi.example")
    await customer.create_mailbox("dario@rossi.example")
    await customer.create_mailbox("elena@rossi.example")
    assert await had(customer) == {
        "anna": ["archive"],
        "bruno": ["activesync", "archive"],
        "carla": ["archive"],
        "dario": ["activesync", "archive"],
        "elena": [],
    }


async def test_a_mailbox_whose_options_are_named_uses_up_one_of_the_ordered_too(
    room: TestRoom, customer: Customer
) -> None:
    await bought(room, customer, MONTHLY, ordered(1, "archive"), ordered(1))
    await customer.create_mailbox("anna@rossi.example", options=options("archive"))
    await customer.create_mailbox("bruno@rossi.example")
    await customer.create_mailbox("carla@rossi.example")
    assert await had(customer) == {"anna": ["archive"], "bruno": [], "carla": []}
    assert await room.rows("ordered_mailboxes") == []


async def test_an_annual_contract_covers_the_options_that_were_ordered_and_says_how_many(
    room: TestRoom, customer: Customer
) -> None:
    await bought(room, customer, ANNUAL, ordered(1, "archive"), ordered(2))
    first = await customer.create_mailbox("anna@rossi.example")
    second = await customer.create_mailbox("bruno@rossi.example")
    assert await had(customer) == {"anna": ["archive"], "bruno": []}
    refused = await refused_for(
        customer.update_mailbox(second.mailbox_id, options=options("archive")), errors_pb2.REASON_OPTION_LIMIT
    )
    assert dict(refused.metadata) == {"limit": "options", "option": "archive", "value": "1"}
    assert "order more" in refused.message
    await refused_for(
        customer.create_mailbox("carla@rossi.example", options=options("archive")), errors_pb2.REASON_OPTION_LIMIT
    )
    await customer.update_mailbox(first.mailbox_id, options=options())
    await customer.update_mailbox(second.mailbox_id, options=options("archive"))
    allowance = await customer.allowance()
    assert (numbers(allowance.options), numbers(allowance.option_places)) == ({"archive": 1}, {"archive": 1})
    await customer.create_mailbox("carla@rossi.example")
    assert (await had(customer))["carla"] == []


async def test_a_mailbox_that_is_made_gets_no_option_that_the_annual_contract_covers_elsewhere(
    room: TestRoom, customer: Customer
) -> None:
    await bought(room, customer, ANNUAL, ordered(1, "archive", "fax"), ordered(1))
    first = await customer.create_mailbox("anna@rossi.example", options=options())
    await customer.update_mailbox(first.mailbox_id, options=options("archive"))
    await customer.create_mailbox("bruno@rossi.example")
    assert await had(customer) == {"anna": ["archive"], "bruno": ["fax"]}


async def test_an_addition_covers_more_and_its_withdrawal_takes_them_back(room: TestRoom, customer: Customer) -> None:
    await bought(room, customer, ANNUAL, ordered(1, "archive"))
    await customer.create_mailbox("anna@rossi.example")
    addition = await bought(room, customer, ANNUAL, ordered(1, "archive", "fax"), addition=True)
    await stub(room, "worker").UnlockAccount(addition)
    assert numbers((await customer.allowance()).option_places) == {"archive": 2, "fax": 1}
    added = await customer.create_mailbox("bruno@rossi.example")
    assert list(added.options) == ["archive", "fax"]
    back = pb.TakeBackPlacesRequest(
        account_id=customer.id, order_id=addition.order_id, sizes=addition.sizes, ordered=addition.ordered
    )
    for _ in range(2):
        await stub(room, "worker").TakeBackPlaces(back)
    assert numbers((await customer.allowance()).option_places) == {"archive": 1}
    assert (await had(customer))["bruno"] == ["archive", "fax"]
    await customer.update_mailbox(added.mailbox_id, options=options("archive"))
    await refused_for(
        customer.update_mailbox(added.mailbox_id, options=options("archive", "fax")), errors_pb2.REASON_OPTION_LIMIT
    )


async def test_an_addition_that_is_withdrawn_before_its_mailbox_is_made_brings_no_option(
    room: TestRoom, customer: Customer
) -> None:
    await bought(room, customer, ANNUAL, ordered(2, "archive"))
    addition = await bought(room, customer, ANNUAL, ordered(1, "fax"), addition=True)
    back = pb.TakeBackPlacesRequest(
        account_id=customer.id, order_id=addition.order_id, sizes=addition.sizes, ordered=addition.ordered
    )
    await stub(room, "worker").TakeBackPlaces(back)
    for name in ("anna", "bruno"):
        await customer.create_mailbox(f"{name}@rossi.example")
    assert await had(customer) == {"anna": ["archive"], "bruno": ["archive"]}


async def test_of_two_mailboxes_at_once_one_gets_the_last_covered_option(room: TestRoom, customer: Customer) -> None:
    await bought(room, customer, ANNUAL, ordered(1, "archive"), ordered(5))
    made = [await customer.create_mailbox(f"box{n}@rossi.example", options=options()) for n in range(4)]
    answers = await asyncio.gather(
        *(customer.update_mailbox(one.mailbox_id, options=options("archive")) for one in made), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [one.reason for one in refused] == [errors_pb2.REASON_OPTION_LIMIT] * 3
    assert numbers((await customer.allowance()).options) == {"archive": 1}


async def test_of_two_mailboxes_made_at_once_one_gets_what_was_ordered(room: TestRoom, customer: Customer) -> None:
    await bought(room, customer, MONTHLY, ordered(1, "archive"), ordered(4))
    names = [f"box{n}@rossi.example" for n in range(5)]
    made = await asyncio.gather(*(customer.create_mailbox(name) for name in names))
    assert sorted(list(one.options) for one in made) == [[], [], [], [], ["archive"]]
    assert await room.rows("ordered_mailboxes") == []


async def test_the_same_request_again_changes_nothing(room: TestRoom, customer: Customer) -> None:
    await bought(room, customer, MONTHLY, ordered(2, "archive"))
    create = {"request_id": request_id(), "options": options("archive")}
    made = await customer.create_mailbox("anna@rossi.example", **create)
    change = {"request_id": request_id(), "options": options("archive", "fax")}
    await customer.update_mailbox(made.mailbox_id, **change)
    spans, waiting = await room.rows("mailbox_spans"), await room.rows("ordered_mailboxes")
    room.clock.advance(hours=1)
    await customer.create_mailbox("anna@rossi.example", **create)
    await customer.update_mailbox(made.mailbox_id, **{**change, "options": options("fax", "archive")})
    assert (await room.rows("mailbox_spans"), await room.rows("ordered_mailboxes")) == (spans, waiting)
    for again in (
        customer.create_mailbox("anna@rossi.example", **{**create, "options": options()}),
        customer.update_mailbox(made.mailbox_id, **{**change, "options": options()}),
    ):
        await refused_for(again, errors_pb2.REASON_REQUEST_ID_REUSED)


async def test_while_an_account_is_suspended_options_are_taken_off_and_none_comes(
    room: TestRoom, customer: Customer
) -> None:
    await bought(room, customer, MONTHLY, ordered(5))
    made = await customer.create_mailbox("anna@rossi.example", options=options("archive"))
    await stub(room, "worker").SuspendAccount(suspension(customer.id))
    await refused_for(
        customer.update_mailbox(made.mailbox_id, options=options("archive", "fax")),
        errors_pb2.REASON_ACCOUNT_RESTRICTED,
    )
    assert list((await customer.update_mailbox(made.mailbox_id, options=options())).options) == []


async def test_a_day_counts_each_option_that_a_mailbox_had_at_any_moment_of_it(
    room: TestRoom, customer: Customer
) -> None:
    await bought(room, customer, MONTHLY, ordered(1, "archive"), ordered(4))
    made = await customer.create_mailbox("anna@rossi.example", size=SIZE_25)
    await customer.create_mailbox("bruno@rossi.example", options=options("archive"))
    room.clock.advance(days=1)
    await customer.update_mailbox(made.mailbox_id, options=options("fax"))
    await customer.update_mailbox(made.mailbox_id, options=options())
    await customer.update_mailbox(made.mailbox_id, options=options("fax"))
    room.clock.advance(days=1)
    await customer.delete_mailbox(made.mailbox_id)
    room.clock.advance(days=1)
    request = pb.GetUsageRequest(
        account_id=customer.id,
        first=common_pb2.Date(year=2026, month=3, day=1),
        last=common_pb2.Date(year=2026, month=3, day=6),
    )
    usage = (await stub(room, "ordering").GetUsage(request)).days
    assert [numbers(day.options) for day in usage] == [
        {},
        {"archive": 2},
        {"archive": 2, "fax": 1},
        {"archive": 1, "fax": 1},
        {"archive": 1},
        {},
    ]
    assert [sum(size.mailboxes for size in day.sizes) for day in usage] == [0, 2, 2, 2, 1, 0]


async def test_nothing_of_the_ordered_options_outlives_a_purge(room: TestRoom, customer: Customer) -> None:
    await bought(room, customer, ANNUAL, ordered(2, "archive"))
    purge = pb.PurgeAccountRequest(account_id=customer.id, contract_ended=True)
    await stub(room, "worker").PurgeAccount(purge)
    assert (await room.rows("option_places"), await room.rows("ordered_mailboxes")) == ([], [])


@pytest.mark.parametrize(
    ("entries", "bad"),
    [
        ([ordered(1, "archive")], ["ordered"]),
        ([pb.OrderedMailboxes(mailboxes=2)], ["ordered[0].size"]),
        ([ordered(2, "")], ["ordered[0].options[0]"]),
        ([ordered(0), ordered(2)], ["ordered[0].mailboxes"]),
    ],
)
async def test_an_unlock_whose_options_do_not_fit_its_mailboxes_is_refused(
    room: TestRoom, entries: list[pb.OrderedMailboxes], bad: list[str]
) -> None:
    customer = await new_customer(room)
    request = order_of(customer, MONTHLY)
    request.mailboxes = 2
    request.ordered.extend(entries)
    refused = await refused_for(stub(room, "worker").UnlockAccount(request), errors_pb2.REASON_INVALID_INPUT)
    assert [violation.field for violation in refused.violations] == bad
    assert await room.rows("unlocks") == []


async def test_what_was_ordered_is_given_also_where_it_is_no_longer_sold(room: TestRoom, customer: Customer) -> None:
    await bought(room, customer, MONTHLY, ordered(1, "fax"))
    room.clock.advance(days=10)
    assert list((await customer.create_mailbox("anna@rossi.example")).options) == ["fax"]


async def test_a_stranger_s_mailbox_is_not_found(room: TestRoom, customer: Customer) -> None:
    await bought(room, customer, MONTHLY, ordered(5))
    made = await customer.create_mailbox("anna@rossi.example")
    stranger = await new_customer(room)
    with refused_as(errors_pb2.REASON_NOT_FOUND):
        await stranger.update_mailbox(made.mailbox_id, options=options("archive"), password=PASSWORD)


sizes = st.sampled_from(BANDS_GB)
entries = st.lists(
    st.builds(
        Ordered, sizes, st.sampled_from([(), ("archive",), ("activesync", "archive"), ("fax",)]), st.integers(1, 4)
    ),
    max_size=5,
).map(together)
boxes = st.lists(sizes, max_size=8).map(
    lambda found: [
        Mailbox(
            UUID(int=place),
            UUID(int=0),
            UUID(int=0),
            f"{place}@rossi.example",
            size,
            active=True,
            created_at=datetime(2026, 3, 2, tzinfo=UTC) + timedelta(minutes=place),
        )
        for place, size in enumerate(found)
    ]
)


@for_all(boxes, entries)
def test_every_mailbox_takes_one_of_the_ordered_and_nothing_gets_lost(
    existing: list[Mailbox], brought: Sequence[Ordered]
) -> None:
    found = given(existing, brought)
    number = sum(entry.mailboxes for entry in brought)
    assert set(found.options) == {mailbox.id for mailbox in existing}
    assert sum(entry.mailboxes for entry in found.left) == max(0, number - len(existing))
    carried = places_of(Ordered(8, options, 1) for options in found.options.values())
    assert carried + places_of(found.left) == places_of(brought)


@for_all(entries, sizes, st.sampled_from([None, (), ("archive",), ("fax",)]))
def test_a_mailbox_takes_the_smallest_that_holds_it_else_the_largest(
    waiting: Sequence[Ordered], size_gb: int, wanted: tuple[str, ...] | None
) -> None:
    found, left = taken(waiting, size_gb, wanted)
    alike = [entry for entry in waiting if entry.options == wanted] or waiting
    if found is None:
        assert not waiting
        return
    assert found in alike
    assert not [one for one in alike if one.size_gb == found.size_gb and len(one.options) > len(found.options)]
    fitting = [entry.size_gb for entry in alike if entry.size_gb >= size_gb]
    assert found.size_gb == (min(fitting) if fitting else max(entry.size_gb for entry in alike))
    assert together(left, [Ordered(found.size_gb, found.options, 1)]) == tuple(waiting)


@for_all(entries, entries)
def test_what_is_taken_back_leaves_what_was_there_before(first: Sequence[Ordered], more: Sequence[Ordered]) -> None:
    assert without(together(first, more), more) == tuple(first)


def test_the_options_sold_are_those_of_the_edition_in_force() -> None:
    assert [
        SOLD.sold_on(day) for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 4), date(2026, 3, 5))
    ] == [
        frozenset(),
        {"archive", "fax"},
        {"archive", "fax"},
        {"archive", "activesync"},
    ]
    assert SOLD.known == {"archive", "fax", "activesync"}


@pytest.mark.parametrize("text", ["", "editions: []", "editions: [{valid_from: 2026-01-01, options: [{name: x}]}]"])
def test_a_price_list_without_what_this_room_asks_of_it_stops_the_start(tmp_path: Path, text: str) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(text)
    with pytest.raises(BadFile):
        load_option_list(file)
