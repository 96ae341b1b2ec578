"""Keeping a bot at work for hours: started again when it dies, started anew when its graphs change."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from countersign.demo.bot import CountersignBot
from countersign.demo.file_watcher import Changes
from countersign.demo.project import Project
from slack_local.bot_process import BotDownError, BotRefusedError
from slack_local.page.context import PageContext

RESTARTS = 3
NEWS_SECONDS = 5.0
AGAIN = "The next change of a file tries again."


class BotKeeper:
    """One bot over its starts. `environment` is asked before each, since a changed file may change it.

    What happens is printed and, as far as people at the page need it, announced there.
    """

    def __init__(
        self,
        bot: CountersignBot,
        project: Project,
        changes: Changes,
        page: PageContext,
        environment: Callable[[], Mapping[str, str]],
    ) -> None:
        self._bot = bot
        self._project = project
        self._changes = changes
        self._page = page
        self._environment = environment
        self._news: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Start the bot for the first time. Raises `BotDownError`, but for graphs that do not load: those
        are shown, and `keep` goes on with the next change.
        """
        try:
            await self._start()
        except BotRefusedError as refused:
            self._show(refused)

    async def keep(self) -> None:
        """Mind the bot until cancelled. Raises `BotDownError` when it dies again and again by itself."""
        left = RESTARTS
        while True:
            if changed := await self._changed_before_the_end():
                await self._reload(changed)
                left = RESTARTS
                continue
            how = await self._bot.wait_until_ended()
            print(f"\nThe bot ended by itself ({how}).\n{self._bot.tail()}", flush=True)
            if not left:
                raise BotDownError(f"The bot ended {RESTARTS + 1} times, so it is not started again.")
            left -= 1
            print("It is started again.", flush=True)
            try:
                await self._start()
            except BotRefusedError as refused:
                self._show(refused)
            else:
                print("It is back.", flush=True)

    async def _start(self) -> None:
        self._changes.look()
        self._bot.set_environment(self._environment())
        await self._bot.start()

    async def _changed_before_the_end(self) -> list[Path]:
        """Files that were changed; nothing when the bot ended first."""
        changed = asyncio.create_task(self._changes.wait())
        ended = asyncio.create_task(self._bot.wait_until_ended()) if self._bot.pid is not None else None
        tasks = {task for task in (changed, ended) if task is not None}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return changed.result() if changed.done() else []
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _reload(self, changed: list[Path]) -> None:
        names = ", ".join(dict.fromkeys(path.name for path in changed))
        print(f"\n{names} changed: the bot is started anew.", flush=True)
        self._announce(f"{names} changed: the bot is started anew.")
        await self._bot.stop()
        try:
            await self._start()
        except BotDownError as error:
            self._show(error)
        else:
            loaded = f"Reloaded: graphs {', '.join(self._project.graph_names)}"
            print(loaded, flush=True)
            self._announce(loaded, for_seconds=NEWS_SECONDS)

    def _show(self, error: BotDownError) -> None:
        """Tell that the bot is down, and until when."""
        reason = error.reason if isinstance(error, BotRefusedError) else str(error).partition("\n")[0]
        print(f"\n✗ {reason}\n{AGAIN} The bot's whole log is {self._bot.log}.", flush=True)
        self._announce(f"The bot is down. {reason} {AGAIN}")

    def _announce(self, text: str, *, for_seconds: float | None = None) -> None:
        if self._news is not None:
            self._news.cancel()
            self._news = None
        self._page.show_banner(text)
        if for_seconds is not None:
            loop = asyncio.get_running_loop()
            self._news = loop.call_later(for_seconds, self._page.show_banner, "")
