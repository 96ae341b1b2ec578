"""An asker's own words on a card: Markdown where it shows all of itself, plain text otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.slack.cards.values.description import description_block
from slack_local.block_kit.surfaces import message_blocks


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("**Refund** for `A-7`:\n- 12 EUR\n- to Bob", "**Refund** for `A-7`:\n- 12 EUR\n- to Bob"),
        ("# Deploy\nto *all* hosts\nat once", "# Deploy\nto *all* hosts  \nat once"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n|---|---|\n| 1 | 2 |"),
        (
            "[bank.com](https://evil.example) <!channel>",
            "[bank.com](https://evil.example) (evil.example) &lt;!channel&gt;",
        ),
        ("> quoted\n\n```\na < b\n```", "> quoted\n\n```\na &lt; b\n```"),
    ],
)
def test_markdown_is_drawn_and_inert(text: str, drawn: str) -> None:
    assert description_block(text, 3000) == {"type": "markdown", "text": drawn}


@pytest.mark.parametrize(
    "text",
    [
        "Tool execution requires approval\n\nTool: send_money\nArgs: {'to_all': True, 'n': 2 * 3}",
        "snake_case and 2 * 3 * 4",
        "**Pay**\n[hidden]: https://evil.example 'words'",
        "**Pay** <!-- and more -->",
        "**Pay** <span hidden>x</span>",
        "**Pay** ![pixel](https://evil.example/p.png)",
        "[Approved](https://x.example) by Alice",
        "[**Approved** by Alice](https://x.example)",
        "**Pay** \\*twice\\*",
        "**" + "x" * 4000 + "**",
    ],
)
def test_what_is_no_markdown_or_would_hide_something_stays_as_written(text: str) -> None:
    block = description_block(text, 3000)

    assert block["type"] == "section"
    assert block["text"]["type"] == "plain_text"


@given(st.text(alphabet="*_`#>|-[]()<>&!\\ \nab:/.1", min_size=1, max_size=400).filter(str.strip))
def test_any_description_is_one_that_slack_takes_and_loses_no_letters(text: str) -> None:
    block = description_block(text, 3000)

    message_blocks([block])
    shown = block["text"] if isinstance(block["text"], str) else block["text"]["text"]
    assert len(shown) <= 3000
    assert shown.count("b") >= text.count("b")
    assert "<" not in shown
