"""`python -m slack_local`: a Slack on this machine for any bot. `--help` lists the options."""

import argparse
import asyncio
import os
import shlex
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from slack_local.bot_process import BotDownError, BotProcess
from slack_local.manifest import ManifestError, read_manifest
from slack_local.page.recording.harness import ANY_BOT, ANY_BOT_START, Harness
from slack_local.script.language import Language, ScriptSyntaxError, Step
from slack_local.script.player import Player
from slack_local.supervision import RESTARTS, keep_running
from slack_local.workspace import LocalWorkspace

CONNECT_SECONDS = 3600.0  # longer than a bot's start is waited for
HANDSHAKE_EVERY = 0.2  # seconds
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")

Work: TypeAlias = Callable[[LocalWorkspace], Coroutine[None, None, int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the workspace; returns the exit code.

    It is 0 when it was stopped, or a script went as expected; 1 when something did not start or did not go as
    expected; 2 for wrong usage, such as a script that is not understood.
    """
    given = _parser().parse_args(arguments)
    try:
        steps = None if given.script is None else _read_script(given.script)
        workspace = _workspace(given)
    except (ScriptSyntaxError, ManifestError) as error:
        return _fail(str(error), code=2)
    except OSError as error:
        return _fail(f"{error.filename} cannot be read: {error.strerror}", code=2)
    if steps is not None and not given.command:
        return _fail("--script needs a bot: give its command after --", code=2)
    work: Work = _wait_for_a_bot
    if given.command:
        work = partial(_keep_bot, command=given.command, restarts=given.restarts)
    if steps is not None:
        work = partial(_play, command=given.command, steps=steps)
    try:
        return asyncio.run(_until_signalled(workspace, work, code_when_stopped=0 if steps is None else 1))
    except (BotDownError, OSError) as error:
        return _fail(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m slack_local",
        description="A Slack on this machine for any bot: its API, Socket Mode or signed HTTP, and a page.",
        epilog="Example: python -m slack_local --manifest manifest.yml -- python my_bot.py",
    )
    parser.add_argument("--port", type=int, default=0, help="the port (default: any that is free)")
    parser.add_argument(
        "--http", metavar="URL", help="post signed requests to this URL of your bot, instead of Socket Mode"
    )
    parser.add_argument(
        "--manifest", type=Path, metavar="FILE", help="the app's manifest: its name, scopes, events, commands"
    )
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep channels and messages in this file")
    parser.add_argument(
        "--script", metavar="FILE", help="play the lines of FILE (-: standard input) with the bot, and end"
    )
    parser.add_argument(
        "--restarts", type=int, default=RESTARTS, metavar="N",
        help=f"how often a bot that ends by itself is restarted (default: {RESTARTS})",
    )  # fmt: skip
    parser.add_argument(
        "command", nargs="*", metavar="COMMAND", help="your bot, after --: started with the settings added"
    )
    return parser


def _workspace(given: argparse.Namespace) -> LocalWorkspace:
    manifest = read_manifest(given.manifest) if given.manifest is not None else None
    return LocalWorkspace(
        port=given.port,
        mode="http" if given.http else "socket",
        request_url=given.http or "",
        app=manifest.app if manifest else None,
        app_info=manifest.app_info if manifest else None,
        state=given.state,
    )


def _read_script(name: str) -> tuple[Step, ...]:
    if name == "-":
        return Language().read(sys.stdin.read(), "standard input")
    return Language().read(Path(name).read_text(encoding="utf-8"), name)


def _fail(text: str, *, code: int = 1) -> int:
    print(f"slack_local: {text}", file=sys.stderr, flush=True)
    return code


async def _until_signalled(workspace: LocalWorkspace, work: Work, *, code_when_stopped: int) -> int:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with workspace:
        running, stopped = asyncio.create_task(work(workspace)), asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if running.done():
            return running.result()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return code_when_stopped


async def _wait_for_a_bot(workspace: LocalWorkspace) -> int:
    _print_page(workspace)
    print("\nSettings for your bot:")
    for name, value in workspace.environment().items():
        print(f"  {name}={value}")
    print("\nIt runs until you stop it with Ctrl-C.", flush=True)
    await asyncio.Event().wait()
    return 0


async def _keep_bot(workspace: LocalWorkspace, *, command: Sequence[str], restarts: int) -> int:
    workspace.page.context.harness = _harness(command)
    _print_page(workspace)
    print("It runs until you stop it with Ctrl-C.", flush=True)
    async with AsyncExitStack() as stack:
        bot = _bot(workspace, command)
        stack.push_async_callback(bot.stop)
        await keep_running(bot, restarts=restarts)
    return 0


async def _play(workspace: LocalWorkspace, *, command: Sequence[str], steps: Sequence[Step]) -> int:
    _print_page(workspace)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="slack-local-"))
        bot = _bot(workspace, command, log=Path(folder) / "bot.log")
        stack.push_async_callback(bot.stop)
        await bot.start()
        return await Player(workspace, bot).play(steps)


def _harness(command: Sequence[str]) -> Harness:
    """How a recorded test starts this bot."""
    start = f"    command = {list(command)!r}\n    folder = Path({str(Path.cwd())!r})\n"
    return replace(
        ANY_BOT,
        fixtures=ANY_BOT.fixtures.replace(ANY_BOT_START, start),
        play=f"python -m slack_local --script recorded.txt -- {shlex.join(command)}",
    )


def _bot(workspace: LocalWorkspace, command: Sequence[str], log: Path | None = None) -> BotProcess:
    # slack-sdk sends even what is for loopback to a proxy, whatever NO_PROXY says.
    own = {name: value for name, value in os.environ.items() if name not in PROXIES}
    return BotProcess(
        command, own | workspace.environment(), ready=_connected(workspace), folder=Path.cwd(), log=log
    )


def _connected(workspace: LocalWorkspace) -> Callable[[], Awaitable[None]]:
    async def connected() -> None:
        if workspace.mode == "socket":
            await workspace.connected(limit=CONNECT_SECONDS)
            return
        while True:
            if await workspace.verify_request_url():
                return
            await asyncio.sleep(HANDSHAKE_EVERY)

    return connected


def _print_page(workspace: LocalWorkspace) -> None:
    print(f"The page: {workspace.page_url}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
