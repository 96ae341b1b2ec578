"""What a message seems to mean that is no word that decides, without a database."""

import pytest

from countersign.flow.decisions.replies.intent import Intent, likely_intent

REJECTING = (
    "no",
    "No, because…",
    "don't",
    "not yet",
    "please cancel this",
    "아니요 다음에요",
    "안 돼요",
    "반려",
)
APPROVING = (
    "looks good",
    "LGTM!",
    "ok",
    "yes please",
    "👍 nice",
    "네",
    "네, 진행해 주세요",
    "승인",
    "*승인합니다*",
)
ASKING = ("no?", "why is it so much?", "왜요？")
UNCLEAR = ("the amount is odd", "yesterday", "nothing else", "내일 회의", "")
MEANT = {
    Intent.REJECTS: REJECTING,
    Intent.APPROVES: APPROVING,
    Intent.ASKS: ASKING,
    Intent.UNCLEAR: UNCLEAR,
}


@pytest.mark.parametrize(
    ("text", "intent"), [(text, intent) for intent, texts in MEANT.items() for text in texts]
)
def test_what_a_message_seems_to_mean(text: str, intent: Intent) -> None:
    assert likely_intent(text) is intent
