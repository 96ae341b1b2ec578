"""A bot seen from outside: what its log says of an approval and never says, and what each process counts."""

import asyncio
import re

from slack_local.block_kit.text import full_text
from slack_local.fault_injection import ApiFault
from tests.support.processes.bots import BotProcess, until
from tests.support.stage import Stage

CANARY = "kanarienvogel-42"
RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": CANARY}}


def samples(page: str) -> dict[str, float]:
    parted = (line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in parted}


async def test_the_log_has_a_line_for_each_thing_that_happened_and_no_message(
    stage: Stage, process: BotProcess
) -> None:
    card = await stage.card(RISKY)
    assert CANARY in full_text(card.message), "people see it"
    await card.reject(by=stage.ws.bob, reason=f"Not {CANARY}!")
    await stage.resumed(card.thread)

    here = [line for line in process.entries() if line.get("thread_id") == card.thread.id]
    assert [line["event"] for line in here] == [
        *("run_ended", "approval_opened", "card_posted"),
        *("approval_decided", "run_ended", "approval_resumed"),
    ]
    assert len({line["approval_id"] for line in here if "approval_id" in line}) == 1
    assert CANARY not in process.said
    assert "POST /api/" not in process.said, "no line for a call of the Web API"


async def test_a_call_of_the_model_has_no_line_of_its_own(stage: Stage, process: BotProcess) -> None:
    thread = await stage.ws.carol.mentions("hello")
    await until(
        lambda: any(line.get("thread_id") == thread.id for line in process.events("run_ended")),
        lambda: "the end of the run",
    )
    assert "HTTP Request" not in process.said
    assert stage.model.base_url not in process.said


async def test_slacks_requests_and_our_calls_are_counted_where_they_are_made(
    stage: Stage, process: BotProcess
) -> None:
    before = samples((await process.get("/metrics"))[1])
    card = await stage.card(RISKY)
    await card.approve(by=stage.ws.bob)
    await stage.resumed(card.thread)

    after = samples((await process.get("/metrics"))[1])

    def more(name: str) -> float:
        return after[f"countersign_{name}"] - before.get(f"countersign_{name}", 0.0)

    assert more('slack_calls_total{method="chat.postMessage",outcome="ok"}') >= 1
    assert more('acknowledgement_seconds_count{kind="event"}') >= 1
    assert more('acknowledgement_seconds_count{kind="interaction"}') >= 1
    assert after['countersign_socket_mode_connections{state="open"}'] >= 1
    assert after["countersign_workers"] >= 1
    assert after["countersign_database_up"] == 1
    assert after['countersign_database_connections{pool="statements",state="idle"}'] >= 1


async def test_a_slack_that_asks_to_slow_down_is_counted_by_method(stage: Stage, process: BotProcess) -> None:
    def limited(page: str) -> dict[str, float]:
        found = samples(page)
        return {name: found[name] for name in found if re.search(r"_calls_total.*rate_limited", name)}

    before = limited((await process.get("/metrics"))[1])
    stage.ws.faults.on_call("chat.postMessage", ApiFault.RATE_LIMITED, times=1)
    card = await stage.card(RISKY)
    await card.approve(by=stage.ws.bob)
    await stage.resumed(card.thread)
    after = limited((await process.get("/metrics"))[1])
    name = 'countersign_slack_calls_total{method="chat.postMessage",outcome="rate_limited"}'
    assert after == {**before, name: before.get(name, 0.0) + 1}


async def test_scrapers_that_never_read_hold_up_nobody(stage: Stage, process: BotProcess) -> None:
    """A hundred that ask and do not take the answer, or that begin to ask and do not go on."""
    host, port = process.address.removeprefix("http://").split(":")
    connections = []
    for number in range(100):
        _, writer = await asyncio.open_connection(host, int(port), limit=1)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\n" + (b"\r\n" if number % 2 else b""))
        connections.append(writer)
    card = await stage.card(RISKY)
    await card.approve(by=stage.ws.bob)
    await stage.resumed(card.thread)
    assert samples((await process.get("/metrics"))[1])["countersign_database_up"] == 1
    for writer in connections:
        writer.transport.abort()


async def test_a_worker_counts_its_runs_and_has_the_gauges_too(stage: Stage) -> None:
    async with stage.bot("worker", name="counting", WORKER_PORT="0") as worker:
        await worker.answers("/readyz", 200, seconds=40)
        seen = samples(await worker.answers("/metrics", 200))
    assert seen["countersign_database_up"] == 1
    assert seen["countersign_workers"] >= 2
    assert "countersign_queue_waiting" in seen


async def test_with_a_database_a_process_keeps_nothing_on_its_disk(stage: Stage, process: BotProcess) -> None:
    """A node that loses its disk loses nothing of ours."""
    card = await stage.card(RISKY)
    await card.approve(by=stage.ws.bob)
    await stage.resumed(card.thread)
    kept = {path for path in stage.folder.rglob("*") if path.is_file()}
    written_by_the_test = {process.log, stage.config, *stage.notes.rglob("*")}
    assert {path for path in kept - written_by_the_test if path.suffix != ".log"} == set()
