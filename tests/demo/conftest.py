"""A folder for a demo's data."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that another account can reach too: PostgreSQL does not run as root."""
    home = Path(tempfile.mkdtemp(prefix="countersign-demo-"))
    home.chmod(0o755)
    yield home / "data"
    shutil.rmtree(home)
