"""A card under a policy, and what was said and stored about it."""

from countersign.approvals.approval import Approval
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from tests.approvals.policy.policies import a_policy
from tests.support.harness import Harness, a_thread

REQUESTER = "UALICE"


async def card_under(
    harness: Harness, policy: str, text: str = "go", *, user: str = REQUESTER, **calendars: str
) -> tuple[ThreadRef, Approval]:
    """The card for what the user asks for in a new thread. `calendars`: the text of each `freeze` file."""
    harness.policy.policy = a_policy(policy, **calendars)
    thread = a_thread()
    await harness.say(thread, text, user=user)
    return thread, await harness.the_card(thread)


async def stored(harness: Harness, approval: Approval) -> Approval:
    """The approval as it is in the database now."""
    review = await harness.threads.approval(approval.id)
    assert review is not None
    return review.approval


def title(approval: Approval) -> str:
    """As people read it."""
    return Review(approval).shown.title


def notes(harness: Harness) -> list[str]:
    return harness.slack.texts(OutgoingKind.NOTE)


def last_agent_message(harness: Harness) -> str:
    return harness.slack.texts(OutgoingKind.AGENT_MESSAGE)[-1]
