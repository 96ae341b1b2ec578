"""Who hears of an approval by direct message, without a database."""

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from countersign.approvals.approval import Approval
from countersign.flow.policy.audience import MAX_PEOPLE, Audience
from tests.approvals.policy.policies import a_rule
from tests.approvals.test_record import an_approval
from tests.support.fake_directory import FakeDirectory

Logged: TypeAlias = list[MutableMapping[str, Any]]
FINANCE = 'approvers = [{group = "@finance"}]\nnotify = "approvers"\n'
TWO_SETS = 'approvers = [{group = "@finance"}, {users = ["UZOE", "UBOB"]}]\nnotify = "approvers"\n'


def asked_by(requester: str | None) -> Approval:
    return replace(an_approval(), requester=requester)


async def notified(keys: str, finance: set[str], *, requester: str | None = "UALICE") -> tuple[str, ...]:
    directory = FakeDirectory(groups={"@finance": finance})
    return await Audience(directory).of_rule(asked_by(requester), a_rule(keys))


@pytest.mark.parametrize(
    ("keys", "people"),
    [
        (FINANCE, ("UALICE", "UBOB")),
        (FINANCE + "requester_may_decide = false\n", ("UBOB",)),
        (TWO_SETS, ("UALICE", "UBOB", "UZOE")),
        ('approvers = "requester"\nnotify = "approvers"\n', ("UALICE",)),
        ('approvers = "members"\nnotify = "approvers"\n', ()),
        (FINANCE.replace('"approvers"', '"nobody"'), ()),
        (FINANCE.replace('"approvers"', '["UZOE", "UBOB", "UZOE"]'), ("UZOE", "UBOB")),
    ],
    ids=["a group", "not the requester", "two sets", "the requester", "everybody", "nobody", "by name"],
)
async def test_the_people_of_the_rules_sets_each_once(keys: str, people: tuple[str, ...]) -> None:
    assert await notified(keys, {"UALICE", "UBOB"}) == people


async def test_without_a_requester_nobody_is_left_out() -> None:
    keys = FINANCE + "requester_may_decide = false\n"
    assert await notified(keys, {"UALICE", "UBOB"}, requester=None) == ("UALICE", "UBOB")
    assert await notified('approvers = "requester"\nnotify = "approvers"\n', set(), requester=None) == ()


@pytest.mark.parametrize("more", [0, 1])
async def test_of_a_large_group_the_first_hear_of_it_and_that_others_do_not_is_logged(
    more: int, logged: Logged
) -> None:
    everybody = {f"U{number:03}" for number in range(MAX_PEOPLE + more)}
    assert await notified(FINANCE, everybody) == tuple(sorted(everybody)[:MAX_PEOPLE])
    assert [entry["people"] for entry in logged if entry["event"] == "too_many_to_notify"] == (
        [MAX_PEOPLE + 1] if more else []
    )


async def test_a_group_that_cannot_be_read_is_logged_and_the_others_hear_of_it(logged: Logged) -> None:
    directory = FakeDirectory()
    assert await Audience(directory).of_rule(asked_by("UALICE"), a_rule(TWO_SETS)) == ("UBOB", "UZOE")
    (entry,) = (entry for entry in logged if entry["event"] == "approvers_not_notified")
    assert entry["reason"] == "there is no user group @finance"


async def test_without_a_directory_groups_have_no_members() -> None:
    assert await Audience(None).of_rule(asked_by("UALICE"), a_rule(TWO_SETS)) == ("UBOB", "UZOE")
