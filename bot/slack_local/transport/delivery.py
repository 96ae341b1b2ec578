"""Getting events and interactions to the bot: retries for events, one chance for interactions."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from slack_local.fault_injection import DeliveryFault, DeliveryFaultRule
from slack_local.model.records import JsonObject
from slack_local.model.slack import Slack
from slack_local.model.wire_log import Attempt

Kind = Literal["events_api", "interactive", "slash_commands"]

RETRY_SCHEDULE = (0.0, 60.0, 300.0)
"""Seconds before the first, second and third retry of an event (docs.slack.dev/apis/events-api)."""

ACK_LIMIT = 3.0


@dataclass(frozen=True, kw_only=True)
class Ack:
    """How the bot answered. `error` is None when it acknowledged in time; `final` when it wants no retry."""

    error: str | None = None
    answer: JsonObject | None = None
    final: bool = False


class Transport(Protocol):
    """One way to reach the bot."""

    name: str

    async def attempt(self, attempt: Attempt, limit: float) -> Ack:
        """Send once; wait at most `limit` seconds for the acknowledgement. The bot's faults raise nothing."""
        ...


class Delivery:
    """Delivers payloads to the bot, with Slack's retries for events and a single attempt for interactions.

    `retry_schedule` (seconds before each retry) and `ack_limit` may be shortened for tests.
    """

    def __init__(
        self,
        slack: Slack,
        transport: Transport,
        *,
        retry_schedule: Iterable[float] = RETRY_SCHEDULE,
        ack_limit: float = ACK_LIMIT,
    ) -> None:
        self._slack = slack
        self.transport = transport
        self.retry_schedule = tuple(retry_schedule)
        self.ack_limit = ack_limit
        self._tasks: set[asyncio.Task[object]] = set()
        self.undelivered: list[JsonObject] = []

    def events(self, bodies: Iterable[JsonObject]) -> None:
        """Start delivering each of these event bodies, in this order; returns at once."""
        for body in bodies:
            rule = self._slack.faults.next_for_delivery(body["event"]["type"])
            self._start(body, rule)
            if rule is not None and rule.fault is DeliveryFault.TWICE:
                self._start(body, None)

    async def until_acknowledged(self, body: JsonObject) -> None:
        """Start delivering an event body; returns when the bot had it, or had no time for it."""
        task = asyncio.create_task(self._deliver_event(body, self._next_fault(body)))
        self._keep(task)
        await asyncio.wait({task}, timeout=self.ack_limit)

    def _next_fault(self, body: JsonObject) -> DeliveryFaultRule | None:
        return self._slack.faults.next_for_delivery(body["event"]["type"])

    def again(self, body: JsonObject) -> None:
        """Deliver an event body once more, as a replay of an old one."""
        self._start(body, None)

    def _start(self, body: JsonObject, rule: DeliveryFaultRule | None) -> None:
        self._keep(asyncio.create_task(self._deliver_event(body, rule)))

    def _keep(self, task: "asyncio.Task[object]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver_event(self, body: JsonObject, rule: DeliveryFaultRule | None) -> None:
        reason: str | None = None
        for number, wait in enumerate((0.0, *self.retry_schedule)):
            if wait:
                await asyncio.sleep(wait)
            if number:
                rule = self._slack.faults.next_for_delivery(body["event"]["type"])
            ack = await self._attempt(
                "events_api", body["event"]["type"], body, rule, number=number, reason=reason
            )
            if ack.error is None:
                return
            reason = ack.error
            if ack.final:
                break
        self.undelivered.append(body)

    async def interact(self, kind: Kind, payload: JsonObject) -> Ack:
        """Send an interaction or a command: one attempt, whose outcome is returned to the caller."""
        name = payload.get("type") or payload["command"]
        rule = self._slack.faults.next_for_delivery(name)
        if rule is not None and rule.fault is DeliveryFault.TWICE:
            self._keep(asyncio.create_task(self._attempt(kind, name, payload, None)))
        return await self._attempt(kind, name, payload, rule)

    async def _attempt(
        self,
        kind: Kind,
        name: str,
        body: JsonObject,
        rule: DeliveryFaultRule | None,
        *,
        number: int = 0,
        reason: str | None = None,
    ) -> Ack:
        slack = self._slack
        attempt = Attempt(
            seq=slack.log.next_seq(),
            at=slack.clock.now(),
            kind=kind,
            name=name,
            body=body,
            attempt=number,
            retry_reason=reason,
            transport=self.transport.name,
            fault=rule.fault if rule else None,
        )
        slack.log.add(attempt)
        if rule is not None and rule.fault is DeliveryFault.DELAY:
            await asyncio.sleep(rule.seconds)
        if rule is not None and rule.fault is DeliveryFault.LOSE:
            attempt.outcome = "http_timeout"
            slack.changes.notify("deliveries", "anything")
            return Ack(error=attempt.outcome)
        started = asyncio.get_running_loop().time()
        ack = await self.transport.attempt(attempt, self.ack_limit)
        attempt.answer = ack.answer
        if ack.error is None:
            attempt.acknowledged_after = asyncio.get_running_loop().time() - started
        if rule is not None and rule.fault is DeliveryFault.LOSE_ACK:
            ack = Ack(error="timeout")
        attempt.outcome = ack.error or "acknowledged"
        slack.changes.notify("deliveries", "anything")
        return ack

    async def idle(self, limit: float = 10.0) -> None:
        """Wait until nothing is under way any more (retries included). Raises TimeoutError."""
        async with asyncio.timeout(limit):
            while self._tasks:
                await asyncio.wait(tuple(self._tasks))

    async def close(self) -> None:
        """Stop delivering; what was not acknowledged is lost, as when Slack gives up."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
