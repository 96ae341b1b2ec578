"""Controls one run: drains it when this process stops, and stops it when somebody asks for that."""

from langgraph.errors import GraphDrained
from langgraph.runtime import RunControl


class ModelCallStopped(GraphDrained):
    """Ends a node within its model's call.

    LangGraph does not treat it as a failure: parallel nodes end first and are saved.
    """


class StoppableRun(RunControl):
    """A stop takes effect after the first step that the run saves.

    LangGraph looks at a drain request before each step. Stopped before its first one, a run that was resumed
    with an answer would not take the answer.
    """

    __slots__ = ("_has_new_input", "_saved_a_step", "_stop_requested")

    def __init__(self) -> None:
        super().__init__()
        self._stop_requested = False
        self._saved_a_step = False
        self._has_new_input = False

    def input_given(self) -> None:
        """The run begins with new input, so stopping it cannot lose an answer."""
        self._has_new_input = True

    def request_stop(self) -> None:
        self._stop_requested = True

    def step_saved(self) -> None:
        self._saved_a_step = True

    @property
    def drain_requested(self) -> bool:
        return super().drain_requested or (self._stop_requested and self._saved_a_step)

    @property
    def ends_model_calls(self) -> bool:
        """Whether a model that writes now is cut off: LangGraph stores an answer only with its step."""
        return self._stop_requested and (self._saved_a_step or self._has_new_input)

    @property
    def drain_reason(self) -> str | None:
        return super().drain_reason or ("stopped" if self._stop_requested else None)

    @property
    def hands_back(self) -> bool:
        """Whether the run ends because this process stops: another one goes on with it."""
        return super().drain_requested
