"""What is said, once, of an approval that nobody is left to decide."""

import asyncio
from collections.abc import MutableMapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from countersign.approvals.policy.rule import Rule
from countersign.flow.errors import DatabaseUnavailable
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.notices.direct_messages import NoticeReason, direct_messages
from countersign.flow.notices.shortage_notices import ShortageCheck, ShortageNotices
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.voting import Voting
from countersign.flow.review import Review
from tests.approvals.policy.policies import a_rule, vote
from tests.approvals.test_record import OPENED
from tests.flow.notices.test_opening_notices import review, text_of
from tests.support.fakes.fake_directory import FakeDirectory

Logged: TypeAlias = list[MutableMapping[str, Any]]
FINANCE = a_rule('approvers = [{group = "@finance"}]')
EMPTY = a_rule('approvers = [{group = "@empty"}]')
BOTH = a_rule('approvers = [{group = "@empty"}, {group = "@gone"}]')
TO_ONCALL = 'escalate_after = "1h"\nescalate_to = '
ESCALATES = a_rule('approvers = [{group = "@empty"}]\n' + TO_ONCALL + '{group = "@oncall"}')
GLASS, NO_GLASS = (
    a_rule(f'approvers = [{{group = "@empty"}}]\nbreak_glass = [{{group = "{group}"}}]')
    for group in ("@oncall", "@nobody")
)
ALONE = "@oncall can decide it alone, with break glass."
TO_TWO = a_rule(
    'approvers = [{group = "@empty"}]\n' + TO_ONCALL + '[{group = "@oncall"}, {users = ["UEVE"]}]'
)


def directory() -> FakeDirectory:
    return FakeDirectory(groups={"@finance": {"UBOB"}, "@empty": set(), "@oncall": {"UDAVE"}})


def notices(found: FakeDirectory) -> ShortageNotices:
    return ShortageNotices(Audience(found), Voting(CurrentPolicy(), found, lambda: OPENED))


async def told(given: Review) -> tuple[Outgoing, ...]:
    return await notices(directory())(given)


async def test_where_somebody_can_decide_nothing_is_said(logged: Logged) -> None:
    assert await told(review(FINANCE)) == await told(review()) == ()
    assert logged == []


@pytest.mark.parametrize(
    ("rule", "missing", "instead"),
    [
        (EMPTY, "@empty: it has no members", "Tell your admin."),
        (
            BOTH,
            "@empty: it has no members; @gone: there is no user group @gone",
            "Tell your admin.",
        ),
        (ESCALATES, "@empty: it has no members", "@oncall can decide it instead."),
        (GLASS, "@empty: it has no members", ALONE),
        (NO_GLASS, "@empty: it has no members", "Tell your admin."),
        (
            TO_TWO,
            "@empty: it has no members",
            "@oncall or the people the rule names can decide it instead.",
        ),
    ],
)
async def test_what_is_missing_is_said_and_who_may_decide_instead(
    rule: Rule, missing: str, instead: str, logged: Logged
) -> None:
    asked = review(rule)
    note, *messages = await told(asked)
    assert (note.kind, note.key) == (OutgoingKind.NOTE, f"note:unfillable:{asked.approval.id}:0")
    title = asked.shown.title
    assert text_of(note) == f"There is nobody who could decide “{title}” ({missing}). {instead}"
    line = next(line for line in logged if line["event"] == "approvers_missing")
    assert (line["log_level"], line["rule"]) == ("error", "r")
    assert line["approval_id"] == str(asked.approval.id)
    assert line["missing"] == missing.split("; ")
    fallback = {ESCALATES: ("UDAVE",), GLASS: ("UDAVE",), TO_TWO: ("UDAVE", "UEVE")}.get(rule, ())
    assert tuple(messages) == direct_messages(asked.approval, fallback, NoticeReason.ESCALATED)


USERS = a_rule('approvers = [{users = ["UBOB"]}]')
ANYBODY_ELSE = a_rule('approvers = "members"\nrequester_may_decide = false')


UNSEEN = "@finance: none of its members can see the card's channel"
ADD_THEM = "Add people who may decide it to that channel."
FINANCE_OR_ONCALL = a_rule('approvers = [{group = "@finance"}]\n' + TO_ONCALL + '{group = "@oncall"}')


@pytest.mark.parametrize(
    ("rule", "members", "missing", "instead"),
    [
        (FINANCE, {"UREQ", "UEVE"}, UNSEEN, ADD_THEM),
        (
            a_rule('approvers = [{group = "@two", count = 2}]'),
            {"UREQ", "UBOB"},
            "@two: too few of its members can see the card's channel (1)",
            ADD_THEM,
        ),
        (
            ANYBODY_ELSE,
            {"UREQ", "UBOT"},
            "the workspace's members: nobody else can see the card's channel",
            ADD_THEM,
        ),
        (FINANCE_OR_ONCALL, {"UREQ"}, UNSEEN, "Nor can @oncall. Tell your admin."),
        (FINANCE_OR_ONCALL, {"UREQ", "UDAVE"}, UNSEEN, "@oncall can decide it instead."),
    ],
)
async def test_a_card_that_no_approver_can_see_is_told_of(
    rule: Rule, members: set[str], missing: str, instead: str
) -> None:
    slack = directory()
    slack.groups["@two"] = {"UBOB", "UDAVE"}
    slack.private["C1"] = members
    slack.bots = {"UBOT"}
    note, *_ = await notices(slack)(review(rule))
    assert text_of(note).endswith(f" ({missing}). {instead}")
    slack.private["C1"] |= {"UBOB", "UDAVE"}
    assert await notices(slack)(review(rule)) == ()


async def test_in_a_direct_message_nobody_else_sees_the_card() -> None:
    slack = directory()
    asked = review(FINANCE)
    direct = asked.with_approval(replace(asked.approval, posted_to="D1"))
    slack.private["D1"] = {"UREQ", "UBOT"}
    note, *_ = await notices(slack)(direct)
    assert text_of(note).endswith("Nobody else sees this direct message. Ask for it in a channel instead.")


@pytest.mark.parametrize("gone", ["deactivated", "bots"])
async def test_accounts_that_decide_nothing_fill_no_seat(gone: str) -> None:
    slack = directory()
    slack.groups["@finance"] = {"UBOB", "UCAROL"}
    setattr(slack, gone, {"UBOB"})
    assert await notices(slack)(review(FINANCE)) == (), "carol is left"
    note, *_ = await notices(slack)(review(USERS))
    assert text_of(note).endswith("none of its members has a full member's account). Tell your admin.")
    setattr(slack, gone, {"UBOB", "UCAROL"})
    assert len(await notices(slack)(review(FINANCE))) == 1


async def test_an_account_that_slack_does_not_tell_of_is_no_shortage() -> None:
    slack = directory()
    slack.unavailable = True
    assert await notices(slack)(review(USERS)) == ()


async def test_no_more_accounts_are_looked_up_than_there_are_seats() -> None:
    slack = directory()
    slack.groups["@finance"] = {f"U{number:03}" for number in range(500)}
    await notices(slack)(review(a_rule('approvers = [{group = "@finance", count = 2}]')))
    assert slack.accounts_asked == ["U000", "U001"]
    slack.deactivated = {f"U{number:03}" for number in range(490)}
    slack.accounts_asked.clear()
    assert await notices(slack)(review(FINANCE)) == (), "not everybody is looked up"
    assert len(slack.accounts_asked) == 50


async def test_each_rule_of_the_open_rows_is_told_of_once() -> None:
    asked = review(FINANCE, EMPTY, BOTH, EMPTY)
    keys = [row.key for row in await told(asked)]
    assert keys == [f"note:unfillable:{asked.approval.id}:{place}" for place in (1, 2)]
    voted = replace(asked.approval, votes=(None, None, vote("UBOB"), None))
    assert [row.key for row in await told(asked.with_approval(voted))] == keys[:1]


class Waiting:
    """The approvals that wait, and the notes that were stored."""

    def __init__(self, *reviews: Review) -> None:
        self.reviews = reviews
        self.noted: set[str] = set()
        self.delivered: list[str] = []
        self.asked: list[tuple[str, Sequence[str] | None, int]] = []
        self.held: asyncio.Event | None = None
        self.away = False

    async def waiting(self, team: str, channels: Sequence[str] | None, limit: int) -> tuple[Review, ...]:
        self.asked.append((team, channels, limit))
        if self.held is not None:
            await self.held.wait()
        return self.reviews

    async def is_noted(self, key: str) -> bool:
        return key in self.noted

    async def enqueue_posts(self, posts: Sequence[Outgoing]) -> None:
        if self.away:
            raise DatabaseUnavailable
        self.noted |= {row.key for row in posts}

    async def deliver(self, posts: Sequence[Outgoing]) -> None:
        assert {row.key for row in posts} <= self.noted, "stored first"
        self.delivered += [row.key for row in posts]

    def check(self) -> ShortageCheck:
        return ShortageCheck(self, notices(directory()), self.deliver, "T1")


async def test_each_shortage_that_is_new_is_stored_and_then_posted() -> None:
    store = Waiting(review(FINANCE), review(), review(EMPTY), review(ESCALATES))
    check = store.check()
    await check()
    _, _, empty, escalates = (each.approval.id for each in store.reviews)
    notes = [key for key in store.delivered if key.startswith("note:")]
    assert notes == [f"note:unfillable:{empty}:0", f"note:unfillable:{escalates}:0"]
    assert store.asked == [("T1", None, 500)]
    await check()
    assert [key for key in store.delivered if key.startswith("note:")] == notes, "once"


async def test_a_rule_that_was_told_of_does_not_hide_another_one() -> None:
    store = Waiting(review(EMPTY, BOTH))
    approval = store.reviews[0].approval
    store.noted.add(f"note:unfillable:{approval.id}:0")
    await store.check()()
    assert f"note:unfillable:{approval.id}:1" in store.delivered


async def test_what_cannot_be_stored_is_not_posted() -> None:
    store = Waiting(review(EMPTY))
    store.away = True
    with pytest.raises(DatabaseUnavailable):
        await store.check()()
    assert store.delivered == []


async def test_of_several_reports_at_once_the_last_one_is_looked_at() -> None:
    store = Waiting(review(FINANCE))
    store.held = asyncio.Event()
    check = store.check()
    first, *others = (asyncio.create_task(check()) for _ in range(4))
    await asyncio.sleep(0)
    store.held.set()
    await asyncio.gather(first, *others)
    assert len(store.asked) == 2, "the first had begun when the last came"
    await check()
    assert len(store.asked) == 3
