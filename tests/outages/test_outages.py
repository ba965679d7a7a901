"""Something that Casella needs is away for minutes, under load: everybody is told to come again, nothing is lost.

`make outages` has each of them away for five minutes, in both ways; a sample of seconds stands in `make test`. The
outside parties are stand-ins here: this shows what we do when they are away, not how the real ones behave.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from deploy.local.demo import paying, people
from deploy.local.demo.customer import Customer
from services.kit.calendar import ROME
from tests.e2e.ends import payment_of, prove_the_end
from tests.e2e.play import Play, started
from tests.e2e.stories import stripe, stripe_events, stripe_resends
from tests.outages.away import How, Trouble
from tests.outages.people import Heard, reading, stripe_bodies

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("outages")]

SECONDS = float(os.environ.get("OUTAGE_SECONDS", "6"))
"""Longer than a caller's deadline of five seconds, so that some run out while it lasts."""
_VICTIMS = ("postgres", "temporal", "mailsink", "stripe", "sdi", "vies", "dns")
_WAYS: tuple[How, ...] = ("gone", "frozen")
_SAMPLE = (Trouble("postgres", "frozen"), Trouble("temporal", "gone"))
_ALL = tuple(Trouble(victim, how) for victim in _VICTIMS for how in _WAYS)
_CATCH_UP_SECONDS = 180.0
"""More than all the pauses that may follow each other: relay 30 s, activity 30 s, name servers and VIES a minute."""
_GERMAN = common.Address(street="Lange Straße 5", postal_code="10115", city="Berlin", country="DE")


def _chosen() -> tuple[Trouble, ...]:
    wanted = os.environ.get("OUTAGES", "")
    names = ["all", *map(str, _ALL), "full-disk"]
    if unknown := [name for name in wanted.split(",") if name and name not in names]:  # nothing would be played
        pytest.exit(f"OUTAGES={','.join(unknown)}: the outages are {', '.join(names)}", returncode=2)
    return tuple(each for each in _ALL if wanted == "all" or str(each) in wanted.split(",")) if wanted else _SAMPLE


@dataclass(frozen=True)
class Cast:
    """Who is in the middle of something when it begins.

    Attributes:
        reader: Looks at their pages all the time.
        payers: Have paid on the hosted page; Stripe has not told us yet.
        sender: Has an order that waits for its transfer.
        orderers: Are about to press the order button: a private person, and a business whose VAT number is asked for.
        visitors: Have not signed up yet.
    """

    reader: Customer
    payers: list[tuple[Customer, ordering_pb2.Order]]
    sender: tuple[Customer, ordering_pb2.Order]
    orderers: list[tuple[Customer, ordering_pb2.Quote]]
    visitors: list[Customer]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def play(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Play]:
    """A Casella that asks VIES each minute instead of at growing intervals, so that a run ends."""
    folder = tmp_path_factory.mktemp("outages")
    policy = (Path(__file__).parents[2] / "deploy" / "policy.yaml").read_text()
    growing = "ask_again_minutes: [1, 5, 15, 30, 60, 180]"
    assert growing in policy
    (folder / "policy.yaml").write_text(policy.replace(growing, "ask_again_minutes: [1]"))
    async with started(folder / "var", {"ordering": {"CASELLA_POLICY_FILE": str(folder / "policy.yaml")}}) as play:
        yield play


@pytest.mark.parametrize("trouble", _chosen(), ids=str)
async def test_an_outage_loses_nothing_and_heals_by_itself(play: Play, trouble: Trouble) -> None:
    cast, known = await _cast(play), {event["id"] for event in await stripe_events(play)}
    heard = Heard()
    await stripe(play, {"hold": True})
    for customer, _ in cast.payers:
        await play.pay_by_card(customer)
    events = [each for each in await stripe_bodies(play) if each.id not in known]
    statement = await _statement(play, cast.sender[1])
    presses, forms = [str(uuid4()) for _ in cast.orderers], [str(uuid4()) for _ in cast.visitors]
    orders = [partial(_order, *each, request) for each, request in zip(cast.orderers, presses, strict=True)]
    signs = [partial(each.sign_up, request) for each, request in zip(cast.visitors, forms, strict=True)]
    bank = partial(play.operator.payments.ImportStatement, payments_pb2.ImportStatementRequest(file=statement))

    async with trouble.lasting(play.world), reading(cast.reader, heard):
        webhooks = asyncio.gather(*(heard.webhook(play, event) for event in events))
        await asyncio.gather(
            heard.of("ImportStatement", bank()),
            *(heard.of("PlaceOrder", order()) for order in orders),
            *(heard.of("SignUp", sign()) for sign in signs),
            asyncio.sleep(SECONDS),
        )
        taken = await webhooks
    heard.tell(trouble, SECONDS)
    assert heard.wrong == []

    for event, was_taken in zip(events, taken, strict=True):
        if not was_taken:  # what was taken must do without its repetition
            await stripe_resends(play, event.id)
    await heard.again("ImportStatement", bank, _CATCH_UP_SECONDS)
    placed = [await heard.again("PlaceOrder", order, _CATCH_UP_SECONDS) for order in orders]
    for sign in signs:
        await heard.again("SignUp", sign, _CATCH_UP_SECONDS)
    assert heard.wrong == []
    for customer, order in (*cast.payers, cast.sender):
        await play.fulfilled(customer, order.order_id)
    for customer, order in (*cast.payers, cast.sender):
        await prove_the_end(play, customer, order.order_id)
    await stripe(play, {})
    for (customer, _), order in zip(cast.orderers, placed, strict=True):
        await play.proforma(customer, _CATCH_UP_SECONDS)
        await play.pay_by_card(customer)
        await play.fulfilled(customer, order.order_id)
    await prove_the_end(play, cast.orderers[0][0], placed[0].order_id)
    for visitor in cast.visitors:
        await visitor.confirm(_CATCH_UP_SECONDS)


async def _cast(play: Play) -> Cast:
    reader, german = play.customer("reader"), play.customer("german")
    await asyncio.gather(reader.begin_trial(), german.begin_trial())
    party = people.business_abroad("Beispiel GmbH", "123456788", _GERMAN)
    await german.save_profile(party)
    private = play.customer()
    await private.begin_trial()
    await private.save_profile(people.private_person("Anna", "Rossi"))
    payers = [await play.buyer(common.PAYMENT_METHOD_ONLINE) for _ in range(2)]
    sender = await play.buyer(common.PAYMENT_METHOD_BANK_TRANSFER)
    for customer, _ in (*payers, sender):
        await play.proforma(customer)
    quotes = [
        (private, await private.quote(common.CUSTOMER_KIND_PRIVATE, common.BILLING_PERIOD_ANNUAL, 1)),
        (german, await german.quote(common.CUSTOMER_KIND_COMPANY, common.BILLING_PERIOD_ANNUAL, 1)),
    ]
    return Cast(reader, payers, sender, quotes, [play.customer("visitor") for _ in range(2)])


async def _order(customer: Customer, quote: ordering_pb2.Quote, request_id: str) -> ordering_pb2.Order:
    return await customer.place_order(quote, common.PAYMENT_METHOD_ONLINE, request_id)


async def _statement(play: Play, order: ordering_pb2.Order) -> bytes:
    request = await payment_of(play, order.order_id)
    booked_on = datetime.now(UTC).astimezone(ROME).date()
    transfer = paying.Transfer(request.amount, booked_on, request.transfer.reference)
    return paying.statement(request.transfer.iban, [transfer])
