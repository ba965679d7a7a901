"""The locks name every package by version and hash, and no place to get it from; every install asks for the hashes."""

import ast
import re
from pathlib import Path

import pytest

from deploy.build.lock import locks

ROOT = Path(__file__).parents[2]
SETUP = ROOT / "deploy" / "build" / "setup.py"
LOCKS = [ROOT / "requirements.lock", *sorted((ROOT / "deploy" / "locks").glob("*.lock"))]
SOURCES = {
    lock: lock.with_name("requirements.in" if lock.name == "requirements.lock" else f"{lock.stem}.in") for lock in LOCKS
}

_HASH = re.compile(r" {4}--hash=sha256:[0-9a-f]{64}(?: [\\])?")
_NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?(==\S+)?")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_host(lock: Path) -> None:
    assert re.findall(r"\S*(?:://|--index|--find-links|--trusted-host|@ )\S*", lock.read_text()) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_pins_every_package_by_version_and_hash(lock: Path) -> None:
    packages = [entry for entry in re.split(r"\n(?=\S)", lock.read_text().strip()) if not entry.startswith("#")]
    unpinned = [entry.split("\n")[0] for entry in packages if not _pins(entry)]
    assert packages
    assert unpinned == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_holds_what_its_source_asks_for(lock: Path) -> None:
    locked = {_key(line) for line in lock.read_text().splitlines() if not line.startswith((" ", "#"))}
    asked = {_key(line) for line in SOURCES[lock].read_text().splitlines() if line and not line.startswith("#")}
    assert asked <= locked, "run `make lock`"


def test_every_lock_is_made_by_make_lock() -> None:
    assert set(LOCKS) == set(locks())


def test_every_install_asks_for_the_hashes_and_builds_nothing() -> None:
    commands = [
        [word.value for word in node.elts if isinstance(word, ast.Constant)]
        for node in ast.walk(ast.parse(SETUP.read_text()))
        if isinstance(node, ast.List)
    ]
    installs = [words for words in commands if {"install", "sync"} & set(words)]
    assert len(installs) == 3
    assert [words for words in installs if "--require-hashes" not in words] == []
    assert [words for words in installs if not {"--no-build", "--only-binary"} & set(words)] == []


def _pins(entry: str) -> bool:
    """Whether an entry is a name and a version, and then hashes only."""
    first, *hashes = entry.split("\n")
    match = _NAME.match(first)
    return bool(match and match.group(2) and hashes) and all(_HASH.fullmatch(line) for line in hashes)


def _key(line: str) -> str:
    match = _NAME.match(line)
    assert match is not None, line
    return match.group(1).lower().replace("_", "-").replace(".", "-")
