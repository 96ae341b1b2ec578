"""The local Slack is useful to any bot: it names Countersign nowhere and loads nothing of it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "bot" / "slack_local"
SOURCES = (".py", ".ts", ".tsx", ".css", ".html")
IMPORT_ALL = """
import importlib, pkgutil, sys
import slack_local
for module in pkgutil.walk_packages(slack_local.__path__, "slack_local."):
    if not module.name.endswith(("__main__", "pytest_plugin")):
        importlib.import_module(module.name)
importlib.import_module("slack_local.pytest_plugin")
print(len([name for name in sys.modules if name.startswith("slack_local.")]))
print([name for name in sys.modules if name.partition(".")[0] in ("countersign", "graphs", "bot")])
"""


def test_its_sources_do_not_name_the_product() -> None:
    files = [
        path for path in PACKAGE.rglob("*") if path.suffix in SOURCES and "node_modules" not in path.parts
    ]
    assert len(files) > 100
    assert [str(path) for path in files if "countersign" in path.read_text().lower()] == []


def test_all_of_it_can_be_imported_without_the_product(tmp_path: Path) -> None:
    """Alone on the import path: a link to its folder is all that this Python finds of the checkout."""
    (tmp_path / "slack_local").symlink_to(PACKAGE)
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    modules, foreign = done.stdout.splitlines()
    assert int(modules) > 50
    assert foreign == "[]"
