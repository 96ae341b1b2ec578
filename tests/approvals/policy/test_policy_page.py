"""docs/policy.md: each situation's own text, read and put to the test of what the page says about it."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.approvals.policy.checking.lint import lint
from countersign.approvals.policy.clock.timers import expires_at, is_escalated, is_still_valid
from countersign.approvals.policy.grants import open_grant, why_not_covered
from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.reading.keys import RULE
from countersign.approvals.policy.redaction import redact
from countersign.approvals.policy.rule import NO_RULE, Rule
from countersign.approvals.policy.summary import fill
from countersign.approvals.policy.voting.membership import Memberships
from countersign.approvals.policy.voting.permission import VotingContext
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.policy.voting.shortages import find_shortages
from countersign.approvals.policy.voting.voting_result import VotingOutcome, VotingResult, count_votes
from tests.approvals.policy.policies import a_policy, an_action, person, vote

PAGE = Path(__file__).parents[3] / "docs" / "policy.md"
SECTION = re.compile(r"^##+ (?P<title>[^\n]+)\n(?P<body>.*?)(?=^##+ |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
BERLIN = ZoneInfo("Europe/Berlin")
REJECT, EDIT = DecisionKind.REJECT, DecisionKind.EDIT


@cache
def situation(title: str) -> Policy:
    """The policy of the section with this title, as it is written on the page."""
    body = next(found["body"] for found in SECTION.finditer(PAGE.read_text()) if found["title"] == title)
    blocks = {found["kind"]: found["text"] for found in BLOCK.finditer(body)}
    return a_policy(blocks["toml"], freeze=blocks.get("ics", ""))


def rule_of(title: str, action: str, args: Json = None, **more: Any) -> Rule:
    return situation(title).rule_for(an_action(action, args, **more)).rule


@dataclass(frozen=True)
class Office:
    """Who is in which group."""

    groups: dict[str, set[str]]

    def context(self, rule: Rule, **more: Any) -> VotingContext:
        rosters = {
            Source(kind=SourceKind.GROUP, names=(name,)): frozenset(people)
            for name, people in self.groups.items()
        }
        return VotingContext(rule=rule, memberships=Memberships(rosters=rosters, requester="UREQ"), **more)


def result_of(context: VotingContext, *votes: Any) -> VotingResult:
    row = RowVotes()
    for each in votes:
        row = row.cast(each)
    return count_votes(context, row, votes[-1].by.id if votes else None)


SITUATIONS = [
    "Deploys",
    "Refunds over 1,000",
    "SQL in production",
    "E-mail to customers",
    "Access for an hour",
    "Contracts with two signatures",
    "A freeze at the weekend",
    "On-call takes over",
    "A trusted tool with a grant",
    "A one-person shop",
]


@pytest.mark.parametrize("title", SITUATIONS)
def test_nothing_is_wrong_with_it(title: str) -> None:
    assert lint(situation(title)) == ()


def test_there_are_these_ten_and_no_others() -> None:
    page = PAGE.read_text()
    middle = page[page.index("## Ten situations") : page.index("## Keys")]
    assert re.findall(r"^### (.+)$", middle, re.MULTILINE) == SITUATIONS


def test_the_table_has_every_key() -> None:
    table = PAGE.read_text().partition("## Keys")[2].partition("## Conditions")[0]
    named = {
        name
        for row in re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert named == RULE.keys()


def test_the_conditions_that_are_shown_are_conditions() -> None:
    from countersign.approvals.policy.conditions import compile_condition

    body = PAGE.read_text().partition("## Conditions")[2]
    shown = next(found["text"] for found in BLOCK.finditer(body) if found["kind"] == "text")
    assert len([compile_condition(line) for line in shown.splitlines()]) == 6


def test_the_first_example() -> None:
    opening = PAGE.read_text().partition("## Ten situations")[0]
    policy = a_policy(next(found["text"] for found in BLOCK.finditer(opening) if found["kind"] == "toml"))
    assert policy.rule_for(an_action(args={"amount": 1500})).rule.name == "large refunds"
    assert policy.rule_for(an_action(args={"amount": 1000})).rule.name == NO_RULE


def test_deploys() -> None:
    assert rule_of("Deploys", "deploy", {"environment": "production"}).name == "production deploys"
    assert rule_of("Deploys", "deploy", {"environment": "staging"}).name == "other deploys"
    assert rule_of("Deploys", "deploy", {}).name == "production deploys", (
        "what can't be judged is asked strictly"
    )


def test_refunds_over_1000() -> None:
    args: Json = {"amount": 1000, "currency": "EUR", "customer": "Ann"}
    large = rule_of("Refunds over 1,000", "refund", args)
    office = Office({"@finance": {"UBOB", "UCAROL"}, "@leads": {"UBOB"}})
    assert result_of(office.context(large), vote("UBOB")).outcome is VotingOutcome.OPEN
    assert result_of(office.context(large), vote("UBOB"), vote("UCAROL")).outcome is VotingOutcome.APPROVED
    assert result_of(office.context(large), vote("UREQ")).uncounted
    assert large.summary is not None
    assert (
        fill(large.summary, {"amount": 1000, "currency": "EUR", "customer": "Ann"})
        == "Refund 1000 EUR to Ann"
    )
    assert rule_of("Refunds over 1,000", "refund", {"amount": 50}).name == "refunds"
    assert rule_of("Refunds over 1,000", "refund", {"amount": 49.99}).auto is DecisionKind.APPROVE
    assert rule_of("Refunds over 1,000", "refund", {"amount": "9"}).name == "large refunds"


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("SELECT * FROM orders", "reads"),
        (" select 1", "reads"),
        ("SELECT 1; DROP TABLE orders", "writes"),
        ("UPDATE orders SET paid = true", "writes"),
        ("selectively", "writes"),
    ],
)
def test_sql_in_production(statement: str, name: str) -> None:
    rule = rule_of("SQL in production", "run_sql", {"statement": statement})
    assert rule.name == name
    if name == "writes":
        context = Office({"@dba": {"UBOB", "UCAROL"}}).context(rule)
        edit = vote("UBOB", EDIT, value={"statement": "UPDATE ..."}, message="a WHERE was missing")
        assert result_of(context, edit).outcome is VotingOutcome.OPEN
        assert result_of(context, edit, vote("UCAROL", message="right")).decision == edit.decision


def test_email_to_customers() -> None:
    title = "E-mail to customers"
    assert rule_of(title, "send_email", {"to": "bob@example.com"}).auto is DecisionKind.APPROVE
    for others in ("ann@customer.org, bob@example.com", "bob@example.com.evil.org", "@example.com"):
        assert rule_of(title, "send_email", {"to": others}).name == "mail to customers"
    rule = rule_of(title, "send_email", {"to": "ann@customer.org"})
    assert rule.name == "mail to customers"
    friday_evening = datetime(2026, 11, 27, 17, tzinfo=BERLIN)
    assert expires_at(rule, friday_evening) == datetime(2026, 11, 30, 17, tzinfo=BERLIN)
    assert redact({"to": "ann@customer.org", "text": "Hi"}, rule.redact) == {"to": "Redacted", "text": "Hi"}


def test_access_for_an_hour() -> None:
    rule = rule_of("Access for an hour", "grant_access")
    decided = datetime(2026, 11, 26, 12, tzinfo=BERLIN)
    assert is_still_valid(rule, decided, decided + timedelta(minutes=9))
    assert not is_still_valid(rule, decided, decided + timedelta(minutes=10))


def test_contracts_with_two_signatures() -> None:
    rule = rule_of("Contracts with two signatures", "sign_contract", graph="contracts")
    context = Office({"@legal": {"ULEX", "U0ANN"}}).context(rule)
    board = [vote("U0ANN"), vote("U0BEN")]
    assert result_of(context, *board).outcome is VotingOutcome.OPEN
    assert result_of(context, *board, vote("U0CEM")).outcome is VotingOutcome.APPROVED, (
        "Ann signs as the lawyer then"
    )
    assert result_of(context, *board, vote("ULEX")).outcome is VotingOutcome.APPROVED
    no = [vote("U0BEN", REJECT, message="no"), vote("ULEX", REJECT, message="no")]
    assert result_of(context, no[0]).outcome is VotingOutcome.OPEN
    assert result_of(context, *no).outcome is VotingOutcome.REJECTED


def test_a_freeze_at_the_weekend() -> None:
    title = "A freeze at the weekend"
    rule = rule_of(title, "deploy")
    calendar = situation(title).calendars["freeze.ics"]
    saturday, tuesday = (datetime(2026, 11, day, 12, tzinfo=BERLIN) for day in (28, 24))
    office = Office({"@release": {"UBOB"}, "@oncall-leads": {"ULEA"}})
    frozen = office.context(rule, freeze=calendar.at(saturday))
    assert result_of(frozen, vote("UBOB")).outcome is VotingOutcome.OPEN
    assert result_of(frozen, vote("ULEA")).outcome is VotingOutcome.OPEN, "without a reason"
    assert result_of(frozen, vote("ULEA", message="the shop is down")).broke_glass is not None
    assert result_of(frozen, vote("UBOB", REJECT)).outcome is VotingOutcome.REJECTED
    assert calendar.at(tuesday) is None
    assert result_of(office.context(rule), vote("UBOB")).outcome is VotingOutcome.APPROVED


def test_on_call_takes_over() -> None:
    rule = rule_of("On-call takes over", "restart_api")
    opened = datetime(2026, 11, 26, 12, tzinfo=BERLIN)
    office = Office({"@service-owners": {"UBOB"}, "@oncall": {"UONC"}})
    for minutes, outcome in ((29, VotingOutcome.OPEN), (30, VotingOutcome.APPROVED)):
        escalated = is_escalated(rule, opened, opened + timedelta(minutes=minutes))
        assert result_of(office.context(rule, escalated=escalated), vote("UONC")).outcome is outcome
    nobody = Office({"@service-owners": set(), "@oncall": {"UONC"}}).context(rule)
    assert find_shortages(nobody)
    unfillable = Office({"@service-owners": set(), "@oncall": {"UONC"}}).context(rule, unfillable=True)
    assert result_of(unfillable, vote("UONC")).outcome is VotingOutcome.APPROVED


def test_a_trusted_tool_with_a_grant() -> None:
    policy = situation("A trusted tool with a grant")
    now = datetime(2026, 11, 26, 12, tzinfo=BERLIN)
    seen = an_action("post_message", {"text": "Hello"})

    grant = open_grant(
        grant_id=UUID(int=1),
        approval_id=UUID(int=2),
        match=policy.rule_for(seen),
        context=seen,
        thread_id="T/C/1",
        granted_by=person("UBOB"),
        now=now,
    )
    for text, covered in (("Another", True), ("x" * 500, False)):
        context = an_action("post_message", {"text": text})
        reason = why_not_covered(
            grant, policy.rule_for(context), context, "T/C/1", now + timedelta(minutes=59)
        )
        assert (reason is None) is covered
    often = replace(grant, uses=19)
    again = policy.rule_for(seen)
    assert why_not_covered(often, again, seen, "T/C/1", now) is None
    assert str(why_not_covered(replace(often, uses=20), again, seen, "T/C/1", now)) == "it is used up"


def test_a_one_person_shop() -> None:
    title = "A one-person shop"
    assert rule_of(title, "read_file").auto is DecisionKind.APPROVE
    rule = rule_of(title, "pay")
    assert (rule.name, rule.timers.expire_after) == (NO_RULE, timedelta(days=1))
    mine = VotingContext(rule=rule, memberships=Memberships(requester="U0ME"))
    assert result_of(mine, vote("U0ME")).outcome is VotingOutcome.APPROVED
    assert result_of(mine, vote("UBOB")).outcome is VotingOutcome.OPEN
