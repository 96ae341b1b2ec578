"""One Web API call: its arguments, read as strictly as Slack reads them."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from slack_local.model.errors import SlackError, invalid_arguments
from slack_local.model.records import Channel, ChannelKind, JsonObject, Message
from slack_local.model.slack import Slack
from slack_local.transport.delivery import Delivery
from slack_local.transport.socket_mode import SocketMode

_FALSE = ("", "0", "false", "no", "off")


@dataclass(kw_only=True)
class Call:
    """A call that has been authenticated. Accessors raise `SlackError` as Slack would answer."""

    slack: Slack
    delivery: Delivery
    socket: SocketMode | None
    method: str
    arguments: Mapping[str, Any]
    warnings: list[str] = field(default_factory=list)

    def text(self, name: str) -> str | None:
        """A text argument, or None when absent or empty."""
        value = self.arguments.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, (dict, list)):
            raise invalid_arguments(f"must provide a string [json-pointer:/{name}]")
        return str(value)

    def required(self, name: str) -> str:
        """A text argument that has to be there."""
        value = self.text(name)
        if value is None:
            raise invalid_arguments(f"missing required field: {name}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean, in any of the spellings that forms give it."""
        value = self.arguments.get(name)
        if value is None:
            return default
        return str(value).lower() not in _FALSE

    def integer(self, name: str, default: int | None = None) -> int | None:
        """A whole number, or `default` when it is absent."""
        value = self.arguments.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise invalid_arguments(f"must provide an integer [json-pointer:/{name}]") from None

    def json(self, name: str) -> Any:
        """An argument that is JSON: an object or list in a JSON body, a string of JSON in a form."""
        value = self.arguments.get(name)
        if isinstance(value, str):
            if not value.strip():
                return None
            try:
                return json.loads(value)
            except ValueError:
                raise SlackError(
                    f"invalid_{name}_format" if name == "blocks" else "invalid_arguments"
                ) from None
        return value

    def texts(self, name: str) -> list[str]:
        """A list that may be given as a list or separated by commas."""
        value = self.arguments.get(name)
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise invalid_arguments(f"must provide an array [json-pointer:/{name}]")
        return value

    def channel(self, name: str = "channel", *, member: bool = False, by_name: bool = False) -> Channel:
        """A conversation the bot can see, by id (or also `by_name`); with `member`, one it is in."""
        wanted, state = self.required(name), self.slack.state
        found = state.channel(wanted) if by_name else state.channels.get(wanted)
        bot = self.slack.app.bot_user
        hidden = found is not None and found.kind is not ChannelKind.PUBLIC and bot not in found.members
        if found is None or hidden:
            raise SlackError("channel_not_found")
        if member and bot not in found.members:
            raise SlackError("not_in_channel")
        return found

    def message(self, channel: Channel, name: str = "ts", *, error: str = "message_not_found") -> Message:
        """A message of that channel."""
        found = channel.messages.get(self.required(name))
        if found is None:
            raise SlackError(error)
        return found

    def needs_scope(self, *any_of: str) -> None:
        """Refuse unless the bot token was granted one of these scopes."""
        granted = self.slack.app.scopes
        if not granted.intersection(any_of):
            raise SlackError("missing_scope", needed=",".join(any_of), provided=",".join(sorted(granted)))


Handler: TypeAlias = Callable[[Call], Awaitable[JsonObject]]


@dataclass(frozen=True, kw_only=True)
class Method:
    """A method's handler, the scopes of which it needs one, and how it may be called."""

    run: Handler
    scopes: tuple[str, ...] = ()
    token: Literal["bot", "app", "none"] = "bot"  # noqa: S105  # a kind of token, not one
    takes_json: bool = True
