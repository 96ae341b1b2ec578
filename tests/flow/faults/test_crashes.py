"""A process that dies at any line: whoever takes the thread up next brings it to the same end."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import NotPending
from countersign.approvals.json import Json
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.thread import ThreadRef
from tests.flow.graphs.breakpoint_graphs import letters, nested_letters
from tests.flow.graphs.graphs_to_host import everything, failing
from tests.support.harness import Harness, Prepared, a_thread, asked, message, open_harness, prepared
from tests.support.processes.crash_injection import CrashError, Plan

YES, NO, TELL = DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.RESPOND
STOPPING = {"letters": letters(interrupt_before=["send"]), "nested_letters": nested_letters()}
MAX_CALLS = 80  # more than any story makes: the loop over the crash windows ends long before

Story = Callable[[Harness, ThreadRef], Awaitable[None]]


async def assert_deployed_once(harness: Harness, thread: ThreadRef) -> None:
    assert len(harness.slack.of(OutgoingKind.CARD)) == 1
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."]
    assert list(harness.tools.posts.values()) == ["deploy"]
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]


async def approved(harness: Harness, thread: ThreadRef) -> None:
    await harness.threads.accept(message(thread, "deploy"))
    await the_worker(harness, thread)
    await click(harness, await harness.the_card(thread), YES)
    await the_worker(harness, thread)

    await assert_deployed_once(harness, thread)


async def decided_by_reply(harness: Harness, thread: ThreadRef) -> None:
    await harness.threads.accept(message(thread, "deploy"))
    await the_worker(harness, thread)
    await harness.threads.accept(message(thread, "what is this?"))
    await harness.threads.accept(message(thread, "reject no"))
    await the_worker(harness, thread)

    assert len(harness.slack.of(OutgoingKind.NOTE)) == 1
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Left deploy."]
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]


async def parallel(harness: Harness, thread: ThreadRef) -> None:
    await harness.threads.accept(message(thread, "parallel: x"))
    await the_worker(harness, thread)
    left, right = await harness.pending(thread)
    await click(harness, right, YES)
    await the_worker(harness, thread)
    await click(harness, left, NO)
    await the_worker(harness, thread)

    assert len(harness.slack.of(OutgoingKind.CARD)) == 2
    assert result(harness) == [["left", False], ["right", True]]
    assert sorted(await harness.ledger(thread)) == ["decided"] * 2 + ["opened"] * 2 + ["resumed"] * 2


async def the_same_question_twice(harness: Harness, thread: ThreadRef) -> None:
    await harness.threads.accept(message(thread, "in_turn: x"))
    for number in ("1", "2"):
        await the_worker(harness, thread)
        await click(harness, await harness.the_card(thread), TELL, number)
    await the_worker(harness, thread)

    assert len(harness.slack.of(OutgoingKind.CARD)) == 2
    assert result(harness) == ["1", "2"]
    assert await harness.ledger(thread) == ["opened", "decided", "resumed", "opened", "decided", "resumed"]


async def in_a_subgraph(harness: Harness, thread: ThreadRef) -> None:
    await harness.threads.accept(message(thread, "nested: x"))
    for answer in (YES, NO):
        await the_worker(harness, thread)
        await click(harness, await harness.the_card(thread), answer)
    await the_worker(harness, thread)

    assert len(harness.slack.of(OutgoingKind.CARD)) == 2
    assert result(harness) == [["first", True], ["work", 1], ["second", False]]


async def fail_and_press(harness: Harness, thread: ThreadRef, button: InboundKind) -> None:
    """A run that fails after its approval, and a press on the button below what is said of it."""
    failing.add(thread.id)
    await harness.threads.accept(message(thread, "deploy"))
    await the_worker(harness, thread)
    await click(harness, await harness.the_card(thread), YES)
    await the_worker(harness, thread)
    failing.clear()
    await harness.threads.accept(asked(thread, button))
    await the_worker(harness, thread)


async def failed_and_tried_again(harness: Harness, thread: ThreadRef) -> None:
    await fail_and_press(harness, thread, InboundKind.RETRY)

    await assert_deployed_once(harness, thread)


async def failed_and_asked_again(harness: Harness, thread: ThreadRef) -> None:
    await fail_and_press(harness, thread, InboundKind.ASK_AGAIN)
    await click(harness, await harness.the_card(thread), NO)
    await the_worker(harness, thread)

    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Left deploy."]
    assert await harness.ledger(thread) == ["opened", "decided", "withdrawn", "opened", "decided", "resumed"]


async def edited_at_a_breakpoint(harness: Harness, thread: ThreadRef) -> None:
    await harness.threads.accept(message(thread, "nested_letters: hello"))
    await the_worker(harness, thread)
    edited: Json = {"text": "Bye", "log": [], "copies": 2}
    await click(harness, await harness.the_card(thread), DecisionKind.EDIT, edited)
    await the_worker(harness, thread)

    assert len(harness.slack.of(OutgoingKind.CARD)) == 1
    assert values(harness)["log"] == ["sent Bye x2"]
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]


async def rejected_at_a_breakpoint(harness: Harness, thread: ThreadRef) -> None:
    await harness.threads.accept(message(thread, "letters: hello"))
    await the_worker(harness, thread)
    await click(harness, await harness.the_card(thread), NO)
    await the_worker(harness, thread)

    assert harness.slack.of(OutgoingKind.RESULT) == []
    assert len(harness.slack.of(OutgoingKind.CARD)) == 1
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]


STORIES: tuple[Story, ...] = (
    approved,
    decided_by_reply,
    parallel,
    the_same_question_twice,
    in_a_subgraph,
    failed_and_tried_again,
    failed_and_asked_again,
    edited_at_a_breakpoint,
    rejected_at_a_breakpoint,
)


@cache
def hosted() -> Prepared:
    return prepared({**everything(), **STOPPING})


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_a_story_ends_the_same_wherever_its_worker_dies(database_url: str, story: Story) -> None:
    windows = []
    plan = Plan()
    async with open_harness(database_url, hosted(), wrap=plan.wrap) as harness:
        for call in range(MAX_CALLS):
            failing.clear()
            harness.slack.posts.clear()
            harness.tools.posts.clear()
            plan.crash_after(call)
            try:
                await story(harness, a_thread())
            except Exception as error:
                raise AssertionError(f"the worker died after {plan.crashed_after}") from error
            if plan.crashed_after is None:
                break
            windows.append(plan.crashed_after)
    assert len(windows) >= 10, "the plan met hardly any call"
    assert len(windows) < MAX_CALLS, "the story has crash windows that were not tried"


async def the_worker(harness: Harness, thread: ThreadRef) -> None:
    """Work until there is nothing left, as the queue does: a worker that died is followed by another."""
    try:
        await harness.run_thread(thread.id)
    except CrashError:
        await harness.expire_claims()
        await harness.run_thread(thread.id)
    await harness.expire_claims()
    with suppress(CrashError):
        await harness.delivery.deliver_due()


async def click(harness: Harness, approval: Approval, kind: DecisionKind, value: Json = None) -> None:
    """Decide. A process that dies acknowledges no click, so the person clicks again."""
    try:
        await harness.vote(approval, kind, value)
    except CrashError:
        with suppress(NotPending):
            await harness.vote(approval, kind, value)


def values(harness: Harness) -> dict[str, object]:
    (row,) = harness.slack.of(OutgoingKind.RESULT)
    assert isinstance(row.body, dict)
    found = row.body["values"]
    assert isinstance(found, dict)
    return found


def result(harness: Harness) -> list[object]:
    answers = values(harness)["answers"]
    assert isinstance(answers, list)
    return answers
