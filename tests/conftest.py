"""What every test may ask for: a PostgreSQL, and in it a database of its own."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support.place import new_place
from tests.support.postgres import databases
from tests.support.processes import process_state

__all__ = ["new_place"]

_SOURCES = Path(__file__).parents[1] / "bot"
# For the processes that tests start: pytest's own `pythonpath` stops at this one.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_SOURCES), os.environ.get("PYTHONPATH"))))

# Hypothesis' own limit is 200 ms for an example, which a full machine exceeds; a test has its timeout.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")


def pytest_collection_finish() -> None:
    """Exclude a million objects of modules and collected tests from garbage collection.

    Each search of them takes half a second, and a bot that starts in a test's process searches them once.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def process_left_as_found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A test's imports and log settings end with it."""
    with process_state.left_as_found(tmp_path_factory.getbasetemp()):
        yield


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A PostgreSQL server: that of TEST_DATABASE_URL, or an embedded one for this pytest process."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with databases.server() as url:
        yield url


@pytest.fixture(scope="session")
def database_template(server_url: str) -> Iterator[str]:
    """The name of a migrated database without rows, to copy from."""
    with databases.migrated_template(server_url) as name:
        yield name


@pytest.fixture
def database_url(server_url: str, database_template: str) -> Iterator[str]:
    """A migrated database of the test's own."""
    with databases.database(server_url, template=database_template) as url:
        yield url


@pytest.fixture
def empty_database_url(server_url: str) -> Iterator[str]:
    """A database of the test's own without any table."""
    with databases.database(server_url) as url:
        yield url
