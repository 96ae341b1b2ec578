"""How the assistant is put together: what its model is told, and what stops it from being built."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from countersign.demo.model import ScriptedModel
from graphs.assistant import graph as module
from graphs.assistant.actions import ACTIONS
from graphs.assistant.gates import UnknownGateError
from graphs.assistant.lookups import LOOKUPS
from graphs.model import ModelNotConfiguredError
from tests.graphs.driving import Thread, load


@pytest.fixture
def assistant(thread_of: Callable[[str], Thread]) -> Thread:
    return thread_of("assistant")


async def test_the_model_sees_only_the_arguments_that_are_its_own(
    assistant: Thread, model: ScriptedModel
) -> None:
    await assistant.say("list channels")
    seen = {
        tool["function"]["name"]: set(tool["function"]["parameters"]["properties"])
        for tool in model.requests[0]["tools"]
    }
    assert seen == {
        "post_message": {"channel", "text"},
        "schedule_reminder": {"channel", "text", "at"},
        "invite_to_channel": {"channel", "people"},
        "list_channels": set(),
        "find_person": {"name"},
        "read_channel": {"channel", "count"},
        "human_assistance": {"query"},
    }
    assert all(tool.description for tool in [*ACTIONS, *LOOKUPS])


async def test_the_prompt_names_the_time_of_the_call(assistant: Thread, model: ScriptedModel) -> None:
    await assistant.say("list channels")
    assert datetime.now(UTC).strftime("%Y-%m-%dT") in str(model.requests[0]["messages"][0])


async def test_a_gate_that_fits_no_tool_stops_the_graph_from_being_built(
    model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    gates = dict(module.GATES)
    gates["post_mesage"] = gates.pop("post_message")
    monkeypatch.setattr(module, "GATES", gates)
    with pytest.raises(UnknownGateError, match=r"No tool is called post_mesage.*post_message"):
        module.graph()


def test_every_tool_that_changes_something_has_a_gate() -> None:
    assert module.GATES.keys() == {tool.name for tool in ACTIONS}


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelNotConfiguredError, match="OPENAI_API_KEY is not set"):
        load("assistant")
