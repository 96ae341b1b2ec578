"""What a rule's `redact` takes out of what cards, the ledger and logs show."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from countersign.approvals.json import Json

REDACTED = "Redacted"
_MIN_LENGTH = 4  # characters of a value that is looked for inside words, too


def redact(value: Json, pointers: Iterable[str]) -> Json:
    """The value with `REDACTED` wherever a pointer (RFC 6901) leads; one that leads nowhere changes nothing.

    `/` is the whole value, as everywhere in Countersign.
    """
    for pointer in pointers:
        value = _replaced(value, _tokens(pointer))
    return value


@dataclass(frozen=True)
class RedactedValues:
    """Every text and number that is redacted somewhere, to take out wherever else it stands."""

    values: frozenset[str | int | float] = frozenset()

    @classmethod
    def of(cls, value: Json, pointers: Iterable[str]) -> Self:
        return cls(frozenset(s for pointer in pointers for s in _scalars(_found(value, _tokens(pointer)))))

    def __or__(self, other: "RedactedValues") -> "RedactedValues":
        return RedactedValues(self.values | other.values)

    def cleaned_text(self, text: str) -> str:
        if text not in self._cleaned_texts:
            self._cleaned_texts[text] = self._without_values(text)
        return self._cleaned_texts[text]

    def _without_values(self, text: str) -> str:
        # Thousands of values in a long text: a set of its beginnings is quicker than as many searches.
        starts = {text[at : at + _MIN_LENGTH] for at in range(len(text))} if self._written else set()
        for written in self._written:
            if len(written) >= _MIN_LENGTH and written[:_MIN_LENGTH] not in starts:
                continue
            if len(written) >= _MIN_LENGTH and written[-_MIN_LENGTH:] not in starts:
                continue
            if written not in text:
                continue
            pattern = re.escape(written)
            if len(written) < _MIN_LENGTH:
                pattern = rf"(?<!\w){pattern}(?!\w)"
            text = re.sub(pattern, lambda _: REDACTED, text)
        return text

    def cleaned(self, value: Json) -> Json:
        """The value without them, in its texts, its keys and as its numbers."""
        if not self.values:
            return value
        if isinstance(value, str):
            return self.cleaned_text(value)
        if isinstance(value, Mapping):
            return self._cleaned_object(value)
        if isinstance(value, list | tuple):
            return [self.cleaned(item) for item in value]
        if isinstance(value, int | float) and not isinstance(value, bool):
            return REDACTED if value in self.values or str(value) in self.values else value
        return value

    def _cleaned_object(self, value: Mapping[str, Json]) -> dict[str, Json]:
        """Keys that become the same are numbered: no entry is lost."""
        cleaned: dict[str, Json] = {}
        for key, item in value.items():
            name = shown = self.cleaned_text(key)
            number = 1
            while name in cleaned or (name != key and name in value):
                number += 1
                name = f"{shown} {number}"
            cleaned[name] = self.cleaned(item)
        return cleaned

    @cached_property
    def _cleaned_texts(self) -> dict[str, str]:
        """The same text is in a part, in the arguments and in a form."""
        return {}

    @cached_property
    def _written(self) -> tuple[str, ...]:
        """In every way that they are written, the longest first."""
        secrets = sorted({str(value) for value in self.values}, key=len, reverse=True)
        return tuple(dict.fromkeys(way for secret in secrets for way in _ways_to_write(secret)))


def _ways_to_write(secret: str) -> list[str]:
    """As it is, on one line, as JSON and as Python write it in quotes; and each of its longer lines."""
    ways = [secret, " ".join(secret.split()), repr(secret)[1:-1]]
    ways += [json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)]
    ways += [line.strip() for line in secret.splitlines() if len(line.strip()) >= 2 * _MIN_LENGTH]
    return sorted({way for way in ways if way.strip()}, key=len, reverse=True)


def is_redacted(pointer: str, pointers: Iterable[str]) -> bool:
    """Whether the place of `pointer` is hidden: a redacted one, or inside one."""
    place = _tokens(pointer)
    return any(place[: len(hidden)] == hidden for hidden in map(_tokens, pointers))


def _tokens(pointer: str) -> tuple[str, ...]:
    if pointer in {"", "/"}:
        return ()
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def _replaced(value: Json, tokens: tuple[str, ...]) -> Json:
    if not tokens:
        return REDACTED
    key, rest = tokens[0], tokens[1:]
    if isinstance(value, dict) and key in value:
        return {name: _replaced(item, rest) if name == key else item for name, item in value.items()}
    if isinstance(value, list | tuple) and (at := _index(key, len(value))) is not None:
        return [_replaced(item, rest) if number == at else item for number, item in enumerate(value)]
    return value


def _found(value: Json, tokens: tuple[str, ...]) -> Json:
    for key in tokens:
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list | tuple) and (at := _index(key, len(value))) is not None:
            value = value[at]
        else:
            return None
    return value


def _index(token: str, length: int) -> int | None:
    """An array index without leading zeros, in range."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,9}", token):
        return None
    return int(token) if int(token) < length else None


def _scalars(value: Json) -> Iterator[str | int | float]:
    """Every text and number inside."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _scalars(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _scalars(item)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield value
