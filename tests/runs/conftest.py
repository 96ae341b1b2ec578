"""Projects on disk, with their langgraph.json, that are forgotten again after each test; connections."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
import structlog.testing

from countersign.runs.project.config import GraphConfig, read_graph_config
from countersign.store.connections.pool import Pool, configure_for_checkpoints, open_pool

Project = Callable[..., GraphConfig]


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Pool]:
    """Connections for graphs and their checkpoints."""
    async with await open_pool(
        database_url, min_size=1, max_size=4, configure=configure_for_checkpoints
    ) as pool:
        yield pool


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Write files and a langgraph.json that names these graphs; give its config."""

    def write(files: dict[str, str], folder: str = ".", **graphs: object) -> GraphConfig:
        root = tmp_path / folder
        for name, text in files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(dedent(text))
        (root / "langgraph.json").write_text(json.dumps({"dependencies": ["."], "graphs": graphs}))
        return read_graph_config(root / "langgraph.json")

    return write


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[structlog.typing.EventDict]]:
    """What was logged, kept instead of printed."""
    with structlog.testing.capture_logs() as entries:
        yield entries
