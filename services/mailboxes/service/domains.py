"""Decides about the domains of an account: who may add one, and when one may be removed."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.clock import Clock
from services.kit.context import current_call
from services.kit.database import Database
from services.kit.errors import NotFound
from services.kit.ids import new_id
from services.kit.public_suffixes import PublicSuffixes
from services.kit.requests import Call, claim
from services.mailboxes.domain.accounts import Account, Domain
from services.mailboxes.domain.names import DomainName
from services.mailboxes.domain.sizes import SMALLEST_GB, shortage
from services.mailboxes.domain.states import Billing, Feature
from services.mailboxes.errors import DomainLimit, DomainNotEmpty, DomainTaken, NoPlaceForDomain
from services.mailboxes.messages import CATALOGUE
from services.mailboxes.policy import MailboxesPolicy
from services.mailboxes.service.covering import cover, taken_by
from services.mailboxes.service.rules import check_may_grow, locked
from services.mailboxes.store import domains as store
from services.mailboxes.store import mailboxes as mailbox_store


class Domains:
    """The domains of all accounts. A name exists once; whose it is, nobody else learns."""

    def __init__(self, database: Database, clock: Clock, policy: MailboxesPolicy) -> None:
        self._database = database
        self._clock = clock
        self._reserved = policy.reserved_domains
        self._suffixes = PublicSuffixes(policy.public_suffixes, private=True)

    async def add(self, call: Call, account_id: UUID, name: DomainName) -> Domain:
        """Adds a domain.

        Raises:
            DomainLimit: The account has as many as it may; the metadata names the limit.
            NoPlaceForDomain: An annual contract has no place for one without mailboxes.
            DomainTaken: The name is in use, reserved or a public suffix, or lies above or below a domain of another
                account, which would read or write its neighbour's mail; it does not say which.
            NotReady, AccountRestricted, AccountPurged, FeatureOff: The account does not grow now.
        """
        domain_id = new_id()
        async with self._database.transaction() as conn:
            first = await claim(conn, call, domain_id)
            if first is None:
                account = await locked(conn, account_id)
                check_may_grow(account, Feature.DOMAINS)
                if account.max_domains is not None and await store.count(conn, account_id) >= account.max_domains:
                    raise DomainLimit(metadata={"limit": "domains", "value": str(account.max_domains)})
                await _check_place(conn, account)
                if name.is_under(self._reserved) or name.ascii in self._suffixes:
                    raise DomainTaken
                if await store.touches_another(conn, account_id, name):
                    raise DomainTaken
                if not await store.insert_domain(conn, account_id, domain_id, name.ascii, self._clock.now()):
                    raise DomainTaken
            domain = await store.read_by_id(conn, first or domain_id)
        if domain is None:
            raise NotFound
        return domain

    async def remove(self, call: Call, account_id: UUID, name: DomainName) -> None:
        """Removes a domain; possible in every state of the account.

        Raises:
            NotFound: The account has no such domain.
            DomainNotEmpty: It still has mailboxes.
        """
        async with self._database.transaction() as conn:
            if await claim(conn, call, account_id) is not None:
                return
            # Under the lock no mailbox can come into the domain between the look and the deletion.
            account = await locked(conn, account_id)
            domain = await store.read(conn, account_id, name.ascii)
            if domain is None:
                raise NotFound
            if domain.mailboxes:
                raise DomainNotEmpty(metadata={"mailboxes": str(domain.mailboxes)})
            await store.remove(conn, domain.id, self._clock.now())
            await cover(conn, account_id, account.billing)

    async def page(self, account_id: UUID, after: str, size: int) -> list[Domain]:
        """Reads up to `size` domains by name, those after `after`."""
        async with self._database.reading() as conn:
            return await store.page(conn, account_id, after, size)


async def _check_place(conn: AsyncConnection, account: Account) -> None:
    """Refuses a domain for which an annual contract has no place: without mailboxes it counts as one of the smallest.

    Raises:
        NoPlaceForDomain: The metadata says how many places there are.
    """
    places = await mailbox_store.read_places(conn, account.id)
    if account.billing is Billing.ANNUAL and shortage(await taken_by(conn, account), places, SMALLEST_GB) is not None:
        count = sum(places.values())
        text = CATALOGUE["no_place_for_domain"][current_call().language].format(places=count)
        raise NoPlaceForDomain(text, metadata={"limit": "places", "value": str(count)})
