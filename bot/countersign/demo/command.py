"""`countersign demo`: the bot in a Slack of its own on this machine, with no account and no key."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import TypeAlias

from countersign.approvals.errors import CountersignError
from countersign.demo.data_folder import DataFolder, DataFolderInUseError, default_folder
from countersign.demo.script import LANGUAGE
from countersign.demo.session import Demo
from countersign.installation import examples_config
from slack_local.bot_process import BotDownError
from slack_local.script.language import ScriptSyntaxError, Step


class NoSuchConfigError(CountersignError):
    """There is no langgraph.json where it should be."""


TOUR = Path(__file__).with_name("tour.txt")

Work: TypeAlias = Callable[[AsyncExitStack], Coroutine[None, None, int]]
"""What a demo does: it opens its parts on the stack and returns the exit code."""


def main(tour: bool, config: Path | None, port: int, *, script: str | None = None) -> int:
    """Run the demo until it is stopped, or play the tour or a script; returns the exit code.

    It is 0; 1 when the bot does not start or what is played does not go as expected; 2 for a script that is
    not understood. `config` is another langgraph.json than the examples', `port` that of the workspace's page
    (0: any that is free). `script` names a file, or is `-` for standard input.
    """
    if tour and (config is not None or script is not None):
        return _fail("--tour plays the examples: leave out --config and --script")
    try:
        given = examples_config() if tour else _config(config)
    except NoSuchConfigError as error:
        return _fail(str(error))
    try:
        steps = _read_steps(script, tour)
    except ScriptSyntaxError as error:
        return _fail(str(error), code=2)
    except (OSError, UnicodeError) as error:
        return _fail(f"{script} cannot be read: {error}")
    if sys.stdin is None:
        # Or else the next file to be opened would become standard input, which the bot does not inherit.
        os.open(os.devnull, os.O_RDONLY)
    kind = "tour" if tour else "demo" if steps is None else "script"
    try:
        with DataFolder(default_folder(kind, given, os.environ)) as folder:
            demo = Demo(folder, os.environ, given, port)
            if steps is None:
                return asyncio.run(_until_signalled(demo.run, code_when_stopped=0))
            play = partial(demo.tour if tour else demo.script, steps=steps)
            return asyncio.run(_until_signalled(play, code_when_stopped=1))
    except (BotDownError, DataFolderInUseError, OSError) as error:
        return _fail(str(error))


def _config(given: Path | None) -> Path:
    """The langgraph.json to host: the one given, LANGGRAPH_CONFIG's, this folder's, or the examples'.

    Raises NoSuchConfigError.
    """
    if given is not None:
        return _existing(given, "--config names")
    if named := os.environ.get("LANGGRAPH_CONFIG"):
        return _existing(Path(named), "LANGGRAPH_CONFIG names")
    here = Path("langgraph.json")
    return here.absolute() if here.exists() else examples_config()


def _existing(config: Path, names: str) -> Path:
    if config.is_dir():
        raise NoSuchConfigError(f"{names} {config}, which is a folder: name the langgraph.json in it")
    if not config.exists():
        raise NoSuchConfigError(f"{names} {config}, and there is no such file")
    return config.absolute()


def _read_steps(script: str | None, tour: bool) -> Sequence[Step] | None:
    if tour:
        return LANGUAGE.read(TOUR.read_text(encoding="utf-8"), "the tour")
    if script is None:
        return None
    if script == "-":
        return LANGUAGE.read(sys.stdin.read(), "standard input")
    return LANGUAGE.read(Path(script).read_text(encoding="utf-8"), script)


def _fail(text: str, *, code: int = 1) -> int:
    print(f"countersign: {text}", file=sys.stderr, flush=True)
    return code


async def _until_signalled(work: Work, *, code_when_stopped: int) -> int:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        running = asyncio.create_task(work(stack))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if running.done():
            return await running
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        print("\nStopping.", flush=True)
    return code_when_stopped
