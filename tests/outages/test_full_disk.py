"""The disk under Casella's state is full for a while: nothing is lost, and all goes on once there is room.

It needs a file system of its own, so it runs only where the caller may mount one: by `make outages`, as root on Linux.
"""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from casella.common.v1 import common_pb2 as common
from casella.payments.v1 import payments_pb2
from tests.e2e.ends import payment_of, prove_the_end
from tests.e2e.play import Play, started
from tests.outages.people import Heard, reading
from tests.outages.test_outages import SECONDS

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        not {"all", "full-disk"}.intersection(os.environ.get("OUTAGES", "").split(",")),
        reason="part of `make outages`: it mounts a file system",
    ),
]

_MEGABYTES = 900
_CHUNK = bytes(1 << 20)


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system in memory that is soon full."""
    folder = tmp_path_factory.mktemp("full-disk")
    options = f"size={_MEGABYTES}m,mode=0755"
    tried = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False, capture_output=True)
    if tried.returncode:
        pytest.skip("this user may mount no file system here")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def play(small_disk: Path) -> AsyncIterator[Play]:
    async with started(small_disk / "var") as play:
        yield play


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """No byte is left until the block ends."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (len(_CHUNK), 4096, 1):
            try:
                while True:
                    file.write(_CHUNK[:size])
            except OSError:
                continue
    try:
        yield
    finally:
        filler.unlink()


async def test_a_full_disk_loses_nothing_and_heals_by_itself(play: Play, small_disk: Path) -> None:
    reader = play.customer("reader")
    await reader.begin_trial()
    buyers = [await play.buyer(common.PAYMENT_METHOD_ONLINE) for _ in range(3)]
    for customer, _ in buyers:
        await play.proforma(customer)
    visitor, heard = play.customer("visitor"), Heard()
    with full(small_disk):
        async with reading(reader, heard):
            # The stand-in of Stripe keeps its state on the same disk, so it may refuse to take the money.
            await asyncio.gather(*(play.pay_by_card(customer) for customer, _ in buyers), return_exceptions=True)
            signed_up = await heard.of("SignUp", visitor.sign_up())
            await asyncio.sleep(SECONDS)
    heard.tell("full disk", SECONDS)
    for name in ("postgres", "temporal"):
        await play.world.wait_ready(name)
    if signed_up is None:
        await heard.again("SignUp", visitor.sign_up, 60)
    await visitor.confirm()
    for customer, order in buyers:
        if (await payment_of(play, order.order_id)).state != payments_pb2.PAYMENT_REQUEST_STATE_PAID:
            await play.pay_by_card(customer)
        await play.fulfilled(customer, order.order_id)
    for customer, order in buyers:
        await prove_the_end(play, customer, order.order_id)
