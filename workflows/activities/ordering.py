"""Activities that ask the ordering service: thin clients that decide nothing.

The order's billing party and VAT number are personal data: they are taken off what returns to a workflow.
"""

from workflows.activities.ordering_accounts import AccountActivities
from workflows.activities.ordering_orders import OrderActivities
from workflows.activities.ordering_periods import PeriodActivities
from workflows.activities.ordering_tax import TaxActivities
from workflows.activities.ordering_withdrawals import WithdrawalActivities


class OrderingSteps(OrderActivities, TaxActivities, PeriodActivities, WithdrawalActivities, AccountActivities):
    """The ordering service as the workflows see it."""
