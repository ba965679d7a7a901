"""A soak from its first day to its last: people, bank and operator act by day, the judge looks by month."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from deploy.local.clock import LocalCalendar, open_calendar
from deploy.local.patience import WAITS
from services.kit.calendar import ROME, add_months, rome_date
from services.payments.settings import EXAMPLE_IBAN
from tests.chaos.patience import patient
from tests.cli.running import Terminal
from tests.e2e.operator_desk import Desk, at_the_desk
from tests.e2e.waiting import disturbed
from tests.soak.bank import Bank
from tests.soak.chronicle import Chronicle
from tests.soak.judge import Judge, Month
from tests.soak.operator import Operator
from tests.soak.pace import Pace
from tests.soak.person import Person
from tests.soak.post import Post
from tests.soak.who import dealt
from tests.soak.world import World

_DAY, _MOMENT = timedelta(days=1), timedelta(minutes=1)
_AT = time(10, tzinfo=ROME)
"""When a day's deeds begin: what falls due so many days after them then lies close together, and is one step."""
_AT_ONCE = 4
"""Customers who act at the same time: two cores are busy with them, and what one does stays close together."""
_SPREAD = 3
"""The part of the time in which all have begun: a third."""


@dataclass
class Life:
    """A running soak; made by `lived`.

    Attributes:
        people: The customers, by number.
        post: Tells who got mail.
        world: The moods of those outside.
        pace: What it costs.
    """

    desk: Desk
    calendar: LocalCalendar
    people: dict[int, Person]
    operator: Operator
    judge: Judge
    post: Post
    world: World
    pace: Pace

    @property
    def today(self) -> date:
        """By Casella's calendar."""
        return rome_date(self.calendar.now())

    async def month(self) -> Month:
        """Live to the end of the calendar month and have it judged, once the operator has done the night's work."""
        this = self.today.month
        while self.today.month == this:
            with self.pace.day(self.today):
                await self._day()
        with self.pace.of("operator"):
            await self.operator.act(self.today)
        await self._move_to(self.calendar.now() + _MOMENT)
        with self.pace.of("judge"):
            found = await self.judge.look(self.calendar.now())
        self.pace.customer_months += sum(bool(person.accounts) and not person.gone for person in self.people.values())
        return found

    async def _day(self) -> None:
        """One day of everybody who got mail or has something to do, and the night."""
        today = self.today
        await self.world.wake(today)
        with self.pace.of("customers"):
            written, bound = await self.post.new(), asyncio.Semaphore(_AT_ONCE)

            async def act(person: Person) -> None:
                async with bound:
                    await person.act(today, written=person.customer.email in written)
                    self.pace.news()

            await asyncio.gather(*map(act, self.people.values()))
        with self.pace.of("operator"):
            await self.operator.act(today)
        await self._move_to(datetime.combine(today + _DAY, _AT))

    async def _move_to(self, instant: datetime) -> None:

        def say(line: str) -> None:
            self.pace.news()
            if line.startswith(WAITS):
                print(f"   {self.today}  {line}", flush=True)

        with self.pace.of("calendar"):
            await self.calendar.advance(max(instant - self.calendar.now(), timedelta()), say)

    @property
    def deeds(self) -> list[str]:
        """What everybody did, by day."""
        return sorted(deed for person in self.people.values() for deed in person.deeds)


@asynccontextmanager
async def lived(var: Path, seed: int, customers: int, months: int) -> AsyncIterator[Life]:
    """A Casella in which so many people live for the rest of a calendar month and so many months more."""
    async with at_the_desk(var) as opened, open_calendar(opened.play.world.site, only_due=True) as calendar:
        desk = replace(opened, play=patient(opened.play))
        rng = random.Random(seed)
        bank = Bank(rng, EXAMPLE_IBAN)
        today = rome_date(calendar.now())
        days = (add_months(today.replace(day=1), months + 1) - today).days
        people = {
            number: Person.of(number, seed, name, desk.play, bank, today + timedelta(rng.randrange(days // _SPREAD)))
            for number, name in enumerate(dealt(customers, rng), start=1)
        }
        operator = Operator(desk, bank, people, rng)
        site = desk.play.world.site
        terminal, post = Terminal({"CASELLA_VAR": str(site.var)}), Post(site.url("mail_page"))
        judge = Judge(desk, terminal, bank, people.values(), operator, post, Chronicle(desk.play.operator))
        pace = Pace(days)
        with disturbed(lambda: pace.moved):
            yield Life(desk, calendar, people, operator, judge, post, World(desk, bank, rng), pace)
