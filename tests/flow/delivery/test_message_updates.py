"""Messages about an approval are brought up to date, or left to the sweep when Slack is busy."""

from types import SimpleNamespace
from typing import Any

import pytest

from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.review import Review
from tests.approvals.test_record import an_approval

REVIEW = Review(an_approval())


class Messages:
    """Three messages about one approval, of which one meets this error, and what was done with each."""

    def __init__(self, error: Exception | None, *, known: bool = True) -> None:
        self.error = error
        self.known = known
        self.shown: list[str] = []
        self.current: list[str] = []

    async def outdated_messages(self, _approval_id: object) -> list[Any]:
        return [SimpleNamespace(key=key) for key in "abc"]

    async def approvals_with_outdated_messages(self, limit: int) -> list[Any]:
        return [REVIEW.approval.id][:limit]

    async def approval(self, _approval_id: object) -> Review | None:
        return REVIEW if self.known else None

    async def update_approval_message(self, message: Any, review: Review) -> None:
        assert review is REVIEW
        if message.key == "b" and self.error is not None:
            raise self.error
        self.shown.append(message.key)

    async def message_updated(self, message: Any, shows: object) -> None:
        assert shows is REVIEW.approval
        self.current.append(message.key)


def delivery(messages: Any) -> MessageDelivery:
    return MessageDelivery(messages, messages, messages)


@pytest.mark.parametrize(
    ("error", "shown", "current"),
    [
        (None, "abc", "abc"),
        (RateLimited(1.0), "a", "a"),
        (SlackUnreachable("gone"), "a", "a"),
        (SlackRefused("chat.update", "message_not_found"), "ac", "abc"),
    ],
    ids=["well", "rate limited", "unreachable", "refused"],
)
async def test_what_became_of_each(error: Exception | None, shown: str, current: str) -> None:
    messages = Messages(error)
    assert await delivery(messages).update_outdated_messages() == 1
    assert ("".join(messages.shown), "".join(messages.current)) == (shown, current)


async def test_of_an_approval_that_is_gone_nothing_is_shown() -> None:
    messages = Messages(None, known=False)
    await delivery(messages).update_messages(REVIEW.approval.id)
    assert (messages.shown, messages.current) == ([], [])
