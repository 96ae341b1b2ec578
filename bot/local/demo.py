"""`python -m bot demo`: the bot in a Slack of its own on this machine, with no account and no key."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from bot.local import demo_words
from bot.local.bot_environment import bot_environment, has_own_model
from bot.local.bot_process import BotDownError, BotProcess
from bot.local.demo_folder import DemoFolder, FolderTakenError
from bot.local.model import ScriptedModel
from bot.local.server import LocalWorkspace
from bot.local.terminal import Terminal
from bot.local.tour import Tour

CODE = Path(__file__).resolve().parents[2]
RESTARTS = 3
PACE = 0.03  # seconds between two pieces of the scripted model's answer, so that it is seen to write


def main(tour: bool, config: Path | None, port: int, *, terminal: bool | None = None) -> int:
    """Run the demo until it is stopped, or play the tour; returns the exit code, 0 or 1.

    `config` is another langgraph.json than the bot's own, `port` that of the workspace's page (0: any that is
    free). `terminal` says whether a person takes part from this terminal; None: if there is one.
    """
    if tour and config is not None:
        return _complain(
            "the tour is played by the bot's own graphs, so --tour and --config exclude each other"
        )
    if config is not None and not config.exists():
        return _complain(f"there is no file {config}")
    if sys.stdin is None:
        # Or else the next file to be opened would become standard input, which the bot does not inherit.
        os.open(os.devnull, os.O_RDONLY)
    interactive = sys.stdin is not None and sys.stdin.isatty() if terminal is None else terminal
    folder = Path(os.environ.get("DATA_DIR") or (".data/tour" if tour else ".data/demo"))
    try:
        with DemoFolder(folder) as taken:
            return asyncio.run(
                _run(Demo(taken, os.environ, config, port), tour=tour, interactive=interactive)
            )
    except (BotDownError, FolderTakenError, OSError) as error:
        return _complain(str(error))


def _complain(text: str) -> int:
    print(f"countersign: {text}", file=sys.stderr, flush=True)
    return 1


async def _run(demo: "Demo", *, tour: bool, interactive: bool) -> int:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        running = asyncio.create_task(demo.tour(stack) if tour else demo.run(stack, interactive=interactive))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if running.done():
            return await running
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        print("\nStopping.", flush=True)
    return 1 if tour else 0


class Demo:
    """The local workspace, a model and the bot, as one thing to run."""

    def __init__(
        self, folder: DemoFolder, outside: Mapping[str, str], config: Path | None, port: int
    ) -> None:
        self._folder = folder
        self._outside = dict(outside)
        self._own_config = config
        self._port = port

    async def run(self, stack: AsyncExitStack, *, interactive: bool) -> int:
        """Run until the person leaves or the task is cancelled. Raises `BotDownError`."""
        workspace = await self._workspace(stack, state=self._folder.path / "workspace.json")
        if self._own_config is not None:
            workspace.page.desk.welcome = demo_words.OWN_GRAPHS
        scripted = not has_own_model(self._outside)
        bot = await self._bot(stack, workspace, scripted=scripted, config=self._config())
        model = demo_words.SCRIPTED if scripted else demo_words.OWN
        welcome = workspace.page.desk.welcome
        words = demo_words.where_things_are(
            workspace.page_url, bot.log, model, workspace.slack.bot.name, welcome
        )
        print("\n".join(words), flush=True)
        minding = asyncio.create_task(self._mind(bot))
        stack.callback(minding.cancel)
        if not interactive:
            await minding
            return 0
        visit = asyncio.create_task(Terminal(workspace).visit())
        stack.callback(visit.cancel)
        done, _ = await asyncio.wait({minding, visit}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task
        return 0

    async def tour(self, stack: AsyncExitStack) -> int:
        """Play the tour; returns its exit code."""
        self._outside |= {"POLICY_FILE": str(self._folder.path / "none.toml"), "DEFAULT_GRAPH": "assistant"}
        workspace = await self._workspace(stack, state=None)
        bot = await self._bot(stack, workspace, scripted=True, config=CODE / "langgraph.json")
        print(
            f"The workspace   {workspace.page_url}\nThe bot's log   {demo_words.short(bot.log)}", flush=True
        )
        return await Tour(workspace, bot).play()

    def _config(self) -> Path:
        """The langgraph.json that was asked for, that of this folder, or the bot's own."""
        given = self._own_config or Path(self._outside.get("LANGGRAPH_CONFIG") or "langgraph.json")
        return given.absolute() if self._own_config or given.exists() else CODE / "langgraph.json"

    async def _workspace(self, stack: AsyncExitStack, *, state: Path | None) -> LocalWorkspace:
        return await stack.enter_async_context(LocalWorkspace(port=self._port, state=state))

    async def _bot(
        self, stack: AsyncExitStack, workspace: LocalWorkspace, *, scripted: bool, config: Path
    ) -> BotProcess:
        model = await stack.enter_async_context(ScriptedModel(pace=PACE)) if scripted else None
        environment = bot_environment(
            self._outside,
            workspace.environment(),
            model_url=model.base_url if model else None,
            data_dir=self._folder.path,
            config=config,
            code=CODE,
        )
        log = self._folder.path / "bot.log"
        log.write_bytes(b"")
        bot = BotProcess(
            environment,
            folder=self._folder.path,
            log=log,
            keep_open=(self._folder.lock,),
            started=self._folder.remember_bot,
        )
        stack.push_async_callback(bot.stop)
        print(demo_words.STARTING, flush=True)
        await bot.start()
        return bot

    async def _mind(self, bot: BotProcess) -> None:
        """Start the bot again when it dies, but not for ever."""
        for left in reversed(range(RESTARTS + 1)):
            how = await bot.ended()
            print(f"\nThe bot ended by itself ({how}).\n{bot.tail()}", flush=True)
            if not left:
                raise BotDownError(f"The bot ended {RESTARTS + 1} times, so it is not started again.")
            print("It is started again.", flush=True)
            await bot.start()
            print("It is back.", flush=True)
