"""The file's text -> rules: every key, every kind of mistake with its line, and files of any size."""

import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.approver_set import (
    MEMBERS,
    REQUESTER,
    THREAD_CHANNEL,
    ApproverSet,
    Source,
    SourceKind,
)
from countersign.approvals.policy.clock.working_hours import WorkingHours
from countersign.approvals.policy.reading import PolicyError, read_policy
from countersign.approvals.policy.rule import (
    NO_RULE,
    GrantOffer,
    GrantScope,
    Notify,
    OnExpiry,
    ReasonRequired,
    Rule,
)
from tests.approvals.policy.policies import a_policy, a_rule, no_calendars

FINANCE = Source(kind=SourceKind.GROUP, names=("@finance",))
OPS = Source(kind=SourceKind.CHANNEL, names=("#ops",))
TWO = Source(kind=SourceKind.USERS, names=("U1", "U2"))
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//\r\nEND:VCALENDAR\r\n"


def seen(rule: Rule, path: str) -> object:
    value: object = rule
    for name in path.split("."):
        value = getattr(value, name)
    return value


@pytest.mark.parametrize(
    ("line", "path", "value"),
    [
        ('graph = "agent"', "selector.graph", ("agent",)),
        ('graph = ["a*", "b"]', "selector.graph", ("a*", "b")),
        ('action = "pay_*"', "selector.action", ("pay_*",)),
        ('channel = ["#ops-*", "C0123"]', "selector.channel", ("#ops-*", "C0123")),
        ('requester = ["U0123", "@sales"]', "selector.requester", ("U0123", "@sales")),
        ('when = "args.amount > 1000"', "selector.when", "args.amount > 1000"),
        ('approvers = "members"', "approvers", (ApproverSet(source=MEMBERS),)),
        ('approvers = "channel"', "approvers", (ApproverSet(source=THREAD_CHANNEL),)),
        ('approvers = "requester"', "approvers", (ApproverSet(source=REQUESTER),)),
        ('approvers = [{group = "@finance"}]', "approvers", (ApproverSet(source=FINANCE),)),
        ('approvers = [{channel = "#ops", count = 2}]', "approvers", (ApproverSet(source=OPS, count=2),)),
        ('approvers = [{users = ["U1", "U2"]}]', "approvers", (ApproverSet(source=TWO),)),
        ('approvers = [{group = "@finance", count = 2}, {channel = "#ops"}]', "quorum", 3),
        ("quorum = 3", "quorum", 3),
        ("rejections = 2", "rejections", 2),
        ("requester_may_decide = false", "requester_may_decide", False),
        ("state_changes = true", "state_changes", True),
        (
            'decisions = ["approve", "reject"]',
            "decisions",
            frozenset({DecisionKind.APPROVE, DecisionKind.REJECT}),
        ),
        ('reason = "always"', "reason", ReasonRequired.ALWAYS),
        ("replies = false", "replies", False),
        ('confirm = "Really?"', "confirm", "Really?"),
        ("confirm = true", "confirm", "Approve this? It can't be undone."),
        ("confirm = false", "confirm", None),
        ('summary = "Refund {amount} to {customer.name}"', "summary", "Refund {amount} to {customer.name}"),
        ('post_to = "#approvals"', "post_to", "#approvals"),
        ('post_to = "thread"', "post_to", "thread"),
        ('notify = "approvers"', "notify", Notify.APPROVERS),
        ('notify = ["U1", "U2"]', "notify", ("U1", "U2")),
        ('remind_after = "30m"', "timers.remind_after", timedelta(minutes=30)),
        (
            'escalate_after = "2h"\nescalate_to = {group = "@finance"}',
            "timers.escalate_after",
            timedelta(hours=2),
        ),
        ('escalate_to = {group = "@finance"}', "timers.escalate_to", (ApproverSet(source=FINANCE),)),
        ('expire_after = "3d"', "timers.expire_after", timedelta(days=3)),
        ('expire_after = "3d"', "timers.on_expiry", OnExpiry.REJECT),
        ('expire_after = "3d"\non_expiry = "keep"', "timers.on_expiry", OnExpiry.KEEP),
        ('expire_after = "3d"\non_expiry = "respond: sorry: no"', "timers.expiry_response", "sorry: no"),
        (
            'hours = {days = "Mon-Fri", from = "9:00", to = "18:00", zone = "Europe/Paris", holidays = "DE"}',
            "hours",
            WorkingHours(
                days=frozenset(range(5)), opens=540, closes=1080, zone="Europe/Paris", holidays=("DE",)
            ),
        ),
        ('freeze = "freeze.ics"', "freeze", "freeze.ics"),
        ('break_glass = [{group = "@finance"}]', "break_glass", (ApproverSet(source=FINANCE),)),
        ('break_glass = "@finance"', "break_glass", (ApproverSet(source=FINANCE),)),
        (
            'break_glass = ["U1", "@finance"]',
            "break_glass",
            (ApproverSet(source=Source(kind=SourceKind.USERS, names=("U1",))), ApproverSet(source=FINANCE)),
        ),
        (
            'grant = {for = "1h", scope = "requester", max_uses = 20}',
            "grant",
            GrantOffer(lasts=timedelta(hours=1), scope=GrantScope.REQUESTER, max_uses=20),
        ),
        ('grant = {for = "1h"}', "grant", GrantOffer(lasts=timedelta(hours=1))),
        ("undo = 30", "undo", timedelta(seconds=30)),
        ('undo = "1m"', "undo", timedelta(minutes=1)),
        ('valid_for = "2h"', "valid_for", timedelta(hours=2)),
        ('auto = "approve"', "auto", DecisionKind.APPROVE),
        ('redact = ["/card/number", "/a~1b"]', "redact", ("/card/number", "/a~1b")),
    ],
)
def test_each_key_is_read(line: str, path: str, value: object) -> None:
    assert seen(a_rule(line, freeze=CALENDAR), path) == value


def test_every_key_of_a_rule_is_read_above() -> None:
    from countersign.approvals.policy.reading.keys import RULE

    marks = [mark for mark in test_each_key_is_read.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    written = {line.split(" = ")[0] for case in marks[0].args[1] for line in case[0].splitlines()}
    assert written == RULE.keys() - {"name"}


@pytest.mark.parametrize(
    ("days", "numbers"),
    [
        ('"Mon-Fri"', {0, 1, 2, 3, 4}),
        ('"Sat,Sun"', {5, 6}),
        ('["monday", "Wed-Thu"]', {0, 2, 3}),
        ('"Fri-Mon"', {4, 5, 6, 0}),
        ('"Mon-Mon"', {0}),
    ],
)
def test_days(days: str, numbers: set[int]) -> None:
    rule = a_rule(f'hours = {{days = {days}, from = "9:00", to = "24:00", zone = "UTC"}}')
    assert rule.hours == WorkingHours(days=frozenset(numbers), opens=540, closes=1440, zone="UTC")


def test_an_empty_file_is_a_policy_in_which_members_decide() -> None:
    policy = a_policy("# nothing yet\n")
    assert (policy.rules, policy.fallback) == ((), Rule(name=NO_RULE))


def test_defaults_hold_for_rules_that_say_nothing_else_and_where_no_rule_matches() -> None:
    policy = a_policy(
        '[defaults]\nexpire_after = "1d"\nreason = "reject"\n'
        '[[rule]]\nname = "a"\n[[rule]]\nname = "b"\nreason = "never"\n'
    )
    first, second = policy.rules
    assert (first.reason, second.reason, policy.fallback.reason) == ("reject", "never", "reject")
    assert {each.timers.expire_after for each in (first, second, policy.fallback)} == {timedelta(days=1)}


def test_a_quorum_of_the_defaults_grows_with_a_rules_seats_and_never_shrinks() -> None:
    policy = a_policy(
        '[defaults]\nquorum = 2\n[[rule]]\nname = "one"\napprovers = [{group = "@finance"}]\n'
        '[[rule]]\nname = "three"\napprovers = [{group = "@finance", count = 3}]\n'
    )
    assert [rule.quorum for rule in policy.rules] == [2, 3]


def test_rules_keep_their_order_and_know_their_lines() -> None:
    policy = a_policy('[[rule]]\nname = "b"\n\n[[rule]]\nname = "a"\n')
    assert [(rule.name, rule.line) for rule in policy.rules] == [("b", 1), ("a", 4)]


@pytest.mark.parametrize(
    ("written", "asked"), [("true", "Approve this?"), ('"Sure?"', "Sure?"), ("false", None)]
)
def test_what_is_asked_before_an_approval(written: str, asked: str | None) -> None:
    found = a_rule(f"confirm = {written}").confirm
    assert (found is None) if asked is None else (found is not None and found.startswith(asked))


def test_a_calendar_that_several_rules_share_is_read_once() -> None:
    asked: list[str] = []

    def load(path: str) -> str:
        asked.append(path)
        return CALENDAR

    rule = '[[rule]]\nname = "{}"\nfreeze = "freeze.ics"\n'
    policy = read_policy(rule.format("a") + rule.format("b"), load)
    assert [each.freeze for each in policy.rules] == ["freeze.ics", "freeze.ics"]
    assert asked == ["freeze.ics"]


def test_hours_may_go_up_to_midnight() -> None:
    hours = a_rule('hours = {days = "Mon", from = "00:00", to = "24:00", zone = "UTC"}').hours
    assert hours is not None
    assert (hours.opens, hours.closes) == (0, 1440)


def test_a_thousand_rules_are_read_in_no_time() -> None:
    text = "".join(
        f'[[rule]]\nname = "r{number}"\naction = "a{number}"\nwhen = "args.amount > {number}"\n'
        f'approvers = [{{group = "@g{number}"}}]\nexpire_after = "1h"\n'
        for number in range(1000)
    )
    began = time.process_time()
    assert len(a_policy(text).rules) == 1000
    assert time.process_time() - began < 5


@given(st.text(alphabet="[]{}=\",.#'\n abnrule1", max_size=80))
def test_any_text_is_a_policy_or_reported_as_problems(text: str) -> None:
    try:
        read_policy(text, no_calendars)
    except PolicyError as error:
        lines = {problem.line for problem in error.problems}
    else:
        lines = {1}
    assert lines <= set(range(1, text.count("\n") + 2))
