"""What people, agents and graphs write is on cards and in messages, and in no log, trace or metric.

Each thing that is written has a word of its own, so that a leak names where it comes from. Only the traceback
of a graph or tool that raised may quote one; none here does.
"""

from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

from countersign.demo.model import Fault
from slack_local.fault_injection import ApiFault
from tests.support.fakes.collector import open_collector
from tests.support.stage import Stage, open_stage


class Words:
    """Words that nothing else has, by what they are written as."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def __call__(self, of: str) -> str:
        return self._known.setdefault(of, f"siskin{uuid4().hex[:12]}")

    def in_text(self, text: str) -> list[str]:
        return [of for of, word in self._known.items() if word in text]


def tool(name: str, **arguments: str) -> dict[str, object]:
    return {"type": "tool_approval", "name": name, "args": arguments}


async def decisions(stage: Stage, word: Words) -> None:
    ws = stage.ws
    edited = await stage.card(tool("wipe", disk=word("an argument")))
    await edited.details(by=ws.bob)
    await edited.edit(by=ws.bob, values={"/disk": word("an edited argument")})
    await stage.resumed(edited.thread)
    rejected = await stage.card(tool("wipe", disk=word("another argument")))
    await rejected.reject(by=ws.bob, reason=word("a reason"))
    await stage.resumed(rejected.thread)
    asked = await stage.card({"question": word("a question"), "options": [word("an option"), "no"]})
    await asked.click("approval:option:0", by=ws.bob)
    await stage.resumed(asked.thread)
    guessed = await stage.card({"note": word("any value")})
    refused = await guessed.answer_another_way(by=ws.bob, text=f"{{{word('broken JSON')}", kind="json")
    assert refused.errors
    await guessed.answer_another_way(by=ws.bob, text=word("an answer"), kind="text")
    await stage.resumed(guessed.thread)
    plain = await stage.asks({"ask": f"What is it, {word('a plain question')}?"})
    await plain.wait_for(lambda message: word("a plain question") in message.text)
    await ws.bob.replies(plain, word("a reply"))
    await stage.resumed(plain)


async def messages(stage: Stage, word: Words) -> None:
    ws = stage.ws
    said = await ws.carol.mentions(f"ask: {word('a message')}")
    await said.wait_for(f"Heard: {word('a message')}")
    direct = await ws.carol.dms(f"ask: {word('a direct message')}")
    await direct.wait_for(f"Heard: {word('a direct message')}")
    await ws.carol.runs(f"/agent ask: {word('a slash command')}")
    await ws.carol.runs(f"/approvals {word('arguments that are not understood')}")
    card = await stage.card(tool("wipe", disk=word("an argument that waits")))
    known = len(ws.carol.ephemerals)
    await ws.carol.replies(card.thread, word("a message while a card waits"))
    await ws.carol.sees_ephemeral(lambda _: len(ws.carol.ephemerals) > known)
    await ws.bob.opens_home()
    await card.approve(by=ws.bob)
    await stage.resumed(card.thread)
    bot = ws.slack.bot.name
    files = {f"{word('a file name')}.csv": word("a file").encode()}
    thread = await ws.carol.says("#general", f"@{bot} say: {word('words beside a file')}", files=files)
    await thread.wait_for("Heard.")


async def failures(stage: Stage, word: Words) -> None:
    ws = stage.ws
    ws.faults.on_call("chat.postMessage", ApiFault.SERVER_ERROR, times=2)
    unlucky = await stage.card(tool("wipe", disk=word("an argument whose post failed")))
    ws.faults.on_call("chat.update", ApiFault.ERROR, error="invalid_blocks", times=2)
    await unlucky.reject(by=ws.bob, reason=word("a reason whose drawing failed"))
    await stage.resumed(unlucky.thread)
    ws.faults.on_call("chat.postMessage", ApiFault.ERROR, error="msg_too_long", times=1)
    await stage.asks({"say": word("an answer that Slack refuses")})
    ws.faults.on_call("views.open", ApiFault.ERROR, error="invalid_arguments", times=1)
    closed = await stage.card(tool("wipe", disk=word("an argument of a form that did not open")))
    await ws.bob.clicks(closed.message, "approval:edit")
    await closed.approve(by=ws.bob)
    await stage.resumed(closed.thread)
    stage.model.inject(Fault.SERVER_ERROR, times=10)
    broken = await ws.carol.mentions(f"assistant: {word('what a model did not answer')}")
    await broken.wait_for("Error ID", limit=30)
    stage.model.clear_faults()
    ws.faults.clear()


async def test_nothing_that_anybody_writes_is_in_a_log_a_trace_or_a_metric(
    tmp_path: Path, database_url: str
) -> None:
    word = Words()
    async with open_collector() as collector, open_stage(tmp_path, database_url) as stage:
        export: dict[str, Any] = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.address,
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }
        async with stage.bot(**export) as bot:
            await decisions(stage, word)
            await messages(stage, word)
            await failures(stage, word)
            _, metrics = await bot.get("/metrics")
            assert await bot.stop() == 0
        traces = bytes(collector.raw).decode(errors="replace")

    events = Counter(line["event"] for line in bot.entries())
    assert {"approval_decided", "run_failed", "card_posted"} <= events.keys()
    assert collector.of("countersign.approval")
    assert "countersign_decisions_total" in metrics
    assert {
        "log": word.in_text(bot.said),
        "traces": word.in_text(traces),
        "metrics": word.in_text(metrics),
    } == {
        "log": [],
        "traces": [],
        "metrics": [],
    }
