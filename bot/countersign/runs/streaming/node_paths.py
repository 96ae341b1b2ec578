"""The path of a node in a graph, from the metadata that LangGraph gives to callbacks."""

from typing import Any

_SEPARATOR = "|"  # between the nodes of a checkpoint namespace


def namespace(metadata: dict[str, Any]) -> str:
    """The checkpoint namespace: each node with the id of its task."""
    return str(metadata.get("langgraph_checkpoint_ns") or metadata.get("checkpoint_ns") or "")


def node_path(metadata: dict[str, Any]) -> tuple[str, ...]:
    """The names of the nodes, the outermost first."""
    return tuple(part.partition(":")[0] for part in namespace(metadata).split(_SEPARATOR) if part)
