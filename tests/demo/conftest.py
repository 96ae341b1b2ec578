"""A folder for a demo's data."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres.scratch_folders import scratch_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that another account can reach too: PostgreSQL does not run as root."""
    with scratch_folder() as home:
        yield home / "data"
