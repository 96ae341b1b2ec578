"""What a card shows, over both transports: nothing folded away, nothing hidden, look-alikes named."""

from typing import Any

import pytest

from slack_local.block_kit.input_state import with_children
from tests.support.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


def texts(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(texts(item) for item in value.values())
    return "\n".join(map(texts, value)) if isinstance(value, list) else str(value)


async def test_no_section_of_a_card_is_folded(either: Stage) -> None:
    long = "\n".join(f"line {n}" for n in range(150))
    card = await either.card({"question": "Send it?", "to": "bob", "body": long, "why": "He waits."})

    sections = [block for block in with_children(card.message.blocks) if block["type"] == "section"]
    assert len(sections) >= 3
    assert all(block["expand"] is True for block in sections)


async def test_what_pushes_away_or_hides_is_written_out(either: Stage) -> None:
    card = await either.card(
        {"question": "Run it?", "command": "ls" + " " * 2600 + "; rm -rf /", "host": "рауpаl.com", "n": "5"}
    )

    shown = texts(card.message.blocks)
    assert "ls⟨2600 spaces⟩; rm -rf /" in shown
    assert "⟨U+0440 U+0430 U+0443⟩" in shown
    assert '*N:* "5"' in shown


async def test_a_tool_whose_name_looks_like_another_ones_is_named(either: Stage) -> None:
    calls = [{"name": name, "args": {"amount": 5}} for name in ("send_money", "send_mοney", "refund")]
    card = await either.card({"action_requests": calls, "review_configs": []})

    shown = texts(card.message.blocks)
    assert "looks like the tool `send_money`, but is a different one" in shown
    assert "(U+03BF)" in shown
    assert shown.count("looks like the tool") == 2
    assert "`refund` looks" not in shown


async def test_a_payload_of_an_uncommon_format_is_in_the_details(either: Stage) -> None:
    odd = await either.card({"question": "Pay?", "a": {"x": 1}, "details": {"a": {"x": 2}}})
    await odd.click("approval:view", either.ws.bob)

    details = await either.ws.bob.modal_opens(title="Details")
    assert '"details": {' in texts(details.definition)
