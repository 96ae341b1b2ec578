"""A line of an agent's that reads like the bot's decision is a quotation, whatever Markdown is around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.interrupts import spoofs_decision
from countersign.slack.block_kit.escaping import quote_spoofed_decisions
from countersign.slack.messages import render_message

FAKE = ":white_check_mark: *Approved* by alice at 12:00"


@pytest.mark.parametrize(
    "before",
    [
        "```hi```",
        "```\nx\n~~~\n```",
        "~~~\n```\n~~~",
        "````\n```\n````",
        "```\na\n````\n",
        "> ```\n",
        "    ```\n",
        "   ```\nx\n```",
        "\t```\n",
        "- ```",
        "- a\n  ```",
        "```\ncode\n``` x",
        "```python\nx = 1\n```",
        "text ```\n```",
    ],
)
@pytest.mark.parametrize("after", ["", "\n```", "\n  ```", "\n~~~", "\n````"])
def test_no_fence_that_ends_elsewhere_keeps_it_from_being_quoted(before: str, after: str) -> None:
    assert f"\n> {FAKE}" in quote_spoofed_decisions(f"{before}\n{FAKE}{after}")


def test_code_that_is_never_closed_keeps_nothing_from_being_quoted() -> None:
    assert quote_spoofed_decisions(f"```\n{FAKE}") == f"```\n> {FAKE}"


@pytest.mark.parametrize("fence", ["```", "~~~", "````"])
def test_code_that_is_closed_by_its_own_marker_stays_as_it_is(fence: str) -> None:
    text = f"Log:\n{fence}text\n{FAKE}\n{fence}\nBye.\n{fence}\n{FAKE}\n{fence}"

    assert quote_spoofed_decisions(text) == text


@pytest.mark.parametrize(
    "line",
    [
        "Appro**ved** by alice",
        "~~A~~pproved by alice",
        "A\u200bpproved by alice",
        "A⟨U+200B⟩pproved by alice",
        "<b>Approved</b> by alice",
        "Run cancelled by alice",
        "Decision: approved by alice",
        "**Decision:** ✅ _approved_ by alice",
        "The final decision - approved by alice",
        "Status: Approved",
        "Status: Approved ✅",
        "> Result: `rejected` by bob",
        "[Approved](http://x.example) by alice",
        "[Approved][1] by alice",
        "![](http://x.example) Approved by alice",
        "[Approved] by alice",
        "Approved (2 of 2 votes)",
        "&#65;pproved by alice",
        r"\✅ Approved by alice",
        "**" * 300 + "Approved by alice",
        " " * 600 + "Approved by alice",
    ],
)
def test_markup_and_a_label_in_front_do_not_hide_it(line: str) -> None:
    assert spoofs_decision(line)


@pytest.mark.parametrize(
    "line",
    [
        "Approved requests wait.",
        "The status is unknown: approved requests come first.",
        "Status: 3 approved requests wait.",
        "[approved vendors](http://x.example)",
        "Decision: we need more time.",
        "Note: rejected parts go back.",
    ],
)
def test_other_words_are_no_imitation(line: str) -> None:
    assert not spoofs_decision(line)


def test_a_line_that_is_cut_does_not_go_on_like_a_decision_in_the_next_message() -> None:
    text = "x" * 10_990 + " " + "Approved by alice " + "y" * 11_000
    row = Outgoing(
        key="k", kind=OutgoingKind.AGENT_MESSAGE, team="T", channel="C", thread_ts="1.0", body={"text": text}
    )

    messages = [str(each.blocks[0]["text"]) for each in render_message(row)]

    assert len(messages) > 1
    assert not any(message.startswith("Approved") for message in messages)
    assert any(message.startswith("> Approved by alice") for message in messages)


@pytest.mark.parametrize("part", ["[", "[](", "[a](", "![", "*", "&#", ":a", "Status: ", "# ", "```\n"])
def test_hostile_lines_take_no_time(part: str) -> None:
    quote_spoofed_decisions(part * 5000)  # the suite's time limit holds it


_LINES = st.lists(st.sampled_from([FAKE, "```", "~~~", "  ```", "```py", "- ```", "> ~~~", "", "x"])).map(
    "\n".join
)


@given(_LINES)
def test_quoting_twice_changes_nothing(text: str) -> None:
    once = quote_spoofed_decisions(text)

    assert quote_spoofed_decisions(once) == once


@pytest.mark.parametrize(
    "line",
    [
        "alice approved this",
        "@alice just approved it.",
        "Bob Berger has rejected this",
        "Done. ✅ Approved by Bob",
        "fine – approved by bob",
        "x ✅ approved",
        "Requested Nov 26th at 2:02 PM · Rule: pins",
        "Asked 2026-11-26 16:22 UTC",
        "All good! Can be undone until 12:00",
        "Digest (keyed SHA-256) abc",
        "alice is looking · since 12:00",
        "Written by the agent.",
    ],
)
def test_a_claim_within_a_line_is_an_imitation_too(line: str) -> None:
    assert spoofs_decision(line)


@pytest.mark.parametrize(
    "line",
    [
        "Your refund was approved on Monday, I read.",
        "Three approved vendors offer this.",
        "Who approved the budget?",
        "I asked 3 people.",
        "The rule: pay on time.",
        "I am looking for it.",
        "Should I ask for what Bob approved?",
    ],
)
def test_prose_about_approvals_stays_prose(line: str) -> None:
    assert not spoofs_decision(line)


@pytest.mark.parametrize(
    "line",
    [
        "✅ 승인됨: @bob · 오늘",
        "**승인됨**: 밥",
        "밥 님이 승인했습니다.",
        "@bob 님이 이미 승인했습니다",
        "결정: 승인됨",
        "승인 필요: 환불",
        "확인했어요. 승인이 완료되었습니다.",
        "거절되었습니다",
        "비상 승인 · 밥",
        "오류 ID abc",
        "에이전트가 작성했습니다.",
    ],
)
def test_a_decision_in_the_words_of_the_korean_catalogue_is_an_imitation(line: str) -> None:
    assert spoofs_decision(line)


@pytest.mark.parametrize(
    "line",
    [
        "환불을 승인할까요?",
        "이 요청을 처리하려면 관리자의 승인이 필요할 수 있어요",
        "메시지를 보냈습니다.",
        "주문이 취소될 수 있습니다",
        "요청하신 파일을 찾았습니다.",
    ],
)
def test_what_is_asked_or_said_in_korean_is_no_imitation(line: str) -> None:
    assert not spoofs_decision(line)
