"""The dependency picture of pyproject.toml holds, and says what the product may rely on."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_every_import_fits_the_contracts() -> None:
    """As `make check` does, so that `make test` alone refuses a wrong import, too."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT / "bot")},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def rooms() -> set[str]:
    """The packages of the product, and its modules outside any of them."""
    root = ROOT / "bot/countersign"
    packages = {path.parent.name for path in root.glob("*/__init__.py")}
    return packages | {path.stem for path in root.glob("*.py")} - {"__init__", "__main__"}


def layers() -> list[set[str]]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (stacked,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    return [{module.removeprefix("countersign.") for module in layer.split(" | ")} for layer in stacked]


OUTSIDE = {"demo", "testing"}  # what a contract of their own forbids to all others


def test_every_room_of_the_product_has_its_place_in_the_picture() -> None:
    """A room that no contract names could import anything."""
    assert rooms() - set().union(*layers()) == OUTSIDE


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/how-it-works.md"])
def test_the_table_of_rooms_has_each_room_once_and_above_those_that_it_may_import(page: str) -> None:
    section = (ROOT / page).read_text().partition("\n## The rooms\n")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    lines = [re.findall("`(?:bot/countersign/)?([^`]+?)(?:/|[.]py)?`", cell) for cell in cells]
    listed = [name for line in lines for name in line if name not in {"bot/slack_local", "graphs"}]
    assert sorted(listed) == sorted(rooms())
    heights = [at for name in listed for at, layer in enumerate(layers()) if name in layer]
    assert heights == sorted(heights)
