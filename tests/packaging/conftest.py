"""The wheel, built from this checkout and installed into an environment of its own."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 240  # at most, for one command


@dataclass(frozen=True)
class Installed:
    """An environment in which Countersign is installed, and nothing of the checkout is on the import path."""

    folder: Path

    def run(
        self, program: str, *arguments: str, cwd: Path, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run one of the environment's programs in a folder elsewhere."""
        return subprocess.run(
            [self.folder / "bin" / program, *arguments],
            cwd=cwd,
            env={"PATH": os.environ["PATH"], "HOME": str(cwd), "LANG": "C.UTF-8", **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that people install."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT, check=True, capture_output=True, timeout=SECONDS,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path) -> Iterator[Installed]:
    """An environment with the wheel. What the wheel requires it finds where the tests have it."""
    with scratch_folder() as folder:
        python = folder / "bin/python"
        own = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        install = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
        for command in ([sys.executable, "-m", "venv", str(folder)], [str(python), *install, str(wheel)]):
            subprocess.run(command, check=True, env=own, capture_output=True, timeout=SECONDS)
        paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        (site_packages,) = folder.glob("lib/python*/site-packages")
        (site_packages / "requirements.pth").write_text("\n".join(paths))
        yield Installed(folder)


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """An empty folder that has nothing to do with the checkout."""
    with scratch_folder() as folder:
        yield folder


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that a PostgreSQL started as another user can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="countersign-packaging-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write these files, with the folders that they are in."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
