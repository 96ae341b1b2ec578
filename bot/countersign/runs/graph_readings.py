"""What is read from the hosted graphs' code: inputs, tools, file kinds, and the use of answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from countersign.flow.files.kinds import FileKinds
from countersign.flow.graph_state import GraphInfo
from countersign.interrupts.code import GraphReading
from countersign.runs.code_version import code_version
from countersign.runs.gated_tools import tool_names
from countersign.runs.inputs.file_kinds import answer_file_kinds, file_kinds
from countersign.runs.inputs.input_plan import InputPlan, plan_input
from countersign.runs.loading import LoadedGraph
from countersign.runs.source.answers import own_code, read_all_answers
from countersign.runs.source.own_code import OwnCode


@dataclass(frozen=True, kw_only=True)
class GraphReadings:
    """By the graphs' names. `own` is their code, as against that of the libraries that they use."""

    own: OwnCode
    plans: Mapping[str, InputPlan]
    infos: Mapping[str, GraphInfo]
    answers: Mapping[str, GraphReading]


def read_graphs(loaded: Mapping[str, LoadedGraph], files: FileKinds | None = None) -> GraphReadings:
    """Read the code of these graphs, which takes tens of milliseconds for each."""
    own = own_code(loaded)
    plans = {name: plan_input(graph, own) for name, graph in loaded.items()}
    infos = {
        name: replace(
            plans[name].info,
            version=code_version(name, graph.sample, own),
            tools=tool_names(graph.sample),
            file_kinds=file_kinds(plans[name], graph.sample, files),
            answer_file_kinds=answer_file_kinds(files),
        )
        for name, graph in loaded.items()
    }
    return GraphReadings(own=own, plans=plans, infos=infos, answers=read_all_answers(loaded, own))
