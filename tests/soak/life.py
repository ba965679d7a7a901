"""A soak from its first day to its last: people, bank and operator act by day, the judge looks by month."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from deploy.local.clock import LocalCalendar, open_calendar
from services.kit.calendar import ROME, rome_date
from services.payments.settings import EXAMPLE_IBAN
from tests.chaos.patience import patient
from tests.cli.running import Terminal
from tests.e2e.operator_desk import Desk, at_the_desk
from tests.soak.bank import Bank
from tests.soak.judge import Judge, Month
from tests.soak.operator import Operator
from tests.soak.person import Person
from tests.soak.post import Post
from tests.soak.world import World

_DAY, _MOMENT = timedelta(days=1), timedelta(minutes=1)
_AT = time(10, tzinfo=ROME)
"""When a day's deeds begin: what falls due so many days after them then lies close together, and is one step."""


@dataclass
class Life:
    """A running soak; made by `lived`.

    Attributes:
        seed: By which everything is chosen.
        people: The customers, by number.
        post: Tells who got mail.
        world: The moods of those outside.
    """

    seed: int
    desk: Desk
    calendar: LocalCalendar
    bank: Bank
    people: dict[int, Person]
    operator: Operator
    judge: Judge
    post: Post
    world: World
    months: list[Month] = field(default_factory=list)

    @property
    def today(self) -> date:
        """By Casella's calendar."""
        return rome_date(self.calendar.now())

    async def month(self) -> Month:
        """Live to the end of the calendar month and have it judged, once the operator has done the night's work."""
        this = self.today.month
        while self.today.month == this:
            await self.day()
        await self.operator.act(self.today)
        await self.calendar.advance(_MOMENT, lambda _: None)
        found = await self.judge.look(self.calendar.now())
        self.months.append(found)
        return found

    async def day(self) -> None:
        """One day of everybody who got mail or has something to do, and the night."""
        today, written = self.today, await self.post.new()
        await self.world.wake()
        for person in self.people.values():
            await person.act(today, written=person.customer.email in written)
        await self.operator.act(today)
        await self.calendar.advance(datetime.combine(today + _DAY, _AT) - self.calendar.now(), lambda _: None)

    @property
    def deeds(self) -> list[str]:
        """What everybody did, by day."""
        return sorted(deed for person in self.people.values() for deed in person.deeds)


@asynccontextmanager
async def lived(var: Path, seed: int, customers: int, over_days: int) -> AsyncIterator[Life]:
    """A Casella in which so many people begin over so many days."""
    async with at_the_desk(var) as opened, open_calendar(opened.play.world.site, only_due=True) as calendar:
        desk = replace(opened, play=patient(opened.play))
        rng = random.Random(seed)
        bank = Bank(rng, EXAMPLE_IBAN)
        today = rome_date(calendar.now())
        people = {
            number: Person.of(number, seed, desk.play, bank, today + timedelta(days=rng.randrange(over_days)))
            for number in range(1, customers + 1)
        }
        operator = Operator(desk, bank, people, rng)
        site = desk.play.world.site
        terminal, post = Terminal({"CASELLA_VAR": str(site.var)}), Post(site.url("mail_page"))
        judge = Judge(desk, terminal, bank, people.values(), operator, post)
        yield Life(seed, desk, calendar, bank, people, operator, judge, post, World(desk, rng))
