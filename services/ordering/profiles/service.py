"""Decides whether a billing profile can be saved: all its fields are right, and an e-invoice to it would be valid."""

from dataclasses import dataclass
from uuid import UUID

from services.kit import audit
from services.kit.audit import AuditEntry
from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.context import current_call
from services.kit.database import Database
from services.kit.errors import FieldViolation, InvalidInput, NotFound
from services.kit.requests import Call, claim, known
from services.ordering.accounts.writing import lock_for_customer, lock_for_operator
from services.ordering.daily import PROFILES, check_daily
from services.ordering.domain.profile import BillingProfile, refusal
from services.ordering.domain.quote import tax_of
from services.ordering.enums import TREATMENTS
from services.ordering.errors import CustomerNotServed
from services.ordering.messages import CATALOGUE
from services.ordering.profiles.store import SavedProfile, find_profile, note_trial, upsert
from services.ordering.profiles.wire import party_message
from services.ordering.readings import Readings

FIELD = "profile."
"""Where the profile's fields stand in the request."""


@dataclass(frozen=True, slots=True)
class ProfileToSave:
    """A tidied profile for an account; `audit` says which operator saves it and why, None for the customer."""

    account_id: UUID
    profile: BillingProfile
    audit: AuditEntry | None


def refuse_unserved(profile: BillingProfile) -> None:
    """Refuse a tidied profile of somebody to whom Casella does not sell, whatever its other fields say.

    Raises:
        CustomerNotServed: With the reason, in the language of the call in hand.
    """
    why = refusal(profile)
    if why is not None:
        text = CATALOGUE[f"not_served_{why}"][current_call().language]
        raise CustomerNotServed(text, metadata={"why": str(why)})


class Profiles:
    """The billing profiles of all accounts."""

    def __init__(self, database: Database, clock: Clock, readings: Readings, most_a_day: int) -> None:
        """Take the database, the clock, the rooms that may be asked, and how often a customer may save in 24 hours."""
        self._database = database
        self._clock = clock
        self._readings = readings
        self._most_a_day = most_a_day

    async def save(self, call: Call, wanted: ProfileToSave) -> SavedProfile:
        """Save a profile whose fields are right, if an e-invoice to it would be valid.

        Raises:
            InvalidInput: The dry run found something; every finding names its field.
            TooManyToday: The customer has saved as many in the last 24 hours as they may, or tried to.
            AccountIsClosed: The account is being closed or erased, or was; for an operator see AccountErased.
            AccountErased: It is erased.
            NotReady: Invoicing does not answer.
        """
        now = self._clock.now()
        async with self._database.transaction() as conn:
            # Before the dry run, which is dear: that a repetition needs none, and that they have an end.
            if await known(conn, call) is not None:
                return _found(await find_profile(conn, wanted.account_id))
            if wanted.audit is None:
                await lock_for_customer(conn, wanted.account_id, now)
                await check_daily(conn, PROFILES, wanted.account_id, self._most_a_day, now)
                await note_trial(conn, wanted.account_id, now)
        await self._dry_run(wanted.profile)
        async with self._database.transaction() as conn:
            if await claim(conn, call, wanted.account_id) is None:
                lock = lock_for_customer if wanted.audit is None else lock_for_operator
                await lock(conn, wanted.account_id, now)
                if wanted.audit is not None:
                    await audit.record(conn, wanted.audit, now, account_id=wanted.account_id)
                return await upsert(conn, wanted.account_id, wanted.profile, now)
            return _found(await find_profile(conn, wanted.account_id))

    async def get(self, account_id: UUID) -> SavedProfile:
        """The account's profile.

        Raises:
            NotFound: It has none yet.
        """
        async with self._database.reading() as conn:
            saved = await find_profile(conn, account_id)
        if saved is None:
            raise NotFound("the account has no billing profile yet")
        return saved

    async def _dry_run(self, profile: BillingProfile) -> None:
        language = current_call().language
        treatment = tax_of(profile, rome_date(self._clock.now())).treatment
        found = await self._readings.findings(party_message(SavedProfile(profile, 0)), TREATMENTS[treatment])
        if found:
            raise InvalidInput(
                [FieldViolation(FIELD + f.field, f.messages[language], f"sdi_{f.code}".rstrip("_")) for f in found]
            )


def _found(saved: SavedProfile | None) -> SavedProfile:
    if saved is None:
        raise NotFound
    return saved
