"""Decides how a customer is taxed and what proves that: of a VAT number VIES, asked in our own name, of a business
outside the EU what an operator has seen.

Every answer is kept before anything is decided by it. A fresh *valid* counts without another question; *not valid* is
always asked for again, because registers are corrected.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.context import current_call
from services.kit.database import Database
from services.kit.ids import new_id
from services.kit.vat_ids import VatId
from services.ordering.domain.company_names import agree
from services.ordering.domain.policy import TaxPolicy
from services.ordering.domain.profile import BillingProfile
from services.ordering.domain.quote import DOMESTIC, QuoteTax, tax_of
from services.ordering.domain.tax import TaxTreatment
from services.ordering.domain.tax_waiting import Finding, rests_on_proof
from services.ordering.errors import VatNumberNotValid
from services.ordering.messages import CATALOGUE
from services.ordering.profiles.store import find_profile
from services.ordering.taxing import business_store, store
from services.ordering.taxing.business_store import BusinessProof
from services.ordering.taxing.store import VatCheck
from services.ordering.vies import VatRegister


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of a number after everything that can be asked now.

    Attributes:
        check: the newest question; None where VIES was never asked.
        verdict: the last one to which VIES had an answer; None where it never had one.
        other_name: whether VIES names somebody wholly other than the billing profile, and no operator accepted that.
    """

    check: VatCheck | None
    verdict: VatCheck | None
    other_name: bool = False

    @property
    def verdict_id(self) -> UUID | None:
        """The answer on which an invoice would rest."""
        return self.verdict.check_id if self.verdict else None

    @property
    def stands(self) -> Finding | None:
        """What stands after VIES's last answer: VALID, NOT_VALID or OTHER_NAME; None where it never answered."""
        return self._read(self.verdict)

    @property
    def said(self) -> Finding | None:
        """What came of the newest question; None where VIES was never asked."""
        return self._read(self.check)

    def _read(self, check: VatCheck | None) -> Finding | None:
        if check is None:
            return None
        return Finding.OTHER_NAME if self.other_name and check.finding is Finding.VALID else check.finding


class Proofs:
    """The proofs of all accounts."""

    def __init__(
        self, database: Database, clock: Clock, register: VatRegister, requester: VatId, policy: TaxPolicy
    ) -> None:
        """Take the database, the clock, VIES, in whose name it is asked, and the policy."""
        self._database = database
        self._clock = clock
        self._register = register
        self._requester = requester
        self._policy = policy

    async def of_quote(self, account_id: UUID, profile: BillingProfile | None) -> QuoteTax:
        """How a quote is taxed: by the saved billing profile, as an Italian sale without one. Asks VIES where needed.

        Raises:
            VatNumberNotValid: VIES says that the VAT number is not valid; the message says what to do.
        """
        tax = tax_of(profile, rome_date(self._clock.now())) if profile else DOMESTIC
        if profile is None or not rests_on_proof(tax.treatment, self._policy, has_vat_id=profile.vat_id is not None):
            return tax
        if tax.treatment is TaxTreatment.OUTSIDE_EU and await self.of_business(account_id, profile) is not None:
            return tax
        if profile.vat_id is None:
            return replace(tax, is_open=True)
        known = await self.fresh(account_id, profile)
        if known.stands is Finding.NOT_VALID and tax.treatment is TaxTreatment.REVERSE_CHARGE:
            text = CATALOGUE["vat_number_not_valid"][current_call().language]
            raise VatNumberNotValid(text.format(vat_id=tax.vat_id))
        return replace(tax, is_open=not self.is_fresh(known))

    async def saved_profile(self, account_id: UUID) -> BillingProfile | None:
        """The account's billing profile, if it has one."""
        async with self._database.reading() as conn:
            saved = await find_profile(conn, account_id)
        return saved.profile if saved else None

    async def of_business(self, account_id: UUID, profile: BillingProfile) -> BusinessProof | None:
        """What proves that the business outside the EU of a profile is one, if something does."""
        async with self._database.reading() as conn:
            return await business_store.find_proof(conn, account_id, profile.business_id)

    async def of_businesses(self, account_id: UUID, *, after: UUID | None, limit: int) -> Sequence[BusinessProof]:
        """An account's proofs of business, newest first, from the one after `after`."""
        async with self._database.reading() as conn:
            return await business_store.list_proofs(conn, account_id, after=after, limit=limit)

    async def known(self, account_id: UUID, profile: BillingProfile) -> Proof:
        """What VIES said so far about a profile's VAT number; nothing about a profile without one."""
        vat_id, name = str(profile.vat_id or ""), profile.business_name
        async with self._database.reading() as conn:
            check = await store.last_check(conn, account_id, vat_id)
            verdict = await store.last_verdict(conn, account_id, vat_id)
            differs = verdict is not None and not agree(name, verdict.name)
            other_name = differs and not await store.is_accepted(conn, account_id, vat_id, name)
        return Proof(check, verdict, other_name)

    async def fresh(self, account_id: UUID, profile: BillingProfile) -> Proof:
        """What is known of a profile's VAT number, asked for again unless it is a fresh *valid*."""
        known = await self.known(account_id, profile)
        return known if self.is_fresh(known) else await self.ask(account_id, profile)

    async def newest(self, account_id: UUID, profile: BillingProfile, ask_at: datetime | None) -> Proof | None:
        """What is known of a number that must be proved now; None where VIES is to be asked again, but not yet.

        A fresh *valid* needs no question.

        Args:
            account_id: Whose number.
            profile: With the number, and the name that goes with it.
            ask_at: Not before when VIES is asked again; None where nothing has put it off.
        """
        known = await self.known(account_id, profile)
        if self.is_fresh(known):
            return known
        if ask_at is not None and ask_at > self._clock.now():
            return None
        return await self.ask(account_id, profile)

    async def list(self, account_id: UUID, *, after: UUID | None, limit: int) -> Sequence[VatCheck]:
        """Every question about an account's numbers, newest first, from the one after `after`."""
        async with self._database.reading() as conn:
            return await store.list_checks(conn, account_id, after=after, limit=limit)

    async def ask(self, account_id: UUID, profile: BillingProfile) -> Proof:
        """Ask VIES now about a profile's VAT number and keep what it says."""
        vat_id = profile.vat_id
        if vat_id is None:
            raise AssertionError("VIES is asked about the VAT numbers of member states alone")
        answer = await self._register.ask(vat_id)
        check = VatCheck(
            check_id=new_id(),
            account_id=account_id,
            vat_id=str(vat_id),
            requester=str(self._requester),
            asked_at=self._clock.now(),
            finding=answer.finding,
            consultation_number=answer.consultation_number,
            name=answer.name,
            address=answer.address,
            error=answer.error,
        )
        async with self._database.single() as conn:
            await store.insert_check(conn, check)
        return await self.known(account_id, profile)

    def is_fresh(self, proof: Proof) -> bool:
        """Whether a number counts as valid without another question."""
        if proof.verdict is None or proof.stands is not Finding.VALID:
            return False
        return self._clock.now() - proof.verdict.asked_at < timedelta(hours=self._policy.proof_hours)
