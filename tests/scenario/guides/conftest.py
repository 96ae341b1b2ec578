"""A bot that hosts the graphs of `project`, and plays with their cards."""

import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

import pytest_asyncio

from countersign.testing.cards import ApprovalCard, approval_card
from slack_local.block_kit.text import full_text
from slack_local.model.records import Message
from slack_local.people.threads import Thread
from tests.support.in_process import bot_in_process
from tests.support.place import NewPlace, Place
from tests.support.stage import Stage, open_stage

PROJECT = Path(__file__).parent / "project"
Act: TypeAlias = Callable[["GuidePlayer", ApprovalCard], Awaitable[object]]


@dataclass(frozen=True)
class GuidePlayer:
    """`begin` starts a graph, `play` answers its cards one after the other."""

    stage: Stage

    async def begin(self, graph: str, text: str) -> Thread:
        return await self.stage.ws.carol.mentions(f"{graph}: {text}")

    async def play(self, graph: str, text: str, acts: Sequence[Act]) -> Thread:
        thread = await self.begin(graph, text)
        for act in acts:
            card = await approval_card(thread)
            await act(self, card)
            await card.closes()
        return thread

    async def play_out(self, graph: str, text: str, acts: Sequence[Act], *said: str) -> None:
        """Play, and wait until the bot said all of this. Each answer has reached the graph, once."""
        thread = await self.play(graph, text, acts)
        await self.ends_with(thread, *said)
        assert self.events(thread).count("resumed") == len(acts)

    def events(self, thread: Thread) -> list[str]:
        """What happened to the approvals of this thread, in order."""
        return [event for event, _ in self.stage.ledger(thread)]

    async def ends_with(self, thread: Thread, *words: str) -> Message:
        """Wait until the bot said all of this at once, beside its cards, and nothing failed."""
        last = await thread.wait_for(
            lambda m: "Requested" not in full_text(m) and all(word in full_text(m) for word in words)
        )
        assert not any("Error ID" in full_text(m) for m in thread.from_bot()), thread
        return last


@asynccontextmanager
async def open_project(project: Path, place: Place) -> AsyncIterator[GuidePlayer]:
    """A bot that hosts the graphs of a copy of this project."""
    copied = shutil.copytree(project, place.folder / "project")
    async with open_stage(place.folder / "stage", place.url) as stage:
        given = {"LANGGRAPH_CONFIG": str(copied / "langgraph.json"), "DEFAULT_GRAPH": ""}
        async with bot_in_process(stage.environment(**given)):
            await stage.ws.connected()
            yield GuidePlayer(stage)


def player_of(project: Path) -> Callable[..., AsyncIterator[GuidePlayer]]:
    """A fixture: a bot that hosts the graphs of this project, for all tests of a folder."""

    @pytest_asyncio.fixture(scope="package", loop_scope="session")
    async def player(new_place: NewPlace) -> AsyncIterator[GuidePlayer]:
        with new_place(project.parent.name) as place:
            async with open_project(project, place) as hosted:
                yield hosted

    return cast("Callable[..., AsyncIterator[GuidePlayer]]", player)


player = player_of(PROJECT)


def call(name: str, /, **args: Any) -> str:
    """What has the scripted model call a tool."""
    return json.dumps([{"name": name, "args": args, "id": f"call_{name}"}])


def approve(player: GuidePlayer, card: ApprovalCard) -> Awaitable[object]:
    return card.approve(player.stage.ws.bob)


def reject(player: GuidePlayer, card: ApprovalCard) -> Awaitable[object]:
    return card.reject(player.stage.ws.bob)


def rejected_because(reason: str) -> Act:
    return lambda player, card: card.reject(player.stage.ws.bob, reason)


def edit(**values: Any) -> Act:
    """Change fields by name; `__` is a step down."""
    given = {f"/{name.replace('__', '/')}": value for name, value in values.items()}
    return lambda player, card: card.edit(player.stage.ws.bob, given)


def edit_all(text: str) -> Act:
    """Change the one text."""
    return lambda player, card: card.edit(player.stage.ws.bob, {"/": text})


def answer(value: Any) -> Act:
    """Fill in the one field of the form behind Answer."""

    async def act(player: GuidePlayer, card: ApprovalCard) -> None:
        action = "approval:answer" if "approval:answer" in card.actions else "approval:respond"
        form = await card.form(action, player.stage.ws.bob)
        result = await player.stage.ws.bob.submits(form, {_only_block(form): value})
        assert result.outcome == "closed", result

    return act


def answer_fields(**values: Any) -> Act:
    """Fill in the form behind Answer, by name."""

    async def act(player: GuidePlayer, card: ApprovalCard) -> None:
        action = "approval:answer" if "approval:answer" in card.actions else "approval:respond"
        given = {f"/{name}": value for name, value in values.items()}
        result = await card.submit(action, player.stage.ws.bob, given)
        assert result.outcome == "closed", result

    return act


def respond(words: str) -> Act:
    return lambda player, card: card.respond(player.stage.ws.bob, words)


def other(text: str, kind: str = "json") -> Act:
    return lambda player, card: card.answer_another_way(player.stage.ws.bob, text, kind)


def option(label: str) -> Act:
    """Press the button of an option."""

    async def act(player: GuidePlayer, card: ApprovalCard) -> None:
        position = next(
            element["action_id"]
            for block in card.message.blocks
            for element in block.get("elements", ())
            if element.get("type") == "button" and element["text"]["text"] == label
        )
        await card.click(position, player.stage.ws.bob)

    return act


def reply(words: str) -> Act:
    return lambda player, card: player.stage.ws.bob.replies(card.thread, words)


def _only_block(form: Any) -> str:
    (block,) = [b["block_id"] for b in form.definition["blocks"] if b["type"] == "input"]
    return str(block)
