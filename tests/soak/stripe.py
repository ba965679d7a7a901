"""What the stand-in of Stripe says that it has."""

from typing import Any

from tests.e2e.operator_desk import Desk


async def taken(desk: Desk) -> int:
    """Cents that it took less what it gave back, or withdrew for disputes with their fees; payouts are not its own."""
    url = f"{desk.play.world.site.url('stripe')}/_simulator/state"
    async with desk.session.get(url, raise_for_status=True) as answer:
        state: dict[str, list[dict[str, Any]]] = await answer.json()
    received = sum(each["amount_received"] for each in state["payment_intents"] if each["status"] == "succeeded")
    given = sum(each["amount"] for each in state["refunds"] if each["status"] == "succeeded")
    disputed = sum(moved["net"] for each in state["disputes"] for moved in each["balance_transactions"])
    return int(received - given + disputed)
