"""A bank's operations team: a policy, people in groups, a clock, and the bot in this process, both ways."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from countersign.testing.cards import ApprovalCard, approval_card
from slack_local.model.records import UserGroup
from slack_local.payloads.events import event_body
from slack_local.people.person import Person
from slack_local.people.threads import Thread
from tests.scenario.policy.governing import calling
from tests.scenario.policy.test_clock_over_the_wire import TestClock
from tests.support.bot_here import bot_here
from tests.support.place import Place
from tests.support.stage import Stage, open_stage

FREEZE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//freezes//EN
BEGIN:VEVENT
UID:close
SUMMARY:Year-end close
DTSTART:20260302T120000Z
DTEND:20260302T180000Z
END:VEVENT
END:VCALENDAR
"""


@dataclass
class Branch:
    stage: Stage
    clock: TestClock
    hour = timedelta(hours=1)

    def __getattr__(self, name: str) -> Person:
        """A person of the workspace, by name."""
        try:
            return self.stage.ws.people[name]
        except KeyError:
            raise AttributeError(name) from None

    def hires(self, *names: str) -> list[Person]:
        ws = self.stage.ws
        return [ws.people.get(name) or ws.add_person(name) for name in names]

    def group(self, handle: str) -> UserGroup:
        groups = self.stage.ws.slack.state.user_groups.values()
        return next(each for each in groups if each.handle == handle)

    @staticmethod
    def question(value: object) -> str:
        return json.dumps({"ask": value})

    async def wish(self, action: str, **args: Any) -> Thread:
        return await self.carol.mentions(f"ask: {self.question(calling(action, **args))}")

    async def asks(self, action: str, **args: Any) -> ApprovalCard:
        return await approval_card(await self.wish(action, **args), limit=20)

    async def is_deactivated(self, person: Person) -> None:
        users = self.stage.ws.slack.state.users
        users[person.id] = replace(users[person.id], deleted=True)
        await self.told("user_change", user={"id": person.id})

    async def told(self, kind: str, **event: Any) -> None:
        """The bot hears of a change, as Slack reports it."""
        ws = self.stage.ws
        ws.delivery.events([event_body(ws.slack, {"type": kind, "event_ts": "1.000100", **event})])
        await ws.delivery.idle()

    def events(self, card: ApprovalCard) -> list[str]:
        return [event for event, _ in self.stage.ledger(card.thread)]


@asynccontextmanager
async def open_branch(place: Place, policy: Callable[[Branch], str]) -> AsyncIterator[Branch]:
    """Carol asks. The policy may name people that it hires."""
    (place.folder / "close.ics").write_text(FREEZE)
    async with open_stage(place.folder, place.url, mode=place.mode) as stage:
        branch = Branch(stage, TestClock())
        (place.folder / "approvals.toml").write_text(policy(branch))
        async with bot_here(stage, clock=branch.clock):
            yield branch
