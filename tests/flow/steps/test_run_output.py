"""Whatever a run ends with, people are told: words, a response in its fields, other outputs, or "Done."."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.flow.messages.outgoing import FILE_LIMIT, OutgoingKind
from tests.flow.graphs.output_graphs import GRAPHS
from tests.support.harness import Harness, a_thread, open_harness


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    async with open_harness(database_url, GRAPHS) as opened:
        yield opened


def told(harness: Harness) -> list[tuple[str, Any]]:
    """What was posted, in order: the kind, and the text, values, tools or type of it."""
    found = []
    for row in harness.slack.posts:
        body = row.body if isinstance(row.body, dict) else {}
        what = next((body[k] for k in ("text", "values", "tools", "mime") if k in body), None)
        found.append((row.kind.value, what))
    return found


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        ("blocks", [("agent_message", "One.\n\nTwo.")]),
        ("cited", [("agent_message", "The sky is blue, they say.")]),
        ("refusal_block", [("agent_message", "**The model refused:** Not that.")]),
        ("refusal_kwarg", [("agent_message", "**The model refused:** Not that.")]),
        ("tool_only", [("done", [{"book": "Table 7."}])]),
        ("direct", [("agent_message", "Let me look."), ("done", [{"book": "Table 7."}])]),
        ("nothing", [("done", [])]),
        ("other", [("result", {"order": "A-7"})]),
        ("structured", [("result", {"city": "Rome", "days": 3})]),
        ("provider", [("result", {"city": "Rome"})]),
        (
            "image",
            [
                ("agent_message", "Here.\n\nImage: https://example.org/far.png"),
                ("file", "image/png"),
                ("file", "image/jpeg"),
            ],
        ),
        (
            "files",
            [
                ("file", "application/pdf"),
                ("file", "text/plain"),
                ("agent_message", "Here is the bill.\n\nFile: https://example.org/far.pdf"),
                ("file", "audio/mpeg"),
            ],
        ),
        ("large_image", [("file", "image/png")]),
        ("picture", [("result", {"text": "x", "outcome": "(image 1)"}), ("file", "image/png")]),
        ("twice", [("agent_message", "Same."), ("agent_message", "Same.")]),
        ("handover", [("agent_message", "I pass you on to billing: they know.")]),
        ("only_handover", [("done", [])]),
    ],
)
async def test_a_run_ends_with_something_said(harness: Harness, graph: str, expected: list[Any]) -> None:
    await harness.say(a_thread(), f"{graph}: x")

    assert told(harness) == expected


@pytest.mark.parametrize("graph", ["overwritten", "structured", "tool_only", "nothing"])
async def test_what_a_second_run_says_is_posted_though_it_is_the_same(harness: Harness, graph: str) -> None:
    thread = a_thread()
    await harness.say(thread, f"{graph}: x")
    first = told(harness)
    await harness.say(thread, "again")

    assert told(harness) == first * 2


async def test_an_image_too_large_is_reported_but_not_stored(harness: Harness) -> None:
    await harness.say(a_thread(), "large_image: x")

    (row,) = harness.slack.of(OutgoingKind.FILE)
    assert isinstance(row.body, dict)
    assert "data" not in row.body
    assert row.body["size"] > FILE_LIMIT


async def test_files_are_posted_once_under_their_names(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "files: x")
    names = [
        row.body.get("name") for row in harness.slack.of(OutgoingKind.FILE) if isinstance(row.body, dict)
    ]
    assert names == ["a/bill.pdf", "rows.csv", None]

    await harness.say(thread, "files: again")

    keys = [row.key for row in harness.slack.of(OutgoingKind.FILE)]
    assert len(keys) == len(set(keys)) == 6


async def test_words_of_a_subgraph_come_before_its_card_and_once(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "subgraph: buy")
    assert told(harness) == [("agent_message", "I looked it up."), ("card", None)]
    await harness.say(thread, "a remark")
    harness_notes = harness.slack.of(OutgoingKind.NOTE)
    assert len(harness_notes) == 1

    await harness.rows("DELETE FROM countersign.outbox WHERE kind = 'agent_message'")  # as retention does
    await harness.answer(await harness.the_card(thread), DecisionKind.APPROVE)

    assert [what for kind, what in told(harness) if kind == "agent_message"] == [
        "I looked it up.",
        "It is bought.",
    ]
    await harness.say(thread, "once more")
    assert [what for kind, what in told(harness) if kind == "agent_message"][2:] == ["I looked it up."]


async def test_words_inside_a_graph_without_messages_are_posted_too(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "inside: x")
    assert told(harness) == [("agent_message", "Let me think."), ("card", None)]

    await harness.answer(await harness.the_card(thread), DecisionKind.APPROVE)

    assert told(harness)[2:] == [("result", {"text": "x", "outcome": "fine"})]


async def test_a_run_that_says_nothing_after_its_approval_says_that_it_is_done(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "after: x")
    await harness.answer(await harness.the_card(thread), DecisionKind.APPROVE)

    assert told(harness) == [("agent_message", "Shall I?"), ("card", None), ("done", [])]
