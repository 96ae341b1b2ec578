"""Keeps a bot running: restarts it when it ends or when its graphs change."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from countersign.demo.bot.file_watcher import FileWatcher
from countersign.demo.bot.process import CountersignBot
from countersign.demo.project import Project
from slack_local.bot_process import BotDownError, BotRefusedError
from slack_local.page.context import PageContext

RESTARTS = 3
BANNER_SECONDS = 5.0
RETRY_HINT = "It starts again when a file changes."


class Supervisor:
    """One bot over its starts. `environment` is asked before each, since a changed file may change it.

    What happens is printed and, as far as people at the page need it, announced there.
    """

    def __init__(
        self,
        bot: CountersignBot,
        project: Project,
        watcher: FileWatcher,
        page: PageContext,
        environment: Callable[[], Mapping[str, str]],
    ) -> None:
        self._bot = bot
        self._project = project
        self._watcher = watcher
        self._page = page
        self._environment = environment
        self._banner_timer: asyncio.TimerHandle | None = None
        self._restart_reason = ""
        self._restart_wanted = asyncio.Event()

    async def start(self) -> None:
        """Start the bot for the first time. Raises `BotDownError`, but for graphs that do not load: those
        are shown, and `run` goes on with the next change.
        """
        try:
            await self._start()
        except BotRefusedError as refused:
            self._show(refused)

    def restart(self, reason: str) -> None:
        """Restart the bot soon, for example with another environment. `reason` is a sentence for the page."""
        self._restart_reason = reason
        self._restart_wanted.set()

    async def run(self) -> None:
        """Restart the bot as needed until cancelled. Raises `BotDownError` when it ends again and again."""
        left = RESTARTS
        while True:
            reason = await self._reason_to_restart()
            if reason:
                await self._reload(reason)
                left = RESTARTS
                continue
            how = await self._bot.wait_until_ended()
            print(f"\nThe bot ended by itself ({how}).\n{self._bot.tail()}", flush=True)
            if not left:
                raise BotDownError(f"The bot ended {RESTARTS + 1} times, so it does not restart again.")
            left -= 1
            print("It restarts.", flush=True)
            try:
                await self._start()
            except BotRefusedError as refused:
                self._show(refused)
            else:
                print("It is back.", flush=True)

    async def _start(self) -> None:
        self._watcher.take_snapshot()
        self._bot.set_environment(self._environment())
        await self._bot.start()

    async def _reason_to_restart(self) -> str:
        """Which files were changed, or what `restart` was told; empty when the bot ended first."""
        changed = asyncio.create_task(self._watcher.wait())
        wanted = asyncio.create_task(self._restart_wanted.wait())
        ended = asyncio.create_task(self._bot.wait_until_ended()) if self._bot.pid is not None else None
        tasks: set[asyncio.Task[Any]] = {task for task in (changed, wanted, ended) if task is not None}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if wanted.done():
                self._restart_wanted.clear()
                return self._restart_reason
            return _changed_text(changed.result()) if changed.done() else ""
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _reload(self, reason: str) -> None:
        print(f"\n{reason}", flush=True)
        self._show_banner(reason)
        await self._bot.stop()
        try:
            await self._start()
        except BotDownError as error:
            self._show(error)
        else:
            loaded = f"Reloaded: graphs {', '.join(self._project.graph_names)}"
            print(loaded, flush=True)
            self._show_banner(loaded, for_seconds=BANNER_SECONDS)

    def _show(self, error: BotDownError) -> None:
        """Tell that the bot is down, and until when."""
        reason = error.reason if isinstance(error, BotRefusedError) else str(error).partition("\n")[0]
        print(f"\n✗ {reason}\n{RETRY_HINT} The bot's whole log is {self._bot.log}.", flush=True)
        self._show_banner(f"The bot is down. {reason} {RETRY_HINT}")

    def _show_banner(self, text: str, *, for_seconds: float | None = None) -> None:
        if self._banner_timer is not None:
            self._banner_timer.cancel()
            self._banner_timer = None
        self._page.show_banner(text)
        if for_seconds is not None:
            loop = asyncio.get_running_loop()
            self._banner_timer = loop.call_later(for_seconds, self._page.show_banner, "")


def _changed_text(changed: Sequence[Path]) -> str:
    names = ", ".join(dict.fromkeys(path.name for path in changed))
    return f"{names} changed: the bot restarts."
