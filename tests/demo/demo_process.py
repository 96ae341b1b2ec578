"""The demo as a process of its own, and what it leaves behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.support.processes.command_process import CommandProcess

ROOT = Path(__file__).parents[2]
ASKS = """
from typing import TypedDict
from langgraph.graph import StateGraph
from langgraph.types import interrupt

class State(TypedDict):
    wish: str

def pay(state):
    paid = interrupt({"question": "Pay?", "wish": state["wish"]})
    return {"wish": "It is paid." if paid else "It is kept."}

graph = StateGraph(State).add_node(pay).set_entry_point("pay")
"""
STARTED = "It runs until you stop it"
PAGE = re.compile(r"http://127\.0\.0\.1:\d+/\S*")


class DemoProcess(CommandProcess):
    """A demo at work."""

    def __init__(self, folder: Path, arguments: Sequence[str], command: Sequence[str] | None) -> None:
        self.folder = folder
        command = command or [sys.executable, "-m", "bot", "demo", *arguments]
        super().__init__(command, ROOT, environment(folder))

    def stops(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.ends()

    @property
    def log(self) -> Path:
        """The bot's log: a demo with one config has one folder in `folder`."""
        (log,) = self.folder.glob("*/*/bot.log")
        return log

    def bots(self) -> list[psutil.Process]:
        """The bot's processes, which work in the demo's folder."""
        return [p for p in processes_of(self.folder) if "serve" in command_of(p)]


def environment(folder: Path) -> dict[str, str]:
    """Ours without anything that would point the demo to a model or a Slack of somebody's own."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "SLACK_", "DATABASE_", "DEMO_"))
    }
    return kept | {"DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}


@contextmanager
def demo(
    folder: Path, *arguments: str, command: Sequence[str] | None = None, leftovers: bool = True
) -> Iterator[DemoProcess]:
    """A demo that ends with the block, however that goes; `leftovers` in its folder are ended too."""
    running = DemoProcess(folder, arguments, command)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                running.ends(seconds=40)
        running.process.kill()
        for process in processes_of(folder) if leftovers else ():
            with suppress(psutil.NoSuchProcess, ProcessLookupError):
                process.kill()
        running.ends(seconds=10)
        assert running.process.stdout is not None
        running.process.stdout.close()


def command_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def processes_of(folder: Path) -> list[psutil.Process]:
    """Every living process that works in the folder or names it: the bot, PostgreSQL and its keeper."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
                continue
            at_home = Path(process.cwd()).is_relative_to(folder)
            if at_home or any(str(folder) in part for part in process.cmdline()):
                found.append(process)
    return found


def until(condition: Callable[[], object], told: Callable[[], str], seconds: float) -> None:
    """Wait until the condition holds; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, told()
        time.sleep(0.05)


def a_project_in(folder: Path) -> Path:
    """Somebody's own LangGraph project."""
    (folder / "mine.py").write_text(
        "from langgraph.graph import StateGraph\n"
        "graph = StateGraph(dict)\n"
        "graph.add_node('node', lambda state: state)\n"
        "graph.set_entry_point('node')\n"
    )
    config = folder / "langgraph.json"
    config.write_text('{"dependencies": ["."], "graphs": {"mine": "./mine.py:graph"}}')
    return config
