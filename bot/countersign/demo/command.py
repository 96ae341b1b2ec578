"""`countersign demo`: the bot in a Slack of its own on this machine, with no account and no key."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from countersign.demo import bot_details, texts
from countersign.demo.bot import CountersignBot
from countersign.demo.bot_environment import bot_environment, has_own_model
from countersign.demo.data_folder import DemoFolder, FolderTakenError
from countersign.demo.file_watcher import Changes
from countersign.demo.model import ScriptedModel
from countersign.demo.project import Project, Surroundings
from countersign.demo.supervisor import BotKeeper
from countersign.demo.tour import Tour
from countersign.installation import examples_config
from slack_local.bot_process import BotDownError
from slack_local.script.language import NotUnderstoodError, Step, read_script
from slack_local.script.player import Player
from slack_local.workspace import LocalWorkspace

PACE = 0.03  # seconds between two pieces of the scripted model's answer, so that it is seen to write
RETRIES = (
    0.0,
    2.0,
    5.0,
    60.0,
)  # seconds: what is written while the bot is started anew is not long in coming


def main(
    tour: bool,
    config: Path | None,
    port: int,
    *,
    script: str | None = None,
) -> int:
    """Run the demo until it is stopped, or play the tour or a script; returns the exit code.

    It is 0, or 1 when the bot does not come up or what is played does not come out, or 2 for a script that is
    not understood. `config` is another langgraph.json than the bot's own, `port` that of the workspace's page
    (0: any that is free). `script` names a file, or is `-` for standard input.
    """
    if tour and (config is not None or script is not None):
        return _complain(
            "the tour is played by the bot's own graphs in its own order, so --tour excludes the others"
        )
    if config is not None and not config.exists():
        return _complain(f"there is no file {config}")
    try:
        steps = _steps(script) if script is not None else None
    except NotUnderstoodError as error:
        return _complain(str(error), code=2)
    except (OSError, UnicodeError) as error:
        return _complain(f"{script} cannot be read: {error}")
    if sys.stdin is None:
        # Or else the next file to be opened would become standard input, which the bot does not inherit.
        os.open(os.devnull, os.O_RDONLY)
    name = "tour" if tour else "demo" if steps is None else "script"
    folder = Path(os.environ.get("DATA_DIR") or f".data/{name}")
    try:
        with DemoFolder(folder) as taken:
            demo = Demo(taken, os.environ, config, port)
            return asyncio.run(_run(demo, tour=tour, steps=steps))
    except (BotDownError, FolderTakenError, OSError) as error:
        return _complain(str(error))


def _steps(script: str) -> tuple[Step, ...]:
    if script == "-":
        return read_script(sys.stdin.read(), "standard input")
    return read_script(Path(script).read_text(encoding="utf-8"), script)


def _complain(text: str, *, code: int = 1) -> int:
    print(f"countersign: {text}", file=sys.stderr, flush=True)
    return code


async def _run(demo: "Demo", *, tour: bool, steps: Sequence[Step] | None) -> int:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        if tour:
            work = demo.tour(stack)
        elif steps is not None:
            work = demo.script(stack, steps)
        else:
            work = demo.run(stack)
        running = asyncio.create_task(work)
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if running.done():
            return await running
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        print("\nStopping.", flush=True)
    return 0 if not tour and steps is None else 1


class Demo:
    """The local workspace, a model and the bot, as one thing to run."""

    def __init__(
        self, folder: DemoFolder, outside: Mapping[str, str], config: Path | None, port: int
    ) -> None:
        self._folder = folder
        self._own_graphs = config is not None
        given = config or Path(outside.get("LANGGRAPH_CONFIG") or "langgraph.json")
        path = given.absolute() if config is not None or given.exists() else examples_config()
        # Beside our own graphs there is the rest of the bot, which nobody starts anew in a demo.
        self._project = Project(config=path, whole_folder=path != examples_config())
        self._surroundings = Surroundings(outside, self._project)
        self._port = port
        self._inspection_token = bot_details.new_token()

    async def run(self, stack: AsyncExitStack) -> int:
        """Run until the person leaves or the task is cancelled. Raises `BotDownError`."""
        workspace = await self._workspace(stack, state=self._folder.path / "workspace.json")
        page = workspace.page.context
        page.app_info = texts.OWN_GRAPHS if self._own_graphs else texts.EXAMPLE_GRAPHS
        model = await stack.enter_async_context(ScriptedModel(pace=PACE))

        def environment() -> dict[str, str]:
            now = self._surroundings.now()
            page.set_app_note(f"Model: {_model_text(now)}")
            return self._environment(now, workspace, model)

        bot = self._bot(stack, environment())
        page.bot_details = bot_details.over_http(lambda: bot.address, self._inspection_token)
        changes = Changes(lambda: self._project.sources, apart=(self._folder.path,))
        keeper = BotKeeper(bot, self._project, changes, page, environment)
        print(texts.STARTING, flush=True)
        await keeper.start()
        words = texts.where_things_are(
            workspace.page_url, bot.log, self._project.config, _model_text(self._surroundings.now()),
            workspace.slack.bot.name, page.app_info,
        )  # fmt: skip
        print("\n".join(words), flush=True)
        keeping = asyncio.create_task(keeper.keep())
        stack.callback(keeping.cancel)
        await keeping
        return 0

    async def tour(self, stack: AsyncExitStack) -> int:
        """Play the tour; returns its exit code."""
        own = {"POLICY_FILE": str(self._folder.path / "none.toml"), "DEFAULT_GRAPH": "assistant"}
        surroundings = {k: v for k, v in self._surroundings.now().items() if not k.startswith("OPENAI_")}
        self._project = Project(config=examples_config())
        workspace, bot = await self._for_a_play(stack, surroundings | own, pace=PACE)
        return await Tour(workspace, bot).play()

    async def script(self, stack: AsyncExitStack, steps: Sequence[Step]) -> int:
        """Play a script; returns its exit code."""
        workspace, bot = await self._for_a_play(stack, self._surroundings.now(), pace=0.0)
        return await Player(workspace, bot).play(steps)

    async def _for_a_play(
        self, stack: AsyncExitStack, settings: Mapping[str, str], *, pace: float
    ) -> tuple[LocalWorkspace, CountersignBot]:
        """A workspace and a bot at work that know nothing of earlier plays."""
        data = stack.enter_context(self._folder.fresh())
        workspace = await self._workspace(stack, state=None)
        model = await stack.enter_async_context(ScriptedModel(pace=pace))
        bot = self._bot(stack, self._environment(settings, workspace, model, data))
        print(texts.STARTING, flush=True)
        await bot.start()
        where = texts.short(bot.log)
        print(f"The workspace   {workspace.page_url}\nThe bot's log   {where}", flush=True)
        return workspace, bot

    async def _workspace(self, stack: AsyncExitStack, *, state: Path | None) -> LocalWorkspace:
        workspace = LocalWorkspace(port=self._port, state=state, retry_schedule=RETRIES)
        return await stack.enter_async_context(workspace)

    def _environment(
        self,
        settings: Mapping[str, str],
        workspace: LocalWorkspace,
        model: ScriptedModel,
        data: Path | None = None,
    ) -> dict[str, str]:
        own = bot_environment(
            settings,
            workspace.environment(),
            model_url=None if has_own_model(settings) else model.base_url,
            data_dir=data or self._folder.path,
            config=self._project.config,
        )
        return own | {"INSPECTION_TOKEN": self._inspection_token}

    def _bot(self, stack: AsyncExitStack, environment: Mapping[str, str]) -> CountersignBot:
        log = self._folder.path / "bot.log"
        log.unlink(missing_ok=True)
        log.touch(mode=0o600)  # conversations are in it
        bot = CountersignBot(
            environment,
            folder=self._folder.path,
            log=log,
            inherited_fds=(self._folder.lock,),
            on_started=self._folder.remember_bot,
        )
        stack.push_async_callback(bot.stop)
        return bot


def _model_text(settings: Mapping[str, str]) -> str:
    return texts.OWN_MODEL if has_own_model(settings) else texts.SCRIPTED_MODEL
