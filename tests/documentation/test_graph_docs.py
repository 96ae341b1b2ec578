"""What docs/writing-graphs.md says about a graph's surroundings is what the code does."""

import re
from pathlib import Path
from typing import Any, cast

import pytest

from countersign.flow.retention import COMPACT_AFTER
from countersign.runs.project.config_sections import (
    CheckpointerSection,
    GraphEntry,
    IndexSection,
    SerdeSection,
    StoreSection,
    TtlSection,
)
from countersign.slack.text.incoming import readable
from countersign.slack.text.names import Names

PAGE = (Path(__file__).parents[2] / "docs/writing-graphs.md").read_text()


def rows(head: str) -> dict[str, str]:
    """The table with this head: its second column by its first."""
    table = PAGE.split(f"| {head} |", 1)[1].split("\n\n", 1)[0]
    lines = [line for line in table.splitlines()[2:] if line.startswith("| ")]
    return dict(cast("tuple[str, str]", line.strip("| ").split(" | ", 1)) for line in lines)


class Directory:
    """Knows Bob, one channel and one group; of nobody else a name."""

    async def read(self, method: str, **arguments: Any) -> dict[str, Any]:
        known = arguments.get("user") == "U0BOB00001"
        return {"user": {"profile": {"real_name": "Bob Berger"} if known else {}}}


@pytest.mark.parametrize(
    ("row", "written"),
    [
        ("a mention of Bob", ["<@U0BOB00001>"]),
        ("a channel, a user group", ["<#C0OPS00001|ops>", "<!subteam^S0FINANCE1|@finance>"]),
        ("`@here`, `@channel`, a date", ["<!here>", "<!channel>"]),
        (
            "a link, and one with a text of its own",
            ["<https://example.com>", "<https://example.com|the docs>"],
        ),
    ],
)
async def test_the_text_is_what_its_writer_saw(row: str, written: list[str]) -> None:
    names = Names(cast("Any", Directory()))
    promised = re.findall(r"`([^`]+)`", rows("in Slack | the graph reads")[row])

    assert [await names.readable(readable(each)) for each in written] == promised


async def test_without_a_name_the_id_stands_alone() -> None:
    names = Names(cast("Any", Directory()))
    (alone,) = re.findall(r"the id stands alone: `([^`]+)`", PAGE)

    assert await names.readable(readable("<@U0NOBODY1>")) == alone.replace("U0BOB00001", "U0NOBODY1")
    assert readable("by <!date^1767322800^{date_short}|2 January>") == "by 2 January", "as it was shown"


def test_the_keys_of_langgraph_json_are_those_that_are_read() -> None:
    keys = rows("key | is")
    entry = set(re.findall(r"`(\w+)`", keys["`graphs`"]))

    assert set(GraphEntry.model_fields) <= entry
    assert set(re.findall(r"`(\w+)`", keys["`store.index`"])) == set(IndexSection.model_fields)
    assert set(re.findall(r"`(\w+)`", keys["`store.ttl`"])) == set(TtlSection.model_fields)
    assert {name.removeprefix("`store.").rstrip("`") for name in keys if "store." in name} == set(
        StoreSection.model_fields
    )
    used = {name.strip("`").removeprefix("checkpointer.") for name in keys if "checkpointer." in name}
    unused = set(re.findall(r"`checkpointer\.(\w+)`", PAGE.split("Not used are", 1)[1].split(":", 1)[0]))
    assert (used, unused) == ({"serde"}, {"path", "ttl"})
    assert used | unused == set(CheckpointerSection.model_fields)
    assert all(f"`{name}`" in PAGE or f'"{name}"' in PAGE for name in SerdeSection.model_fields)


def test_a_thread_is_compacted_an_hour_after_its_last_step() -> None:
    assert "An hour after the\n  last step the thread is compacted to one copy" in PAGE
    assert COMPACT_AFTER == 3600
