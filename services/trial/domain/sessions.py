"""What a session's refresh token is made of, and when too many attempts to log in are too many."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.kit.tokens import hash_token, new_token


@dataclass(frozen=True, slots=True)
class RefreshHashes:
    """What is stored of a refresh token.

    Attributes:
        family: Hash of the half that stays as long as the session: finds it.
        secret: Hash of the half that changes with every refresh: an old one shows that somebody has a copy.
    """

    family: bytes
    secret: bytes


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token as the customer's browser keeps it: `<family>.<secret>`, both random."""

    family: str
    secret: str

    @classmethod
    def new(cls) -> "RefreshToken":
        """Makes the token of a new session."""
        return cls(new_token()[0], new_token()[0])

    @classmethod
    def parse(cls, text: str) -> "RefreshToken":
        """Takes a token apart; whatever is no token becomes one that no session has."""
        family, _, secret = text.partition(".")
        return cls(family, secret)

    def next(self) -> "RefreshToken":
        """Makes the token that follows on this one in the same session."""
        return RefreshToken(self.family, new_token()[0])

    @property
    def text(self) -> str:
        """The token as it travels."""
        return f"{self.family}.{self.secret}"

    @property
    def hashes(self) -> RefreshHashes:
        """What is stored of it."""
        return RefreshHashes(hash_token(self.family), hash_token(self.secret))


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often something was tried in its window, the attempt at hand included."""

    count: int
    window_ends_at: datetime

    def one_more(self) -> "Attempts":
        """As it would be with the next one."""
        return Attempts(self.count + 1, self.window_ends_at)


def wait_after(counted: Iterable[tuple[Attempts, int]], now: datetime) -> timedelta | None:
    """How long one has to wait before the next attempt is answered; None if this one is.

    Args:
        counted: Each count with its limit; the limit itself is still answered.
        now: The moment of this attempt.
    """
    waits = [attempts.window_ends_at - now for attempts, limit in counted if attempts.count > limit]
    return max(waits, default=None)
