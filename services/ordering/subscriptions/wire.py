"""How subscriptions and periods look in protobuf."""

from datetime import datetime

from casella.common.v1 import common_pb2
from casella.ordering.v1 import ordering_pb2
from services.kit.calendar import rome_date
from services.kit.cause_fields import period_of
from services.kit.context import owner_filter
from services.kit.money import Money
from services.kit.wire import to_date, to_duration, to_language, to_money, to_timestamp
from services.ordering.domain.dunning import last_moment
from services.ordering.domain.kinds import Billing
from services.ordering.domain.metering import MeteredDay
from services.ordering.domain.period_lines import PeriodLine
from services.ordering.domain.period_next import PeriodNext
from services.ordering.domain.price_list import BANDS_GB, LIST_PRICE
from services.ordering.domain.stamp_duty import CODE as STAMP_DUTY
from services.ordering.domain.stamp_duty import nature_of
from services.ordering.domain.states import SubscriptionState
from services.ordering.domain.tax import TaxTreatment
from services.ordering.domain.withdrawal import Ground
from services.ordering.enums import (
    BILLINGS,
    GROUNDS,
    METHODS,
    PERIODS,
    SIZES,
    SUBSCRIPTION_ENDS,
    SUBSCRIPTIONS,
    TREATMENTS,
)
from services.ordering.profiles.wire import party_message
from services.ordering.subscriptions.advancing import Advanced
from services.ordering.subscriptions.leaving import Leave
from services.ordering.subscriptions.rows import Asked, Measured, PeriodRow, SubscriptionRow
from services.ordering.subscriptions.terminating import ServiceEnd
from services.ordering.subscriptions.upcoming import Upcoming
from services.ordering.wire import item_message, totals_message

_NEXTS = {
    PeriodNext.WAIT: ordering_pb2.PERIOD_NEXT_WAIT,
    PeriodNext.MEASURE_DUE: ordering_pb2.PERIOD_NEXT_MEASURE_DUE,
    PeriodNext.SUSPEND_DUE: ordering_pb2.PERIOD_NEXT_SUSPEND_DUE,
    PeriodNext.INVOICE_DUE: ordering_pb2.PERIOD_NEXT_INVOICE_DUE,
    PeriodNext.CLOSE_DUE: ordering_pb2.PERIOD_NEXT_CLOSE_DUE,
    PeriodNext.PURGE_DUE: ordering_pb2.PERIOD_NEXT_PURGE_DUE,
    PeriodNext.NOT_OPEN: ordering_pb2.PERIOD_NEXT_NOT_OPEN,
}


def subscription_message(subscription: SubscriptionRow, now: datetime | None = None) -> ordering_pb2.Subscription:
    """A subscription with its newest paid period and, once that is decided, its end.

    Args:
        subscription: Its row.
        now: By the service's clock, where it is to be told when a cancellation would end it.
    """
    message = ordering_pb2.Subscription(
        subscription_id=str(subscription.subscription_id),
        account_id=str(subscription.account_id),
        order_id=str(subscription.order_id),
        state=SUBSCRIPTIONS[subscription.state],
        billing=BILLINGS[subscription.billing],
        started_at=to_timestamp(subscription.started_at),
        period_start=to_date(subscription.paid.first),
        period_end=to_date(subscription.paid.last),
        anchor_day=subscription.anchor_day,
        payment_method=METHODS[subscription.payment_method],
    )
    if subscription.end is not None:
        message.end = SUBSCRIPTION_ENDS[subscription.end.reason]
        message.end_decided_at.CopyFrom(to_timestamp(subscription.end.decided_at))
        message.ends_at.CopyFrom(to_timestamp(subscription.end.at))
        message.last_period_follows = subscription.owes_use and subscription.state is SubscriptionState.ACTIVE
    would_end_at = subscription.would_end_at(now) if now is not None else None
    if would_end_at is not None:
        message.would_end_at.CopyFrom(to_timestamp(would_end_at))
        message.would_end_at_once = would_end_at == now
    for name in ("suspended_at", "purge_at", "ended_at"):
        instant = getattr(subscription, name)
        if instant is not None:
            getattr(message, name).CopyFrom(to_timestamp(instant))
    return message


def period_message(period: PeriodRow, language: str) -> ordering_pb2.Period:
    """A period in its subscription's language; the copy of the billing profile only for others than the customer."""
    message = ordering_pb2.Period(
        period=period_of(period.cause),
        account_id=str(period.account_id),
        vat_check_id=str(period.vat_check_id or ""),
        state=PERIODS[period.state],
        period_start=to_date(period.days.first),
        period_end=to_date(period.days.last),
        order_id=str(period.order_id or ""),
        language=to_language(language),
        invoice_id=str(period.invoice_id or ""),
        notice_in_time=period.notice_in_time,
    )
    if period.measured is not None:
        _add_measured(message, period.measured, language)
    if period.asked is not None:
        _add_asked(message, period.asked)
    if period.close_at is not None:
        message.close_after.CopyFrom(to_date(rome_date(period.close_at)))
    if period.available_on is not None:
        message.available_on.CopyFrom(to_date(period.available_on))
    for name, instant in (
        ("measure_at", period.measure_at),
        ("ended_at", period.ended_at),
        ("notice_sent_at", period.notice_at),
        ("invoice_at", period.invoice_at),
    ):
        if instant is not None:
            getattr(message, name).CopyFrom(to_timestamp(instant))
    return message


def advanced_message(advanced: Advanced, now: datetime, *, erased: bool) -> ordering_pb2.AdvancePeriodResponse:
    """What comes next on a period."""
    step = advanced.step
    return ordering_pb2.AdvancePeriodResponse(
        state=PERIODS[advanced.state],
        next=_NEXTS[step.next],
        due=step.due,
        wait=to_duration(advanced.wait) if advanced.wait is not None else None,
        due_at=to_timestamp(step.due_at) if step.due_at is not None else None,
        subscription=subscription_message(advanced.subscription, now),
        skipped=advanced.skipped,
        erased=erased,
        suspend_at=to_timestamp(advanced.suspend_at) if advanced.suspend_at is not None else None,
        sent=advanced.sent,
        reminders_over=advanced.reminders_over,
        oldest_unpaid=advanced.oldest_unpaid,
    )


def service_end_message(found: ServiceEnd, now: datetime) -> ordering_pb2.ServiceEnd:
    """How a service stands whose payment was taken back, or may have been, at a moment by the service's clock."""
    message = ordering_pb2.ServiceEnd(
        ended=found.ended,
        ending=found.ending,
        addition=found.addition,
        renewed=found.renewed,
        would_end_at_once=found.would_end_at is not None and found.would_end_at <= now,
        take_back=map(item_message, found.take_back),
        account_id=str(found.account_id),
        order_id=str(found.order_id or ""),
    )
    for name in ("ends_at", "would_end_at"):
        instant = getattr(found, name)
        if instant is not None:
            getattr(message, name).CopyFrom(to_timestamp(instant))
    return message


def upcoming_message(upcoming: Upcoming) -> ordering_pb2.UpcomingPeriod:
    """What a period would ask for now, in its subscription's language."""
    period, tax, language = upcoming.period, upcoming.tax.tax, upcoming.subscription.language
    with_vat, discount = upcoming.totals_with_vat, upcoming.content.discount
    message = ordering_pb2.UpcomingPeriod(
        period=period_of(period.cause),
        period_start=to_date(period.days.first),
        period_end=to_date(period.days.last),
        computed_at=to_timestamp(upcoming.at),
        usage=[_metered_day(day) for day in upcoming.content.usage],
        lines=[
            _line(line, tax.treatment, str(tax.treatment.rate), upcoming.currency, language) for line in upcoming.lines
        ],
        totals=totals_message(upcoming.totals),
        tax_treatment=TREATMENTS[tax.treatment],
        vat_id=tax.vat_id,
        tax_open=upcoming.tax.is_open,
        totals_with_vat=None if with_vat is None else totals_message(with_vat),
        reseller_discount="" if discount == LIST_PRICE else str(discount),
        language=to_language(language),
        last=upcoming.is_last,
    )
    if period.measure_at is not None:
        message.measure_at.CopyFrom(to_timestamp(period.measure_at))
        if upcoming.consumer and upcoming.subscription.billing is Billing.ANNUAL:
            message.notice_on.CopyFrom(to_date(rome_date(period.measure_at)))
    return message


def _metered_day(metered: MeteredDay) -> ordering_pb2.MeteredDay:
    sizes = [
        ordering_pb2.MeteredSize(
            size=SIZES[band],
            used=metered.used.mailboxes.get(band, 0),
            prepaid=metered.prepaid.mailboxes.get(band, 0),
            above=metered.above.mailboxes.get(band, 0),
        )
        for band in BANDS_GB
    ]
    codes = sorted({*metered.used.options, *metered.prepaid.options, *metered.above.options})
    options = [
        ordering_pb2.MeteredOption(
            code=code,
            used=metered.used.options.get(code, 0),
            prepaid=metered.prepaid.options.get(code, 0),
            above=metered.above.options.get(code, 0),
        )
        for code in codes
    ]
    return ordering_pb2.MeteredDay(
        day=to_date(metered.day),
        sizes=[size for size in sizes if size.used or size.prepaid or size.above],
        options=[option for option in options if option.used or option.prepaid or option.above],
    )


def _add_measured(message: ordering_pb2.Period, measured: Measured, language: str) -> None:
    message.measured_at.CopyFrom(to_timestamp(measured.at))
    message.totals.CopyFrom(totals_message(measured.totals))
    message.tax_treatment = TREATMENTS[measured.treatment]
    message.vat_id = measured.vat_id
    message.business_proof_id = str(measured.business_proof_id or "")
    message.payment_method = METHODS[measured.payment_method]
    if owner_filter() is None:
        message.party.CopyFrom(party_message(measured.party))
    message.lines.extend(
        _line(line, measured.treatment, measured.vat_rate, measured.currency, language) for line in measured.lines
    )


def leave_message(leave: Leave) -> ordering_pb2.Leave:
    """That a consumer may leave, why and until when."""
    return ordering_pb2.Leave(
        order_id=str(leave.order_id),
        ground=GROUNDS[Ground.RENEWAL_WITHOUT_NOTICE],
        renewed_on=to_date(leave.term.first),
        until=to_date(leave.term.last),
    )


def _line(line: PeriodLine, treatment: TaxTreatment, vat_rate: str, currency: str, language: str) -> common_pb2.Line:
    """A line with the days that it covers; stamp duty is for the document and covers none."""
    days = None if line.code == STAMP_DUTY else line.days
    return common_pb2.Line(
        description=line.text(language),
        quantity=line.quantity,
        unit_price=to_money(Money(line.unit_minor, currency)),
        net=to_money(Money(line.net_minor, currency)),
        vat_rate=vat_rate,
        period_start=None if days is None else to_date(days.first),
        period_end=None if days is None else to_date(days.last),
        nature=nature_of(line, treatment),
    )


def _add_asked(message: ordering_pb2.Period, asked: Asked) -> None:
    message.payment_request_id = str(asked.payment_request_id)
    message.proforma_id = str(asked.proforma_id)
    message.proforma_number = asked.proforma_number
    message.due_on.CopyFrom(to_date(asked.due_on))
    message.due_at.CopyFrom(to_timestamp(last_moment(asked.due_on)))
    message.suspend_after.CopyFrom(to_date(rome_date(asked.suspend_at)))
