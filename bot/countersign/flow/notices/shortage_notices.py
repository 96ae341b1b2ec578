"""Reports approvals that nobody can decide: to the thread, the log and the fallback approvers."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

import structlog

from countersign.approvals.approval import Approval
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.permission import VotingContext
from countersign.approvals.policy.voting.shortages import Shortage
from countersign.flow.messages.outgoing import Outgoing, note
from countersign.flow.notices.direct_messages import NoticeReason, direct_messages
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import NoticeStore
from countersign.flow.review import Review
from countersign.i18n import N_, TextLines, TextList, lazy_text, sentences

_ADD_THEM = N_("Add people who may decide it to that channel.")
_ASK_IN_A_CHANNEL = N_("Nobody else sees this direct message. Ask for it in a channel instead.")
_NOR_CAN = N_("Nor can {who}. Tell your admin.")
_MAX_CHECKED = 500  # waiting approvals that one check looks at, the oldest first

log = structlog.get_logger()


class ShortageNotices:
    def __init__(self, audience: Audience, voting: Voting) -> None:
        self._audience = audience
        self._voting = voting

    async def __call__(self, review: Review) -> tuple[Outgoing, ...]:
        """A note for each rule of the open rows that nobody can fill, and messages to who may decide then."""
        approval = review.approval
        posts: list[Outgoing] = []
        for row, rule in _distinct_rules(approval):
            voting = await self._voting.row(approval, row)
            shortages = voting.shortages
            if not shortages:
                continue
            log.error(
                "approvers_missing",
                approval_id=str(approval.id),
                rule=rule.name,
                missing=[each.label.source for each in shortages],
            )
            users = await self._audience.members(approval, rule, rule.timers.escalate_to)
            alone = await self._may_break_glass(approval, rule, voting.context)
            posts.append(_unfillable(review, rule, shortages, stuck=voting.context.stuck, glass=bool(alone)))
            posts += direct_messages(approval, dict.fromkeys((*users, *alone)), NoticeReason.ESCALATED)
        return tuple(posts)

    async def _may_break_glass(
        self, approval: Approval, rule: Rule, context: VotingContext
    ) -> tuple[str, ...]:
        """Who may decide it alone, where the fallback cannot fill the seats either, and sees the card."""
        if not context.stuck:
            return ()
        people = await self._audience.members(approval, rule, rule.break_glass)
        return tuple(user for user in people if context.memberships.may_hold_a_seat(user))


class ShortageCheck:
    """Checks pending approvals after Slack reported a change of groups, channels or accounts."""

    def __init__(
        self,
        store: NoticeStore,
        notices: ShortageNotices,
        deliver: Callable[[Sequence[Outgoing]], Awaitable[None]],
        team: str,
    ) -> None:
        self._store = store
        self._notices = notices
        self._deliver = deliver
        self._team = team
        self._running = asyncio.Lock()
        self._asked = 0

    async def __call__(self) -> None:
        """Report each new shortage. Of several concurrent calls, only the last one does."""
        self._asked += 1
        asked = self._asked
        async with self._running:
            if asked == self._asked:
                await self._check()

    async def _check(self) -> None:
        for review in await self._store.waiting(self._team, None, _MAX_CHECKED):
            approval = review.approval
            keys = [_key(approval, rule) for _, rule in _distinct_rules(approval)]
            if not approval.rules or all([await self._store.is_noted(f"note:{key}") for key in keys]):
                continue
            posts = await self._notices(review)
            if posts:
                await self._store.enqueue_posts(posts)
                await self._deliver(posts)


def _distinct_rules(approval: Approval) -> Iterator[tuple[int, Rule]]:
    """Each rule of the open rows once, with the first row that has it."""
    seen: set[Rule] = set()
    for row in approval.open_rows:
        rule = approval.rule(row)
        if rule not in seen:
            seen.add(rule)
            yield row, rule


def _unfillable(
    review: Review, rule: Rule, shortages: Sequence[Shortage], *, stuck: bool, glass: bool
) -> Outgoing:
    missing = TextLines(tuple(each.label for each in shortages), "; ")
    text = lazy_text(
        "There is nobody who could decide “{title}” ({missing}).", title=review.shown.title, missing=missing
    )
    instead = tuple(dict.fromkeys(each.source.label for each in rule.timers.escalate_to))
    who = lazy_text("Tell your admin.")
    if glass:
        named = TextList(tuple(dict.fromkeys(each.source.label for each in rule.break_glass)), any_of=True)
        who = lazy_text("{who} can decide it alone, with break glass.", who=named)
    elif instead and stuck:
        who = lazy_text(_NOR_CAN, who=TextList(instead, any_of=True))
    elif instead:
        who = lazy_text("{who} can decide it instead.", who=TextList(instead, any_of=True))
    elif any(each.unseen for each in shortages):
        direct = review.approval.channel.startswith("D")
        who = lazy_text(_ASK_IN_A_CHANNEL if direct else _ADD_THEM)
    return note(review.thread, _key(review.approval, rule), sentences(text, who))


def _key(approval: Approval, rule: Rule) -> str:
    place = approval.rules.index(rule) if approval.rules else 0
    return f"unfillable:{approval.id}:{place}"
