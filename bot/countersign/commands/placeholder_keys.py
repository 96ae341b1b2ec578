"""Placeholders for keys that a graph's module asks for when it is loaded. Reading its code calls no model."""

import os
import re
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from countersign.runs.project.config_sections import GraphConfigError

_KEY = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:KEY|TOKEN|SECRET)\b")
_PLACEHOLDER = "placeholder"
_MOST = 10  # keys of one project

T = TypeVar("T")


class PlaceholderKeys:
    """Loads with placeholders for keys that are not set; they stay in the environment until it is closed."""

    def __init__(self) -> None:
        self._placed: list[str] = []

    async def load(self, load: Callable[[], Awaitable[T]]) -> T:
        """What `load` gives, with a placeholder for each key that its error names. Raises what it raises.

        One at a time: an error may name keys of which one will do.
        """
        while True:
            try:
                return await load()
            except GraphConfigError as error:
                name = next((each for each in _KEY.findall(str(error)) if not os.environ.get(each)), None)
                if name is None or len(self._placed) >= _MOST:
                    raise
            os.environ[name] = _PLACEHOLDER
            self._placed.append(name)
            print(f"{name} isn't set. The code is read with a placeholder.", file=sys.stderr)

    def close(self) -> None:
        for name in self._placed:
            os.environ.pop(name, None)
