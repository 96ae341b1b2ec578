"""`policy explain`: why a rule matches or does not, and what it asks for."""

from dataclasses import replace

import pytest

from countersign.approvals.policy.checking.explain import condition_errors, describe, explain
from countersign.approvals.policy.checking.lint import LintWarning, lint
from countersign.approvals.policy.matching import Channel, Requester
from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.reading.keys import RULE
from countersign.approvals.policy.rule import Rule
from tests.approvals.policy.policies import a_policy, a_rule, an_action

TEXT = """
[[rule]]
name = "sql"
graph = "ops"
[[rule]]
name = "mail"
action = "send_*"
[[rule]]
name = "elsewhere"
channel = "#dev"
[[rule]]
name = "sales"
requester = "@sales"
[[rule]]
name = "large"
when = "args.amount > 1000"
[[rule]]
name = "small"
approvers = [{group = "@finance"}, {users = ["U1", "U2"]}]
requester_may_decide = false
expire_after = "1d"
"""


def test_explain_says_of_each_rule_why_it_does_not_match_and_what_the_one_that_does_asks_for() -> None:
    lines = explain(a_policy(TEXT), an_action(args={"amount": 5}, requester=Requester(id="UREQ")))
    assert lines == (
        "action “refund” of graph “agent” in #ops, asked for by UREQ",
        "  line 2 “sql”: no, graph is “agent”, and it is for ops",
        "  line 5 “mail”: no, action is “refund”, and it is for send_*",
        "  line 8 “elsewhere”: no, it is in #ops, and it is for #dev",
        "  line 11 “sales”: no, it is for requests of @sales, and UREQ is in no group",
        "  line 14 “large”: no, args.amount > 1000 is false",
        "  line 17 “small”: MATCHES",
        "so:",
        "  approvers: one of @finance and 1 of U1, U2",
        "  whoever is away may delegate their seats to a full member: /approvals delegate",
        "  2 approvals needed, 1 rejection to end it",
        "  the requester and the last editor can't decide, nor can anybody for them",
        "  expires after 1d: then it is rejected",
    )


EXPLAINED: list[tuple[str, list[str]]] = [
    ("quorum = 2", ["2 approvals needed, 1 rejection to end it"]),
    ("rejections = 2", ["1 approval needed, 2 rejections to end it"]),
    (
        "requester_may_decide = false",
        ["the requester and the last editor can't decide, nor can anybody for them"],
    ),
    ('decisions = ["reject", "approve"]', ["people may only approve or reject"]),
    ('reason = "always"', ["a reason is required always"]),
    ("replies = false", ["words in the thread don't decide"]),
    ("state_changes = true", ["the graph's state may be changed with an answer"]),
    ('post_to = "#ops"', ["the card is posted in #ops"]),
    ('remind_after = "30m"', ["reminded after 30m"]),
    (
        'escalate_after = "2h"\nescalate_to = {users = ["U1"]}',
        ["after 2h U1 may decide it too"],
    ),
    (
        'expire_after = "1d"\non_expiry = "respond: not now"',
        ["expires after 1d: then the agent is told “not now”"],
    ),
    (
        'expire_after = "1h"\nhours = {days = "Mon", from = "9:00", to = "18:00", zone = "UTC"}',
        ["expires after 1h: then it is rejected", "the clock runs only Mon 09:00 to 18:00 UTC"],
    ),
    ('valid_for = "2h"', ["asked again if the action has not run 2h after the approval"]),
    ("undo = 30", ["can be undone for 30s"]),
    (
        'break_glass = [{group = "@oncall"}]',
        ["break glass: one of @oncall, to be reviewed by an approver"],
    ),
    ('grant = {for = "1h"}', ["“Approve and don't ask again” for 1h in the thread"]),
    (
        'grant = {for = "1h", scope = "requester", max_uses = 5}',
        ["“Approve and don't ask again” for 1h for the requester, 5 times at most"],
    ),
    (
        'grant = {for = "1h"}\nreason = "always"',
        [
            "a reason is required always",
            "a grant that nobody can give: each approval needs a reason of its own",
        ],
    ),
    ('redact = ["/card", "/iban"]', ["not shown: /card, /iban"]),
    ('confirm = "Really?"', ["Approve asks once more: “Really?”"]),
    ('reason = "reject"', ["a reason is required to reject"]),
    ('summary = "Pay {amount}"', ["the card's title: “Pay {amount}”"]),
    ('notify = "approvers"', ["direct messages to the approvers"]),
    ('notify = ["U1", "U2"]', ["direct messages to U1, U2"]),
    ('escalate_to = {users = ["U1"]}', ["U1 may decide it if there is nobody else"]),
    ('expire_after = "1h"\non_expiry = "keep"', ["expires after 1h: then it stays open"]),
    (
        'hours = {days = "Mon-Tue", from = "22:00", to = "6:30", zone = "UTC", holidays = "DE"}',
        ["the clock runs only Mon, Tue 22:00 to 06:30 UTC, without the holidays of DE"],
    ),
    ("", []),
]


@pytest.mark.parametrize(("keys", "lines"), EXPLAINED)
def test_explain_says_what_a_rule_asks_for_and_nothing_that_it_does_not(keys: str, lines: list[str]) -> None:
    assert list(describe(a_rule(keys))) == ["approvers: one of the workspace's members", *lines]


@pytest.mark.parametrize(("auto", "line"), [("approve", "approved"), ("reject", "rejected")])
def test_explain_says_that_nobody_is_asked(auto: str, line: str) -> None:
    assert list(describe(a_rule(f'auto = "{auto}"'))) == [f"{line} without asking"]


def test_explain_says_that_a_condition_failed() -> None:
    lines = explain(a_policy(TEXT), an_action(args={}))
    assert any(
        "MATCHES, because its condition could not be evaluated (Key not found" in line for line in lines
    )


def test_explain_says_that_no_rule_matches() -> None:
    lines = explain(a_policy('[[rule]]\nname = "a"\naction = "x"\n'), an_action())
    assert "  no rule matches: [defaults] hold" in lines
    assert lines[-1] == "  approvers: one of the workspace's members"


def test_explain_stops_at_the_first_rule_that_matches() -> None:
    policy = a_policy('[[rule]]\nname = "a"\naction = "refund"\n[[rule]]\nname = "b"\n')
    assert explain(policy, an_action())[1:3] == ("  line 1 “a”: MATCHES", "so:")


def test_explain_says_which_condition_was_true() -> None:
    policy = a_policy('[[rule]]\nname = "a"\nwhen = "args.n > 1"\n')
    assert explain(policy, an_action(args={"n": 2}))[1] == "  line 1 “a”: MATCHES, args.n > 1 is true"


def test_explain_says_that_no_channel_was_given() -> None:
    """As without --channel on the command line, where the line had nothing behind its `in`."""
    policy = a_policy('[[rule]]\nname = "a"\nchannel = "#dev"\n')
    lines = explain(policy, replace(an_action(), channel=Channel(id="")))
    assert "” in no channel (none was given), asked for by" in lines[0]
    assert lines[1] == "  line 1 “a”: no, it is in no channel (none was given), and it is for #dev"


def test_explain_says_that_nobody_asked_and_of_whom_a_requester_is() -> None:
    policy = a_policy('[[rule]]\nname = "a"\nrequester = ["@sales", "U1"]\n')
    nobody = explain(policy, an_action(requester=None))
    assert nobody[0].endswith("asked for by nobody (a bot or a schedule)")
    assert nobody[1] == "  line 1 “a”: no, it is for requests of @sales or U1, and nobody asked"
    grouped = an_action(requester=Requester(id="U2", groups=frozenset({"@ops", "@dev"})))
    assert explain(policy, grouped)[1].endswith("and U2 is in @dev, @ops")


def test_a_rule_of_no_file_has_no_line() -> None:
    assert explain(Policy(rules=(Rule(name="a"),)), an_action())[1] == "  “a”: MATCHES"
    shadowed = lint(Policy(rules=(Rule(name="a"), Rule(name="b"))))
    assert [each.in_file("p.toml") for each in shadowed] == [
        "p.toml: rule “b” is a duplicate of “a”: it matches the same and is never reached"
    ]
    assert LintWarning(what="x", line=3).in_file("p.toml") == "p.toml:3: x"


def test_the_errors_of_conditions_are_those_on_the_way_to_the_rule() -> None:
    policy = a_policy('[[rule]]\nname = "a"\nwhen = "args.n > 1"\n')
    (error,) = condition_errors(policy, an_action(args={}))
    assert "Key not found" in error
    assert condition_errors(policy, an_action(args={"n": 2})) == ()


# --- replay


def test_every_key_that_makes_a_difference_to_people_is_explained() -> None:
    """Replay takes rules for equal of which the same is said."""
    said = {line.partition(" = ")[0] for keys, _ in EXPLAINED for line in keys.splitlines()}
    tried_elsewhere = {"approvers", "auto", "freeze"}
    which_actions = {"name", "graph", "action", "channel", "requester", "when"}
    assert said | tried_elsewhere | which_actions == set(RULE)


def test_explain_says_what_a_freeze_means() -> None:
    calendar = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//t//\nEND:VCALENDAR\n"
    text = '[[rule]]\nname = "r"\nauto = "approve"\nfreeze = "f.ics"\n'
    (rule,) = a_policy(text, f=calendar).rules
    assert list(describe(rule)) == [
        "approved without asking",
        "asked during a freeze:",
        "approvers: one of the workspace's members",
        "during the freezes in f.ics only break_glass approves",
    ]
