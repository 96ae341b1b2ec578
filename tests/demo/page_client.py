"""Acting at the page of a running demo, as its scripts do: one request for each act."""

import asyncio
import json
import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientSession

from tests.demo.demo_process import PAGE, DemoProcess, until

GENERAL = "C0GENERAL0"


class PageClient:
    """`acts("bob", "click", ...)`, and what the page is told when it opens."""

    def __init__(self, running: DemoProcess) -> None:
        found = PAGE.search(running.said)
        assert found is not None, running.said
        address = urlsplit(found[0])
        self._base = f"http://{address.netloc}"
        self._token = address.query.removeprefix("token=")

    def acts(self, person: str, do: str, **given: Any) -> dict[str, Any]:
        body = json.dumps({"as": person, "do": do, "channel": GENERAL, **given}).encode()
        headers = {"Authorization": f"Bearer {self._token}"}
        request = urllib.request.Request(f"{self._base}/page/do", body, headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=10) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as refused:
            raise AssertionError(refused.read().decode()) from None

    def thread(self, ts: str) -> list[dict[str, Any]]:
        return list(self.acts("alice", "watch", thread_ts=ts)["messages"])

    def card(self, ts: str) -> str:
        """The `ts` of the open card in a thread, once it is there."""
        until(lambda: self._open(ts), lambda: f"no card in {self.thread(ts)}", 20)
        return self._open(ts)[0]

    def _open(self, ts: str) -> list[str]:
        return [str(message["ts"]) for message in self.thread(ts) if message.get("open")]

    def shows(self, ts: str, text: str) -> None:
        until(lambda: text in json.dumps(self.thread(ts)), lambda: f"no {text!r} in {self.thread(ts)}", 20)

    def newest_root(self) -> str:
        """The `ts` of the newest message of #general that began a thread by the bot, once it is there."""
        until(self._roots_of_the_bot, lambda: "no thread of the bot's", 20)
        return self._roots_of_the_bot()[-1]

    def _roots_of_the_bot(self) -> list[str]:
        messages = self.acts("alice", "timeline")["messages"]
        return [str(message["ts"]) for message in messages if "bot_id" in message]

    def form(self, person: str) -> str:
        """The id of the form on top of somebody's screen, once it is there."""
        until(lambda: self._forms(person), lambda: f"no form for {person}", 20)
        return self._forms(person)[-1]

    def _forms(self, person: str) -> list[str]:
        return [str(view["id"]) for view in asyncio.run(self.opens(person))["screen"]["modals"]]

    async def opens(self, person: str = "alice") -> dict[str, Any]:
        """The first thing that somebody's page is told."""
        headers = {"Authorization": f"Bearer {self._token}"}
        address = re.sub("^http", "ws", self._base)
        async with (
            ClientSession() as client,
            client.ws_connect(f"{address}/page/live?as={person}", headers=headers) as socket,
        ):
            return dict(await socket.receive_json(timeout=10))
