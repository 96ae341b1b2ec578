"""`blocks.validate`: says what is wrong with blocks, a message or a view, and sends nothing.

Source: docs.slack.dev/reference/methods/blocks.validate
"""

import re
from collections.abc import Iterable, Mapping

from slack_local.block_kit.surfaces import message_blocks, view_definition
from slack_local.model.errors import SlackError, invalid_arguments
from slack_local.model.records import JsonObject
from slack_local.web_api.call import Call, Method

_POINTED = re.compile(r"(?:\[ERROR\] )?(?P<what>.*?)(?: \[json-pointer:(?P<pointer>.*)\])?", re.DOTALL)
_ROOTS = {"blocks": "/blocks", "message": "", "view": "/view"}  # what our pointers begin with


async def validate(call: Call) -> JsonObject:
    given = [name for name in _ROOTS if call.arguments.get(name) is not None]
    if len(given) != 1:
        raise invalid_arguments("provide exactly one of blocks, message, view")
    (name,) = given
    value = call.json(name)
    try:
        if name == "view":
            kind = value.get("type") if isinstance(value, dict) else None
            view_definition(value, kind if kind in {"modal", "home"} else "modal")
        else:
            message_blocks(value.get("blocks") if name == "message" and isinstance(value, dict) else value)
    except SlackError as refused:
        problems = refused.messages or (refused.error,)
        raise SlackError(f"invalid_{name}", errors=list(_errors(problems, _ROOTS[name]))) from None
    return {}


def _errors(problems: Iterable[str], root: str) -> Iterable[JsonObject]:
    for problem in problems:
        found = _POINTED.fullmatch(problem)
        assert found is not None
        pointer = (found["pointer"] or "").removeprefix(root) or "/"
        yield {"pointer": pointer, "code": "failed_constraint", "message": found["what"]}


METHODS: Mapping[str, Method] = {"blocks.validate": Method(run=validate)}
