"""Paths without symbolic links, for many files at once."""

import os
from pathlib import Path

from countersign.runs.project.real_paths import RealPaths


def test_it_gives_what_realpath_gives_whatever_is_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real"
    (real / "inner").mkdir(parents=True)
    (real / "a.py").touch()
    (real / "inner" / "b.py").touch()
    (tmp_path / "folder").symlink_to(real)
    (tmp_path / "file.py").symlink_to(real / "a.py")
    (real / "inner" / "c.py").symlink_to("../a.py")
    given = [
        *(
            "real/a.py",
            "folder/a.py",
            "file.py",
            "folder/inner/b.py",
            "folder/inner/c.py",
            "folder/inner/../a.py",
        ),
        *("folder", "folder/.", "folder/..", "folder/", "none/at/all.py"),
    ]
    real_path = RealPaths()
    for name in given * 2:
        assert real_path(f"{tmp_path}/{name}") == os.path.realpath(f"{tmp_path}/{name}"), name
    assert real_path("a.py") == os.path.realpath("a.py")
