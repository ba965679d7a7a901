"""Decides who is logged in: address and password open a session, its refresh token works once, an old one ends it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.errors import RateLimited, Unauthenticated
from services.kit.password_hashes import PasswordHashes
from services.kit.tokens import AccessTokens
from services.trial.domain.addresses import EmailAddress
from services.trial.domain.networks import device_of, home_of, network_of
from services.trial.domain.sessions import Attempts, RefreshToken, wait_after
from services.trial.domain.sign_ups import Client
from services.trial.errors import LoginRefused
from services.trial.policy import LoginLimits
from services.trial.store import accounts, attempts, sessions
from services.trial.traces import Trace, Traces


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session's tokens, as they are given out once."""

    account_id: UUID
    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Counts:
    """The hashes under which an attempt to log in is counted.

    Attributes:
        here: The address that is tried, from this network.
        known: The address, from the /24 or /64 around the visitor, where it has logged in before.
        everywhere: The address, from all networks together.
        ip: The visitor's IPv4 address or IPv6 /64.
        network: The /24 or /48 around it.
    """

    here: bytes
    known: bytes
    everywhere: bytes
    ip: bytes
    network: bytes


@dataclass(frozen=True, slots=True)
class _Limits:
    """What holds for an attempt to log in.

    Attributes:
        own: The hash under which the address is counted here.
        narrow: How many attempts there may be under which hash, counted first.
        wide: The same, counted for what the narrow ones let through.
    """

    own: bytes
    narrow: Mapping[bytes, int]
    wide: Mapping[bytes, int]

    @property
    def others(self) -> tuple[bytes, ...]:
        """All hashes but the own one."""
        return tuple(hash_ for hash_ in (*self.narrow, *self.wide) if hash_ != self.own)


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens, continues and ends sessions."""

    database: Database
    clock: Clock
    traces: Traces
    hashes: PasswordHashes
    tokens: AccessTokens
    limits: LoginLimits
    life: timedelta

    async def log_in(self, email: EmailAddress, password: str, client: Client) -> OpenSession:
        """Checks an address and its password; an unknown address takes the same time and hears the same.

        Raises:
            RateLimited: Too many attempts for this address or from this network, right or wrong; or, before any is
                counted, too many at once from this network or from everywhere.
            LoginRefused: Address or password are wrong, or the login is closed.
        """
        counts = self._counts(email, client)
        limits = await self._limits(counts)
        with self.hashes.place(counts.network):
            await self._count(limits)
            async with self.database.reading() as conn:
                login = await accounts.find_login(conn, email.key)
            matches = await self.hashes.verify(login.password_hash if login else None, password)
        if login is None or not matches:
            raise LoginRefused
        token, now = RefreshToken.new(), self.clock.now()
        async with self.database.transaction() as conn:
            await attempts.forgive(conn, limits.own, limits.others)
            if not await sessions.open_session(conn, login.account_id, token.hashes, now, now + self.life):
                raise LoginRefused
            await sessions.remember_network(conn, counts.known, login.account_id, now)
        return self._tokens(login.account_id, token, now)

    async def refresh(self, text: str) -> OpenSession:
        """Exchanges a refresh token for new tokens.

        A token that was exchanged before is a copy in somebody's hands: then the whole session ends, because nobody can
        tell which of the two is the customer.

        Raises:
            Unauthenticated: The session is over, or the token is not its present one.
        """
        token, now = RefreshToken.parse(text), self.clock.now()
        following = token.next()
        async with self.database.single() as conn:
            account_id = await sessions.rotate(conn, token.hashes, following.hashes.secret, now, now + self.life)
            if account_id is None:
                await sessions.end(conn, token.hashes.family, now)
                raise Unauthenticated("the session is over")
        return self._tokens(account_id, following, now)

    async def log_out(self, text: str) -> None:
        """Ends the session of a refresh token, if it still runs."""
        async with self.database.single() as conn:
            await sessions.end(conn, RefreshToken.parse(text).hashes.family, self.clock.now())

    def _counts(self, email: EmailAddress, client: Client) -> "_Counts":
        hashed, network = self.traces.hash, network_of(client.ip)
        return _Counts(
            here=hashed(Trace.LOGIN_ADDRESS_NETWORK, f"{network} {email.key}"),
            known=hashed(Trace.LOGIN_KNOWN_NETWORK, f"{home_of(client.ip)} {email.key}"),
            everywhere=hashed(Trace.LOGIN_ADDRESS, email.key),
            ip=hashed(Trace.LOGIN_IP, device_of(client.ip)),
            network=hashed(Trace.LOGIN_NETWORK, network),
        )

    async def _limits(self, counts: "_Counts") -> "_Limits":
        """Finds what holds for an attempt, and sends away whom it would refuse before they stand in anybody's way.

        Where the address has logged in before, neither a hundred strange networks nor the next house count against it.
        """
        now = self.clock.now()
        narrow, wide = {counts.ip: self.limits.per_ip}, {counts.network: self.limits.per_network}
        async with self.database.reading() as conn:
            known = await sessions.is_known(conn, counts.known, now - timedelta(days=self.limits.known_network_days))
            if known:
                own = counts.known
                narrow[own] = self.limits.per_address_known_network
            else:
                own = counts.here
                narrow[own] = self.limits.per_address
                wide[counts.everywhere] = self.limits.per_address_everywhere
            counted = await attempts.look(conn, (*narrow, *wide), now)
        most = narrow | wide
        _refuse(((found.one_more(), most[hash_]) for hash_, found in counted.items()), now)
        return _Limits(own, narrow, wide)

    async def _count(self, limits: "_Limits") -> None:
        """Counts the wide limits only for what the narrow ones let through.

        Otherwise a hundred refused attempts from one place would use up what the customer has everywhere.
        """
        now, window = self.clock.now(), timedelta(minutes=self.limits.window_minutes)
        for each in (limits.narrow, limits.wide):
            async with self.database.single() as conn:
                counted = await attempts.count(conn, tuple(each), now, window)
            _refuse(((counted[hash_], limit) for hash_, limit in each.items()), now)

    def _tokens(self, account_id: UUID, token: RefreshToken, now: datetime) -> OpenSession:
        access, expires_at = self.tokens.sign(account_id)
        return OpenSession(account_id, access, expires_at, token.text, now + self.life)


def _refuse(counted: Iterable[tuple[Attempts, int]], now: datetime) -> None:
    wait = wait_after(counted, now)
    if wait is not None:
        raise RateLimited("too many attempts to log in", retry_after=wait)
