"""Who is calling: what the interceptors have found out about the call in hand, for whoever decides or logs.

Where nobody calls, the work in the background names itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from services.kit.errors import NotFound
from services.kit.ids import new_id

LANGUAGES = ("it", "en")
"""The languages in which Casella speaks; the first is used where the caller names no other."""


@dataclass(slots=True)
class CallContext:
    """One call as the interceptors see it; they fill it in from the outside to the inside."""

    method: str = ""
    """Full name, for example ``/casella.trial.v1.TrialService/GetTrial``."""
    correlation_id: str = field(default_factory=lambda: str(new_id()))
    """Follows a call through all services; a caller may bring its own."""
    language: str = LANGUAGES[0]
    """``it`` or ``en``, from the metadata ``accept-language``."""
    caller: str = ""
    """Who calls, as in the secrets file: ``gateway``, ``worker``, ``operator``, ``mail_server``, ``ordering``."""
    account_id: UUID | None = None
    """The customer's account where the call carries a valid access token."""
    refusal: str = ""
    """The reason with which the call was refused, for the access log."""
    commits: int = 0
    """How many there were so far; counted where hooks are set."""

    @property
    def name(self) -> str:
        """The method's own name, for example ``GetTrial``."""
        return self.method.rpartition("/")[2]


@dataclass(slots=True)
class Background:
    """Work that nobody has called for."""

    name: str
    """For example ``relay.mail``."""
    commits: int = 0
    """As of a call."""


_CALL: ContextVar[CallContext | None] = ContextVar("casella_call", default=None)
_BACKGROUND: ContextVar[Background | None] = ContextVar("casella_background", default=None)

UNNAMED = "unnamed"
"""What work in the background is called that has not named itself."""


class NoCall(RuntimeError):
    """The code runs outside a call, so nobody is calling."""


def begin(call: CallContext) -> None:
    """Make a call the current one of this task; only the outermost interceptor does so."""
    _CALL.set(call)


def current_call() -> CallContext:
    """The call in hand.

    Raises:
        NoCall: Outside a call.
    """
    call = _CALL.get()
    if call is None:
        raise NoCall
    return call


def call_or_none() -> CallContext | None:
    """The call in hand, or None in a background task."""
    return _CALL.get()


@contextmanager
def background(name: str) -> Iterator[None]:
    """Name the work of a block for which nobody has called.

    Args:
        name: For example ``relay.mail``; without characters that a file's name may not hold.
    """
    token = _BACKGROUND.set(Background(name))
    try:
        yield
    finally:
        _BACKGROUND.reset(token)


def work_in_hand() -> CallContext | Background:
    """The work that has named itself, else the call in hand."""
    return _BACKGROUND.get() or _CALL.get() or Background(UNNAMED)


def customer_account() -> UUID:
    """The account of the customer who calls, for RPCs that only customers may use.

    Raises:
        NoCall: The call carries no customer: the RPC's callers admit others too, so ask ``current_call()``.
    """
    account = current_call().account_id
    if account is None:
        raise NoCall
    return account


def owner_filter() -> UUID | None:
    """The account to which what is asked for must belong; None where the caller may see every account's.

    Put it into the query (``WHERE id = … AND account_id = …``), so that another customer's id is simply not found.
    """
    return current_call().account_id


def check_own(account_id: UUID) -> UUID:
    """Refuse a customer who names another account than their own; other callers may name any.

    Returns:
        The account, so that the check stands where the id is used.

    Raises:
        NotFound: As if the account did not exist.
    """
    if owner_filter() not in {None, account_id}:
        raise NotFound
    return account_id
