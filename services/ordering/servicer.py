"""The room's one gRPC service, put together of the RPCs of its nouns."""

from dataclasses import dataclass

from services.kit.requests import Requests
from services.ordering.accounts.rpcs import AccountRpcs
from services.ordering.accounts.service import Accounts
from services.ordering.orders.advancing import Advancing
from services.ordering.orders.customer_rpcs import CustomerOrderRpcs
from services.ordering.orders.fulfilling import Fulfilling
from services.ordering.orders.placing import Placing
from services.ordering.orders.service import Orders
from services.ordering.orders.worker_rpcs import WorkerOrderRpcs
from services.ordering.pricing.rpcs import PricingRpcs
from services.ordering.pricing.service import Pricing
from services.ordering.profiles.rpcs import ProfileRpcs
from services.ordering.profiles.service import Profiles
from services.ordering.readings import Readings


@dataclass(frozen=True, slots=True)
class Parts:
    """What the room's RPCs stand on."""

    requests: Requests
    readings: Readings
    pricing: Pricing
    profiles: Profiles
    placing: Placing
    orders: Orders
    advancing: Advancing
    fulfilling: Fulfilling
    accounts: Accounts


class OrderingServicer(PricingRpcs, ProfileRpcs, CustomerOrderRpcs, WorkerOrderRpcs, AccountRpcs):
    """`casella.ordering.v1.OrderingService`."""

    def __init__(self, parts: Parts) -> None:
        """Take the services that decide."""
        self._requests = parts.requests
        self._readings = parts.readings
        self._pricing = parts.pricing
        self._profiles = parts.profiles
        self._placing = parts.placing
        self._orders = parts.orders
        self._advancing = parts.advancing
        self._fulfilling = parts.fulfilling
        self._accounts = parts.accounts
