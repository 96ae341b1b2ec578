"""One open page: its WebSocket, on which requests come in and changes go out."""

import asyncio
import json
from collections.abc import Hashable, Sequence
from dataclasses import asdict

from aiohttp import WSMsgType, web

from slack_local.model.records import JsonObject
from slack_local.page import handlers, view_model
from slack_local.page.context import PageContext
from slack_local.page.inspector import fault_presets
from slack_local.page.inspector.wire_feed import WireFeed
from slack_local.page.request import BadRequestError, PageRequest
from slack_local.people.person import Person


class PageConnection:
    """Sends the current state when the page is ready, so a slow page skips outdated states.

    A message from the page is `{"id": n, "do": name, ...arguments}`; its answer carries the same `id`, with
    `ok` and, when it failed, `error` as a sentence. Everything else that is sent is an update, by `type`.
    """

    def __init__(self, context: PageContext, socket: web.WebSocketResponse, person: Person) -> None:
        self.context = context
        self.person = person
        self.watched: tuple[str, str] | None = None
        self._socket = socket
        self._feed: WireFeed | None = None
        self._outgoing: list[JsonObject] = []
        self._changed: dict[Hashable, None] = {}
        self._awake = asyncio.Event()
        self._sent_replies: dict[str, str] = {}
        self._sent_channels: list[JsonObject] = []
        self._sent_faults: JsonObject = {}
        self._handling: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Serve this page until it disconnects."""
        unsubscribe = self.context.slack.changes.subscribe(self._mark_changed)
        self.greet()
        sending = asyncio.create_task(self._send_updates())
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    task = asyncio.create_task(self._handle(message.data))
                    self._handling.add(task)
                    task.add_done_callback(self._handling.discard)
        finally:
            unsubscribe()
            sending.cancel()
            for task in self._handling:
                task.cancel()
            await asyncio.gather(sending, *self._handling, return_exceptions=True)

    def greet(self) -> None:
        """Send everything that this person's page starts from."""
        hello = view_model.initial_state(self.context.slack, self.person.user, self.context.app_info)
        self._sent_channels = hello["channels"]
        self.watched = None
        asks_bot = {
            "bot_details": self.context.bot_details is not None,
            "message_notes": self.context.message_notes is not None,
        }
        self._send(hello | asks_bot | self._banner() | {"connected": self._connections()})

    def watch(self, channel: str, thread_ts: str) -> list[JsonObject]:
        """Follow a thread: all of it now, and its changes as they come."""
        self.watched = (channel, thread_ts)
        shown = [
            view_model.message(self.context.slack, m)
            for m in self.context.slack.state.thread(channel, thread_ts)
        ]
        self._sent_replies = {m["ts"]: json.dumps(m) for m in shown}
        return shown

    def inspect(self, on: bool) -> None:
        """Open or close the inspector."""
        self._feed = WireFeed(self.context.slack) if on else None
        self._sent_faults = {}
        self._mark_changed(("log",))

    def _banner(self) -> JsonObject:
        settings = [asdict(setting) for setting in self.context.app_info.settings]
        return {"banner": self.context.banner, "note": self.context.app_info.note, "settings": settings}

    def _connections(self) -> int:
        return self.context.socket.connections if self.context.socket is not None else -1

    # -- from the page ------------------------------------------------------------------------------

    async def _handle(self, data: str) -> None:
        try:
            asked = json.loads(data)
            request = PageRequest(asked)
            number = asked["id"]
        except (ValueError, TypeError, KeyError):
            return
        try:
            answer: JsonObject = {"ok": True, **await handlers.handle(self, request)}
        except BadRequestError as refused:
            answer = {"ok": False, "error": str(refused)}
        self._send({"id": number, **answer})

    # -- to the page --------------------------------------------------------------------------------

    def _send(self, message: JsonObject) -> None:
        self._outgoing.append(message)
        self._awake.set()

    def _mark_changed(self, topics: Sequence[Hashable]) -> None:
        self._changed.update(dict.fromkeys(topics))
        self._awake.set()

    async def _send_updates(self) -> None:
        while True:
            await self._awake.wait()
            self._awake.clear()
            outgoing, self._outgoing = self._outgoing, []
            changed, self._changed = self._changed, {}
            for message in (*outgoing, *self._updates(changed)):
                await self._socket.send_str(json.dumps(message))

    def _updates(self, changed: dict[Hashable, None]) -> list[JsonObject]:
        slack, person = self.context.slack, self.person.user
        updates: list[JsonObject] = []
        channels = list(view_model.channels(slack, person))
        if channels != self._sent_channels:
            self._sent_channels = channels
            updates.append({"type": "channels", "channels": channels})
        mine = {channel["id"] for channel in channels}
        for topic in changed:
            match topic:
                case ("thread", str(channel), str(root)) if channel in mine:
                    updates.append(self._thread(channel, root))
                case ("screen", str(user)) if user == person.id:
                    updates.append({"type": "screen", "screen": view_model.screen(slack, person)})
                case "people":
                    updates.append({"type": "users", "users": view_model.users(slack)})
                case "banner":
                    updates.append({"type": "banner", **self._banner()})
                case "connections":
                    updates.append({"type": "connected", "connected": self._connections()})
        if self._feed is not None:
            if entries := self._feed.updates():
                updates.append({"type": "wire", "entries": entries})
            faults = fault_presets.state(slack)
            if faults != self._sent_faults:
                self._sent_faults = faults
                updates.append({"type": "faults", "faults": faults})
        return updates

    def _thread(self, channel: str, root: str) -> JsonObject:
        slack = self.context.slack
        messages = slack.state.thread(channel, root)
        in_channel = [m for m in messages if not m.is_reply or m.subtype == "thread_broadcast"]
        update: JsonObject = {
            "type": "thread",
            "channel": channel,
            "ts": root,
            "messages": [view_model.message(slack, m) for m in in_channel],
            "gone": [] if root in slack.state.channels[channel].messages else [root],
        }
        if self.watched == (channel, root):
            update["order"] = [m.ts for m in messages]
            update["replies"] = self._new_replies([view_model.message(slack, m) for m in messages])
        return update

    def _new_replies(self, shown: list[JsonObject]) -> list[JsonObject]:
        now = {message["ts"]: json.dumps(message) for message in shown}
        before, self._sent_replies = self._sent_replies, now
        return [message for message in shown if before.get(message["ts"]) != now[message["ts"]]]
