"""RPCs against the floor: what a call of Casella costs by what a bare server with the same durable SQL costs.

Server and PostgreSQL are counted, the caller is not. A room's own part after the answer, such as its relay's, is
counted with the call, because it is paid with each.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

from bench import floor_run
from bench.calls import Call, Calls
from bench.customers import buyers
from bench.driving import in_flight
from bench.figures import Figure, ratios
from bench.floor_run import open_floor
from bench.installation import Installation
from bench.processes import spent
from casella.common.v1 import common_pb2 as common
from casella.mailboxes.v1 import mailboxes_pb2
from deploy.local.demo.customer import Customer
from services.kit.errors import Refused

_AT_ONCE = 20
_ROUNDS = 3
_CALLS = 300
_FEW = {"CreateQuote": 120, "SaveBillingProfile": 60, "PlaceOrder": 20, "HandleWebhook": 40}
"""Calls that an account may make only so often a day (`deploy/policy.yaml`), or for which a customer has to come."""
_MAILBOXES = 5
_READERS = 4
_TRIED, _LIMIT = 40, 25


async def measure(installation: Installation) -> AsyncIterator[Figure]:
    """All RPCs; the figures of each as soon as it is done."""
    through = await _let_through(installation)
    yield Figure(f"RecordSend: of {_TRIED} at once let through", "", [through], at_least=_LIMIT, at_most=_LIMIT)
    ready = await buyers(installation, _READERS + _ROUNDS * _FEW["PlaceOrder"])
    readers, others = ready[:_READERS], ready[_READERS:]
    addresses = []
    for reader in readers:
        addresses += await _mailboxes(reader.customer, _MAILBOXES)
        await _unlock(installation, reader.customer)
    calls = Calls(installation, readers, addresses, others)
    await installation.rest()
    async with installation.still(), open_floor(installation, addresses) as bare:
        for measured in calls.measured():
            number = _FEW.get(measured.name, _CALLS)
            costs: list[float] = []
            floors: list[float] = []
            rates: list[float] = []
            for _ in range(_ROUNDS):
                floor = [bare(measured.floor) for _ in range(_CALLS)]  # of a few calls the CPU time is told as nothing
                floors.append(await _cost(installation, floor_run.PROCESS, floor, []))
                costs.append(await _cost(installation, measured.room, await measured.make(number), rates))
            name = measured.name
            yield Figure(f"{name}: CPU by the floor's", "ratio", ratios(costs, floors), at_most=measured.at_most)
            yield Figure(f"{name}: CPU", "ms", costs)
            if name == "RecordSend":
                yield Figure("RecordSend: answers", "/s", rates)


async def _cost(installation: Installation, server: str, calls: Sequence[Call], rates: list[float]) -> float:
    """CPU-milliseconds of a call, of the server and PostgreSQL."""
    before = installation.cpu()
    _, seconds = await in_flight(_AT_ONCE, calls, lambda call: call())
    used = spent(before, installation.cpu())
    rates.append(len(calls) / seconds)
    return 1000 * (used[server] + used["postgres"]) / len(calls)


async def _mailboxes(customer: Customer, number: int) -> list[str]:
    """The addresses of new mailboxes of an account."""
    domain = f"{uuid4().hex[:12]}.example"
    await customer.add_domain(domain)
    addresses = [f"m{each}@{domain}" for each in range(number)]
    for address in addresses:
        await customer.create_mailbox(address)
    return addresses


async def _unlock(installation: Installation, customer: Customer) -> None:
    """Give an account a paid contract's limits, which let it send what is measured."""
    request = mailboxes_pb2.UnlockAccountRequest(
        account_id=customer.account_id, order_id=str(uuid4()), billing=common.BILLING_PERIOD_MONTHLY,
        mailboxes=_MAILBOXES,
    )  # fmt: skip
    await installation.worker.mailboxes.UnlockAccount(request)


async def _let_through(installation: Installation) -> int:
    """How many of forty messages of one mailbox in trial, all told at once, may leave."""
    (buyer,) = await buyers(installation, 1)
    addresses = await _mailboxes(buyer.customer, 1)
    calls = await Calls(installation, [buyer], addresses, []).record_send(_TRIED)
    answers = await asyncio.gather(*(call() for call in calls), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    if unexpected := [answer for answer in answers if isinstance(answer, Exception) and answer not in refused]:
        raise unexpected[0]
    return _TRIED - len(refused)
