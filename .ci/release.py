"""Builds a release: wheel, sdist, SBOM and checksums, each built twice and compared byte by byte.

    python .ci/release.py [--out dist]

It refuses a tree with changes, and a version that CHANGELOG.md has no section for. It uploads nothing. Exit
codes: 0 done, 1 something is wrong, 2 used wrongly.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.metadata import InvalidMetadata, Metadata

ROOT = Path(__file__).resolve().parents[1]
LOCK = "requirements-run.lock"  # what the container and `make demo` install
_PIN = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==(?P<version>[^\s;\\]+)[^\n]*\n"
    r"(?P<hashes>(?:\s+--hash=sha256:[0-9a-f]{64}[ \\]*\n)*)",
    re.MULTILINE,
)
_VERSION = re.compile(r'^__version__ = "([^"]+)"', re.MULTILINE)


class ReleaseError(Exception):
    """This cannot be released; the message says why."""


def version_of(root: Path) -> str:
    """The version, which stands in one place alone."""
    found = _VERSION.search((root / "bot/countersign/__init__.py").read_text())
    if found is None:
        raise ReleaseError("bot/countersign/__init__.py has no __version__.")
    return found[1]


def check_changelog(changelog: str, version: str) -> None:
    """Raise ReleaseError unless the changelog has a dated section of this version."""
    if not re.search(rf"^## \[{re.escape(version)}\] - \d{{4}}-\d{{2}}-\d{{2}}$", changelog, re.MULTILINE):
        raise ReleaseError(
            f"CHANGELOG.md has no section such as “## [{version}] - 2026-12-01”. "
            "Give “Unreleased” the version and the date, and commit: CONTRIBUTING.md, Releasing."
        )


def build(root: Path, folder: Path, epoch: int) -> tuple[Path, ...]:
    """Build wheel and sdist; `epoch` is the time that their files get."""
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ReleaseError(f"The build failed:\n{done.stderr[-2000:]}")
    return tuple(sorted(folder.iterdir()))


def differences(first: tuple[Path, ...], second: tuple[Path, ...]) -> list[str]:
    """The names of files that differ, or that only one build has."""
    one, other = ({path.name: path.read_bytes() for path in build} for build in (first, second))
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def check_wheel(wheel: Path) -> None:
    """Raise ReleaseError for metadata that an index would refuse, and for files in foreign places."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (described,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        content = archive.read(described)
    try:
        found = Metadata.from_email(content, validate=True)
    except (InvalidMetadata, ExceptionGroup) as error:
        raise ReleaseError(f"The metadata is not valid: {error}") from None
    if not found.description:
        raise ReleaseError("The metadata has no description: README.md is missing.")
    tops = {name.split("/")[0] for name in names}
    ours = {"countersign", "slack_local"}
    foreign = {top for top in tops - ours if not top.endswith(".dist-info")}
    if foreign:
        raise ReleaseError(f"The wheel claims {', '.join(sorted(foreign))} at the top of the import path.")


def sbom(lock: str, version: str, epoch: int) -> dict[str, Any]:
    """A CycloneDX 1.6 document: every package that the lock file pins, with its hashes and licence."""
    product = f"pkg:pypi/countersign-slack@{version}"
    # A package with extras may be pinned in several forms.
    components = {found["name"]: _component(found) for found in _PIN.finditer(lock)}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": _timestamp(epoch),
            "component": {
                "type": "application", "bom-ref": product, "name": "countersign-slack", "version": version,
                "purl": product, "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
        },
        "components": list(components.values()),
    }  # fmt: skip


def _component(found: re.Match[str]) -> dict[str, Any]:
    name, version = found["name"], found["version"]
    purl = f"pkg:pypi/{name}@{version}"
    hashes = re.findall(r"sha256:([0-9a-f]{64})", found["hashes"])
    licence = _licence(name)
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        # One for each file of the release: which one is installed depends on the platform.
        "hashes": [{"alg": "SHA-256", "content": each} for each in hashes],
        **({"licenses": [{"license": {"name": licence}}]} if licence else {}),
    }


def _licence(name: str) -> str | None:
    """As the installed package says it; None for what is not installed on this platform."""
    try:
        found = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    said = found.get("License-Expression") or found.get("License") or ""
    classifiers = found.get_all("Classifier") or ()
    named = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License")]
    return said if said and "\n" not in said else next(iter(named), None)


def _timestamp(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def release(root: Path, out: Path) -> list[Path]:
    """Build and check everything, then put it into `out`. Raises ReleaseError."""
    version = version_of(root)
    check_changelog((root / "CHANGELOG.md").read_text(), version)
    if _git(root, "status", "--porcelain"):
        raise ReleaseError("The tree has changes: a release is built from a commit.")
    epoch = int(_git(root, "log", "-1", "--format=%ct"))
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        built = build(root, Path(first), epoch)
        if differ := differences(built, build(root, Path(second), epoch)):
            raise ReleaseError(f"Two builds differ in {', '.join(differ)}.")
        for file in built:
            if file.suffix == ".whl":
                check_wheel(file)
        out.mkdir(parents=True, exist_ok=True)
        written = [Path(shutil.copy(file, out)) for file in built]
    bill = out / f"countersign-slack-{version}.cdx.json"
    bill.write_text(json.dumps(sbom((root / LOCK).read_text(), version, epoch), indent=2) + "\n")
    written.append(bill)
    sums = out / "SHA256SUMS"
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in written]
    sums.write_text("".join(lines))
    return [*written, sums]


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, check=True
    ).stdout.strip()


def main() -> int:
    parser = argparse.ArgumentParser(description="Build and check a release; nothing is uploaded.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    try:
        for file in release(ROOT, parser.parse_args().out):
            print(file)
    except ReleaseError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
