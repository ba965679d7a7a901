"""What every test may ask for: a database of its own, a Temporal namespace of its module's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.fixtures.postgres import RoomDatabase, TestDatabases
from tests.fixtures.temporal import TestNamespace, TestTemporal

_WORKER = "workerinput"
_LONG_FOLDERS = ("deploy", "workflows")

# How long an example takes says how busy the machine is: by default one beyond 200 ms fails its test.
settings.register_profile("casella", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("casella")


def _run_folder(config: pytest.Config) -> Path:
    """A folder that all workers of this test run share."""
    base: Path = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    return base.parent if hasattr(config, _WORKER) else base


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> TestDatabases:
    """The run's PostgreSQL."""
    return TestDatabases(_run_folder(request.config))


@pytest.fixture
def room_database(databases: TestDatabases) -> Iterator[RoomDatabase]:
    """`room_database("trial")`: the URL of a migrated database of that room for this test only, as its role."""
    with databases.lent() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def temporal(request: pytest.FixtureRequest) -> TestNamespace:
    """The run's Temporal server, with a namespace that only this module uses."""
    return TestTemporal(_run_folder(request.config)).namespace()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest go first, so that no worker is left alone with one at the end."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """Whole Casellas, then what starts servers and processes or plays workflows, then the many short files."""
    if item.get_closest_marker("e2e") is not None:
        return 0
    return 1 if item.path.parent.name in _LONG_FOLDERS else 2


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stops what the run started, once all its workers have ended."""
    if not hasattr(session.config, _WORKER):
        folder = _run_folder(session.config)
        TestDatabases(folder).stop()
        TestTemporal(folder).stop()
