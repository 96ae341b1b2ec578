"""A digest of a graph's code: an approval that older code opened is checked again before it is resumed."""

import hashlib
import json
from importlib.metadata import version

import structlog

from countersign.runs.loading import AnyGraph
from countersign.runs.source.graph_source import graph_source
from countersign.runs.source.own_code import OwnCode

_LIBRARIES = ("langgraph", "langchain")  # their nodes ask questions too

log = structlog.get_logger()


def code_version(name: str, graph: AnyGraph, own: OwnCode) -> str | None:
    """SHA-256 in hex of the graph's nodes, its own modules and the libraries that ask; None if unreadable.

    It is the same in every process that loaded the same code, wherever its files are.
    """
    try:
        source = graph_source(name, graph, own)
    except Exception as error:  # noqa: BLE001 -- a graph whose source can't be had runs all the same
        log.warning("code_version_unknown", graph=name, reason=f"{type(error).__name__}: {error}")
        return None
    parts = {
        "libraries": [version(library) for library in _LIBRARIES],
        "modules": sorted((module.name, module.text) for module in source.modules),
        "nodes": [
            [*node.path, [[function.name, function.line] for function in node.functions]]
            for node in source.nodes
        ],
    }
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
