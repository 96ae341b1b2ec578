"""`countersign doctor` over a local workspace: its whole command line, in a thread of its own."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from countersign.__main__ import main
from countersign.commands.arguments.doctor import CHECK_NAMES
from countersign.demo.model import ScriptedModel
from slack_local.workspace import LocalWorkspace
from tests.support.in_process import environment_of

GRAPH = """
from typing import TypedDict

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt


class State(TypedDict):
    wish: str


def ask(state: State) -> State:
    return {"wish": str(interrupt("Really?"))}


graph = StateGraph(State)
graph.add_node(ask)
graph.add_edge(START, "ask")
"""


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What `doctor --json` printed, and the exit code."""

    code: int
    checks: tuple[Mapping[str, Any], ...]
    text: str

    def of(self, check: str) -> list[Mapping[str, Any]]:
        return [each for each in self.checks if each["check"] == check]

    def only(self, check: str, status: str) -> Mapping[str, Any]:
        """The one finding of this check with this status."""
        (found,) = [each for each in self.of(check) if each["status"] == status]
        return found


@dataclass(kw_only=True)
class BotSetup:
    """A project, a workspace and a database that are all well, until a test changes something."""

    ws: LocalWorkspace
    folder: Path
    environment: dict[str, str]
    capsys: pytest.CaptureFixture[str]

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    async def run(self, *arguments: str) -> tuple[int, str]:
        """The exit code, and what was printed."""
        code, out, told = await self._call(*arguments)
        return code, out + told

    async def examined(self, *arguments: str, only: str = "") -> Diagnosis:
        """With `only`, the checks of other names are left out."""
        wanted = only.split()
        skipped = [name for name in CHECK_NAMES if wanted and name not in wanted]
        code, out, told = await self._call("--json", *(f"--skip={name}" for name in skipped), *arguments)
        return Diagnosis(code=code, checks=tuple(json.loads(out)["checks"]), text=out + told)

    async def _call(self, *arguments: str) -> tuple[int, str, str]:
        def call() -> int:
            with environment_of(self.environment):
                return main(["doctor", *arguments])

        code = await asyncio.to_thread(call)
        printed = self.capsys.readouterr()
        return code, printed.out, printed.err


@pytest.fixture
async def ws() -> AsyncIterator[LocalWorkspace]:
    async with LocalWorkspace() as running:
        yield running


@pytest.fixture
async def setup(
    ws: LocalWorkspace,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> AsyncIterator[BotSetup]:
    monkeypatch.chdir(tmp_path)
    async with ScriptedModel() as model:
        well = BotSetup(
            ws=ws,
            folder=tmp_path,
            environment={
                **ws.environment(),
                "DATABASE_URL": database_url,
                "OPENAI_API_KEY": "sk-not-a-real-key",
                "OPENAI_BASE_URL": model.base_url,
                "HOME": str(tmp_path),
            },
            capsys=capsys,
        )
        well.write("graph.py", GRAPH)
        well.write(
            "langgraph.json", json.dumps({"dependencies": ["."], "graphs": {"wish": "./graph.py:graph"}})
        )
        yield well
