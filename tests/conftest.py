"""What every test may ask for: a database of its own, the run's Temporal server."""

from pathlib import Path

import pytest

from tests.fixtures.postgres import RoomDatabase, TestDatabases

_WORKER = "workerinput"


def _run_folder(config: pytest.Config) -> Path:
    """A folder that all workers of this test run share."""
    base: Path = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    return base.parent if hasattr(config, _WORKER) else base


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> TestDatabases:
    """The run's PostgreSQL."""
    return TestDatabases(_run_folder(request.config))


@pytest.fixture
def room_database(databases: TestDatabases) -> RoomDatabase:
    """`room_database("trial")`: the URL of a fresh, migrated database of that room, as its role."""
    return databases.fresh


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stops what the run started, once all its workers have ended."""
    if not hasattr(session.config, _WORKER):
        TestDatabases(_run_folder(session.config)).stop()
