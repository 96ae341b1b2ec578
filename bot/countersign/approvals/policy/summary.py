"""What will happen, in words: a rule's `summary` with the arguments filled in."""

import json
import re

from countersign.approvals.json import Json
from countersign.approvals.money import amount_text

MAX_VALUE_LENGTH = 100  # characters that one argument takes
_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]+)\}")


class _Missing(Exception):
    """An argument is not there."""


def fill(template: str, args: Json) -> str | None:
    """`Refund {amount} to {customer.name}` with the arguments in its places, each on one line.

    None if an argument is not there: half a sentence would say something else. A place is a path of keys and
    nothing more. Redact the arguments first. The result is plain text, to be escaped like all that a model
    wrote.
    """
    try:
        return " ".join(_fill(template, args).split()) or None
    except _Missing:
        return None


def _fill(template: str, args: Json) -> str:
    def filled(found: re.Match[str]) -> str:
        place = found[1]
        if place is None:
            return found[0][0]
        value = args
        for key in place.split("."):
            if not isinstance(value, dict) or key not in value:
                raise _Missing
            value = value[key]
        text = (
            value
            if isinstance(value, str)
            else amount_text(value, key) or json.dumps(value, ensure_ascii=False)
        )
        line = " ".join(text.split())
        return line if len(line) <= MAX_VALUE_LENGTH else line[: MAX_VALUE_LENGTH - 1] + "…"

    return _PLACE.sub(filled, template)
