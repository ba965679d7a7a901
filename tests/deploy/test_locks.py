"""The locks name every package by version and hash, and no place to get it from."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = [ROOT / "requirements.lock", *sorted((ROOT / "deploy" / "locks").glob("*.lock"))]
SOURCES = {
    lock: lock.with_name("requirements.in" if lock.name == "requirements.lock" else f"{lock.stem}.in") for lock in LOCKS
}

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


def _pins(entry: str) -> bool:
    match = _NAME.match(entry)
    return match is not None and match.group(2) is not None and "--hash=sha256:" in entry


def _key(line: str) -> str:
    match = _NAME.match(line)
    assert match is not None, line
    return match.group(1).lower().replace("_", "-").replace(".", "-")
