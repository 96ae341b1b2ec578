"""Which files a graph is given: those that the profile of its model names."""

from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import SummarizationMiddleware
from langchain_openai import ChatOpenAI

from countersign.flow.files.kinds import ALL_KINDS, TEXT_ALONE, FileKind, FileKinds
from countersign.flow.graph_state import GraphInfo
from countersign.runs.graphs import Graphs
from countersign.runs.inputs.file_kinds import chat_models
from tests.runs.model_graphs import (
    Node,
    Pair,
    Titled,
    Unlisted,
    ask_another,
    by_closure,
    by_global,
    graph_of,
    reads_all,
    reads_task,
    sees,
    silent,
    unknown,
)
from tests.support.harness import loaded

IMAGES = TEXT_ALONE | {FileKind.IMAGE}


def info_of(graph: Any, setting: FileKinds | None = None) -> GraphInfo:
    return Graphs(loaded({"g": graph}), "g", lambda _: None, files=setting).infos["g"]


@pytest.mark.parametrize(
    ("graph", "kinds"),
    [
        (create_agent(reads_all, [ask_another]), ALL_KINDS),
        (create_agent(sees, [ask_another]), IMAGES),
        (create_agent(unknown, []), TEXT_ALONE),
        (graph_of(by_global), IMAGES),
        (graph_of(by_closure(reads_all)), ALL_KINDS),
        (graph_of(Node(sees).call), IMAGES),
        (graph_of(by_closure(reads_all), Node(sees).call), IMAGES),
        (graph_of(by_closure(reads_all), Node(unknown).call), TEXT_ALONE),
        (graph_of(create_agent(sees, [])), IMAGES),
        (graph_of(silent), TEXT_ALONE),
        (graph_of(reads_task, state=Titled), ALL_KINDS),
        (graph_of(reads_task, state=Unlisted), frozenset()),
        (graph_of(silent, state=Pair), frozenset()),
    ],
)
def test_the_models_of_a_graph_say_what_it_takes(graph: Any, kinds: FileKinds) -> None:
    assert info_of(graph).file_kinds == kinds


@pytest.mark.parametrize("setting", [frozenset(), TEXT_ALONE, ALL_KINDS])
def test_the_setting_comes_before_the_profile(setting: FileKinds) -> None:
    assert info_of(graph_of(by_global), setting).file_kinds == setting
    assert info_of(graph_of(silent, state=Pair), setting).file_kinds == frozenset()


def test_a_models_profile_comes_with_langchain() -> None:
    agent = create_agent(ChatOpenAI(model="gpt-4o", api_key="k"), [])
    assert [model.profile is not None for model in chat_models(agent)] == [True]
    assert info_of(agent).file_kinds == ALL_KINDS


def test_the_models_of_tools_and_middleware_do_not_count() -> None:
    agent = create_agent(sees, [ask_another], middleware=[SummarizationMiddleware(unknown)])
    assert info_of(agent).file_kinds == IMAGES
