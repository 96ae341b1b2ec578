"""`make demo` with the pips that Pythons bring along, while a locked package has a newer release.

The packages are made up and lie in a folder. `make`, its flags and what completes the lock are the real ones.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT

pytestmark = [pytest.mark.long, pytest.mark.timeout(120)]

PIPS = ("23.0", "23.2", "24.0", "newest")
PRINTS = """
from importlib.metadata import version
import base, user
print("base", version("base"), "user", version("user"))
"""


def write_wheel(folder: Path, name: str, version: str, *requires: str) -> Path:
    """A wheel with one empty module. `base` has the extras `binary` and `pool`, like psycopg."""
    info = f"{name}-{version}.dist-info"
    about = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    about += [f"Requires-Dist: {each}" for each in requires]
    about += [f"Provides-Extra: {extra}" for extra in ("binary", "pool") if name == "base"]
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": "\n".join(about) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
    return path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The lock pins `base` 1.0, of which the index has 1.1, and `user`, which asks for `base`."""
    folder, index = tmp_path / "checkout", tmp_path / "index"
    index.mkdir()
    pinned = {
        "base[binary, pool]==1.0": write_wheel(index, "base", "1.0"),
        "user==1.0": write_wheel(index, "user", "1.0", "base[pool]>=1.0"),
    }
    write_wheel(index, "base", "1.1")
    (folder / "bot").mkdir(parents=True)
    # Without the pip of this Python: the one that is tried is on the import path.
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    (folder / "bot/__main__.py").write_text(PRINTS)
    shutil.copy(ROOT / "Makefile", folder)
    lock = "".join(
        f"{pin} \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"
        for pin, path in pinned.items()
    )
    (folder / "requirements-run.lock").write_text(lock)
    subprocess.run([sys.executable, ROOT / ".ci/pin_extras.py", folder / "requirements-run.lock"], check=True)
    return folder


@pytest.fixture(scope="session")
def pips(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The folder of each pip, for the import path."""
    found: dict[str, Path] = {}
    for version in PIPS:
        folder = tmp_path_factory.mktemp("pip")
        wanted = "pip" if version == "newest" else f"pip=={version}"
        run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", folder, wanted], ROOT, {})
        (wheel,) = folder.glob("pip-*.whl")
        found[version] = folder / "unpacked"
        zipfile.ZipFile(wheel).extractall(found[version])
    return found


def run(command: Sequence[str | Path], folder: Path, settings: Mapping[str, str], *, expect: int = 0) -> str:
    """Its output. `expect`: 0, or 1 for any failure."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        command, cwd=folder, env={**own, **settings}, capture_output=True, text=True, timeout=100, check=False
    )
    assert (done.returncode != 0) == (expect != 0), done.stdout + done.stderr
    return done.stdout + done.stderr


def settings_for(pip: Path, checkout: Path) -> dict[str, str]:
    """This pip and no other, on the made-up index, and a uv that fails."""
    tools = checkout.parent / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "uv").write_text("#!/bin/sh\nexit 1\n")
    (tools / "uv").chmod(0o755)
    return {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHONPATH": str(pip),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(checkout.parent / "index"),
    }


@pytest.mark.parametrize("newer", [True, False], ids=["newer release", "as locked"])
@pytest.mark.parametrize("pip", PIPS)
def test_make_demo_installs_the_locked_release(
    checkout: Path, pips: Mapping[str, Path], pip: str, newer: bool
) -> None:
    if not newer:
        (checkout.parent / "index" / "base-1.1-py3-none-any.whl").unlink()
    settings = settings_for(pips[pip], checkout)
    version = run([sys.executable, "-m", "pip", "--version"], checkout, settings)
    assert str(pips[pip]) in version
    assert pip in version or pip == "newest"

    told = run(["make", "demo"], checkout, settings)

    assert told.splitlines()[-1] == "base 1.0 user 1.0"


@pytest.mark.parametrize("pip", PIPS)
def test_a_pip_that_resolves_takes_the_completed_lock(
    checkout: Path, pips: Mapping[str, Path], pip: str
) -> None:
    settings = settings_for(pips[pip], checkout)
    target = ["--target", str(checkout / "installed"), "--require-hashes", "-r"]

    run([sys.executable, "-m", "pip", "install", *target, "requirements-run.lock"], checkout, settings)

    assert (checkout / "installed/base-1.0.dist-info").is_dir()
    assert not (checkout / "installed/base-1.1.dist-info").exists()


def test_a_lock_without_the_extras_is_refused_by_the_oldest_pip(
    checkout: Path, pips: Mapping[str, Path]
) -> None:
    """The index of these tests does mislead: without that, the others would prove nothing."""
    settings = settings_for(pips["23.0"], checkout)
    lock = checkout / "requirements-run.lock"
    lock.write_text(re.sub(r"^base\[.*\n.*\n", "", lock.read_text(), flags=re.MULTILINE))
    target = ["--target", str(checkout / "installed"), "--require-hashes", "-r"]

    told = run([sys.executable, "-m", "pip", "install", *target, lock], checkout, settings, expect=1)

    assert "In --require-hashes mode, all requirements must have their versions pinned with ==" in told


def test_uv_installs_the_same(checkout: Path, pips: Mapping[str, Path]) -> None:
    if shutil.which("uv") is None:
        pytest.skip("uv is not on this machine")
    index = str(checkout.parent / "index")
    settings = settings_for(pips["23.0"], checkout) | {
        "PATH": os.environ["PATH"],
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": index,
        "PIP_FIND_LINKS": os.devnull,  # nothing is left for pip to install
    }

    told = run(["make", "demo"], checkout, settings)

    assert told.splitlines()[-1] == "base 1.0 user 1.0"
