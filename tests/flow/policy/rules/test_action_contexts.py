"""What rules are matched with, and when Slack is asked for it."""

from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.policy.matching import Channel, Requester
from countersign.flow.policy.action_contexts import action_contexts
from countersign.flow.review import Review
from tests.approvals.policy.policies import a_policy
from tests.approvals.test_record import an_approval
from tests.support.fakes.fake_directory import FakeDirectory

PLAIN = '[[rule]]\nname = "r"\n'
BY_GROUP = PLAIN + 'requester = "@finance"\n'
BY_NAME = PLAIN + 'channel = "#ops"\n'
CALLS: Any = {
    "action_requests": [{"name": "pay", "args": {"amount": 1}}, {"name": "post", "args": {}}],
    "review_configs": [],
}


class Asked(FakeDirectory):
    def __init__(self) -> None:
        super().__init__(groups={"@finance": {"UREQ"}}, names={"C1": "ops"})
        self.asked: list[str] = []

    async def channel(self, channel_id: str) -> Channel:
        self.asked.append(channel_id)
        return await super().channel(channel_id)

    async def groups_of(self, user_id: str) -> frozenset[str]:
        self.asked.append(user_id)
        return await super().groups_of(user_id)


def review(**changes: Any) -> Review:
    return Review(replace(an_approval(rows=2), value=CALLS, **{"requester": "UREQ", "graph": "g"} | changes))


async def test_each_row_is_an_action_of_its_graph() -> None:
    first, second = await action_contexts(review(), a_policy(PLAIN), None)
    assert (first.action, first.args, second.action, second.args) == ("pay", {"amount": 1}, "post", {})
    assert (first.graph, first.channel) == ("g", Channel(id="C1"))
    assert first.requester == Requester(id="UREQ")


async def test_what_is_unknown_matches_no_name() -> None:
    (only,) = await action_contexts(
        Review(replace(an_approval(), value="Go on?")), a_policy(BY_GROUP), Asked()
    )
    assert (only.graph, only.requester, only.action) == ("", None, "question")


@pytest.mark.parametrize(
    ("policy", "asked", "channel", "groups"),
    [
        (PLAIN, [], None, set()),
        (BY_GROUP, ["UREQ"], None, {"@finance"}),
        (BY_NAME, ["C1"], "ops", set()),
    ],
)
async def test_slack_is_asked_only_for_what_the_policy_uses(
    policy: str, asked: list[str], channel: str | None, groups: set[str]
) -> None:
    directory = Asked()
    first, _ = await action_contexts(review(), a_policy(policy), directory)
    assert directory.asked == asked
    assert first.channel == Channel(id="C1", name=channel)
    assert first.requester == Requester(id="UREQ", groups=frozenset(groups))


@pytest.mark.parametrize("policy", [BY_GROUP, BY_NAME])
async def test_without_a_directory_nothing_has_a_name(policy: str) -> None:
    first, _ = await action_contexts(review(), a_policy(policy), None)
    assert (first.channel, first.requester) == (Channel(id="C1"), Requester(id="UREQ"))
