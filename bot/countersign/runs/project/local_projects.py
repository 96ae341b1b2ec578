"""The projects that langgraph.json depends on: where their packages are, and what they require."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any


@dataclass(frozen=True, kw_only=True)
class LocalProject:
    """A folder among the dependencies.

    `import_roots` are the folders to put on the import path so that its modules have the names that its
    pyproject.toml gives them. `installable` says whether pip can install the folder.
    """

    folder: Path
    name: str
    import_roots: tuple[Path, ...]
    requirements: tuple[str, ...]
    installable: bool


def read_local_project(folder: Path) -> LocalProject:
    """Read what the folder says about itself. Raises ValueError when its pyproject.toml is not TOML."""
    file = folder / "pyproject.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    installable = any((folder / name).is_file() for name in ("pyproject.toml", "setup.py", "setup.cfg"))
    roots = [folder / root for root in _declared_roots(data)]
    if installable and not (folder / "src" / "__init__.py").exists():
        roots.append(folder / "src")
    known = dict.fromkeys(root.resolve() for root in roots if root.is_dir())
    project = _table(data, "project")
    return LocalProject(
        folder=folder,
        name=str(project.get("name") or _table(data, "tool", "poetry").get("name") or folder.name),
        import_roots=(*known, *(() if folder in known else (folder,))),
        requirements=tuple(_declared_requirements(data, folder)),
        installable=installable,
    )


def missing_requirements(requirements: Iterable[str]) -> tuple[str, ...]:
    """Those that this environment does not have, or has in a version that does not satisfy them."""
    return tuple(found for found in map(_missing, requirements) if found)


def _missing(text: str) -> str | None:
    # Asked once a graph cannot be imported; every other start does without its grammar.
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415

    try:
        wanted = Requirement(text)
    except InvalidRequirement:  # an address, for instance: nothing that can be looked up
        return None
    if wanted.marker is not None and not wanted.marker.evaluate():
        return None
    try:
        version = metadata.version(wanted.name)
    except metadata.PackageNotFoundError:
        return text
    if wanted.specifier.contains(version, prereleases=True):
        return None
    return f"{text} (installed: {version})"


def _declared_roots(data: dict[str, Any]) -> Iterator[str]:
    """The folders from which build backends take packages, relative to the project."""
    tool = _table(data, "tool")
    for package, path in _table(tool, "setuptools", "package-dir").items():
        yield from _root_of(str(path), str(package))
    yield from _strings(_table(tool, "setuptools", "packages", "find").get("where"))
    for build in (_table(tool, "hatch", "build"), _table(tool, "hatch", "build", "targets", "wheel")):
        yield from _strings(build.get("sources"))
        yield from (str(PurePosixPath(package).parent) for package in _strings(build.get("packages")))
    for package in _list(_table(tool, "poetry").get("packages")):
        if isinstance(package, dict) and "from" in package:
            yield str(package["from"])
    for path in (
        _table(tool, "uv", "build-backend").get("module-root"),
        _table(tool, "pdm", "build").get("package-dir"),
        _table(tool, "maturin").get("python-source"),
    ):
        if path:
            yield str(path)


def _root_of(path: str, package: str) -> Iterator[str]:
    """The root of `package-dir = {package = path}`, where the path ends like the package's name."""
    parts, names = PurePosixPath(path).parts, tuple(package.split(".")) if package else ()
    if parts[len(parts) - len(names) :] == names:
        yield str(PurePosixPath(*parts[: len(parts) - len(names)]))


def _declared_requirements(data: dict[str, Any], folder: Path) -> Iterator[str]:
    project = _table(data, "project")
    if "dependencies" in project:
        yield from _strings(project["dependencies"])
    elif poetry := _table(data, "tool", "poetry", "dependencies"):
        # Names alone: Poetry's version ranges are not those of other tools.
        optional = {name for name, how in poetry.items() if isinstance(how, dict) and how.get("optional")}
        yield from (name for name in poetry if name != "python" and name not in optional)
    elif (file := folder / "requirements.txt").is_file():
        lines = (line.split(" #")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
        yield from (line for line in lines if line and not line.startswith(("#", "-")))


def _table(data: dict[str, Any], *path: str) -> dict[str, Any]:
    """The table at this path; an empty one where there is none."""
    for key in path:
        found = data.get(key)
        data = found if isinstance(found, dict) else {}
    return data


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _strings(value: object) -> list[str]:
    return [entry for entry in _list(value) if isinstance(entry, str)]
