"""How Stripe's form encoding becomes a tree: `line_items[0][price_data][currency]=eur`."""

import re
from collections.abc import Iterable
from typing import Any

Tree = dict[str, Any]

_KEY = re.compile(r"(?P<name>[A-Za-z0-9_]+)(?P<rest>(\[[A-Za-z0-9_]*\])*)")
_PART = re.compile(r"\[([A-Za-z0-9_]*)\]")


class BadForm(ValueError):
    """A key that is no key, or one that is a value and a branch at once."""


def decode(pairs: Iterable[tuple[str, str]]) -> Tree:
    """Turn pairs into nested dictionaries; lists become lists, values stay text.

    Raises:
        BadForm: A key cannot be read.
    """
    tree: Tree = {}
    for key, value in pairs:
        match = _KEY.fullmatch(key)
        if match is None:
            raise BadForm(key)
        path = [match["name"], *_PART.findall(match["rest"])]
        _put(tree, path, value, key)
    return {name: _lists(branch) for name, branch in tree.items()}


def _put(tree: Tree, path: list[str], value: str, key: str) -> None:
    for part in path[:-1]:
        tree = tree.setdefault(part or str(len(tree)), {})
        if not isinstance(tree, dict):
            raise BadForm(key)
    last = path[-1] or str(len(tree))
    if last in tree:
        raise BadForm(key)
    tree[last] = value


def _lists(branch: object) -> object:
    """A dictionary whose keys are 0, 1, 2 … is a list."""
    if not isinstance(branch, dict):
        return branch
    inner = {name: _lists(value) for name, value in branch.items()}
    if inner and list(inner) == [str(number) for number in range(len(inner))]:
        return list(inner.values())
    return inner
