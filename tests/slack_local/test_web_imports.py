"""The page's modules import each other without a circle, and the check that says so finds circles."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "bot/slack_local/web/src"


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / ".ci/web_imports.py"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def a_front_end(folder: Path, files: Mapping[str, str]) -> Path:
    for name, source in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return folder


def test_the_pages_modules_have_no_import_circle() -> None:
    result = check(WEB)
    assert result.returncode == 0, result.stderr


def test_the_check_sees_the_pages_imports(tmp_path: Path) -> None:
    """A circle put into a copy of the page's own source is found."""
    for path in WEB.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(WEB)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    assert check(tmp_path).returncode == 0
    types = tmp_path / "types.ts"
    types.write_text('import type { State } from "./state";\n' + types.read_text())

    result = check(tmp_path)
    assert result.returncode == 1
    assert "state.ts -> types.ts -> state.ts" in result.stderr or (
        "types.ts -> state.ts -> types.ts" in result.stderr
    )


@pytest.mark.parametrize(
    "back",
    [
        'import { A } from "./a";',
        'import type { A } from "./a";',
        'import {\n  A,\n  type B,\n} from "./a";',
        'import "./a.tsx";',
        'export { A } from "./a";',
        'export * from "../panes/a";',
        'const a = () => import("./a");',
    ],
)
def test_every_kind_of_import_closes_a_circle(tmp_path: Path, back: str) -> None:
    folder = a_front_end(
        tmp_path,
        {
            "main.ts": 'import { A } from "./panes/a";\n',
            "panes/a.tsx": 'import { B } from "./b";\nexport const A = 1;\n',
            "panes/b/index.ts": 'import "./c";\n',
            "panes/b/c.ts": 'export * from "../c";\n',
            "panes/c.ts": f"{back}\n",
        },
    )

    result = check(folder)
    assert result.returncode == 1
    expected = "panes/a.tsx -> panes/b/index.ts -> panes/b/c.ts -> panes/c.ts -> panes/a.tsx"
    assert result.stderr.strip().endswith(expected)


def test_packages_styles_comments_and_texts_are_no_circle(tmp_path: Path) -> None:
    folder = a_front_end(
        tmp_path,
        {
            "a.ts": 'import { useState } from "react";\nimport "./a.css";\nimport { B } from "./b";\n',
            "a.css": "",
            "b.ts": '// import { A } from "./a";\n/* import "./a"; */\nexport const B = "see http://x/y";\n',
        },
    )
    assert check(folder).returncode == 0


def test_an_import_of_nothing_and_a_folder_without_source_are_refused(tmp_path: Path) -> None:
    assert check(tmp_path).returncode == 1
    assert check(a_front_end(tmp_path, {"a.ts": 'import "./gone";\n'})).returncode == 1


def test_make_check_runs_it_without_node() -> None:
    makefile = (ROOT / "Makefile").read_text()
    recipe = re.search(r"^check:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert recipe is not None
    assert ".ci/web_imports.py bot/slack_local/web/src" in recipe[1]
