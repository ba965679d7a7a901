"""How the operator's files are read: YAML that says exactly what it means, or one plain line for each mistake.

Numbers are read as the decimals that were written, never as floats; a key that stands twice is refused, because YAML
would silently keep the last one.
"""

from collections.abc import Hashable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from services.kit.settings import Misconfigured

_MAX_CHARACTERS = 1_000_000

Model = TypeVar("Model", bound=BaseModel)


class Section(BaseModel):
    """A part of the policy: an unknown key is a typing error of the operator and refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BadFile(Misconfigured):
    """An operator's file cannot be used; `problems` has one line for each mistake."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        """Name the file and everything that is wrong with it."""
        self.problems = problems
        super().__init__("\n".join([f"{path} cannot be used:", *problems]))


def read_yaml(path: Path) -> Any:
    """Read a file.

    Raises:
        BadFile: The file is missing, too long, or no YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(path, [f"it cannot be read: {error}"]) from error
    if len(text) > _MAX_CHARACTERS:
        raise BadFile(path, [f"it is longer than {_MAX_CHARACTERS} characters"])
    try:
        return yaml.load(text, Loader=_ExactLoader)  # noqa: S506  (a subclass of SafeLoader)
    except yaml.YAMLError as error:
        raise BadFile(path, [f"it is not valid YAML: {error}"]) from error


def read_section(path: Path | None, names: Sequence[str], model: type[Model]) -> Model:
    """Read and check a section of the policy that all services share.

    Args:
        path: The file; None where the operator has none.
        names: The section's keys from the outside in, for example ``("mailboxes", "trial")``.
        model: What it must be like, with the usual value for all that it does not name.

    Raises:
        BadFile: The file cannot be read, or the section breaks a rule; all mistakes are named at once.
    """
    if path is None:
        return model()
    content = read_yaml(path)
    for depth, name in enumerate(names):
        content = _as_mapping(path, names[:depth], content).get(name)
    return validated(path, model, _as_mapping(path, names, content), within=names)


def validated(path: Path, model: type[Model], content: Any, *, within: Sequence[str] = ()) -> Model:
    """Check a file's content.

    Args:
        path: The file.
        model: What it must be like.
        content: What it, or a section of it, says.
        within: The section's keys.

    Raises:
        BadFile: It breaks a rule of the model; all mistakes are named at once.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise BadFile(path, [_plain(entry, within) for entry in error.errors()]) from error


def _as_mapping(path: Path, names: Sequence[str], content: Any) -> dict[str, Any]:
    if not isinstance(content, dict | None):
        raise BadFile(path, [f"{'.'.join(names) or 'file'}: it must be a mapping"])
    return content or {}


def _plain(entry: Any, within: Sequence[str]) -> str:
    """One mistake as `editions.0.plans.2.monthly: what is wrong (found …)`."""
    where = ".".join(str(part) for part in (*within, *entry["loc"])) or "file"
    what = str(entry["msg"]).removeprefix("Value error, ")
    found = entry.get("input")
    shown = f" (found {found})" if isinstance(found, str | int | Decimal) else ""
    return f"{where}: {what}{shown}"


class _ExactLoader(yaml.SafeLoader):
    """SafeLoader with decimals instead of floats and without double keys."""


def _number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    text = str(loader.construct_scalar(node))
    try:
        number = Decimal(text)
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite():
        raise yaml.constructor.ConstructorError(None, None, f"{text!r} is no number", node.start_mark)
    return number


def _whole(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int | Decimal:
    text = str(loader.construct_scalar(node))
    if not text.lstrip("+-").isdecimal() or (len(text.lstrip("+-")) > 1 and text.lstrip("+-").startswith("0")):
        raise yaml.constructor.ConstructorError(
            None, None, f"write {text!r} as an ordinary whole number", node.start_mark
        )
    return int(text)


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    for position, key in enumerate(keys):
        if key in keys[:position]:
            mark = node.value[position][0].start_mark
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", mark)
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _number)
_ExactLoader.add_constructor("tag:yaml.org,2002:int", _whole)
_ExactLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
