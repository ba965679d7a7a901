"""How a customer of a soak pays: by a habit of the day, which is chosen anew for each proforma."""

import asyncio
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp

from casella.common.v1 import common_pb2 as common
from casella.payments.v1 import payments_pb2
from tests.soak.bank import Moved

if TYPE_CHECKING:
    from tests.soak.person import Person

_HTTP = aiohttp.ClientTimeout(total=600)
"""As long as a machine may need that is busy with other things."""
_HABITS = {
    "exactly": 75,
    "late": 10,
    "very late": 4,
    "too late": 2,
    "by number": 6,
    "short": 5,
    "over": 5,
    "in parts": 4,
    "twice": 3,
    "nameless": 2,
    "another's reference": 2,
    "never": 1.5,
}
"""How a proforma is paid, with its weight: most customers stay for years, and still each way comes often enough."""
_DAYS = {"late": (8, 14), "very late": (20, 38), "too late": (16, 60)}
_ONLINE = {"card:succeeded": 6, "paypal:succeeded": 4, "card:declined": 1, "card:processing": 1}
_DISPUTED, _CALLED_BACK = 0.1, 0.03


async def answer(person: "Person", number: str, today: date) -> None:
    """Decide how and when to pay a proforma that has come."""
    request = await person.request(number)
    if request.state != payments_pb2.PAYMENT_REQUEST_STATE_OPEN:
        return
    if request.method == common.PAYMENT_METHOD_AUTOMATIC_DEBIT and request.HasField("debit"):
        person.note(today, f"lets {number} be debited")
        return
    habit = person.rng.choices(list(_HABITS), list(_HABITS.values()))[0]
    person.note(today, f"will pay {number} {habit}")
    if habit == "never":
        return
    soon = (0, 0, 0, 1, 2) if request.pay_url else (0, 0, 1, 2, 4)  # an order by link lapses after three days
    days = person.rng.randint(*_DAYS[habit]) if habit in _DAYS else person.rng.choice(soon)
    if request.pay_url:
        person.plan(today, days, f"pay {number} online", partial(_online, person, number, 2 if habit == "twice" else 1))
    else:
        person.plan(today, days, f"pay {number}", partial(_transfer, person, request, habit))


async def _transfer(person: "Person", asked: payments_pb2.PaymentRequest, habit: str, today: date) -> None:
    """By the instructions of the proforma, whatever has become of it since."""
    minor, reference, number = asked.amount.minor, asked.transfer.reference, asked.proforma_number
    person.bank.iban = asked.transfer.iban
    match habit:
        case "nameless":
            _send(person, today, minor, text="bonifico")
        case "by number":
            _send(person, today, minor, text=f"saldo {number}")
        case "another's reference":
            theirs = person.bank.references_before(today)
            _send(person, today, minor, reference=person.rng.choice(theirs) if theirs else reference)
        case "short":
            _send(person, today, max(minor - person.rng.choice((5, 50, 300)), 1), reference=reference)
        case "over":
            _send(person, today, minor + person.rng.choice((1, 100, 500)), reference=reference)
        case "in parts":
            part = minor // person.rng.choice((2, 3))
            _send(person, today, max(part, 1), reference=reference)
            days = person.rng.choice((1, 3, 5, 11, 14))
            person.plan(today, days, f"rest of {number}", partial(_rest, person, asked, part))
        case "twice":
            _send(person, today, minor, reference=reference)
            _send(person, today, minor, reference=reference)
        case _:
            sent = _send(person, today, minor, reference=reference)
            if person.rng.random() < _CALLED_BACK:
                days = person.rng.randrange(1, 9)
                person.plan(today, days, f"call {number} back", partial(_call_back, person, sent))


async def _rest(person: "Person", asked: payments_pb2.PaymentRequest, part: int, today: date) -> None:
    _send(person, today, asked.amount.minor - part, reference=asked.transfer.reference)


async def _call_back(person: "Person", sent: Moved, today: date) -> None:
    person.bank.take_back(sent, today)


def _send(person: "Person", today: date, minor: int, *, reference: str = "", text: str = "") -> Moved:
    person.note(today, f"transfers {minor} with {reference or text!r}")
    return person.bank.transfer(person.number, minor, today, reference=reference, text=text)


async def _online(person: "Person", number: str, tabs: int, today: date) -> None:
    """On the hosted page, in one tab or in two at once."""
    request = await person.request(number)
    if not request.pay_url:
        person.note(today, f"finds no link to pay {number} any more")
        return
    debit = request.method == common.PAYMENT_METHOD_AUTOMATIC_DEBIT
    how = "paypal:succeeded" if debit else person.rng.choices(list(_ONLINE), list(_ONLINE.values()))[0]
    await press(person, today, request.pay_url, how, tabs=tabs)
    if how == "card:declined":
        person.plan(today, 1, f"pay {number} after all", partial(_online, person, number, 1))
    elif how == "card:processing":
        ends = partial(_settle, person, request.payment_request_id, person.rng.choice((True, True, True, False)))
        person.plan(today, person.rng.choice((0, 1, 4)), f"the charge of {number} ends", ends)
    elif person.rng.random() < _DISPUTED:
        dispute = partial(_dispute, person, request.payment_request_id)
        person.plan(today, person.rng.randrange(3, 45), f"dispute {number}", dispute)


async def press(person: "Person", today: date, url: str, how: str, *, tabs: int = 1) -> None:
    """Press a button of the hosted page behind a link."""
    async with aiohttp.ClientSession(timeout=_HTTP) as session:
        async with session.get(url) as page:
            hosted = page.url
        if not hosted.path.startswith("/c/pay/"):
            person.note(today, f"is shown {hosted.path}")
            return

        async def pressed() -> int:
            async with session.post(hosted, data={"pay": how}) as page:
                return page.status

        told = await asyncio.gather(*(pressed() for _ in range(tabs)))
        person.note(today, f"presses {how}: {told}")
        person.done[how] += 1


async def provider(person: "Person") -> dict[str, list[dict[str, Any]]]:
    """What the stand-in of Stripe has."""
    async with aiohttp.ClientSession(timeout=_HTTP) as http, http.get(f"{_stripe(person)}/state") as answered:
        found: dict[str, list[dict[str, Any]]] = await answered.json()
        return found


async def _charge(person: "Person", request_id: str) -> str | None:
    """The provider's number of what was paid for a payment request."""
    intents = (await provider(person))["payment_intents"]
    return next((each["id"] for each in intents if request_id in each["metadata"].values()), None)


async def _settle(person: "Person", request_id: str, succeeded: object, today: date) -> None:
    charge = await _charge(person, request_id)
    told = await lever(person, f"payment_intents/{charge}/settle", succeeded=succeeded)
    person.note(today, f"the charge {'succeeds' if succeeded else 'fails'}: {told}")


async def _dispute(person: "Person", request_id: str, today: date) -> None:
    """The payer's bank takes the money back, and gives it again or not."""
    charge = await _charge(person, request_id)
    told = await lever(person, f"payment_intents/{charge}/dispute")
    person.note(today, f"disputes {charge}: {told}")
    if number := told.get("id"):
        move = person.rng.choice(("win", "lose", "lose"))
        person.plan(today, person.rng.randrange(5, 40), f"{number}: {move}", partial(_decide, person, number, move))


async def _decide(person: "Person", number: str, move: str, today: date) -> None:
    person.note(today, f"dispute {number}: {move}, {await lever(person, f'disputes/{number}/{move}')}")


async def lever(person: "Person", path: str, **data: object) -> dict[str, str]:
    """Move one of the stand-in's levers: what it moved, or its refusal under ``refused``."""
    async with (
        aiohttp.ClientSession(timeout=_HTTP) as http,
        http.post(f"{_stripe(person)}/{quote(path)}", json=data) as answered,
    ):
        if not answered.ok:
            return {"refused": await answered.text()}
        found = await answered.json()
    return {"id": str(found["id"]), "status": str(found["status"])}


def _stripe(person: "Person") -> str:
    return f"{person.play.world.site.url('stripe')}/_simulator"
