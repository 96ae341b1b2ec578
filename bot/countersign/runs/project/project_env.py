"""`env` in langgraph.json: settings of a project, in a file or in place."""

import json
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from countersign.runs.project.config import GraphConfigError


def read_project_env(config: Path) -> Mapping[str, str]:
    """The variables that this langgraph.json sets; none when it has no `env` or cannot be read.

    A file that is not there sets none, as on LangGraph's server: it is seldom under version control. Raises
    GraphConfigError when `env` is neither a path nor an object of values.
    """
    try:
        data = json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # whatever loads the graphs reports what is wrong with it
        return {}
    env = data.get("env") if isinstance(data, dict) else None
    match env:
        case None:
            return {}
        case str(name):
            return _read_file(config, name)
        case dict() if all(isinstance(value, str | int | float) for value in env.values()):
            texts = {
                key: value if isinstance(value, str) else json.dumps(value) for key, value in env.items()
            }
            return _usable(config, texts)
        case _:
            raise GraphConfigError(
                f'{config}: "env" must be the path of a file, or an object of strings and numbers.'
            )


def _read_file(config: Path, name: str) -> Mapping[str, str]:
    file = config.parent / name
    try:
        values = dotenv_values(file, encoding="utf-8") if file.is_file() else {}
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise GraphConfigError(f'{config}: "env" names {name}, which cannot be read: {reason}.') from None
    return _usable(config, {key: value for key, value in values.items() if value is not None})


def _usable(config: Path, values: Mapping[str, str]) -> Mapping[str, str]:
    """The values, if an environment can hold them."""
    for name, value in values.items():
        if not name or "=" in name or "\0" in name + value:
            raise GraphConfigError(f'{config}: "env" has {name!r}, which no environment variable can be.')
    return values
