"""The control of one run: it is drained when this process stops, and stopped when somebody says so."""

from langgraph.runtime import RunControl


class StoppableRun(RunControl):
    """A stop takes effect after the first step that the run saves.

    LangGraph looks at a drain request before each step. Stopped before its first one, a run that was resumed
    with an answer would not take the answer.
    """

    __slots__ = ("_saved_a_step", "_stop_requested")

    def __init__(self) -> None:
        super().__init__()
        self._stop_requested = False
        self._saved_a_step = False

    def request_stop(self) -> None:
        self._stop_requested = True

    def step_saved(self) -> None:
        self._saved_a_step = True

    @property
    def drain_requested(self) -> bool:
        return super().drain_requested or (self._stop_requested and self._saved_a_step)

    @property
    def drain_reason(self) -> str | None:
        return super().drain_reason or ("stopped" if self._stop_requested else None)

    @property
    def hands_back(self) -> bool:
        """Whether the run ends because this process stops: another one goes on with it."""
        return super().drain_requested
