"""`casella webhooks` on a running Casella: from the registration to a real event at the receiver."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from casella.common.v1 import common_pb2 as common
from tests.cli.desk import open_ticket
from tests.cli.running import Terminal
from tests.e2e.play import Play, started
from tests.gateway.receiver import Receiver

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("webhooks")]

NOBODY = "01939f4e-7c1a-7d55-9f3b-0242ac120002"
CANARIES = ("Rossi", "Anna", "RSSNNA", "@", "Via ", "+39", "Posta in arrivo")
"""What a story's customer is called, where they live, what they wrote."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def play(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Play]:
    async with started(tmp_path_factory.mktemp("webhooks") / "var") as play:
        yield play


@pytest.fixture
def terminal(play: Play) -> Terminal:
    return Terminal({"CASELLA_VAR": str(play.world.site.var)})


async def test_an_endpoint_is_told_of_a_whole_purchase_and_of_nobodys_name(play: Play, terminal: Terminal) -> None:
    async with Receiver() as receiver:
        added = (await terminal.casella("webhooks", "add", receiver.url, "--json")).well().json
        endpoint_id = added["endpoint"]["endpoint_id"]
        assert added["secret"].startswith("whsec_")
        shown = (await terminal.casella("webhooks", "list")).well().out
        assert endpoint_id in shown
        assert added["secret"] not in shown
        assert "HTTP 200" in (await terminal.casella("webhooks", "test", endpoint_id)).well().out
        buyer, order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
        await play.pay_by_card(buyer)
        await play.fulfilled(buyer, order.order_id)
        await open_ticket(buyer)
        expected = {
            "webhook.test", "trial.started", "trial.bought", "account.unlocked", "order.placed", "order.paid",
            "order.fulfilled", "subscription.started", "payment.completed", "proforma.issued", "invoice.issued",
            "ticket.opened",
        }  # fmt: skip
        await receiver.wait_for(len(expected))
        bodies = [post.body for post in receiver.posts]
        assert expected <= {post.body.split('"')[3] for post in receiver.posts}
    for canary in CANARIES:
        assert canary not in "".join(bodies)
    listed = (await terminal.casella("webhooks", "deliveries", "--endpoint", endpoint_id)).well().out
    assert "order.fulfilled" in listed
    assert "removed" in (await terminal.casella("webhooks", "remove", endpoint_id)).well().out
    assert (await terminal.casella("webhooks", "list", "--json")).well().json == []


async def test_a_test_that_is_refused_is_told_with_its_reason(terminal: Terminal) -> None:
    async with Receiver(500) as receiver:
        added = (await terminal.casella("webhooks", "add", receiver.url, "--types", "order.*", "--json")).well().json
        endpoint_id = added["endpoint"]["endpoint_id"]
        (await terminal.casella("webhooks", "test", endpoint_id)).badly(1, "HTTP_500", "tried again")
        assert f"tried again: 1: {receiver.url}" in (await terminal.casella("doctor")).well().out
        (await terminal.casella("webhooks", "enable", endpoint_id)).well()
        (await terminal.casella("webhooks", "remove", endpoint_id)).well()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "mailto:anna@example.it"), "url"),
        (("add", "http://127.0.0.1/", "--types", "order.plced"), "types[0]"),
    ],
)
async def test_what_cannot_be_registered_is_refused(terminal: Terminal, arguments: tuple[str, ...], words: str) -> None:
    (await terminal.casella("webhooks", *arguments)).badly(2, words)


@pytest.mark.parametrize("command", ["remove", "enable", "test"])
async def test_an_unknown_endpoint_is_told_plainly(terminal: Terminal, command: str) -> None:
    (await terminal.casella("webhooks", command, NOBODY)).badly(1, "no endpoint", "casella webhooks list")
