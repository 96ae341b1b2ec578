"""Traces over the wire: from Slack's event to the card, from the click to the answer, and what they cost."""

import asyncio
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from countersign.testing.cards import approval_card
from tests.support.fakes.collector import Collector, open_collector
from tests.support.stage import Stage, open_stage

CANARY = "kanarienvogel-42"
RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": CANARY}}


def sending(collector: Collector) -> dict[str, Any]:
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "OTEL_BSP_SCHEDULE_DELAY": "100"}


async def test_one_trace_leads_from_the_event_to_the_card_and_one_from_the_click_to_the_answer(
    tmp_path: Path, database_url: str
) -> None:
    async with (
        open_collector() as collector,
        open_stage(tmp_path, database_url) as stage,
        stage.bot("serve", "--no-worker", name="front", **sending(collector)) as front,
    ):
        async with stage.bot("worker", name="first", **sending(collector)) as worker:
            card = await stage.card(RISKY)
            assert await worker.stop() == 0
        async with stage.bot("worker", name="second", **sending(collector)) as worker:
            await card.approve(by=stage.ws.bob)
            await stage.resumed(card.thread)
            assert await worker.stop() == 0
        assert await front.stop() == 0

    (opened,) = stage.rows("SELECT opened_in, decided_in FROM countersign.approvals")
    asking, deciding = (str(each).split("-")[1] for each in opened)
    names = {
        trace: [span.name for span in collector.spans if span.trace_id == trace]
        for trace in (asking, deciding)
    }
    assert asking != deciding
    assert {"slack.event", "countersign.step", "slack chat.postMessage", "countersign.approval"} <= set(
        names[asking]
    )
    assert {"slack.interaction", "countersign.step", "slack chat.postMessage"} <= set(names[deciding])
    for trace, kind in ((asking, "start"), (deciding, "resume")):
        (run,) = [s for s in collector.spans if s.trace_id == trace and s.name.startswith("invoke_agent ")]
        assert run.attributes["gen_ai.operation.name"] == "invoke_agent"
        assert run.attributes["gen_ai.conversation.id"] == card.thread.id
        assert run.attributes["countersign.run.kind"] == kind
        by_id = {span.span_id: span for span in collector.spans}
        assert by_id[run.parent_id].name == "countersign.step"
        assert by_id[by_id[run.parent_id].parent_id].name in {"slack.event", "slack.interaction"}

    (waiting,) = collector.of("countersign.approval")
    assert waiting.links == (deciding,)
    assert waiting.end > waiting.start
    assert waiting.attributes["countersign.approval.outcome"] == "approved"
    assert waiting.attributes["gen_ai.conversation.id"] == card.thread.id
    (click,) = [span for span in collector.of("slack.interaction") if span.trace_id == deciding]
    assert asking in click.links
    assert CANARY.encode() not in bytes(collector.raw), "a trace has no contents"


async def test_model_and_tool_calls_are_parts_of_their_run(tmp_path: Path, database_url: str) -> None:
    async with (
        open_collector() as collector,
        open_stage(tmp_path, database_url) as stage,
        stage.bot(**sending(collector)) as bot,
    ):
        thread = await stage.ws.carol.mentions(f"post '{CANARY}' to #ops")
        await (await approval_card(thread)).approve(by=stage.ws.bob)
        await thread.wait_for("The message is in #ops.")
        assert await bot.stop() == 0

    runs = {span.span_id: span for span in collector.spans if span.name.startswith("invoke_agent ")}
    assert {run.attributes["gen_ai.agent.name"] for run in runs.values()} == {"assistant"}
    chats = [span for span in collector.spans if span.attributes.get("gen_ai.operation.name") == "chat"]
    (tool,) = [span for span in collector.spans if span.name.startswith("execute_tool ")]
    assert len(chats) >= 2
    assert {span.parent_id for span in (*chats, tool)} <= runs.keys()
    assert all(chat.attributes["gen_ai.request.model"] for chat in chats)
    assert runs[tool.parent_id].attributes["countersign.run.kind"] == "resume"
    assert CANARY.encode() not in bytes(collector.raw)


@pytest.mark.parametrize("fault", ["silent", "closed", "full"])
async def test_a_collector_that_is_away_silent_or_full_costs_nothing(
    tmp_path: Path, database_url: str, fault: str
) -> None:
    full = fault == "full"
    async with (
        open_collector(answers=full, full=full) as collector,
        open_stage(tmp_path, database_url) as stage,
    ):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            closed = f"http://127.0.0.1:{nobody.getsockname()[1]}"
            more = sending(collector) | ({"OTEL_EXPORTER_OTLP_ENDPOINT": closed} if fault == "closed" else {})
            async with stage.bot(
                **more, OTEL_BSP_MAX_QUEUE_SIZE="8", OTEL_BSP_MAX_EXPORT_BATCH_SIZE="4"
            ) as bot:
                for _ in range(3):
                    card = await stage.card(RISKY)
                    await card.approve(by=stage.ws.bob)
                    await stage.resumed(card.thread)
                async with asyncio.timeout(20):
                    assert await bot.stop() == 0
                assert len(bot.events("traces_not_sent")) <= 1
                assert collector.spans == []
                assert bool(collector.refused) is full
                assert "Traceback" not in bot.said


async def test_without_a_collector_the_log_has_trace_ids_all_the_same(
    tmp_path: Path, database_url: str
) -> None:
    link = "https://traces.example.com/{trace_id}?thread={thread_id}"
    async with open_stage(tmp_path, database_url) as stage, stage.bot(TRACE_URL=link) as bot:
        thread = await stage.ws.carol.mentions("post 'Deploy at noon' to #ops")
        card = await approval_card(thread)
        details = await card.form("approval:details", stage.ws.bob)
        await card.approve(by=stage.ws.bob)
        await thread.wait_for("The message is in #ops.")

        def traces(*names: str) -> set[str]:
            return {event["trace_id"] for name in names for event in bot.events(name)}

        (asking,) = traces("approval_opened", "card_posted")
        (deciding,) = traces("approval_decided", "approval_resumed")
        assert asking != deciding
        assert {event["trace_id"] for event in bot.events("run_ended")} == {asking, deciding}
        assert f"https://traces.example.com/{asking}?thread=" in str(details)


async def test_traces_that_were_asked_for_and_cannot_be_sent_stop_the_start(stage: Stage) -> None:
    blocked = stage.folder / "blocked"
    blocked.mkdir(exist_ok=True)
    (blocked / "sitecustomize.py").write_text(
        "import sys\nsys.modules['opentelemetry.sdk'] = None\nsys.modules['opentelemetry.exporter'] = None\n"
    )
    environment = stage.environment(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4318")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "worker"),
        cwd=stage.folder,
        env={**environment, "PYTHONPATH": f"{blocked}:{environment['PYTHONPATH']}"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), 40)
    assert process.returncode == 1
    assert b"Install countersign-slack[otel], or leave it out." in said
