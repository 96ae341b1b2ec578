"""What a terminal shows of Slack's blocks and markup."""

from typing import Any

import pytest

from slack_local.model.records import Message, View
from slack_local.transcript.blocks import blocks_lines, message_lines, view_lines
from slack_local.transcript.mrkdwn import Names, readable

NAMES = Names(users={"U1": "bob", "B": "countersign"}, channels={"C1": "ops"})


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("*Approved* by <@U1> in <#C1|x>", "Approved by @bob in #ops"),
        ("<@U9|zoe> and <#C9|far>", "@zoe and #far"),
        ("<!channel> <!subteam^S1|@night>", "@channel @night"),
        ("see <https://a.example/_x_|the _page_>", "see the _page_ (https://a.example/_x_)"),
        ("<https://a.example>", "https://a.example"),
        ("<http://127.0.0.1:1/archives/C1/p1?thread_ts=1|a card>", "a card"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("&lt;!channel&gt;", "<!channel>"),
        ("a*b*c snake_case_name", "a*b*c snake_case_name"),
        ("`*kept*` and ```\n_kept_ &lt;\n```", "`*kept*` and     _kept_ <"),
        (":white_check_mark: :unknown_one:", "✅ :unknown_one:"),
        ("<!date^nonsense^{time}|at noon>", "at noon"),
        ("\x1b[2Jgone\x07", "�[2Jgone�"),
    ],
)
def test_markup_reads_as_text(markup: str, text: str) -> None:
    assert readable(markup, NAMES) == text


def test_a_moment_is_written_in_local_time() -> None:
    said = readable("<!date^1700000000^{date_short_pretty} at {time}|2023-11-14 22:13 UTC>", NAMES)
    assert ":13" in said
    assert "Nov at" in said


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def button(action_id: str, text: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain(text)}


def test_buttons_stand_in_brackets() -> None:
    block = {"type": "actions", "block_id": "b", "elements": [button("a", "Approve"), button("r", "Reject")]}
    assert blocks_lines([block], NAMES) == ["[Approve]  [Reject]"]


def test_short_fields_stand_in_columns() -> None:
    fields = [{"type": "mrkdwn", "text": t} for t in ("*channel*\n`#ops`", "*to*\n`bob`")]
    assert blocks_lines([{"type": "section", "fields": fields}], NAMES) == [
        "channel  `#ops`",
        "to       `bob`",
    ]


def message(text: str, blocks: list[dict[str, Any]] | None = None, *, by_bot: bool) -> Message:
    user = "B" if by_bot else "U1"
    return Message(channel="C1", ts="1.1", user=user, team="T", text=text, blocks=blocks or [], by_bot=by_bot)


def test_a_card_stands_in_a_frame_without_losing_a_word() -> None:
    words = " ".join(f"word{n}" for n in range(60))
    card = [{"type": "header", "text": plain("Post a message")}, {"type": "section", "text": plain(words)}]
    lines = message_lines(message("fallback", card, by_bot=True), NAMES, width=40)
    assert lines[:3] == ["countersign:", "╭─", "│ Post a message"]
    assert lines[-1] == "╰─"
    assert all(len(line) <= 40 for line in lines)
    assert " ".join(line.removeprefix("│ ") for line in lines[4:-1]) == words


def test_a_plain_answer_needs_no_frame() -> None:
    blocks = [{"type": "section", "text": plain("It is done.\nAll of it.")}]
    assert message_lines(message("x", blocks, by_bot=True), NAMES) == [
        "countersign: It is done.",
        "  All of it.",
    ]


def test_what_a_person_wrote_is_said_once_though_it_has_blocks_too() -> None:
    typed = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]}]
    assert message_lines(message("hi <@U1>", typed, by_bot=False), NAMES) == ["bob: hi @bob"]


def test_a_form_shows_labels_values_hints_and_errors() -> None:
    element = {"type": "number_input", "action_id": "value"}
    block = {
        "type": "input",
        "block_id": "/amount",
        "label": plain("Amount"),
        "hint": plain("In euros"),
        "optional": True,
        "element": element,
    }
    view = View(
        id="V", hash="h", type="modal", user="U1", root_view_id="V", errors={"/amount": "Too much."},
        values={"/amount": {"value": {"type": "number_input", "value": "900"}}},
        definition={"title": plain("Edit"), "blocks": [block]},
    )  # fmt: skip
    text = "\n".join(view_lines(view, NAMES))
    for part in ("╭─ Edit", "Amount (optional)", "  900", "In euros", "! Too much."):
        assert part in text


@pytest.mark.parametrize(
    "block",
    [
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "needle"}]},
        {"type": "markdown", "text": "needle"},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "needle"}]]},
        {"type": "alert", "text": {"type": "mrkdwn", "text": "needle"}, "level": "info"},
        {"type": "card", "title": {"type": "mrkdwn", "text": "needle"}, "actions": []},
        {"type": "image", "image_url": "http://x", "alt_text": "needle"},
        {"type": "section", "text": plain("x"), "accessory": button("a", "needle")},
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "needle"}]}
            ],
        },
        {"type": "not_known_here", "text": {"type": "mrkdwn", "text": "needle"}},
    ],
    ids=lambda block: block["type"],
)
def test_no_kind_of_block_hides_its_words(block: dict[str, Any]) -> None:
    assert "needle" in "\n".join(blocks_lines([block], NAMES))
