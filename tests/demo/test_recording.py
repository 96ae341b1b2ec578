"""What people did at the demo's page, taken away, runs with Countersign and the same graphs, as it is."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo.demo_process import ASKS, STARTED, a_project_in, demo, environment
from tests.demo.page_client import PageClient
from tests.testing.installed import run_pytest

pytestmark = pytest.mark.timeout(300)


def test_a_recorded_test_and_script_run_as_they_are(folder: Path, tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    project.mkdir()
    elsewhere.mkdir()
    config = a_project_in(project)
    (project / "mine.py").write_text(ASKS)
    with demo(folder, "--config", str(config)) as running:
        running.says(STARTED)
        page = PageClient(running)
        first = page.acts("carol", "say", text="@countersign refund 12")["thread_ts"]
        card = page.card(first)
        page.acts("bob", "click", ts=card, action_id="approval:reject")
        form = page.form("bob")
        page.acts("bob", "submit", view=form, values={"/message": "too much"})
        page.shows(first, "It is kept.")
        page.acts("alice", "run", text="/agent refund 13")
        second = page.newest_root()
        page.acts("bob", "click", ts=page.card(second), action_id="approval:approve")
        page.shows(second, "It is paid.")
        recorded = page.acts("alice", "recording")
        assert running.stops() == 0

    (elsewhere / "test_recorded.py").write_text(recorded["test"])
    ran = run_pytest(elsewhere)
    assert "1 passed" in ran.stdout, f"{recorded['test']}\n{ran.stdout}{ran.stderr}"

    (elsewhere / "recorded.txt").write_text(recorded["script"])
    assert f"countersign demo --config {config} --script recorded.txt" in recorded["script"]
    played = subprocess.run(
        [sys.executable, "-m", "countersign", "demo", "--config", str(config), "--script", "recorded.txt"],
        cwd=elsewhere, env=environment(folder), capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip
    assert played.returncode == 0, f"{recorded['script']}\n{played.stdout}{played.stderr}"
