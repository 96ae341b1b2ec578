"""What to install, and with which command, when graphs need packages that this environment lacks."""

import shlex
import sys
from collections.abc import Iterator
from importlib import metadata

from countersign.runs.project.config import GraphConfig
from countersign.runs.project.local_projects import LocalProject, missing_requirements


def advise_on_requirements(config: GraphConfig) -> str | None:
    """Which declared requirements are not installed, and how to install them; None when all are."""
    lacks: list[str] = []
    install: list[str] = []
    for project in config.projects:
        if missing := missing_requirements(project.requirements):
            lacks.append(f"{project.name} requires {', '.join(missing)}.")
            install += _pip_arguments(project)
    if missing := missing_requirements(config.packages):
        lacks.append(f"{config.path.name} requires {', '.join(missing)}.")
        install += config.packages
    return f"Not installed: {' '.join(lacks)} {_command(install)}" if lacks else None


def advise_on_import_error(config: GraphConfig, error: ImportError) -> str:
    """How to make an import succeed; empty when installing something cannot help."""
    if advice := advise_on_requirements(config):
        return advice
    if not isinstance(error, ModuleNotFoundError):
        return ""
    if projects := list(_not_installed(config)):
        return _command([argument for project in projects for argument in _pip_arguments(project)])
    return f"Install the package that has it into the environment of Countersign, {sys.prefix}."


def _not_installed(config: GraphConfig) -> Iterator[LocalProject]:
    for project in config.projects:
        try:
            metadata.version(project.name)
        except metadata.PackageNotFoundError:
            if project.installable:
                yield project


def _pip_arguments(project: LocalProject) -> list[str]:
    if project.installable:
        return ["-e", str(project.folder)]
    return ["-r", str(project.folder / "requirements.txt")]


def _command(arguments: list[str]) -> str:
    command = shlex.join([sys.executable, "-m", "pip", "install", *arguments])
    return f"Install it into the environment of Countersign: {command}"
