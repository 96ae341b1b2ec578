"""Mistakes in a policy file: each is reported with its line and what was meant."""

import pytest

from countersign.approvals.policy.rule import (
    NO_RULE,
)
from tests.approvals.policy.policies import a_policy, a_rule, problems


@pytest.mark.parametrize(
    ("lines", "line", "what"),
    [
        ('aprovers = "members"', 3, "“aprovers” is not a key that is known here; did you mean “approvers”?"),
        ('timeout = "1h"', 3, "“timeout” is not a key that is known here; did you mean “expire_after”?"),
        ('name = "r"', None, "Cannot overwrite a value"),
        ("graph = 5", 3, 'graph: it is a number, and takes a text; write "5"'),
        ('action = ""', 3, "action: it is empty"),
        ("action = []", 3, "action: the list is empty"),
        (
            'channel = "ops"',
            3,
            'channel: “ops” is neither a channel\'s #name nor its id; did you mean "#ops"?',
        ),
        ('requester = "sales"', 3, 'did you mean "@sales"?'),
        (
            'when = "amount > 5"',
            3,
            "when: the condition is wrong: “amount” is not known; did you mean args.amount?",
        ),
        ('when = "args.amount >"', 3, "when: the condition is wrong: Syntax error"),
        ('when = "1 + 1"', 3, "a number, not something that is true or false"),
        ('approvers = "member"', 3, "did you mean “members”?"),
        ('approvers = "@finance"', 3, 'did you mean [{group = "@finance"}]?'),
        ('approvers = ["@finance"]', 3, 'did you mean {group = "@finance"}?'),
        ('approvers = ["requester"]', 3, 'write this word without brackets: "requester"'),
        ('approvers = ["U123"]', 3, 'did you mean {users = ["U123"]}?'),
        (
            "approvers = [\n  {group = '@x'},\n  {groop = '@y'},\n]",
            5,
            "“groop” is not known here; did you mean “group”?",
        ),
        (
            'approvers = [{group = "@x", users = ["U1"]}]',
            3,
            "names more than one of users, group and channel",
        ),
        ("approvers = [{count = 2}]", 3, "an approver set names nobody"),
        ('approvers = [{users = ["bob"]}]', 3, "“bob” is not a user's id"),
        ('approvers = [{users = ["U1"], count = 2}]', 3, "2 people are needed, and the set names 1"),
        ('approvers = [{group = "finance"}]', 3, 'did you mean "@finance"?'),
        ("quorum = 0", 3, "quorum: it is 0, and takes 1 to 100"),
        ('quorum = "2"', 3, "write 2 without quotes"),
        ("quorum = true", 3, "quorum: it is true or false, and takes a whole number"),
        ('approvers = [{group = "@x", count = 3}]\nquorum = 2', 4, "quorum: 2 is less than the 3 people"),
        ('approvers = [{users = ["U1", "U2"]}]\nquorum = 3', 4, "3 people are needed, and only 2 may decide"),
        ('approvers = [{users = ["U1"]}]\nrejections = 2', 4, "2 people are needed, and only 1 may decide"),
        ('approvers = "requester"\nrequester_may_decide = false', 4, "only the requester may decide"),
        ('requester_may_decide = "false"', 3, "write false without quotes"),
        ('decisions = ["aprove"]', 3, "decisions[1]: “aprove” is none of"),
        ("decisions = []", 3, "the list is empty"),
        ('reason = "sometimes"', 3, "reason: “sometimes” is none of “never”, “reject”, “always”"),
        ("confirm = 3", 3, "confirm: it is a number"),
        ('summary = "Refund {amount"', 3, "a brace is not closed"),
        ('summary = "Refund {amount!r}{ }"', 3, "“{ }” is not an argument"),
        ("requester = false", 3, "requester: it names who asks; write requester_may_decide = false"),
        ('post_to = "ops"', 3, 'did you mean "#ops"?'),
        ('notify = "@finance"', 3, "none of “approvers”, “nobody”"),
        ("expire_after = 30", 3, 'write the unit, such as "30m"'),
        ('expire_after = "soon"', 3, "“soon” is not a duration"),
        ('expire_after = "0m"', 3, "“0m” is not a duration"),
        ('expire_after = "99999d"', 3, "at most 3650d"),
        ('on_expiry = "reject"', 3, "on_expiry does nothing without expire_after"),
        ('expire_after = "1h"\non_expiry = "rejected"', 4, "did you mean “reject”?"),
        ('expire_after = "1h"\non_expiry = "respond:"', 4, "“respond” lacks its words"),
        ('escalate_after = "1h"', 3, "escalate_after does nothing without escalate_to"),
        ('hours = "9-17"', 3, "hours: it is a text, and takes a table"),
        ('hours = {days = "Mon-Fri", from = "09:00", to = "18:00"}', 3, "hours: “zone” is missing"),
        (
            'hours = {days = "Mon-Fri", from = "25:00", to = "18:00", zone = "UTC"}',
            3,
            "“25:00” is not a time",
        ),
        (
            'hours = {days = "Mo", from = "9:00", to = "18:00", zone = "Berlin"}',
            3,
            "did you mean “Europe/Berlin”?",
        ),
        ('hours = {days = "Mon", from = "9:00", to = "9:00", zone = "UTC"}', 3, "the hours do not last"),
        ('hours = {days = "Mun", from = "9:00", to = "18:00", zone = "UTC"}', 3, "“Mun” is not a day"),
        (
            'hours = {days = "Mon", from = "9:00", to = "18:00", zone = "UTC", holidays = "DE-XX"}',
            3,
            "“DE-XX” is not a country whose holidays are known",
        ),
        (
            'hours = {days = "Mon", from = "9:00", to = "18:00", zone = "istanbul"}',
            3,
            "did you mean “Asia/Istanbul”?",
        ),
        (
            'hours = {days = "Mon", from = "9:00", to = "18:00", zone = "Europ/Berlin"}',
            3,
            "did you mean “Europe/Berlin”?",
        ),
        (
            'hours = {days = "Mon", from = "9:00", to = "18:00", zone = "xyzzy"}',
            3,
            "“xyzzy” is not a time zone; such as Europe/Berlin",
        ),
        (
            'hours = {days = "Mon", from = "24:00", to = "9:00", zone = "UTC"}',
            3,
            "the hours do not last",
        ),
        (
            'hours = {days = "Mon", from = "9:00", to = "00:00", zone = "UTC"}',
            3,
            "the hours do not last",
        ),
        (
            'hours = {days = "Mon", from = "9:00", to = "24:01", zone = "UTC"}',
            3,
            "“24:01” is not a time of day",
        ),
        ('freeze = "gone.ics"', 3, "freeze: gone.ics: there is no gone.ics"),
        ('break_glass = ["bob"]', 3, "“bob” is neither a user's id, nor a @group, nor a #channel"),
        ('grant = {scope = "thread"}', 3, "grant: “for” is missing"),
        ('grant = {for = "1h", scope = "all"}', 3, "grant.scope: “all” is none of “thread”, “requester”"),
        ("undo = -1", 3, "undo: it is -1, and takes 1 to 86,400"),
        ('valid_for = "tomorrow"', 3, "is not a duration"),
        ('auto = "edit"', 3, "auto: “edit” is none of “approve”, “reject”"),
        ('redact = ["card.number"]', 3, 'did you mean "/card/number"?'),
        ('redact = ["/a~b"]', 3, "is not a JSON Pointer"),
        ('redact = "$.card.number"', 3, 'did you mean "/card/number"?'),
        ("reason = 3", 3, "reason: it is a number, and takes one of “never”, “reject”, “always”"),
        ("action = true", 3, "action: it is true or false, and takes a text"),
        ("action = 1979-05-27", 3, "action: it is a date or time, and takes a text"),
        ('quorum = "two"', 3, "quorum: it is a text, and takes a whole number"),
        ("quorum = 1.5", 3, "quorum: it is a number, and takes a whole number"),
        ('replies = "no"', 3, "replies: it is a text, and takes true or false"),
        ('replies = "TRUE"', 3, "write true without quotes"),
        ("replies = 1", 3, "replies: it is a number, and takes true or false"),
        ("undo = true", 3, 'undo: it is true or false, and takes a duration; such as "30m"'),
        ('expire_after = "1h', 3, "not TOML: "),
        ('channel = "@ops"', 3, 'did you mean "#ops"?'),
        ('requester = "#sales"', 3, 'did you mean "@sales"?'),
        ('escalate_to = [{users = ["@leads"]}]', 3, 'did you mean {group = "@leads"}?'),
        ('approvers = [{users = ["bob"]}]', 3, "a user's id is such as U0123ABCD"),
        ('approvers = [{users = "U1", count = 2}]', 3, "2 people are needed, and the set names 1"),
        ('approvers = [{channel = "ops"}]', 3, "“ops” is not a channel; did you mean"),
        ("approvers = 5", 3, "approvers: "),
        ('summary = "Refund }"', 3, "a brace is not closed or not opened"),
        (
            'grant = {for = "1h", size = 1}',
            3,
            "“size” is not known here; its keys are for, scope, max_uses",
        ),
        ("grant = 5", 3, "grant: it is a number, and takes a table; {...} with for, scope, max_uses"),
        ('grant = {for = "1h", max_uses = 0}', 3, "grant.max_uses: it is 0, and takes 1 to 1,000,000"),
    ],
)
def test_each_mistake_is_reported_with_its_line_and_what_was_meant(
    lines: str, line: int | None, what: str
) -> None:
    found = problems(f'[[rule]]\nname = "r"\n{lines}\n')
    assert any(what in problem for problem in found), found
    if line is not None:
        told = next(problem for problem in found if what in problem)
        assert told.startswith(f"approvals.toml:{line}: ")


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("5", "name: it is a number, and takes a text; write"),
        ('" "', "name: it is empty"),
        ('"a  b"', "name: a name is one line, without blanks at either end"),
        ('" a"', "name: a name is one line, without blanks at either end"),
        ('"a\\u200bb"', "name: a name is one line, without blanks at either end"),
        (f'"{NO_RULE}"', "is what an action without a rule is shown with; choose another name"),
    ],
)
def test_a_name_is_one_line_of_its_own(written: str, what: str) -> None:
    (told,) = problems(f"[[rule]]\nname = {written}\n")
    assert what in told


def test_a_rule_that_several_keys_contradict_is_reported_at_the_key_that_it_has_itself() -> None:
    defaults = '[defaults]\nrequester_may_decide = false\nexpire_after = "1h"\non_expiry = "approve"\n'
    (told,) = problems(f'{defaults}[[rule]]\nname = "r"\napprovers = "requester"\n')
    assert told.startswith("approvals.toml:7: only the requester may decide")
    (told,) = problems('[defaults]\nrejections = 3\n[[rule]]\nname = "r"\napprovers = [{users = ["U1"]}]\n')
    assert told.startswith("approvals.toml:5: rejections: 3 people are needed, and only 1 may decide")
    (told,) = problems('[defaults]\napprovers = "requester"\nquorum = 2\n')
    assert told.startswith("approvals.toml:3: quorum: 2 people are needed, and only 1 may decide")


def test_a_mistake_within_a_table_of_its_own_has_that_lines_number() -> None:
    grant = '[[rule]]\nname = "a"\n[rule.grant]\nfor = "1h"\nscope = "all"\n'
    text = f'{grant}[[rule]]\n[rule.hours]\nzone = "UTC"\n'
    found = {told.split(": ", 1)[1].split(";")[0]: told.split(": ")[0] for told in problems(text)}
    assert found == {
        "grant.scope: “all” is none of “thread”, “requester”": "approvals.toml:5",
        "the rule has no name": "approvals.toml:6",
        "hours: “days” is missing": "approvals.toml:7",
        "hours: “from” is missing": "approvals.toml:7",
        "hours: “to” is missing": "approvals.toml:7",
    }


def test_a_number_that_python_cannot_read_is_reported() -> None:
    (told,) = problems(f"[[rule]]\nname = 'r'\nquorum = {'9' * 5000}\n")
    assert told.endswith("not TOML: a number is too long, or a date is none")


@pytest.mark.parametrize(
    ("key", "longest", "limit"),
    [
        ("name = '{}'", "n" * 100, 100),
        ("confirm = '{}'", "c" * 300, 300),
        ("graph = '{}'", "g" * 300, 300),
        ("when = '{}'", "true".ljust(2_000), 2_000),
    ],
)
def test_a_text_is_as_long_as_its_limit_and_no_longer(key: str, longest: str, limit: int) -> None:
    head = "[[rule]]\n" if key.startswith("name") else "[[rule]]\nname = 'r'\n"
    assert a_policy(head + key.format(longest)).rules
    assert f"it has {limit + 1:,} characters, and takes at most {limit:,}" in str(
        problems(head + key.format(longest + " "))
    )


@pytest.mark.parametrize(
    ("key", "least", "most"), [("quorum", 1, 100), ("rejections", 1, 100), ("undo", 1, 86_400)]
)
def test_a_number_is_between_its_limits(key: str, least: int, most: int) -> None:
    for within in (least, most):
        a_rule(f"{key} = {within}")
    for beyond in (least - 1, most + 1):
        (told,) = problems(f"[[rule]]\nname = 'r'\n{key} = {beyond}")
        assert f"{key}: it is {beyond}, and takes {least} to {most:,}" in told


def test_all_mistakes_are_reported_at_once_in_the_files_order() -> None:
    found = problems(
        '[defaults]\nquorum = "2"\nname = "x"\n[[rule]]\nfoo = 1\n[[rule]]\nname = "a"\n'
        'hours = {days = "Mun", to = "9:00", zone = "Nowhere"}\n[[rule]]\nname = "a"\n'
    )
    assert [problem.split(": ")[0] for problem in found] == [
        f"approvals.toml:{line}" for line in (2, 3, 4, 5, 8, 8, 8, 10)
    ]
    assert "belongs to a rule" in found[1]
    assert "has no name" in found[2]
    assert "the name “a” is taken by the rule in line 6" in found[-1]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[[rule]\n", "approvals.toml:1: not TOML: "),
        ("\n\nname = “a”\n", "approvals.toml:3: not TOML: Invalid value; use straight quotes"),
        ("[defaults]\n[defaults]\n", "approvals.toml:2: not TOML: "),
        ("rule = 1\n", "approvals.toml:1: “rule” is not a list of tables; write [[rule]]"),
        ("[rule]\nname = 'a'\n", "approvals.toml:1: “rule” is not a list of tables"),
        ("[[rules]]\n", "approvals.toml:1: “rules” is not a key that is known here; did you mean “rule”?"),
        ("defaults = 5\n", "“defaults” is not a table"),
        ("a = " + "[" * 5000, "approvals.toml:1: "),
        ("\x00", "approvals.toml:1: not TOML"),
        ("#" * 3_000_000, "more than 2,000,000 characters"),
    ],
)
def test_a_file_that_is_no_policy_at_all(text: str, what: str) -> None:
    assert what in problems(text)[0]
