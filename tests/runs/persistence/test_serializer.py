"""`checkpointer.serde` of langgraph.json, as the serializer of checkpoints obeys it."""

import json
from dataclasses import dataclass
from typing import Any

import ormsgpack
import pytest
from langchain_core.messages import ToolMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from pydantic import BaseModel

from countersign.runs.project.config_sections import SerdeSection
from countersign.runs.serialization.own_types import OwnTypes
from countersign.runs.serialization.serializer import build_serializer


class Order(BaseModel):
    number: int


@dataclass
class Line:
    what: Any


class Unknown:
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unknown)

    def __hash__(self) -> int:
        return 0


def serializer(**given: Any) -> JsonPlusSerializer:
    return build_serializer(SerdeSection(**given), OwnTypes(()))[0]


def back(used: JsonPlusSerializer, value: Any) -> Any:
    return used.loads_typed(used.dumps_typed(value))


HERE = [[*__name__.split("."), name] for name in ("Order", "Line")]


@pytest.mark.parametrize("artifact", [Order(number=1), Line(what=Order(number=2)), {"a": [Line(what=None)]}])
def test_an_artifact_is_what_it_was(artifact: Any) -> None:
    message = ToolMessage("seen", tool_call_id="1", artifact=artifact)
    used = serializer(allowed_msgpack_modules=HERE)
    (read,) = back(used, [message])
    assert read == message
    assert type(read.artifact) is type(artifact)
    langgraphs_own = JsonPlusSerializer(allowed_msgpack_modules=True)
    assert langgraphs_own.loads_typed(used.dumps_typed(message)) == message


def test_what_is_not_listed_comes_back_as_its_fields() -> None:
    assert back(serializer(allowed_msgpack_modules=HERE[1:]), [Order(number=1)]) == [{"number": 1}]
    assert back(serializer(allowed_msgpack_modules=None), Line(what=1)) == {"what": 1}
    assert back(serializer(allowed_msgpack_modules=True), Line(what=1)) == Line(what=1)


def test_what_msgpack_cannot_store_is_pickled_only_if_that_is_asked_for() -> None:
    with pytest.raises((ormsgpack.MsgpackEncodeError, TypeError)):
        serializer().dumps_typed({"a": Unknown()})
    assert back(serializer(pickle_fallback=True), {"a": Unknown()}) == {"a": Unknown()}
    pickled = serializer(pickle_fallback=True).dumps_typed({"a": Unknown()})
    with pytest.raises(NotImplementedError):
        serializer().loads_typed(pickled)


def test_old_checkpoints_in_json_bring_back_what_is_listed() -> None:
    stored = {"lc": 2, "type": "constructor", "id": HERE[0], "kwargs": {"number": 3}}
    old = ("json", json.dumps(stored).encode())
    assert serializer(allowed_json_modules=HERE).loads_typed(old) == Order(number=3)
    assert not isinstance(serializer().loads_typed(old), Order)


@pytest.mark.parametrize("setting", ["allowed_msgpack_modules", "allowed_json_modules", "pickle_fallback"])
def test_a_setting_that_lets_the_database_run_code_is_logged(
    setting: str, logged: list[dict[str, Any]]
) -> None:
    serializer(**{setting: True})
    assert [entry["setting"] for entry in logged] == [f"checkpointer.serde.{setting}"]
    assert logged[0]["log_level"] == "warning"
