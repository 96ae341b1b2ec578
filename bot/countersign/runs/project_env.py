"""`env` in langgraph.json: settings of a project, in a file or in place."""

import json
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from countersign.runs.config import GraphConfigError


def read_project_env(config: Path) -> Mapping[str, str]:
    """The variables that this langgraph.json sets; none when it has no `env` or cannot be read.

    A file that is not there sets none, as on LangGraph's server: it is seldom under version control. Raises
    GraphConfigError when `env` is neither a path nor an object of values.
    """
    try:
        data = json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # what is wrong with it is told by whatever loads the graphs
        return {}
    env = data.get("env") if isinstance(data, dict) else None
    match env:
        case None:
            return {}
        case str(name):
            values = dotenv_values(config.parent / name, encoding="utf-8")
            return {key: value for key, value in values.items() if value is not None}
        case dict() if all(isinstance(value, str | int | float) for value in env.values()):
            return {key: value if isinstance(value, str) else json.dumps(value) for key, value in env.items()}
        case _:
            raise GraphConfigError(
                f'{config}: "env" must be the path of a file, or an object of strings and numbers.'
            )
