"""Which tools wait for a person, checked against the tools there are.

The middleware ignores a gate whose name fits no tool, which leaves the tool that was meant open.
"""

from collections.abc import Iterable, Mapping

from langchain.agents.middleware import HumanInTheLoopMiddleware, InterruptOnConfig
from langchain_core.tools import BaseTool


class UnknownGateError(ValueError):
    """A gate names a tool that does not exist."""

    def __init__(self, gates: Iterable[str], tools: Iterable[str]) -> None:
        super().__init__(
            f"No tool is called {', '.join(sorted(gates))}, so nothing would wait for approval there."
            f" The tools are {', '.join(sorted(tools))}."
        )


def gated(tools: Iterable[BaseTool], gates: Mapping[str, InterruptOnConfig]) -> HumanInTheLoopMiddleware:
    """Make the middleware that asks once per gated call. Raises `UnknownGateError` for a misspelt name."""
    names = {tool.name for tool in tools}
    if unknown := gates.keys() - names:
        raise UnknownGateError(unknown, names)
    return HumanInTheLoopMiddleware(dict(gates), interrupt_mode="per_call")
