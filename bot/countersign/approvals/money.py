"""Amounts of money as people write them: with their cents."""

import re

_NAMES = frozenset(
    (
        *("amount", "balance", "budget", "cost", "costs", "discount", "fee", "fees", "limit", "payment"),
        *("price", "refund", "revenue", "salary", "subtotal", "sum", "tax", "total"),
    )
)
_MAX_AMOUNT = 1e15  # beyond it a float has no cents
_WORDS = re.compile(r"[^_\W]+")


def amount_text(value: object, key: str) -> str | None:
    """`129.90`, for a number with cents whose key's last word names money; None for anything else."""
    named = _WORDS.findall(key)
    if not isinstance(value, float) or not named or named[-1].lower() not in _NAMES:
        return None
    return f"{value:.2f}" if abs(value) < _MAX_AMOUNT and round(value, 2) == value else None
