"""A click on a button or a choice in a menu of a card, parsed from Slack's block_actions payload."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from countersign.flow.thread import ThreadRef


@dataclass(frozen=True, kw_only=True)
class ButtonClick:
    user: str
    channel: str
    message_ts: str
    thread: ThreadRef
    trigger_id: str
    action_id: str
    value: object  # the card reference that the button, or the menu's block, carries
    choice: str | None  # of a menu: the value of the option that was chosen
    on_message: bool  # whether the message, as Slack has it now, contains an element with this value

    @classmethod
    def from_payload(cls, body: Mapping[str, Any], team: str) -> "ButtonClick":
        action = body["actions"][0]
        message = body.get("message") or {}
        container = body.get("container") or {}
        message_ts = str(container.get("message_ts") or message.get("ts") or "")
        channel = str((body.get("channel") or {}).get("id") or container.get("channel_id") or "")
        thread_ts = str(message.get("thread_ts") or container.get("thread_ts") or message_ts)
        user = body["user"]
        blocks = message.get("blocks")
        chosen = action.get("selected_option")
        choice = str(chosen.get("value")) if isinstance(chosen, Mapping) else None
        block_id = str(action.get("block_id", ""))
        value = action.get("value") if choice is None else block_id.rpartition(":")[2]
        known = _contains_value(blocks, value) if choice is None else _contains_block(blocks, block_id)
        return cls(
            user=str(user["id"]),
            channel=channel,
            message_ts=message_ts,
            thread=ThreadRef(team=team, channel=channel, ts=thread_ts),
            trigger_id=str(body.get("trigger_id", "")),
            action_id=str(action.get("action_id", "")),
            value=value,
            choice=choice,
            on_message=known,
        )


def _contains_value(blocks: object, value: object) -> bool:
    """True too if the payload has no blocks: then there is nothing to compare with."""
    if not isinstance(blocks, list):
        return True
    elements = [element for block in blocks for element in block.get("elements") or ()]
    return any(isinstance(element, dict) and element.get("value") == value for element in elements)


def _contains_block(blocks: object, block_id: str) -> bool:
    """True too if the payload has no blocks."""
    return not isinstance(blocks, list) or any(block.get("block_id") == block_id for block in blocks)
