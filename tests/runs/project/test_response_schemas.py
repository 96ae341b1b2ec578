"""The types and JSON Schemas of answers are built once, and are those that would be built each time."""

import sys
from types import ModuleType
from typing import Annotated, Any, Literal

import pytest
from langchain.agents.middleware import human_in_the_loop
from langchain_core.tools import tool
from langgraph import types as langgraph_types
from pydantic import Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from countersign.runs import response_schemas
from countersign.runs.response_schemas import adapter_of, keep_response_schemas, keeping_types

ALL = ["approve", "edit", "reject", "respond"]


@tool
def pay(amount: int, to: str) -> str:
    """Pay somebody."""
    return f"{amount} {to}"


@tool("pay")
def pay_in_cents(cents: int) -> str:
    """Pay somebody."""
    return str(cents)


@pytest.fixture
def unkept(monkeypatch: pytest.MonkeyPatch) -> None:
    """LangChain and LangGraph as they come, whatever other tests loaded; restored at the end."""
    build = human_in_the_loop._decision_schema
    monkeypatch.setattr(human_in_the_loop, "_decision_schema", getattr(build, "__wrapped__", build))
    monkeypatch.setattr(langgraph_types, "TypeAdapter", TypeAdapter)


def _edit(**args: Any) -> dict[str, Any]:
    return {"type": "edit", "edited_action": {"name": "pay", "args": args}}


@pytest.mark.parametrize(
    "allowed", [ALL, ["approve"], ["edit"], ["reject", "approve"], ["approve", "approve"]]
)
@pytest.mark.parametrize("about", [pay, pay_in_cents, None])
@pytest.mark.usefixtures("unkept")
def test_a_kept_type_has_the_schema_of_a_new_one(allowed: list[str], about: Any) -> None:
    build: Any = human_in_the_loop._decision_schema
    kept = keeping_types(build)
    assert adapter_of(kept(allowed, "pay", about)).json_schema() == (
        TypeAdapter(build(allowed, "pay", about)).json_schema()
    )
    assert kept(allowed, "pay", about) is kept(tuple(allowed), "pay", about)


def test_tools_with_one_name_and_other_decisions_keep_types_of_their_own() -> None:
    build: Any = human_in_the_loop._decision_schema
    kept = keeping_types(build)
    for _ in range(2):
        adapter_of(kept(ALL, "pay", pay)).validate_python(_edit(amount=1, to="Bob"))
        adapter_of(kept(ALL, "pay", pay_in_cents)).validate_python(_edit(cents=100))
        with pytest.raises(ValidationError, match="cents"):
            adapter_of(kept(ALL, "pay", pay_in_cents)).validate_python(_edit(amount=1, to="Bob"))
        with pytest.raises(ValidationError, match="approve"):
            adapter_of(kept(["reject", "respond"], "pay", pay)).validate_python({"type": "approve"})


def test_a_tool_whose_schema_was_replaced_gets_a_new_type() -> None:
    @tool("pay")
    def changing(amount: int) -> str:
        """Pay somebody."""
        return str(amount)

    build: Any = human_in_the_loop._decision_schema
    kept = keeping_types(build)
    before = kept(ALL, "pay", changing)
    changing.args_schema = pay_in_cents.args_schema
    adapter_of(before).validate_python(_edit(amount=1))
    adapter_of(kept(ALL, "pay", changing)).validate_python(_edit(cents=100))


def test_who_changes_a_schema_changes_nobody_elses() -> None:
    class Answer(TypedDict):
        yes: bool

    adapter_of(Answer).json_schema()["properties"].clear()
    assert adapter_of(Answer).json_schema() == TypeAdapter(Answer).json_schema()
    assert adapter_of(Answer).json_schema(mode="serialization") == (
        TypeAdapter(Answer).json_schema(mode="serialization")
    )


@pytest.mark.parametrize(
    ("answer", "given", "taken"),
    [
        (Literal[1], 1, 1),
        (Literal[True], True, True),
        (Annotated[int, Field(gt=3)], "4", 4),
        (Annotated[int, Field(examples=[{"a": [1]}])], "4", 4),  # its metadata cannot be hashed
    ],
)
def test_types_of_all_kinds_are_checked_as_before(answer: Any, given: Any, taken: Any) -> None:
    assert adapter_of(answer).validate_python(given) == taken
    assert adapter_of(answer).json_schema() == TypeAdapter(answer).json_schema()


def test_types_that_are_equal_to_look_at_are_kept_apart() -> None:
    with pytest.raises(ValidationError):
        adapter_of(Literal["1"]).validate_python(1)
    assert adapter_of(Literal[1]).validate_python(1) == 1
    with pytest.raises(ValidationError):
        adapter_of(Annotated[int, Field(gt=3)]).validate_python(3)
    assert adapter_of(Annotated[int, Field(gt=2)]).validate_python(3) == 3


@pytest.mark.usefixtures("unkept")
def test_both_builders_are_replaced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []
    build: Any = human_in_the_loop._decision_schema

    def _decision_schema(allowed: Any, name: str, tool: Any = None) -> Any:
        built.append(name)
        return build(allowed, name, tool)

    monkeypatch.setattr(human_in_the_loop, "_decision_schema", _decision_schema)
    keep_response_schemas()
    keep_response_schemas()
    replaced: Any = human_in_the_loop._decision_schema
    assert replaced(ALL, "pay", pay) is replaced(ALL, "pay", pay)
    assert built == ["pay"]
    interrupts: Any = langgraph_types
    assert interrupts.TypeAdapter(int) is interrupts.TypeAdapter(int)


@pytest.mark.usefixtures("unkept")
def test_a_version_that_builds_types_in_another_way_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def elsewhere(call: object) -> None:
        raise NotImplementedError

    other = ModuleType("other_version")
    monkeypatch.setitem(sys.modules, response_schemas._MIDDLEWARE, other)
    keep_response_schemas()
    other._decision_schema = elsewhere  # type: ignore[attr-defined]
    keep_response_schemas()
    assert other._decision_schema is elsewhere
