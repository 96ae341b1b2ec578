"""What the README shows runs as it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.testing.documented_files import copy_files
from tests.testing.installed import run_pytest

README = Path(__file__).parents[3] / "bot" / "slack_local" / "README.md"
pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    assert copy_files(README, tmp_path) == ["my_bot.py", "test_my_bot.py", "story.txt"]
    return tmp_path


def test_the_test_passes(project: Path) -> None:
    ran = run_pytest(project)
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr


def test_the_script_plays(project: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "slack_local",
        "--script",
        "story.txt",
        "--",
        sys.executable,
        "my_bot.py",
    ]
    played = subprocess.run(
        command, cwd=project, env=os.environ, capture_output=True, text=True, timeout=100, check=False
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert "5 lines, all as expected" in played.stdout
