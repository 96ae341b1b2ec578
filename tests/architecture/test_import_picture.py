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


def test_every_room_of_the_product_has_its_place_in_the_picture() -> None:
    """A room that no contract names could import anything."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    named = {module for layer in layers for module in layer.split(" | ")}
    outside = {module for contract in contracts for module in contract.get("forbidden_modules", ())}
    assert {f"countersign.{room}" for room in rooms()} - named - outside == set()


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/how-it-works.md"])
def test_the_table_of_rooms_has_a_line_for_each_room_and_for_nothing_else(page: str) -> None:
    section = (ROOT / page).read_text().partition("\n## The rooms\n")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    listed = [
        name.rstrip("/") for cell in cells for name in re.findall("`(?:bot/countersign/)?([^`]+)`", cell)
    ]
    assert len(listed) == len(set(listed)), "each has one line"
    assert {name.removesuffix(".py") for name in listed} - {"bot/slack_local", "graphs"} == rooms()
