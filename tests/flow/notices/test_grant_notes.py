"""What the thread reads of grants and of rules that decide without asking, word for word."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.grants import Grant, GrantUse
from countersign.approvals.policy.rule import GrantScope
from countersign.approvals.votes.vote import Vote
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.notices.grant_notes import automatic_notes, covered, given_note, revoked_note
from countersign.flow.review import Review
from tests.approvals.policy.grants.test_grants import granted
from tests.approvals.policy.policies import a_rule, person, vote
from tests.approvals.test_record import an_approval

RULE = a_rule("")
POLICY = Person(id="", name="the rule “small”", standing=Standing.BOT)


def grant(**changes: Any) -> Grant:
    return replace(granted(), granted_by=person("UBOB"), action="refund", rule_name="r", **changes)


def text_of(row: Outgoing) -> str:
    assert isinstance(row.body, dict)
    return str(row.body["text"])


def review(*actions: dict[str, Json]) -> Review:
    value: Json = {"action_requests": list(actions), "review_configs": []}
    return Review(an_approval(*[RULE] * len(actions), value=value))


def call(name: str, description: str | None = None) -> dict[str, Json]:
    described: dict[str, Json] = {"description": description} if description else {}
    return {"name": name, "args": {}, **described}


def notes(asked: Review, votes: Sequence[Vote | None], uses: Sequence[GrantUse] = ()) -> list[str]:
    after = replace(asked.approval, votes=tuple(votes))
    change = Change(after=after, event=Event.VOTED, grant_uses=tuple(uses))
    return [text_of(row) for row in automatic_notes(asked, change)]


UNTIL = f"{granted().expires_at:%Y-%m-%d %H:%M} UTC"


@pytest.mark.parametrize(
    ("max_uses", "said"),
    [(None, ""), (1, ", at most once"), (2, ", at most 2 times"), (20, ", at most 20 times")],
)
def test_a_grant_that_was_given_says_what_for_until_when_and_how_often(
    max_uses: int | None, said: str
) -> None:
    row = given_note(review(call("refund")), grant(max_uses=max_uses, scope=GrantScope.THREAD))

    assert text_of(row) == (
        "Bob gave a grant: “refund” in this thread under the rule “r” is not asked about until "
        f"{UNTIL}{said}. `/approvals grants` lists and revokes it."
    )


def test_a_grant_that_was_revoked_says_by_whom_in_its_thread() -> None:
    row = revoked_note(grant(scope=GrantScope.REQUESTER, thread_id="T1/C7/9.0"), person("UANN"))

    assert text_of(row) == (
        "Ann revoked Bob's grant: “refund” for the same requester under the rule “r” is asked about again."
    )
    assert (row.channel, row.thread_ts) == ("C7", "9.0")


def test_a_name_is_cut_at_eighty_characters() -> None:
    for length, shown in ((80, 80), (81, 80)):
        assert str(covered(replace(grant(), action="x" * length))).count("x") == shown


def by_rule() -> Vote:
    return replace(vote("UBOB"), by=POLICY)


def test_a_rule_that_decided_is_named_with_what_it_decided() -> None:
    assert notes(review(call("refund")), [by_rule()]) == ["Approved by the rule “small”: “Refund”"]


def test_rows_that_one_rule_decided_are_one_line_and_open_rows_none() -> None:
    asked = review(call("refund", "Refund 12 EUR."), call("mail"), call("wait"), call("mail"))
    other = replace(by_rule(), by=replace(POLICY, name="the rule “mails”"))

    assert notes(asked, [by_rule(), other, None, by_rule()]) == [
        "Approved by the rule “small”: 1. “Refund 12 EUR.”, 4. “mail”",
        "Approved by the rule “mails”: 2. “mail”",
    ]


def test_a_row_is_described_in_eighty_characters() -> None:
    for length, shown in ((80, "x" * 80), (81, "x" * 79 + "…")):
        (line, _) = notes(
            review(call("a", "x" * length), call("b")), [by_rule(), replace(by_rule(), by=person("U"))]
        )
        assert line.endswith(f"1. “{shown}”")


def test_each_note_has_the_key_of_its_first_row() -> None:
    asked = review(call("a"), call("b"))
    votes = (by_rule(), replace(by_rule(), by=person("UX")))
    change = Change(after=replace(asked.approval, votes=votes), event=Event.VOTED)
    assert [row.key for row in automatic_notes(asked, change)] == [
        f"note:automatic:{asked.approval.id}:{row}" for row in (0, 1)
    ]


@pytest.mark.parametrize(("max_uses", "left"), [(None, ""), (3, "1 of 3 uses left, ")])
def test_rows_that_one_grant_decided_say_what_is_left_of_it_after_the_last(
    max_uses: int | None, left: str
) -> None:
    first, second = (grant(uses=uses, max_uses=max_uses) for uses in (1, 2))
    uses = [GrantUse(before=first, after=first, row=0), GrantUse(before=first, after=second, row=1)]

    assert notes(review(call("refund"), call("mail")), [vote("UBOB"), vote("UBOB")], uses) == [
        f"Approved by Bob's grant, {left}until {UNTIL}: 1. “refund”, 2. “mail”"
    ]
