"""Says what is wrong with how a case ended; nothing is the proof."""

import re
from typing import Any

import grpc

from tests.hostile.bad import Case, Must
from tests.hostile.calling import Ended
from tests.hostile.contracts import Rpc

_OF_THE_CONTRACT = {
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}
_PLACE = re.compile(r"\[\d+\]")
_LONGEST_SHOWN = 3
"""Texts up to so many characters may stand in a refusal by chance."""
_LONGEST_REFUSAL = 4_000


def wrong(rpc: Rpc, case: Case, ended: Ended, *, stored: bool, soon: float) -> list[str]:
    """What is wrong with an end.

    Args:
        rpc: What was called.
        case: With what.
        ended: How it ended.
        stored: Whether a row changed.
        soon: Seconds of processor time that it may have taken, from the valid calls of the same run.
    """
    found = [*_of_status(ended), *_of_fields(rpc, case, ended), *_of_words(case, ended)]
    if stored and ended.code is not grpc.StatusCode.OK:
        found.append("refused, and yet something was stored")
    if ended.seconds > soon:
        found.append(f"took {ended.seconds:.2f} s of processor time, valid calls at most {soon:.2f}")
    return found


def _of_status(ended: Ended) -> list[str]:
    if ended.code not in _OF_THE_CONTRACT:
        return [f"ended {ended.code.name} {ended.reason} {ended.details[:200]}"]
    if ended.code is not grpc.StatusCode.OK and not ended.reason:
        return [f"refused without a reason: {ended.code.name} {ended.details[:200]}"]
    return []


def _of_fields(rpc: Rpc, case: Case, ended: Ended) -> list[str]:
    invalid = ended.code is grpc.StatusCode.INVALID_ARGUMENT
    named = {_PLACE.sub("", path) for path in ended.paths}
    found = [f"names {path}, which no request has" for path in named if not has_path(rpc.request.DESCRIPTOR, path)]
    if invalid and ended.reason == "REASON_INVALID_INPUT" and not named:
        found.append("INVALID_ARGUMENT without a field")
    if case.must is Must.BE_NAMED and not (invalid and any(_about(path, case.path) for path in named)):
        found.append(f"must be named, but ended {ended.code.name} {ended.reason} {sorted(named)}")
    if case.must is Must.BE_REFUSED and ended.code is grpc.StatusCode.OK:
        found.append("must be refused, but was taken")
    return found


def _of_words(case: Case, ended: Ended) -> list[str]:
    said = [ended.details, *(text for _, _, text in ended.fields)]
    found = []
    if len(case.shown) > _LONGEST_SHOWN and any(case.shown in text for text in said):
        found.append("repeats what was typed")
    if any(len(text) > _LONGEST_REFUSAL for text in said):
        found.append("answers at great length")
    return found


def _about(named: str, path: str) -> bool:
    """Whether a violation is about a field, one inside of it, or one that it is inside of."""
    return named == path or named.startswith(f"{path}.") or path.startswith(f"{named}.")


def has_path(kind: Any, path: str) -> bool:
    """Whether a violation's path leads to a field."""
    name, _, rest = path.partition(".")
    field: Any = kind.fields_by_name.get(name)
    if field is None:
        return False
    return not rest or (field.message_type is not None and has_path(field.message_type, rest))
