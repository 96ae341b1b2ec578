"""Interactive elements: their blocks, their state, and the values that a person may enter."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from slack_local.model.records import Ephemeral, JsonObject, Message

STATE_KEYS = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "file_input": "files",
}
"""Element types that hold a value, and the key under which `state.values` carries it."""

_INITIAL = {
    "value": "initial_value",
    "rich_text_value": "initial_value",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
}
_LISTS = ("selected_options", "selected_users", "selected_conversations", "selected_channels", "files")


class NotPossibleError(AssertionError):
    """A person cannot do that: what they would press or fill in is not there, or does not take it."""


def all_blocks(message: Message | Ephemeral) -> list[JsonObject]:
    """The blocks of a message and of its attachments."""
    return message.blocks + [block for a in message.attachments for block in a.get("blocks", ())]


def with_children(blocks: Iterable[JsonObject]) -> Iterator[JsonObject]:
    """Each block, with those inside of a container after it."""
    for block in blocks:
        yield block
        if block.get("type") == "container":
            yield from block["child_blocks"]


def attachment_of(message: Message | Ephemeral, block: JsonObject) -> int | None:
    """The number of the attachment that contains a block; None if the message itself contains it."""
    for attachment in message.attachments:
        if any(inner is block for inner in attachment.get("blocks", ())):
            return int(attachment["id"])
    return None


def interactive_elements(blocks: list[JsonObject]) -> Iterator[tuple[JsonObject, JsonObject]]:
    """Each interactive element with its block."""
    for block in with_children(blocks):
        match block.get("type"):
            case "actions" | "context_actions":
                for element in block["elements"]:
                    yield block, element
            case "section" if "accessory" in block:
                yield block, block["accessory"]
            case "input":
                yield block, block["element"]
            case "card":
                for element in block.get("actions", ()):
                    yield block, element


def initial_state(blocks: list[JsonObject]) -> dict[str, dict[str, JsonObject]]:
    """`state.values` before anybody touched anything."""
    values: dict[str, dict[str, JsonObject]] = {}
    for block, element in interactive_elements(blocks):
        key = STATE_KEYS.get(element["type"])
        if key is None:
            continue
        empty: Any = [] if key in _LISTS else None
        initial = element.get(_INITIAL.get(key, ""), empty)
        values.setdefault(block["block_id"], {})[element["action_id"]] = {
            "type": element["type"],
            key: initial,
        }
    return values


def filled(element: JsonObject, value: Any) -> JsonObject:
    """What `state.values` holds once a person has put `value` into `element`.

    Options are given by their value or by what they say; several by a list. None empties the element.
    Raises `NotPossibleError` where Slack's client would not let them.
    """
    kind = element["type"]
    key = STATE_KEYS.get(kind)
    if key is None:
        raise NotPossibleError(f"a {kind} holds no value")
    if value is None:
        return {"type": kind, key: [] if key in _LISTS else None}
    if key == "selected_option":
        return {"type": kind, key: _option(element, value)}
    if key == "selected_options":
        return {"type": kind, key: [_option(element, v) for v in value]}
    if key == "files":
        return {"type": kind, key: _files(element, value)}
    if key in _LISTS:
        return {"type": kind, key: list(value)}
    if key == "value":
        return {"type": kind, key: _typed_text(element, str(value))}
    if key == "selected_date_time":
        return {"type": kind, key: int(value)}
    if key == "selected_date" and not re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
        raise NotPossibleError(f"a date picker gives YYYY-MM-DD, not {value!r}")
    if key == "selected_time" and not re.fullmatch(r"\d\d:\d\d", str(value)):
        raise NotPossibleError(f"a time picker gives HH:mm, not {value!r}")
    return {"type": kind, key: value if key == "rich_text_value" else str(value)}


def _typed_text(element: JsonObject, text: str) -> str | None:
    longest = element.get("max_length", 3000)
    if element["type"] == "plain_text_input":
        if len(text) > longest:
            raise NotPossibleError(f"the input takes {longest} characters, not {len(text)}")
        if "\n" in text and not element.get("multiline"):
            raise NotPossibleError("the input takes one line")
    return text or None


def _files(element: JsonObject, value: Any) -> list[JsonObject]:
    files = list(value)
    if not all(isinstance(file, dict) and "id" in file for file in files):
        raise NotPossibleError("a file input holds files that were uploaded before")
    most, types = element.get("max_files", 10), element.get("filetypes")
    if len(files) > most:
        raise NotPossibleError(f"the input takes {most} files, not {len(files)}")
    if types and (unfit := [file["name"] for file in files if file["filetype"] not in types]):
        raise NotPossibleError(f"the input takes {', '.join(types)}, not {unfit}")
    return files


def _option(element: JsonObject, value: Any) -> JsonObject:
    options = list(element.get("options", ()))
    for group in element.get("option_groups", ()):
        options += group["options"]
    if isinstance(value, bool):  # as JSON writes it
        value = str(value).lower()
    # People see what an option says and not its value, so either names it.
    for option in options:
        if option.get("value") == value:
            return dict(option)
    for option in options:
        if option["text"]["text"] == value:
            return dict(option)
    if element["type"].endswith("external_select") and isinstance(value, dict):
        return value
    raise NotPossibleError(f"there is no option {value!r}; there are {[o.get('value') for o in options]}")


def validation_message(block: JsonObject, state: JsonObject | None) -> str | None:
    """What Slack's client says of an input before it lets the form go, or None."""
    element = block["element"]
    value = (state or {}).get(STATE_KEYS.get(element["type"], ""))
    if value in (None, "", []):
        return None if block.get("optional") else "Please complete this required field."
    match element["type"]:
        case "plain_text_input" if len(value) < element.get("min_length", 0):
            return f"Please enter at least {element['min_length']} characters."
        case "number_input":
            return _number_error(element, value)
        case "email_text_input" if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
            return "Please enter a valid email address."
        case "url_text_input" if not re.match(r"https?://\S+$", value):
            return "Please enter a valid URL."
    return None


def _number_error(element: JsonObject, value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and not re.fullmatch(r"[+-]?\d+", value):
        return "Please enter a whole number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"Please enter a number that is at least {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"Please enter a number that is at most {element['max_value']}."
    return None
