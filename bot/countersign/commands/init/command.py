"""Writes the files of a new project. What is there already stays as it is."""

import argparse
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template

from countersign.approvals.errors import CountersignError
from countersign.flow.graph_name import is_graph_name

_TEMPLATE = Path(__file__).with_name("template")
_SUFFIX = ".template"
_HIDDEN = {"dockerignore": ".dockerignore", "gitignore": ".gitignore", "env.example": ".env.example"}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_DEFAULT_NAME = "agent"

_NEXT = """\
Wrote {count} files to {folder}. Next, in that folder:

  {demo}
      try it in a Slack on this machine: no account, no key
  pytest
      test it (pip install -r requirements-dev.txt)

README.md says how it gets into your workspace."""
_BAD_NAME = (
    "--name: {name!r} cannot be a graph's name. People write it before a colon: use letters, digits, - and _."
)


class InitUsageError(CountersignError):
    """This is not how `init` is used."""


class InitError(CountersignError):
    """The project cannot be written there."""


def run_init(given: argparse.Namespace) -> int:
    """Write the project. Raises InitUsageError and InitError, and then nothing was written."""
    folder: Path = given.folder
    name = given.name if given.name is not None else _name_of(folder)
    if not is_graph_name(name) or not _NAME.fullmatch(name):
        raise InitUsageError(_BAD_NAME.format(name=name))
    files = project_files(name)
    there = sorted(path for path in files if (folder / path).exists() or (folder / path).is_symlink())
    if there:
        raise InitError(
            f"{folder} has {', '.join(there)} already, and nothing is overwritten. Choose another folder."
        )
    try:
        for path, text in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise InitError(f"{error.filename or folder} cannot be written ({error.strerror}).") from None
    print(_NEXT.format(count=len(files), folder=folder.resolve(), demo=_demo_command(folder)))
    return 0


def project_files(name: str) -> Mapping[str, str]:
    """The text of each file, by its path in the project."""
    found: dict[str, str] = {}
    for source in sorted(_TEMPLATE.rglob(f"*{_SUFFIX}")):
        path = source.relative_to(_TEMPLATE).as_posix().removesuffix(_SUFFIX)
        text = Template(source.read_text(encoding="utf-8")).safe_substitute(name=name)
        found[_HIDDEN.get(path, path)] = text
    return found


def _demo_command(folder: Path) -> str:
    """As whoever ran `init` can type it. In a checkout there is no such command, only a module."""
    if shutil.which("countersign") is not None:
        return "countersign demo"
    script = Path(sys.executable).with_name("countersign")
    if script.exists():  # in a virtual environment that is not activated
        return f"{script} demo"
    checkout = Path(__file__).parents[4]
    return f"cd {checkout} && {sys.executable} -m bot demo --config {folder.resolve() / 'langgraph.json'}"


def _name_of(folder: Path) -> str:
    """The folder's name as one word that a graph can have."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", folder.resolve().name).strip("-") or _DEFAULT_NAME
