"""Many messages at once: how soon each delivery is acknowledged, which Slack wants within three seconds."""

import asyncio
from dataclasses import dataclass

from benchmarks.sides import Side
from slack_local.model.wire_log import Attempt, WireLog

EVENTS = 2  # a mention in a channel is told twice: as a mention, and as a message


@dataclass(frozen=True, kw_only=True)
class Burst:
    side: str
    acknowledged: tuple[float, ...]  # seconds, one per delivery
    missed: int  # deliveries that were not acknowledged in time


async def burst(side: Side, *, per_second: int = 200, seconds: int = 5) -> Burst:
    """So many events a second for so long, each mention in a thread of its own."""
    side.ws.faults.latency = 0.0
    side.ws.slack.log = WireLog()
    loop = asyncio.get_running_loop()
    began = loop.time()
    mentions = per_second * seconds // EVENTS
    for number in range(mentions):
        await asyncio.sleep(max(began + number * EVENTS / per_second - loop.time(), 0))
        await side.ws.carol.mentions("transfer 12")

    def all_over() -> bool:
        ended = [attempt for attempt in _events(side) if attempt.outcome != "sent"]
        return len(ended) >= mentions * EVENTS

    await side.ws.slack.changes.wait_for("deliveries", all_over, limit=60, what="the acknowledgements")
    attempts = _events(side)
    return Burst(
        side=side.name,
        acknowledged=tuple(a.acknowledged_after for a in attempts if a.acknowledged_after is not None),
        missed=sum(a.acknowledged_after is None for a in attempts),
    )


def _events(side: Side) -> list[Attempt]:
    return [a for a in side.ws.log.attempts() if a.kind == "events_api" and "bot_id" not in a.body["event"]]
