"""The room's one gRPC service, put together of the RPCs of its nouns."""

from dataclasses import dataclass

from services.kit.clock import Clock
from services.kit.requests import Requests
from services.ordering.accounts.erasing import Erasures
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
from services.ordering.resellers.rpcs import ResellerRpcs
from services.ordering.resellers.service import Resellers
from services.ordering.subscriptions.advancing import AdvancingPeriods
from services.ordering.subscriptions.confirming import Confirming
from services.ordering.subscriptions.customer_rpcs import CustomerSubscriptionRpcs
from services.ordering.subscriptions.going_on import Periods
from services.ordering.subscriptions.measuring import Measuring
from services.ordering.subscriptions.steering import SubscriptionSteering
from services.ordering.subscriptions.terminating import Terminating
from services.ordering.subscriptions.terminating_rpcs import TerminatingRpcs
from services.ordering.subscriptions.upcoming import UpcomingPeriods
from services.ordering.subscriptions.worker_rpcs import WorkerPeriodRpcs
from services.ordering.taxing.proofs import Proofs
from services.ordering.taxing.proving import Proving
from services.ordering.taxing.rpcs import TaxRpcs
from services.ordering.taxing.service import Taxing
from services.ordering.withdrawals.advancing import AdvancingWithdrawals
from services.ordering.withdrawals.customer_rpcs import CustomerWithdrawalRpcs
from services.ordering.withdrawals.recording import RecordingWithdrawals
from services.ordering.withdrawals.service import Withdrawals
from services.ordering.withdrawals.worker_rpcs import WorkerWithdrawalRpcs


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
    erasures: Erasures
    proofs: Proofs
    proving: Proving
    taxing: Taxing
    confirming: Confirming
    measuring: Measuring
    upcoming: UpcomingPeriods
    advancing_periods: AdvancingPeriods
    periods: Periods
    steering: SubscriptionSteering
    terminating: Terminating
    resellers: Resellers
    withdrawals: Withdrawals
    advancing_withdrawals: AdvancingWithdrawals
    recording_withdrawals: RecordingWithdrawals
    clock: Clock


class OrderingServicer(
    PricingRpcs, ProfileRpcs, CustomerOrderRpcs, WorkerOrderRpcs, TaxRpcs, CustomerSubscriptionRpcs, WorkerPeriodRpcs,
    TerminatingRpcs, CustomerWithdrawalRpcs, WorkerWithdrawalRpcs, ResellerRpcs, AccountRpcs,
):  # fmt: skip
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
        self._erasures = parts.erasures
        self._proofs = parts.proofs
        self._proving = parts.proving
        self._taxing = parts.taxing
        self._confirming = parts.confirming
        self._measuring = parts.measuring
        self._upcoming = parts.upcoming
        self._advancing_periods = parts.advancing_periods
        self._periods = parts.periods
        self._steering = parts.steering
        self._terminating = parts.terminating
        self._resellers = parts.resellers
        self._withdrawals = parts.withdrawals
        self._advancing_withdrawals = parts.advancing_withdrawals
        self._recording_withdrawals = parts.recording_withdrawals
        self._clock = parts.clock
