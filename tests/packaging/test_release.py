"""The release script: two builds are the same bytes, the SBOM names every pin, what is wrong is refused."""

import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.ci_scripts import ci_script

ROOT = Path(__file__).parents[2]
EPOCH = 1_764_000_000


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return ci_script("release")


def test_two_builds_are_the_same_bytes_and_fit_to_be_released(script: ModuleType, tmp_path: Path) -> None:
    first, second = (tmp_path / name for name in ("first", "second"))
    built = script.build(ROOT, first, EPOCH)
    version = script.version_of(ROOT)
    assert [file.name for file in built] == [
        f"countersign_slack-{version}-py3-none-any.whl",
        f"countersign_slack-{version}.tar.gz",
    ]
    assert script.differences(built, script.build(ROOT, second, EPOCH)) == []
    script.check_wheel(built[0])
    built[1].write_bytes(b"another")
    assert script.differences(built, tuple(sorted(second.iterdir()))) == [built[1].name]


def test_a_wheel_that_claims_other_names_is_refused(script: ModuleType, tmp_path: Path) -> None:
    wheel = tmp_path / "x.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("graphs/__init__.py", "")
        archive.writestr("x.dist-info/METADATA", "Metadata-Version: 2.4\nName: x\nVersion: 1\n\nWords.\n")
    with pytest.raises(script.ReleaseError, match="claims graphs"):
        script.check_wheel(wheel)
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("x.dist-info/METADATA", "Metadata-Version: 2.4\nName: x\nVersion: one\n\nWords.\n")
    with pytest.raises(script.ReleaseError, match="not valid"):
        script.check_wheel(wheel)


def test_the_sbom_names_every_pin_with_hashes(script: ModuleType) -> None:
    lock = (ROOT / script.LOCK).read_text()
    bill = script.sbom(lock, "1.2.3", EPOCH)
    assert bill["metadata"]["timestamp"] == "2025-11-24T16:00:00Z"
    pins = {
        line.split("==")[0].split("[")[0] for line in lock.splitlines() if "==" in line and line[0] != " "
    }
    assert {component["name"] for component in bill["components"]} == pins
    assert all(component["hashes"] for component in bill["components"])
    by_name = {component["name"]: component for component in bill["components"]}
    assert by_name["psycopg"]["purl"].startswith("pkg:pypi/psycopg@3.")
    assert bill == script.sbom(lock, "1.2.3", EPOCH)


def test_a_version_without_a_dated_section_is_refused(script: ModuleType) -> None:
    script.check_changelog("# Changelog\n\n## [0.1.0] - 2026-12-01\n", "0.1.0")
    for changelog in (
        "## [Unreleased]\n",
        "## [0.1.0]\n",
        "## [0.1.0] - soon\n",
        "## [0.1.00] - 2026-12-01\n",
    ):
        with pytest.raises(script.ReleaseError, match=r"no section .* Give “Unreleased” the version"):
            script.check_changelog(changelog, "0.1.0")
