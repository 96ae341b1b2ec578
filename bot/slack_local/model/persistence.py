"""Persists a workspace across restarts and crashes: its state as one JSON file."""

import asyncio
import dataclasses
import json
import time
from collections import defaultdict
from collections.abc import Hashable, Sequence
from pathlib import Path

from slack_local.model.records import Channel, ChannelKind, JsonObject, Message, UserGroup, View
from slack_local.model.slack import Slack

SAVE_EVERY = 0.5  # seconds
SHARE = 30  # the pause after a save, as a multiple of the time that it took
_INDEXES = ("messages", "timeline", "threads")


class StateSaver:
    """Writes people's channels, messages and Home tabs, and the tokens, so that a bot's settings stay good.

    What was written of a thread is kept until the thread changes, so that saving a large workspace stays
    cheap. The file is replaced atomically: a reader finds the old state or the new one.
    """

    def __init__(self, slack: Slack, path: Path) -> None:
        self._slack = slack
        self._path = path
        self._threads: dict[tuple[str, str], str] = {}
        self._written = ""
        self._changed = asyncio.Event()
        self._forget = slack.changes.subscribe(self._notice)

    def _notice(self, topics: Sequence[Hashable]) -> None:
        for topic in topics:
            match topic:
                case ("thread", str(channel), str(root)):
                    self._threads.pop((channel, root), None)
        if any(topic != "log" for topic in topics):
            self._changed.set()

    async def keep(self) -> None:
        """Save shortly after every change, until cancelled; the larger the workspace, the less often."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            began = time.monotonic()
            self.save()
            await asyncio.sleep(max(SAVE_EVERY, SHARE * (time.monotonic() - began)))

    def close(self) -> None:
        """Save for the last time."""
        self._forget()
        self.save()

    def save(self) -> None:
        """Write the state as it is now."""
        state = self._state()
        if state == self._written:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(state)
        fresh.replace(self._path)
        self._written = state

    def _state(self) -> str:
        slack = self._slack
        tokens = json.dumps([slack.bot_token, slack.app_token, slack.signing_secret])
        channels = ",".join(map(self._channel, slack.state.channels.values()))
        groups = json.dumps([vars(group) for group in slack.state.user_groups.values()])
        homes = json.dumps([vars(view) for view in slack.state.homes.values()])
        return f'{{"tokens": {tokens}, "channels": [{channels}], "homes": {homes}, "user_groups": {groups}}}'

    def _channel(self, channel: Channel) -> str:
        fields = (f.name for f in dataclasses.fields(channel) if f.name not in _INDEXES)
        plain: JsonObject = {name: getattr(channel, name) for name in fields} | {
            "members": list(channel.members)
        }
        threads: dict[str, list[Message]] = defaultdict(list)
        for message in channel.messages.values():
            threads[message.thread_ts or message.ts].append(message)
        messages = ",".join(self._thread(channel.id, root, found) for root, found in threads.items())
        return f'{json.dumps(plain)[:-1]}, "messages": [{messages}]}}'

    def _thread(self, channel: str, root: str, messages: list[Message]) -> str:
        """A thread's messages, one after the other."""
        known = self._threads.get((channel, root))
        if known is None:
            known = json.dumps([vars(message) for message in messages])[1:-1]
            self._threads[channel, root] = known
        return known


def load(slack: Slack, path: Path) -> None:
    """Bring back what was saved, if the file is there. Raises ValueError when it is not JSON."""
    if not path.exists():
        return
    saved = json.loads(path.read_text())
    slack.bot_token, slack.app_token, slack.signing_secret = saved["tokens"]
    state = slack.state
    state.channels.clear()
    state.directs.clear()
    for kept in saved["channels"]:
        messages = sorted(kept.pop("messages"), key=lambda fields: str(fields["ts"]))
        kept |= {"members": dict.fromkeys(kept["members"]), "kind": ChannelKind(kept["kind"])}
        state.add_channel(Channel(**kept))
        for fields in messages:
            state.file_message(Message(**fields))
            slack.clock.advance_past(fields["ts"])
    if "user_groups" in saved:  # a file of an older version has none
        groups = [UserGroup(**fields) for fields in saved["user_groups"]]
        state.user_groups = {group.id: group for group in groups}
    for fields in saved["homes"]:
        view = View(**fields)
        state.homes[view.user] = state.views[view.id] = view
