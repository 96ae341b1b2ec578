"""The refusals that Slack's methods answer with."""

from typing import Any


class SlackError(Exception):
    """`ok: false` with this error; `more` is what else the answer carries."""

    def __init__(self, error: str, messages: tuple[str, ...] | list[str] = (), **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.messages = tuple(messages)
        self.more = more


def invalid_arguments(*messages: str) -> SlackError:
    """`invalid_arguments`, saying in Slack's way which argument is wrong."""
    return SlackError("invalid_arguments", [f"[ERROR] {message}" for message in messages])
