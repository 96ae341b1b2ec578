"""The project in the documentation of the fixtures runs as it is."""

from pathlib import Path

import pytest

from tests.testing.documented_files import copy_files
from tests.testing.installed import ROOT, run_pytest

pytestmark = pytest.mark.timeout(240)


def test_the_documented_project_passes(tmp_path: Path) -> None:
    names = copy_files(ROOT / "docs" / "local-workspace.md", tmp_path)
    assert names == ["refunds.py", "langgraph.json", "test_refunds.py"]
    ran = run_pytest(tmp_path)
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr
