"""A click on a button or a choice in a menu of a card, parsed from Slack's block_actions payload."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from countersign.flow.thread import ThreadRef
from countersign.slack.cards.buttons import card_actions


class Surface(StrEnum):
    MESSAGE = "message"
    HOME = "home"  # the Home tab, which is in no channel
    EPHEMERAL = "ephemeral"  # the answer to a slash command; Slack does not send its content


_VIA = {Surface.MESSAGE: "button", Surface.HOME: "home", Surface.EPHEMERAL: "list"}


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
    surface: Surface = Surface.MESSAGE
    response_url: str = ""  # of an ephemeral message, which can be replaced there
    on_message: bool  # whether the message, as Slack has it now, contains an element with this value

    @property
    def via(self) -> str:
        """Where somebody decided, as the ledger records it."""
        return _VIA[self.surface]

    @property
    def on_list(self) -> bool:
        """Whether it is a card's button on the answer to `/approvals`."""
        return self.surface is Surface.EPHEMERAL and self.action_id.startswith(card_actions.PREFIX)

    @property
    def list_url(self) -> str:
        """Where the list is replaced; empty if the button is not on one."""
        return self.response_url if self.on_list else ""

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
            surface=_surface(body, container),
            response_url=str(body.get("response_url") or ""),
        )


def _surface(body: Mapping[str, Any], container: Mapping[str, Any]) -> Surface:
    if container.get("type") == "view" and (body.get("view") or {}).get("type") == "home":
        return Surface.HOME
    return Surface.EPHEMERAL if container.get("is_ephemeral") else Surface.MESSAGE


def _contains_value(blocks: object, value: object) -> bool:
    """True too if the payload has no blocks: then there is nothing to compare with."""
    if not isinstance(blocks, list):
        return True
    elements = [element for block in blocks for element in block.get("elements") or ()]
    return any(isinstance(element, dict) and element.get("value") == value for element in elements)


def _contains_block(blocks: object, block_id: str) -> bool:
    """True too if the payload has no blocks."""
    return not isinstance(blocks, list) or any(block.get("block_id") == block_id for block in blocks)
