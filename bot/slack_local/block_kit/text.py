"""All the text of a message or view."""

from collections.abc import Iterator
from typing import Any

from slack_local.block_kit.input_state import all_blocks
from slack_local.model.records import Ephemeral, Message, View


def full_text(message: Message | Ephemeral | View) -> str:
    """All the text of a message or view, from its blocks too."""
    blocks = message.definition["blocks"] if isinstance(message, View) else all_blocks(message)
    own = "" if isinstance(message, View) else message.text
    return "\n".join([own, *_texts(blocks)])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("text", "alt_text", "title", "name") and isinstance(inner, str):
                yield inner
            else:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
