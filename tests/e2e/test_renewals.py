"""Subscriptions on real parts: a second period that is paid after the suspension, never paid, or cancelled before it;
and a month with options that change in the panel.
"""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from casella.ordering.v1 import ordering_pb2
from services.kit.calendar import Period, rome_date
from services.kit.wire import from_timestamp
from tests.e2e.every_kind import EveryKind
from tests.e2e.subscribers import DAY, Stage, a_stage, an_invoice_of
from workflows import names

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("renewals")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A Casella with a calendar that moves."""
    async with a_stage(tmp_path_factory.mktemp("renewals") / "var") as found:
        yield found


async def test_what_becomes_of_a_second_period_and_of_all_that_is_open_when_temporal_is_lost(stage: Stage) -> None:
    late, never, leaver = [await stage.subscriber() for _ in range(3)]
    answer = await stage.desk.update(leaver.renewal(2), "cancel_subscription", {"reason_code": "customer_asked"})
    assert not answer.refusal
    await leaver.stands(2, "Ending")
    await leaver.written("Conferma della tua disdetta")

    await stage.to_measuring(late, 2)
    for subscriber in (late, never):
        await subscriber.stands(2, "AwaitingPayment")
        await subscriber.stands(3, "Scheduled")
    await stage.go_to(from_timestamp((await late.period(2)).due_at) + 11 * DAY)
    for subscriber in (late, never):
        await subscriber.stands(2, "Suspended")
        assert not await subscriber.sends()
        assert (
            len([line for line in await subscriber.subjects() if line.startswith("Promemoria: il tuo servizio")]) == 2
        )
    others = await EveryKind.open(stage, late)
    await others.outlive_temporal()
    await others.decide()
    await late.pay(2)
    await late.stands(2, "Invoiced")
    assert await late.sends()
    second, subscription = await late.period(2), await late.subscription()
    assert (subscription.period_end, subscription.HasField("suspended_at")) == (second.period_end, False)
    await an_invoice_of(stage, late, second)

    await stage.go_to(stage.calendar.now() + 31 * DAY)
    await never.stands(2, "Unpaid")
    assert (await never.period(2)).state == ordering_pb2.PERIOD_STATE_UNPAID
    assert (await never.subscription()).state == ordering_pb2.SUBSCRIPTION_STATE_CLOSING
    await stage.go_to(stage.calendar.now() + 31 * DAY)
    await leaver.stands(2, "Void")
    await others.end()
    for subscriber in (never, leaver):
        await stage.desk.stands(names.purge_id(subscriber.customer.account_id), "Purged")
        assert (await subscriber.subscription()).state == ordering_pb2.SUBSCRIPTION_STATE_ENDED


@pytest.mark.parametrize("pays", [True, False])
async def test_what_was_used_above_the_prepaid_is_asked_for_once_a_cancelled_contract_has_ended(
    stage: Stage, *, pays: bool
) -> None:
    user = await stage.subscriber()
    domain = f"bottega-{uuid4().hex[:8]}.example"
    await user.customer.add_domain(domain)
    for number in range(8):
        await user.customer.create_mailbox(f"m{number}@{domain}")
    assert not (await stage.desk.update(user.renewal(2), "cancel_subscription", {"reason_code": "asked"})).refusal
    so_far = await user.upcoming()
    assert (so_far.last, [size.above for size in so_far.usage[0].sizes]) == (True, [3])
    await stage.go_to(from_timestamp((await user.subscription()).ends_at))
    await user.stands(2, "AwaitingPayment")
    assert not await user.sends()
    last = await user.period(2)
    assert all("oltre il prepagato" in line.description for line in last.lines)
    await user.written("Il tuo servizio è terminato")
    if pays:
        await user.pay(2)
        await user.stands(2, "Closing")
        await an_invoice_of(stage, user, await user.period(2))
    await stage.go_to(stage.calendar.now() + 31 * DAY)
    await user.stands(2, "Invoiced" if pays else "Unpaid")
    await stage.desk.stands(names.purge_id(user.customer.account_id), "Purged")
    assert (await user.subscription()).state == ordering_pb2.SUBSCRIPTION_STATE_ENDED


async def test_a_month_with_an_option_that_is_set_in_the_panel(stage: Stage) -> None:
    buyer = await stage.subscriber(None, "archive")
    customer, domain = buyer.customer, f"bottega-{uuid4().hex[:8]}.example"
    await customer.add_domain(domain)
    boxes = [await customer.create_mailbox(f"m{number}@{domain}") for number in range(5)]
    assert [list(box.options) for box in boxes] == [["archive"]] * 5

    await stage.to_measuring(buyer, 2)
    await buyer.stands(2, "AwaitingPayment")
    await buyer.pay(2)
    await buyer.stands(2, "Invoiced")
    customer.forget_session()
    set_on = rome_date(stage.calendar.now())
    assert list((await customer.set_options(boxes[0], "archive", "activesync")).options) == ["activesync", "archive"]
    await customer.set_options(boxes[1])
    await stage.go_to(stage.calendar.now() + 9 * DAY)
    customer.forget_session()
    await customer.set_options(boxes[0], "archive")
    days = (rome_date(stage.calendar.now()) - set_on).days + 1
    so_far = await buyer.upcoming()
    assert sum(option.above for day in so_far.usage for option in day.options if option.code == "activesync") == days

    await stage.to_measuring(buyer, 3)
    await buyer.stands(3, "AwaitingPayment")
    third = await buyer.period(3)
    above = [line for line in third.lines if "ActiveSync" in line.description]
    coming = [line for line in third.lines if "Archivio" in line.description]
    assert [line.net.minor for line in above] == [round(90 * days / Period.month(set_on).days)]
    assert f"{days} giorni-casella" in above[0].description
    assert [(line.quantity, line.net.minor) for line in coming] == [(4, 480)]
    assert [line for line in so_far.lines if "Archivio" in line.description] == coming
    await buyer.pay(3)
    await buyer.stands(3, "Invoiced")
    await an_invoice_of(stage, buyer, await buyer.period(3))
