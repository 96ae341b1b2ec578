"""A part of a request as it is drawn: plain where that is safe, and only equal parts alike."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from countersign.approvals.json import Json
from countersign.interrupts import Part, human_label, json_equal
from countersign.slack.block_kit.builders import Block
from countersign.slack.cards.values.payload import BlockBudget, payload_blocks
from tests.interrupts.near_pairs import KEYS, near_texts, near_values

ROOM = BlockBudget(100_000, 500)
often = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def drawn(**values: Json) -> str:
    return "\n".join(block["text"]["text"] for block in blocks(*values.items()))


def blocks(*parts: tuple[str, Json]) -> list[Block]:
    return payload_blocks([Part(label=label, value=value) for label, value in parts], ROOM).blocks


@often
@given(KEYS, near_values())
@example("", ([None], "• None"))
@example("due", ("2026-12-04", "`2026-12-04` · Fri, 4 Dec 2026"))
@example("wait", ("PT2H", "PT120M"))
@example("wait", ("PT2H", "2 hours · `PT2H`"))
@example("at", ("2026-12-04T09:00:00Z", "2026-12-04T10:00:00+01:00"))
@example("amount", (129.9, "129.90"))
@example("amount", ("a  b", "a b"))
@example("note", ("> a\nb", "a\nb"))
@example("note", ("*a*", "a"))
@example("note", (["a", "b"], "• a\n• b"))
def test_two_values_are_never_drawn_alike(label: str, pair: tuple[Json, Json]) -> None:
    one, other = pair
    assert (blocks((label, one)) == blocks((label, other))) <= json_equal(one, other)


@often
@given(near_texts())
@example(("amount", "Amount"))
@example(("customer_id", "Customer ID"))
@example(("sendMail", "send_mail"))
@example(("sendMail", "Send mail (sendMail)"))
@example(("Amount", "“Amount”"))
def test_two_labels_are_never_drawn_alike(pair: tuple[str, str]) -> None:
    one, other = pair
    assert (human_label(one) == human_label(other)) == (one == other)
    assert (blocks((one, 1)) == blocks((other, 1))) == (one == other)


@often
@given(st.lists(st.tuples(KEYS, near_values()), min_size=1, max_size=3))
def test_no_part_passes_for_two(parts: list[tuple[str, tuple[Json, Json]]]) -> None:
    one = [(label, pair[0]) for label, pair in parts]
    joined = "\n".join(block["text"]["text"] for block in blocks(*one) if "text" in block)
    assert blocks(("note", joined)) != blocks(*one) or len(one) == 1


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("amount", 129.9, "*Amount:* 129.90"),
        ("amount", 999_999, "*Amount:* 999999"),
        ("urgent", True, "*Urgent:* Yes"),
        ("urgent", "yes", '*Urgent:* "yes"'),
        ("goodwill", False, "*Goodwill:* No"),
        ("approved_by", None, "*Approved by:* None"),
        ("customer_id", "C-12", "*Customer ID:* C-12"),
        ("order_no", "0012", '*Order no:* "0012"'),
        ("file", "report_2024_final.pdf", "*File:* report_2024_final.pdf"),
        ("cc", "a & b <x@y>", "*Cc:* a &amp; b &lt;x@y&gt;"),
        ("note", "a *bold* claim", "*Note:* `a *bold* claim`"),
        ("note", ":white_check_mark: done", "*Note:* `:white_check_mark: done`"),
        ("command", "ls   /", "*Command:* `ls   /`"),
        ("due", "2026-12-04", "*Due:* `2026-12-04` · Fri, 4 Dec 2026"),
        ("wait", "P1DT2H", "*Wait:* 1 day 2 hours · `P1DT2H`"),
        ("wait", "PT", "*Wait:* PT"),
        ("people", ["ann", "bob"], "*People:*\n• ann\n• bob"),
        ("people", [], "*People:* Empty list"),
        ("to", {"name": "Bob", "vip": True}, "*To:*\n\u2003Name: Bob\n\u2003Vip: Yes"),
        ("body", "Dear Bob,\n\nlunch?", "*Body:*\n>Dear Bob,\n>\n>lunch?"),
        ("sql", "SELECT 1\n  FROM x", "*SQL:*\n```\nSELECT 1\n  FROM x\n```"),
    ],
)
def test_values_read_as_people_read_them(key: str, value: Json, shown: str) -> None:
    assert drawn(**{key: value}) == shown


def test_a_moment_is_in_the_readers_zone_beside_what_was_sent() -> None:
    shown = drawn(at="2026-12-04T09:00:00Z")
    assert shown == (
        "*At:* <!date^1796374800^{date_long} at {time_secs}|2026-12-04 09:00:00 UTC>\n`2026-12-04T09:00:00Z`"
    )
