"""Requests from the page, read strictly: what does not fit is refused with a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_local.model.records import JsonObject


class BadRequestError(Exception):
    """The page asked for something that does not exist or does not fit; the text is for its author."""


@dataclass(frozen=True)
class PageRequest:
    """One request: what to do, by name, and its arguments."""

    arguments: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What is asked for; it has to be there."""
        return self.text("do")

    def text(self, name: str) -> str:
        """A text that has to be there."""
        value = self.arguments.get(name)
        if not isinstance(value, str) or not value:
            raise BadRequestError(f"{name} has to be a text")
        return value

    def maybe(self, name: str) -> str | None:
        """A text, or None."""
        return self.text(name) if self.arguments.get(name) else None

    def number(self, name: str, default: float, most: float) -> float:
        """A number between 0 and `most`."""
        value = self.arguments.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
            raise BadRequestError(f"{name} has to be a number from 0 to {most:g}")
        return float(value)

    def flag(self, name: str) -> bool:
        return self.arguments.get(name) is True

    def object(self, name: str) -> JsonObject:
        """An object; empty when unset."""
        value = self.arguments.get(name) or {}
        if not isinstance(value, dict):
            raise BadRequestError(f"{name} has to be an object")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty when unset."""
        value = self.arguments.get(name) or []
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise BadRequestError(f"{name} has to be a list of texts")
        return tuple(value)

    def any(self, name: str) -> Any:
        return self.arguments.get(name)
