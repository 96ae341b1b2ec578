"""Signed events over HTTP to two fronts in turn, so many a second, whatever became of those before."""

import asyncio
import itertools
import json
import time
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp

from benchmarks.figures import percentile
from benchmarks.scale.findings import Finding
from benchmarks.server import Server, own_cpu
from benchmarks.sides import config_of
from slack_local.payloads.events import event_body
from slack_local.transport.http import sign
from slack_local.workspace import LocalWorkspace
from tests.support.postgres.databases import database
from tests.support.processes.bots import bot_environment, bot_process

RATES = (50, 100, 200, 400, 1_000)  # events a second
SECONDS = 4
MOST = 250.0  # ms, the 99th percentile
LIMIT = 30.0


def measure(server: Server, template: str, folder: Path) -> list[Finding]:
    with database(server.url, template=template) as url:
        return asyncio.run(_measure(server, url, folder))


async def _measure(server: Server, url: str, folder: Path) -> list[Finding]:
    found = []
    async with LocalWorkspace(mode="http") as ws, AsyncExitStack() as stack:
        environment = bot_environment(ws.environment(), url, config=config_of(folder))
        fronts = [
            await stack.enter_async_context(
                bot_process("serve", "--no-worker", environment=environment, folder=folder, name=name)
            )
            for name in ("front1", "front2")
        ]
        pids = [front.process.pid for front in fronts if front.process]
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        )
        addresses = itertools.cycle([f"{front.address}/slack/events" for front in fronts])
        numbers = itertools.count(1)

        async def burst(rate: int, seconds: float) -> tuple[list[float], int]:
            loop = asyncio.get_running_loop()
            began, sent = loop.time(), []
            for each in range(int(rate * seconds)):
                await asyncio.sleep(max(began + each / rate - loop.time(), 0))
                sent.append(loop.create_task(_send(session, next(addresses), ws, next(numbers))))
            times = await asyncio.gather(*sent)
            return [each for each in times if each is not None], sum(each is None for each in times)

        await burst(20, 2)
        for rate in RATES:
            before, postgres = own_cpu(pids), server.cpu()
            began = time.perf_counter()
            times, missed = await burst(rate, SECONDS)
            took, sent = time.perf_counter() - began, rate * SECONDS
            of_fronts, of_postgres = own_cpu(pids) - before, server.cpu() - postgres
            label = f"{rate:,} events/s"
            found += [
                Finding.of(f"{label}: acknowledged, p50", "ms", percentile(times, 50) * 1000),
                Finding.of(f"{label}: acknowledged, p99", "ms", percentile(times, 99) * 1000, most=MOST),
                Finding.of(f"{label}: not acknowledged within 3 s", "events", missed, most=0),
                Finding.of(f"{label}: acknowledged a second", "events", len(times) / took),
                Finding.of(f"{label}: processor time of an event, fronts", "ms", of_fronts / sent * 1000),
                Finding.of(
                    f"{label}: processor time of an event, PostgreSQL", "ms", of_postgres / sent * 1000
                ),
            ]
    return found


async def _send(
    session: aiohttp.ClientSession, address: str, ws: LocalWorkspace, number: int
) -> float | None:
    """Seconds until it is acknowledged; None if it is not, or not within Slack's three seconds."""
    body = _event(ws, number)
    now = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": str(now),
        "X-Slack-Signature": sign(ws.slack.signing_secret, now, body),
    }
    began = time.perf_counter()
    try:
        async with (
            asyncio.timeout(LIMIT),
            session.post(address, data=body.encode(), headers=headers) as answer,
        ):
            await answer.read()
            took = time.perf_counter() - began
            return took if answer.status == 200 and took < 3.0 else None
    except (TimeoutError, aiohttp.ClientError):
        return None


def _event(ws: LocalWorkspace, number: int) -> str:
    """A mention that begins a thread, as Slack tells it."""
    ts = f"{int(time.time())}.{number % 1_000_000:06d}"
    event = {
        "type": "app_mention",
        "user": ws.carol.id,
        "text": f"<@{ws.slack.bot.id}> transfer 12",
        "ts": ts,
        "event_ts": ts,
        "channel": "C0GENERAL0",
        "team": ws.slack.team,
    }
    return json.dumps(event_body(ws.slack, event))
