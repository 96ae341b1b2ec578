"""Messages and views: limits of the whole, and the ids that Slack generates where the app gave none."""

import json
import secrets
import string
from collections import Counter
from collections.abc import Iterator
from typing import Any

from slack_local.block_kit.blocks import in_message, in_view
from slack_local.block_kit.input_state import with_children
from slack_local.block_kit.objects import plain
from slack_local.block_kit.validators import Problems, add_problem, boolean, choice, each, shape
from slack_local.block_kit.validators import string as text
from slack_local.model.errors import SlackError
from slack_local.model.records import JsonObject

MAX_MESSAGE_BLOCKS, MAX_VIEW_BLOCKS = 50, 100
MAX_MESSAGE_CHARACTERS = 13_200
MAX_MARKDOWN = 12_000
MAX_VIEW_BYTES = 250_000
_ALPHABET = string.ascii_letters + string.digits

_message = each(in_message, least=0, most=MAX_MESSAGE_BLOCKS)
_COMMON = {
    "private_metadata": text(3000, 0),
    "callback_id": text(255, 0),
    "external_id": text(255, 0),
}
_views = {
    "modal": shape(
        {"type": choice("modal"), "title": plain(24), "blocks": each(in_view, least=0, most=MAX_VIEW_BLOCKS)},
        {
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            **_COMMON,
        },
    ),
    "home": shape({"type": choice("home"), "blocks": each(in_view, least=0, most=MAX_VIEW_BLOCKS)}, _COMMON),
}


def message_blocks(given: Any) -> list[JsonObject]:
    """A message's blocks, checked, with ids filled in.

    Raises `invalid_blocks` with the reasons, `invalid_blocks_format`, `msg_blocks_too_long`, or for a second
    table `invalid_attachments` (docs.slack.dev/reference/block-kit/blocks/table-block).
    """
    if given is None:
        return []
    if not isinstance(given, list):
        raise SlackError("invalid_blocks_format")
    problems: Problems = []
    _message(given, "/blocks", problems)
    if not problems:
        _no_duplicates(given, "/blocks", problems)
    if problems:
        raise SlackError("invalid_blocks", [f"[ERROR] {f}" for f in problems], errors=problems)
    if sum(block["type"] == "table" for block in with_children(given)) > 1:
        raise SlackError("invalid_attachments", ["only_one_table_allowed"])
    markdown = sum(len(block["text"]) for block in given if block["type"] == "markdown")
    if markdown > MAX_MARKDOWN or sum(_lengths(given)) > MAX_MESSAGE_CHARACTERS:
        raise SlackError("msg_blocks_too_long")
    return [_with_ids(block) for block in given]


def view_definition(given: Any, kind: str) -> JsonObject:
    """A modal's or Home's definition, checked, with ids filled in.

    Raises `invalid_arguments` with the reasons, or `view_too_large`.
    """
    if given is None:
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: view"])
    problems: Problems = []
    _views[kind](given, "/view", problems)
    if not problems:
        _no_duplicates(given["blocks"], "/view/blocks", problems)
        _inputs_can_be_sent(given, problems)
    if problems:
        add_problem(problems, "/view", "failed to match all allowed schemas")
        problems.insert(0, problems.pop())
        raise SlackError("invalid_arguments", [f"[ERROR] {f}" for f in problems])
    if len(json.dumps(given)) > MAX_VIEW_BYTES:
        raise SlackError("view_too_large")
    return {**_with_defaults(given), "blocks": [_with_ids(block) for block in given["blocks"]]}


def _inputs_can_be_sent(view: JsonObject, problems: Problems) -> None:
    focused = 0
    for number, block in enumerate(view["blocks"]):
        at = f"/view/blocks/{number}"
        if block["type"] == "input" and view["type"] == "modal" and "submit" not in view:
            add_problem(problems, f"{at}/input", "must define `submit` to use an `input` block in modals")
        focused += any(element.get("focus_on_load", False) for element in _elements(block))
    if focused > 1:
        add_problem(problems, "/view/blocks", "only one element may have focus_on_load")


def _no_duplicates(blocks: list[JsonObject], at: str, problems: Problems) -> None:
    """Block ids are unique on a surface, action ids within their block."""
    blocks = list(with_children(blocks))
    counted = Counter(block["block_id"] for block in blocks if "block_id" in block)
    for number, block in enumerate(blocks):
        if counted.get(block.get("block_id", ""), 0) > 1:
            add_problem(problems, f"{at}/{number}/block_id", f"duplicate block_id: {block['block_id']}")
        seen: set[str] = set()
        for place, element in enumerate(_elements(block)):
            action_id = element.get("action_id")
            if action_id in seen:
                add_problem(problems, f"{at}/{number}/elements/{place}", f"duplicate action_id: {action_id}")
            if action_id is not None:
                seen.add(action_id)


def _elements(block: JsonObject) -> list[JsonObject]:
    """The interactive elements of a block."""
    match block["type"]:
        case "actions" | "context_actions":
            return list(block["elements"])
        case "card":
            return list(block.get("actions", ()))
        case "input":
            return [block["element"]]
        case "section" if block.get("accessory", {}).get("type", "image") != "image":
            return [block["accessory"]]
    return []


def _lengths(value: Any) -> Iterator[int]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "text" and isinstance(inner, str):
                yield len(inner)
            elif isinstance(inner, (dict, list)):
                yield from _lengths(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _lengths(inner)


def _some_id() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(5))


def _with_defaults(value: Any) -> Any:
    """Text objects as Slack gives them back: with the flags that the app left out."""
    if isinstance(value, dict):
        filled = {key: _with_defaults(inner) for key, inner in value.items()}
        match value.get("type"):
            case "plain_text":
                filled.setdefault("emoji", True)
            case "mrkdwn":
                filled.setdefault("verbatim", False)
        return filled
    if isinstance(value, list):
        return [_with_defaults(inner) for inner in value]
    return value


def _with_ids(block: JsonObject) -> JsonObject:
    filled: JsonObject = {"block_id": _some_id(), **_with_defaults(block)}
    match block["type"]:
        case "actions" | "context_actions":
            filled["elements"] = [_named(element) for element in filled["elements"]]
        case "card" if "actions" in block:
            filled["actions"] = [_named(element) for element in filled["actions"]]
        case "container":
            filled["child_blocks"] = [_with_ids(child) for child in filled["child_blocks"]]
        case "input":
            filled["element"] = _named(filled["element"])
        case "section" if block.get("accessory", {}).get("type", "image") != "image":
            filled["accessory"] = _named(filled["accessory"])
    return filled


def _named(element: JsonObject) -> JsonObject:
    return {"action_id": _some_id(), **element}
