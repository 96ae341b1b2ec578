"""Projects on disk, with their langgraph.json, that are forgotten again after each test."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
import structlog.testing

from countersign.runs.project.config import GraphConfig, read_graph_config

Project = Callable[..., GraphConfig]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Write files and a langgraph.json that names these graphs; give its config."""
    modules, paths = set(sys.modules), list(sys.path)

    def write(files: dict[str, str], folder: str = ".", **graphs: object) -> GraphConfig:
        root = tmp_path / folder
        for name, text in files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(dedent(text))
        (root / "langgraph.json").write_text(json.dumps({"dependencies": ["."], "graphs": graphs}))
        return read_graph_config(root / "langgraph.json")

    yield write
    sys.path[:] = paths
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "") or "").startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[structlog.typing.EventDict]]:
    """What was logged, kept instead of printed."""
    with structlog.testing.capture_logs() as entries:
        yield entries
