"""What comes in is handled in the order in which people wrote it, and knows what its writer had seen."""

import pytest

from countersign.flow.graph_name import MAX_LENGTH, is_graph_name, split_name
from countersign.flow.messages.inbound import Inbound, InboundKind, in_order
from countersign.flow.thread import ThreadRef
from tests.flow.rows import REF, a_message


def test_messages_are_handled_as_they_were_written() -> None:
    late, early = a_message(1, ts="200.000002"), a_message(2, ts="200.000001")
    assert in_order([late, early]) == (early, late)


def test_what_is_no_message_keeps_its_place_between_them() -> None:
    late, early = a_message(1, ts="20.5"), a_message(3, ts="3.5")
    retry = a_message(2, kind=InboundKind.RETRY)
    assert in_order([late, retry, early]) == (early, retry, late)


@pytest.mark.parametrize(
    ("written", "posted", "after"),
    [
        ("100.000002", "100.000001", True),
        ("100.000001", "100.000001", False),
        ("99.9", "100.000001", False),
        ("1000.5", "999.5", True),
        (None, "100.0", False),
        ("100.0", None, False),
    ],
)
def test_only_what_was_written_later_can_be_about_a_message(
    written: str | None, posted: str | None, after: bool
) -> None:
    assert a_message(1, ts=written).written_after(posted) is after


def test_a_threads_id_says_where_it_is() -> None:
    assert REF.id == "T1/C1/100.000001"
    assert ThreadRef.parse(REF.id) == REF


KNOWN = ("sales", "my graph", "a.b-c")


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("sales: hello", "sales", "hello"),
        (" sales:\nhello \n", "sales", "hello"),
        ("sales:", "sales", ""),
        ("my graph: go", "my graph", "go"),
        ("my graph:go", None, "my graph:go"),
        ("sales:hello", None, "sales:hello"),
        ("Note: buy milk", "Note", "buy milk"),
        ("two words: x", None, "two words: x"),
        ("10:30 is fine", None, "10:30 is fine"),
        ("hello", None, "hello"),
        (": x", None, ": x"),
        ("", None, ""),
    ],
)
def test_a_message_names_a_graph_before_a_colon_and_space(text: str, name: str | None, rest: str) -> None:
    assert split_name(text, KNOWN) == (name, rest)


@pytest.mark.parametrize(
    ("name", "usable"),
    [
        ("a", True),
        ("my graph", True),
        ("n" * MAX_LENGTH, True),
        ("n" * (MAX_LENGTH + 1), False),
        ("", False),
        (" a", False),
        ("a:b", False),
        ("a\nb", False),
    ],
)
def test_a_graph_has_a_name_that_a_message_can_begin_with(name: str, usable: bool) -> None:
    assert is_graph_name(name) is usable


def test_a_message_begins_a_thread_and_is_read_now_unless_it_says_otherwise() -> None:
    given = Inbound(key="k", kind=InboundKind.MESSAGE, thread=REF, user="UBOB")
    assert (given.may_open, given.kept, given.deleted) == (True, False, False)
