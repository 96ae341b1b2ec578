"""A project of somebody else's, tested by its own pytest: the plugins are found as if they were installed."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOREIGN = ("OPENAI_", "SLACK_", "DATABASE_", "PYTEST_")


def run_pytest(
    project: Path, *arguments: str, import_first: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run pytest in `project`; modules in `import_first` hide installed ones, `environment` is added."""
    metadata = project / ".installed" / "countersign_slack-0.dist-info"
    metadata.mkdir(parents=True, exist_ok=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: countersign-slack\nVersion: 0\n")
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]
    (metadata / "entry_points.txt").write_text(
        "[pytest11]\n" + "".join(f"{name} = {module}\n" for name, module in points.items())
    )
    first = [str(import_first)] if import_first else []
    own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    path = os.pathsep.join([*first, str(metadata.parent), str(ROOT / "bot")])
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=project, env=own | environment | {"PYTHONPATH": path},
        capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip
