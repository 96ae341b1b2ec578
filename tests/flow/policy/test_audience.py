"""Who hears of an approval by direct message, without a database."""

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.assignment.delegation import UserGroup
from countersign.approvals.person import Standing
from countersign.flow.errors import SlackUnreachable
from countersign.flow.policy.active_delegations import ActiveDelegations
from countersign.flow.policy.audience import MAX_PEOPLE, Audience
from tests.approvals.policy.policies import NOW, a_rule
from tests.approvals.test_record import an_approval
from tests.support.fakes.fake_delegations import FakeDelegations, delegation
from tests.support.fakes.fake_directory import FakeDirectory

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


# --- who stands in for whom, and who is in a channel


async def with_delegations(
    keys: str, *, requester: str | None = "UALICE", **delegates: str
) -> tuple[str, ...]:
    """Whom a rule notifies while these people are away, with their delegates."""
    directory = FakeDirectory(groups={"@finance": {"UALICE", "UBOB"}})
    away = FakeDelegations(*(delegation(one, other) for one, other in delegates.items()))
    audience = Audience(directory, ActiveDelegations(away, directory, lambda: NOW))
    return await audience.of_rule(asked_by("UALICE"), a_rule(keys))


@pytest.mark.parametrize(
    ("keys", "people"),
    [
        (FINANCE, ("UALICE", "UBOB", "UZOE")),
        (FINANCE.replace('"approvers"', '["UBOB"]'), ("UBOB", "UZOE")),
        (FINANCE.replace('"approvers"', '["UMIA"]'), ("UMIA",)),
    ],
)
async def test_whoever_stands_in_for_one_of_them_hears_of_it_too(keys: str, people: tuple[str, ...]) -> None:
    assert await with_delegations(keys, UBOB="UZOE") == people


@pytest.mark.parametrize("notify", ['"approvers"', '["UBOB"]'])
async def test_the_requester_hears_of_it_as_a_delegate_only_if_they_may_decide(notify: str) -> None:
    keys = FINANCE.replace('"approvers"', notify)
    assert "UALICE" in await with_delegations(keys, UBOB="UALICE")
    shut_out = keys + "requester_may_decide = false\n"
    assert await with_delegations(shut_out, UBOB="UALICE") == ("UBOB",)


class SilentAboutAccounts(FakeDirectory):
    """Slack lists who is in a group or channel, but not what accounts and groups are."""

    async def standing(self, user_id: str) -> Standing:
        raise SlackUnreachable

    async def group_id(self, name: str) -> str | None:
        raise SlackUnreachable


async def test_delegates_that_slack_does_not_tell_are_logged_and_the_others_hear_of_it(
    logged: Logged,
) -> None:
    directory = SilentAboutAccounts(groups={"@finance": {"UBOB"}})
    away = FakeDelegations(delegation("UBOB", "UZOE", group=UserGroup(id="S1", handle="@finance")))
    audience = Audience(directory, ActiveDelegations(away, directory, lambda: NOW))
    assert await audience.of_rule(asked_by("UALICE"), a_rule(FINANCE)) == ("UBOB",)
    assert [entry["event"] for entry in logged] == ["delegates_not_notified"]


IN_CHANNEL = 'approvers = [{channel = "#ops"}]\nnotify = "approvers"\n'


@pytest.mark.parametrize(
    ("directory", "people"), [(FakeDirectory, ("UBOB",)), (SilentAboutAccounts, ("UBOB", "UBOT"))]
)
async def test_the_apps_in_a_channel_hear_of_nothing_where_slack_tells_who_they_are(
    directory: type[FakeDirectory], people: tuple[str, ...]
) -> None:
    found = directory(channels={"#ops": {"UBOB", "UBOT"}}, bots={"UBOT"})
    assert await Audience(found).of_rule(asked_by("UALICE"), a_rule(IN_CHANNEL)) == people


async def test_the_channel_of_the_thread_is_that_in_which_it_was_asked() -> None:
    directory = FakeDirectory(channels={"C1": {"UBOB"}})
    rule = a_rule('approvers = "channel"\nnotify = "approvers"\n')
    assert await Audience(directory).of_rule(asked_by("UALICE"), rule) == ("UBOB",)
