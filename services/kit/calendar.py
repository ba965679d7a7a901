"""How dates are counted: calendar days in Italy's time zone, decided once by the service that owns the row.

N days later means the same wall-clock time in Rome N calendar days later. A reminder or an expiry thus stays at the
customer's hour across the change to summer time, where a count of 24-hour days would drift.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")

_WEEKEND = (5, 6)
_HOLIDAYS = dict.fromkeys(
    ((1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26)), 0
) | {(10, 4): 2026}
"""Month and day of the public holidays, and since which year: 4 October by law 151/2025. Beside them Easter Monday."""


def rome_date(instant: datetime) -> date:
    """The calendar day in Rome on which an aware instant falls."""
    return _local(instant).date()


def add_days(instant: datetime, days: int) -> datetime:
    """The same wall-clock time in Rome some calendar days later, in UTC.

    In the gap of spring (02:00 to 03:00 does not exist) the next valid minute, 03:00; in the doubled hour of autumn
    the first of the two.

    Args:
        instant: Any aware instant.
        days: Calendar days; negative goes back; 0 gives the instant itself.
    """
    if days == 0:
        return instant.astimezone(UTC)
    return _shown(_local(instant).replace(tzinfo=None, fold=0) + timedelta(days=days))


def end_of_day(instant: datetime, days: int = 0) -> datetime:
    """The last microsecond of the calendar day in Rome that lies some days later, in UTC.

    Used for terms that run to a day's end, such as the 14 days of withdrawal: the term has passed when
    ``now > end``, and ``rome_date(end)`` is its last day.

    Args:
        instant: Any aware instant.
        days: Calendar days after the instant's own day, which is not counted.
    """
    last = rome_date(instant) + timedelta(days=days)
    return start_of_day(last + timedelta(days=1)) - timedelta(microseconds=1)


def is_working_day(day: date) -> bool:
    """Whether a day is a working day in Italy: no Saturday, no Sunday, no national public holiday.

    Source of the holidays: law 260/1949 with its amendments. The day of a town's patron saint is none: it is no holiday
    elsewhere.
    """
    if day.weekday() in _WEEKEND or day == easter(day.year) + timedelta(days=1):
        return False
    return day.year < _HOLIDAYS.get((day.month, day.day), day.year + 1)


def working_day_from(day: date) -> date:
    """The day itself, or the next working day where it is none: when a term that people have to act in ends.

    Source: Regulation 1182/71, art. 3(4).
    """
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def working_days_later(day: date, count: int) -> date:
    """The day that lies some working days later; the day itself is not counted."""
    for _ in range(count):
        day = working_day_from(day + timedelta(days=1))
    return day


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876)."""
    century, in_century = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def start_of_day(day: date) -> datetime:
    """Midnight in Rome at which a calendar day begins, in UTC."""
    return datetime.combine(day, time.min, ROME).astimezone(UTC)


def at_hour(day: date, hour: int) -> datetime:
    """When clocks in Rome show an hour (0 to 23) of a calendar day, in UTC; in the gap of spring 03:00."""
    return _shown(datetime.combine(day, time(hour)))


def days_left(now: datetime, end: datetime) -> int:
    """Whole calendar days (Rome) from one instant to another: the difference of the two dates, never below 0."""
    return max(0, (rome_date(end) - rome_date(now)).days)


def add_months(anchor: date, months: int) -> date:
    """The anchor's day some months later, or that month's last day where it is shorter.

    Always count from the first anchor, never from the last result: 31 January, 28 February, 31 March.

    Args:
        anchor: The day from which the whole series counts.
        months: How many months later; negative goes back.
    """
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """Calendar days from the first to the last, both included, such as the term of a subscription."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins."""
        if self.last < self.first:
            raise ValueError(f"a period cannot end ({self.last}) before it begins ({self.first})")

    @classmethod
    def of_months(cls, anchor: date, months: int, index: int = 0) -> "Period":
        """The period number ``index`` (from 0) of a series of terms of some months that keeps its anchor day."""
        begin = add_months(anchor, months * index)
        return cls(begin, add_months(anchor, months * (index + 1)) - timedelta(days=1))

    @classmethod
    def month(cls, day: date) -> "Period":
        """The calendar month in which a day lies."""
        return cls(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))

    @property
    def days(self) -> int:
        """How many days the period has, at least 1."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: object) -> bool:
        """Whether a calendar day lies in the period."""
        return isinstance(day, date) and self.first <= day <= self.last


def _local(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant without time zone cannot be placed on the calendar")
    return instant.astimezone(ROME)


def _shown(wall: datetime) -> datetime:
    """When clocks in Rome first show this time, in UTC, or the next time that they show at all."""
    while not _exists(wall):
        wall = wall.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return wall.replace(tzinfo=ROME).astimezone(UTC)


def _exists(wall: datetime) -> bool:
    """Whether clocks in Rome ever show this time."""
    there = wall.replace(tzinfo=ROME).astimezone(UTC)
    return there.astimezone(ROME).replace(tzinfo=None, fold=0) == wall
