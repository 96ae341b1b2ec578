"""Check that the modules of a TypeScript front end import each other without a circle, types included.

`python .ci/web_imports.py FOLDER` reads the .ts and .tsx files of FOLDER, needs no Node, and exits with 1 and
the circle if there is one. Only relative imports count: a package cannot import the front end.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

_COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)
_IMPORT = re.compile(
    r"""^\s*(?:import|export)\b[^;'"`]*?\bfrom\s*["'](?P<from>\.[^"']*)["']  # and export ... from
    |^\s*import\s*["'](?P<effect>\.[^"']*)["']  # for its side effects
    |\bimport\s*\(\s*["'](?P<lazy>\.[^"']*)["']""",  # when it is needed
    re.MULTILINE | re.VERBOSE,
)
_SUFFIXES = (".ts", ".tsx")


def read_imports(folder: Path) -> dict[Path, list[Path]]:
    """Each module with the modules that it imports. Raises ValueError for an import of a missing file."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in _SUFFIXES)
    return {file: _imports_of(file) for file in files}


def _imports_of(file: Path) -> list[Path]:
    source = _COMMENT.sub("", file.read_text(encoding="utf-8"))
    named = [next(filter(None, found.groups())) for found in _IMPORT.finditer(source)]
    return [path for name in named if (path := _resolve(file, name)).suffix in _SUFFIXES]


def _resolve(file: Path, name: str) -> Path:
    base = file.parent / name
    candidates = [base, *(Path(f"{base}{suffix}") for suffix in _SUFFIXES)]
    candidates += [base / f"index{suffix}" for suffix in _SUFFIXES]
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        raise ValueError(f"{file} imports {name}, which does not exist")
    return found.resolve()


def find_circle(imports: Mapping[Path, list[Path]]) -> list[Path] | None:
    """One circle, from a module back to itself, or None."""
    graph = {file.resolve(): targets for file, targets in imports.items()}
    done: set[Path] = set()

    def visit(file: Path, path: list[Path]) -> list[Path] | None:
        if file in path:
            return [*path[path.index(file) :], file]
        if file in done:
            return None
        for target in graph.get(file, []):
            if circle := visit(target, [*path, file]):
                return circle
        done.add(file)
        return None

    return next((circle for file in graph if (circle := visit(file, []))), None)


def check(folder: Path) -> str | None:
    """What is wrong, or None."""
    imports = read_imports(folder)
    if not imports:
        return f"There is no TypeScript in {folder}."
    circle = find_circle(imports)
    if circle is None:
        return None
    names = [str(path.relative_to(folder.resolve())) for path in circle]
    return f"Import circle in {folder}: {' -> '.join(names)}"


if __name__ == "__main__":
    sys.exit(check(Path(sys.argv[1])))  # a text goes to standard error, and the exit code is 1
