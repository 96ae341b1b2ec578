"""An anchor is written as a position and a link, and found again in a line of text."""

import pytest

from countersign.approvals.audit.anchor import Anchor, AnchorNotUnderstood, parse_anchor

LINK = "0123456789abcdef" * 4


@pytest.mark.parametrize("position", [1, 7, 1204, 10**18 - 1])
def test_it_is_read_as_it_was_written_alone_and_in_a_line(position: int) -> None:
    anchor = Anchor(position=position, link=LINK)
    assert str(anchor) == f"{position}:{LINK}"
    assert parse_anchor(str(anchor)) == anchor
    assert parse_anchor(f"2026-03-01 head {anchor} (signed)\n") == anchor


@pytest.mark.parametrize(
    "text", ["", "12", f":{LINK}", f"0:{LINK}", f"12:{LINK[1:]}", f"12 {LINK}", "12:xyz"]
)
def test_what_is_not_an_anchor_is_reported(text: str) -> None:
    with pytest.raises(AnchorNotUnderstood, match="a position and a link"):
        parse_anchor(text)
