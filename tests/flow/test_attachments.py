"""Files are not read: the graph and the thread are told their names, as many and as long as fit."""

from dataclasses import replace

import pytest

from countersign.flow.messages.attachments import attachments_body, attachments_note, text_for_graph
from countersign.flow.messages.inbound import Inbound
from tests.flow.rows import a_message


def a_message_with(*names: str, text: str = "See this.") -> Inbound:
    return replace(a_message(1), text=text, body=attachments_body(list(names)))


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (["a.pdf", "b.pdf"], {"files": ["a.pdf", "b.pdf"]}),
        (["two\nlines  .pdf"], {"files": ["two lines .pdf"]}),
        (["", " "], {"files": ["unnamed", "unnamed"]}),
        (["n" * 101], {"files": ["n" * 100]}),
        ([], None),
    ],
)
def test_a_message_keeps_the_names_of_its_files(names: list[str], kept: object) -> None:
    assert attachments_body(names) == kept


def test_the_graph_gets_a_line_for_each_file_below_the_words() -> None:
    assert text_for_graph(a_message_with("a.pdf", "b.pdf")) == (
        "See this.\n[File not read: a.pdf]\n[File not read: b.pdf]"
    )
    assert text_for_graph(a_message_with("a.pdf", text="")) == "[File not read: a.pdf]"
    assert text_for_graph(a_message_with(text="Only words.")) == "Only words."


def test_what_was_left_out_is_posted_in_the_thread() -> None:
    assert attachments_note(a_message_with()) is None
    row = attachments_note(a_message_with("a.pdf", "b.pdf"))
    assert row is not None
    assert (row.key, row.body) == (
        "note:files:message:1",
        {"text": "I can't read files, so I left out a.pdf, b.pdf. Paste its text instead."},
    )


@pytest.mark.parametrize(("count", "more"), [(20, "n19."), (21, "n19 and 1 more."), (30, "n19 and 10 more.")])
def test_of_many_files_twenty_are_named(count: int, more: str) -> None:
    row = attachments_note(a_message_with(*(f"n{number}" for number in range(count))))
    assert row is not None
    assert f"n18, {more} Paste" in str(row.body)
