"""Folders that the server's user can reach, as root too."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.embedded_probe import cut_power


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder of the test's own that every user can pass through, unlike pytest's when root runs it."""
    folder = Path(tempfile.mkdtemp(prefix="countersign-embedded-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data_dir(open_folder: Path) -> Iterator[Path]:
    """A data folder, not made yet; no server of it outlives the test."""
    yield open_folder / "data"
    cut_power(open_folder / "data")
