"""One step with stand-ins for all that it hands its work to: each notes what it was given."""

from dataclasses import replace
from typing import Any

from countersign.flow.errors import RunFailed
from countersign.flow.graph_state import GraphInfo, GraphState, StartsWith
from countersign.flow.messages.inbound import Inbound
from countersign.flow.steps.step import Step
from countersign.flow.work import StepResult, Work
from countersign.i18n import Text, lazy_text
from tests.flow.rows import NOW

INFO = GraphInfo(name="agent", starts_with=StartsWith.MESSAGES, form_schema=None)
FAILURE = RunFailed("e1", "It failed.")
MAY_NOT = lazy_text("You may not.")


class Called:
    """The graph, the files and the handlers of one step. Its graph's states come in the order given.

    `did` are the calls, in their order: the name, and the text or the key of what it was about.
    """

    def __init__(
        self,
        *states: GraphState,
        raises: Exception | None = None,
        refusal: Text | None = None,
    ) -> None:
        self.did: list[tuple[str, ...]] = []
        self.asked_where: list[tuple[str, str | None, str | None]] = []
        self._states = list(states)
        self._raises = raises
        self._refusal = refusal

    async def take(self, work: Work, *, info: GraphInfo = INFO, new: bool = False) -> StepResult:
        it: Any = self
        handlers: Any = Handlers(self, work)
        step = Step(
            work, info, it, handlers, handlers, handlers.stop, handlers.reset, lambda: NOW, it, new=new
        )
        return await step.take()

    async def read(self) -> GraphState:
        self.did.append(("read",))
        return self._states.pop(0) if len(self._states) > 1 else self._states[0]

    @property
    def ran(self) -> list[tuple[str, ...]]:
        """What was called, but for reading the state."""
        return [call for call in self.did if call != ("read",)]

    async def start(self, inbound: Inbound) -> None:
        self._runs("start", inbound.text)

    async def continue_run(self) -> None:
        self._runs("continue")

    async def ask_again(self) -> None:
        self._runs("ask again")

    async def resume(self, interrupt_id: str, answer: Any, change: Any = None) -> None:
        self._runs("resume", interrupt_id)

    async def is_asked(self, interrupt_id: str) -> bool:
        return True

    async def as_input(self, given: Inbound) -> Inbound:
        return replace(given, text=f"{given.text} and files")

    async def as_answer(self, message: Inbound, _work: Work) -> Inbound:
        return replace(message, text=f"{message.text} and texts")

    async def read_again(self) -> None:
        self.did.append(("files again",))

    async def left_to_form(self) -> None:
        self.did.append(("files left",))

    async def refusal(self, user: str, channel: str | None, thread_id: str | None) -> Text | None:
        self.asked_where.append((user, channel, thread_id))
        return self._refusal

    def _runs(self, *call: str) -> None:
        self.did.append(call)
        if self._raises is not None:
            raise self._raises


class Handlers:
    """Who handles what does not run the graph."""

    def __init__(self, called: Called, work: Work) -> None:
        self._called = called
        self._result = StepResult(thread=work.thread, done=("handled",))

    async def handle(self, _work: Work, _state: GraphState, first: Inbound) -> StepResult:
        return self._note("reply", first.text)

    async def handle_revision(self, _work: Work, _state: GraphState, first: Inbound) -> StepResult:
        return self._note("revision", first.key)

    async def handle_choice(self, _work: Work, _state: GraphState, first: Inbound) -> StepResult:
        return self._note("choice", first.key)

    def handle_overtaken(self, _work: Work, _state: GraphState, first: Inbound) -> StepResult:
        return self._note("overtaken", first.key)

    async def refusal(self, user: str, channel: str | None, thread_id: str | None) -> Text | None:
        return await self._called.refusal(user, channel, thread_id)

    async def stop(self, _work: Work, _state: GraphState, control: Inbound, *_: Any) -> StepResult:
        return self._note("stop", control.key)

    async def reset(self, _work: Work, _state: GraphState, control: Inbound, *_: Any) -> StepResult:
        return self._note("reset", control.key)

    def _note(self, *call: str) -> StepResult:
        self._called.did.append(call)
        return self._result
