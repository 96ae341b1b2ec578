"""A bot whose agent pays, and what is posted about its cards."""

from collections.abc import AsyncIterator

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from tests.flow.graphs.asking_graphs import by_dialect, question
from tests.support.fakes.clocks import StillClock
from tests.support.harness import Harness, open_harness

YES, EDIT, NO = DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.REJECT
NAMED = '[[rule]]\nname = "r"\n'
SECRET = "DE02 1203 0000 0000 2020 51"


@pytest.fixture
async def harness(database_url: str, clock: StillClock) -> AsyncIterator[Harness]:
    call = {
        "type": "tool_approval",
        "tool_call_id": "call-1",
        "name": "pay",
        "args": {"iban": SECRET, "amount": 3, "to": {"name": "Ann", "pin": 17}},
        "description": f"I pay 3 to {SECRET}, with args {{'pin': 17}}",
    }
    graphs = {**by_dialect(), "call": question(call)}
    async with open_harness(database_url, graphs, clock=clock) as opened:
        opened.directory.groups = {"@finance": {"UBOB", "UCAROL"}, "@oncall": {"UDAVE"}, "@empty": set()}
        opened.directory.names = {"C2": "approvals"}
        yield opened


async def approve(harness: Harness, card: Approval, channel: str, user: str = "UBOB") -> Approval:
    return await harness.decide_row(card, Decision(kind=YES), channel=channel, user=user, via="button")
