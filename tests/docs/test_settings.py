"""The table of settings names every variable that any process reads, with its default, and no other."""

import importlib
import importlib.util
import pkgutil
import re
from pathlib import Path

from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

import cli
import deploy
import gateway
import services
import workflows
from tests.docs.pages import ROOT, page

_PREFIX = "CASELLA_"
_VARIABLE = re.compile(rf"{_PREFIX}[A-Z0-9_]*[A-Z0-9]\b")
_PRODUCT = (cli, deploy, gateway, services, workflows)


def _settings_classes() -> list[type[BaseSettings]]:
    """All settings of all processes; their modules are called settings, or are the process itself."""
    for package in _PRODUCT:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            source = importlib.util.find_spec(module.name)
            if source and source.origin and "Settings)" in Path(source.origin).read_text(encoding="utf-8"):
                importlib.import_module(module.name)
    found: list[type[BaseSettings]] = []
    waiting: list[type[BaseSettings]] = [BaseSettings]
    while waiting:
        subclasses = waiting.pop().__subclasses__()
        waiting += subclasses
        found += [each for each in subclasses if each.__module__.split(".")[0] in {p.__name__ for p in _PRODUCT}]
    return found


def _default(settings: type[BaseSettings], name: str) -> str:
    value = settings.model_fields[name].default
    if value is PydanticUndefined:
        return "required"
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, Path) and value.is_absolute():
        return f"`{value.relative_to(ROOT)}`"
    return f"`{value}`"


def _table() -> set[tuple[str, str]]:
    return {(row[0].strip("`"), row[1]) for row in page("docs/settings.md").rows("Settings")}


def _read() -> set[tuple[str, str]]:
    """Variable and default of every field, once for each class that declares it anew."""
    return {
        (f"{_PREFIX}{name.upper()}", _default(settings, name))
        for settings in _settings_classes()
        for name in settings.__annotations__
        if name in settings.model_fields
    }


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    assert _read() - _table() == set()


def test_the_table_has_no_setting_that_nobody_reads() -> None:
    sources = "\n".join(
        file.read_text(encoding="utf-8") for package in _PRODUCT for file in Path(package.__path__[0]).rglob("*.py")
    )
    by_name = set(_VARIABLE.findall(sources))
    read = {variable for variable, _ in _read()}
    gone = {row for row in _table() - _read() if row[0] in read or row[0] not in by_name}
    assert gone == set()


def test_every_variable_that_the_code_names_stands_in_the_table() -> None:
    known = {variable for variable, _ in _table()}
    for package in _PRODUCT:
        for file in Path(package.__path__[0]).rglob("*.py"):
            named = set(_VARIABLE.findall(file.read_text(encoding="utf-8")))
            # A message may shorten: "CASELLA_TLS_CERTIFICATE_FILE, _KEY_FILE"; CASELLA_ISSUER stands for a group.
            assert {name for name in named if name not in known and not _is_group(name, known)} == set(), file


def _is_group(name: str, known: set[str]) -> bool:
    return any(variable.startswith(f"{name}_") for variable in known)
