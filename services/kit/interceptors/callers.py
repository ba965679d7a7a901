"""Decides who may call what: the option ``(casella.common.v1.callers)`` beside each RPC, enforced in every mode.

A process proves itself by its secret, a customer by an access token that only the gateway may bring.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from google.protobuf import descriptor_pool

from casella.common.v1 import access_pb2
from casella.common.v1.access_pb2 import Caller
from services.kit.context import current_call
from services.kit.errors import CallerNotAllowed, Unauthenticated
from services.kit.interceptors.around import Before, Context, proof_of
from services.kit.metadata import AUTHORIZATION, CALLER_SECRET
from services.kit.tokens import AccessTokenVerifier, InvalidToken

_PROCESSES: Mapping[str, Caller] = {
    "gateway": access_pb2.CALLER_GATEWAY,
    "worker": access_pb2.CALLER_WORKER,
    "operator": access_pb2.CALLER_OPERATOR,
    "mail_server": access_pb2.CALLER_MAIL_SERVER,
    "ordering": access_pb2.CALLER_ORDERING,
}
"""Names in the secrets file; a customer has no secret."""

_SHORTEST_SECRET = 16
_CERTIFIED = "casella-"
_NO_CALLER = "neither metadata casella-caller-secret nor a certificate names a caller"
_SECRET_OF_NOBODY = "the secret in metadata casella-caller-secret is of no caller here"  # noqa: S105  a sentence


class CallersUnclear(RuntimeError):
    """An RPC names no caller, or a secret belongs to nobody: the server must not start."""


def callers_by_method(services: Iterable[str]) -> dict[str, frozenset[Caller]]:
    """Read each method's callers from its descriptor.

    Args:
        services: Full names, for example ``casella.trial.v1.TrialService``.

    Returns:
        ``/casella.trial.v1.TrialService/GetTrial`` → its callers.

    Raises:
        CallersUnclear: A method has no callers.
    """
    pool = descriptor_pool.Default()
    allowed = {}
    for service in services:
        for method in pool.FindServiceByName(service).methods:
            option: Any = access_pb2.callers  # its stub calls it a plain field
            callers = frozenset[Caller](method.GetOptions().Extensions[option])
            if not callers or access_pb2.CALLER_UNSPECIFIED in callers:
                raise CallersUnclear(f"{method.full_name} names no caller: add the option (casella.common.v1.callers)")
            allowed[f"/{service}/{method.name}"] = callers
    return allowed


Identify = Callable[[Context], str]
"""Finds the calling process's name, or an empty text."""


def by_secret(secrets: Mapping[str, str]) -> Identify:
    """Processes prove themselves by a secret in the metadata: on loopback.

    Raises:
        CallersUnclear: A secret of an unknown caller, one that is too short, or one that two callers share.
    """
    for name, secret in secrets.items():
        if name not in _PROCESSES or len(secret) < _SHORTEST_SECRET:
            raise CallersUnclear(f"the callers' secrets hold {name!r}: an unknown caller, or a secret too short")
    names = {_digest(secret): name for name, secret in secrets.items()}
    if len(names) != len(secrets):
        raise CallersUnclear("two callers share one secret")
    return lambda context: names.get(_digest(proof_of(context, CALLER_SECRET) or ""), "")


def by_certificate(context: Context) -> str:
    """Processes prove themselves by a certificate of our own authority, whose common name is ``casella-gateway``."""
    common_names = context.auth_context().get("x509_common_name", ())
    return next((_from_certificate(name) for name in common_names), "")


def _from_certificate(common_name: bytes) -> str:
    text = common_name.decode(errors="replace")
    return text.removeprefix(_CERTIFIED).replace("-", "_") if text.startswith(_CERTIFIED) else ""


class Callers(Before):
    """Finds out which process calls, and refuses those that the method does not name."""

    def __init__(self, identify: Identify, allowed: Mapping[str, frozenset[Caller]]) -> None:
        """Take the way in which processes prove who they are, and every method's callers."""
        self._identify = identify
        self._allowed = allowed

    async def before(self, method: str, context: Context) -> None:
        """Let the call go on only for a caller that its method names."""
        call = current_call()
        name = self._identify(context)
        if name not in _PROCESSES:
            raise Unauthenticated(_NO_CALLER if proof_of(context, CALLER_SECRET) is None else _SECRET_OF_NOBODY)
        call.caller = name
        allowed = self._allowed.get(method, frozenset())
        may = {_PROCESSES[name]}
        if name == "gateway":
            may.add(access_pb2.CALLER_CUSTOMER)
        if not may & allowed:
            raise CallerNotAllowed


class Customers(Before):
    """Checks the access token that the gateway brings, and refuses a customer's method without one.

    Stands inside of ``Callers``: a token from any other process is ignored, so that a stolen one is worth nothing
    without the gateway's secret.
    """

    def __init__(self, verifier: AccessTokenVerifier, allowed: Mapping[str, frozenset[Caller]]) -> None:
        """Take the verifier and every method's callers."""
        self._verifier = verifier
        self._allowed = allowed

    async def before(self, method: str, context: Context) -> None:
        """Note the customer's account, if the call is a customer's."""
        call = current_call()
        allowed = self._allowed.get(method, frozenset())
        if call.caller == "gateway" and access_pb2.CALLER_CUSTOMER in allowed:
            authorization = proof_of(context, AUTHORIZATION)
            if authorization is not None:
                call.account_id = self._account_of(authorization)
            elif access_pb2.CALLER_GATEWAY not in allowed:
                raise Unauthenticated("this method needs a customer's access token")

    def _account_of(self, authorization: str) -> UUID:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("metadata authorization must be: Bearer <access token>")
        try:
            return self._verifier.account_of(token)
        except InvalidToken:
            raise Unauthenticated("the access token is expired or not valid") from None


def _digest(secret: str) -> bytes:
    """Secrets are compared by their hashes, so that the time taken tells nothing about the text."""
    return hashlib.sha256(secret.encode()).digest()
