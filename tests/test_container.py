"""The container, without an engine to build it: what the Dockerfile copies is enough for what it runs."""

import json
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def instructions(stage: int) -> list[tuple[str, str]]:
    """The instructions of one stage, with continued lines joined."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    parted = [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]
    starts = [at for at, (word, _) in enumerate(parted) if word == "FROM"] + [len(parted)]
    return parted[starts[stage] : starts[stage + 1]]


def copied(stage: int) -> list[str]:
    """The sources that a stage copies out of the checkout."""
    return [rest.split()[0] for word, rest in instructions(stage) if word == "COPY" and "--from" not in rest]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A folder with what the last stage copies, and nothing else."""
    for source in copied(1):
        path = ROOT / source
        if path.is_dir():
            shutil.copytree(
                path, tmp_path / source, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
            )
        else:
            shutil.copy(path, tmp_path / source)
    return tmp_path


def run(image: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=image,
        env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_command_starts_from_the_copied_files_alone(image: Path) -> None:
    command = json.loads(next(rest for word, rest in instructions(1) if word == "CMD"))

    done = run(image, *command[1:])

    assert command[0] == "python"
    assert done.returncode == 1
    assert done.stderr.startswith("countersign: SLACK_BOT_TOKEN is missing")


def test_the_graphs_of_the_image_load(image: Path) -> None:
    script = (
        "import asyncio, contextlib, pathlib\n"
        "from countersign.runs.config import read_graph_config\n"
        "from countersign.runs.loading import load_graphs\n"
        "async def main():\n"
        "    async with contextlib.AsyncExitStack() as stack:\n"
        "        print(len(await load_graphs(read_graph_config(pathlib.Path('langgraph.json')), stack)))\n"
        "asyncio.run(main())\n"
    )
    done = run(image, "-c", script, OPENAI_API_KEY="none", PYTHONPATH="bot")

    named = json.loads((ROOT / "langgraph.json").read_text())["graphs"]
    assert done.stdout.strip() == str(len(named)), done.stderr


def test_nothing_that_is_copied_is_ignored() -> None:
    lines = (ROOT / ".dockerignore").read_text().split()
    allowed = [line[1:] for line in lines if line.startswith("!")]
    for source in [*copied(0), *copied(1)]:
        assert any(fnmatch(source, pattern) for pattern in allowed), source


def test_it_runs_as_a_user_without_rights() -> None:
    words = [word for word, _ in instructions(1)]
    user = next(rest for word, rest in instructions(1) if word == "USER")

    assert user not in {"root", "0"}
    assert words.index("USER") < words.index("CMD")
