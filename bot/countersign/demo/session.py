"""One demo: the local workspace, a model and the bot, opened together and wired."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from countersign.demo import texts
from countersign.demo.bot.environment import bot_environment, has_own_model
from countersign.demo.bot.file_watcher import FileWatcher
from countersign.demo.bot.inspection_client import InspectionClient, new_token
from countersign.demo.bot.process import CountersignBot
from countersign.demo.bot.supervisor import Supervisor
from countersign.demo.data_folder import DataFolder
from countersign.demo.model import ScriptedModel
from countersign.demo.project import DemoSettings, Project
from countersign.demo.recording import harness
from countersign.demo.script import CountersignPlayer
from countersign.installation import examples_config
from countersign.policy_file import POLICY_FILE
from slack_local.model.seed import App
from slack_local.script.language import Step
from slack_local.workspace import LocalWorkspace

APP = App(name="countersign")
PACE = 0.03  # seconds between two pieces of the scripted model's answer, so that it is seen to write
DEMO_POLICY = Path(__file__).with_name("approvals.toml")
RETRIES = (0.0, 2.0, 5.0, 60.0)  # seconds: what is written while the bot restarts arrives soon afterwards


class Demo:
    """`config` is the langgraph.json to host, `outside` the environment in which the demo was started."""

    def __init__(self, folder: DataFolder, outside: Mapping[str, str], config: Path, port: int) -> None:
        self._folder = folder
        self._hosts_examples = config == examples_config()
        # Beside the examples is the bot's own code, whose changes restart nothing.
        self._policy = DEMO_POLICY if self._hosts_examples and not POLICY_FILE.exists() else None
        self._project = Project(config=config, whole_folder=not self._hosts_examples)
        self._settings = DemoSettings(outside, self._project)
        self._chosen: dict[str, str] = {}  # on the page, until the demo ends
        self._port = port
        self._inspection_token = new_token()

    async def run(self, stack: AsyncExitStack) -> int:
        """Run until the task is cancelled. Raises `BotDownError`."""
        workspace = await self._workspace(stack, state=self._folder.path / "workspace.json")
        page = workspace.page.context
        page.app_info = texts.EXAMPLE_GRAPHS if self._hosts_examples else texts.OWN_GRAPHS
        model = await stack.enter_async_context(ScriptedModel(pace=PACE))

        def environment() -> dict[str, str]:
            now = self._settings.now() | self._chosen
            page.set_app_settings(texts.settings(_language(now)))
            page.set_app_note(f"Model: {_model_text(now)}")
            page.harness = harness(self._project.config, own_model=has_own_model(now))
            return self._environment(now, workspace, model)

        bot = self._bot(stack, environment())
        inspection = InspectionClient(lambda: bot.address, self._inspection_token)
        page.bot_details, page.message_notes = inspection.details, inspection.notes
        watcher = FileWatcher(lambda: self._project.sources, excluded=(self._folder.path,))
        supervisor = Supervisor(bot, self._project, watcher, page, environment)

        async def change_setting(name: str, value: str) -> None:
            self._chosen[name] = value
            page.set_app_settings(texts.settings(_language(self._chosen)))
            supervisor.restart("The bot restarts in its other language.")

        page.change_setting = change_setting
        print(texts.STARTING, flush=True)
        await supervisor.start()
        lines = texts.ready(
            page=workspace.page_url,
            log=bot.log,
            config=self._project.config,
            policy=environment().get("POLICY_FILE"),
            model=_model_text(self._settings.now()),
            bot=workspace.slack.bot.name,
            app_info=page.app_info,
        )
        print("\n".join(lines), flush=True)
        supervising = asyncio.create_task(supervisor.run())
        stack.callback(supervising.cancel)
        await supervising
        return 0

    async def tour(self, stack: AsyncExitStack, steps: Sequence[Step]) -> int:
        """Play the tour on the scripted model and with the demo's policy; returns its exit code."""
        settings = {k: v for k, v in self._settings.now().items() if not k.startswith("OPENAI_")}
        own = {"POLICY_FILE": str(DEMO_POLICY), "DEFAULT_GRAPH": "assistant"}
        code = await self._play(stack, steps, settings | own, pace=PACE)
        if code == 0:
            print(texts.TOUR_OVER, flush=True)
        return code

    async def script(self, stack: AsyncExitStack, steps: Sequence[Step]) -> int:
        """Play a script; returns its exit code."""
        return await self._play(stack, steps, self._settings.now(), pace=0.0)

    async def _play(
        self, stack: AsyncExitStack, steps: Sequence[Step], settings: Mapping[str, str], *, pace: float
    ) -> int:
        """Play in a workspace and with a database that nobody used before."""
        data = stack.enter_context(self._folder.fresh())
        workspace = await self._workspace(stack, state=None)
        model = await stack.enter_async_context(ScriptedModel(pace=pace))
        bot = self._bot(stack, self._environment(settings, workspace, model, data))
        print(texts.STARTING, flush=True)
        await bot.start()
        where = texts.short(bot.log)
        print(f"The workspace   {workspace.page_url}\nThe bot's log   {where}", flush=True)
        return await CountersignPlayer(workspace, bot).play(steps)

    async def _workspace(self, stack: AsyncExitStack, *, state: Path | None) -> LocalWorkspace:
        workspace = LocalWorkspace(
            port=self._port, app=APP, state=state, retry_schedule=RETRIES, full_names=True
        )
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
            policy=self._policy,
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


def _language(settings: Mapping[str, str]) -> str:
    """The language of cards and notes, as far as the demo knows it: the bot refuses any other."""
    given = settings.get(texts.LANGUAGE, "")
    return given if given in {choice.value for choice in texts.LANGUAGES} else texts.LANGUAGES[0].value


def _model_text(settings: Mapping[str, str]) -> str:
    return texts.OWN_MODEL if has_own_model(settings) else texts.SCRIPTED_MODEL
