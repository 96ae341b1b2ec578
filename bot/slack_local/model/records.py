"""What a workspace consists of: users, channels, messages, views, files, as plain typed records."""

import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
"""One JSON object as it goes over the wire."""


def new_id(prefix: str) -> str:
    """An id of Slack's shape (`C0...`), never used before, not even by an earlier workspace."""
    return f"{prefix}0{secrets.token_hex(5).upper()}"


@dataclass(frozen=True, kw_only=True)
class User:
    """A member, a guest, a stranger of another team, or the bot's own user."""

    id: str
    name: str
    real_name: str
    team_id: str
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False  # a guest
    is_ultra_restricted: bool = False  # a guest of a single channel
    is_stranger: bool = False  # somebody in a shared channel whom this team does not know
    deleted: bool = False
    display_name: str = ""  # empty: the name
    locale: str = "en-US"  # the language of their Slack
    teams: tuple[str, ...] = ()  # workspaces of their organisation that they are in


@dataclass(kw_only=True)
class UserGroup:
    """A user group, which people mention as `@handle`."""

    id: str
    handle: str
    members: list[str]
    created: int
    is_disabled: bool = False


class ChannelKind(StrEnum):
    PUBLIC = "channel"
    PRIVATE = "group"
    DIRECT = "im"


@dataclass(kw_only=True)
class Message:
    """One message; `thread_ts` is its root's `ts`, also on the root itself once it has replies."""

    channel: str
    ts: str
    user: str
    team: str
    text: str
    thread_ts: str | None = None
    subtype: str | None = None
    blocks: list[JsonObject] = field(default_factory=list)
    attachments: list[JsonObject] = field(default_factory=list)
    by_bot: bool = False
    username: str | None = None
    icons: JsonObject | None = None
    metadata: JsonObject | None = None
    client_msg_id: str | None = None
    edited: JsonObject | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[JsonObject] = field(default_factory=list)
    streaming: bool = False
    stream_expires_at: float = 0.0
    stopped_by_user: bool = False
    task_display_mode: str = "timeline"  # of a stream: or "plan", which shows its tasks in one block
    mrkdwn: bool = True
    tombstone: bool = False

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(kw_only=True)
class Channel:
    """A conversation with its messages, indexed so that reading a thread costs only that thread."""

    id: str
    name: str
    kind: ChannelKind
    created: int
    creator: str
    members: dict[str, None] = field(default_factory=dict)
    is_archived: bool = False
    is_shared: bool = False
    partner: str | None = None
    topic: str = ""
    messages: dict[str, Message] = field(default_factory=dict)
    timeline: list[str] = field(default_factory=list)  # roots and broadcasts, oldest first
    threads: dict[str, list[str]] = field(default_factory=dict)  # root ts -> its replies, oldest first

    @property
    def is_direct(self) -> bool:
        return self.kind is ChannelKind.DIRECT


@dataclass(kw_only=True)
class Ephemeral:
    """A message that one person sees in one channel until it is dismissed."""

    id: int
    channel: str
    ts: str
    to: str
    text: str
    blocks: list[JsonObject] = field(default_factory=list)
    attachments: list[JsonObject] = field(default_factory=list)
    thread_ts: str | None = None
    by_slack: bool = False  # the client's own notice, not the app's message


@dataclass(kw_only=True)
class View:
    """A modal on somebody's screen, or somebody's Home tab."""

    id: str
    hash: str
    type: str
    user: str
    definition: JsonObject  # what the app sent, with generated ids filled in
    root_view_id: str
    previous_view_id: str | None = None
    values: dict[str, dict[str, JsonObject]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class File:
    """An uploaded file; it is shared once `completeUploadExternal` names channels for it."""

    id: str
    name: str
    title: str
    size: int
    created: int
    user: str
    ticket: str
    content: bytes | None = None
    complete: bool = False
    channels: list[str] = field(default_factory=list)
    deleted: bool = False
    described: JsonObject = field(default_factory=dict)  # what its description says in place of the truth
    redirects_to: str | None = None  # where its address leads, in place of the content


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """A message that Slack will post by itself at `post_at` (Unix seconds)."""

    id: str
    channel: str
    post_at: int
    created: int
    arguments: JsonObject


@dataclass(kw_only=True)
class Trigger:
    """A short-lived permission to open one view on one person's screen."""

    id: str
    user: str
    expires_at: float
    used: bool = False


@dataclass(kw_only=True)
class ResponseUrl:
    """A response URL: where it leads, and how often it may still be used."""

    secret: str
    user: str
    channel: str
    expires_at: float
    uses_left: int
    message_ts: str | None = None
    ephemeral_ts: str | None = None
    thread_ts: str | None = None
