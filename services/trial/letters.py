"""Decides which email goes out with what in it; the texts are in `templates/`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from babel.dates import get_day_names

from services.kit import localized
from services.kit.calendar import ROME, days_left
from services.kit.outbox import Mail
from services.trial.domain.accounts import Person, Trial
from services.trial.domain.sign_ups import Applicant
from services.trial.domain.terms import (
    CONFIRMATION_HOURS,
    GRACE_DAYS,
    PURGE_REMINDERS,
    TRIAL_DAYS,
    Reminder,
    ReminderKind,
)
from services.trial.policy import GuideLink, TrialLimits

_LOCALES: Final = {"it": "it_IT", "en": "en_GB"}


@dataclass(frozen=True, slots=True)
class Letters:
    """Makes the emails of this room.

    Attributes:
        public_url: Where the customer's pages are, without a slash at the end.
        limits: What the trial allows, as the welcome email tells it.
        guides: Links in the welcome email, by language.
    """

    public_url: str
    limits: TrialLimits
    guides: dict[str, tuple[GuideLink, ...]]

    def confirmation(self, link_id: UUID, sign_up_id: UUID, to: Applicant, token: str, expires_at: datetime) -> Mail:
        """The link that confirms the address.

        It greets nobody by name: until the link is used, a stranger may have typed both, to have us carry the message.
        """
        return Mail(
            key=f"confirmation:{link_id}",
            template="confirmation",
            language=to.language,
            to=to.email,
            params={
                "confirm_url": f"{self.public_url}/confirm/{token}",
                "trial_days": TRIAL_DAYS,
                "hours": CONFIRMATION_HOURS,
                "expires_at": moment(expires_at, to.language),
            },
            subject_id=sign_up_id,
            secret_params=("confirm_url",),
        )

    def already_registered(self, cause: UUID, owner: Person) -> Mail:
        """What the owner of an account hears when somebody signs up with its address."""
        return Mail(
            key=f"already-registered:{cause}",
            template="already_registered",
            language=owner.language,
            to=owner.email,
            name=owner.name,
            params={"login_url": self._login_url},
            subject_id=owner.account_id,
        )

    def welcome(self, to: Person, trial: Trial) -> Mail:
        """The days, the limits and the guides, once the address is confirmed."""
        guides = [{"title": guide.title, "url": guide.url} for guide in self.guides.get(to.language, ())]
        return Mail(
            key=f"welcome:{to.account_id}",
            template="welcome",
            language=to.language,
            to=to.email,
            name=to.name,
            params={
                "login_url": self._login_url,
                "trial_days": TRIAL_DAYS,
                "grace_days": GRACE_DAYS,
                "ends_at": moment(trial.terms.ends_at, to.language),
                "limits": self.limits.model_dump(),
                "guides": guides,
            },
            subject_id=to.account_id,
        )

    def reminder(self, reminder: Reminder, to: Person, trial: Trial, now: datetime, *, order_open: bool) -> Mail:
        """One of the trial's reminders; a later end has reminders of its own, so the key names the date too."""
        until = trial.terms.purge_at if reminder.kind in PURGE_REMINDERS else trial.terms.ends_at
        return Mail(
            key=f"{reminder.kind}:{to.account_id}:{int(reminder.due_at.timestamp())}",
            template=_template_of(reminder.kind),
            language=to.language,
            to=to.email,
            name=to.name,
            params={
                "order_url": f"{self.public_url}/orders",
                "days_left": days_left(now, until),
                "ends_at": moment(trial.terms.ends_at, to.language),
                "purge_at": moment(trial.terms.purge_at, to.language),
                "purge_day": weekday(trial.terms.purge_at, to.language),
                "order_open": order_open,
            },
            subject_id=to.account_id,
        )

    @property
    def _login_url(self) -> str:
        return f"{self.public_url}/login"


def weekday(instant: datetime, language: str) -> str:
    """A day with its weekday, for example "martedì 8 dicembre 2026".

    With the weekday an Italian sentence needs no article, which would be "il 7" but "l’8".
    """
    name = get_day_names("wide", locale=_LOCALES[language])[instant.astimezone(ROME).weekday()]
    return f"{name} {localized.day(instant, language)}"


def moment(instant: datetime, language: str) -> str:
    """A day with its weekday and the time in Rome, for example "martedì 8 dicembre 2026, ore 10:30"."""
    name = get_day_names("wide", locale=_LOCALES[language])[instant.astimezone(ROME).weekday()]
    return f"{name} {localized.moment(instant, language)}"


def _template_of(kind: ReminderKind) -> str:
    if kind in PURGE_REMINDERS:
        return "purge_ahead"
    return "trial_ended" if kind is ReminderKind.ENDED else "trial_ending"
