"""What will happen, in words: a rule's `summary` with the arguments filled in."""

import json
import re

from countersign.approvals.json import Json

LONGEST_VALUE = 100  # characters that one argument takes
UNKNOWN = "?"  # in place of an argument that is missing
_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]+)\}")


def fill(template: str, args: Json) -> str:
    """`Refund {amount} to {customer.name}` with the arguments in its places, each on one line.

    Redact the arguments first. The result is plain text, to be escaped like all that a model wrote.
    """

    def filled(found: re.Match[str]) -> str:
        place = found[1]
        if place is None:
            return found[0][0]
        value = args
        for key in place.split("."):
            if not isinstance(value, dict) or key not in value:
                return UNKNOWN
            value = value[key]
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        line = " ".join(text.split())
        return line if len(line) <= LONGEST_VALUE else line[: LONGEST_VALUE - 1] + "…"

    return _PLACE.sub(filled, template)
