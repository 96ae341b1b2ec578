"""Folders that the server's user can reach, as root too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres.embedded_probe import cut_power
from tests.support.postgres.scratch_folders import scratch_folder


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder of the test's own that every user can pass through, unlike pytest's when root runs it."""
    with scratch_folder() as folder:
        yield folder


@pytest.fixture
def data_dir(open_folder: Path) -> Iterator[Path]:
    """A data folder, not made yet; no server of it outlives the test."""
    yield open_folder / "data"
    cut_power(open_folder / "data")
