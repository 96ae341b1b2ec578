"""The state of the workspace: who and what is there, and how messages are filed."""

import bisect
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from slack_local.model.records import (
    Channel,
    ChannelKind,
    Ephemeral,
    File,
    Message,
    ResponseUrl,
    Scheduled,
    Trigger,
    User,
    UserGroup,
    View,
    new_id,
)

T = TypeVar("T")


@dataclass
class WorkspaceState:
    """Everything that Slack would remember. Only reading and filing: who may do what is decided elsewhere."""

    users: dict[str, User] = field(default_factory=dict)
    user_groups: dict[str, UserGroup] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    directs: dict[frozenset[str], str] = field(default_factory=dict)
    ephemerals: dict[str, list[Ephemeral]] = field(default_factory=lambda: defaultdict(list))
    modals: dict[str, list[View]] = field(
        default_factory=lambda: defaultdict(list)
    )  # user -> stack, top last
    homes: dict[str, View] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)  # open modals and homes, by id
    files: dict[str, File] = field(default_factory=dict)
    scheduled: dict[str, Scheduled] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)  # assistant status by channel, thread
    status_ends: dict[tuple[str, str], float] = field(default_factory=dict)
    sessions: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)  # agent sessions
    prompts: dict[str, dict[str, Any]] = field(default_factory=dict)  # suggested in a direct conversation

    def channel(self, name_or_id: str) -> Channel | None:
        """A channel by id, `#name` or `name`."""
        found = self.channels.get(name_or_id)
        if found is not None:
            return found
        name = name_or_id.removeprefix("#")
        return next((c for c in self.channels.values() if c.name == name and not c.is_direct), None)

    def add_channel(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        if channel.partner is not None:
            self.directs[frozenset(channel.members)] = channel.id
        return channel

    def change_channel_id(self, channel: Channel, new: str) -> None:
        """Give a channel another id, and everything that is in it."""
        old = channel.id
        self.channels = {new if key == old else key: each for key, each in self.channels.items()}
        channel.id = new
        shown = [each for ephemerals in self.ephemerals.values() for each in ephemerals]
        placed: list[Message | Ephemeral | ResponseUrl] = [
            *channel.messages.values(),
            *shown,
            *self.response_urls.values(),
        ]
        for each in placed:
            each.channel = new if each.channel == old else each.channel
        for file in self.files.values():
            file.channels = [new if each == old else each for each in file.channels]
        _move_channel(self.statuses, old, new)
        _move_channel(self.status_ends, old, new)
        _move_channel(self.sessions, old, new)

    def show_full_names(self) -> None:
        """Give everybody their full name for a display name."""
        for user in self.users.values():
            self.users[user.id] = replace(user, display_name=user.real_name)

    def open_direct(self, bot_user: str, person: str, created: int) -> Channel:
        """The direct messages between the bot and `person`, opened if need be."""
        known = self.directs.get(frozenset((bot_user, person)))
        if known is not None:
            return self.channels[known]
        channel = Channel(
            id=new_id("D"),
            name=person,
            kind=ChannelKind.DIRECT,
            created=created,
            creator=person,
            members=dict.fromkeys((person, bot_user)),
            partner=person,
        )
        return self.add_channel(channel)

    def file_message(self, message: Message) -> None:
        """Put a new message where its channel and its thread find it."""
        channel = self.channels[message.channel]
        channel.messages[message.ts] = message
        if message.is_reply:
            assert message.thread_ts is not None
            root = channel.messages.get(message.thread_ts)
            if root is not None and root.thread_ts is None:
                root.thread_ts = root.ts
            channel.threads.setdefault(message.thread_ts, []).append(message.ts)
        if not message.is_reply or message.subtype == "thread_broadcast":
            channel.timeline.append(message.ts)

    def remove_message(self, message: Message) -> None:
        """Remove a message; a root that has replies stays as a tombstone, as in Slack."""
        channel = self.channels[message.channel]
        if not message.is_reply and channel.threads.get(message.ts):
            message.tombstone, message.subtype = True, "tombstone"
            message.text, message.blocks, message.attachments = "This message was deleted.", [], []
            message.metadata, message.user, message.by_bot = None, "USLACKBOT", False
            return
        del channel.messages[message.ts]
        _remove_sorted(channel.timeline, message.ts)
        if message.is_reply and message.thread_ts in channel.threads:
            _remove_sorted(channel.threads[message.thread_ts], message.ts)

    def thread(self, channel: str, root_ts: str) -> list[Message]:
        """The root (if it is still there) and its replies, oldest first."""
        place = self.channels[channel]
        root = place.messages.get(root_ts)
        replies = [place.messages[ts] for ts in place.threads.get(root_ts, ())]
        return replies if root is None else [root, *replies]

    def close_modals(self, user: str) -> None:
        """Take every modal off somebody's screen."""
        for view in self.modals.pop(user, []):
            self.views.pop(view.id, None)

    def pop_modal(self, user: str) -> View | None:
        """Take the top modal off; what is below shows again. Returns what was taken."""
        stack = self.modals.get(user)
        if not stack:
            return None
        view = stack.pop()
        self.views.pop(view.id, None)
        return view


def _remove_sorted(timestamps: list[str], ts: str) -> None:
    at = bisect.bisect_left(timestamps, ts)
    if at < len(timestamps) and timestamps[at] == ts:
        del timestamps[at]


def _move_channel(kept: dict[tuple[str, str], T], old: str, new: str) -> None:
    """Rename a channel in keys that are a channel and a thread."""
    for channel, thread in [key for key in kept if key[0] == old]:
        kept[new, thread] = kept.pop((channel, thread))
