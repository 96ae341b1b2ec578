"""Who may say that they look at a card, or pass it on: whoever could decide it, and nobody else."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.errors import CountersignError, MayNotDecide, NotPending
from countersign.approvals.person import Person, Standing
from countersign.flow.decisions.decider_check import DeciderCheck, check_named_people_decide
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.voting import Voting
from tests.approvals.policy.policies import NOW, a_rule, person, vote
from tests.approvals.test_record import an_approval
from tests.support.fakes.fake_directory import FakeDirectory

BOB, LEA, DAVE = person("UBOB"), person("ULEA"), person("UDAVE")
FINANCE, LEADS = a_rule('approvers = [{group = "@finance"}]'), a_rule('approvers = [{group = "@leads"}]')


class AnyMemberDecides(CountersignError):
    """Nobody is named."""


class Checking:
    def __init__(self) -> None:
        self.kept: list[Mapping[str, Any]] = []
        directory = FakeDirectory(groups={"@finance": {"UBOB"}, "@leads": {"ULEA"}})
        self.check = DeciderCheck(Voting(CurrentPolicy(), directory, lambda: NOW), self)

    async def append(self, **entry: Any) -> None:
        self.kept.append(entry)

    async def passes(self, approval: Approval, who: Person) -> bool:
        try:
            await self.check(approval, who, AnyMemberDecides())
        except MayNotDecide:
            return False
        return True


@pytest.mark.parametrize(("who", "may"), [(BOB, True), (LEA, True), (DAVE, False)])
async def test_whoever_may_decide_one_of_its_rows_passes(who: Person, may: bool) -> None:
    checking = Checking()
    assert await checking.passes(an_approval(FINANCE, LEADS), who) is may
    assert [kept["detail"]["row"] for kept in checking.kept] == ([] if may else [0])


async def test_a_row_that_is_decided_lets_nobody_pass_any_more() -> None:
    checking = Checking()
    half = an_approval(FINANCE, LEADS).with_votes({0: vote("UBOB")})
    assert not await checking.passes(half, BOB)
    assert [kept["detail"]["row"] for kept in checking.kept] == [1], "it is kept for a row that is open"
    assert await checking.passes(half, LEA)


async def test_a_refusal_has_the_first_reason_that_applies() -> None:
    checking = Checking()
    with pytest.raises(MayNotDecide, match="@finance"):
        await checking.check(an_approval(FINANCE, LEADS), DAVE, AnyMemberDecides())
    guest = replace(BOB, standing=Standing.GUEST)
    with pytest.raises(MayNotDecide, match="Guests"):
        await checking.check(an_approval(FINANCE), guest, AnyMemberDecides())


async def test_whoever_may_only_reject_may_decide() -> None:
    only_no = a_rule('approvers = [{group = "@finance"}]\ndecisions = ["reject"]')
    assert await Checking().passes(an_approval(only_no), BOB)


def test_where_any_member_decides_nobody_is_named() -> None:
    with pytest.raises(AnyMemberDecides):
        check_named_people_decide(an_approval(), AnyMemberDecides())
    check_named_people_decide(an_approval(FINANCE), AnyMemberDecides())


def test_a_closed_card_is_not_pending_under_whatever_rule() -> None:
    for approval in (an_approval(), an_approval(FINANCE)):
        closed = approval.with_votes({0: vote("UBOB")})
        with pytest.raises(NotPending, match="approved by Bob already"):
            check_named_people_decide(closed, AnyMemberDecides())
