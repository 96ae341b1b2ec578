"""A bot under a policy, and what scenarios do with its cards and read of its ledger."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from countersign.testing.cards import ApprovalCard, approval_card
from slack_local.model.records import Channel, Message
from slack_local.people.threads import Thread
from tests.support.place import Place
from tests.support.processes.bots import ROOT
from tests.support.stage import Stage, open_stage


def add_groups(stage: Stage) -> None:
    """Alice is on call, bob is in finance, nobody is in @nobody."""
    ws = stage.ws
    ws.add_user_group("finance", [ws.bob])
    ws.add_user_group("treasury", [ws.bob])  # @finance of the local workspace has carol in it, too
    ws.add_user_group("oncall", [ws.alice])
    ws.add_user_group("nobody", [])
    ws.add_channel("signatures", [ws.alice, ws.bob])
    old = ws.slack.state.channels[ws.add_channel("old", [ws.alice, ws.bob])]
    old.is_archived = True


@asynccontextmanager
async def open_governed(
    place: Place,
    policy: str | Callable[[Stage], str],
    *,
    groups: Callable[[Stage], None] = add_groups,
    unsaid: Sequence[str] = (),
) -> AsyncIterator[Stage]:
    """A bot process under this policy. Carol asks. Nothing of `unsaid` may be in its log."""
    async with open_stage(place.folder, place.url, mode=place.mode, refused=("is_archived",)) as stage:
        groups(stage)
        file = place.folder / "approvals.toml"
        file.write_text(policy if isinstance(policy, str) else policy(stage))
        async with stage.bot(POLICY_FILE=str(file)) as bot:
            yield stage
            assert await bot.stop() == 0, bot.said
            assert [text for text in unsaid if text in bot.said] == []


async def command(stage: Stage, *arguments: str, **more: str) -> tuple[int, str]:
    """Run a command of the bot's on this stage's database; its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=ROOT,
        env=stage.environment(**more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, errors = await process.communicate()
    return process.returncode or 0, said.decode() or errors.decode()


async def exported(stage: Stage, thread: Thread) -> list[Mapping[str, Any]]:
    """What `audit export` has about one thread, in order."""
    code, said = await command(stage, "audit", "export", "--format", "jsonl")
    assert code == 0, said
    return [line for line in map(json.loads, said.splitlines()) if line["thread_id"] == thread.id]


def calling(action: str, **args: Any) -> dict[str, Any]:
    return {"type": "tool_approval", "name": action, "args": args or {"times": 2}}


@dataclass
class DirectMessages:
    """What the bot writes to one person."""

    stage: Stage
    place: Channel

    async def saying(self, text: str, about: str) -> Message:
        def look() -> Message | None:
            return next(
                (m for m in self.place.messages.values() if m.by_bot and text in f"{m.text} {m.blocks}"
                 and about in f"{m.text} {m.blocks}"),
                None,
            )  # fmt: skip

        changes = self.stage.ws.slack.changes
        return await changes.wait_for("anything", look, limit=20, what=f"a direct message: {text}")


async def shows(card: ApprovalCard, text: str) -> str:
    """Wait until the card says this."""
    return await card.thread.wait_until(
        lambda: card.text if text in card.text else None, limit=20, what=f"the card to say {text}"
    )


async def asked(stage: Stage, action: str, **args: Any) -> ApprovalCard:
    thread = await stage.asks({"ask": calling(action, **args)})
    return await approval_card(thread, limit=20)


async def resumed(stage: Stage, thread: Thread) -> Any:
    await thread.wait_for("Resumed.", limit=20)
    (noted,) = stage.noted(thread)
    (answer,) = noted["answers"]
    return answer
