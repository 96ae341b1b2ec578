"""Callables of every kind that people make nodes and tools of. `graph_source` has to find their source."""

import functools
from collections.abc import Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool, StructuredTool, tool
from langgraph.func import entrypoint, task
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict


class State(TypedDict, total=False):
    text: str
    ok: bool
    answer: Any
    calls: list[dict[str, Any]]


def plain(state: State) -> State:
    return {"ok": bool(interrupt("Fine?"))}


async def asynchronous(state: State) -> State:
    return {"ok": bool(interrupt("Fine?"))}


def with_more(limit: int, state: State) -> State:
    answer = interrupt({"limit": limit})
    return {"answer": answer <= limit}


class Reviewer:
    word = "approve"

    def __call__(self, state: State) -> State:
        return {"ok": self.agrees(interrupt("approve?"))}

    def method(self, state: State) -> State:
        return {"ok": self.agrees(interrupt("approve?"))}

    @staticmethod
    def static(state: State) -> State:
        return {"ok": interrupt("approve?") == "static"}

    @classmethod
    def of_class(cls, state: State) -> State:
        return {"ok": interrupt("approve?") == cls.word}

    def agrees(self, words: str) -> bool:
        return words == self.word


def careless(function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


def careful(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


@careless
@careful
def decorated(state: State) -> State:
    return {"ok": bool(interrupt("Fine?"))}


@functools.lru_cache
def cached(state: State) -> State:
    return {"ok": bool(interrupt("Fine?"))}


lambda_alone = lambda state: {"ok": bool(interrupt("Fine?"))}  # noqa: E731
lambdas = [lambda state: {"ok": bool(interrupt("?"))}, lambda state: {"ok": interrupt("?") == 1}]

_scope: dict[str, Any] = {"interrupt": interrupt}
exec("def executed(state):\n    return {'ok': bool(interrupt('Fine?'))}", _scope)
executed = _scope["executed"]


def made_for(words: str) -> Callable[[State], State]:
    wanted = words

    def node(state: State) -> State:
        return {"ok": interrupt(f"{words}?") == wanted}

    return node


@tool
def ask_for_a_number(question: str) -> int:
    """Ask."""
    return int(interrupt(question))


def _ask_for_words(question: str) -> str:
    """Ask."""
    return str(interrupt(question)["words"].strip())


ask_for_words = StructuredTool.from_function(_ask_for_words, name="ask_for_words")


class AskForConsent(BaseTool):
    name: str = "ask_for_consent"
    description: str = "Ask."

    def _run(self, question: str) -> str:
        return "yes" if interrupt(question) else "no"


class AskFirst(AgentMiddleware):
    """Asks before the model is called, and before each tool is."""

    def before_model(self, state: Any, runtime: Any) -> Any:
        if interrupt("Call the model?") == "stop":
            return {"jump_to": "end"}
        return None

    def wrap_tool_call(self, request: Any, handler: Any) -> Any:
        if not interrupt({"tool": request.tool_call["name"]}):
            return ToolMessage("refused", tool_call_id=request.tool_call["id"])
        return handler(request)


@task
def ask_later(question: str) -> Any:
    return interrupt(question)


@entrypoint()
def workflow(text: str) -> dict[str, Any]:
    answer = ask_later(text).result()
    return {"good": answer == "good"}


def answer_of_subgraph(state: State) -> State:
    """The subgraph is called as a function, by way of another one."""
    return {"ok": _called(state)["answer"] == "fine"}


def _called(state: State) -> dict[str, Any]:
    return subgraph.invoke({"text": state["text"]})


def ask_in_subgraph(state: State) -> State:
    return {"answer": interrupt("How is it?")}


_builder = StateGraph(State)
_builder.add_node("inner", ask_in_subgraph)
_builder.add_edge(START, "inner")
subgraph = _builder.compile()


def ask_whom(state: MessagesState) -> Any:
    words = interrupt("Who?")
    return {"messages": [HumanMessage(words), AIMessage("asked")]}


@tool
def pay(amount: int) -> str:
    """Pay."""
    return "paid" if interrupt({"amount": amount}) else "kept"


TOOLS_BY_NAME = {each.name: each for each in (ask_for_a_number, ask_for_words)}
ALL_TOOLS = [ask_for_a_number]


def calls_a_tool_by_name(state: State) -> dict[str, Any]:
    return {"answer": [TOOLS_BY_NAME[each["name"]].invoke(each["args"]) for each in state["calls"]]}


def calls_each_tool(state: State) -> dict[str, Any]:
    return {"answer": [each.invoke({"question": state["text"]}) for each in ALL_TOOLS]}


def calling(tools: dict[str, BaseTool]) -> Callable[[State], dict[str, Any]]:
    """As a factory of nodes does."""

    def node(state: State) -> dict[str, Any]:
        return {"answer": tools[state["text"]].invoke({})}

    return node
