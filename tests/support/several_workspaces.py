"""A bot that several local workspaces install by OAuth, as their admins do it in a browser."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any, Literal, LiteralString
from urllib.parse import parse_qsl

import aiohttp
import psycopg

from countersign.demo.session import APP
from countersign.encryption import generate_key
from slack_local.distributed_app import DistributedApp
from slack_local.model.slack import Organisation
from slack_local.workspace import LocalWorkspace
from tests.support.processes.bots import BotProcess, bot_environment, bot_process
from tests.support.stage import config_with_probes

FIRST, SECOND = "T0FIRST001", "T0SECOND01"
COOKIE = "slack-app-oauth-state"
NOT_ACKNOWLEDGED = {"http": "http_error", "socket": "timeout"}
"""How a click ends that the bot refuses because its workspace has not installed the app."""


@dataclass
class Browser:
    """Somebody's browser before the bot's pages. `cookie` is the state that it was given."""

    bot: BotProcess
    cookie: str | None = None

    async def get(self, path: str, **query: str) -> tuple[int, str]:
        """A page of the bot's."""
        headers = {"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client,
            client.get(
                self.bot.address + path, headers=headers, params=query, allow_redirects=False
            ) as answer,
        ):
            for set_cookie in answer.headers.getall("Set-Cookie", []):
                assert "HttpOnly" in set_cookie
                assert "Secure" in set_cookie
                self.cookie = set_cookie.partition(";")[0].partition("=")[2]
            return answer.status, await answer.text()

    async def consent_page(self) -> str:
        """Slack's page behind the button of the install page."""
        status, page = await self.get("/slack/install")
        assert status == 200, page
        found = re.search(r'href="([^"]+/oauth/v2/authorize[^"]+)"', page)
        assert found, page
        return unescape(found[1])

    async def allow(self, consent_page: str, team: str) -> dict[str, str]:
        """Allow the app in a workspace; gives what Slack sends the browser back with."""
        async with aiohttp.ClientSession() as client:
            async with client.get(consent_page) as answer:
                page = await answer.text()
            link = next(
                unescape(each) for each in re.findall(r'href="([^"]+)"', page) if f"team={team}" in each
            )
            url = consent_page.partition("/oauth/")[0] + link
            async with client.get(url, allow_redirects=False) as answer:
                location = answer.headers["Location"]
        assert location.partition("?")[0] == "https://bot.example.com/slack/oauth_redirect"
        return dict(parse_qsl(location.partition("?")[2]))

    async def install(self, team: str) -> tuple[int, str]:
        """The whole way; gives the last page."""
        back = await self.allow(await self.consent_page(), team)
        return await self.get("/slack/oauth_redirect", **back)


@dataclass
class TwoWorkspaces:
    """The same people, channels and ids in both: only their team tells them apart."""

    app: DistributedApp
    first: LocalWorkspace
    second: LocalWorkspace
    bot: BotProcess
    database_url: str

    def rows(self, query: LiteralString, *arguments: object) -> list[tuple[Any, ...]]:
        """What a query on the bot's database gives."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(query, arguments)
            return cursor.fetchall() if cursor.description else []

    async def install(self, *teams: str) -> None:
        for team in teams or (FIRST, SECOND):
            status, page = await Browser(self.bot).install(team)
            assert status == 200, page


@asynccontextmanager
async def two_workspaces(
    folder: Path,
    database_url: str,
    *,
    rotates: bool = False,
    mode: Literal["http", "socket"] = "http",
    organisation: Organisation | None = None,
    **settings: str,
) -> AsyncIterator[TwoWorkspaces]:
    """A bot that nobody has installed yet."""
    (folder / "notes").mkdir(parents=True, exist_ok=True)
    retries = (0.1, 0.5, 1.0, 2.0)
    first, second = (
        LocalWorkspace(mode=mode, app=APP, team=team, retry_schedule=retries) for team in (FIRST, SECOND)
    )
    async with DistributedApp([first, second], rotates, organisation) as app:
        environment = bot_environment(
            app.environment(),
            database_url,
            config=config_with_probes(folder),
            **{
                "PROBE_FOLDER": str(folder / "notes"),
                "DEFAULT_GRAPH": "ask",
                "OPENAI_API_KEY": "sk-not-a-real-key",
                "PUBLIC_URL": "https://bot.example.com",
                "INSTALL_WORKSPACES": f"{FIRST}, {SECOND}",
                "ENCRYPTION_KEY": generate_key(),
                **settings,
            },
        )
        async with bot_process("serve", environment=environment, folder=folder) as bot:
            if mode == "http":
                app.reached_at(f"{bot.address}/slack/events")
            yield TwoWorkspaces(app=app, first=first, second=second, bot=bot, database_url=database_url)
            assert await bot.stop() == 0, bot.said
