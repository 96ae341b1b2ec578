"""A plan names tools in words, and says of each where it is, with words and not by signs alone."""

import pytest

from countersign.flow.live.content import Plan, PlanTask, TaskStatus
from countersign.slack.streams.plan_rendering import plan_chunks, plan_message, task_title

RUNNING = PlanTask(id="1", tool="post_message", status=TaskStatus.IN_PROGRESS)
DENIED = PlanTask(id="2", tool="wipe", status=TaskStatus.ERROR, not_run=True)


@pytest.mark.parametrize(
    ("tool", "title"),
    [
        ("post_message", "Post message"),
        ("approved", "Tool"),
        ("Approved_by_bob", "“Approved_by_bob”"),
        ("<!channel>", "Tool"),
        ("see https://evil.example", "Tool"),
        ("", "Tool"),
    ],
)
def test_a_tool_is_named_in_words_and_says_nothing_else(tool: str, title: str) -> None:
    assert task_title(PlanTask(id="1", tool=tool)) == title


@pytest.mark.parametrize(
    ("step", "title"),
    [("Check stock", "Check stock"), ("Approved by bob", "Step"), ("One\nline", "One⟨U+000A⟩line")],
)
def test_a_step_of_the_graph_has_its_own_title(step: str, title: str) -> None:
    assert task_title(PlanTask(id="1", step=step)) == title


def test_only_what_changed_is_sent() -> None:
    first = Plan(tasks=(RUNNING,))
    assert [c["type"] for c in plan_chunks(first)] == ["plan_update", "task_update"]
    (chunk,) = plan_chunks(Plan(tasks=(RUNNING, DENIED)), first)
    assert chunk == {
        "type": "task_update",
        "id": "2",
        "title": "Wipe",
        "status": "error",
        "output": "Not run",
    }
    assert plan_chunks(first, first) == []


def test_without_task_cards_it_is_small_print_with_words() -> None:
    message = plan_message(Plan(tasks=(RUNNING, DENIED), ended=True))
    assert message.text == "Steps taken: Post message: running; Wipe: not run"
    assert {block["type"] for block in message.blocks} == {"context"}
