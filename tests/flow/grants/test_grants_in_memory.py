"""Giving, using, listing and revoking grants, with what stores them replaced by a list."""

from collections.abc import MutableMapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.errors import MayNotDecide, NotPending
from countersign.approvals.json import Json
from countersign.approvals.person import Person
from countersign.approvals.policy.grants import Grant, GrantState, GrantUse, NoGrantOffered
from countersign.flow.errors import SlackUnreachable
from countersign.flow.grants.give import GiveGrant
from countersign.flow.grants.manage import GrantOver, Grants, UnknownGrant
from countersign.flow.grants.use import GovernedRow, UseGrants
from countersign.flow.messages.outgoing import Outgoing
from countersign.flow.policy.action_contexts import action_contexts
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import GrantStore
from countersign.flow.review import Review
from tests.approvals.policy.policies import a_policy, person
from tests.approvals.test_record import OPENED, an_approval
from tests.support.fakes.fake_directory import FakeDirectory

BOB, CAROL = person("UBOB"), person("UCAROL")
REFUNDS = """
[[rule]]
name = "small refunds"
action = "refund"
when = "args.amount < 1000"
approvers = [{group = "@finance"}]
grant = {for = "1h", scope = "thread", max_uses = 3}
"""


def refunds(*amounts: int) -> Json:
    return {"action_requests": [{"name": "refund", "args": {"amount": amount}} for amount in amounts]}


class StoredGrants(GrantStore):
    def __init__(self, *grants: Grant) -> None:
        self.grants = list(grants)
        self.graph: str | None = "agent"
        self.revoked_already = False
        self.posted: list[Outgoing] = []

    async def active_grants(
        self, graph: str, action: str, holders: Sequence[str], now: datetime
    ) -> tuple[Grant, ...]:
        assert graph == "agent"
        return tuple(each for each in self.grants if each.action == action and each.holder in holders)

    async def active_in_thread(self, thread_id: str, now: datetime) -> tuple[Grant, ...]:
        raise NotImplementedError

    async def graph_of(self, thread_id: str) -> str | None:
        return self.graph

    async def grants_given_with(self, approval_id: UUID) -> tuple[Grant, ...]:
        raise NotImplementedError

    async def grants_of(self, team: str, user_id: str, since: datetime) -> tuple[Grant, ...]:
        assert team == "T1"
        return tuple(each for each in self.grants if (each.ended_at(OPENED) or OPENED) >= since)

    async def revoke(self, revoked: Grant, by: Person, post: Sequence[Outgoing]) -> bool:
        self.posted += post
        return not self.revoked_already


class Granting:
    """A card for these refunds, and people who may approve them."""

    def __init__(self, *amounts: int, policy: str = REFUNDS, requester: str | None = "UALICE") -> None:
        self.policy = CurrentPolicy(a_policy(policy))
        self.directory: FakeDirectory | None = FakeDirectory(groups={"@finance": {"UBOB", "UCAROL"}})
        self.store = StoredGrants()
        (rule, *_) = self.policy.policy.rules
        amounts = amounts or (50,)
        asked = an_approval(*[rule] * len(amounts), value=refunds(*amounts))
        self.approval: Approval = replace(asked, requester=requester, graph="agent")
        self.now = OPENED

    @property
    def voting(self) -> Voting:
        return Voting(self.policy, self.directory, lambda: self.now)

    async def gives(self, who: Person = BOB, row: int = 0) -> Grant:
        review = Review(self.approval)
        voting = await self.voting.row(self.approval, 0)
        return await GiveGrant(self.store)(review, row, voting, who, self.now)

    async def uses(self, store: GrantStore | None = None) -> tuple[GrantUse, ...]:
        review = Review(self.approval)
        policy = self.policy.policy
        contexts = await action_contexts(review, policy, self.directory)
        rows = {
            row: GovernedRow(context=context, match=policy.rule_for(context))
            for row, context in enumerate(contexts)
        }
        use = UseGrants(store or self.store, self.voting, self.directory, lambda: self.now)
        return await use(review, rows)

    def managed(self) -> Grants:
        return Grants(self.store, self.policy, lambda: self.now, "T1")


async def test_a_grant_is_for_the_action_the_graph_and_the_thread_of_its_row() -> None:
    granting = Granting()
    grant = await granting.gives()
    assert (grant.action, grant.graph, grant.thread_id) == ("refund", "agent", "T1/C1/1.0")
    assert (grant.granted_by, grant.approval_id) == (BOB, granting.approval.id)
    assert (grant.granted_at, grant.expires_at) == (OPENED, OPENED + timedelta(hours=1))


async def test_for_a_requester_it_is_theirs_and_nobodys_without_one() -> None:
    theirs = REFUNDS.replace('"thread"', '"requester"')
    assert "UALICE" in (await Granting(policy=theirs).gives()).holder
    with pytest.raises(NoGrantOffered):
        await Granting(policy=theirs, requester=None).gives()
    assert (await Granting(requester=None).gives()).granted_by == BOB


async def test_no_grant_is_given_by_others_for_rows_that_are_not_there_or_without_a_graph() -> None:
    granting = Granting(50, 60)
    with pytest.raises(MayNotDecide):
        await granting.gives(person("UDAVE"))
    for row in (-1, 2):
        with pytest.raises(NotPending):
            await granting.gives(row=row)
    assert (await granting.gives(row=1)).action == "refund"
    granting.store.graph = None
    with pytest.raises(NoGrantOffered):
        await granting.gives()


# --- using


async def granted(*amounts: int, **keys: Any) -> Granting:
    granting = Granting(*amounts, **keys)
    granting.store.grants.append(await granting.gives())
    return granting


async def test_a_grant_covers_the_next_rows_as_often_as_it_has_uses_left() -> None:
    granting = await granted(1, 2, 3, 4, 5)
    uses = await granting.uses()
    assert [(each.row, each.before.uses, each.after.uses) for each in uses] == [
        (0, 0, 1),
        (1, 1, 2),
        (2, 2, 3),
    ]
    assert {each.after.last_used_at for each in uses} == {OPENED}


async def test_a_row_that_it_does_not_cover_is_asked_about_and_the_next_is_not() -> None:
    granting = await granted(50, 5000, 60)
    assert [each.row for each in await granting.uses()] == [0, 2]


async def test_a_grant_whose_time_is_over_covers_nothing() -> None:
    granting = await granted()
    granting.now += timedelta(hours=1)
    assert await granting.uses() == ()


async def test_a_grant_of_somebody_who_could_not_approve_it_now_is_not_used_but_the_next_one_is(
    logged: list[MutableMapping[str, Any]],
) -> None:
    granting = await granted()
    granting.store.grants.append(replace(await granting.gives(CAROL), id=uuid4()))
    assert granting.directory is not None
    granting.directory.groups = {"@finance": {"UCAROL"}}
    (use,) = await granting.uses()
    assert use.after.granted_by == CAROL
    (entry,) = [entry for entry in logged if entry["event"] == "grant_not_used"]
    assert "@finance" in entry["reason"]


async def test_where_slack_does_not_tell_who_gave_it_people_are_asked() -> None:
    class Silent(FakeDirectory):
        async def person(self, user_id: str, channel_id: str | None) -> Person:
            raise SlackUnreachable

    granting = await granted()
    granting.directory = Silent(groups={"@finance": {"UBOB"}})
    assert await granting.uses() == ()


async def test_without_a_directory_no_grant_counts() -> None:
    granting = await granted(policy=REFUNDS.replace('[{group = "@finance"}]', '"members"'))
    assert len(await granting.uses()) == 1
    granting.directory = None
    assert await granting.uses() == ()


async def test_a_graph_that_takes_no_approval_is_asked() -> None:
    granting = await granted()
    granting.approval = replace(granting.approval, value={"question": "Which?", "action": "refund"})
    assert await granting.uses() == ()


# --- listing and revoking


async def test_who_knows_the_beginning_of_its_id_revokes_it() -> None:
    granting = await granted()
    (grant,) = granting.store.grants
    revoked = await granting.managed().revoke(f" `{str(grant.id)[:4].upper()}` ", CAROL)
    assert (revoked.id, revoked.revoked_at, revoked.revoked_by) == (grant.id, OPENED, "UCAROL")
    assert len(granting.store.posted) == 1


@pytest.mark.parametrize("given", ["", "123", "9999"])
async def test_less_than_four_characters_or_others_name_no_grant(given: str) -> None:
    granting = await granted()
    granting.store.grants = [replace(granting.store.grants[0], id=UUID(int=0x1234 << 112))]
    with pytest.raises(UnknownGrant):
        await granting.managed().revoke(given, BOB)
    assert (await granting.managed().revoke("1234", BOB)).revoked_at == OPENED


async def test_an_id_that_two_begin_with_names_neither() -> None:
    granting = await granted()
    two = [replace(granting.store.grants[0], id=UUID(int=(0x1234 << 112) + number)) for number in range(2)]
    granting.store.grants = two
    with pytest.raises(UnknownGrant):
        await granting.managed().revoke("1234", BOB)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"revoked_at": OPENED}, "revoked"), ({"uses": 3, "last_used_at": OPENED}, "used up"), ({}, "expired")],
)
async def test_a_grant_that_has_ended_says_how(changes: dict[str, Any], said: str) -> None:
    granting = await granted()
    grant = replace(granting.store.grants[0], **changes)
    granting.store.grants = [grant if changes else replace(grant, expires_at=OPENED)]
    with pytest.raises(GrantOver, match=said):
        await granting.managed().revoke(str(grant.id), BOB)


async def test_whoever_revokes_it_second_hears_that_it_was() -> None:
    granting = await granted()
    granting.store.revoked_already = True
    with pytest.raises(GrantOver, match="revoked already"):
        await granting.managed().revoke(str(granting.store.grants[0].id), BOB)


async def test_a_grant_is_listed_with_its_state_for_a_day_after_its_end() -> None:
    granting = await granted()
    (grant,) = granting.store.grants
    ended = [replace(grant, expires_at=OPENED - timedelta(hours=hours)) for hours in (23, 24)]
    granting.store.grants += ended
    listed = await granting.managed().of("UBOB")
    assert [(each.grant, each.state) for each in listed] == [
        (grant, GrantState.ACTIVE),
        (ended[0], GrantState.EXPIRED),
    ]


@pytest.mark.parametrize(("policy", "changed"), [(REFUNDS, False), (REFUNDS.replace("1000", "10"), True)])
async def test_a_listed_grant_says_whether_its_rule_is_in_the_file_still(policy: str, changed: bool) -> None:
    granting = await granted()
    granting.policy.policy = a_policy(policy)
    (listed,) = await granting.managed().of("UBOB")
    assert listed.rule_changed is changed
