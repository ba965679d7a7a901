"""One Stripe stand-in for all tests of a worker: it starts once, each test begins with it empty."""

from collections.abc import Iterator

import pytest

from deploy.local.ports import free_port
from tests.payments.world import WEBHOOK_PATH
from tests.stripe_standin import process
from tests.stripe_standin.process import StripeProcess


@pytest.fixture(scope="session")
def stripe_standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeProcess]:
    """The running stand-in; its webhooks go to a port on which each test's gateway listens."""
    folder = tmp_path_factory.mktemp("stripe")
    running = process.start(folder, f"http://127.0.0.1:{free_port()}{WEBHOOK_PATH}")
    yield running
    running.stop()
