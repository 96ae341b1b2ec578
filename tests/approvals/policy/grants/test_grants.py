"""Grants: what they cover, held against every way in which an action may differ."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.json import Json
from countersign.approvals.policy.grants import (
    Grant,
    GrantNotUsable,
    NoGrantOffered,
    open_grant,
    revoke,
    use,
    why_not_covered,
)
from countersign.approvals.policy.matching import ActionContext, Requester
from tests.approvals.policy.policies import NOW, a_policy, an_action, person

TEXT = """
[[rule]]
name = "small"
action = "refund"
when = "args.amount < 100"
grant = {for = "1h", scope = "SCOPE", max_uses = 2}
[[rule]]
name = "rest"
"""
THREAD = "T1/C1/1.0"


def granted(scope: str = "thread", args: Json = None) -> Grant:
    return granted_in(an_action(args=args or {"amount": 5}), scope)


def granted_in(context: ActionContext, scope: str) -> Grant:
    match = a_policy(TEXT.replace("SCOPE", scope)).rule_for(context)
    return open_grant(
        grant_id=UUID(int=1),
        approval_id=UUID(int=2),
        match=match,
        context=context,
        thread_id=THREAD,
        granted_by=person("UBOB"),
        now=NOW,
    )


def why_not(
    grant: Grant,
    context: ActionContext | None = None,
    *,
    thread: str = THREAD,
    now: datetime = NOW,
    text: str = TEXT,
    scope: str = "thread",
) -> str | None:
    context = context or an_action(args={"amount": 50})
    match = a_policy(text.replace("SCOPE", scope)).rule_for(context)
    reason = why_not_covered(grant, match, context, thread, now)
    return None if reason is None else str(reason)


def test_it_covers_the_same_action_in_the_same_thread_within_the_condition_that_was_seen() -> None:
    assert why_not(granted()) is None
    assert granted().condition == "args.amount < 100"


@pytest.mark.parametrize(
    ("context", "thread", "later", "why"),
    [
        (an_action(args={"amount": 100}), THREAD, 0, "another rule applies"),
        (an_action(args={"amount": "5"}), THREAD, 0, "condition could not be evaluated"),
        (an_action(args={}), THREAD, 0, "condition could not be evaluated"),
        (an_action("send", {"amount": 5}), THREAD, 0, "another rule applies"),
        (an_action(args={"amount": 5}, graph="other"), THREAD, 0, "another action"),
        (an_action(args={"amount": 5}), "T1/C1/2.0", 0, "another thread"),
        (an_action(args={"amount": 5}), THREAD, 60, "its time is over"),
        (an_action(args={"amount": 5}), THREAD, -60, "its time is over"),
    ],
)
def test_what_it_does_not_cover(context: ActionContext, thread: str, later: int, why: str) -> None:
    found = why_not(granted(), context, thread=thread, now=NOW + timedelta(minutes=later))
    assert found is not None
    assert why in found


def test_an_edited_rule_is_another_rule() -> None:
    edited = TEXT.replace("amount < 100", "amount < 1000")
    assert why_not(granted(), text=edited) == "another rule applies, or the rule was changed"
    assert why_not(granted(), text="# a comment\n" + TEXT) is None, "where it stands does not matter"


def test_a_grant_for_a_requester_follows_them_through_threads() -> None:
    grant = granted("requester")
    other = an_action(args={"amount": 5}, requester=Requester(id="UANN"))
    nobody = an_action(args={"amount": 5}, requester=None)
    assert why_not(grant, thread="elsewhere", scope="requester") is None
    assert why_not(grant, other, scope="requester") == "it is for another requester"
    assert why_not(grant, nobody, scope="requester") == "it is for another requester"


def test_a_revoked_grant_covers_nothing_and_stays_revoked() -> None:
    revoked = revoke(granted(), NOW)
    assert why_not(revoked) == "it was revoked"
    assert revoke(revoked, NOW + timedelta(hours=1)) == revoked


@given(st.integers(1, 5), st.integers(1, 10))
def test_it_is_used_as_often_as_it_allows_and_no_more(most: int, tries: int) -> None:
    context = an_action(args={"amount": 5})
    match = a_policy(TEXT.replace("SCOPE", "thread")).rule_for(context)
    grant = replace(granted(), max_uses=most)
    for number in range(tries):
        if number < most:
            grant = use(grant, match, context, THREAD, NOW)
        else:
            with pytest.raises(GrantNotUsable, match="used up"):
                use(grant, match, context, THREAD, NOW)
    assert grant.uses == min(most, tries)


@pytest.mark.parametrize(
    "context",
    [
        an_action("send", {"amount": 5}),
        an_action(args={"amount": "5"}),
        an_action(args={"amount": 5}, requester=None),
    ],
    ids=["the rule offers none", "the condition failed", "nobody to hold it"],
)
def test_where_none_is_offered(context: ActionContext) -> None:
    with pytest.raises(NoGrantOffered):
        granted_in(context, "requester")
