"""Decides whose password is hashed next: an account's one by one, so that no account holds up all others.

A hash takes longer than everything else in this room, and two threads make them all (`PasswordHashes`).
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from services.kit.lines import Lines
from services.kit.password_hashes import PasswordHashes

_SCHEME: Final = "{ARGON2ID}"
"""Dovecot's name of the scheme, before the hash in its passdb."""

_IN_LINE = 50
"""Passwords of one account that wait or are hashed (docs/rules.md, "Trial"): more than the mailboxes of a trial."""

_RETRY_AFTER = timedelta(seconds=1)
"""By then most of a line is done."""


class Passwords:
    """The passwords of mailboxes, as a mail server reads them."""

    def __init__(self, hashes: PasswordHashes) -> None:
        self._hashes = hashes
        self._accounts: Lines[UUID] = Lines(_IN_LINE, "too many passwords at once", _RETRY_AFTER)

    async def hash(self, account_id: UUID, password: str) -> str:
        """Hashes a password in the form that Dovecot reads: `{ARGON2ID}$argon2id$…`.

        Raises:
            RateLimited: Too many passwords, of this account or of all together, are in line.
        """
        async with self._accounts.turn(account_id):
            with self._hashes.place():
                return _SCHEME + await self._hashes.hash(password)
