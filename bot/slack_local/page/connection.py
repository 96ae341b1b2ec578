"""One open page: one WebSocket, one person at a time, told of every change that is theirs to see."""

import asyncio
import json
from collections.abc import Hashable, Sequence

from aiohttp import WSMsgType, web

from slack_local.model.records import Obj
from slack_local.page import handlers, view_model
from slack_local.page.arguments import BadRequestError, Given
from slack_local.page.context import Desk
from slack_local.page.inspector import fault_presets
from slack_local.page.inspector.wire_feed import WireFeed
from slack_local.people.person import Person


class Viewer:
    """Sends the state as it is when the page can take it, so that a slow page skips what is outdated.

    A message from the page is `{"id": n, "do": name, ...arguments}`; its answer carries the same `id`, with
    `ok` and, when it failed, `error` as a sentence. Everything else that is sent is news, by `type`.
    """

    def __init__(self, desk: Desk, socket: web.WebSocketResponse, person: Person) -> None:
        self.desk = desk
        self.person = person
        self.watched: tuple[str, str] | None = None
        self._socket = socket
        self._feed: WireFeed | None = None
        self._outgoing: list[Obj] = []
        self._changed: dict[Hashable, None] = {}
        self._awake = asyncio.Event()
        self._sent_replies: dict[str, str] = {}
        self._sent_channels: list[Obj] = []
        self._sent_trouble: Obj = {}
        self._acting: set[asyncio.Task[None]] = set()

    async def stay(self) -> None:
        """Serve this page until it goes away."""
        forget = self.desk.slack.signals.watch(self._notice)
        self.greet()
        telling = asyncio.create_task(self._tell())
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    task = asyncio.create_task(self._act(message.data))
                    self._acting.add(task)
                    task.add_done_callback(self._acting.discard)
        finally:
            forget()
            telling.cancel()
            for task in self._acting:
                task.cancel()
            await asyncio.gather(telling, *self._acting, return_exceptions=True)

    def greet(self) -> None:
        """Send everything that this person's page starts from."""
        hello = view_model.everything(self.desk.slack, self.person.user, self.desk.welcome)
        self._sent_channels = hello["channels"]
        self.watched = None
        own = {"insight": self.desk.insight is not None, **self._announced()}
        self._send(hello | own | {"connected": self._connections()})

    def watch(self, channel: str, thread_ts: str) -> list[Obj]:
        """Follow a thread: all of it now, and its changes as they come."""
        self.watched = (channel, thread_ts)
        shown = [
            view_model.message(self.desk.slack, m) for m in self.desk.slack.world.thread(channel, thread_ts)
        ]
        self._sent_replies = {m["ts"]: json.dumps(m) for m in shown}
        return shown

    def inspect(self, on: bool) -> None:
        """Open or close the inspector."""
        self._feed = WireFeed(self.desk.slack) if on else None
        self._sent_trouble = {}
        self._notice(("log",))

    def _announced(self) -> Obj:
        return {"notice": self.desk.notice, "model": self.desk.model}

    def _connections(self) -> int:
        return self.desk.socket.connections if self.desk.socket is not None else -1

    # -- from the page ------------------------------------------------------------------------------

    async def _act(self, data: str) -> None:
        try:
            asked = json.loads(data)
            given = Given(asked)
            number = asked["id"]
        except (ValueError, TypeError, KeyError):
            return
        try:
            answer: Obj = {"ok": True, **await handlers.act(self, given)}
        except BadRequestError as refused:
            answer = {"ok": False, "error": str(refused)}
        self._send({"id": number, **answer})

    # -- to the page --------------------------------------------------------------------------------

    def _send(self, message: Obj) -> None:
        self._outgoing.append(message)
        self._awake.set()

    def _notice(self, topics: Sequence[Hashable]) -> None:
        self._changed.update(dict.fromkeys(topics))
        self._awake.set()

    async def _tell(self) -> None:
        while True:
            await self._awake.wait()
            self._awake.clear()
            outgoing, self._outgoing = self._outgoing, []
            changed, self._changed = self._changed, {}
            for message in (*outgoing, *self._news(changed)):
                await self._socket.send_str(json.dumps(message))

    def _news(self, changed: dict[Hashable, None]) -> list[Obj]:
        slack, person = self.desk.slack, self.person.user
        news: list[Obj] = []
        channels = list(view_model.channels(slack, person))
        if channels != self._sent_channels:
            self._sent_channels = channels
            news.append({"type": "channels", "channels": channels})
        mine = {channel["id"] for channel in channels}
        for topic in changed:
            match topic:
                case ("thread", str(channel), str(root)) if channel in mine:
                    news.append(self._thread(channel, root))
                case ("screen", str(user)) if user == person.id:
                    news.append({"type": "screen", "screen": view_model.screen(slack, person)})
                case "people":
                    news.append({"type": "users", "users": view_model.users(slack)})
                case "notice":
                    news.append({"type": "notice", **self._announced()})
                case "connections":
                    news.append({"type": "connected", "connected": self._connections()})
        if self._feed is not None:
            if entries := self._feed.news():
                news.append({"type": "wire", "entries": entries})
            trouble = fault_presets.state(slack)
            if trouble != self._sent_trouble:
                self._sent_trouble = trouble
                news.append({"type": "trouble", "trouble": trouble})
        return news

    def _thread(self, channel: str, root: str) -> Obj:
        slack = self.desk.slack
        messages = slack.world.thread(channel, root)
        in_channel = [m for m in messages if not m.is_reply or m.subtype == "thread_broadcast"]
        told: Obj = {
            "type": "thread",
            "channel": channel,
            "ts": root,
            "messages": [view_model.message(slack, m) for m in in_channel],
            "gone": [] if root in slack.world.channels[channel].messages else [root],
        }
        if self.watched == (channel, root):
            told["order"] = [m.ts for m in messages]
            told["replies"] = self._new_replies([view_model.message(slack, m) for m in messages])
        return told

    def _new_replies(self, shown: list[Obj]) -> list[Obj]:
        now = {message["ts"]: json.dumps(message) for message in shown}
        before, self._sent_replies = self._sent_replies, now
        return [message for message in shown if before.get(message["ts"]) != now[message["ts"]]]
