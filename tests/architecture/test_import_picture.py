"""The dependency picture of pyproject.toml holds, and says what the product may rely on."""

import subprocess
import sys
import tomllib
from pathlib import Path

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


def test_every_room_of_the_product_has_its_place_in_the_picture() -> None:
    """A room that no contract names could import anything."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    named = {module for layer in layers for module in layer.split(" | ")}
    outside = {module for contract in contracts for module in contract.get("forbidden_modules", ())}
    rooms = {f"countersign.{path.parent.name}" for path in (ROOT / "bot/countersign").glob("*/__init__.py")}
    assert rooms - named - outside == set()
