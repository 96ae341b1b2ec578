"""Every benchmark starts from a checkout in which nothing is installed, as `make bench` does."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_OPTIONS = {
    "benchmarks.engine",
    "benchmarks.naive",
    "benchmarks.one_loop",
}  # sides, which a benchmark starts


def commands() -> list[str]:
    """The modules that are run as commands."""
    files = [
        file for file in (ROOT / "benchmarks").rglob("*.py") if '__name__ == "__main__"' in file.read_text()
    ]
    names = {".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files}
    return sorted({name.removesuffix(".__main__") for name in names} - NO_OPTIONS)


@pytest.mark.parametrize("module", commands())
def test_a_benchmark_finds_what_it_measures(module: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    asked = subprocess.run(
        [sys.executable, "-m", module, "--help"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    assert "usage:" in asked.stdout


def test_the_makefile_and_the_page_name_only_benchmarks_that_there_are() -> None:
    pages = (ROOT / "Makefile", ROOT / "benchmarks/README.md", *(ROOT / "docs").rglob("*.md"))
    named = {
        found for page in pages for found in re.findall(r"python -m (benchmarks[.\w]*\w)", page.read_text())
    }
    assert named
    assert named <= set(commands())
