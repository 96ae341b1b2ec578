"""The committed build is what the source builds to."""

import filecmp
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "bot" / "slack_local" / "web"
# Namespaces, and pages that React's and marked's error messages name: nothing asks for them.
NAMES = ("http://www.w3.org", "https://react.dev", "https://github.com")
BUDGET = 600_000  # bytes
SOURCE = (
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
)


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def run(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_build_is_small_and_names_nothing_outside() -> None:
    built = [WEB / "dist" / name for name in files_in(WEB / "dist")]
    assert built
    assert sum(path.stat().st_size for path in built) < BUDGET
    for path in built:
        for address in re.findall(r"https?://[\w.-]+", path.read_text()):
            assert address in NAMES, f"{address} in {path.name}"


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert package["integrity"].startswith("sha512-"), name


@pytest.mark.timeout(600)
def test_the_build_matches_the_source(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("NO NPM: that the page's build matches its source was not checked")
    for name in SOURCE:
        place = WEB / name
        (shutil.copytree if place.is_dir() else shutil.copy)(place, tmp_path / name)
    fetched = run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=tmp_path)
    if fetched.returncode:
        pytest.skip(f"NO PACKAGES FROM NPM: the build was not checked. {fetched.stderr[-300:]}")
    built = run(npm, "run", "build", folder=tmp_path)
    assert built.returncode == 0, built.stdout + built.stderr
    ours, theirs = WEB / "dist", tmp_path / "dist"
    assert files_in(ours) == files_in(theirs)
    different = [
        name for name in files_in(ours) if not filecmp.cmp(ours / name, theirs / name, shallow=False)
    ]
    assert not different, f"{different} are not what the source builds to: run `npm run build` in {WEB.name}"
