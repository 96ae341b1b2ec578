"""The folder of a project, in which the command is run."""

from pathlib import Path

import pytest


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LANGGRAPH_CONFIG", raising=False)
    return tmp_path
