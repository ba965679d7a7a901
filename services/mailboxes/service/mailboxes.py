"""Decides about mailboxes: whether one more, a larger one or an option fits; and what happens to one that is deleted.

A password is hashed before the transaction, because a hash takes longer than everything that is done under the
account's lock; and after a look without the lock, because what would be refused anyway is not worth a hash.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.calendar import rome_date
from services.kit.clock import Clock
from services.kit.context import current_call
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.ids import new_id
from services.kit.password_hashes import PasswordHashes
from services.kit.requests import Call, claim, known
from services.kit.validation import Violations
from services.mailboxes.domain.accounts import Account, Domain, Mailbox
from services.mailboxes.domain.covering import places_taken
from services.mailboxes.domain.options import codes
from services.mailboxes.domain.sizes import Shortage, shortage
from services.mailboxes.domain.states import Feature
from services.mailboxes.errors import MailboxLimit, MailboxTaken, NewContractLimit, SizeNotAllowed
from services.mailboxes.messages import CATALOGUE
from services.mailboxes.price_list import OptionList
from services.mailboxes.removals import Removals
from services.mailboxes.service import options
from services.mailboxes.service.covering import cover, taken_by
from services.mailboxes.service.passwords import Passwords
from services.mailboxes.service.rules import check_may_grow, locked, present
from services.mailboxes.store import domains as domain_store
from services.mailboxes.store import mailboxes as store


@dataclass(frozen=True, slots=True)
class Change:
    """What a customer changes of a mailbox; None leaves it."""

    password: str | None = None
    size_gb: int | None = None
    active: bool | None = None
    options: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NewMailbox:
    """What a customer wants; options None: those that an order brought."""

    address: str
    size_gb: int
    options: tuple[str, ...] | None = None


OPTIONS_FIELD = "options.codes"
"""Where requests name options."""


class Mailboxes:
    """The mailboxes of all accounts."""

    def __init__(
        self, database: Database, clock: Clock, hashes: PasswordHashes, removals: Removals, price_list: OptionList
    ) -> None:
        self._database = database
        self._clock = clock
        self._passwords = Passwords(hashes)
        self._removals = removals
        self._price_list = price_list

    @property
    def known_options(self) -> frozenset[str]:
        """Codes of the options that are sold, were sold or will be."""
        return self._price_list.known

    async def create(self, call: Call, account_id: UUID, wanted: NewMailbox, password: str) -> Mailbox:
        """Creates a mailbox; an address made again gets a new id, so it starts empty.

        Raises:
            NotFound: The account does not have the address's domain.
            MailboxLimit, NewContractLimit, SizeNotAllowed, OptionLimit: It does not fit; the metadata names the limit.
            InvalidInput: An option is not sold now.
            MailboxTaken: The address exists.
            NotReady, AccountRestricted, AccountPurged, FeatureOff: The account does not grow now.
            RateLimited: Too many passwords of the account at once.
        """
        async with self._database.reading() as conn:
            first = await known(conn, call)
            if first is not None:
                return await _read(conn, first, account_id)
            await self._check_new(conn, await present(conn, account_id), wanted)
        password_hash = await self._passwords.hash(account_id, password)
        mailbox_id = new_id()
        async with self._database.transaction() as conn:
            first = await claim(conn, call, mailbox_id)
            if first is not None:
                return await _read(conn, first, account_id)
            account = await locked(conn, account_id)
            domain = await self._check_new(conn, account, wanted)
            named = None if wanted.options is None else codes(wanted.options)
            mailbox = Mailbox(
                id=mailbox_id,
                account_id=account_id,
                domain_id=domain.id,
                address=wanted.address,
                size_gb=wanted.size_gb,
                active=True,
                created_at=self._clock.now(),
                options=await options.of_new(conn, account, wanted.size_gb, named),
            )
            if not await store.insert_mailbox(conn, mailbox, password_hash):
                raise MailboxTaken
            await cover(conn, account_id, account.billing)
            return mailbox

    async def update(self, call: Call, account_id: UUID, mailbox_id: UUID, change: Change) -> Mailbox:
        """Changes password, size, options or activity; all but a larger size and a further option in every state.

        Raises:
            NotFound: The account has no such mailbox.
            MailboxLimit, NewContractLimit, SizeNotAllowed, OptionLimit: The larger size, or an option, does not fit.
            InvalidInput: A further option is not sold now.
            AccountRestricted, FeatureOff: The account does not grow now.
            RateLimited: Too many passwords of the account at once.
        """
        password_hash = None
        if change.password is not None:
            async with self._database.reading() as conn:
                if await known(conn, call) is not None:
                    return await _read(conn, mailbox_id, account_id)
                account = await present(conn, account_id)
                await self._checked_change(conn, account, await _read(conn, mailbox_id, account_id), change)
            password_hash = await self._passwords.hash(account_id, change.password)
        async with self._database.transaction() as conn:
            if await claim(conn, call, mailbox_id) is not None:
                return await _read(conn, mailbox_id, account_id)
            account = await locked(conn, account_id)
            before = await _read(conn, mailbox_id, account_id)
            after = await self._checked_change(conn, account, before, change)
            await store.change(conn, after, password_hash)
            if (after.size_gb, after.options) != (before.size_gb, before.options):
                await store.change_span(conn, after, self._clock.now())
            if after.size_gb != before.size_gb:
                await cover(conn, account_id, account.billing)
            return await _read(conn, mailbox_id, account_id)

    async def delete(self, call: Call, account_id: UUID, mailbox_id: UUID) -> None:
        """Deletes a mailbox for good, here at once and from the mail system right after; possible in every state.

        Raises:
            NotFound: The account has no such mailbox.
        """
        async with self._database.transaction() as conn:
            if await claim(conn, call, mailbox_id) is not None:
                return
            account = await locked(conn, account_id)
            await _read(conn, mailbox_id, account_id)
            await store.remove(conn, account_id, [mailbox_id], self._clock.now())
            await cover(conn, account_id, account.billing)
        self._removals.ring()

    async def page(self, account_id: UUID, domain: str, after: str, size: int) -> list[Mailbox]:
        """Reads up to `size` mailboxes by address, those after `after`; of one domain where it is given."""
        async with self._database.reading() as conn:
            return await store.page(conn, account_id, domain, after, size)

    async def _check_new(self, conn: AsyncConnection, account: Account, wanted: NewMailbox) -> Domain:
        """Refuses a new mailbox for which there is no domain or no place; true until the commit only under the lock."""
        check_may_grow(account, Feature.MAILBOXES)
        domain = await domain_store.read(conn, account.id, wanted.address.rpartition("@")[2])
        if domain is None:
            raise NotFound
        if wanted.options:
            self._check_sold(wanted.options, ())
            await options.check_covered(conn, account, wanted.options)
        await _check_fits(conn, account, wanted.size_gb, inhabits=domain)
        return domain

    async def _checked_change(
        self, conn: AsyncConnection, account: Account, before: Mailbox, change: Change
    ) -> Mailbox:
        """The mailbox after a change; refuses growth that has no place, and is true only under the lock likewise."""
        after = replace(
            before,
            size_gb=before.size_gb if change.size_gb is None else change.size_gb,
            active=before.active if change.active is None else change.active,
            options=before.options if change.options is None else codes(change.options),
        )
        further = set(after.options) - set(before.options)
        if after.size_gb > before.size_gb or further:
            check_may_grow(account, Feature.MAILBOXES)
        if further and change.options:
            self._check_sold(change.options, before.options)
            await options.check_covered(conn, account, further, before.id)
        if after.size_gb > before.size_gb:
            await _check_fits(conn, account, after.size_gb, previous_gb=before.size_gb)
        return after

    def _check_sold(self, wanted: Sequence[str], had: Container[str]) -> None:
        """Refuses options that the price list of today does not name, save those that the mailbox has.

        Raises:
            InvalidInput: With each of them.
        """
        found, sold = Violations(catalogue=CATALOGUE), self._price_list.sold_on(rome_date(self._clock.now()))
        for place, code in enumerate(wanted):
            if code not in sold and code not in had:
                found.add(f"{OPTIONS_FIELD}[{place}]", "option_not_sold")
        found.check()


async def _read(conn: AsyncConnection, mailbox_id: UUID, account_id: UUID) -> Mailbox:
    mailbox = await store.read(conn, mailbox_id, account_id)
    if mailbox is None:
        raise NotFound
    return mailbox


async def _check_fits(
    conn: AsyncConnection, account: Account, size_gb: int, *, previous_gb: int = 0, inhabits: Domain | None = None
) -> None:
    """Refuses a new mailbox or a larger one that has no place; lasting only under the lock.

    Args:
        conn: Any connection.
        account: Whose mailbox it is.
        size_gb: Its size.
        previous_gb: The size that it has now; 0 for a new one.
        inhabits: The domain of a new one; if it has none yet, the place that it takes without any becomes free.
    """
    places = await store.read_places(conn, account.id)
    taken = await taken_by(conn, account)
    if inhabits is not None and not inhabits.mailboxes:
        taken = places_taken(taken, -1, account.billing)
    match shortage(taken, places, size_gb, previous_gb):
        case Shortage.SIZE:
            largest = max(places, default=0)
            raise SizeNotAllowed(metadata={"limit": "size_gb", "value": str(largest)})
        case Shortage.COUNT if account.new_contract:
            most = sum(places.values())
            text = CATALOGUE["new_contract_limit"][current_call().language].format(most=most)
            raise NewContractLimit(text, metadata={"limit": "new_contract_mailboxes", "value": str(most)})
        case Shortage.COUNT:
            raise MailboxLimit(metadata={"limit": "mailboxes", "value": str(sum(places.values()))})
        case None:
            return
