"""What a rule's `redact` takes out of what cards, the ledger and logs show."""

import json
import re
from collections.abc import Iterable, Iterator

from countersign.approvals.json import Json

REDACTED = "Redacted"
_SHORTEST = 4  # characters of a value that is looked for inside words, too


def redact(value: Json, pointers: Iterable[str]) -> Json:
    """The value with `REDACTED` wherever a pointer (RFC 6901) leads; one that leads nowhere changes nothing.

    `/` is the whole value, as everywhere in Countersign.
    """
    for pointer in pointers:
        value = _replaced(value, _tokens(pointer))
    return value


def redact_text(text: str, value: Json, pointers: Iterable[str]) -> str:
    """A text about the value, such as the model's own words, without the values that are redacted in it."""
    secrets = {secret for pointer in pointers for secret in _texts(_found(value, _tokens(pointer)))}
    for secret in sorted(secrets, key=len, reverse=True):
        for written in _ways_to_write(secret):
            pattern = re.escape(written)
            if len(written) < _SHORTEST:
                pattern = rf"(?<!\w){pattern}(?!\w)"
            text = re.sub(pattern, lambda _: REDACTED, text)
    return text


def _ways_to_write(secret: str) -> list[str]:
    """As it is, on one line, as JSON and as Python write it in quotes; and each of its longer lines."""
    ways = [secret, " ".join(secret.split()), repr(secret)[1:-1]]
    ways += [json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)]
    ways += [line.strip() for line in secret.splitlines() if len(line.strip()) >= 2 * _SHORTEST]
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


def _texts(value: Json) -> Iterator[str]:
    """Every text and number inside, as it would be written."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
