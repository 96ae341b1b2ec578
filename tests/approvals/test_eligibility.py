"""Who may decide, when nobody wrote down anything else."""

import pytest

from countersign.approvals.errors import MayNotDecide
from countersign.approvals.person import Person, Standing
from countersign.approvals.votes.eligibility import check_may_decide


def somebody(standing: Standing) -> Person:
    return Person(id="U1", name="somebody", standing=standing)


def test_a_full_member_may() -> None:
    check_may_decide(somebody(Standing.MEMBER))


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (Standing.GUEST, "Guests"),
        (Standing.STRANGER, "other workspaces"),
        (Standing.BOT, "Apps"),
        (Standing.GONE, "active member"),
    ],
)
def test_nobody_else_may_and_the_reason_is_given(standing: Standing, why: str) -> None:
    with pytest.raises(MayNotDecide, match=why):
        check_may_decide(somebody(standing))


def test_every_standing_has_an_answer() -> None:
    allowed = []
    for standing in Standing:
        try:
            check_may_decide(somebody(standing))
        except MayNotDecide:
            continue
        allowed.append(standing)
    assert allowed == [Standing.MEMBER]
