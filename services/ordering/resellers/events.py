"""What gateways hear of a reseller's status."""

from services.kit.event_types import EventType
from services.kit.events import Event
from services.ordering.domain.reseller import ResellerState
from services.ordering.resellers.store import ResellerRow

_TYPES = {
    ResellerState.REQUESTED: EventType.RESELLER_REQUESTED,
    ResellerState.APPROVED: EventType.RESELLER_APPROVED,
    ResellerState.REFUSED: EventType.RESELLER_REFUSED,
    ResellerState.WITHDRAWN: EventType.RESELLER_WITHDRAWN,
}


def reseller_event(row: ResellerRow) -> Event:
    """That a request has come into the state in which it is; of a refusal or withdrawal the state is the reason."""
    return Event(_TYPES[row.state], row.account_id, {}, state=row.end_reason or row.state)
