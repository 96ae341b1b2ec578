"""Grants against a model, whatever happens in whatever order: never more uses, never later, never wider."""

from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from countersign.approvals.policy.grants import (
    Grant,
    GrantNotUsable,
    GrantState,
    NoGrantOffered,
    open_grant,
    revoke,
    use,
)
from countersign.approvals.policy.matching import ActionContext, Requester
from countersign.approvals.policy.policy import Policy
from tests.approvals.policy.policies import NOW, a_policy, an_action, person

TEXT = """
[[rule]]
name = "{name}"
action = ["refund", "pay"]
when = "args.amount < {limit}"
grant = {{for = "1h", scope = "{scope}"{uses}}}
[[rule]]
name = "rest"
"""
MINUTES = st.integers(0, 50).map(lambda minutes: timedelta(minutes=minutes))


class GrantMachine(RuleBasedStateMachine):
    """The model: of each grant what was seen when it was given, and every use of it."""

    grants = Bundle("grants")

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.policy: Policy = a_policy(TEXT.format(name="small", limit=100, scope="thread", uses=""))
        self.text = ""
        self.stored: dict[UUID, Grant] = {}
        self.seen: dict[UUID, tuple[str, ActionContext, str, int, datetime]] = {}
        self.used: dict[UUID, list[datetime]] = {}
        self.revoked: dict[UUID, datetime] = {}

    @rule(
        limit=st.sampled_from([100, 1000]),
        scope=st.sampled_from(["thread", "requester"]),
        most=st.sampled_from([None, 1, 2]),
        name=st.sampled_from(["small", "other"]),
    )
    def edit_the_file(self, limit: int, scope: str, most: int | None, name: str) -> None:
        uses = f", max_uses = {most}" if most else ""
        self.text = TEXT.format(name=name, limit=limit, scope=scope, uses=uses)
        self.policy = a_policy(self.text)

    @rule(
        target=grants,
        action=st.sampled_from(["refund", "pay", "send"]),
        amount=st.sampled_from([5, 500, 5000, "five"]),
        requester=st.sampled_from(["UANN", "UBO", None]),
        thread=st.sampled_from(["T/C/1", "T/C/2"]),
    )
    def give(self, action: str, amount: object, requester: str | None, thread: str) -> UUID | None:
        context = _asked(action, amount, requester)
        match = self.policy.rule_for(context)
        grant_id = UUID(int=len(self.stored) + 1)
        try:
            grant = open_grant(
                grant_id=grant_id,
                approval_id=UUID(int=0),
                match=match,
                context=context,
                thread_id=thread,
                granted_by=person("UBOB"),
                now=self.now,
            )
        except NoGrantOffered:
            return None
        self.stored[grant_id] = grant
        limit = 100 if '< 100"' in self.text or not self.text else 1000
        self.seen[grant_id] = (self.text, context, thread, limit, self.now)
        self.used[grant_id] = []
        return grant_id

    @rule(later=MINUTES)
    def time_passes(self, later: timedelta) -> None:
        self.now += later

    @rule(earlier=MINUTES)
    def the_clock_jumps_back(self, earlier: timedelta) -> None:
        self.now -= earlier

    @rule(grant_id=grants)
    def take_back(self, grant_id: UUID | None) -> None:
        if grant_id is not None:
            self.stored[grant_id] = revoke(self.stored[grant_id], self.now, "UBOB")
            self.revoked.setdefault(grant_id, self.now)

    @rule(
        grant_id=grants,
        action=st.sampled_from(["refund", "pay", "send"]),
        amount=st.sampled_from([5, 500, 5000, "five"]),
        requester=st.sampled_from(["UANN", "UBO", None]),
        thread=st.sampled_from(["T/C/1", "T/C/2"]),
        graph=st.sampled_from(["agent", "other"]),
    )
    def ask(
        self,
        grant_id: UUID | None,
        action: str,
        amount: object,
        requester: str | None,
        thread: str,
        graph: str,
    ) -> None:
        if grant_id is None:
            return
        context = _asked(action, amount, requester, graph)
        try:
            after = use(self.stored[grant_id], self.policy.rule_for(context), context, thread, self.now)
        except GrantNotUsable:
            assert not self._is_covered(grant_id, context, amount, thread)
            return
        assert self._is_covered(grant_id, context, amount, thread)
        self.stored[grant_id] = after
        self.used[grant_id].append(self.now)

    def _is_covered(self, grant_id: UUID, context: ActionContext, amount: object, thread: str) -> bool:
        """By what was seen alone, without the code that is tested."""
        text, seen, seen_thread, limit, given_at = self.seen[grant_id]
        grant = self.stored[grant_id]
        here = thread == seen_thread if grant.scope == "thread" else context.requester == seen.requester
        return (
            grant_id not in self.revoked
            and given_at <= self.now < given_at + timedelta(hours=1)
            and (grant.max_uses is None or len(self.used[grant_id]) < grant.max_uses)
            and text == self.text
            and (context.action, context.graph) == (seen.action, "agent")
            and isinstance(amount, int)
            and amount < limit
            and here
        )

    @invariant()
    def the_limits_hold(self) -> None:
        for grant_id, grant in self.stored.items():
            uses = self.used[grant_id]
            assert grant.uses == len(uses)
            assert grant.max_uses is None or grant.uses <= grant.max_uses
            assert all(grant.granted_at <= at < grant.expires_at for at in uses)
            assert (grant.state(self.now) is GrantState.REVOKED) == (grant_id in self.revoked)
            if grant.state(self.now) is GrantState.ACTIVE:
                assert grant.ended_at(self.now) is None
                assert grant.is_listed(self.now)


def _asked(action: str, amount: object, requester: str | None, graph: str = "agent") -> ActionContext:
    asker = Requester(id=requester) if requester is not None else None
    return an_action(action, {"amount": amount}, graph=graph, requester=asker)  # type: ignore[dict-item]


TestGrantMachine = GrantMachine.TestCase
TestGrantMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
