"""A refund to be decided, and what its card says."""

from countersign.approvals.json import Json
from countersign.testing.cards import ApprovalCard

REFUND: Json = {
    "action_requests": [{"name": "refund", "args": {"amount": 1500, "to": "Ann"}}],
    "review_configs": [
        {"action_name": "refund", "allowed_decisions": ["approve", "edit", "reject", "respond"]}
    ],
}


async def shows(card: ApprovalCard, text: str) -> None:
    await card.thread.wait_until(lambda: (text in card.text) or None)
