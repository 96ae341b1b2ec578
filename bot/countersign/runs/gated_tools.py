"""Which tools of a graph people are asked about, as far as LangChain's middleware says so."""

from langchain.agents.middleware import HumanInTheLoopMiddleware

from countersign.runs.loading import AnyGraph


def gated_tools(graph: AnyGraph) -> tuple[str, ...]:
    """The tools in `interrupt_on` of the graph's middleware and of its subgraphs', sorted."""
    graphs = [graph, *(subgraph for _, subgraph in graph.get_subgraphs(recurse=True))]
    return tuple(
        sorted(
            {
                tool
                for each in graphs
                for node in getattr(each, "nodes", {}).values()
                for tool, how in _interrupt_on(node.bound).items()
                if how
            }
        )
    )


def _interrupt_on(runnable: object) -> dict[str, object]:
    """A middleware's node runs a method of the middleware, which knows what it interrupts on."""
    for method in (getattr(runnable, "func", None), getattr(runnable, "afunc", None)):
        middleware = getattr(method, "__self__", None)
        if isinstance(middleware, HumanInTheLoopMiddleware):
            return dict(middleware.interrupt_on)
    return {}
