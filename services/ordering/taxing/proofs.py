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
    """

    check: VatCheck | None
    verdict: VatCheck | None

    @property
    def verdict_id(self) -> UUID | None:
        """The answer on which an invoice would rest."""
        return self.verdict.check_id if self.verdict else None

    @property
    def stands(self) -> Finding | None:
        """What VIES said last, VALID or NOT_VALID; None where it never answered."""
        return self.verdict.finding if self.verdict else None


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
        if profile is None or not rests_on_proof(tax.treatment, self._policy):
            return tax
        if tax.treatment is TaxTreatment.OUTSIDE_EU:
            return replace(tax, is_open=await self.of_business(account_id, profile) is None)
        if profile.vat_id is None:
            return tax
        known = await self.known(account_id, tax.vat_id)
        if not self.is_fresh(known):
            known = await self.ask(account_id, profile.vat_id)
        if known.stands is Finding.NOT_VALID:
            text = CATALOGUE["vat_number_not_valid"][current_call().language]
            raise VatNumberNotValid(text.format(vat_id=tax.vat_id))
        return QuoteTax(tax.treatment, tax.vat_id, is_open=not self.is_fresh(known))

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

    async def known(self, account_id: UUID, vat_id: str) -> Proof:
        """What VIES said so far."""
        async with self._database.reading() as conn:
            return Proof(
                await store.last_check(conn, account_id, vat_id), await store.last_verdict(conn, account_id, vat_id)
            )

    async def newest(self, account_id: UUID, vat_id: VatId, ask_at: datetime | None) -> Proof | None:
        """What is known of a number that must be proved now; None where VIES is to be asked again, but not yet.

        A fresh *valid* needs no question.

        Args:
            account_id: Whose number.
            vat_id: The number.
            ask_at: Not before when VIES is asked again; None where nothing has put it off.
        """
        known = await self.known(account_id, str(vat_id))
        if self.is_fresh(known):
            return known
        if ask_at is not None and ask_at > self._clock.now():
            return None
        return await self.ask(account_id, vat_id)

    async def list(self, account_id: UUID, *, after: UUID | None, limit: int) -> Sequence[VatCheck]:
        """Every question about an account's numbers, newest first, from the one after `after`."""
        async with self._database.reading() as conn:
            return await store.list_checks(conn, account_id, after=after, limit=limit)

    async def ask(self, account_id: UUID, vat_id: VatId) -> Proof:
        """Ask VIES now and keep what it says."""
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
        async with self._database.reading() as conn:
            await store.insert_check(conn, check)
        return await self.known(account_id, check.vat_id)

    def is_fresh(self, proof: Proof) -> bool:
        """Whether a number counts as valid without another question."""
        if proof.verdict is None or proof.verdict.finding is not Finding.VALID:
            return False
        return self._clock.now() - proof.verdict.asked_at < timedelta(hours=self._policy.proof_hours)
