"""`casella webhooks`: who is told of events, and whether they were reached."""

import asyncio
import time

import click

from casella.support.v1 import webhooks_pb2 as pb
from cli import screen, words
from cli.failures import Failure
from cli.rooms import Rooms, open_rooms, run
from cli.steering import Uuid
from services.kit.ids import new_id

_STATES = {
    "pending": pb.WEBHOOK_DELIVERY_STATE_PENDING,
    "delivered": pb.WEBHOOK_DELIVERY_STATE_DELIVERED,
    "given up": pb.WEBHOOK_DELIVERY_STATE_GIVEN_UP,
}
_SHOWN = 50
_PATIENCE_SECONDS = 30.0
"""An endpoint may take 15 to answer."""
_ASK_SECONDS = 0.5


@click.group(short_help="Say who is told of events, and see whether they were reached.")
def webhooks() -> None:
    """Say who is told of events, and see whether they were reached (Standard Webhooks)."""


@webhooks.command("add")
@click.argument("url")
@click.option(
    "--types", metavar="TYPE,…", help='Only these, for example "order.*,ticket.opened"; all where it is left out.'
)
@screen.json_option
def webhooks_add(url: str, types: str | None, *, as_json: bool) -> None:
    """Tell URL of what happens from now on; the secret for checking signatures is shown this once."""
    run(_add(url, [name.strip() for name in types.split(",")] if types else [], as_json=as_json))


@webhooks.command("list")
@screen.json_option
def webhooks_list(*, as_json: bool) -> None:
    """List the endpoints."""
    run(_list(as_json=as_json))


@webhooks.command("remove")
@click.argument("endpoint_id", metavar="ENDPOINT", type=Uuid())
def webhooks_remove(endpoint_id: str) -> None:
    """Remove ENDPOINT with its deliveries."""
    run(_remove(endpoint_id))


@webhooks.command("enable")
@click.argument("endpoint_id", metavar="ENDPOINT", type=Uuid())
def webhooks_enable(endpoint_id: str) -> None:
    """Tell a disabled ENDPOINT again; what waits for it leaves first."""
    run(_enable(endpoint_id))


@webhooks.command("test")
@click.argument("endpoint_id", metavar="ENDPOINT", type=Uuid())
def webhooks_test(endpoint_id: str) -> None:
    """Send ENDPOINT an event of type webhook.test and wait for its answer."""
    run(_test(endpoint_id))


@webhooks.command("deliveries")
@click.option("--endpoint", "endpoint_id", type=Uuid(), help="Only those to this endpoint.")
@click.option("--state", type=click.Choice(list(_STATES)), help="Only those in this state.")
@screen.json_option
def webhooks_deliveries(endpoint_id: str | None, state: str | None, *, as_json: bool) -> None:
    """List the newest deliveries."""
    run(_deliveries(endpoint_id or "", state, as_json=as_json))


async def _add(url: str, types: list[str], *, as_json: bool) -> None:
    request = pb.AddWebhookEndpointRequest(request_id=str(new_id()), url=url, types=types)
    async with open_rooms() as rooms:
        added = await rooms.ask(rooms.webhooks.AddWebhookEndpoint, request)
    if as_json:
        screen.show_json(added)
        return
    endpoint = added.endpoint
    screen.show_facts(
        f"Endpoint {endpoint.endpoint_id}",
        [("url", endpoint.url), ("told of", _types(endpoint)), ("secret", added.secret)],
    )
    screen.say("Give the receiver the secret now: it is not shown again.")


async def _list(*, as_json: bool) -> None:
    async with open_rooms() as rooms:
        found = (await rooms.ask(rooms.webhooks.ListWebhookEndpoints, pb.ListWebhookEndpointsRequest())).endpoints
    if as_json:
        screen.show_json(found)
        return
    rows = [
        (
            each.endpoint_id,
            each.url,
            _types(each),
            words.choice(each, "state"),
            words.instant(each.failing_since),
            str(each.pending),
        )
        for each in found
    ]
    screen.show_table("Webhook endpoints", ("endpoint", "url", "told of", "state", "failing since", "waiting"), rows)


async def _remove(endpoint_id: str) -> None:
    request = pb.RemoveWebhookEndpointRequest(request_id=str(new_id()), endpoint_id=endpoint_id)
    async with open_rooms() as rooms:
        if await rooms.ask_for(rooms.webhooks.RemoveWebhookEndpoint, request) is None:
            raise _unknown(endpoint_id)
    screen.say(f"Endpoint {endpoint_id} is removed.")


async def _enable(endpoint_id: str) -> None:
    request = pb.EnableWebhookEndpointRequest(request_id=str(new_id()), endpoint_id=endpoint_id)
    async with open_rooms() as rooms:
        if await rooms.ask_for(rooms.webhooks.EnableWebhookEndpoint, request) is None:
            raise _unknown(endpoint_id)
    screen.say(f"Endpoint {endpoint_id} is enabled. What happened while it was not is only in the feeds.")


async def _test(endpoint_id: str) -> None:
    request = pb.TestWebhookEndpointRequest(request_id=str(new_id()), endpoint_id=endpoint_id)
    async with open_rooms() as rooms:
        sent = await rooms.ask_for(rooms.webhooks.TestWebhookEndpoint, request)
        if sent is None:
            raise _unknown(endpoint_id)
        delivery = await _answered(rooms, sent.delivery)
    if delivery.state == pb.WEBHOOK_DELIVERY_STATE_DELIVERED:
        screen.say(f"Endpoint {endpoint_id} has taken the test (HTTP {delivery.last_status}).")
    elif delivery.last_error:
        raise Failure(f"the endpoint has not taken the test: {delivery.last_error}", "It is tried again by itself")
    else:
        raise Failure("nobody has posted the test yet", "Check that the gateway runs: `casella doctor`")


async def _answered(rooms: Rooms, sent: pb.WebhookDelivery) -> pb.WebhookDelivery:
    """The delivery once an attempt was reported, or as it is when patience ends."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        request = pb.ListWebhookDeliveriesRequest(endpoint_id=sent.endpoint_id)
        found = (await rooms.ask(rooms.webhooks.ListWebhookDeliveries, request)).deliveries
        delivery = next((each for each in found if each.delivery_id == sent.delivery_id), sent)
        if delivery.last_status or delivery.last_error or time.monotonic() > until:
            return delivery
        await asyncio.sleep(_ASK_SECONDS)


async def _deliveries(endpoint_id: str, state: str | None, *, as_json: bool) -> None:
    request = pb.ListWebhookDeliveriesRequest(endpoint_id=endpoint_id)
    request.page.page_size = _SHOWN
    if state is not None:
        request.state = _STATES[state]
    async with open_rooms() as rooms:
        found = (await rooms.ask(rooms.webhooks.ListWebhookDeliveries, request)).deliveries
    if as_json:
        screen.show_json(found)
        return
    rows = [
        (
            each.event_id,
            each.type,
            each.endpoint_id,
            words.choice(each, "state"),
            str(each.attempts),
            each.last_error or words.NONE,
            words.instant(each.next_at),
        )
        for each in found
    ]
    columns = ("webhook-id", "type", "endpoint", "state", "attempts", "last error", "next")
    screen.show_table("Webhook deliveries, newest first", columns, rows)


def _types(endpoint: pb.WebhookEndpoint) -> str:
    return ", ".join(endpoint.types) or "everything"


def _unknown(endpoint_id: str) -> Failure:
    return Failure(f"there is no endpoint {endpoint_id}", "`casella webhooks list` shows which there are")
