"""A LangGraph project as the demo needs it: the files to watch, and its settings."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from countersign.runs.project.config import GraphConfigError
from countersign.runs.project.project_env import read_project_env
from slack_local.model.records import JsonObject


@dataclass(frozen=True, kw_only=True)
class Project:
    """A `langgraph.json`. Everything is read at each call, because the files may change."""

    config: Path
    whole_folder: bool = True
    """Whether all of the config's folder belongs to the graphs, or only the folders that they are in."""

    def _read(self) -> JsonObject:
        """The file, or nothing while it cannot be read: the bot says what is wrong with it."""
        try:
            found = json.loads(self.config.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _graphs(self) -> JsonObject:
        graphs = self._read().get("graphs")
        return graphs if isinstance(graphs, dict) else {}

    @property
    def graph_names(self) -> tuple[str, ...]:
        """What the graphs are called."""
        return tuple(map(str, self._graphs()))

    @property
    def sources(self) -> tuple[Path, ...]:
        """Where a change may change a graph: the config's folder and its dependencies that are folders."""
        home = self.config.parent.resolve()
        if not self.whole_folder:
            files = [str(target).partition(":")[0] for target in self._graphs().values()]
            return tuple(dict.fromkeys((self.config, *((home / file).resolve().parent for file in files))))
        dependencies = self._read().get("dependencies")
        named = [home / str(entry) for entry in dependencies] if isinstance(dependencies, list) else []
        local = (folder.resolve() for folder in named if folder.is_dir())
        return tuple(dict.fromkeys((home, *local)))

    def settings(self) -> dict[str, str]:
        """What the config's `env` says: a file of settings, or the settings themselves."""
        try:
            return dict(read_project_env(self.config))
        except GraphConfigError:  # the bot says so when it starts
            return {}


class DemoSettings:
    """The settings that surround a demo: its environment, the `.env` of its folder, those of the project.

    The two files are read again for each start of the bot, so that a key put into one of them is used. What
    the environment says itself wins over both.
    """

    def __init__(self, environment: Mapping[str, str], project: Project, file: Path = Path(".env")) -> None:
        self._project = project
        self._file = file.absolute()
        # The command has loaded the file into the environment already.
        read = self._own_file()
        self._environment = {k: v for k, v in environment.items() if read.get(k) != v}

    def now(self) -> dict[str, str]:
        """All settings as they are now."""
        return {**self._project.settings(), **self._own_file(), **self._environment}

    def _own_file(self) -> dict[str, str]:
        return _filled(dotenv_values(self._file)) if self._file.is_file() else {}


def _filled(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}
