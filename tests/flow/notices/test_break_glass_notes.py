"""What the thread and the approvers are told of a use of `break_glass`, word for word."""

from dataclasses import replace
from uuid import UUID

import pytest

from countersign.approvals.votes.break_glass import GlassBreak
from countersign.flow.notices.break_glass import glass_broken, reviewed_note, reviewers_told
from countersign.flow.notices.direct_messages import NoticeReason
from countersign.flow.policy.audience import Audience
from countersign.flow.review import Review
from tests.approvals.policy.policies import NOW, a_rule, person
from tests.approvals.test_record import an_approval
from tests.flow.notices.test_grant_notes import text_of
from tests.support.fakes.fake_directory import FakeDirectory

LIMIT = 500  # characters
RULE = a_rule('approvers = [{group = "@finance"}]\nbreak_glass = [{users = ["ULEAD"]}]\n')
REVIEW = Review(an_approval(RULE))
USE = GlassBreak(
    id=UUID(int=9),
    approval_id=REVIEW.approval.id,
    row=0,
    rule="r",
    by=person("ULEAD"),
    reason="payroll\n\n  must   go",
    at=NOW,
)
AUDIENCE = Audience(FakeDirectory(groups={"@finance": {"UBOB", "ULEAD", "UANN"}}))


async def test_the_thread_reads_who_and_why_and_the_other_approvers_get_a_message() -> None:
    told, *messages = await glass_broken(REVIEW, USE, AUDIENCE)
    assert text_of(told).endswith("Reason: payroll must go"), "on one line"
    assert f"Break glass: {USE.by.name} decided “{REVIEW.shown.title}” alone." in text_of(told)
    assert [(row.channel, row.team, row.thread_ts) for row in messages] == [
        ("UANN", REVIEW.thread.team, None),
        ("UBOB", REVIEW.thread.team, None),
    ]


async def test_each_reminder_is_a_message_of_its_own() -> None:
    first = await reviewers_told(REVIEW, USE, AUDIENCE, NoticeReason.BROKE_GLASS, NOW)
    again = await reviewers_told(
        REVIEW, USE, AUDIENCE, NoticeReason.BROKE_GLASS, NOW.replace(year=NOW.year + 1)
    )
    assert not {row.key for row in first} & {row.key for row in again}


@pytest.mark.parametrize(
    ("length", "said"),
    [(LIMIT, "x" * LIMIT), (LIMIT + 1, "x" * (LIMIT - 1) + "…")],
)
def test_a_long_reason_is_cut_at_its_limit(length: int, said: str) -> None:
    text = text_of(reviewed_note(REVIEW, replace(USE, reason=""), person("UBOB"), "x" * length))
    assert text.rsplit(" ", 1)[1] == said
