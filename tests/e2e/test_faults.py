"""Kill -9 of a service, the worker, Temporal and PostgreSQL, each at three moments of a paid order: all ends right."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest
import pytest_asyncio

from casella.common.v1 import common_pb2 as common
from casella.ordering.v1 import ordering_pb2
from casella.payments.v1 import payments_pb2
from tests.e2e.ends import count, courtesy_invoices, payment_of, prove_the_end
from tests.e2e.moments import locked, unlocked_but_not_invoiced
from tests.e2e.play import Play, started
from tests.support.moment import Moment

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("faults")]

VICTIMS = ("service", "worker", "temporal", "postgres")
_ORDER = "SELECT 1 FROM orders WHERE id = $1 FOR UPDATE"


@dataclass(frozen=True)
class Scene:
    """A Casella with two moments at which it can be made to stand still."""

    play: Play
    before_commit: Moment
    mail_accepted: Moment

    @asynccontextmanager
    async def killed(self, victim: str, service: str) -> AsyncIterator[None]:
        """Kill -9; the block runs while the victim is away, and its end waits for the launcher to have it back."""
        world, name = self.play.world, service if victim == "service" else victim
        before, said = (await world.processes())[name], len(world.said)
        await world.kill(name)
        yield
        await world.wait_ready(name)
        assert (await world.processes())[name] != before
        assert any(line.startswith(f"{name} was ended by SIGKILL") for line in world.said[said:])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    folder = tmp_path_factory.mktemp("faults")
    before_commit = Moment(folder, "payments.HandleWebhook.before_commit")
    mail_accepted = Moment(folder, "invoicing.mail.after")
    hooks = {"payments": {"CASELLA_HOOKS": before_commit.hook}, "invoicing": {"CASELLA_HOOKS": mail_accepted.hook}}
    async with started(folder / "var", hooks) as play:
        yield Scene(play, before_commit, mail_accepted)


@pytest.mark.parametrize("victim", VICTIMS)
async def test_a_kill_before_the_commit_of_the_payment(scene: Scene, victim: str) -> None:
    play = scene.play
    customer, order = await play.buyer(common.PAYMENT_METHOD_ONLINE)
    await play.proforma(customer)
    scene.before_commit.arm()
    await play.pay_by_card(customer)
    await scene.before_commit.reached()
    assert (await payment_of(play, order.order_id)).state == payments_pb2.PAYMENT_REQUEST_STATE_OPEN
    async with scene.killed(victim, service="payments"):
        scene.before_commit.let_go()
    await prove_the_end(play, customer, order.order_id)


@pytest.mark.parametrize("victim", VICTIMS)
async def test_a_kill_between_unlock_and_invoice(scene: Scene, victim: str) -> None:
    async with AsyncExitStack() as away, unlocked_but_not_invoiced(scene.play) as (customer, order):
        await away.enter_async_context(scene.killed(victim, service="invoicing"))
    await prove_the_end(scene.play, customer, order.order_id)


@pytest.mark.parametrize("victim", VICTIMS)
async def test_a_kill_between_the_smtp_servers_acceptance_and_our_commit(scene: Scene, victim: str) -> None:
    """The courtesy invoice is with the customer, which only the SMTP server knows; the order is not fulfilled yet."""
    play = scene.play
    async with AsyncExitStack() as away, AsyncExitStack() as row:
        async with unlocked_but_not_invoiced(play) as (customer, order):
            scene.mail_accepted.arm()
            await row.enter_async_context(locked(play, "ordering", _ORDER, UUID(order.order_id)))
        await scene.mail_accepted.reached()
        assert len(await courtesy_invoices(play, customer)) == 1
        unsent = "mails WHERE subject_id = $1 AND sent_at IS NULL"
        assert await count(play, "invoicing", unsent, UUID(customer.account_id)) == 1
        assert (await customer.order(order.order_id)).state == ordering_pb2.ORDER_STATE_PAID
        await away.enter_async_context(scene.killed(victim, service="invoicing"))
        scene.mail_accepted.let_go()
    await prove_the_end(play, customer, order.order_id)
    lost_our_commit = victim in ("service", "postgres")
    assert len(await courtesy_invoices(play, customer)) == (2 if lost_our_commit else 1)
