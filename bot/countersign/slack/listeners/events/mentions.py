"""Whether a message event is meant for the bot: it mentions it, or is a direct message."""

import re
from collections.abc import Mapping
from typing import Any

from countersign.slack.transport.outbound.web_api import Workspace


def mentions_bot(event: Mapping[str, Any], workspace: Workspace) -> bool:
    text = str(event.get("text") or "")
    return event.get("type") == "app_mention" or _mention(workspace).search(text) is not None


def is_direct(event: Mapping[str, Any]) -> bool:
    return event.get("channel_type") == "im"


def has_twin(event: Mapping[str, Any]) -> bool:
    """Whether Slack sends an `app_mention` for this message too."""
    return event.get("type") == "message" and event.get("channel_type") in {"channel", "group"}


def without_mentions(text: str, workspace: Workspace) -> str:
    """The text without the mentions of the bot and the whitespace around them."""
    marked = _mention(workspace).sub("\x00", text.replace("\x00", ""))
    return re.sub(r"[ \t]*\x00[ \t]*", " ", marked).strip()


def _mention(workspace: Workspace) -> re.Pattern[str]:
    return re.compile(rf"<@{re.escape(workspace.bot_user)}(?:\|[^>]*)?>")
