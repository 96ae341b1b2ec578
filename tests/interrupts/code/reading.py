"""Reading one module's text as a graph whose nodes are the functions that are named."""

import ast
from collections.abc import Sequence

from countersign.interrupts.code.graph_reading import read_graph
from countersign.interrupts.code.questions import GraphReading
from countersign.interrupts.code.source import FunctionSource, GraphSource, ModuleSource, NodeSource

IMPORT = "from langgraph.types import interrupt\n"


def read_text(text: str, names: Sequence[str] = ("node",)) -> GraphReading:
    """The functions are found by their first line, as LangGraph's node has it from the code object."""
    lines = {name: _line(text, name) for name in names}
    return read_graph(
        GraphSource(
            name="graph",
            modules=(ModuleSource(name="module", file="module.py", text=text),),
            nodes=tuple(
                NodeSource(
                    path=(name,),
                    space="",
                    functions=(FunctionSource(file="module.py", line=line, name=name),),
                )
                for name, line in lines.items()
            ),
        )
    )


def _line(text: str, name: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith((f"def {name}(", f"async def {name}(")):
            return number
    return 1


def parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
