"""How the operator's policy reaches ordering: the section `ordering` of policy.yaml, checked like the price list."""

from pathlib import Path

from services.ordering.domain.policy import OrderingPolicy
from services.ordering.yaml_files import BadFile, read_yaml, validated


def load_policy(path: Path | None) -> OrderingPolicy:
    """Read the section; what it does not name, and a missing section or file name, keeps the usual values.

    Raises:
        BadFile: The file cannot be read or the section breaks a rule; all mistakes are named at once.
    """
    if path is None:
        return OrderingPolicy()
    content = read_yaml(path)
    if not isinstance(content, dict | None):
        raise BadFile(path, ["it must be a mapping of sections"])
    return validated(path, OrderingPolicy, (content or {}).get("ordering") or {})
