"""Helpers in a module of their own: who asks, and what counts as a yes."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from langgraph.types import interrupt

YES = frozenset({"y", "yes", "sure"})


def is_yes(answer: Any) -> bool:
    if isinstance(answer, bool):
        return answer
    return str(answer).strip().lower() in YES


def ask(question: str, **details: Any) -> Any:
    return interrupt({"question": question, **details})


def confirmed(question: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Runs the node only where somebody agrees."""

    def wrap(node: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(node)
        def asks(state: Any) -> Any:
            if not is_yes(ask(question, about=state["task"])):
                return {"result": "skipped"}
            return node(state)

        return asks

    return wrap


class Signed:
    """Asks for two signatures, one after the other."""

    def __init__(self, *names: str) -> None:
        self.names = names

    async def collect(self) -> list[str]:
        return [name for name in self.names if await self._signs(name)]

    async def _signs(self, name: str) -> bool:
        answer = interrupt({"sign": name})
        return bool(answer is True or answer == "signed")


Handler = Callable[[Any], Awaitable[dict[str, Any]]]
