"""Which messages follow from a graph's state: nothing twice, and something at the end in any case."""

from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.flow.graph_state import AgentMessage, GraphState, OutputFile, ToolResult
from countersign.flow.messages.outgoing import FILE_LIMIT
from countersign.flow.steps.results.run_output import early_key, has_result, run_output
from countersign.flow.thread import ThreadRecord, ThreadRef
from countersign.flow.work import Work

THREAD = ThreadRecord(
    ref=ThreadRef(team="T1", channel="C1", ts="1.0"),
    graph="g",
    last_posted_key=None,
    halted=None,
    attempts=0,
    step_starts=0,
)
PICTURE = OutputFile(mime="image/png", data="QUJD")
BEFORE = GraphState(checkpoint_id="c1")
CHAT = GraphState(chats=True, checkpoint_id="c2")


def message(key: str, text: str | None = None, **more: Any) -> AgentMessage:
    return AgentMessage(key=key, text=f"text of {key}" if text is None else text, **more)


def said(state: GraphState, before: GraphState | None = None, **thread: Any) -> list[tuple[Any, ...]]:
    """The key and the body's only value of each message."""
    work = Work(thread=replace(THREAD, **thread), open=(), inbound=())
    rows = run_output(work, state, before)
    assert all((row.team, row.channel, row.thread_ts) == ("T1", "C1", "1.0") for row in rows)
    found: list[tuple[Any, ...]] = [(row.key, *_values(row.body)) for row in rows]
    return found


def _values(body: Json) -> list[Json]:
    assert isinstance(body, dict)
    return list(body.values())


def test_messages_after_the_last_one_that_was_posted_are_new() -> None:
    state = replace(CHAT, messages=(message("a"), message("b"), message("c")))

    assert said(state, last_posted_key="a") == [
        ("message:T1/C1/1.0:b", "text of b"),
        ("message:T1/C1/1.0:c", "text of c"),
    ]
    assert len(said(state, last_posted_key="unknown")) == 3
    assert said(state, last_posted_key="c") == []


def test_messages_of_subgraphs_that_wait_come_after_them() -> None:
    state = replace(CHAT, messages=(message("a"),), nested=(message("n"),))
    assert [key for key, *_ in said(state)] == ["message:T1/C1/1.0:a", "message:T1/C1/1.0:n"]


def test_what_was_posted_early_is_not_posted_again() -> None:
    by_id, by_text = message("n"), message("m", "Same.", has_id=False)
    early = (early_key(by_id), early_key(by_text))
    assert early[0] == "n"
    assert early[1].startswith("text:")
    assert len(early[1]) == len("text:") + 16

    taken_over = replace(
        CHAT, messages=(by_id, message("new id", "Same."), message("x", "Same."), message("y"))
    )
    assert [key for key, *_ in said(taken_over, early_keys=early)] == [
        "message:T1/C1/1.0:x",
        "message:T1/C1/1.0:y",
    ]
    assert len(said(replace(CHAT, messages=(by_text, by_text)), early_keys=(early[1], early[1]))) == 0
    assert len(said(replace(CHAT, nested=(by_text,)), early_keys=early)) == 0


def test_a_message_without_words_has_its_images_alone() -> None:
    state = replace(CHAT, messages=(message("a", "", files=(PICTURE, PICTURE)),))
    assert said(state) == [
        ("image:message:T1/C1/1.0:a:1", "image/png", "QUJD"),
        ("image:message:T1/C1/1.0:a:2", "image/png", "QUJD"),
    ]


def test_twenty_images_of_one_message_are_posted_and_no_more() -> None:
    assert len(said(replace(CHAT, messages=(message("a", "", files=(PICTURE,) * 20),)))) == 20
    assert len(said(replace(CHAT, messages=(message("a", "", files=(PICTURE,) * 21),)))) == 20


def test_of_an_image_that_is_too_large_only_its_size_is_kept() -> None:
    """Four characters of base64 are three bytes."""
    largest = OutputFile(mime="image/png", data="x" * (FILE_LIMIT // 3 * 4))
    larger = OutputFile(mime="image/png", data="x" * (FILE_LIMIT // 3 * 4 + 8))

    assert said(replace(CHAT, messages=(message("a", "", files=(largest,)),)))[0][2] == largest.data
    assert (
        said(replace(CHAT, messages=(message("a", "", files=(larger,)),)))[0][2] == len(larger.data) // 4 * 3
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"chats": True}, False),
        ({"output": None}, False),
        ({"unfinished": True}, False),
        ({"checkpoint_id": None}, False),
        ({"output": {}}, True),
    ],
)
def test_a_graph_without_messages_has_a_result_at_its_end(change: dict[str, Any], expected: bool) -> None:
    assert has_result(replace(GraphState(output={"a": 1}, checkpoint_id="c2"), **change)) is expected


def test_a_result_is_posted_once_with_its_images() -> None:
    state = GraphState(output={"a": 1}, files=(PICTURE,), checkpoint_id="c2")
    expected = [("result:T1/C1/1.0:c2", {"a": 1}), ("image:result:T1/C1/1.0:c2:1", "image/png", "QUJD")]

    assert said(state) == expected
    assert said(state, BEFORE) == expected
    assert said(state, last_posted_key="c2") == []
    assert said(state, BEFORE, last_posted_key="c2") == []


def test_words_inside_a_graph_without_messages_come_before_its_result() -> None:
    state = GraphState(output={"a": 1}, checkpoint_id="c2", nested=(message("n"),))
    assert [key for key, *_ in said(state, BEFORE)] == ["message:T1/C1/1.0:n", "result:T1/C1/1.0:c2"]


DONE = "done:T1/C1/1.0:c2"
LOOKED_UP = (ToolResult(tool="find", text="Table 7."),)


@pytest.mark.parametrize(
    ("state", "before", "expected"),
    [
        ({}, {}, [(DONE, [])]),
        ({"tool_results": LOOKED_UP}, {}, [(DONE, [{"find": "Table 7."}])]),
        ({"messages": (message("a"),)}, {}, [("message:T1/C1/1.0:a", "text of a")]),
        (
            {"messages": (message("a"),), "tool_results": LOOKED_UP},
            {},
            [("message:T1/C1/1.0:a", "text of a"), (DONE, [{"find": "Table 7."}])],
        ),
        (
            {
                "output": {
                    "order": "A-7",
                    "none": None,
                    "text": "",
                    "list": [],
                    "map": {},
                    "no": False,
                    "zero": 0,
                }
            },
            {},
            [("result:T1/C1/1.0:c2", {"order": "A-7", "no": False, "zero": 0})],
        ),
        ({"output": {"none": None}}, {}, [(DONE, [])]),
        ({"output": "words"}, {}, [(DONE, [])]),
        ({"structured": {"city": "Rome"}}, {}, [("result:T1/C1/1.0:c2", {"city": "Rome"})]),
        (
            {"structured": {"city": "Rome"}},
            {"structured": {"city": "Rome"}},
            [("result:T1/C1/1.0:c2", {"city": "Rome"})],
        ),
        (
            {"structured": {"city": "Rome"}, "messages": (message("a"),)},
            {"structured": {"city": "Rome"}},
            [("message:T1/C1/1.0:a", "text of a")],
        ),
        (
            {"structured": {"city": "Rome"}, "messages": (message("a"), message("b", '{"city": "Rome"}'))},
            {"structured": {"city": "Oslo"}},
            [("message:T1/C1/1.0:a", "text of a"), ("result:T1/C1/1.0:c2", {"city": "Rome"})],
        ),
    ],
)
def test_a_run_ends_with_something_said(
    state: dict[str, Any], before: dict[str, Any], expected: list[Any]
) -> None:
    assert said(replace(CHAT, **state), replace(BEFORE, **before)) == expected


def test_a_run_that_goes_on_says_nothing_of_its_end() -> None:
    assert said(replace(CHAT, tool_results=LOOKED_UP, structured={"city": "Rome"})) == []
