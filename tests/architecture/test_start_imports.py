"""A start loads nothing that it does not need: imports are most of what it takes."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_AT_A_START = {
    "babel.messages": "of catalogues that are not English",
    "cryptography.x509": "of time stamps",
    "holidays": "of rules with holidays",
    "icalendar": "of rules with a calendar",
    "langchain.embeddings": "of a store that is searched by meaning",
    "langchain_openai": "of graphs",
    "openai": "of graphs",
    "packaging.requirements": "of graphs that cannot be imported",
    "procrastinate.cli": "of its own command",
    "rfc3161_client": "of time stamps",
    "slack_local": "of the demo",
}


def _run(folder: Path, script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "bot")},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_only_some_setups_need_is_loaded_by_them_alone(tmp_path: Path) -> None:
    loaded = json.loads(
        _run(tmp_path, "import countersign.process, json, sys; print(json.dumps(sorted(sys.modules)))")
    )
    assert "langgraph.graph.state" in loaded
    assert {name: NOT_AT_A_START[name] for name in loaded if name in NOT_AT_A_START} == {}


def test_garbage_is_collected_seldom_while_a_start_imports(tmp_path: Path) -> None:
    """And it is not switched off: a start may wait for Slack for hours."""
    script = "import countersign.__main__ as m, gc; m.main({}); print(gc.isenabled(), gc.get_threshold()[0])"
    usual = _run(tmp_path, script.format(["manifest"])).split()[-2:]
    starting = _run(tmp_path, script.format(["serve"])).split()[-2:]
    assert usual[0] == starting[0] == "True"
    assert int(starting[1]) >= 100 * int(usual[1])
