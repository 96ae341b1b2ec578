"""Where the card of an approval is posted, who hears of it, and what is said if Slack does not help."""

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind, card, pointer
from countersign.flow.notices.direct_messages import NoticeReason, direct_messages
from countersign.flow.notices.opening_notices import OpeningNotices, card_messages
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.voting import Voting
from countersign.flow.review import Review
from tests.approvals.policy.policies import a_rule, vote
from tests.approvals.test_record import OPENED, an_approval
from tests.support.fakes.fake_directory import FakeDirectory

Logged: TypeAlias = list[MutableMapping[str, Any]]
NOWHERE, SOMEWHERE = a_rule('post_to = "#nowhere"'), a_rule('post_to = "#approvals"')
BY_ID, IN_THREAD = a_rule('post_to = "C0FFEE0001"'), a_rule('post_to = "thread"')


class FailingDirectory(FakeDirectory):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    async def channel_id(self, name: str) -> str | None:
        raise self.error


def notices(directory: FakeDirectory | None = None) -> OpeningNotices:
    found = directory or FakeDirectory(groups={"@finance": {"UBOB", "UCAROL"}}, names={"C2": "approvals"})
    return OpeningNotices(found, Audience(found), Voting(CurrentPolicy(), found, lambda: OPENED))


def review(*rules: Any, **changes: Any) -> Review:
    calls = [{"name": "pay", "args": {"amount": row}} for row in range(max(len(rules), 1))]
    value: Any = {"action_requests": calls, "review_configs": []}
    return Review(an_approval(*rules, value=value, requester="UREQ", **changes))


def text_of(row: Outgoing) -> str:
    assert isinstance(row.body, dict)
    return str(row.body["text"])


@pytest.mark.parametrize(
    "rules", [(), (IN_THREAD,), (SOMEWHERE, NOWHERE), (SOMEWHERE, IN_THREAD)], ids=lambda r: str(len(r))
)
async def test_without_one_place_for_all_rows_a_card_is_in_its_thread(rules: tuple[Any, ...]) -> None:
    asked = review(*rules)
    placed, told = await notices().placed(asked)
    assert (placed.approval.posted_to, told) == (None, ())


async def test_a_channel_is_found_by_its_name_or_id() -> None:
    assert [
        (await notices().placed(review(rule, rule)))[0].approval.posted_to for rule in (SOMEWHERE, BY_ID)
    ] == ["C2", "C0FFEE0001"]


async def test_the_threads_own_channel_is_its_thread() -> None:
    here = FakeDirectory(names={"C1": "approvals"})
    placed, told = await notices(here).placed(review(SOMEWHERE))
    assert (placed.approval.posted_to, told) == (None, ())


async def test_without_a_directory_a_card_is_in_its_thread() -> None:
    audience = Audience(None)
    opening = OpeningNotices(None, audience, Voting(CurrentPolicy(), None, lambda: OPENED))
    placed, told = await opening.placed(review(SOMEWHERE))
    assert (placed.approval.posted_to, told) == (None, ())


@pytest.mark.parametrize(
    ("rule", "name", "directory", "why"),
    [
        (NOWHERE, "#nowhere", None, "there is no such channel that I can see"),
        (
            SOMEWHERE,
            "#approvals",
            FailingDirectory(SlackRefused("conversations.list", "missing_scope")),
            "Slack refused to find it (missing_scope)",
        ),
        (
            BY_ID,
            "its channel",
            FailingDirectory(SlackRefused("conversations.info", "x")),
            "Slack refused to find it (x)",
        ),
    ],
)
async def test_a_channel_that_is_not_found_leaves_the_card_here_and_says_so(
    rule: Any, name: str, directory: FakeDirectory | None, why: str, logged: Logged
) -> None:
    asked = review(rule)
    placed, (told,) = await notices(directory).placed(asked)
    assert placed.approval.posted_to is None
    assert (told.key, told.kind) == (f"note:misplaced:{asked.approval.id}", OutgoingKind.NOTE)
    assert (told.channel, told.thread_ts) == ("C1", "1.0")
    assert text_of(told) == (
        f"This should be decided in {name}, but {why}. The card is here instead. Tell your admin."
    )
    (line,) = logged
    assert (line["event"], line["log_level"]) == ("card_channel_unavailable", "error")
    assert (line["channel"], line["reason"]) == (rule.post_to, why)
    assert line["approval_id"] == str(asked.approval.id)


@pytest.mark.parametrize("error", [RateLimited(1), SlackUnreachable()])
async def test_a_slack_that_does_not_answer_places_nothing(error: Exception) -> None:
    with pytest.raises(type(error)):
        await notices(FailingDirectory(error)).placed(review(SOMEWHERE))


def test_a_card_elsewhere_has_a_pointer_in_its_thread() -> None:
    asked = review(SOMEWHERE)
    assert card_messages(asked) == (card(asked.thread, asked.approval),)
    placed = asked.with_approval(replace(asked.approval, posted_to="C2"))
    there, points = card_messages(placed)
    assert (there.kind, there.channel, there.thread_ts) == (OutgoingKind.CARD, "C2", None)
    assert there.approval_id == asked.approval.id
    assert points == pointer(asked.thread, placed.approval)


async def test_the_card_is_first_then_what_is_wrong_with_its_place_then_who_is_asked() -> None:
    finance = a_rule('approvers = [{group = "@finance"}]\nnotify = "approvers"')
    named = a_rule('notify = ["UBOB", "UDORA"]')
    asked = review(finance, named, finance)
    misplaced = card(asked.thread, asked.approval)
    posted = await notices()(asked, (replace(misplaced, key="misplaced"),))
    assert [row.key for row in posted[:2]] == [f"card:{asked.approval.id}", "misplaced"]
    assert posted[2:] == direct_messages(asked.approval, ("UBOB", "UCAROL", "UDORA"), NoticeReason.ASKED)


async def test_only_the_rules_of_open_rows_are_for_somebody() -> None:
    first, second = a_rule('notify = ["UBOB"]'), a_rule('notify = ["UDORA"]')
    asked = review(first, second)
    half = asked.with_approval(replace(asked.approval, votes=(vote("UBOB"), None)))
    assert [row.channel for row in (await notices()(half))[1:]] == ["UDORA"]


async def test_what_nobody_can_decide_is_said_before_anybody_is_asked() -> None:
    empty = a_rule('approvers = [{group = "@empty"}]\nnotify = ["UBOB"]')
    directory = FakeDirectory(groups={"@empty": set()})
    kinds = [row.kind for row in await notices(directory)(review(empty))]
    assert kinds == [OutgoingKind.CARD, OutgoingKind.NOTE, OutgoingKind.DIRECT]


async def test_guests_and_apps_of_a_channel_are_not_asked() -> None:
    slack = FakeDirectory(
        channels={"#ops": {"UBOB", "UGUEST", "UBOT"}}, bots={"UBOT"}, deactivated={"UGUEST"}
    )
    asked = review(a_rule('approvers = [{channel = "#ops"}]\nnotify = "approvers"'))
    direct = [row.channel for row in await notices(slack)(asked) if row.kind is OutgoingKind.DIRECT]
    assert direct == ["UBOB"]
    slack.unavailable = True
    assert [row.kind for row in await notices(slack)(asked)].count(OutgoingKind.DIRECT) == 0, (
        "nobody is known"
    )
