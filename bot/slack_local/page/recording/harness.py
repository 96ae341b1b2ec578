"""How a recorded test starts its bot and a recorded script is played; the workspace's starter gives it."""

import dataclasses
from dataclasses import dataclass

from slack_local.model.seed import App


@dataclass(frozen=True, kw_only=True)
class Harness:
    """`imports` and `fixtures` are Python source; `fixture` names the one that the test asks for.

    `play` is the command that plays a script from the file `recorded.txt`.
    """

    imports: tuple[str, ...]
    fixtures: str
    fixture: str
    play: str


ANY_BOT_START = """\
    command = shlex.split(os.environ["BOT_COMMAND"])  # the command that starts your bot
    folder = Path.cwd()
"""

ANY_BOT = Harness(
    imports=(
        "import os",
        "import shlex",
        "from pathlib import Path",
        "from slack_local.bot_process import BotProcess",
    ),
    fixtures=f"""\
@pytest_asyncio.fixture
async def bot(workspace):
    settings = {{**os.environ, **workspace.environment()}}
{ANY_BOT_START}    process = BotProcess(command, settings, ready=workspace.connected, folder=folder)
    await process.start()
    yield process
    await process.stop()
""",
    fixture="bot",
    play="python -m slack_local --script recorded.txt -- $BOT_COMMAND",
)
"""A bot that somebody started apart from the workspace."""


def app_fixture(app: App) -> str:
    """The source of a fixture that installs this app in `workspace`; empty for the default one."""
    default = App()
    changed = {
        field.name: getattr(app, field.name)
        for field in dataclasses.fields(app)
        if getattr(app, field.name) != getattr(default, field.name)
    }
    if not changed:
        return ""
    arguments = "".join(f"        {name}={_source(value)},\n" for name, value in changed.items())
    return f"@pytest.fixture\ndef workspace_app():\n    return App(\n{arguments}    )\n"


def _source(value: object) -> str:
    return f"frozenset({sorted(value)!r})" if isinstance(value, frozenset) else repr(value)
