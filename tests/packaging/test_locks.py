"""The lock files: complete, with hashes, without an address, so that any pip installs the same."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
RUN, DEVELOP = "requirements-run.lock", "requirements.lock"
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[([^]]+)\])?==(\S+)", re.MULTILINE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

both = pytest.mark.parametrize("name", [RUN, DEVELOP])

Wanted = tuple[str, frozenset[str]]
"""A package's name, and the extras that are asked for."""


def pins(name: str) -> dict[Wanted, set[str]]:
    """The versions of each package, with each choice of its extras."""
    found: dict[Wanted, set[str]] = {}
    for package, extras, version in PIN.findall((ROOT / name).read_text()):
        wanted = frozenset(extra.strip() for extra in extras.split(",") if extra)
        found.setdefault((package, wanted), set()).add(version)
    return found


def asked_for(name: str) -> Iterator[tuple[str, Wanted]]:
    """Who asks for what on this machine: the project, and every pinned package that is installed."""
    own = list(PROJECT["project"]["dependencies"])
    own += PROJECT["dependency-groups"]["dev"] if name == DEVELOP else []
    for line in own:
        yield from applying("pyproject.toml", line, frozenset())
    pinned: dict[str, frozenset[str]] = {}
    for package, extras in pins(name):
        pinned[package] = pinned.get(package, frozenset()) | extras
    for package, extras in pinned.items():
        try:
            lines = metadata.requires(package) or []
        except metadata.PackageNotFoundError:  # for another platform
            continue
        for line in lines:
            yield from applying(package, line, extras)


def applying(package: str, line: str, extras: frozenset[str]) -> Iterator[tuple[str, Wanted]]:
    requirement = Requirement(line)
    marker = requirement.marker
    if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
        yield package, (canonicalize_name(requirement.name), frozenset(requirement.extras))


@both
def test_whatever_is_asked_for_is_pinned_with_the_same_extras(name: str) -> None:
    """Without that, pip 23.0 looks for the newest release, and refuses it for want of a hash."""
    pinned = pins(name).keys()
    asked = list(asked_for(name))
    assert len(asked) > 100
    assert [(who, what) for who, what in asked if what not in pinned] == []


@both
def test_every_pin_has_hashes_and_no_file_has_an_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert re.findall(r"==\S+(?: ; [^\n\\]+)?\n", text) == [], "a pin without a hash"
    assert text.count("--hash=sha256:") > len(pins(name))
    assert "://" not in text
    assert "--index" not in text


def test_running_takes_the_versions_that_were_tested() -> None:
    tested = pins(DEVELOP)
    for wanted, versions in pins(RUN).items():
        assert tested.get(wanted) == versions, wanted


def test_running_takes_nothing_that_only_developing_needs() -> None:
    run = {package for package, _ in pins(RUN)}
    assert not run & {"pytest", "mypy", "ruff", "deepagents", "hatchling", "playwright", "google-genai"}


def test_pins_with_extras_are_completed_once(tmp_path: Path) -> None:
    lock = tmp_path / "some.lock"
    lock.write_text("a[x, y]==1 ; marker \\\n    --hash=sha256:0\nb==2 \\\n    --hash=sha256:1\n")
    for _ in range(2):
        subprocess.run([sys.executable, ROOT / ".ci/pin_extras.py", lock], check=True)
        assert lock.read_text() == "".join(
            f"{pin}==1 ; marker \\\n    --hash=sha256:0\n" for pin in ("a[x, y]", "a", "a[x]", "a[y]")
        ) + ("b==2 \\\n    --hash=sha256:1\n")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A new checkout, as far as make looks at it."""
    for name in ("Makefile", RUN, DEVELOP):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("target", "installed"),
    [
        ("demo", RUN),
        ("run", RUN),
        ("test", DEVELOP),
        ("check", DEVELOP),
        ("bench", DEVELOP),
        ("chaos", DEVELOP),
    ],
)
def test_a_make_target_installs_what_it_needs_and_no_more(
    checkout: Path, target: str, installed: str
) -> None:
    told = make(checkout, "-n", target)
    assert set(re.findall(r"pip install .* -r (\S+)", told)) == {installed}
    assert "--require-hashes" in told
    assert "-m venv" in told


def test_an_environment_whose_python_is_gone_is_made_anew(checkout: Path) -> None:
    python = checkout / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    (checkout / ".venv/pyvenv.cfg").touch()
    (checkout / ".venv/.run").touch()
    assert "-m venv" not in make(checkout, "-n", "demo")

    python.unlink()
    python.symlink_to("/gone/python3")

    assert "-m venv" in make(checkout, "-n", "demo")


def test_an_old_python_is_named_with_what_to_do(checkout: Path) -> None:
    old = checkout / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    told = make(checkout, "demo", f"PYTHON={old}", expect=2)
    assert "Countersign needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 demo" in told


def make(folder: Path, *arguments: str, expect: int = 0) -> str:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        ["make", *arguments], cwd=folder, env=own, capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == expect, done.stderr
    return done.stdout + done.stderr


def test_ci_begins_with_the_oldest_pip() -> None:
    """Before make, which may use uv: the run lock as it is, with pip's own resolver and hashes."""
    script = re.sub(r"^\s*#.*\n", "", (ROOT / ".ci/run").read_text(), flags=re.MULTILINE)
    before, _, after = script.partition("\nmake demo TOUR=1")
    assert after.startswith(("  #", "\n"))
    assert '"pip==$(python3 -c' in before
    assert '"23.0" if sys.version_info < (3, 12) else "23.2"' in before
    (install,) = re.findall(r"-m pip install (.*requirements-run\.lock)$", before, re.MULTILINE)
    assert "--require-hashes" in install
    assert "--no-deps" not in install
    assert "\nmake test " in after
    assert "tests/packaging/test_pips.py -n 0 -m long" in after
