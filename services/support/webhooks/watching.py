"""The SQL of what is watched of the webhooks: endpoints that are not reached, and what waits for them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.measuring import Gauge, seconds
from services.kit.metrics import Values
from services.kit.row_measures import Measure
from services.support.tables import webhook_deliveries, webhook_endpoints
from services.support.webhooks.domain import DeliveryState

_POSTPONED = Gauge("casella_webhooks_postponed", "Webhooks that no endpoint has taken yet and that are tried again.")
_DISABLED = Gauge("casella_webhook_endpoints_disabled", "Endpoints that are told nothing until a person enables them.")
_FAILING = Gauge("casella_webhook_failing_seconds", "For how long the endpoint that fails for longest has failed.")


async def _measure(conn: AsyncConnection, now: datetime) -> Mapping[str, Values]:
    deliveries, endpoints = webhook_deliveries.c, webhook_endpoints.c
    tried = select(func.count()).where(
        deliveries.state == DeliveryState.PENDING, deliveries.attempts > 0, ~deliveries.leased
    )
    disabled = endpoints.disabled_at.is_not(None)
    query = select(
        func.count().filter(disabled).label("disabled"),
        func.min(endpoints.failing_since).filter(~disabled).label("failing_since"),
        tried.scalar_subquery().label("postponed"),
    ).select_from(webhook_endpoints)
    found = (await conn.execute(query)).one()
    return {
        _POSTPONED.name: {(): found.postponed},
        _DISABLED.name: {(): found.disabled},
        _FAILING.name: {(): seconds(now - found.failing_since if found.failing_since else None)},
    }


MEASURE = Measure((_POSTPONED, _DISABLED, _FAILING), _measure)
"""How many endpoints and webhooks wait, and for how long."""
