"""How the operator's files are read: YAML that says exactly what it means, or one plain line for each mistake.

Numbers are read as the decimals that were written, never as floats; a key that stands twice is refused, because YAML
would silently keep the last one.
"""

from collections.abc import Hashable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from services.kit.settings import Misconfigured

_MAX_CHARACTERS = 1_000_000

Model = TypeVar("Model", bound=BaseModel)


class BadFile(Misconfigured):
    """An operator's file cannot be used; `problems` has one line for each mistake."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        """Name the file and everything that is wrong with it."""
        self.problems = problems
        lines = "".join(f"\n  - {problem}" for problem in problems)
        super().__init__(f"{path} cannot be used:{lines}")


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


def validated(path: Path, model: type[Model], content: Any) -> Model:
    """Check a file's content.

    Raises:
        BadFile: It breaks a rule of the model; all mistakes are named at once.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise BadFile(path, [_plain(entry) for entry in error.errors()]) from error


def _plain(entry: Any) -> str:
    """One mistake as `editions.0.plans.2.monthly: what is wrong (found …)`."""
    where = ".".join(str(part) for part in entry["loc"]) or "file"
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
