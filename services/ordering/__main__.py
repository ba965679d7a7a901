"""Starts the ordering service: settings, price list, policy, services, server."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from casella.ordering.v1 import ordering_pb2_grpc
from services.kit.clock import Clock
from services.kit.core import Core
from services.kit.operator_files import read_section
from services.kit.process import run
from services.kit.reconciler import Job
from services.kit.server import Room
from services.kit.serving import serve
from services.ordering.accounts.erasing import Erasures
from services.ordering.accounts.erasing_store import ERASABLE
from services.ordering.accounts.service import Accounts
from services.ordering.accounts.store import unfinished_closures
from services.ordering.domain.policy import OrderingPolicy
from services.ordering.domain.price_list import PriceList
from services.ordering.orders.advancing import Advancing
from services.ordering.orders.fulfilling import Fulfilling
from services.ordering.orders.mails import Mails
from services.ordering.orders.placing import Placing
from services.ordering.orders.service import Orders
from services.ordering.orders.store import unfinished_orders
from services.ordering.price_list_file import load_price_list
from services.ordering.pricing.service import Pricing
from services.ordering.profiles.service import Profiles
from services.ordering.readings import Readings
from services.ordering.resellers.mails import ResellerMails
from services.ordering.resellers.service import Resellers
from services.ordering.resellers.store import unfinished_resellers
from services.ordering.servicer import OrderingServicer, Parts
from services.ordering.settings import OrderingSettings
from services.ordering.subscriptions.advancing import AdvancingPeriods
from services.ordering.subscriptions.confirming import Confirming
from services.ordering.subscriptions.going_on import Periods
from services.ordering.subscriptions.mails import PeriodMails
from services.ordering.subscriptions.measuring import Measuring
from services.ordering.subscriptions.period_store import unfinished_periods
from services.ordering.subscriptions.reckoning import Reckoning
from services.ordering.subscriptions.steering import SubscriptionSteering
from services.ordering.subscriptions.taxing import PeriodTaxing
from services.ordering.subscriptions.terminating import Terminating
from services.ordering.subscriptions.upcoming import UpcomingPeriods
from services.ordering.taxing.proofs import Proofs
from services.ordering.taxing.proving import Proving
from services.ordering.taxing.service import Taxing
from services.ordering.vies import VatRegister, Vies
from services.ordering.withdrawals.advancing import AdvancingWithdrawals
from services.ordering.withdrawals.mails import WithdrawalMails
from services.ordering.withdrawals.recording import RecordingWithdrawals
from services.ordering.withdrawals.service import Withdrawals
from services.ordering.withdrawals.store import unfinished_withdrawals
from workflows.names import TASK_QUEUE


@dataclass(frozen=True, slots=True)
class Outside:
    """Whom the room asks before it decides."""

    readings: Readings
    vat_register: VatRegister

    @classmethod
    def open(cls, settings: OrderingSettings, clock: Clock) -> Self:
        """Those that the settings name."""
        return cls(Readings.open(settings, clock), Vies(settings.vies_url, settings.vat_id))

    async def close(self) -> None:
        """Close the connections."""
        await self.readings.close()
        await self.vat_register.close()


def assemble(
    core: Core, settings: OrderingSettings, price_list: PriceList, policy: OrderingPolicy, outside: Outside
) -> Room:
    """Put the room together."""
    parts = _parts(core, settings, price_list, policy, outside)
    return Room(
        services=[(ordering_pb2_grpc.add_OrderingServiceServicer_to_server, OrderingServicer(parts))],
        templates=Path(__file__).parent / "templates",
        task_queue=TASK_QUEUE,
        erasable=ERASABLE,
        watched=[
            unfinished_orders,
            unfinished_periods,
            unfinished_withdrawals,
            unfinished_resellers,
            unfinished_closures,
        ],
        jobs=[Job("erase never-paid accounts", parts.erasures.wake_due)],
    )


def _parts(
    core: Core, settings: OrderingSettings, price_list: PriceList, policy: OrderingPolicy, outside: Outside
) -> Parts:
    """What decides."""
    database, clock, readings = core.database, core.clock, outside.readings
    proofs = Proofs(database, clock, outside.vat_register, settings.vat_id, policy.tax)
    reckoning = Reckoning(clock, policy, price_list, readings)
    period_taxing = PeriodTaxing(clock, proofs, policy.tax)
    mails = Mails(settings.identity, settings.public_url)
    period_mails = PeriodMails(settings.public_url, policy.renewals)
    withdrawal_mails = WithdrawalMails(settings.public_url)
    return Parts(
        requests=core.requests,
        readings=readings,
        pricing=Pricing(database, clock, price_list, policy),
        profiles=Profiles(database, clock, readings, policy.profiles_per_day),
        placing=Placing(database, clock, policy, readings),
        orders=Orders(database, clock, policy, mails),
        advancing=Advancing(database, clock, mails),
        fulfilling=Fulfilling(database, clock, policy.renewals),
        accounts=Accounts(database, clock, readings, policy),
        erasures=Erasures(database, clock, policy.unpaid_account_days),
        proofs=proofs,
        proving=Proving(database, clock),
        taxing=Taxing(database, clock, proofs, policy.tax),
        confirming=Confirming(database, clock, proofs, policy.tax),
        measuring=Measuring(database, clock, policy, reckoning, period_taxing),
        upcoming=UpcomingPeriods(database, clock, policy.tax, reckoning, period_taxing),
        advancing_periods=AdvancingPeriods(database, clock, period_mails),
        periods=Periods(database, clock, policy.renewals),
        steering=SubscriptionSteering(database, clock, policy),
        terminating=Terminating(database, clock, period_mails),
        resellers=Resellers(database, clock, policy, readings, ResellerMails(settings.public_url)),
        withdrawals=Withdrawals(database, clock, policy.renewals, readings),
        advancing_withdrawals=AdvancingWithdrawals(database, clock, policy.renewals, readings, withdrawal_mails),
        recording_withdrawals=RecordingWithdrawals(database, clock, withdrawal_mails),
        clock=clock,
    )


async def main() -> None:
    """Run the service until it is told to stop."""
    settings = OrderingSettings()
    price_list = load_price_list(settings.price_list_file)
    policy = read_section(settings.policy_file, ("ordering",), OrderingPolicy)
    core = Core.of("ordering", settings)
    outside = Outside.open(settings, core.clock)
    try:
        await serve(core, assemble(core, settings, price_list, policy, outside))
    finally:
        await outside.close()


if __name__ == "__main__":
    run(main)
