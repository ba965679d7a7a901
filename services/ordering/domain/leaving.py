"""Whether a consumer may leave an annual contract whose renewal was not announced in time, and what is then owed.

Source: consumer code art. 65-bis. Who was not told 30 days before the term's end by when to cancel may withdraw at any
time until the next end of the contract, without charge: the right begins with the first day on which no notice can be
in time any more, and lasts for the renewed term. What was served is owed by the day, and the days after that of the
statement are refunded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from services.kit.calendar import Period
from services.kit.money import Money
from services.ordering.domain.dunning import NOTICE_DAYS
from services.ordering.domain.withdrawal import Contract, days_owed


@dataclass(frozen=True, slots=True)
class Renewal:
    """A term by which an annual contract was renewed, or will be.

    Attributes:
        consumer: whether a natural person is renewed who buys as a consumer.
        in_time: whether it was announced in time.
    """

    days: Period
    consumer: bool
    in_time: bool


def days_for_leaving(term: Period) -> Period:
    """The days on which a consumer may leave, whom nobody told in time of this term."""
    return Period(term.first - timedelta(days=NOTICE_DAYS), term.last)


def unannounced(renewals: Iterable[Renewal], on: date) -> Period | None:
    """The term by reason of which a consumer may leave on a day in Rome, the latest of several; None without one."""
    found = [each.days for each in renewals if each.consumer and not each.in_time and on in days_for_leaving(each.days)]
    return max(found, default=None)


def owed_by_the_day(contract: Contract, total: Money, on: date) -> Money:
    """What stays owed of what was paid for a term: all but the refund, which is rounded half up once.

    The first day of service and the day of the statement both count, as with a withdrawal.
    """
    if contract.term is None:
        return Money(0, total.currency)
    term = contract.term.days
    return total - total.share(term - days_owed(contract, on), term)
