"""What ordering writes to customers about the periods of their subscription, and about its end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from casella.common.v1 import common_pb2
from services.kit.calendar import rome_date
from services.kit.outbox import Mail
from services.ordering.domain.dates import Reminder
from services.ordering.domain.policy import RenewalPolicy
from services.ordering.domain.states import SubscriptionEnd, SubscriptionState
from services.ordering.domain.tax import TaxTreatment
from services.ordering.orders.mails import PaymentHints
from services.ordering.orders.rows import OrderRow
from services.ordering.subscriptions.rows import End, PeriodRow, SubscriptionRow
from services.ordering.subscriptions.standing import Locked

_DAY = timedelta(days=1)


class PeriodMails:
    """Makes the emails; who calls puts them into the outbox."""

    def __init__(self, public_url: str, policy: RenewalPolicy) -> None:
        """Take the address of the pages, and for how long what is there can be read after the end."""
        self._panel_url = f"{public_url}/subscription"
        self._policy = policy

    def notice(
        self, subscription: SubscriptionRow, period: PeriodRow, recipient: common_pb2.Recipient, *, in_time: bool
    ) -> Mail:
        """The notice of an annual renewal to a consumer: the price and the last day to cancel (art. 65-bis).

        One that is late says until when the consumer may leave at any time.
        """
        params = {
            "began_on": rome_date(subscription.started_at),
            "cancel_by": period.days.first - _DAY,
            "leave_until": None if in_time else period.days.last,
        }
        return self._about(period, f"renewal_notice:{period.period_id}", "renewal_notice", recipient, params)

    def reminder(
        self, found: Locked, reminder: Reminder, recipient: common_pb2.Recipient, hints: PaymentHints, now: datetime
    ) -> Mail:
        """A payment reminder, once for each of its days; it says where a cancellation would end the service at once.

        Where an older period has suspended sending, it names that one, what of it is missing and the day of the end,
        unless money that waits for it holds that; where the service has ended, nothing is threatened any more.
        """
        period, subscription, older = found.period, found.subscription, found.suspended_by
        key = f"period_reminder_{reminder.days}:{period.period_id}"
        params = {
            "ended": subscription.state is not SubscriptionState.ACTIVE,
            "ends": subscription.end is not None,
            "suspended_by": None if older is None else _suspends(older, hints),
            **self._cancelled_now(subscription, now),
        }
        return self._about(period, key, "period_reminder", recipient, params, hints)

    def suspended(
        self,
        subscription: SubscriptionRow,
        period: PeriodRow,
        recipient: common_pb2.Recipient,
        hints: PaymentHints,
        now: datetime,
        paid_newer: PeriodRow | None = None,
    ) -> Mail:
        """That sending is suspended, and when the subscription closes: not while money waits, unless it ends anyway.

        It says where a cancellation would end the service at once.

        Who has paid a newer period (`paid_newer`) since is told once for each that it stays so, and for which one.
        """
        if period.close_at is None:
            raise AssertionError("a period that led to a suspension knows when it closes")
        close_after = rome_date(period.close_at)
        key = f"subscription_suspended_{close_after}:{period.period_id}"
        params: dict[str, Any] = {
            "close_after": close_after,
            "goes_on": hints.end_held and subscription.end is None,
            **self._cancelled_now(subscription, now),
        }
        if paid_newer is not None:
            key = f"subscription_stays_suspended_{paid_newer.number}:{period.period_id}"
            params["paid_newer"] = {
                "proforma_number": "" if paid_newer.asked is None else paid_newer.asked.proforma_number,
                "first_day": paid_newer.days.first,
                "last_day": paid_newer.days.last,
            }
        return self._about(period, key, "subscription_suspended", recipient, params, hints)

    def cancelled(
        self, subscription: SubscriptionRow, end: End, recipient: common_pb2.Recipient, void: Sequence[str]
    ) -> Mail:
        """The confirmation of a cancellation: once for each that was not taken back; or that it was terminated.

        It names the proformas that are void with it.
        """
        params = {
            "void": list(void),
            "terminated": end.reason is SubscriptionEnd.TERMINATED,
            "decided_at": end.decided_at,
            "at_once": end.at <= end.decided_at,
            "ends_on": rome_date(end.at),
            "closing_days": self._policy.closing_days,
            "last_period": subscription.owes_use,
            "panel_url": self._panel_url,
        }
        key = f"subscription_cancelled_{end.decided_at.isoformat()}:{subscription.subscription_id}"
        return self._mail(subscription, key, "subscription_cancelled", recipient, params)

    def closing(self, subscription: SubscriptionRow, recipient: common_pb2.Recipient) -> Mail:
        """That the service has ended, and until when what is there can be read."""
        if subscription.end is None or subscription.purge_at is None:
            raise AssertionError("a closing subscription knows why, and until when")
        params = {
            "unpaid": subscription.end.reason is SubscriptionEnd.UNPAID,
            "terminated": subscription.end.reason is SubscriptionEnd.TERMINATED,
            "last_period": subscription.owes_use,
            "readable_until": rome_date(subscription.purge_at),
            "panel_url": self._panel_url,
        }
        key = f"subscription_closing:{subscription.subscription_id}"
        return self._mail(subscription, key, "subscription_closing", recipient, params)

    def addition_ended(self, order: OrderRow, recipient: common_pb2.Recipient) -> Mail:
        """That what an order had added to an annual contract has ended, because its payment was taken back."""
        totals = order.totals or order.quote.totals
        params = {"placed_at": order.placed_at, "gross": totals.gross, "panel_url": self._panel_url}
        return Mail.to_recipient(
            recipient, key=f"addition_ended:{order.order_id}", template="addition_ended", params=params,
            subject_id=order.account_id,
        )  # fmt: skip

    def _cancelled_now(self, subscription: SubscriptionRow, now: datetime) -> dict[str, Any]:
        """What a cancellation would do in this moment: `served_until` is set where it would end the service at once."""
        at_once = subscription.would_end_at(now) == now
        return {
            "served_until": subscription.paid.last if at_once else None,
            "closing_days": self._policy.closing_days,
        }

    def _about(
        self, period: PeriodRow, key: str, template: str, recipient: common_pb2.Recipient, params: dict[str, Any],
        hints: PaymentHints | None = None,
    ) -> Mail:  # fmt: skip
        """An email about a period that asks for its money."""
        measured, asked = period.measured, period.asked
        if measured is None or asked is None:
            raise AssertionError("a period that asks for its money was measured and has its proforma")
        how = hints or PaymentHints("", "", "")
        to_pay = how.to_pay or measured.totals.gross
        values = {
            "first_day": period.days.first,
            "last_day": period.days.last,
            "gross": to_pay,
            "rest": how.rest,
            "received": None if how.rest is None else to_pay - how.rest,
            "held": how.end_held,
            "taxed": measured.treatment is TaxTreatment.DOMESTIC,
            "proforma_number": asked.proforma_number,
            "due_on": asked.due_on,
            "suspend_after": rome_date(asked.suspend_at),
            "transfer": measured.payment_method.by_transfer,
            **how.transfer,
            "pay_url": how.pay_url,
            "panel_url": self._panel_url,
        }
        return Mail.to_recipient(
            recipient, key=key, template=template, params={**values, **params}, subject_id=period.account_id,
            secret_params=("pay_url",),
        )  # fmt: skip

    def _mail(
        self, subscription: SubscriptionRow, key: str, template: str, recipient: common_pb2.Recipient,
        params: dict[str, Any],
    ) -> Mail:  # fmt: skip
        return Mail.to_recipient(
            recipient, key=key, template=template, params=params, subject_id=subscription.account_id
        )


def _suspends(period: PeriodRow, hints: PaymentHints) -> dict[str, object]:
    """What a newer period's reminder says of the one that has suspended sending."""
    if period.asked is None or period.close_at is None:
        raise AssertionError("a period that led to a suspension was asked for and knows when it closes")
    return {
        "proforma_number": period.asked.proforma_number,
        "due_on": period.asked.due_on,
        "close_after": rome_date(period.close_at),
        "rest": hints.older_rest,
        "held": hints.older_end_held,
    }
